//! Facts about what rules, grouping and maintenance windows do to one incident.

use std::sync::Arc;

use super::standing::change;
use super::timeline::write;
use crate::domain::id::{IncidentNumber, MaintenanceWindowId};
use crate::domain::incident::{Agent, Group, Happening, HoldReason};
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
            if state.incidents.get(number).is_some_and(|incident| incident.is_open()) {
                state.open_alerts.insert((alert.integration, alert.dedup_key.clone()), *number);
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
        state.groups.insert((service, key.clone()), number);
    }
    change(state, number, at, |incident| {
        incident.group = Some(Group { keys: keys.to_vec(), last_at: at });
    });
}

/// What a window holds back is due when it ends, and at once where it does not run any more.
pub(super) fn window_moved(
    state: &mut State,
    id: MaintenanceWindowId,
    window: Option<&MaintenanceWindow>,
    at: Timestamp,
) {
    let until = window.filter(|window| window.is_running(at)).map_or(at, |window| window.end);
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
