//! Commands about whom to ask for help with an incident, and whom to tell how it stands.

use std::sync::Arc;

use super::check::{self, Errors, LABEL_MAX};
use super::writing::count;
use crate::domain::command::{Done, Rejection};
use crate::domain::id::{IncidentNumber, PolicyId, UserId};
use crate::domain::incident::{Agent, Happening, Incident, UnreachedReason};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::decide::{escalation, page};
use crate::domain::incidents::fact::Fact;
use crate::domain::purpose::Purpose;
use crate::domain::responder::Reply;

/// How many people are asked to help with an incident at most.
const RESPONDERS_MAX: usize = 100;
const SUBSCRIBERS_MAX: usize = 200;
const UPDATES_MAX: usize = 100;
const REQUEST_MAX: usize = 1_000;
const MESSAGE_MAX: usize = 2_000;

fn open(draft: &Draft, number: IncidentNumber) -> Result<Arc<Incident>, Rejection> {
    let incident = check::incident(draft, number)?;
    if incident.is_open() { Ok(incident) } else { Err(Rejection::AlreadyResolved { number }) }
}

/// Whoever was asked already and has not declined is not asked again.
pub(super) fn request(
    draft: &mut Draft,
    by: Agent,
    number: IncidentNumber,
    message: &Arc<str>,
    users: &[UserId],
    policies: &[PolicyId],
) -> Result<Done, Rejection> {
    let incident = open(draft, number)?;
    let mut asked: Vec<UserId> = Vec::new();
    let mut errors = Errors::default();
    errors.text("message", message, REQUEST_MAX);
    errors.unless(!users.is_empty() || !policies.is_empty(), || {
        "responder_request_targets cannot be empty: name users or escalation policies".to_owned()
    });
    for user in users {
        errors.unless(draft.state.users.contains_key(user), || {
            format!("responder_request_targets: no user with the id {user}")
        });
        asked.push(*user);
    }
    for id in policies {
        match draft
            .state
            .policies
            .get(id)
            .map(|policy| (policy, escalation::first_level(&draft.state, policy, draft.now)))
        {
            None => errors.add(format!("responder_request_targets: no escalation policy with the id {id}")),
            Some((policy, on_call)) if on_call.is_empty() => errors.add(format!(
                "responder_request_targets: nobody is on call on the first level of escalation policy `{}`",
                policy.name
            )),
            Some((_, on_call)) => asked.extend(on_call),
        }
    }
    let waits = |user: &UserId| {
        let known = incident.responders.iter().find(|known| known.user == *user);
        known.is_some_and(|known| matches!(known.reply, Reply::Pending | Reply::Joined))
    };
    let mut fresh: Vec<UserId> = Vec::new();
    for user in asked {
        if !waits(&user) && !fresh.contains(&user) {
            fresh.push(user);
        }
    }
    errors.unless(incident.responders.len() + fresh.len() <= RESPONDERS_MAX, || {
        format!("at most {RESPONDERS_MAX} people can be asked to help with an incident")
    });
    errors.done()?;
    if fresh.is_empty() {
        return Ok(Done::Changed);
    }
    let (users, message, at) = (fresh.clone(), message.clone(), draft.now);
    draft.emit(Fact::RespondersRequested { number, by, users, message, at });
    for user in fresh {
        if !page::tell(draft, number, user, Purpose::Responder) {
            let (level, reason) = (0, UnreachedReason::NoContactMethod);
            draft.emit(Fact::NobodyReached { number, level, reason, at });
        }
    }
    Ok(Done::Changed)
}

