//! Doors, the archive, restores, and inputs that nothing could be done with.

use std::sync::Arc;

use uuid::Uuid;

use super::draft::Draft;
use super::escalation;
use crate::domain::command::{Rejection, Verdict};
use crate::domain::event::{DedupKey, ellipsis};
use crate::domain::id::{IncidentNumber, UserId};
use crate::domain::incident::{Agent, EscalateReason};
use crate::domain::incidents::fact::{Cause, Fact, IncidentOpened};
use crate::domain::incidents::input::Poison;
use crate::domain::purpose::Purpose;
use crate::domain::service::Service;
use crate::domain::time::Timestamp;

/// The key of the incident that poison opens: however much of it comes, one incident per service is open.
const POISON_KEY: &str = "pd/quarantine";
/// How much of a reason is kept.
const REASON_BYTES_MAX: usize = 1024;

pub(super) fn registered(draft: &mut Draft, door: Uuid, process: Uuid, at: Timestamp) {
    if !draft.state.doors.contains_key(&door) {
        draft.emit(Fact::DoorOpened { door, process, at });
    }
}

pub(super) fn drained(draft: &mut Draft, door: Uuid) {
    if draft.state.doors.contains_key(&door) {
        draft.emit(Fact::DoorClosed { door });
    }
}

/// An incident that changed since it was archived stays until its present revision is archived.
pub(super) fn archived(draft: &mut Draft, number: IncidentNumber, revision: u32) {
    let current = draft.incident(number).is_some_and(|i| !i.is_open() && i.revision == revision);
    if current {
        draft.emit(Fact::IncidentArchived { number, revision });
    }
}

pub(super) fn restored(draft: &mut Draft) {
    if let Some(account) = &draft.state.account {
        let epoch = account.epoch + 1;
        draft.emit(Fact::EpochStarted { epoch, at: draft.now });
    }
}

/// Quarantines an input and opens an incident about it: on the service that its routing key leads to, by whose policy
/// it is escalated; else on the oldest service, given to the fallback user. In an installation without any service
/// there is nothing to open; the quarantine shows it.
pub(super) fn poison(draft: &mut Draft, poison: &Poison) {
    draft.flush();
    let (at, reason) = (draft.now, ellipsis(&poison.reason, REASON_BYTES_MAX));
    let (address, command) = (poison.address, poison.command.is_some());
    draft.emit(Fact::InputQuarantined { address, command, reason: reason.clone(), at });
    if let Some(id) = poison.command
        && !draft.state.verdicts.contains_key(&id)
    {
        let verdict = Verdict::Rejected(Rejection::Quarantined { reason: reason.clone() });
        draft.emit(Fact::CommandJudged { id, at, idempotency_key: None, verdict });
    }
    let (own, service) = match own_service(draft, poison) {
        Some(service) => (true, Some(service)),
        None => (false, oldest_service(draft)),
    };
    if let Some(service) = service {
        let fallback = if own { None } else { fallback_user(draft) };
        open(draft, &service, &poison_details(poison, &reason), fallback);
    }
}

fn poison_details(poison: &Poison, reason: &str) -> Arc<str> {
    let kind = if poison.command.is_some() { "command" } else { "event" };
    ellipsis(&format!("the {kind} at {} was put into quarantine: {reason}", poison.address), REASON_BYTES_MAX)
}

fn own_service(draft: &Draft, poison: &Poison) -> Option<Arc<Service>> {
    let (service, _) = draft.state.routing.get(poison.routing_key.as_ref()?)?;
    draft.state.services.get(service).cloned()
}

fn oldest_service(draft: &Draft) -> Option<Arc<Service>> {
    draft.state.services.values().min_by_key(|s| (s.disabled, s.created_at, s.id)).cloned()
}

fn fallback_user(draft: &Draft) -> Option<UserId> {
    let user = draft.state.account.as_ref()?.fallback_user;
    draft.state.users.contains_key(&user).then_some(user)
}

fn open(draft: &mut Draft, service: &Service, details: &Arc<str>, fallback: Option<UserId>) {
    let key = DedupKey(POISON_KEY.into());
    if draft.state.open_keys.contains_key(&(service.id, key.clone())) {
        return;
    }
    let (number, at) = (draft.next_number(), draft.now);
    let urgency = service.urgency(None, at);
    draft.emit(Fact::IncidentOpened(Box::new(IncidentOpened {
        number,
        service: service.id,
        policy: service.escalation_policy,
        urgency,
        at,
        auto_resolve_at: service.auto_resolve_timeout.map(|after| at.plus(after)),
        urgency_change: service.next_urgency(urgency, at),
        cause: Cause::Request {
            by: Agent::Service(service.id),
            title: "pd could not process an input and put it into quarantine".into(),
            details: Some(details.clone()),
            incident_key: Some(key),
            priority: None,
        },
    })));
    let by = Agent::Service(service.id);
    match fallback {
        Some(user) => {
            draft.emit(Fact::IncidentAssigned { number, by, users: vec![user], at });
            draft.page_later(number, Purpose::Triggered);
        }
        None => escalation::enter(draft, number, 1, 0, EscalateReason::Opened, by),
    }
}
