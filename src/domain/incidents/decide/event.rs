//! Events: triggers open incidents or are counted; acknowledges and resolves close what is open or are remembered.

use std::sync::Arc;
use std::time::Duration;

use super::draft::Draft;
use super::escalation;
use crate::domain::event::{Action, DedupKey, Event, EventDigest, ellipsis};
use crate::domain::id::{IncidentNumber, IntegrationId};
use crate::domain::incident::{Agent, EscalateReason, Incident, ResolveReason, Status};
use crate::domain::incidents::fact::{Cause, Fact, IncidentOpened, RememberedClose};
use crate::domain::service::Service;
use crate::mutants::{self, Mutant};

/// How far the clocks of two processes may be apart. What was accepted by two of them within this time has no order.
pub const CLOCK_BOUND: Duration = Duration::from_secs(2);

pub(super) fn decide(draft: &mut Draft, event: &Event) {
    let Some((service, integration)) = draft.state.routing.get(&event.routing_key).copied() else {
        let known = &event.routing_key.as_str()[..4];
        return quarantine(draft, event, format!("no integration has the routing key {known}…"));
    };
    let Some(service) = draft.state.services.get(&service).cloned() else { return };
    let key = (integration, event.dedup_key.clone());
    let open = draft.state.open_alerts.get(&key).copied();
    let alert = open.and_then(|number| Some((number, index(draft.incident(number)?, &key)?)));
    // A disabled service takes events and begins nothing with them; what is open there goes on.
    if service.disabled && alert.is_none() {
        return;
    }
    match (event.action, alert) {
        (Action::Trigger, Some((number, alert))) => {
            draft.repeat(number, alert, event.accepted_at, event.address);
        }
        (Action::Trigger, None) => trigger(draft, &service, integration, event),
        (Action::Acknowledge, Some((number, alert))) => {
            draft.flush_incident(number);
            if is_before(draft, number, alert, event) {
                return;
            }
            acknowledge(draft, number, Agent::Integration(integration));
        }
        (Action::Resolve, Some((number, alert))) => {
            draft.flush_incident(number);
            if is_stale(draft, number, alert, event) {
                return;
            }
            resolve_alert(draft, number, alert, Agent::Integration(integration));
        }
        (action @ (Action::Acknowledge | Action::Resolve), None) => {
            draft.emit(Fact::CloseRemembered(RememberedClose {
                integration,
                dedup_key: event.dedup_key.clone(),
                resolves: action == Action::Resolve,
                accepted_at: event.accepted_at,
                address: event.address,
            }));
        }
    }
}

fn quarantine(draft: &mut Draft, event: &Event, reason: String) {
    let at = draft.now;
    draft.emit(Fact::InputQuarantined { address: event.address, command: false, reason: reason.into(), at });
}

fn index(incident: &Incident, (integration, key): &(IntegrationId, DedupKey)) -> Option<u32> {
    let is_it = |alert: &crate::domain::incident::Alert| {
        alert.resolved_at.is_none() && alert.integration == *integration && alert.dedup_key == *key
    };
    incident.alerts.iter().position(is_it).and_then(|index| u32::try_from(index).ok())
}

fn trigger(draft: &mut Draft, service: &Arc<Service>, integration: IntegrationId, event: &Event) {
    let Some(digest) = &event.digest else {
        return quarantine(draft, event, "a trigger without a payload".to_owned());
    };
    let closed = remembered(draft, integration, event);
    let number = draft.next_number();
    let digest = EventDigest { summary: one_line(&digest.summary), ..digest.clone() };
    draft.emit(Fact::IncidentOpened(Box::new(IncidentOpened {
        number,
        service: service.id,
        policy: service.escalation_policy,
        urgency: service.urgency_rule.urgency(Some(digest.severity)),
        at: draft.now,
        auto_resolve_at: service.auto_resolve_timeout.map(|after| draft.now.plus(after)),
        cause: Cause::Event {
            integration,
            dedup_key: event.dedup_key.clone(),
            digest,
            accepted_at: event.accepted_at,
            address: event.address,
        },
    })));
    let agent = Agent::Integration(integration);
    match closed {
        Some(Close::Resolve) => {
            let at = draft.now;
            draft.emit(Fact::AlertResolved { number, alert: 0, by: agent, at });
            resolve(draft, number, agent, ResolveReason::ResolvedEarlier);
        }
        // Nobody is responsible yet; if the acknowledgement runs out, the first level is entered.
        Some(Close::Acknowledge) => acknowledge(draft, number, agent),
        None => escalation::enter(draft, number, 1, 0, EscalateReason::Opened, Agent::Service(service.id)),
    }
}

