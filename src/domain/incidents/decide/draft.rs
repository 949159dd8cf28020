//! A decision in the making: the scratch state, the facts so far, and what is settled only at the end of the batch.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Decision;
use crate::domain::event::EventAddress;
use crate::domain::id::{IncidentNumber, ObjectId};
use crate::domain::incident::Incident;
use crate::domain::incidents::evolve::evolve;
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::state::State;
use crate::domain::purpose::Purpose;
use crate::domain::rule::{RuleCount, RuleRef};
use crate::domain::time::Timestamp;

pub(super) struct Draft {
    pub(super) now: Timestamp,
    pub(super) state: State,
    facts: Vec<Fact>,
    /// Whose assignees are to be paged, and why, if it is still triggered at the end of the batch.
    to_page: BTreeMap<IncidentNumber, Purpose>,
    /// Repeats of open alerts that are not yet facts.
    repeats: BTreeMap<(IncidentNumber, u32), Repeats>,
    /// What rules did that no incident shows, not yet facts.
    rule_counts: BTreeMap<RuleRef, RuleCount>,
}

struct Repeats {
    count: u64,
    first_at: Timestamp,
    last_at: Timestamp,
    latest: EventAddress,
}

/// Where to go back to when a command is rejected half-way.
pub(super) struct Checkpoint {
    state: State,
    facts: usize,
    to_page: BTreeMap<IncidentNumber, Purpose>,
}

impl Checkpoint {
    /// How everything was then.
    pub(super) fn state(&self) -> &State {
        &self.state
    }
}

impl Draft {
    pub(super) fn new(state: &State, now: Timestamp) -> Self {
        Self {
            now,
            state: state.clone(),
            facts: Vec::new(),
            to_page: BTreeMap::new(),
            repeats: BTreeMap::new(),
            rule_counts: BTreeMap::new(),
        }
    }

    pub(super) fn finish(self) -> Decision {
        Decision { facts: self.facts, state: self.state }
    }

    /// Makes a fact true.
    pub(super) fn emit(&mut self, fact: Fact) {
        evolve(&mut self.state, &fact);
        self.facts.push(fact);
    }

    /// The incident, if it is not archived.
    pub(super) fn incident(&self, number: IncidentNumber) -> Option<&Arc<Incident>> {
        self.state.incidents.get(&number)
    }

    /// The incident, if it is open.
    pub(super) fn open(&self, number: IncidentNumber) -> Option<&Arc<Incident>> {
        self.incident(number).filter(|incident| incident.is_open())
    }

    /// The number of the next incident.
    pub(super) fn next_number(&self) -> IncidentNumber {
        IncidentNumber(self.state.opened + 1)
    }

    /// The ids of the next configuration objects, in order. Each must be made by a fact before this is asked again.
    pub(super) fn next_objects(&self) -> impl Iterator<Item = ObjectId> + use<> {
        let key = self.state.account.as_ref().map(|account| account.id_key);
        (self.state.objects..).map_while(move |n| key.map(|key| key.object(n)))
    }

    /// Has the assignees of this incident paged at the end of the batch. Who has not heard of it yet hears why it was
    /// opened, whatever has happened since.
    pub(super) fn page_later(&mut self, number: IncidentNumber, purpose: Purpose) {
        let known = self.to_page.entry(number).or_insert(purpose);
        if !known.is_triggered() {
            *known = purpose;
        }
    }

    /// Has nobody paged at the end of the batch: escalation has come to its end meanwhile.
    pub(super) fn page_nobody(&mut self, number: IncidentNumber) {
        self.to_page.remove(&number);
    }

    pub(super) fn take_to_page(&mut self) -> BTreeMap<IncidentNumber, Purpose> {
        std::mem::take(&mut self.to_page)
    }

    /// Counts one more trigger of an open alert.
    pub(super) fn repeat(
        &mut self,
        number: IncidentNumber,
        alert: u32,
        at: Timestamp,
        address: EventAddress,
    ) {
        let known = self.incident(number).and_then(|incident| incident.alerts.get(alert as usize));
        // One that is read late, because its door's journal was out of reach, is not the latest.
        let (last_at, latest) = known.map_or((at, address), |alert| (alert.latest_at, alert.latest));
        let fresh = Repeats { count: 0, first_at: at, last_at, latest };
        let repeats = self.repeats.entry((number, alert)).or_insert(fresh);
        repeats.count += 1;
        if at >= repeats.last_at {
            (repeats.last_at, repeats.latest) = (at, address);
        }
    }

    /// Makes the counted repeats of an incident facts, before anything else happens to it.
    pub(super) fn flush_incident(&mut self, number: IncidentNumber) {
        while let Some((key, _)) = self.repeats.range((number, 0)..=(number, u32::MAX)).next() {
            let key = *key;
            if let Some(repeats) = self.repeats.remove(&key) {
                self.emit(repeats.fact(key));
            }
        }
    }

    /// Makes all counted repeats facts.
    pub(super) fn flush(&mut self) {
        for (key, repeats) in std::mem::take(&mut self.repeats) {
            self.emit(repeats.fact(key));
        }
        for (rule, more) in std::mem::take(&mut self.rule_counts) {
            self.emit(Fact::RuleCounted { rule, more });
        }
    }

    /// Counts what a rule did that no incident shows.
    pub(super) fn count_rule(&mut self, rule: RuleRef, more: RuleCount) {
        self.rule_counts.entry(rule).or_default().add(more);
    }

    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint { state: self.state.clone(), facts: self.facts.len(), to_page: self.to_page.clone() }
    }

    /// Undoes everything since the checkpoint.
    pub(super) fn roll_back(&mut self, to: Checkpoint) {
        self.state = to.state;
        self.facts.truncate(to.facts);
        self.to_page = to.to_page;
    }

    /// Puts a fact before everything since the checkpoint. It must be one that nothing of that has to do with.
    pub(super) fn precede(&mut self, checkpoint: &Checkpoint, fact: Fact) {
        let mut then = checkpoint.state.clone();
        evolve(&mut then, &fact);
        self.state.actions = then.actions;
        self.facts.insert(checkpoint.facts, fact);
    }

    /// Whether this incident is another than at the checkpoint.
    pub(super) fn incident_changed_since(&self, checkpoint: &Checkpoint, number: IncidentNumber) -> bool {
        let revision = |state: &State| state.incidents.get(&number).map(|incident| incident.revision);
        revision(&self.state) != revision(&checkpoint.state)
    }

    /// Whether nobody was paged for this incident at the checkpoint, for the time being.
    pub(super) fn was_held(&self, checkpoint: &Checkpoint, number: IncidentNumber) -> bool {
        checkpoint.state.held.contains(&number)
    }

    /// What happened since the checkpoint.
    pub(super) fn facts_since(&self, checkpoint: &Checkpoint) -> &[Fact] {
        &self.facts[checkpoint.facts..]
    }

    /// Whether anything happened since the checkpoint.
    pub(super) fn changed_since(&self, checkpoint: &Checkpoint) -> bool {
        self.facts.len() > checkpoint.facts
    }
}

impl Repeats {
    fn fact(self, (number, alert): (IncidentNumber, u32)) -> Fact {
        let Self { count, first_at, last_at, latest } = self;
        Fact::AlertRepeated { number, alert, count, first_at, last_at, latest }
    }
}
