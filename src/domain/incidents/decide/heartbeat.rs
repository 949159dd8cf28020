//! Heartbeats: pings are noted, what is missing opens an incident, what comes back resolves it.
//!
//! When `pd` itself was away, pings may have been lost with it. So after a start, and after every time in which it did
//! not get round to its timers, each heartbeat has its whole period and its grace once more.

use std::sync::Arc;
use std::time::Duration;

use super::draft::Draft;
use super::event;
use super::hold;
use super::rules::Wish;
use crate::domain::event::{DedupKey, ellipsis};
use crate::domain::expression::Fields;
use crate::domain::heartbeat::{Health, Heartbeat, LastPing, Ping, PingKind};
use crate::domain::id::HeartbeatId;
use crate::domain::incident::{Agent, EscalateReason, ResolveReason};
use crate::domain::incidents::fact::{Cause, Fact, IncidentOpened};
use crate::domain::time::Timestamp;

/// A timer that is decided this much late says that `pd` was away.
const LATE: Duration = Duration::from_secs(60);
/// How long a title may be, in bytes.
const TITLE_BYTES_MAX: usize = 300;

pub(super) fn ping(draft: &mut Draft, ping: &Ping) {
    let known =
        draft.state.heartbeat_keys.get(&ping.key).and_then(|id| draft.state.heartbeats.get(id)).cloned();
    let Some(heartbeat) = known else {
        let (address, at) = (ping.address, draft.now);
        let reason = format!("no heartbeat has the key {}…", &ping.key.as_str()[..4]);
        return draft.emit(Fact::InputQuarantined { address, command: false, reason: reason.into(), at });
    };
    // What waited in somebody's spool says nothing new after a later ping.
    if heartbeat.beat.last.as_ref().is_some_and(|last| last.at > ping.at) {
        return;
    }
    // A ping that had to wait may say that the next one is missing already: that is due now, and no sign of an outage.
    let due_at = due_at(&heartbeat, ping).map(|due| due.max(draft.now)).filter(|_| !heartbeat.paused);
    let last = LastPing { at: ping.at, kind: ping.kind, address: ping.address, detail: ping.detail.clone() };
    draft.emit(Fact::HeartbeatPinged { id: heartbeat.id, ping: Box::new(last), due_at });
    if ping.kind.is_failure() {
        let status = match ping.kind {
            PingKind::Exit(status) => format!(" with exit status {status}"),
            PingKind::Success | PingKind::Start | PingKind::Fail => String::new(),
        };
        let details = ping.detail.clone().unwrap_or_else(|| "it said so itself".into());
        open(draft, &heartbeat, &format!("heartbeat {} failed{status}", heartbeat.name), details);
    } else if ping.kind != PingKind::Start && due_at.is_none_or(|due| due > draft.now) {
        close(draft, &heartbeat);
    }
}

/// A start leaves what is expected as it is, but for its end.
fn due_at(heartbeat: &Heartbeat, ping: &Ping) -> Option<Timestamp> {
    match ping.kind {
        PingKind::Start => match heartbeat.max_runtime {
            Some(runtime) => Some(ping.at.plus(runtime)),
            None => heartbeat.beat.due_at.or(Some(heartbeat.due_after(ping.at))),
        },
        PingKind::Success | PingKind::Fail | PingKind::Exit(_) => Some(heartbeat.due_after(ping.at)),
    }
}

/// Decides at most `room` heartbeats that are due; says how many.
pub(super) fn due(draft: &mut Draft, room: usize) -> usize {
    let timers = draft.state.heartbeat_timers.iter();
    let due: Vec<_> = timers.take_while(|(at, _)| *at <= draft.now).take(room).copied().collect();
    let late = due.first().is_some_and(|(at, _)| draft.now.since(*at) > LATE);
    if late {
        draft.emit(Fact::OutageNoticed { until: draft.now });
    }
    for (_, id) in &due {
        missing(draft, *id);
    }
    due.len()
}

fn missing(draft: &mut Draft, id: HeartbeatId) {
    let Some(heartbeat) = draft.state.heartbeats.get(&id).cloned() else { return };
    let heard = heartbeat.due_after(draft.state.up_since);
    if heard > draft.now {
        return draft.emit(Fact::HeartbeatPostponed { id, due_at: heard });
    }
    draft.emit(Fact::HeartbeatMissed { id, at: draft.now });
    let last = heartbeat.beat.last.as_ref().map_or(heartbeat.created_at, |last| last.at);
    let (period, grace) = (heartbeat.period.as_secs(), heartbeat.grace.as_secs());
    let details = match heartbeat.beat.started_at {
        Some(at) if heartbeat.max_runtime.is_some() => {
            format!("it began at {at} and has not said that it ended")
        }
        Some(_) | None => {
            format!("the last ping was at {last}; one is expected every {period} s, at most {grace} s late")
        }
    };
    open(draft, &heartbeat, &format!("heartbeat {} is missing", heartbeat.name), details.into());
}

/// The key of a heartbeat's incident: at most one is open.
pub(super) fn key(id: HeartbeatId) -> DedupKey {
    DedupKey(format!("pd/heartbeat/{id}").into())
}

fn open(draft: &mut Draft, heartbeat: &Heartbeat, title: &str, details: Arc<str>) {
    let key = key(heartbeat.id);
    let Some(service) = draft.state.services.get(&heartbeat.service).cloned() else { return };
    if service.disabled || draft.state.open_keys.contains_key(&(service.id, key.clone())) {
        return;
    }
    let (number, at, by) = (draft.next_number(), draft.now, Agent::Service(service.id));
    let title = event::one_line(&ellipsis(title, TITLE_BYTES_MAX));
    let fields = || {
        let mut fields = Fields::default();
        fields.set("summary", &title);
        fields.set("source", &heartbeat.name);
        fields.set("service", &service.name);
        fields.set("dedup_key", &key.0);
        fields
    };
    let hold = hold::of_new(&draft.state, &service, Wish::Page, at, at, fields);
    let urgency = service.urgency(None, at);
    draft.emit(Fact::IncidentOpened(Box::new(IncidentOpened {
        number,
        service: service.id,
        policy: service.escalation_policy,
        urgency,
        at,
        auto_resolve_at: service.auto_resolve_timeout.map(|after| at.plus(after)),
        urgency_change: service.next_urgency(urgency, at),
        cause: Cause::Request { by, title, details: Some(details), incident_key: Some(key), priority: None },
    })));
    hold::enter_or_hold(draft, number, hold, EscalateReason::Opened, by);
}

/// Resolves the heartbeat's incident, if one is open.
fn close(draft: &mut Draft, heartbeat: &Heartbeat) {
    let open = draft.state.open_keys.get(&(heartbeat.service, key(heartbeat.id))).copied();
    if let Some(number) = open {
        draft.flush_incident(number);
        event::resolve(draft, number, Agent::Service(heartbeat.service), ResolveReason::HeartbeatReturned);
    }
}

/// Whether it is missing or has failed.
pub(super) fn is_ill(heartbeat: &Heartbeat) -> bool {
    matches!(heartbeat.beat.health, Health::Missed | Health::Failed)
}