/// Whether a resolve was accepted before the latest trigger of the alert that it would close, although it is read after
/// it: the trouble has come again since. Journals of doors are read as they come, and the one that the resolve came in by
/// may have been out of reach. Within one door its journal says what came first; between two their clocks do, without a
/// bound: a resolve that is passed over in doubt leaves something open, and somebody is paged.
fn is_stale(draft: &Draft, number: IncidentNumber, alert: u32, event: &Event) -> bool {
    let latest = |incident: &Arc<Incident>| {
        let alert = incident.alerts.get(alert as usize)?;
        (alert.latest.door != event.address.door).then_some(alert.latest_at)
    };
    let latest = draft.incident(number).and_then(latest);
    latest.is_some_and(|latest| event.accepted_at < latest) && !mutants::is(Mutant::StaleResolveApplies)
}

/// Whether an acknowledgement was accepted, by another door, before the trigger that began the alert: it meant something
/// else, and in doubt somebody is paged.
fn is_before(draft: &Draft, number: IncidentNumber, alert: u32, event: &Event) -> bool {
    let alert = draft.incident(number).and_then(|incident| incident.alerts.get(alert as usize));
    alert.is_some_and(|a| a.first.door != event.address.door && event.accepted_at < a.created_at)
}

enum Close {
    Acknowledge,
    Resolve,
}

/// The remembered close that was surely accepted after this trigger, although it was read before it. Two acceptances by
/// one door are compared by its own clock; those by two doors must be further apart than their clocks can be. In
/// doubt: none, so somebody is paged.
fn remembered(draft: &Draft, integration: IntegrationId, event: &Event) -> Option<Close> {
    let close = draft.state.remembered.get(&(integration, event.dedup_key.clone()))?;
    let same_door = close.address.door == event.address.door;
    let applies = if same_door {
        event.accepted_at < close.accepted_at
    } else {
        let bound = if mutants::is(Mutant::NoClockBound) { Duration::ZERO } else { CLOCK_BOUND };
        event.accepted_at.plus(bound) < close.accepted_at
    };
    applies.then_some(if close.resolves { Close::Resolve } else { Close::Acknowledge })
}

/// Acknowledges an open incident, unless this agent has done so already.
pub(super) fn acknowledge(draft: &mut Draft, number: IncidentNumber, by: Agent) {
    let Some(incident) = draft.open(number) else { return };
    if incident.status == Status::Acknowledged && incident.acknowledgements.iter().any(|known| known.by == by)
    {
        return;
    }
    let timeout = draft.state.services.get(&incident.service).and_then(|s| s.acknowledgement_timeout);
    let unacknowledge_at = timeout.map(|after| draft.now.plus(after));
    draft.emit(Fact::IncidentAcknowledged { number, by, at: draft.now, unacknowledge_at });
}

/// Resolves one open alert, and its incident when it was the last.
pub(super) fn resolve_alert(draft: &mut Draft, number: IncidentNumber, alert: u32, by: Agent) {
    draft.emit(Fact::AlertResolved { number, alert, by, at: draft.now });
    let open = |incident: &Arc<Incident>| incident.alerts.iter().any(|alert| alert.resolved_at.is_none());
    if draft.open(number).is_some_and(|incident| !open(incident)) {
        resolve(draft, number, by, ResolveReason::AlertsResolved);
    }
}

/// Resolves an open incident.
pub(super) fn resolve(draft: &mut Draft, number: IncidentNumber, by: Agent, reason: ResolveReason) {
    if draft.open(number).is_some() {
        draft.emit(Fact::IncidentResolved { number, by, reason, at: draft.now });
    }
}

/// A title has one line.
pub(super) fn one_line(text: &Arc<str>) -> Arc<str> {
    if !text.contains(['\n', '\r']) {
        return text.clone();
    }
    let line = text.split(['\n', '\r']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>();
    ellipsis(&line.join(" "), text.len())
}
