//! The notify stage as the loop runs it: what it consumes, and what happens once a claim is durable.

use std::sync::Arc;

use super::sender::Sender;
use crate::domain::incidents;
use crate::domain::notify::input::Input;
use crate::domain::notify::snapshot::{self, Record};
use crate::domain::notify::state::State;
use crate::domain::notify::{Fact, decide, evolve};
use crate::domain::time::Timestamp;
use crate::journal::{Entry, LogName, Seq};
use crate::stage::{Arrival, Bell, Error, Place, Signal, Stage, wanted_facts};

/// The facts of the incidents stage that may change what is sent.
const WANTED: &[&str] = &[
    "UserPaged",
    "IncidentAcknowledged",
    "IncidentResolved",
    "IncidentAssigned",
    "IncidentUnacknowledged",
    "IncidentRestored",
    "PagesRecalled",
    "ResponderReplied",
    "UserDeleted",
    "ContactMethodRemoved",
    "EpochStarted",
];

/// The notify stage.
pub struct Notify {
    sender: Sender,
    /// Wakes the incidents stage.
    incidents: Bell,
    /// Nothing is sent before this epoch is known here.
    epoch: u32,
}

impl Notify {
    /// The stage; what it claims goes to `sender`, and `incidents` is rung whenever there is something new. Nothing is
    /// claimed before its state has come to `epoch`: what a restored backup had planned was perhaps sent already.
    pub fn new(sender: Sender, incidents: Bell, epoch: u32) -> Self {
        Self { sender, incidents, epoch }
    }

    fn may_send(&self, state: &State) -> bool {
        state.epoch >= self.epoch
    }
}

impl Stage for Notify {
    type State = State;
    type Fact = Fact;
    type Input = Input;
    type Record = Record;

    fn decide(state: &State, batch: &[Input], now: Timestamp) -> (Vec<Fact>, State) {
        let decision = decide::decide(state, batch, now);
        (decision.facts, decision.state)
    }

    fn evolve(state: &mut State, fact: &Fact) {
        evolve(state, fact);
    }

    fn records(state: &State) -> Box<dyn Iterator<Item = Record> + Send + '_> {
        Box::new(snapshot::records(state))
    }

    fn restore(records: &mut dyn Iterator<Item = Record>) -> State {
        snapshot::restore(records)
    }

    /// Claims that are overdue, and messages that are due on a channel with room.
    fn next_due(&self, state: &State) -> Option<Timestamp> {
        let Input::Offer { channels, .. } = self.sender.offer() else { return state.next_due() };
        if !self.may_send(state) {
            return state.next_due();
        }
        [state.next_due(), state.next_send(&channels)].into_iter().flatten().min()
    }

    fn log(&self) -> LogName {
        LogName::notify()
    }

    fn sources(&self, _: &State) -> Vec<LogName> {
        vec![LogName::incidents()]
    }

    fn goes_first(&self, _: &LogName) -> bool {
        true
    }

    fn read(&self, log: &LogName, seq: Seq, entry: &Entry) -> Result<Vec<Arrival<Input>>, Error> {
        let facts = wanted_facts(log, seq, entry, WANTED, incidents::fact::Fact::NAMES)?;
        let arrival = |fact: Option<_>| Arrival { accepted_at: entry.at, input: fact.map(Input::Incidents) };
        Ok(facts.into_iter().map(arrival).collect())
    }

    /// A page that cannot be planned is one that plans nothing: it reaches nobody, so its incident escalates at once.
    fn poison(&self, _: &Place, input: &Input, _: Arc<str>) -> Option<Input> {
        match input {
            Input::Incidents(incidents::fact::Fact::UserPaged(page)) => {
                let mut page = page.clone();
                page.steps.clear();
                page.spare.clear();
                Some(Input::Incidents(incidents::fact::Fact::UserPaged(page)))
            }
            Input::Incidents(_) | Input::Offer { .. } | Input::Outcome { .. } => None,
        }
    }

    fn drained(&self, _: &State, _: &[LogName]) -> Vec<Input> {
        Vec::new()
    }

    fn offers(&mut self, state: &State) -> Vec<Input> {
        if !self.may_send(state) {
            return Vec::new();
        }
        vec![self.sender.offer()]
    }

    fn appended(&mut self, facts: &[Fact], state: &Arc<State>) {
        self.sender.claimed(facts, state);
        if !facts.is_empty() {
            self.incidents.ring(Signal::Stage);
        }
    }
}
