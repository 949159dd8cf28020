//! The notify stage as the loop runs it: what it consumes, and what happens once a claim is durable.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::left::Left;
use super::room::CHANNELS;
use super::sender::Sender;
use crate::domain::incidents;
use crate::domain::notify::input::Input;
use crate::domain::notify::snapshot::{self, Record};
use crate::domain::notify::state::State;
use crate::domain::notify::{Fact, NotificationId, decide, evolve};
use crate::domain::time::Timestamp;
use crate::domain::user::Channel;
use crate::journal::{Entry, LogName, Seq};
use crate::stage::{Arrival, Bell, Error, Lane, Lanes, Place, Signal, Stage, wanted_facts};

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
    /// Nothing is sent before this is known, and before this epoch has begun here.
    epoch: watch::Receiver<Option<u32>>,
    /// What others are to try first; `None`: there are none.
    left: Option<Left>,
}

impl Notify {
    /// The stage; what it claims goes to `sender`, and `incidents` is rung whenever there is something new. Nothing is
    /// claimed before its state has come to `epoch`: what a restored backup had planned was perhaps sent already.
    pub fn new(sender: Sender, incidents: Bell, epoch: u32) -> Self {
        Self { sender, incidents, epoch: watch::channel(Some(epoch)).1, left: None }
    }

    /// The same, where the epoch is still to be found out: until then nothing is sent.
    #[must_use]
    pub fn once_known(mut self, epoch: watch::Receiver<Option<u32>>) -> Self {
        self.epoch = epoch;
        self
    }

    /// The same among other processes: what could not be sent from here is left to them for so long from when it is due
    /// again. That has to be longer than it takes them to step in.
    #[must_use]
    pub fn among_many(mut self, leave_for: Duration) -> Self {
        self.left = Some(Left::new(self.sender.process(), leave_for));
        self
    }

    /// What this process leaves to others now.
    fn leaves(&self) -> BTreeSet<NotificationId> {
        self.left.as_ref().map(|left| left.now(self.sender.now())).unwrap_or_default()
    }

    fn may_send(&self, state: &State) -> bool {
        self.epoch.borrow().is_some_and(|epoch| state.epoch >= epoch)
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

    /// Claims that are overdue.
    fn next_due(&self, state: &State) -> Option<Timestamp> {
        state.next_due()
    }

    /// Each channel by itself: what waits for it, if there is room.
    fn lanes(&self, state: &State) -> Vec<Lane> {
        if !self.may_send(state) {
            return Vec::new();
        }
        let leaves = self.leaves();
        let lane = |(kind, channel): (u8, Channel)| {
            let first = state.first_send(channel, &leaves)?;
            let reluctant = !self.sender.has_provider(channel);
            (self.sender.room(channel) > 0).then(|| Lane {
                kind,
                due: first.at,
                head: head(first.id),
                reluctant,
            })
        };
        (0..).zip(CHANNELS).filter_map(lane).collect()
    }

    /// What is due on a channel whose providers answer, whether there is room for it or not.
    fn waits_since(&self, state: &State) -> Option<Timestamp> {
        if !self.may_send(state) {
            return None;
        }
        let leaves = self.leaves();
        let sends = CHANNELS.into_iter().filter(|channel| self.sender.sends_on(*channel));
        sends.filter_map(|channel| Some(state.first_send(channel, &leaves)?.at)).min()
    }

    fn lane_of(state: &State, fact: &Fact) -> Option<u8> {
        let Fact::NotificationsClaimed { ids, .. } = fact else { return None };
        let message = state.messages.get(ids.first()?)?;
        (0..).zip(CHANNELS).find(|(_, channel)| *channel == message.contact.channel).map(|(kind, _)| kind)
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

    fn offers(&mut self, state: &State, lanes: &Lanes) -> Vec<Input> {
        let Input::Offer { process, mut channels, .. } = self.sender.offer() else { return Vec::new() };
        if !self.may_send(state) {
            return Vec::new();
        }
        for (kind, (_, room)) in (0..).zip(&mut channels) {
            *room = if lanes.has(kind) { *room } else { 0 };
        }
        vec![Input::Offer { process, channels, leaves: Arc::new(self.leaves()) }]
    }

    fn appended(&mut self, facts: &[Fact], state: &Arc<State>) {
        self.sender.claimed(facts, state);
        if let Some(left) = &mut self.left {
            left.appended(facts, self.sender.now());
        }
        if !facts.is_empty() {
            self.incidents.ring(Signal::Stage);
        }
    }
}

/// The same for the same message only.
fn head(id: NotificationId) -> u128 {
    (u128::from(id.page.epoch) << 96) | (u128::from(id.page.n) << 32) | u128::from(id.n)
}
