//! What would become of an event, without anything becoming of it.

use super::draft::Draft;
use super::rules::Step;
use super::{event, page};
use crate::domain::event::Event;
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::state::State;
use crate::domain::time::Timestamp;

/// What would become of an event.
#[derive(Clone, PartialEq, Debug)]
pub struct Rehearsal {
    /// What became of each rule, in order.
    pub steps: Vec<Step>,
    /// What would have happened, pages included.
    pub facts: Vec<Fact>,
    /// The state that it would have come to.
    pub state: State,
}

/// Decides an event as [`super::decide`] would if it came now, alone; timers that are due are left alone.
pub fn rehearse(state: &State, event: &Event, now: Timestamp) -> Rehearsal {
    let mut draft = Draft::new(state, now);
    let mut steps = Vec::new();
    event::decide(&mut draft, event, Some(&mut steps));
    draft.flush();
    page::decide(&mut draft);
    let decision = draft.finish();
    Rehearsal { steps, facts: decision.facts, state: decision.state }
}
