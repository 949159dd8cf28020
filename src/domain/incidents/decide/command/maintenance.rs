//! Commands about maintenance windows, and their coming again.

use std::time::Duration;

use super::check::{self, Errors, TEXT_MAX};
use crate::domain::command::{Done, Rejection};
use crate::domain::id::MaintenanceWindowId;
use crate::domain::incident::Agent;
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::fact::Fact;
use crate::domain::maintenance::{MaintenanceWindow, WEEKLY_MAX, Weekly, WindowChange, zone};

/// How many windows there may be that are not over.
const WINDOWS_MAX: usize = 1_000;
const SERVICES_MAX: usize = 500;
const LENGTH_MAX: Duration = Duration::from_secs(366 * 24 * 60 * 60);

pub(super) fn create(draft: &mut Draft, by: Agent, change: &WindowChange) -> Result<Done, Rejection> {
    let object = check::next_object(draft)?;
    let now = draft.now;
    let bare = MaintenanceWindow {
        id: MaintenanceWindowId(object),
        description: "".into(),
        services: Vec::new(),
        condition: None,
        start: now,
        end: now,
        weekly: None,
        created_by: by,
        created_at: now,
    };
    let mut errors = Errors::default();
    let open =
        draft.state.window_ends.range((now, MaintenanceWindowId(crate::domain::id::ObjectId::FIRST))..);
    errors.unless(open.count() < WINDOWS_MAX, || {
        format!("there are {WINDOWS_MAX} maintenance windows: remove one first")
    });
    let services = change.services.as_ref().is_some_and(|services| !services.is_empty());
    errors.unless(services || matches!(change.condition, Some(Some(_))), || {
        "services cannot be empty: name the services, or give a condition that says which alerts are meant".to_owned()
    });
    errors.unless(change.end.is_some() || matches!(change.weekly, Some(Some(_))), || {
        "end_time cannot be empty: say when the window ends, or give a recurrence".to_owned()
    });
    errors.done()?;
    let window = changed(draft, bare, change)?;
    draft.emit(Fact::WindowSet { window: Box::new(window), at: now });
    Ok(Done::Object(object))
}

pub(super) fn update(
    draft: &mut Draft,
    id: MaintenanceWindowId,
    change: &WindowChange,
) -> Result<Done, Rejection> {
    let old = window(draft, id)?;
    if old.is_past(draft.now) {
        return Err(check::invalid("the maintenance window is over: make another one"));
    }
    let new = changed(draft, (*old).clone(), change)?;
    if new != *old {
        draft.emit(Fact::WindowSet { window: Box::new(new), at: draft.now });
    }
    Ok(Done::Changed)
}

fn window(draft: &Draft, id: MaintenanceWindowId) -> Result<std::sync::Arc<MaintenanceWindow>, Rejection> {
    draft.state.windows.get(&id).cloned().ok_or_else(|| check::not_found("maintenance window", id))
}

fn changed(
    draft: &Draft,
    mut window: MaintenanceWindow,
    change: &WindowChange,
) -> Result<MaintenanceWindow, Rejection> {
    let WindowChange { description, services, condition, start, end, weekly } = change.clone();
    let timed = start.is_some() || end.is_some() || weekly.is_some();
    window.description = description.unwrap_or(window.description);
    window.services = services.unwrap_or(window.services);
    window.condition = condition.unwrap_or(window.condition);
    window.start = start.unwrap_or(window.start);
    window.end = end.unwrap_or(window.end);
    window.weekly = weekly.unwrap_or(window.weekly);
    let mut errors = Errors::default();
    errors.text("description", &window.description, TEXT_MAX);
    check_services(draft, &window, &mut errors);
    if let Some(invalid) = window.condition.as_ref().and_then(|condition| condition.invalid()) {
        errors.add(format!("condition: {invalid}"));
    }
    match &window.weekly {
        Some(weekly) => check_weekly(weekly, &mut errors),
        None if timed => check_times(draft, &window, &mut errors),
        None => {}
    }
    errors.done()?;
    if timed && let Some(weekly) = &window.weekly {
        // A start in the past means from now on; one that is given for the future is kept to.
        let from = start.unwrap_or(window.created_at).min(draft.now.plus(LENGTH_MAX));
        let from = if from <= draft.now { draft.now.minus(WEEKLY_MAX) } else { from };
        let next = weekly.next(draft.now, from);
        (window.start, window.end) = next.ok_or_else(|| {
            check::invalid("recurrence.until: it never comes before then: give a later time")
        })?;
    }
    Ok(window)
}

