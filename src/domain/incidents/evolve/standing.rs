//! Where an incident stands in the indices, and the one way to change it.

use std::sync::Arc;

use crate::domain::id::{IncidentNumber, ServiceId};
use crate::domain::incident::{Incident, Status};
use crate::domain::incidents::state::{OpenCount, State, Timer};
use crate::domain::time::Timestamp;

/// What the indices know of an incident.
#[derive(Clone, Copy, PartialEq)]
struct Standing {
    timers: [(Timer, Option<Timestamp>); 7],
    count: Count,
}

#[derive(Clone, Copy, PartialEq)]
enum Count {
    Triggered,
    Held,
    Acknowledged,
    Closed(Timestamp),
}

impl Standing {
    fn of(incident: &Incident) -> Self {
        Self {
            timers: [
                (Timer::AutoResolve, incident.auto_resolve_at),
                (Timer::Unacknowledge, incident.unacknowledge_at),
                (Timer::Escalate, incident.escalation.next_at),
                (Timer::Remind, incident.remind_at),
                (Timer::HandOver, incident.hand_over_at),
                (Timer::ChangeUrgency, incident.urgency_change.map(|change| change.at)),
                (Timer::Release, incident.hold.as_ref().and_then(|hold| hold.until)),
            ],
            count: match incident.status {
                Status::Triggered if incident.hold.is_some() => Count::Held,
                Status::Triggered => Count::Triggered,
                Status::Acknowledged => Count::Acknowledged,
                Status::Resolved { at, .. } => Count::Closed(at),
            },
        }
    }
}

/// Puts an incident into the state and into the indices that follow from where it stands: timers, counts, closed ones,
/// open alerts and open keys.
pub(in crate::domain::incidents) fn insert(state: &mut State, incident: Arc<Incident>) {
    let (number, service) = (incident.number, incident.service);
    let standing = Standing::of(&incident);
    if incident.is_open() {
        for alert in incident.alerts.iter().filter(|alert| alert.is_open()) {
            state.open_alerts.insert((alert.integration, alert.dedup_key.clone()), number);
        }
        if let Some(key) = &incident.incident_key {
            state.open_keys.insert((service, key.clone()), number);
        }
        for key in incident.group.iter().flat_map(|group| &group.keys) {
            state.groups.insert((service, key.clone()), number);
        }
    } else {
        close_alerts(state, &incident);
    }
    for (timer, at) in standing.timers {
        if let Some(at) = at {
            state.timers.insert((at, number, timer));
        }
    }
    count(state, number, service, standing.count, true);
    state.incidents.insert(number, incident);
}

/// Changes an incident and keeps timers, counts and closed ones in step; `at` is when it changed.
pub(super) fn change(
    state: &mut State,
    number: IncidentNumber,
    at: Timestamp,
    f: impl FnOnce(&mut Incident),
) {
    let Some(incident) = state.incidents.get_mut(&number) else { return };
    let incident = Arc::make_mut(incident);
    let before = Standing::of(incident);
    f(incident);
    incident.revision = incident.revision.saturating_add(1);
    incident.updated_at = incident.updated_at.max(at);
    let after = Standing::of(incident);
    let service = incident.service;
    if before == after {
        return;
    }
    for ((timer, before), (_, after)) in before.timers.into_iter().zip(after.timers) {
        if before == after {
            continue;
        }
        if let Some(at) = before {
            state.timers.remove(&(at, number, timer));
        }
        if let Some(at) = after {
            state.timers.insert((at, number, timer));
        }
    }
    if before.count != after.count {
        count(state, number, service, before.count, false);
        count(state, number, service, after.count, true);
    }
}

/// Takes an archived incident out, if it is closed and has not changed since.
pub(super) fn archived(state: &mut State, number: IncidentNumber, revision: u32) {
    if let Some(incident) = state.incidents.get(&number)
        && incident.revision == revision
        && let Status::Resolved { at, .. } = incident.status
    {
        let incident = Arc::clone(incident);
        state.incidents.remove(&number);
        state.closed.remove(&(at, number));
        for alert in incident.alerts.iter() {
            state.closed_alerts.remove(&(alert.integration, alert.dedup_key.clone(), number));
        }
    }
}

/// From now on a trigger may reopen this incident.
pub(super) fn close_alerts(state: &mut State, incident: &Incident) {
    for alert in incident.alerts.iter().filter(|alert| alert.moved.is_none()) {
        state.closed_alerts.insert((alert.integration, alert.dedup_key.clone(), incident.number));
    }
}

/// An incident that had been closed like this is open again.
pub(super) fn open_alerts(state: &mut State, closed: &Incident) {
    for alert in &closed.alerts {
        state.closed_alerts.remove(&(alert.integration, alert.dedup_key.clone(), closed.number));
    }
    if let Some(key) = &closed.incident_key {
        state.open_keys.insert((closed.service, key.clone()), closed.number);
    }
}

fn count(state: &mut State, number: IncidentNumber, service: ServiceId, count: Count, enter: bool) {
    if let Count::Closed(at) = count {
        if enter {
            state.closed.insert((at, number));
        } else {
            state.closed.remove(&(at, number));
        }
        return;
    }
    if count == Count::Held {
        if enter {
            state.held.insert(number);
        } else {
            state.held.remove(&number);
        }
    }
    let counts = state.open_counts.entry(service).or_default();
    let n = match count {
        Count::Triggered => &mut counts.triggered,
        Count::Held => &mut counts.held,
        Count::Acknowledged | Count::Closed(_) => &mut counts.acknowledged,
    };
    *n = if enter { *n + 1 } else { n.saturating_sub(1) };
    if *counts == OpenCount::default() {
        state.open_counts.remove(&service);
    }
}