/// Takes requests back that nobody has answered.
pub(super) fn cancel(
    draft: &mut Draft,
    by: Agent,
    number: IncidentNumber,
    users: &[UserId],
) -> Result<Done, Rejection> {
    let incident = open(draft, number)?;
    let asked = |user: &UserId| incident.responders.iter().any(|known| known.user == *user);
    if let Some(user) = users.iter().find(|user| !asked(user)) {
        return Err(check::not_found("responder", user));
    }
    let pending = incident.responders.iter().filter(|known| known.reply == Reply::Pending);
    let named = pending.filter(|known| users.is_empty() || users.contains(&known.user));
    for user in named.map(|known| known.user) {
        draft.emit(Fact::ResponderReplied { number, user, reply: Reply::Cancelled, by, at: draft.now });
    }
    Ok(Done::Changed)
}

/// Answers for oneself. An answer may be changed, also after the request was taken back.
pub(super) fn reply(
    draft: &mut Draft,
    by: Agent,
    number: IncidentNumber,
    joined: bool,
) -> Result<Done, Rejection> {
    let incident = open(draft, number)?;
    let Agent::User(user) = by else {
        return Err(Rejection::NoRequester {
            reason: "only a user can answer a request for help: use a user's token, or name the user in From"
                .into(),
        });
    };
    let reply = if joined { Reply::Joined } else { Reply::Declined };
    match incident.responders.iter().find(|known| known.user == user) {
        None => Err(check::invalid(format!(
            "you were not asked to help with incident #{number}: acknowledge it, or have yourself asked"
        ))),
        Some(known) if known.reply == reply => Ok(Done::Changed),
        Some(_) => {
            draft.emit(Fact::ResponderReplied { number, user, reply, by, at: draft.now });
            Ok(Done::Changed)
        }
    }
}

/// Whoever is, or is not, a subscriber already stays so.
pub(super) fn change_subscribers(
    draft: &mut Draft,
    by: Agent,
    number: IncidentNumber,
    add: &[UserId],
    remove: &[UserId],
) -> Result<Done, Rejection> {
    let incident = check::incident(draft, number)?;
    let mut errors = Errors::default();
    for user in add {
        errors.unless(draft.state.users.contains_key(user), || {
            format!("subscribers: no user with the id {user}")
        });
    }
    let mut added: Vec<UserId> = Vec::new();
    for user in add.iter().filter(|user| !incident.subscribers.contains(user)) {
        if !added.contains(user) {
            added.push(*user);
        }
    }
    let is = |user: &&UserId| incident.subscribers.contains(user) && !add.contains(user);
    let removed: Vec<UserId> =
        incident.subscribers.iter().filter(is).filter(|user| remove.contains(user)).copied().collect();
    errors.unless(incident.subscribers.len() + added.len() - removed.len() <= SUBSCRIBERS_MAX, || {
        format!("an incident has at most {SUBSCRIBERS_MAX} subscribers")
    });
    errors.done()?;
    if !added.is_empty() || !removed.is_empty() {
        draft.emit(Fact::SubscribersChanged { number, by, added, removed, at: draft.now });
    }
    Ok(Done::Changed)
}

/// Also of a resolved incident: that it is over is what subscribers wait for.
pub(super) fn update_status(
    draft: &mut Draft,
    by: Agent,
    number: IncidentNumber,
    subject: &Arc<str>,
    message: &Arc<str>,
) -> Result<Done, Rejection> {
    let incident = check::incident(draft, number)?;
    let mut errors = Errors::default();
    errors.text("subject", subject, LABEL_MAX);
    errors.name("message", message, MESSAGE_MAX);
    let updates = count(&incident, |what| matches!(what, Happening::StatusUpdated { .. }));
    errors.unless(updates < UPDATES_MAX, || {
        format!("incident #{number} has {updates} status updates: at most {UPDATES_MAX} are allowed")
    });
    errors.done()?;
    let entry = incident.log_entries_total();
    let (subject, message) = (subject.clone(), message.clone());
    draft.emit(Fact::StatusUpdated { number, by, subject, message, at: draft.now });
    for user in &incident.subscribers {
        page::tell(draft, number, *user, Purpose::StatusUpdate { entry });
    }
    Ok(Done::Entry(number, entry))
}
