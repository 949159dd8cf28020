//! Facts about schedules, their overrides, feeds and calendars.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::id::UserId;
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::state::State;
use crate::domain::schedule::{Calendar, Override, Schedule, Span};

pub(super) fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::ScheduleCreated(new) | Fact::ScheduleUpdated(new) => set(state, new),
        Fact::ScheduleDeleted { id } => {
            state.schedules.remove(id);
        }
        Fact::OverrideSet { schedule, entry } => {
            if let Some(schedule) = state.schedules.get_mut(schedule) {
                state.objects += set_override(Arc::make_mut(schedule), entry);
            }
        }
        Fact::OverrideRemoved { schedule, id } => {
            if let Some(schedule) = state.schedules.get_mut(schedule) {
                Arc::make_mut(schedule).overrides.retain(|entry| entry.id != *id);
            }
        }
        Fact::OverrideRestored { schedule, entry, place, fresh } => {
            if let Some(schedule) = state.schedules.get_mut(schedule) {
                let overrides = &mut Arc::make_mut(schedule).overrides;
                overrides.insert((*place as usize).min(overrides.len()), entry.clone());
                state.objects += u64::from(*fresh);
            }
        }
        Fact::RoundRobinAdvanced { rule, next } => {
            state.round_robin.insert(*rule, *next);
        }
        Fact::FeedIssued(feed) => {
            state.objects += 1;
            state.feeds.insert(feed.id, Arc::new(feed.clone()));
        }
        Fact::FeedRevoked { id } => {
            state.feeds.remove(id);
        }
        Fact::CalendarSet(calendar) => {
            state.objects += u64::from(!state.calendars.contains_key(&calendar.id));
            set_calendar(state, Arc::new((**calendar).clone()));
        }
        Fact::CalendarRemoved { id } => {
            if let Some(calendar) = state.calendars.remove(id) {
                absent(state, &calendar.users.iter().copied().collect());
            }
        }
        _ => {}
    }
}

/// Layers have ids of their own; those that the schedule had not before were made with it.
fn set(state: &mut State, new: &Schedule) {
    let old = state.schedules.get(&new.id);
    let known: BTreeSet<_> = old.iter().flat_map(|old| &old.layers).map(|layer| layer.id).collect();
    let made = new.layers.iter().filter(|layer| !known.contains(&layer.id)).count();
    state.objects += u64::from(old.is_none()) + made as u64;
    let overrides = old.map(|old| old.overrides.clone()).unwrap_or_default();
    state.schedules.insert(new.id, Arc::new(Schedule { overrides, ..new.clone() }));
}

/// How many objects were made by it: 1 if it is new.
fn set_override(schedule: &mut Schedule, entry: &Override) -> u64 {
    if let Some(old) = schedule.overrides.iter_mut().find(|old| old.id == entry.id) {
        *old = entry.clone();
        return 0;
    }
    schedule.overrides.push(entry.clone());
    1
}

/// Puts a calendar into the state, and its events into the absences of its users.
pub(in crate::domain::incidents) fn set_calendar(state: &mut State, calendar: Arc<Calendar>) {
    let mut users: BTreeSet<UserId> = calendar.users.iter().copied().collect();
    let old = state.calendars.insert(calendar.id, calendar);
    users.extend(old.iter().flat_map(|old| &old.users));
    absent(state, &users);
}

/// Makes the absences of these users anew from all calendars.
fn absent(state: &mut State, users: &BTreeSet<UserId>) {
    for user in users {
        let theirs = state.calendars.values().filter(|calendar| calendar.users.contains(user));
        let spans: Vec<Span> = theirs.flat_map(|calendar| calendar.absences.iter().copied()).collect();
        state.absences.set(*user, spans);
    }
}
