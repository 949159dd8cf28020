//! Commands about users and their contact methods.

use std::sync::Arc;
use std::time::Duration;

use super::check::{self, Errors, LABEL_MAX, TEXT_MAX};
use super::schedule;
use crate::domain::command::{ContactMethodChange, Done, NewContactMethod, NewUser, Rejection, UserChange};
use crate::domain::id::{ContactMethodId, NotificationRuleId, ObjectId, UserId};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::decide::escalation;
use crate::domain::incidents::fact::Fact;
use crate::domain::sealed::Sealed;
use crate::domain::user::{Channel, ContactMethod, NotificationRule, Urgency, User};

const NAME_MAX: usize = 100;
const METHODS_MAX: usize = 50;
/// The colour of a user who was given none.
const COLOR: &str = "purple";

pub(super) fn create(draft: &mut Draft, new: &NewUser) -> Result<Done, Rejection> {
    check_new(draft, new)?;
    let id = UserId(check::next_object(draft)?);
    make(draft, id, new);
    let method = ContactMethod {
        id: ContactMethodId(check::next_object(draft)?),
        channel: Channel::Email,
        label: "Default".into(),
        address: new.email.clone(),
        country_code: None,
        send_short_email: false,
        secret: None,
    };
    make_method(draft, id, method)?;
    Ok(Done::Object(id.0))
}

pub(super) fn check_new(draft: &Draft, new: &NewUser) -> Result<(), Rejection> {
    check_fields(draft, None, &new.as_change())
}

/// Makes a user without any contact method.
pub(super) fn make(draft: &mut Draft, id: UserId, new: &NewUser) {
    draft.emit(Fact::UserCreated(Box::new(User {
        id,
        key: new.key.clone(),
        name: new.name.clone(),
        email: new.email.clone(),
        role: new.role,
        time_zone: new.time_zone.clone(),
        job_title: new.job_title.clone(),
        description: new.description.clone(),
        color: new.color.clone().unwrap_or_else(|| COLOR.into()),
        created_at: draft.now,
        contact_methods: Vec::new(),
        notification_rules: Vec::new(),
    })));
}

/// Adds a contact method and rules that use it at once, whatever the urgency.
pub(super) fn make_method(draft: &mut Draft, user: UserId, method: ContactMethod) -> Result<(), Rejection> {
    let contact_method = method.id;
    draft.emit(Fact::ContactMethodSet { user, method: Box::new(method) });
    for urgency in [Urgency::High, Urgency::Low] {
        let id = NotificationRuleId(check::next_object(draft)?);
        let rule = NotificationRule { id, urgency, delay: Duration::ZERO, contact_method };
        draft.emit(Fact::NotificationRuleSet { user, rule });
    }
    Ok(())
}

pub(super) fn update(draft: &mut Draft, id: UserId, change: &UserChange) -> Result<Done, Rejection> {
    let old = check::user(draft, id)?;
    check_fields(draft, Some(id), change)?;
    let mut new = (*old).clone();
    let UserChange { name, email, role, time_zone, job_title, description, color } = change.clone();
    new.name = name.unwrap_or(new.name);
    new.email = email.unwrap_or(new.email);
    new.role = role.unwrap_or(new.role);
    new.time_zone = time_zone.unwrap_or(new.time_zone);
    new.job_title = job_title.unwrap_or(new.job_title);
    new.description = description.unwrap_or(new.description);
    new.color = color.unwrap_or(new.color);
    if new != *old {
        draft.emit(Fact::UserUpdated(Box::new(new)));
    }
    Ok(Done::Changed)
}

fn check_fields(draft: &Draft, id: Option<UserId>, change: &UserChange) -> Result<(), Rejection> {
    let mut errors = Errors::default();
    if let Some(name) = &change.name {
        errors.name("name", name, NAME_MAX);
    }
    if let Some(email) = &change.email {
        let same = |user: &&Arc<User>| Some(user.id) != id && user.email.fingerprint == email.fingerprint;
        let other = draft.state.users.values().find(same);
        errors.unless(other.is_none(), || "Email has already been taken".to_owned());
    }
    if let Some(zone) = &change.time_zone {
        check::time_zone(zone, &mut errors);
    }
    if let Some(Some(title)) = &change.job_title {
        errors.text("job_title", title, LABEL_MAX);
    }
    if let Some(Some(text)) = &change.description {
        errors.text("description", text, TEXT_MAX);
    }
    if let Some(color) = &change.color {
        errors.text("color", color, LABEL_MAX);
    }
    errors.done()
}

