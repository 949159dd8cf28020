//! Events: triggers open incidents or are counted; acknowledges and resolves close what is open or are remembered.

use std::sync::Arc;
use std::time::Duration;

use super::draft::Draft;
use super::rules::{self, Judged, Step, Wish};
use super::{acknowledged, group, hold, reopen};
use crate::domain::event::{Action, DedupKey, Event, EventDigest, ellipsis};
use crate::domain::id::{IncidentNumber, IntegrationId};
use crate::domain::incident::{
    Agent, Alert, EscalateReason, Hold, HoldReason, Incident, ReleaseReason, ResolveReason,
};
use crate::domain::incidents::fact::{self, Cause, Fact, IncidentOpened, RememberedClose};
use crate::domain::service::Service;
use crate::mutants::{self, Mutant};

/// How far the clocks of two processes may be apart. What was accepted by two of them within this time has no order.
pub const CLOCK_BOUND: Duration = Duration::from_secs(2);

/// `trace` takes what became of every rule, for whoever asks.
pub(super) fn decide(draft: &mut Draft, event: &Event, trace: Option<&mut Vec<Step>>) {
    let Some((service, integration)) = draft.state.routing.get(&event.routing_key).copied() else {
        let known = &event.routing_key.as_str()[..4];
        return quarantine(draft, event, format!("no integration has the routing key {known}…"));
    };
    let Some(service) = draft.state.services.get(&service).cloned() else { return };
    let mut judged = rules::judge(draft, &service, integration, event, trace);
    if let Some(rule) = judged.dropped.take() {
        return rules::dropped(draft, rule, event);
    }
    let service = judged.service.clone();
    let mut key = (integration, judged.dedup_key.clone());
    let mut alert = open_alert(draft, &key);
    if alert.is_none() && event.action != Action::Trigger && key.1 != event.dedup_key {
        // The rule did not write the key of the trigger: it is known by the key that the sender gave.
        key.1 = event.dedup_key.clone();
        alert = open_alert(draft, &key);
        judged.dedup_key = if alert.is_some() { key.1.clone() } else { judged.dedup_key };
    }
    // A disabled service takes events and begins nothing with them; what is open there goes on.
    if service.disabled && alert.is_none() {
        return;
    }
    match (event.action, alert) {
        (Action::Trigger, Some((number, alert))) => {
            draft.repeat(number, alert, event.accepted_at, event.address);
            again(draft, number, &judged);
        }
        (Action::Trigger, None) => trigger(draft, &service, integration, event, &mut judged),
        (Action::Acknowledge, Some((number, alert))) => {
            draft.flush_incident(number);
            if is_before(draft, number, alert, event) {
                return;
            }
            acknowledged::acknowledge(draft, number, Agent::Integration(integration));
        }
        (Action::Resolve, Some((number, alert))) => {
            draft.flush_incident(number);
            if is_stale(draft, number, alert, event) {
                return;
            }
            // A trigger from before it may still be unread at another door: that one is over too.
            let close = fact::Close { accepted_at: event.accepted_at, address: event.address };
            resolve_alert(draft, number, alert, Agent::Integration(integration), Some(close));
        }
        (action @ (Action::Acknowledge | Action::Resolve), None) => {
            draft.emit(Fact::CloseRemembered(RememberedClose {
                integration,
                dedup_key: key.1,
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

fn open_alert(draft: &Draft, key: &(IntegrationId, DedupKey)) -> Option<(IncidentNumber, u32)> {
    let number = *draft.state.open_alerts.get(key)?;
    Some((number, index(draft.incident(number)?, key)?))
}

/// A repeat that no rule suppresses, of an alert whose first event one did: it is worth a page now.
fn again(draft: &mut Draft, number: IncidentNumber, judged: &Judged) {
    let suppressed = |incident: &&Arc<Incident>| {
        incident.hold.as_ref().is_some_and(|hold| hold.reason == HoldReason::Suppressed)
    };
    if judged.wish == Wish::Suppress {
        return;
    }
    if let Some(incident) = draft.open(number).filter(suppressed).cloned() {
        draft.flush_incident(number);
        hold::release(draft, &incident, ReleaseReason::NotSuppressed);
    }
}

fn index(incident: &Incident, (integration, key): &(IntegrationId, DedupKey)) -> Option<u32> {
    let is_it = |alert: &crate::domain::incident::Alert| {
        alert.is_open() && alert.integration == *integration && alert.dedup_key == *key
    };
    incident.alerts.iter().position(is_it).and_then(|index| u32::try_from(index).ok())
}

fn trigger(
    draft: &mut Draft,
    service: &Arc<Service>,
    integration: IntegrationId,
    event: &Event,
    judged: &mut Judged,
) {
    let Some(digest) = &event.digest else {
        return quarantine(draft, event, "a trigger without a payload".to_owned());
    };
    let closed = remembered(draft, integration, &judged.dedup_key, event);
    let keys = match &service.grouping {
        Some(grouping) if judged.wish != Wish::Suppress => group::keys(grouping, judged.fields(event)),
        Some(_) | None => Vec::new(),
    };
    if closed.is_none()
        && let Some(number) = group::find(draft, service, &keys, event.accepted_at)
    {
        return join(draft, number, service, integration, event, digest, judged);
    }
    if closed.is_none()
        && judged.wish != Wish::Suppress
        && let Some((number, alert)) = reopen::reopen(draft, service, integration, &judged.dedup_key, event)
    {
        rules::record(draft, number, alert, judged, false);
        return page(draft, number, service, event, judged, EscalateReason::Reopened);
    }
    let number = draft.next_number();
    let urgency = service.urgency(judged.severity, draft.now);
    let suppressed_for = (judged.wish == Wish::Suppress).then_some(hold::SUPPRESSED_FOR);
    let digest = EventDigest { summary: one_line(&digest.summary), ..digest.clone() };
    draft.emit(Fact::IncidentOpened(Box::new(IncidentOpened {
        number,
        service: service.id,
        policy: service.escalation_policy,
        urgency,
        at: draft.now,
        auto_resolve_at: service.auto_resolve_timeout.or(suppressed_for).map(|after| draft.now.plus(after)),
        urgency_change: service.next_urgency(urgency, draft.now),
        cause: Cause::Event {
            integration,
            dedup_key: judged.dedup_key.clone(),
            digest,
            accepted_at: event.accepted_at,
            address: event.address,
        },
    })));
    rules::record(draft, number, 0, judged, true);
    // One that is closed as it opens takes no group from another.
    if !keys.is_empty() && closed.is_none() {
        draft.emit(Fact::IncidentGrouped { number, keys, at: event.accepted_at });
    }
    let agent = Agent::Integration(integration);
    match closed {
        Some(Close::Resolve) => {
            let at = draft.now;
            draft.emit(Fact::AlertResolved { number, alert: 0, by: agent, at, event: None });
            resolve(draft, number, agent, ResolveReason::ResolvedEarlier);
        }
        // Nobody is responsible yet; if the acknowledgement runs out, the first level is entered.
        Some(Close::Acknowledge) => acknowledged::acknowledge(draft, number, agent),
        None => page(draft, number, service, event, judged, EscalateReason::Opened),
    }
}

/// Pages the first level of what has just been opened, or holds it back.
fn page(
    draft: &mut Draft,
    number: IncidentNumber,
    service: &Arc<Service>,
    event: &Event,
    judged: &mut Judged,
    reason: EscalateReason,
) {
    let hold = alone(draft, service, event, judged);
    hold::enter_or_hold(draft, number, hold, reason, Agent::Service(service.id));
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

/// An alert joins an open incident. Nobody is paged anew for it; but what is held back is held no longer than the alert
/// alone would be.
fn join(
    draft: &mut Draft,
    number: IncidentNumber,
    service: &Arc<Service>,
    integration: IntegrationId,
    event: &Event,
    digest: &EventDigest,
    judged: &mut Judged,
) {
    draft.flush_incident(number);
    let index = draft.incident(number).map_or(0, |incident| incident.alerts.len());
    let alert = Box::new(Alert {
        integration,
        dedup_key: judged.dedup_key.clone(),
        digest: EventDigest { summary: one_line(&digest.summary), ..digest.clone() },
        resolved_at: None,
        created_at: event.accepted_at,
        first: event.address,
        latest: event.address,
        latest_at: event.accepted_at,
        events: 1,
        amended: None,
        moved: None,
    });
    draft.emit(Fact::AlertAdded { number, alert, at: draft.now });
    rules::record(draft, number, u32::try_from(index).unwrap_or(u32::MAX), judged, false);
    if draft.open(number).is_some_and(|incident| incident.hold.is_some()) {
        let alone = alone(draft, service, event, judged);
        hold::joined(draft, number, alone);
    }
}

/// What holds back an event that opens an incident now.
fn alone(draft: &Draft, service: &Service, event: &Event, judged: &mut Judged) -> Option<Hold> {
    let (wish, now) = (judged.wish, draft.now);
    hold::of_new(&draft.state, service, wish, event.accepted_at, now, || judged.fields(event).clone())
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

/// The remembered close that was surely accepted after this trigger, although it was read before it. The journal of one
/// door says what came first, whatever its clock does; the acceptances of two doors must be further apart than their
/// clocks can be. In doubt: none, so somebody is paged.
fn remembered(draft: &Draft, integration: IntegrationId, key: &DedupKey, event: &Event) -> Option<Close> {
    let close = draft.state.remembered.get(&(integration, key.clone()))?;
    let bound = if mutants::is(Mutant::NoClockBound) { Duration::ZERO } else { CLOCK_BOUND };
    let another_door = close.address.door != event.address.door;
    let applies = another_door && event.accepted_at.plus(bound) < close.accepted_at;
    applies.then_some(if close.resolves { Close::Resolve } else { Close::Acknowledge })
}

/// Resolves one open alert, and its incident when it was the last.
pub(super) fn resolve_alert(
    draft: &mut Draft,
    number: IncidentNumber,
    alert: u32,
    by: Agent,
    event: Option<fact::Close>,
) {
    draft.emit(Fact::AlertResolved { number, alert, by, at: draft.now, event });
    let open = |incident: &Arc<Incident>| incident.alerts.iter().any(|alert| alert.is_open());
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