fn check_services(draft: &Draft, window: &MaintenanceWindow, errors: &mut Errors) {
    errors.unless(window.services.len() <= SERVICES_MAX, || {
        format!("services: {} of them: at most {SERVICES_MAX} are allowed", window.services.len())
    });
    errors.unless(!window.services.is_empty() || window.condition.is_some(), || {
        "services cannot be empty without a condition: that would silence everything".to_owned()
    });
    for (index, service) in window.services.iter().enumerate() {
        errors.unless(draft.state.services.contains_key(service), || {
            format!("services[{index}]: no service with the id {service}")
        });
    }
}

fn check_times(draft: &Draft, window: &MaintenanceWindow, errors: &mut Errors) {
    errors.unless(window.end > window.start, || {
        format!("end_time is {}: it must be after start_time, which is {}", window.end, window.start)
    });
    errors.unless(window.end > draft.now, || {
        format!("end_time is {}: it is over already, so nothing would be held back", window.end)
    });
    errors.unless(window.end.since(window.start) <= LENGTH_MAX, || {
        "end_time is more than a year after start_time: disable the service instead".to_owned()
    });
}

fn check_weekly(weekly: &Weekly, errors: &mut Errors) {
    errors.unless(zone(&weekly.time_zone).is_some(), || {
        format!(
            "recurrence.time_zone: `{}` is no time zone: give one such as Europe/Berlin",
            weekly.time_zone
        )
    });
    let days = !weekly.days.is_empty() && weekly.days.iter().all(|day| (1..=7).contains(day));
    errors.unless(days, || "recurrence.days_of_week: give 1 (Monday) to 7 (Sunday)".to_owned());
    errors.unless(weekly.minute < 24 * 60, || {
        "recurrence.start_time_of_day: give a time from 00:00 to 23:59".to_owned()
    });
    errors.duration("recurrence.duration_seconds", weekly.duration, Duration::from_secs(60), WEEKLY_MAX);
}

/// Ends what runs. One that comes again does so; one that does not run cannot be ended.
pub(super) fn end(draft: &mut Draft, id: MaintenanceWindowId) -> Result<Done, Rejection> {
    let old = window(draft, id)?;
    if !old.is_running(draft.now) {
        let when = if old.start > draft.now { "has not begun: delete it instead" } else { "is over already" };
        return Err(check::invalid(format!("the maintenance window {when}")));
    }
    let mut new = (*old).clone();
    // Not before the end of what is ended, so that it is not taken up again.
    let next = old.weekly.as_ref().and_then(|weekly| weekly.next(old.end, old.end));
    match next {
        Some((start, end)) => (new.start, new.end) = (start, end),
        None => (new.end, new.weekly) = (draft.now, None),
    }
    draft.emit(Fact::WindowSet { window: Box::new(new), at: draft.now });
    Ok(Done::Changed)
}

/// As PagerDuty does: a running one ends, a future one is gone, a past one stays.
pub(super) fn delete(draft: &mut Draft, id: MaintenanceWindowId) -> Result<Done, Rejection> {
    let old = window(draft, id)?;
    let at = draft.now;
    if old.is_past(at) {
        return Err(check::invalid("the maintenance window is over: past ones cannot be deleted"));
    }
    if old.is_running(at) && old.start < at {
        let ended = MaintenanceWindow { end: at, weekly: None, ..(*old).clone() };
        draft.emit(Fact::WindowSet { window: Box::new(ended), at });
    } else {
        draft.emit(Fact::WindowDeleted { id, at });
    }
    Ok(Done::Changed)
}

/// Moves at most `room` windows that are over to their next time; says how many.
pub(in crate::domain::incidents::decide) fn windows_due(draft: &mut Draft, room: usize) -> usize {
    let timers = draft.state.window_timers.iter();
    let due: Vec<_> = timers.take_while(|(at, _)| *at <= draft.now).take(room).copied().collect();
    for (_, id) in &due {
        let Some(old) = draft.state.windows.get(id).cloned() else { continue };
        let mut new = (*old).clone();
        match old.weekly.as_ref().and_then(|weekly| weekly.next(draft.now, old.end)) {
            Some((start, end)) => (new.start, new.end) = (start, end),
            None => new.weekly = None,
        }
        draft.emit(Fact::WindowSet { window: Box::new(new), at: draft.now });
    }
    due.len()
}
