//! What rules and holds did, in words.

use std::time::Duration;

use super::view::View;
use crate::domain::incident::{Hold, HoldReason, ReleaseReason};
use crate::domain::rule::Effect;

/// What a rule did, for the end of a sentence: `severity set to info, nobody is paged`.
pub(crate) fn effects(view: &View<'_>, effects: &[Effect]) -> String {
    if effects.is_empty() {
        return "nothing was changed".to_owned();
    }
    effects.iter().map(|it| effect(view, it)).collect::<Vec<_>>().join(", ")
}

fn effect(view: &View<'_>, effect: &Effect) -> String {
    match effect {
        Effect::Dropped => "dropped".to_owned(),
        Effect::Suppressed => "suppressed: nobody is paged".to_owned(),
        Effect::Paused(wait) => format!("paused for {}", time(*wait)),
        Effect::Routed(service) => format!("routed to the service {}", view.service_name(*service)),
        Effect::Severity(severity) => format!("severity set to {}", severity.as_str()),
        Effect::Priority(priority) => match view.priority(*priority) {
            Some(priority) => format!("priority set to {}", priority.name),
            None => format!("priority set to {priority}"),
        },
        Effect::Set { field, value } => format!("{} set to `{value}`", field.as_str()),
        Effect::Noted(note) => format!("noted: {note}"),
    }
}

/// `90 s`, `5 min`, `2 h`.
pub(crate) fn time(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds > 0 && seconds.is_multiple_of(3600) => format!("{} h", seconds / 3600),
        seconds if seconds > 0 && seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

/// Why nobody is paged, and until when.
pub(crate) fn held(view: &View<'_>, hold: &Hold) -> String {
    let until = hold.until.map_or_else(String::new, |until| format!(" until {until}"));
    match hold.reason {
        HoldReason::Suppressed => "Nobody is paged, because an event rule suppresses it".to_owned(),
        HoldReason::Paused => format!("Nobody is paged{until}, because it may be over by then"),
        HoldReason::Maintenance(id) => {
            let window = view.state.windows.get(&id).map(|window| window.description.as_ref());
            let name = window.filter(|text| !text.is_empty()).map_or_else(|| id.to_string(), str::to_owned);
            format!("Nobody is paged{until}, because of the maintenance window {name}")
        }
    }
}

/// Why somebody is paged after all.
pub(crate) fn released(reason: ReleaseReason) -> String {
    match reason {
        ReleaseReason::StillFiring => "It still fires after the pause, so it pages now",
        ReleaseReason::MaintenanceEnded => {
            "The maintenance window has ended and it still fires, so it pages now"
        }
        ReleaseReason::NotSuppressed => "An event came that no rule suppresses, so it pages now",
        ReleaseReason::Joined => "What has joined it is not held back, so it pages now",
    }
    .to_owned()
}
