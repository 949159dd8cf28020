//! Users of a file, and how they are reached.

use std::sync::Arc;
use std::time::Duration;

use super::super::address::{address, email};
use super::super::text::{duration, value_of, word};
use super::{Reader, called};
use crate::domain::command::NewContactMethod;
use crate::domain::sealed::{Sealed, SealedKey};
use crate::domain::user::{Channel, ContactMethod, User};
use crate::domain::wanted::{Wanted, WantedNotificationRule, WantedUser};
use crate::wire::configuration as file;

const ROLES: &str = "owner, admin, user, limited_user, observer, read_only_user, read_only_limited_user, \
                     restricted_access";
const CHANNELS: &str = "email, webhook, sms, phone, push, console";

/// A contact method that rules may name.
struct Method {
    channel: Channel,
    label: String,
    fingerprint: Arc<str>,
}

impl Reader<'_> {
    pub(super) fn user(&mut self, index: usize, user: &file::User) {
        let path = called("users", &user.email);
        if let Err(error) = email(&user.email) {
            return self.wrong(&format!("users[{index}].email"), error);
        }
        let fingerprint = self.world.keyring.fingerprint(&user.email);
        let known = self.known.get(&*fingerprint).copied();
        let key = match known {
            Some(known) => known.key.clone(),
            None => self.world.keyring.new_user_key(self.world.ids),
        };
        let same = known.map(|known| &known.email);
        let Some(address) = self.sealed(&path, known, &key, &user.email, same) else { return };
        let role = user.role.as_deref().map(|word| value_of(word, ROLES));
        let role = role.and_then(|role| self.take(&format!("{path}.role"), role));
        let methods = user.contact_methods.as_ref().map(|methods| self.methods(&path, known, &key, methods));
        let rules = user
            .notification_rules
            .as_ref()
            .map(|rules| self.notification_rules(&path, known, methods.as_deref(), &user.email, rules));
        let text = |text: &Option<String>| text.as_deref().map(Arc::from);
        let wanted = WantedUser {
            key,
            email: address,
            name: user.name.trim().into(),
            role,
            time_zone: text(&user.time_zone),
            job_title: text(&user.job_title),
            description: text(&user.description),
            color: text(&user.color),
            contact_methods: methods,
            notification_rules: rules,
        };
        self.want(path, Wanted::User(Box::new(wanted)));
    }

    /// Sealed; if it is what is there, that very thing, as the same text sealed anew would look like another.
    fn sealed(
        &mut self,
        path: &str,
        user: Option<&User>,
        key: &SealedKey,
        plain: &str,
        there: Option<&Sealed>,
    ) -> Option<Sealed> {
        let plain = plain.trim();
        if let (Some(user), Some(there)) = (user, there)
            && self.world.keyring.open(&user.key, there).is_ok_and(|text| text == plain)
        {
            return Some(there.clone());
        }
        let sealed = self.world.keyring.seal(key, plain, self.world.ids);
        self.take(path, sealed.map_err(|error| error.to_string()))
    }

    fn methods(
        &mut self,
        path: &str,
        known: Option<&User>,
        key: &SealedKey,
        methods: &[file::ContactMethod],
    ) -> Vec<NewContactMethod> {
        let all = methods.iter().enumerate();
        all.filter_map(|(n, it)| self.method(&format!("{path}.contact_methods[{n}]"), known, key, it))
            .collect()
    }

    fn method(
        &mut self,
        path: &str,
        known: Option<&User>,
        key: &SealedKey,
        method: &file::ContactMethod,
    ) -> Option<NewContactMethod> {
        let channel: Channel = self.take(&format!("{path}.type"), value_of(method.kind.trim(), CHANNELS))?;
        let plain = self.take(&format!("{path}.address"), address(channel, &method.address))?;
        let there = known.and_then(|user| there(self, user, channel, &plain));
        let address = self.sealed(path, known, key, &plain, there.map(|it| &it.address))?;
        let old = there.and_then(|it| it.secret.as_ref());
        let secret = match &method.secret {
            Some(_) if channel != Channel::Webhook => {
                self.wrong(&format!("{path}.secret"), "only a webhook has one: leave it out");
                None
            }
            Some(secret) => self.sealed(path, known, key, secret, old),
            None => None,
        };
        let label = method.label.trim();
        Some(NewContactMethod {
            channel,
            label: if label.is_empty() { word(channel).into() } else { label.into() },
            address,
            country_code: method.country_code.filter(|_| matches!(channel, Channel::Sms | Channel::Phone)),
            send_short_email: method.send_short_email && channel == Channel::Email,
            secret,
        })
    }

    fn notification_rules(
        &mut self,
        path: &str,
        known: Option<&User>,
        named: Option<&[NewContactMethod]>,
        email: &str,
        rules: &[file::NotificationRule],
    ) -> Vec<WantedNotificationRule> {
        let mut methods: Vec<Method> = Vec::new();
        let mut add = |channel, label: &str, fingerprint: &Arc<str>| {
            if !methods.iter().any(|it| it.channel == channel && it.fingerprint == *fingerprint) {
                methods.push(Method { channel, label: label.to_owned(), fingerprint: fingerprint.clone() });
            }
        };
        for it in named.iter().copied().flatten() {
            add(it.channel, &it.label, &it.address.fingerprint);
        }
        for it in known.iter().flat_map(|user| &user.contact_methods) {
            add(it.channel, &it.label, &it.address.fingerprint);
        }
        if known.is_none() && named.is_none() {
            add(Channel::Email, "Default", &self.world.keyring.fingerprint(email));
        }
        let rules = rules.iter().enumerate();
        rules
            .filter_map(|(n, it)| {
                self.notification_rule(&format!("{path}.notification_rules[{n}]"), &methods, it)
            })
            .collect()
    }

    fn notification_rule(
        &mut self,
        path: &str,
        methods: &[Method],
        rule: &file::NotificationRule,
    ) -> Option<WantedNotificationRule> {
        let urgency = self.take(&format!("{path}.urgency"), value_of(&rule.urgency, "high, low"))?;
        let delay = rule.delay.as_ref().map_or(Ok(Duration::ZERO), duration);
        let delay = self.take(&format!("{path}.delay"), delay)?;
        let found = self.find(methods, &rule.contact_method);
        let found = self.take(&format!("{path}.contact_method"), found)?;
        Some(WantedNotificationRule {
            urgency,
            delay,
            channel: found.channel,
            address: found.fingerprint.clone(),
        })
    }

    /// By its label, or by its type and address.
    fn find<'m>(&self, methods: &'m [Method], named: &str) -> Result<&'m Method, String> {
        let named = named.trim();
        let mut labelled = methods.iter().filter(|it| it.label.trim().eq_ignore_ascii_case(named));
        match (labelled.next(), labelled.next()) {
            (Some(method), None) => return Ok(method),
            (Some(_), Some(_)) => {
                return Err(format!(
                    "several contact methods are called `{named}`: name it by type and address, such as `email ann@example.org`"
                ));
            }
            (None, _) => {}
        }
        let by_address = named.split_once(' ').and_then(|(kind, text)| {
            let channel: Channel = value_of(kind, CHANNELS).ok()?;
            let fingerprint = self.world.keyring.fingerprint(&address(channel, text).ok()?);
            methods.iter().find(|it| it.channel == channel && it.fingerprint == fingerprint)
        });
        by_address.ok_or_else(|| {
            let labels: Vec<_> = methods.iter().map(|it| format!("`{}`", it.label)).collect();
            let labels = if labels.is_empty() { "none".to_owned() } else { labels.join(", ") };
            format!("the user has no contact method `{named}`: it has {labels}")
        })
    }
}

fn there<'u>(
    reader: &Reader<'_>,
    user: &'u User,
    channel: Channel,
    plain: &str,
) -> Option<&'u ContactMethod> {
    let fingerprint = reader.world.keyring.fingerprint(plain);
    user.contact_methods.iter().find(|it| it.channel == channel && it.address.fingerprint == fingerprint)
}
