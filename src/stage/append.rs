//! Makes an entry durable, and then its facts true.

use std::sync::Arc;
use std::time::Duration;

use super::ground::Footing;
use super::size::grown;
use super::turn::Turn;
use super::unrecorded::Unrecorded;
use super::{Body, Duty, Error, Loop, Stage};
use crate::journal::{self, Append, Entry, Seq};
use crate::mutants::{self, Mutant};

/// The pause before the second attempt to append, before jitter; it doubles from there.
pub(super) const RETRY_FIRST: Duration = Duration::from_millis(50);

impl<S: Stage> Loop<S> {
    /// Appends until it is known what became of the entry; `own` of its inputs are this process's own.
    pub(super) async fn append(
        &mut self,
        entry: Entry,
        body: Body<S::Fact>,
        state: S::State,
        (inputs, own): (usize, usize),
    ) -> Result<Turn, Error> {
        let mut pause = RETRY_FIRST;
        loop {
            let at = self.replica.next;
            let (answer, took) = self.attempt(at, &entry).await?;
            if answer.is_ok() {
                self.note_append_answered();
            }
            match answer {
                Ok(Append::Appended) => {
                    self.latency.note(took);
                    self.publish(&entry, body, state, (inputs, own));
                    return Ok(Turn::Progress);
                }
                Ok(Append::Taken(_)) if mutants::is(Mutant::TakenIgnored) => {
                    self.publish(&entry, body, state, (inputs, own));
                    return Ok(Turn::Progress);
                }
                Ok(Append::Taken(theirs)) => {
                    self.latency.note(took);
                    if self.is_grounded() {
                        self.apply(&theirs)?;
                    } else {
                        self.catch_up().await?;
                    }
                    // Somebody did something else: this process still does what it began.
                    self.standing.proved(Duty::Consuming, self.world.clock.monotonic());
                    self.start_over();
                    return Ok(Turn::Progress);
                }
                Ok(Append::Sealed) => {
                    // The slot is long gone: we slept. The facts were decided on an old state and are dropped; their
                    // inputs are decided again.
                    self.catch_up().await?;
                    self.start_over();
                    return Ok(Turn::Progress);
                }
                Err(error) => {
                    // A slot that is not the next one: the journal is shorter than what we have seen of it.
                    if matches!(error, journal::Error::Invalid(_)) {
                        match self.replica.check_ground(&*self.journal, &self.log).await {
                            Ok(()) | Err(Error::Store(_)) => {}
                            Err(error) => return Err(error),
                        }
                    }
                    self.note_append_failure(&error, entry.at);
                    let wait = self.world.ids.jitter(pause);
                    pause = (pause * 2).min(self.settings.retry_cap);
                    tokio::select! {
                        biased;
                        () = self.world.shutdown.cancelled() => return Ok(Turn::Shutdown),
                        () = self.world.clock.sleep(wait) => {}
                    }
                }
            }
        }
    }

    /// Appends once, if the journal goes on from what this process knows.
    async fn attempt(
        &mut self,
        at: Seq,
        entry: &Entry,
    ) -> Result<(Result<Append, journal::Error>, Duration), Error> {
        match self.footing().await {
            Ok(Footing::Firm) => {}
            // What is before the slot is gone, and so is the slot.
            Ok(Footing::Left) => return Ok((Ok(Append::Sealed), Duration::ZERO)),
            Err(Error::Store(error)) => return Ok((Err(error), Duration::ZERO)),
            Err(error) => return Err(error),
        }
        let began = self.world.clock.monotonic();
        let tried = self.append_and_read(at, entry).await?;
        if matches!(tried.0, Ok(Append::Appended)) {
            // It took the slot at the end, so everything that was appended before it is known.
            (self.grounded_at, self.seen_at) = (began, began);
        }
        Ok(tried)
    }

    /// Appends once; what comes in meanwhile is read meanwhile.
    async fn append_and_read(
        &mut self,
        at: Seq,
        entry: &Entry,
    ) -> Result<(Result<Append, journal::Error>, Duration), Error> {
        let clock = Arc::clone(&self.world.clock);
        let began = clock.monotonic();
        let appending = async {
            let answer = self.journal.append(&self.log, at, entry.clone()).await;
            (answer, clock.monotonic().saturating_sub(began))
        };
        if !self.standing.does(Duty::Consuming) {
            return Ok(appending.await);
        }
        let world = self.world.clone();
        let (answer, read) =
            tokio::join!(appending, self.sources.refill(&self.stage, |log| world.store(log)));
        match read {
            Ok(failure) => self.note_read(failure),
            // Perhaps others consumed it long ago: that is looked into before the next turn.
            Err(Error::Restored { .. }) if !self.standing.is_alone() => {}
            Err(error) => return Err(error),
        }
        Ok(answer)
    }

    /// This entry is durable and ours.
    fn publish(
        &mut self,
        entry: &Entry,
        body: Body<S::Fact>,
        state: S::State,
        (inputs, own): (usize, usize),
    ) {
        self.prove(&body, &state);
        self.replica.state = Arc::new(state);
        self.replica.advance(entry.id, &body.cursors, &body.dropped);
        self.note_landmark();
        self.unrecorded = Unrecorded::default();
        self.done_with(own);
        self.suspicion.consumed(&self.replica.cursors);
        self.limit = grown(self.limit, inputs + own, entry.body.len()).min(self.settings.batch_max);
        let now = self.world.clock.monotonic();
        (self.appended_at, self.followed_at) = (Some(now), now);
        self.show();
        let followed_at = (!self.standing.is_alone()).then_some(entry.at);
        self.status.send_modify(|status| {
            status.followed_at = followed_at;
            status.appended_at = Some(entry.at);
            status.appends += 1;
            status.inputs += inputs as u64;
            status.blocked = None;
        });
        if !mutants::is(Mutant::SendBeforeClaim) {
            self.stage.appended(&body.facts, &self.replica.state);
        }
    }

    /// Judges the inputs again that are not on record.
    pub(super) fn start_over(&mut self) {
        self.unrecorded = Unrecorded::default();
        self.sources.rewind(&self.replica.cursors);
        self.show();
    }

    pub(super) fn show(&self) {
        self.publish.send_replace(Arc::new(self.replica.clone()));
        self.publish_state.send_replace(Arc::clone(&self.replica.state));
    }
}
