//! Facts about what rules, grouping and maintenance windows do to one incident.

use std::sync::Arc;

use super::standing::change;
use super::timeline::write;
use crate::domain::id::{IncidentNumber, MaintenanceWindowId, ServiceId};
use crate::domain::incident::{Agent, Group, Happening, HoldReason, Incident, ResolveReason, Status};
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::state::State;
use crate::domain::maintenance::MaintenanceWindow;
use crate::domain::time::Timestamp;

pub(super) fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::RuleApplied { number, rule, effects, at } => change(state, *number, *at, |incident| {
            let what = Happening::RuleApplied { rule: rule.clone(), effects: effects.clone() };
            write(incident, *at, Agent::Service(incident.service), what);
        }),
        Fact::AlertAmended { number, alert, amended, at } => change(state, *number, *at, |incident| {
            // The first alert gives the incident its title.
            if let (0, Some(summary)) = (*alert, &amended.summary) {
                incident.title = summary.clone();
            }
            if let Some(alert) = incident.alerts.get_mut(*alert as usize) {
                alert.amended = Some(Arc::new((**amended).clone()));
            }
        }),
        Fact::AlertAdded { number, alert, at } => {
            match state.incidents.get(number) {
                Some(incident) if incident.is_open() => {
                    state.open_alerts.insert((alert.integration, alert.dedup_key.clone()), *number);
                }
                Some(_) => {
                    state.closed_alerts.insert((alert.integration, alert.dedup_key.clone(), *number));
                }
                None => {}
            }
            change(state, *number, *at, |incident| {
                let index = u32::try_from(incident.alerts.len()).unwrap_or(u32::MAX);
                incident.alerts.push((**alert).clone());
                if let Some(group) = &mut incident.group {
                    group.last_at = group.last_at.max(alert.created_at);
                }
                write(
                    incident,
                    *at,
                    Agent::Integration(alert.integration),
                    Happening::AlertAdded { alert: index },
                );
            });
        }
        Fact::IncidentGrouped { number, keys, at } => group(state, *number, keys, *at),
        Fact::IncidentHeld { number, hold, at } => change(state, *number, *at, |incident| {
            incident.hold = Some(hold.clone());
            let what = Happening::Held { hold: hold.clone() };
            write(incident, *at, Agent::Service(incident.service), what);
        }),
        Fact::IncidentReleased { number, reason, at } => change(state, *number, *at, |incident| {
            incident.hold = None;
            write(incident, *at, Agent::Service(incident.service), Happening::Released { reason: *reason });
        }),
        _ => {}
    }
}

fn group(state: &mut State, number: IncidentNumber, keys: &[Arc<str>], at: Timestamp) {
    let open = state.incidents.get(&number).filter(|incident| incident.is_open());
    let Some(service) = open.map(|incident| incident.service) else { return };
    for key in keys {
        take_key(state, service, key, number);
    }
    change(state, number, at, |incident| {
        incident.group = Some(Group { keys: keys.to_vec(), last_at: at });
    });
}

/// From now on what has this key joins this incident, and no other one.
fn take_key(state: &mut State, service: ServiceId, key: &Arc<str>, number: IncidentNumber) {
    let before = state.groups.insert((service, key.clone()), number);
    let Some(before) = before.filter(|before| *before != number) else { return };
    set_keys(state, before, |keys| keys.retain(|known| known != key));
}

/// Keys are no part of what an incident is about, so that its revision stays.
fn set_keys(state: &mut State, number: IncidentNumber, f: impl FnOnce(&mut Vec<Arc<str>>)) {
    let Some(incident) = state.incidents.get_mut(&number) else { return };
    let incident = Arc::make_mut(incident);
    if let Some(group) = &mut incident.group {
        f(&mut group.keys);
        incident.group = incident.group.take().filter(|group| !group.keys.is_empty());
    }
}

/// What joined the one joins the other from now on, if they are of one service.
pub(super) fn merge_groups(state: &mut State, from: IncidentNumber, to: IncidentNumber) {
    let (Some(source), Some(target)) = (state.incidents.get(&from), state.incidents.get(&to)) else { return };
    let Some(group) = source.group.clone().filter(|_| source.service == target.service) else { return };
    let service = target.service;
    if let Some(target) = state.incidents.get_mut(&to) {
        let empty = Group { keys: Vec::new(), last_at: group.last_at };
        Arc::make_mut(target).group.get_or_insert(empty).keys.extend(group.keys.iter().cloned());
    }
    for key in &group.keys {
        take_key(state, service, key, to);
    }
}

/// An incident that had been closed groups again as before, but for what another than the one that it was merged into
/// has taken meanwhile.
pub(super) fn regroup(state: &mut State, number: IncidentNumber, closed: &Incident) {
    let into = match closed.status {
        Status::Resolved { reason: ResolveReason::Merged { into }, .. } => Some(into),
        _ => None,
    };
    let group = state.incidents.get(&number).and_then(|incident| incident.group.clone());
    let mut kept = Vec::new();
    for key in group.into_iter().flat_map(|group| group.keys) {
        let holder = state.groups.get(&(closed.service, key.clone())).copied();
        if holder.is_none() || holder == into {
            take_key(state, closed.service, &key, number);
            kept.push(key);
        }
    }
    set_keys(state, number, |keys| *keys = kept);
}

/// What a window holds back is due when it ends, and at once where it does not run any more, or is for something else.
pub(super) fn window_moved(
    state: &mut State,
    id: MaintenanceWindowId,
    old: Option<&MaintenanceWindow>,
    window: Option<&MaintenanceWindow>,
    at: Timestamp,
) {
    let same = |window: &&MaintenanceWindow| {
        old.is_none_or(|old| (&old.services, &old.condition) == (&window.services, &window.condition))
    };
    let goes_on = window.filter(|window| window.is_running(at)).filter(same);
    let until = goes_on.map_or(at, |window| window.end);
    let by_it = |number: &&IncidentNumber| {
        let hold = state.incidents.get(*number).and_then(|incident| incident.hold.as_ref());
        hold.is_some_and(|hold| hold.reason == HoldReason::Maintenance(id) && hold.until != Some(until))
    };
    let held: Vec<IncidentNumber> = state.held.iter().filter(by_it).copied().collect();
    for number in held {
        change(state, number, at, |incident| {
            if let Some(hold) = &mut incident.hold {
                hold.until = Some(until);
            }
        });
    }
}
