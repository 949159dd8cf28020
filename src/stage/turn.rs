//! One turn of the loop: what is there and is this process's to decide becomes an entry.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::mark::last_places;
use super::run::Mix;
use super::source::Batch;
use super::suspicion::panic_text;
use super::unrecorded::Unrecorded;
use super::{Body, Duty, Error, FORMAT, Lanes, Loop, Stage};
use crate::domain::time::Timestamp;
use crate::journal::{ENTRY_BYTES_MAX, Entry};
use crate::mutants::{self, Mutant};

/// Due timers that led to no fact are looked at again after this long.
const FRUITLESS_PAUSE: Duration = Duration::from_millis(50);

/// What came of a turn.
pub(super) enum Turn {
    /// Something was appended or applied.
    Progress,
    /// There was nothing to append.
    Nothing,
    /// The process ends.
    Shutdown,
}

impl<S: Stage> Loop<S> {
    /// Decides one batch and appends what came of it.
    pub(super) async fn turn(&mut self) -> Result<Turn, Error> {
        let limit = self.limit_now();
        let consumes = self.standing.does(Duty::Consuming);
        if self.held.is_empty() {
            self.mix = Mix::Together;
        }
        let mut batch = self.sources.take(if self.mix == Mix::OwnAlone || !consumes { 0 } else { limit });
        let now = self.world.clock.now();
        let due = self.next_due().is_some_and(|at| at <= now)
            && self.not_before.is_none_or(|at| at <= self.world.clock.monotonic());
        if batch.inputs.is_empty() && batch.cursors.is_empty() && self.held.is_empty() && !due {
            return Ok(Turn::Nothing);
        }
        self.suspicion.carry_out(&self.stage, &mut batch);
        // Whether there was work that nobody did shows by itself, and not beside other work; which waits for nothing else.
        let on_trial = !batch.inputs.is_empty() && self.standing.is_on_trial(Duty::Consuming);
        let own = if on_trial || self.mix == Mix::JournalsFirst { 0 } else { self.held.len().min(limit) };
        batch.inputs.extend(self.held[..own].iter().cloned());
        if !on_trial {
            let lanes =
                if self.standing.is_alone() { Lanes::All } else { Lanes::of(&self.standing.duties()) };
            batch.inputs.extend(self.stage.offers(&self.replica.state, &lanes));
        }
        let Some((facts, state)) = self.decide(&batch, own, now) else { return Ok(Turn::Progress) };
        self.not_before =
            facts.is_empty().then(|| self.world.clock.monotonic() + FRUITLESS_PAUSE).filter(|_| due);
        self.unrecorded.moved(&batch.cursors);
        let (cursors, dropped) = if consumes {
            (self.unrecorded.for_entry(!facts.is_empty()), self.sources.dropped(&self.replica.cursors))
        } else {
            ((!facts.is_empty()).then(Vec::new), Vec::new())
        };
        let Some(cursors) = cursors else {
            self.done_with(own);
            return Ok(Turn::Nothing);
        };
        let body = Body { cursors, dropped, facts };
        let bytes = body.encode();
        if bytes.len() > ENTRY_BYTES_MAX {
            let reason =
                format!("what follows has {} bytes, and an entry {ENTRY_BYTES_MAX} at most", bytes.len());
            self.fail(&batch, own, &Arc::from(reason));
            return Ok(Turn::Progress);
        }
        let entry = self.entry(now, bytes);
        if mutants::is(Mutant::SendBeforeClaim) {
            self.stage.appended(&body.facts, &Arc::new(state.clone()));
        }
        if mutants::is(Mutant::CursorApart) && !body.facts.is_empty() && !body.cursors.is_empty() {
            let Body { cursors, dropped, facts } = body;
            let apart = Body { cursors: Vec::new(), dropped: Vec::new(), facts };
            self.append(self.entry(now, apart.encode()), apart, state.clone(), (0, own)).await?;
            let body = Body { cursors, dropped, facts: Vec::new() };
            return self.append(self.entry(now, body.encode()), body, state, (batch.places.len(), 0)).await;
        }
        self.append(entry, body, state, (batch.places.len(), own)).await
    }

    fn entry(&self, now: Timestamp, body: Bytes) -> Entry {
        Entry { id: self.world.ids.uuid(now), writer: self.world.process, at: now, format: FORMAT, body }
    }

    /// Runs the rules under guard; `None` when they failed and the batch is to be tried again, smaller or without the
    /// input that made them fail.
    fn decide(
        &mut self,
        batch: &Batch<S::Input>,
        own: usize,
        now: Timestamp,
    ) -> Option<(Vec<S::Fact>, S::State)> {
        let alone = batch.places.len() == 1 && self.suspicion.is_suspected(&batch.places[0]);
        self.mark.begin(&last_places(&batch.places), alone);
        self.settings.watchdog.begin(self.world.clock.monotonic());
        let state = &self.replica.state;
        let decided = catch_unwind(AssertUnwindSafe(|| S::decide(state, &batch.inputs, now)));
        self.settings.watchdog.end();
        self.mark.end();
        match decided {
            Ok(decided) => Some(decided),
            Err(panic) => {
                let reason: Arc<str> = Arc::from(format!("the rules failed: {}", panic_text(&*panic)));
                tracing::error!(stage = %self.log, inputs = batch.inputs.len(), %reason, "a batch cannot be decided");
                self.fail(batch, own, &reason);
                None
            }
        }
    }

    /// Has the batch tried again in smaller pieces, or gives it up if it is a single input.
    fn fail(&mut self, batch: &Batch<S::Input>, own: usize, reason: &Arc<str>) {
        self.unrecorded = Unrecorded::default();
        self.sources.rewind(&self.replica.cursors);
        if !batch.places.is_empty() {
            // There is work here, although it is none that leads to an entry as it is.
            self.standing.proved(Duty::Consuming, self.world.clock.monotonic());
        }
        match (batch.places.len(), own) {
            (0 | 1, 0) | (0, 1) => self.give_up(batch, own, reason),
            (1.., 1..) => self.mix = Mix::JournalsFirst,
            (size, 0) | (0, size) => self.limit = (size / 2).max(1),
        }
    }

    /// These inputs are decided, so many of them this process's own.
    pub(super) fn done_with(&mut self, own: usize) {
        self.held.drain(..own);
        if self.mix == Mix::JournalsFirst {
            self.mix = Mix::OwnAlone;
        }
    }

    /// A single input makes the rules fail: it is quarantined instead. A local one, which is in no journal, is dropped.
    fn give_up(&mut self, batch: &Batch<S::Input>, own: usize, reason: &Arc<str>) {
        match batch.places.first() {
            Some(place) => {
                self.status.send_modify(|status| status.poisoned += 1);
                self.suspicion.condemn(place, reason);
            }
            None if own == 0 => {
                tracing::error!(%reason, "the rules fail without any input, and are tried again");
                self.status.send_modify(|status| status.blocked = Some(reason.to_string()));
                self.stuck = true;
            }
            None => {
                self.status.send_modify(|status| status.poisoned += 1);
                tracing::error!(%reason, "an input of this process's own is dropped");
                self.held.drain(..own);
            }
        }
    }

    /// How many inputs may go into the next batch: one by one while something is suspected.
    fn limit_now(&mut self) -> usize {
        self.suspicion.consumed(&self.replica.cursors);
        if self.suspicion.is_careful() { 1 } else { self.limit }
    }
}
