//! A user as it is wanted.

use super::super::{check, rule, user};
use crate::domain::command::{
    ContactMethodChange, Done, NewContactMethod, NewUser, Rejection, RuleFields, UserChange,
};
use crate::domain::id::{ContactMethodId, UserId};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::user::{ContactMethod, NotificationRule, Role, Urgency, User};
use crate::domain::wanted::{WantedNotificationRule, WantedUser};

pub(super) fn make(draft: &mut Draft, wanted: &WantedUser) -> Result<(), Rejection> {
    let known = super::user_named(draft, &wanted.email.fingerprint);
    let id = match &known {
        Some(known) => {
            update(draft, known, wanted)?;
            known.id
        }
        None => create(draft, wanted)?,
    };
    for (index, method) in wanted.contact_methods.iter().flatten().enumerate() {
        set_method(draft, id, method).map_err(|it| within(it, &format!("contact_methods[{index}]")))?;
    }
    match (&wanted.notification_rules, &wanted.contact_methods) {
        (Some(rules), _) => set_rules(draft, id, rules),
        // Whoever is new is to be reached at once, as by hand.
        (None, Some(methods)) if known.is_none() && !methods.is_empty() => {
            let first = &methods[0];
            let rule = |urgency| WantedNotificationRule {
                urgency,
                delay: std::time::Duration::ZERO,
                channel: first.channel,
                address: first.address.fingerprint.clone(),
            };
            set_rules(draft, id, &Urgency::BOTH.map(rule))
        }
        (None, _) => Ok(()),
    }
}

/// Says where, before what was wrong.
fn within(rejection: Rejection, path: &str) -> Rejection {
    match rejection {
        Rejection::Invalid { errors } => {
            Rejection::Invalid { errors: errors.iter().map(|error| format!("{path}: {error}")).collect() }
        }
        other => other,
    }
}

fn create(draft: &mut Draft, wanted: &WantedUser) -> Result<UserId, Rejection> {
    let new = NewUser {
        key: wanted.key.clone(),
        name: wanted.name.clone(),
        email: wanted.email.clone(),
        role: wanted.role.unwrap_or(Role::User),
        time_zone: wanted.time_zone.clone().unwrap_or_else(|| "UTC".into()),
        job_title: wanted.job_title.clone(),
        description: wanted.description.clone(),
        color: wanted.color.clone(),
    };
    if wanted.contact_methods.is_none() {
        return match user::create(draft, &new)? {
            Done::Object(id) => Ok(UserId(id)),
            _ => Err(check::invalid("nothing came of it")),
        };
    }
    user::check_new(draft, &new)?;
    let id = UserId(check::next_object(draft)?);
    user::make(draft, id, &new);
    Ok(id)
}

fn update(draft: &mut Draft, known: &User, wanted: &WantedUser) -> Result<(), Rejection> {
    let change = UserChange {
        name: Some(wanted.name.clone()),
        email: (wanted.email != known.email).then(|| wanted.email.clone()),
        role: wanted.role,
        time_zone: wanted.time_zone.clone(),
        job_title: wanted.job_title.clone().map(Some),
        description: wanted.description.clone().map(Some),
        color: wanted.color.clone(),
    };
    user::update(draft, known.id, &change).map(|_| ())
}

fn set_method(draft: &mut Draft, id: UserId, wanted: &NewContactMethod) -> Result<(), Rejection> {
    let user = check::user(draft, id)?;
    let same = |it: &&ContactMethod| {
        it.channel == wanted.channel && it.address.fingerprint == wanted.address.fingerprint
    };
    let Some(known) = user.contact_methods.iter().find(same) else {
        return user::create_method(draft, id, wanted).map(|_| ());
    };
    let change = ContactMethodChange {
        label: Some(wanted.label.clone()),
        address: (wanted.address != known.address).then(|| wanted.address.clone()),
        country_code: Some(wanted.country_code),
        send_short_email: Some(wanted.send_short_email),
        // A secret that is not said stays.
        secret: wanted.secret.clone().filter(|it| Some(it) != known.secret.as_ref()).map(Some),
    };
    user::update_method(draft, id, known.id, &change).map(|_| ())
}

/// What is wanted and there stays; the others come and go.
fn set_rules(draft: &mut Draft, id: UserId, wanted: &[WantedNotificationRule]) -> Result<(), Rejection> {
    let user = check::user(draft, id)?;
    let mut surplus: Vec<NotificationRule> = user.notification_rules.clone();
    let mut missing = Vec::new();
    for (index, it) in wanted.iter().enumerate() {
        let contact_method = method(&user, it).ok_or_else(|| {
            check::invalid(format!(
                "notification_rules[{index}].contact_method: the user has no such contact method: name one of its own"
            ))
        })?;
        let fields = RuleFields { urgency: it.urgency, delay: it.delay, contact_method };
        match surplus.iter().position(|rule| rule.fields() == fields) {
            Some(place) => drop(surplus.remove(place)),
            None => missing.push((index, fields)),
        }
    }
    for it in surplus {
        rule::delete(draft, id, it.id)?;
    }
    for (index, fields) in missing {
        rule::create(draft, id, &fields).map_err(|it| within(it, &format!("notification_rules[{index}]")))?;
    }
    Ok(())
}

fn method(user: &User, wanted: &WantedNotificationRule) -> Option<ContactMethodId> {
    let same = |it: &&ContactMethod| it.channel == wanted.channel && it.address.fingerprint == wanted.address;
    user.contact_methods.iter().find(same).map(|it| it.id)
}