/// A user's tokens and feeds end with it.
pub(super) fn delete(draft: &mut Draft, id: UserId) -> Result<Done, Rejection> {
    let user = check::user(draft, id)?;
    let mut errors = Errors::default();
    for policy in draft.state.policies.values().filter(|policy| escalation::names(policy, id)) {
        errors.add(format!(
            "user `{}` cannot be removed as escalation policy `{}` pages it: change the policy first",
            user.name, policy.name
        ));
    }
    for schedule in draft.state.schedules.values().filter(|schedule| schedule.names(id, draft.now)) {
        errors.add(format!(
            "user `{}` cannot be removed as it is on schedule `{}`: take it off the layers and overrides first",
            user.name, schedule.name
        ));
    }
    let assigned = draft.state.incidents.values().find(|incident| {
        incident.is_open() && incident.assignments.iter().any(|assignment| assignment.user == id)
    });
    if let Some(incident) = assigned {
        errors.add(format!(
            "user `{}` cannot be removed as incident #{} is assigned to it: reassign or resolve it first",
            user.name, incident.number
        ));
    }
    if draft.state.account.as_ref().is_some_and(|account| account.fallback_user == id) {
        let name = &user.name;
        errors.add(format!("user `{name}` cannot be removed as it is the last resort of every escalation"));
    }
    errors.in_use()?;
    let tokens = draft.state.tokens.values().filter(|token| token.user == Some(id));
    for id in tokens.map(|token| token.id).collect::<Vec<_>>() {
        draft.emit(Fact::TokenRevoked { id });
    }
    schedule::forget_user(draft, id);
    draft.emit(Fact::UserDeleted { id });
    Ok(Done::Changed)
}

pub(super) fn create_method(
    draft: &mut Draft,
    user_id: UserId,
    new: &NewContactMethod,
) -> Result<Done, Rejection> {
    let user = check::user(draft, user_id)?;
    let id: ObjectId = check::next_object(draft)?;
    let method = ContactMethod {
        id: ContactMethodId(id),
        channel: new.channel,
        label: new.label.clone(),
        address: new.address.clone(),
        country_code: new.country_code,
        send_short_email: new.send_short_email,
        secret: new.secret.clone(),
    };
    let mut errors = Errors::default();
    errors.unless(user.contact_methods.len() < METHODS_MAX, || {
        format!("a user has at most {METHODS_MAX} contact methods: remove one first")
    });
    check_method(&user, &method, &mut errors);
    errors.done()?;
    draft.emit(Fact::ContactMethodSet { user: user_id, method: Box::new(applicable(method)) });
    Ok(Done::Object(id))
}

pub(super) fn update_method(
    draft: &mut Draft,
    user_id: UserId,
    id: ContactMethodId,
    change: &ContactMethodChange,
) -> Result<Done, Rejection> {
    let user = check::user(draft, user_id)?;
    let old = user.contact_method(id).ok_or_else(|| check::not_found("contact method", id))?;
    let mut method = old.clone();
    let ContactMethodChange { label, address, country_code, send_short_email, secret } = change.clone();
    method.label = label.unwrap_or(method.label);
    method.address = address.unwrap_or(method.address);
    method.country_code = country_code.unwrap_or(method.country_code);
    method.send_short_email = send_short_email.unwrap_or(method.send_short_email);
    method.secret = secret.unwrap_or(method.secret);
    let mut errors = Errors::default();
    check_method(&user, &method, &mut errors);
    errors.done()?;
    let method = applicable(method);
    if method != *old {
        draft.emit(Fact::ContactMethodSet { user: user_id, method: Box::new(method) });
    }
    Ok(Done::Changed)
}

fn check_method(user: &User, method: &ContactMethod, errors: &mut Errors) {
    errors.name("label", &method.label, LABEL_MAX);
    let same = |address: &Sealed| address.fingerprint == method.address.fingerprint;
    let twice = user
        .contact_methods
        .iter()
        .any(|other| other.id != method.id && other.channel == method.channel && same(&other.address));
    errors.unless(!twice, || "User Contact method must be unique".to_owned());
}

/// Clients send back whole objects; what means nothing on the channel is dropped.
fn applicable(mut method: ContactMethod) -> ContactMethod {
    if !matches!(method.channel, Channel::Sms | Channel::Phone) {
        method.country_code = None;
    }
    method.send_short_email &= method.channel == Channel::Email;
    if method.channel != Channel::Webhook {
        method.secret = None;
    }
    method
}

pub(super) fn delete_method(
    draft: &mut Draft,
    user_id: UserId,
    id: ContactMethodId,
) -> Result<Done, Rejection> {
    let user = check::user(draft, user_id)?;
    user.contact_method(id).ok_or_else(|| check::not_found("contact method", id))?;
    draft.emit(Fact::ContactMethodRemoved { user: user_id, id });
    Ok(Done::Changed)
}

impl NewUser {
    /// What it says, as a change of a user that has nothing yet.
    fn as_change(&self) -> UserChange {
        UserChange {
            name: Some(self.name.clone()),
            email: Some(self.email.clone()),
            role: Some(self.role),
            time_zone: Some(self.time_zone.clone()),
            job_title: Some(self.job_title.clone()),
            description: Some(self.description.clone()),
            color: self.color.clone(),
        }
    }
}
