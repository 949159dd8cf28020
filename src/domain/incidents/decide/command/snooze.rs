//! Snoozing: acknowledged, and triggered again later.

use std::time::Duration;

use super::check;
use super::incident::CHANGES_MAX;
use crate::domain::command::{Done, Rejection};
use crate::domain::id::IncidentNumber;
use crate::domain::incident::Agent;
use crate::domain::incidents::decide::acknowledged;
use crate::domain::incidents::decide::draft::Draft;

const DURATION_MIN: Duration = Duration::from_secs(1);
const DURATION_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// All of them or none: what was done before a rejection is rolled back by the caller.
pub(super) fn snooze(
    draft: &mut Draft,
    by: Agent,
    incidents: &[IncidentNumber],
    duration: Duration,
    if_open: bool,
) -> Result<Done, Rejection> {
    if !(DURATION_MIN..=DURATION_MAX).contains(&duration) {
        let (given, max) = (duration.as_secs_f64(), DURATION_MAX.as_secs());
        let error = format!("duration is {given} s: it must be between 1 s and {max} s (a week)");
        return Err(Rejection::InvalidSnooze { errors: vec![error] });
    }
    if incidents.len() > CHANGES_MAX {
        let given = incidents.len();
        return Err(check::invalid(format!("{given} incidents at once: at most {CHANGES_MAX} are allowed")));
    }
    let until = draft.now.plus(duration);
    for number in incidents {
        let incident = check::incident(draft, *number)?;
        if incident.is_open() {
            acknowledged::snooze(draft, *number, by, until);
        } else if !if_open {
            return Err(Rejection::AlreadyResolved { number: *number });
        }
    }
    Ok(Done::Changed)
}
