//! Holds: what opens and pages nobody for the time being, and how it comes to page after all.

use std::time::Duration;

use super::draft::Draft;
use super::escalation;
use super::rules::Wish;
use crate::domain::expression::Fields;
use crate::domain::id::IncidentNumber;
use crate::domain::incident::{Agent, Alert, EscalateReason, Hold, HoldReason, Incident, ReleaseReason};
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::state::State;
use crate::domain::maintenance::MaintenanceWindow;
use crate::domain::service::Service;
use crate::domain::time::Timestamp;

/// How long a suppressed incident stays open when neither its sender nor its service says that it is over.
pub(super) const SUPPRESSED_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// What holds back something that opens now. `since` is when its event was accepted.
pub(super) fn of_new(
    state: &State,
    service: &Service,
    wish: Wish,
    since: Timestamp,
    now: Timestamp,
    fields: impl FnOnce() -> Fields,
) -> Option<Hold> {
    let pause = match wish {
        Wish::Suppress => return Some(Hold { reason: HoldReason::Suppressed, until: None }),
        Wish::Pause(wait) => Some(wait),
        Wish::Page => service.auto_pause,
    };
    let until = pause.map(|wait| since.plus(wait)).filter(|until| *until > now);
    if let Some(until) = until {
        return Some(Hold { reason: HoldReason::Paused, until: Some(until) });
    }
    maintenance(state, service, now, fields)
}

/// The running window that covers this and ends last.
pub(super) fn maintenance(
    state: &State,
    service: &Service,
    now: Timestamp,
    fields: impl FnOnce() -> Fields,
) -> Option<Hold> {
    let mut fields = Some(fields);
    let mut known: Option<Fields> = None;
    let mut covers = |window: &MaintenanceWindow| {
        let Some(condition) = &window.condition else { return true };
        let fields = match (&known, fields.take()) {
            (None, Some(make)) => known.insert(make()),
            _ => known.get_or_insert_default(),
        };
        // One that cannot be evaluated covers nothing: in doubt, page.
        condition.holds(fields).unwrap_or(false)
    };
    let open = state.window_ends.range((now, crate::domain::id::MaintenanceWindowId(FIRST))..);
    let mut windows: Vec<_> = open.filter_map(|(_, id)| state.windows.get(id)).collect();
    windows.retain(|window| window.is_running(now) && window.covers(service.id));
    let window = windows.into_iter().rev().find(|window| covers(window))?;
    Some(Hold { reason: HoldReason::Maintenance(window.id), until: Some(window.end) })
}

/// Before all other ids.
const FIRST: crate::domain::id::ObjectId = crate::domain::id::ObjectId::FIRST;

/// Pages the first level of an incident that has just opened, or holds it back.
pub(super) fn enter_or_hold(
    draft: &mut Draft,
    number: IncidentNumber,
    hold: Option<Hold>,
    reason: EscalateReason,
    by: Agent,
) {
    match hold {
        Some(hold) => draft.emit(Fact::IncidentHeld { number, hold, at: draft.now }),
        None => escalation::enter(draft, number, 1, 0, reason, by),
    }
}

/// The time of a hold has come: pages what still fires, unless a maintenance window goes on or has begun meanwhile.
pub(super) fn due(draft: &mut Draft, number: IncidentNumber) {
    let Some(incident) = draft.open(number).cloned() else { return };
    let Some(hold) = &incident.hold else { return };
    let reason = match hold.reason {
        HoldReason::Suppressed => ReleaseReason::NotSuppressed,
        HoldReason::Paused => ReleaseReason::StillFiring,
        HoldReason::Maintenance(_) => ReleaseReason::MaintenanceEnded,
    };
    release(draft, &incident, reason);
}

/// Pages an incident that was held back, unless a maintenance window covers it, with all that is open in it.
pub(super) fn release(draft: &mut Draft, incident: &Incident, reason: ReleaseReason) {
    let (number, at) = (incident.number, draft.now);
    match of_open(&draft.state, incident, at) {
        Some(hold) if incident.hold.as_ref() == Some(&hold) => {}
        Some(hold) => draft.emit(Fact::IncidentHeld { number, hold, at }),
        None => page(draft, incident, reason),
    }
}

fn page(draft: &mut Draft, incident: &Incident, reason: ReleaseReason) {
    let (number, at, by) = (incident.number, draft.now, Agent::Service(incident.service));
    draft.emit(Fact::IncidentReleased { number, reason, at });
    escalation::enter(draft, number, 1, 0, EscalateReason::Opened, by);
}

/// An alert has joined an incident that is held back, and by itself would be held like this: the whole waits no longer
/// than any of its alerts would.
pub(super) fn joined(draft: &mut Draft, number: IncidentNumber, alone: Option<Hold>) {
    let Some(incident) = draft.open(number).cloned() else { return };
    let Some(hold) = &incident.hold else { return };
    match alone {
        None => page(draft, &incident, ReleaseReason::Joined),
        Some(sooner) if is_sooner(&sooner, hold) => {
            draft.emit(Fact::IncidentHeld { number, hold: sooner, at: draft.now });
        }
        Some(_) => {}
    }
}

fn is_sooner(one: &Hold, other: &Hold) -> bool {
    one.until.unwrap_or(Timestamp::MAX) < other.until.unwrap_or(Timestamp::MAX)
}

/// What an incident was held back by is its hold again, after an undo: the window may have moved meanwhile, or be over.
pub(super) fn resumed(draft: &mut Draft, number: IncidentNumber) {
    let Some(incident) = draft.open(number).cloned() else { return };
    let window = |id| draft.state.windows.get(&id).filter(|window| window.is_running(draft.now));
    match &incident.hold {
        Some(Hold { reason: HoldReason::Maintenance(id), until })
            if window(*id).map(|window| window.end) != *until =>
        {
            due(draft, number);
        }
        _ => {}
    }
}

/// The running windows that cover what is open in an incident: the one that ends first; `None` if one of its alerts is
/// covered by none.
fn of_open(state: &State, incident: &Incident, now: Timestamp) -> Option<Hold> {
    let service = state.services.get(&incident.service)?;
    let alerts: Vec<_> = incident.alerts.iter().filter(|alert| alert.is_open()).collect();
    if alerts.is_empty() {
        return maintenance(state, service, now, || fields(incident, None, service));
    }
    let holds = alerts
        .into_iter()
        .map(|alert| maintenance(state, service, now, || fields(incident, Some(alert), service)));
    let holds: Option<Vec<Hold>> = holds.collect();
    holds?.into_iter().min_by_key(|hold| hold.until)
}

/// What the state knows of an incident's alert, or of one without any.
fn fields(incident: &Incident, alert: Option<&Alert>, service: &Service) -> Fields {
    let mut fields = alert.map_or_else(Fields::default, |alert| Fields::of_digest(&alert.digest));
    fields.set("service", &service.name);
    match alert {
        Some(alert) => {
            fields.set("dedup_key", &alert.dedup_key.0);
            fields.amend(alert.amended.as_deref());
        }
        None => fields.set("summary", &incident.title),
    }
    fields
}
