//! Timers: what is due by `now`.

use super::draft::Draft;
use super::{acknowledged, escalation, event, handover, heartbeat, hold, urgency};
use crate::domain::id::IncidentNumber;
use crate::domain::incident::{Agent, ResolveReason};
use crate::domain::incidents::state::Timer;

/// How many timers one decision takes at most, so that what follows from them fits into one entry of the journal.
pub const TIMERS_MAX: usize = 256;

pub(super) fn decide(draft: &mut Draft) {
    // A window that moves on may make what it held due.
    let windows = super::command::windows_due(draft, TIMERS_MAX);
    let missed = heartbeat::due(draft, TIMERS_MAX - windows);
    let room = TIMERS_MAX - windows - missed;
    let due: Vec<_> =
        draft.state.timers.iter().take_while(|(at, ..)| *at <= draft.now).take(room).copied().collect();
    for (at, number, timer) in due {
        // One that fires may have made the others of the same incident stale.
        if draft.state.timers.contains(&(at, number, timer)) {
            fire(draft, number, timer);
        }
    }
}

fn fire(draft: &mut Draft, number: IncidentNumber, timer: Timer) {
    let Some(incident) = draft.open(number) else { return };
    let by = Agent::Service(incident.service);
    match timer {
        Timer::AutoResolve => event::resolve(draft, number, by, ResolveReason::AutoResolveTimeout),
        Timer::ChangeUrgency => urgency::scheduled(draft, number),
        Timer::Unacknowledge => acknowledged::time_out(draft, number, by),
        Timer::HandOver => handover::due(draft, number),
        Timer::Escalate => escalation::time_out(draft, number),
        Timer::Remind => acknowledged::remind(draft, number),
        Timer::Release => hold::due(draft, number),
    }
}
