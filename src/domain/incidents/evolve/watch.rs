//! Facts about event rules, maintenance windows and heartbeats.

use std::sync::Arc;

use super::holds::window_moved;
use crate::domain::heartbeat::{Beat, Health, Heartbeat, LastPing, PingKind};
use crate::domain::id::{HeartbeatId, MaintenanceWindowId, ObjectId, ServiceId};
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::state::State;
use crate::domain::maintenance::MaintenanceWindow;
use crate::domain::rule::{Rule, RuleScope};
use crate::domain::time::Timestamp;

/// How many windows that are over are kept.
pub const PAST_WINDOWS_KEPT: usize = 500;

pub(super) fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::RulesSet { scope, rules } => set_rules(state, *scope, rules),
        Fact::RuleCounted { rule, more } => {
            state.dropped_total = state.dropped_total.saturating_add(more.dropped);
            state.rule_counts.entry(rule.clone()).or_default().add(more.clone());
        }
        Fact::WindowSet { window, at } => {
            state.objects += u64::from(!state.windows.contains_key(&window.id));
            let old = state.windows.get(&window.id).cloned();
            insert_window(state, Arc::new((**window).clone()));
            window_moved(state, window.id, old.as_deref(), Some(window), *at);
            forget_windows(state, *at);
        }
        Fact::WindowDeleted { id, at } => {
            remove_window(state, *id);
            window_moved(state, *id, None, None, *at);
        }
        Fact::HeartbeatSet(new) => {
            let old = state.heartbeats.get(&new.id);
            let mut beat = old.map_or_else(Beat::default, |old| old.beat.clone());
            state.objects += u64::from(old.is_none());
            if new.paused {
                (beat.due_at, beat.started_at, beat.health) = (None, None, Health::New);
            }
            let heartbeat = Heartbeat { beat, ..(**new).clone() };
            insert_heartbeat(state, Arc::new(heartbeat));
        }
        Fact::HeartbeatDeleted { id } => remove_heartbeat(state, *id),
        Fact::HeartbeatPinged { id, ping, due_at } => beat(state, *id, |beat| pinged(beat, ping, *due_at)),
        Fact::HeartbeatMissed { id, .. } => beat(state, *id, |beat| {
            (beat.health, beat.due_at) = (Health::Missed, None);
        }),
        Fact::HeartbeatPostponed { id, due_at } => beat(state, *id, |beat| beat.due_at = Some(*due_at)),
        Fact::OutageNoticed { until } => state.up_since = state.up_since.max(*until),
        _ => {}
    }
}

/// A rule that is not in the list any more has nothing to be counted.
fn set_rules(state: &mut State, scope: RuleScope, rules: &[Rule]) {
    if rules.is_empty() {
        state.rules.remove(&scope);
    } else {
        state.rules.insert(scope, Arc::new(rules.to_vec()));
    }
    let gone = |name: &Arc<str>| !rules.iter().any(|rule| rule.name == *name);
    let counts = state.rule_counts.keys().filter(|rule| rule.scope == scope && gone(&rule.name));
    for rule in counts.cloned().collect::<Vec<_>>() {
        state.rule_counts.remove(&rule);
    }
}

/// Puts a window into the state and into the indices that follow from it.
pub(in crate::domain::incidents) fn insert_window(state: &mut State, window: Arc<MaintenanceWindow>) {
    remove_window(state, window.id);
    state.window_ends.insert((window.end, window.id));
    if window.weekly.is_some() {
        state.window_timers.insert((window.end, window.id));
    }
    state.windows.insert(window.id, window);
}

fn remove_window(state: &mut State, id: MaintenanceWindowId) {
    if let Some(old) = state.windows.remove(&id) {
        state.window_ends.remove(&(old.end, id));
        state.window_timers.remove(&(old.end, id));
    }
}

fn forget_windows(state: &mut State, at: Timestamp) {
    let past = state.window_ends.range(..(at, MaintenanceWindowId(ObjectId::FIRST))).map(|(_, id)| *id);
    let mut past: Vec<_> =
        past.filter(|id| !state.window_timers.iter().any(|(_, other)| other == id)).collect();
    past.truncate(past.len().saturating_sub(PAST_WINDOWS_KEPT));
    for id in past {
        remove_window(state, id);
    }
}

/// Puts a heartbeat into the state and into the indices that follow from it.
pub(in crate::domain::incidents) fn insert_heartbeat(state: &mut State, heartbeat: Arc<Heartbeat>) {
    remove_heartbeat(state, heartbeat.id);
    state.heartbeat_keys.insert(heartbeat.key, heartbeat.id);
    if let Some(due) = heartbeat.beat.due_at {
        state.heartbeat_timers.insert((due, heartbeat.id));
    }
    state.heartbeats.insert(heartbeat.id, heartbeat);
}

fn remove_heartbeat(state: &mut State, id: HeartbeatId) {
    if let Some(old) = state.heartbeats.remove(&id) {
        state.heartbeat_keys.remove(&old.key);
        if let Some(due) = old.beat.due_at {
            state.heartbeat_timers.remove(&(due, id));
        }
    }
}

fn beat(state: &mut State, id: HeartbeatId, f: impl FnOnce(&mut Beat)) {
    let Some(heartbeat) = state.heartbeats.get_mut(&id) else { return };
    let beat = &mut Arc::make_mut(heartbeat).beat;
    let before = beat.due_at;
    f(beat);
    let after = beat.due_at;
    if before == after {
        return;
    }
    if let Some(due) = before {
        state.heartbeat_timers.remove(&(due, id));
    }
    if let Some(due) = after {
        state.heartbeat_timers.insert((due, id));
    }
}

fn pinged(beat: &mut Beat, ping: &LastPing, due_at: Option<Timestamp>) {
    match ping.kind {
        PingKind::Start => beat.started_at = Some(ping.at),
        PingKind::Success | PingKind::Fail | PingKind::Exit(_) => {
            beat.took = beat.started_at.take().map(|started| ping.at.since(started));
            beat.health = if ping.kind.is_failure() { Health::Failed } else { Health::Up };
        }
    }
    beat.due_at = due_at;
    beat.last = Some(ping.clone());
}

/// Rules of a service that is gone are gone, and so is it from every window.
pub(super) fn service_deleted(state: &mut State, id: ServiceId) {
    set_rules(state, RuleScope::Service(id), &[]);
    let named = |window: &&Arc<MaintenanceWindow>| window.services.contains(&id);
    for window in state.windows.values().filter(named).cloned().collect::<Vec<_>>() {
        let mut window = (*window).clone();
        window.services.retain(|service| *service != id);
        // Without services and without a condition it would be for everything.
        if window.services.is_empty() && window.condition.is_none() {
            remove_window(state, window.id);
        } else {
            insert_window(state, Arc::new(window));
        }
    }
}
