//! Commands about overrides.

use std::time::Duration;

use super::check::{self, Errors};
use super::schedule::check_time;
use crate::domain::command::{Done, Rejection};
use crate::domain::id::{OverrideId, ScheduleId};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::fact::Fact;
use crate::domain::schedule::ask::NewOverride;
use crate::domain::schedule::{Override, Schedule};
use crate::domain::time::Timestamp;

/// How many a schedule keeps, with those that have ended.
const OVERRIDES_MAX: usize = 1_000;
/// One that ended this long ago is forgotten when another is made.
const ENDED_FOR: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// What has been served is not changed: one that begins in the past begins now, and one that ended is refused.
pub(super) fn create(draft: &mut Draft, id: ScheduleId, new: &NewOverride) -> Result<Done, Rejection> {
    let schedule = check::schedule(draft, id)?;
    let NewOverride { user, start, end } = *new;
    let now = draft.now;
    let mut errors = Errors::default();
    errors.unless(draft.state.users.contains_key(&user), || {
        format!("override.user: no user with the id {user}")
    });
    check_time("override.start", start, &mut errors);
    check_time("override.end", end, &mut errors);
    errors.unless(end > start, || "override.end is not after its start: give a later end".to_owned());
    errors.unless(end > now, || {
        "override.end is in the past: an override can only change what is still to come".to_owned()
    });
    let old = now.minus(ENDED_FOR);
    errors.done()?;
    check_room(&schedule, now)?;
    for entry in schedule.overrides.iter().filter(|entry| entry.end <= old) {
        draft.emit(Fact::OverrideRemoved { schedule: id, id: entry.id });
    }
    let object = check::next_object(draft)?;
    let entry = Override { id: OverrideId(object), user, start: start.max(now), end, created_at: now };
    draft.emit(Fact::OverrideSet { schedule: id, entry });
    Ok(Done::Object(object))
}

/// Whether there may be one more.
pub(super) fn check_room(schedule: &Schedule, now: Timestamp) -> Result<(), Rejection> {
    let old = now.minus(ENDED_FOR);
    let mut errors = Errors::default();
    errors.unless(schedule.overrides.iter().filter(|entry| entry.end > old).count() < OVERRIDES_MAX, || {
        format!("the schedule has {OVERRIDES_MAX} overrides already: use a layer instead")
    });
    errors.done()
}

pub(super) fn delete(draft: &mut Draft, schedule: ScheduleId, id: OverrideId) -> Result<Done, Rejection> {
    let known = check::schedule(draft, schedule)?;
    let entry = known.overrides.iter().find(|entry| entry.id == id);
    let entry = entry.ok_or_else(|| check::not_found("override", id))?;
    if entry.end <= draft.now {
        return Err(check::invalid("the override has ended already: what was served cannot be changed"));
    }
    if entry.start >= draft.now {
        draft.emit(Fact::OverrideRemoved { schedule, id });
    } else {
        let entry = Override { end: draft.now, ..entry.clone() };
        draft.emit(Fact::OverrideSet { schedule, entry });
    }
    Ok(Done::Changed)
}
