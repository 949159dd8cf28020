//! Alerts that move from one incident to another, and back.

use std::sync::Arc;

use super::holds::merge_groups;
use super::incident::acted;
use super::standing::change;
use super::timeline::write;
use crate::domain::id::IncidentNumber;
use crate::domain::incident::{Agent, Alert, AlertPlace, Happening};
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::state::State;
use crate::domain::time::Timestamp;

pub(super) fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::AlertsMoved { from, to, by, at } => moved(state, *from, *to, *by, *at),
        Fact::AlertsReturned { from, to, by, at } => returned(state, *from, *to, *by, *at),
        _ => {}
    }
}

fn moved(state: &mut State, from: IncidentNumber, to: IncidentNumber, by: Agent, at: Timestamp) {
    let Some(source) = state.incidents.get(&from).cloned() else { return };
    let first = state.incidents.get(&to).map_or(0, |target| target.alerts.len());
    let alerts: Vec<Alert> = source.alerts.iter().filter(|alert| alert.moved.is_none()).cloned().collect();
    for alert in alerts.iter().filter(|alert| alert.is_open()) {
        state.open_alerts.insert((alert.integration, alert.dedup_key.clone()), to);
    }
    merge_groups(state, from, to);
    change(state, from, at, |incident| {
        let mut index = u32::try_from(first).unwrap_or(u32::MAX);
        for alert in incident.alerts.iter_mut().filter(|alert| alert.moved.is_none()) {
            alert.moved = Some(AlertPlace { number: to, index });
            index = index.saturating_add(1);
        }
    });
    change(state, to, at, |incident| {
        let count = u32::try_from(alerts.len()).unwrap_or(u32::MAX);
        incident.alerts.extend(alerts);
        acted(incident, by, at);
        write(incident, at, by, Happening::MergedFrom { number: from, alerts: count });
    });
}

/// Each as it is by now. What stays behind only says where it went.
fn returned(state: &mut State, from: IncidentNumber, to: IncidentNumber, by: Agent, at: Timestamp) {
    let Some(target) = state.incidents.get(&from).map(Arc::clone) else { return };
    let Some(source) = state.incidents.get(&to).map(Arc::clone) else { return };
    let mut back: Vec<(u32, u32, Alert)> = Vec::new();
    for (index, alert) in (0u32..).zip(&source.alerts) {
        let Some(place) = alert.moved.filter(|place| place.number == from) else { continue };
        let Some(now) = target.alerts.get(place.index as usize).filter(|now| now.moved.is_none()) else {
            continue;
        };
        if now.is_open() {
            state.open_alerts.insert((now.integration, now.dedup_key.clone()), to);
        }
        back.push((index, place.index, now.clone()));
    }
    change(state, from, at, |incident| {
        for (index, there, _) in &back {
            if let Some(alert) = incident.alerts.get_mut(*there as usize) {
                alert.moved = Some(AlertPlace { number: to, index: *index });
            }
        }
        acted(incident, by, at);
        write(incident, at, by, Happening::MergeTakenBack { number: to });
    });
    change(state, to, at, |incident| {
        for (index, _, alert) in back {
            if let Some(place) = incident.alerts.get_mut(index as usize) {
                *place = alert;
            }
        }
    });
}
