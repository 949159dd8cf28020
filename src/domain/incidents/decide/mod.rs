//! What follows from a batch of inputs and from the passing of time.

mod acknowledged;
mod command;
mod door;
mod draft;
mod escalation;
mod event;
mod group;
mod handover;
mod heartbeat;
mod hold;
mod level;
mod notify;
mod page;
mod rehearsal;
mod reopen;
mod rules;
mod timers;
mod urgency;

use super::fact::Fact;
use super::input::Input;
use super::state::State;
use crate::domain::command::{Done, Rejection};
use crate::domain::id::ScheduleId;
use crate::domain::incident::Agent;
use crate::domain::schedule::Schedule;
use crate::domain::schedule::ask::ScheduleChange;
use crate::domain::time::Timestamp;
use crate::domain::wanted::Wanted;

use draft::Draft;

pub use event::CLOCK_BOUND;
pub use page::steps;
pub use rehearsal::{Rehearsal, rehearse};
pub use rules::{Outcome, Step};
pub use timers::TIMERS_MAX;

/// What was decided.
#[derive(Clone, PartialEq, Debug)]
pub struct Decision {
    /// What happened, in order.
    pub facts: Vec<Fact>,
    /// The state after it: what `evolve` makes of the old one with these facts.
    pub state: State,
}

/// What a change would make of a schedule, or of a new one, without making it.
///
/// # Errors
/// As the command would be rejected.
pub fn preview(
    state: &State,
    id: Option<ScheduleId>,
    change: &ScheduleChange,
    now: Timestamp,
) -> Result<Schedule, Rejection> {
    command::preview(&mut Draft::new(state, now), id, change)
}

/// What configuration would come to, without making it so.
#[derive(Clone, PartialEq, Debug)]
pub struct Configured {
    /// The state that it would come to, but for what is refused.
    pub state: State,
    /// What would become of each thing that is wanted: changed, unchanged, or refused.
    pub verdicts: Vec<Result<Done, Rejection>>,
}

/// Tries configuration out as [`Ask::Configure`](crate::domain::command::Ask::Configure) would make it so now; goes on
/// after what would be refused, so that all of that is known at once.
pub fn try_configuration(state: &State, by: Agent, wanted: &[Wanted], now: Timestamp) -> Configured {
    let mut draft = Draft::new(state, now);
    let verdicts = command::try_out(&mut draft, by, wanted);
    Configured { state: draft.finish().state, verdicts }
}

/// Decides a batch at `now`: the inputs in their order, then the timers that are due (at most [`TIMERS_MAX`]; if
/// [`State::next_due`] is still not after `now`, decide again), and at last, on what has become of it all, who is paged.
///
/// The caller has put commands before events, and events in order of acceptance.
pub fn decide(state: &State, batch: &[Input], now: Timestamp) -> Decision {
    let mut draft = Draft::new(state, now);
    for input in batch {
        match input {
            Input::Event(event) => event::decide(&mut draft, event, None),
            Input::Ping(ping) => heartbeat::ping(&mut draft, ping),
            Input::Command(command) => command::decide(&mut draft, command),
            Input::Notify(fact) => notify::decide(&mut draft, fact),
            Input::DoorRegistered { door, process, at } => door::registered(&mut draft, *door, *process, *at),
            Input::DoorDrained { door } => door::drained(&mut draft, *door),
            Input::Archived { number, revision } => door::archived(&mut draft, *number, *revision),
            Input::Poison(poison) => door::poison(&mut draft, poison),
            Input::Restored => door::restored(&mut draft),
        }
    }
    draft.flush();
    timers::decide(&mut draft);
    page::decide(&mut draft);
    draft.finish()
}
