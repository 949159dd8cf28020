//! The incidents stage: events, commands and what became of pages turn into incidents.
//!
//! The rules are in [`crate::domain::incidents`]; here is what they are given, and in which order.

mod read;

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::event::EventAddress;
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::input::{Input, Poison};
use crate::domain::incidents::snapshot::{self, Record};
use crate::domain::incidents::state::State;
use crate::domain::incidents::{decide::decide, evolve::evolve};
use crate::domain::time::Timestamp;
use crate::journal::{Entry, LogName, Seq};
use crate::mutants::{self, Mutant};
use crate::stage::{Arrival, Bell, Error, Lanes, Place, Signal, Stage};

/// The incidents stage.
#[derive(Debug)]
pub struct Incidents {
    /// Wakes the notify stage.
    notify: Bell,
}

impl Incidents {
    /// The stage; `notify` is rung whenever there is something new for the notify stage.
    pub fn new(notify: Bell) -> Self {
        Self { notify }
    }
}

impl Stage for Incidents {
    type State = State;
    type Fact = Fact;
    type Input = Input;
    type Record = Record;

    fn decide(state: &State, batch: &[Input], now: Timestamp) -> (Vec<Fact>, State) {
        let decision = decide(state, batch, now);
        (decision.facts, decision.state)
    }

    fn evolve(state: &mut State, fact: &Fact) {
        evolve(state, fact);
    }

    fn next_due(&self, state: &State) -> Option<Timestamp> {
        state.next_due()
    }

    fn records(state: &State) -> Box<dyn Iterator<Item = Record> + Send + '_> {
        Box::new(snapshot::records(state))
    }

    fn restore(records: &mut dyn Iterator<Item = Record>) -> State {
        snapshot::restore(records)
    }

    fn log(&self) -> LogName {
        LogName::incidents()
    }

    /// The list of doors, their commands, what became of pages, and their events.
    fn sources(&self, state: &State) -> Vec<LogName> {
        let of_doors = |log: fn(Uuid) -> LogName| state.doors.keys().map(move |door| log(*door));
        std::iter::once(LogName::door_index())
            .chain(of_doors(LogName::door_commands))
            .chain(std::iter::once(LogName::notify()))
            .chain(of_doors(LogName::door_events))
            .collect()
    }

    fn goes_first(&self, log: &LogName) -> bool {
        read::door_of(log).is_none_or(|(_, kind)| kind == read::Kind::Commands)
    }

    fn read(&self, log: &LogName, seq: Seq, entry: &Entry) -> Result<Vec<Arrival<Input>>, Error> {
        read::arrivals(log, seq, entry)
    }

    fn poison(&self, place: &Place, input: &Input, reason: Arc<str>) -> Option<Input> {
        let door = read::door_of(&place.log).map_or(Uuid::nil(), |(door, _)| door);
        let address = EventAddress { door, seq: place.seq.0, index: place.index };
        let (command, routing_key) = match input {
            Input::Event(event) => (None, Some(event.routing_key)),
            Input::Command(command) => (Some(command.id), None),
            Input::Poison(poison) => (poison.command, poison.routing_key),
            Input::Ping(_)
            | Input::Notify(_)
            | Input::DoorRegistered { .. }
            | Input::DoorDrained { .. }
            | Input::Archived { .. }
            | Input::Restored => (None, None),
        };
        Some(Input::Poison(Poison { address, command, routing_key, reason }))
    }

    /// A door is done with when both its journals are.
    fn drained(&self, state: &State, closed: &[LogName]) -> Vec<Input> {
        state
            .doors
            .keys()
            .filter(|door| {
                let events = closed.contains(&LogName::door_events(**door));
                (events || mutants::is(Mutant::GivenUpHalfDrained))
                    && closed.contains(&LogName::door_commands(**door))
            })
            .map(|door| Input::DoorDrained { door: *door })
            .collect()
    }

    fn offers(&mut self, _: &State, _: &Lanes) -> Vec<Input> {
        Vec::new()
    }

    fn appended(&mut self, facts: &[Fact], _: &Arc<State>) {
        if !facts.is_empty() {
            self.notify.ring(Signal::Stage);
        }
    }
}
