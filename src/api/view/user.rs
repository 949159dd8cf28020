//! Users, their contact methods and notification rules as clients see them.

use super::View;
use crate::domain::id::UserId;
use crate::domain::sealed::Sealed;
use crate::domain::user::{Channel, ContactMethod, NotificationRule, Role, User};
use crate::wire::rest::contact_method as wire_contact;
use crate::wire::rest::notification_rule as wire_rule;
use crate::wire::rest::reference::{Linked, Reference};
use crate::wire::rest::user as wire;

/// As it travels.
pub(crate) fn role(role: Role) -> wire::Role {
    match role {
        Role::Owner => wire::Role::Owner,
        Role::Admin => wire::Role::Admin,
        Role::User => wire::Role::User,
        Role::LimitedUser => wire::Role::LimitedUser,
        Role::Observer => wire::Role::Observer,
        Role::ReadOnlyUser => wire::Role::ReadOnlyUser,
        Role::ReadOnlyLimitedUser => wire::Role::ReadOnlyLimitedUser,
        Role::RestrictedAccess => wire::Role::RestrictedAccess,
    }
}

/// PagerDuty's type of a contact method.
pub(crate) fn contact_kind(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email_contact_method",
        Channel::Webhook => "webhook_contact_method",
        Channel::Console => "console_contact_method",
        Channel::Sms => "sms_contact_method",
        Channel::Phone => "phone_contact_method",
        Channel::Push => "push_notification_contact_method",
    }
}

impl View<'_> {
    /// Contact data in clear.
    pub(crate) fn open(&self, user: &User, sealed: &Sealed) -> String {
        self.keyring.open(&user.key, sealed).unwrap_or_else(|error| {
            // The rest of the answer is still of use, and whoever reads this sees what is wrong.
            tracing::error!(user = %user.id, %error, "contact data cannot be opened");
            format!("({error})")
        })
    }

    /// A user, itself if `include[]` has one of these names.
    pub(crate) fn user_link(&self, id: UserId, includes: &[&str]) -> Linked<wire::User> {
        match self.state.users.get(&id) {
            Some(user) if includes.iter().any(|name| self.query.includes(name)) => {
                Linked::Object(Box::new(self.user(user)))
            }
            _ => Linked::Reference(self.user_reference(id)),
        }
    }

    /// A user.
    pub(crate) fn user(&self, user: &User) -> wire::User {
        wire::User {
            head: self.head("user", "users", user.id, Some(&user.name)),
            name: user.name.to_string(),
            email: self.open(user, &user.email),
            role: role(user.role),
            time_zone: user.time_zone.to_string(),
            color: Some(user.color.to_string()),
            job_title: user.job_title.as_deref().map(str::to_owned),
            description: user.description.as_deref().map(str::to_owned),
            avatar_url: None,
            created_at: Some(user.created_at.to_iso()),
            billed: true,
            invitation_sent: false,
            teams: self.teams(|team| team.members.iter().any(|member| member.user == user.id)),
            contact_methods: user.contact_methods.iter().map(|it| self.contact_link(user, it)).collect(),
            notification_rules: user.notification_rules.iter().map(|it| self.rule_link(user, it)).collect(),
            coordinated_incidents: Vec::new(),
        }
    }

    fn contact_link(&self, user: &User, method: &ContactMethod) -> Linked<wire_contact::ContactMethod> {
        if self.query.includes("contact_methods") {
            return Linked::Object(Box::new(self.contact_method(user, method)));
        }
        let head = self.contact_head(user, method);
        Linked::Reference(Reference { kind: format!("{}_reference", head.kind), ..head })
    }

    fn rule_link(&self, user: &User, rule: &NotificationRule) -> Linked<wire_rule::NotificationRule> {
        if self.query.includes("notification_rules") {
            return Linked::Object(Box::new(self.notification_rule(user, rule)));
        }
        let head = self.rule_head(user, rule);
        Linked::Reference(Reference { kind: format!("{}_reference", head.kind), ..head })
    }

    fn contact_head(&self, user: &User, method: &ContactMethod) -> Reference {
        let collection = format!("users/{}/contact_methods", user.id);
        let head = self.head(contact_kind(method.channel), &collection, method.id, Some(&method.label));
        Reference { html_url: None, ..head }
    }

    /// A contact method.
    pub(crate) fn contact_method(&self, user: &User, method: &ContactMethod) -> wire_contact::ContactMethod {
        wire_contact::ContactMethod {
            head: self.contact_head(user, method),
            label: method.label.to_string(),
            address: self.open(user, &method.address),
            blacklisted: false,
            enabled: matches!(method.channel, Channel::Email | Channel::Webhook | Channel::Console),
            country_code: method.country_code,
            send_short_email: (method.channel == Channel::Email).then_some(method.send_short_email),
        }
    }

    fn rule_head(&self, user: &User, rule: &NotificationRule) -> Reference {
        let collection = format!("users/{}/notification_rules", user.id);
        let label = user.contact_method(rule.contact_method).map_or("", |method| &method.label);
        let summary = format!("{} minutes: {label}", minutes(rule));
        let head = self.head("assignment_notification_rule", &collection, rule.id, Some(&summary));
        Reference { html_url: None, ..head }
    }

    /// A notification rule. The type of its contact method has no `_reference`: Terraform compares it with what it sent.
    pub(crate) fn notification_rule(
        &self,
        user: &User,
        rule: &NotificationRule,
    ) -> wire_rule::NotificationRule {
        let contact_method = match user.contact_method(rule.contact_method) {
            Some(method) if self.query.includes("contact_methods") => {
                Linked::Object(Box::new(self.contact_method(user, method)))
            }
            Some(method) => Linked::Reference(self.contact_head(user, method)),
            None => Linked::Reference(Reference {
                id: rule.contact_method.to_string(),
                kind: "contact_method".to_owned(),
                ..Reference::default()
            }),
        };
        wire_rule::NotificationRule {
            head: self.rule_head(user, rule),
            start_delay_in_minutes: minutes(rule),
            urgency: super::urgency(rule.urgency),
            contact_method,
        }
    }
}

fn minutes(rule: &NotificationRule) -> u64 {
    rule.delay.as_secs().div_ceil(60)
}
