//! Timers: what is due by `now`.

use super::draft::Draft;
use super::{escalation, event, heartbeat, hold};
use crate::domain::id::IncidentNumber;
use crate::domain::incident::{Agent, ResolveReason, Status, UnacknowledgeReason};
use crate::domain::incidents::fact::Fact;
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
    // None of these makes another of the same incident stale, but for resolving it, which `fire` looks for.
    for (_, number, timer) in due {
        fire(draft, number, timer);
    }
}

fn fire(draft: &mut Draft, number: IncidentNumber, timer: Timer) {
    let Some(incident) = draft.open(number) else { return };
    let by = Agent::Service(incident.service);
    match timer {
        Timer::AutoResolve => event::resolve(draft, number, by, ResolveReason::AutoResolveTimeout),
        Timer::Unacknowledge => unacknowledge(draft, number, by, UnacknowledgeReason::Timeout),
        Timer::Escalate => escalation::time_out(draft, number),
        Timer::Release => hold::due(draft, number),
    }
}

/// Ends the acknowledgement and pages anew.
pub(super) fn unacknowledge(
    draft: &mut Draft,
    number: IncidentNumber,
    by: Agent,
    reason: UnacknowledgeReason,
) {
    if take_back(draft, number, by, reason) {
        escalation::again(draft, number, by);
    }
}

/// Ends the acknowledgement, if there is one. Who is paged then is for the caller to say.
pub(super) fn take_back(
    draft: &mut Draft,
    number: IncidentNumber,
    by: Agent,
    reason: UnacknowledgeReason,
) -> bool {
    let acknowledged = draft.open(number).is_some_and(|incident| incident.status == Status::Acknowledged);
    if acknowledged {
        draft.emit(Fact::IncidentUnacknowledged { number, by, reason, at: draft.now });
    }
    acknowledged
}
