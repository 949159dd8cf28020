//! What is to happen: inputs and the time become facts. Pure; nothing here is final until the facts are durable.
//!
//! A batch is decided in this order: its inputs as they come, but for the offers; then claims that nobody told the
//! outcome of; then the offers. So a message that is due at once is planned and claimed in one entry, and one whose
//! incident is acknowledged in the same batch is not claimed at all.

mod claims;
mod outcomes;
mod pages;
mod retry;
#[cfg(test)]
mod tests;

use super::input::Input;
use super::state::State;
use super::{Fact, evolve};
use crate::domain::time::Timestamp;

/// What was decided.
#[derive(Clone, PartialEq, Debug)]
pub struct Decision {
    /// What is to be appended, in order; may be empty.
    pub facts: Vec<Fact>,
    /// The state once they are.
    pub state: State,
}

/// Decides about a batch of inputs, and about whatever is due at `now`.
pub fn decide(state: &State, inputs: &[Input], now: Timestamp) -> Decision {
    let mut draft = Draft { facts: Vec::new(), state: state.clone(), now };
    for input in inputs {
        match input {
            Input::Incidents(fact) => draft.incidents(fact),
            Input::Outcome { ids, process, outcome, chance } => {
                draft.outcome(ids, *process, outcome, *chance);
            }
            Input::Offer { .. } => {}
        }
    }
    draft.give_up_claims();
    for input in inputs {
        if let Input::Offer { process, channels, leaves } = input {
            draft.claim(*process, channels, leaves);
        }
    }
    Decision { facts: draft.facts, state: draft.state }
}

/// A decision in the making: the facts so far, and the state with them applied.
struct Draft {
    facts: Vec<Fact>,
    state: State,
    now: Timestamp,
}

impl Draft {
    fn emit(&mut self, fact: Fact) {
        evolve(&mut self.state, &fact);
        self.facts.push(fact);
    }
}
