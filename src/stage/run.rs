//! The loop itself: gather, decide, append, publish.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::bell::Rung;
use super::mark::last_places;
use super::size::grown;
use super::source::{Batch, Sources};
use super::suspicion::{Suspicion, panic_text};
use super::unrecorded::Unrecorded;
use super::{Bell, Body, Error, FORMAT, Handle, Mark, Replica, Settings, Signal, Stage, Status, World};
use crate::domain::time::Timestamp;
use crate::journal::{self, Append, ENTRY_BYTES_MAX, Entry, Journal, LogName};

/// The pause before the second attempt to append, before jitter; it doubles from there.
const RETRY_FIRST: Duration = Duration::from_millis(50);

/// Due timers that led to no fact are looked at again after this long.
const FRUITLESS_PAUSE: Duration = Duration::from_millis(50);

/// How many inputs of this process's own may wait.
const LOCAL_MAX: usize = 16 * 1024;

/// A stage that can be run.
pub struct Loop<S: Stage> {
    stage: S,
    world: World,
    settings: Settings,
    bell: Bell,
    mark: Box<dyn Mark>,
    log: LogName,
    journal: Arc<dyn Journal>,
    replica: Replica<S>,
    sources: Sources<S>,
    local: mpsc::Receiver<S::Input>,
    /// Local inputs that were taken and are not durable yet.
    held: Vec<S::Input>,
    /// At most this many inputs become the next entry: shrinks when a batch cannot be decided or is too large.
    limit: usize,
    /// Which inputs go into the next batch.
    company: Company,
    /// The rules fail with no input at all: there is nothing to give up, only to wait.
    stuck: bool,
    suspicion: Suspicion,
    unrecorded: Unrecorded,
    /// Timers that led to no fact are not looked at again before this.
    not_before: Option<Duration>,
    /// When the last entry was appended, until it was rested.
    appended_at: Option<Duration>,
    polled_at: Duration,
    checked_at: Duration,
    /// Whether the last thing that blocked was a read.
    read_failed: bool,
    publish: watch::Sender<Arc<Replica<S>>>,
    publish_state: watch::Sender<Arc<S::State>>,
    status: watch::Sender<Status>,
}

/// Which inputs are decided together. Those of journals and this process's own are, until a batch of both fails.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Company {
    /// All.
    Together,
    /// Those of journals; then the others.
    JournalsFirst,
    /// This process's own, until none is left.
    OwnAlone,
}

enum Turn {
    /// Something was appended or applied.
    Progress,
    /// There was nothing to append.
    Nothing,
    /// The process ends.
    Shutdown,
}

impl<S: Stage> Loop<S> {
    /// Loads the stage's state from its journal.
    ///
    /// # Errors
    /// When the store does not answer, or what it holds cannot be used.
    pub async fn load(
        stage: S,
        world: World,
        settings: Settings,
        bell: Bell,
        mark: Box<dyn Mark>,
    ) -> Result<(Self, Handle<S>), Error> {
        let log = stage.log();
        let replica = Replica::load(&*world.store(&log), &log).await?;
        Ok(Self::of(stage, world, settings, bell, mark, replica))
    }

    /// With the state that was loaded already.
    pub fn of(
        stage: S,
        world: World,
        settings: Settings,
        bell: Bell,
        mark: Box<dyn Mark>,
        replica: Replica<S>,
    ) -> (Self, Handle<S>) {
        let log = stage.log();
        let journal = world.store(&log);
        let (publish, replica_seen) = watch::channel(Arc::new(replica.clone()));
        let (publish_state, state) = watch::channel(Arc::clone(&replica.state));
        let (status, status_seen) = watch::channel(Status { next: replica.next, ..Status::default() });
        let (local_sender, local) = mpsc::channel(LOCAL_MAX);
        let suspicion = Suspicion::new(mark.suspects());
        let handle = Handle { replica: replica_seen, state, status: status_seen, local: local_sender };
        let this = Self {
            limit: settings.batch_max.min(1024),
            checked_at: world.clock.monotonic(),
            appended_at: None,
            polled_at: world.clock.monotonic(),
            read_failed: false,
            stage,
            world,
            settings,
            bell,
            mark,
            log,
            journal,
            replica,
            sources: Sources::new(),
            local,
            held: Vec::new(),
            company: Company::Together,
            stuck: false,
            suspicion,
            unrecorded: Unrecorded::default(),
            not_before: None,
            publish,
            publish_state,
            status,
        };
        (this, handle)
    }

    /// Runs until the world's shutdown.
    ///
    /// # Errors
    /// When it cannot go on without a person. The status says so too.
    pub async fn run(mut self) -> Result<(), Error> {
        let ended = self.run_inner().await;
        if let Err(error) = &ended {
            tracing::error!(stage = %self.log, %error, "the stage has stopped");
            self.status.send_modify(|status| {
                status.blocked = Some(error.to_string());
                status.stopped = true;
            });
        }
        ended
    }

    async fn run_inner(&mut self) -> Result<(), Error> {
        loop {
            self.rest().await;
            let Some(rung) = self.wait().await else { return Ok(()) };
            self.look(rung);
            let world = self.world.clone();
            let failure = self.sources.refill(&self.stage, |log| world.store(log)).await?;
            self.note_read(failure);
            self.hold_local();
            match self.turn().await? {
                Turn::Progress | Turn::Nothing => {}
                Turn::Shutdown => return Ok(()),
            }
            self.note_progress();
        }
    }

    /// Lets some time pass since the last entry, while little waits.
    async fn rest(&mut self) {
        let Some(appended_at) = self.appended_at.take() else { return };
        let since = self.world.clock.monotonic().saturating_sub(appended_at);
        let much = self.sources.waiting() + self.held.len() >= self.limit;
        if since < self.settings.rest && !much {
            tokio::select! {
                biased;
                () = self.world.shutdown.cancelled() => {}
                () = self.world.clock.sleep(self.settings.rest - since) => {}
            }
        }
    }

    /// Waits until there is something to do; `None` when the process ends.
    async fn wait(&mut self) -> Option<Rung> {
        if self.world.shutdown.is_cancelled() {
            return None;
        }
        let stuck = std::mem::take(&mut self.stuck);
        if !stuck && (self.sources.has_work() || !self.held.is_empty() || !self.local.is_empty()) {
            return Some(self.bell.take());
        }
        let pause = if stuck { self.settings.poll } else { self.pause() };
        tokio::select! {
            biased;
            () = self.world.shutdown.cancelled() => None,
            input = self.local.recv(), if !stuck => {
                self.held.extend(input);
                Some(self.bell.take())
            }
            () = self.bell.rung(), if !stuck => Some(self.bell.take()),
            () = self.world.clock.sleep(pause) => Some(self.bell.take()),
        }
    }

    /// How long nothing is to be done: until the next timer is due, and no longer than the poll.
    fn pause(&self) -> Duration {
        let Some(due) = self.stage.next_due(&self.replica.state) else { return self.settings.poll };
        let until = due.since(self.world.clock.now());
        let held_back =
            self.not_before.map_or(Duration::ZERO, |at| at.saturating_sub(self.world.clock.monotonic()));
        // A clock may tick between a sleep's end and its instant; a millisecond more avoids a turn in vain.
        let until = if until.is_zero() { until } else { until + Duration::from_millis(1) };
        until.max(held_back).min(self.settings.poll)
    }

    fn look(&mut self, rung: Rung) {
        let logs = self.stage.sources(&self.replica.state);
        self.sources.set(&self.stage, &logs, &self.replica.cursors);
        self.sources.hint(|log| rung.has(Signal::of(log)));
        let now = self.world.clock.monotonic();
        if now.saturating_sub(self.polled_at) >= self.settings.poll {
            self.polled_at = now;
            self.sources.hint(|_| true);
        }
        if now.saturating_sub(self.checked_at) >= self.settings.check_every {
            self.checked_at = now;
            self.sources.check_again();
        }
    }

    fn hold_local(&mut self) {
        let closed = self.sources.drained();
        if self.held.is_empty() && !closed.is_empty() {
            self.held.extend(self.stage.drained(&self.replica.state, &closed));
        }
        while self.held.len() < self.limit {
            let Ok(input) = self.local.try_recv() else { break };
            self.held.push(input);
        }
    }

    /// Decides one batch and appends what came of it.
    async fn turn(&mut self) -> Result<Turn, Error> {
        let limit = self.limit_now();
        if self.held.is_empty() {
            self.company = Company::Together;
        }
        let mut batch = self.sources.take(if self.company == Company::OwnAlone { 0 } else { limit });
        let now = self.world.clock.now();
        let due = self.stage.next_due(&self.replica.state).is_some_and(|at| at <= now)
            && self.not_before.is_none_or(|at| at <= self.world.clock.monotonic());
        if batch.inputs.is_empty() && batch.cursors.is_empty() && self.held.is_empty() && !due {
            return Ok(Turn::Nothing);
        }
        self.suspicion.carry_out(&self.stage, &mut batch);
        let own = if self.company == Company::JournalsFirst { 0 } else { self.held.len().min(limit) };
        batch.inputs.extend(self.held[..own].iter().cloned());
        batch.inputs.extend(self.stage.offers(&self.replica.state));
        let Some((facts, state)) = self.decide(&batch, own, now) else { return Ok(Turn::Progress) };
        self.not_before =
            facts.is_empty().then(|| self.world.clock.monotonic() + FRUITLESS_PAUSE).filter(|_| due);
        self.unrecorded.moved(&batch.cursors);
        let Some(cursors) = self.unrecorded.for_entry(!facts.is_empty()) else {
            self.done_with(own);
            return Ok(Turn::Nothing);
        };
        let dropped = self.sources.dropped(&self.replica.cursors);
        let body = Body { cursors, dropped, facts };
        let bytes = body.encode();
        if bytes.len() > ENTRY_BYTES_MAX {
            let reason =
                format!("what follows has {} bytes, and an entry {ENTRY_BYTES_MAX} at most", bytes.len());
            self.fail(&batch, own, &Arc::from(reason));
            return Ok(Turn::Progress);
        }
        let entry = Entry {
            id: self.world.ids.uuid(now),
            writer: self.world.process,
            at: now,
            format: FORMAT,
            body: bytes,
        };
        self.append(entry, body, state, (batch.places.len(), own)).await
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
        match (batch.places.len(), own) {
            (0 | 1, 0) | (0, 1) => self.give_up(batch, own, reason),
            (1.., 1..) => self.company = Company::JournalsFirst,
            (size, 0) | (0, size) => self.limit = (size / 2).max(1),
        }
    }

    /// These inputs are decided, so many of them this process's own.
    fn done_with(&mut self, own: usize) {
        self.held.drain(..own);
        if self.company == Company::JournalsFirst {
            self.company = Company::OwnAlone;
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

    async fn append(
        &mut self,
        entry: Entry,
        body: Body<S::Fact>,
        state: S::State,
        (inputs, own): (usize, usize),
    ) -> Result<Turn, Error> {
        let mut pause = RETRY_FIRST;
        loop {
            let at = self.replica.next;
            let appending = self.journal.append(&self.log, at, entry.clone());
            let world = self.world.clone();
            // What comes in meanwhile is read meanwhile.
            let (answer, read) =
                tokio::join!(appending, self.sources.refill(&self.stage, |log| world.store(log)));
            let failure = read?;
            self.note_read(failure);
            match answer {
                Ok(Append::Appended) => {
                    self.publish(&entry, body, state, (inputs, own));
                    return Ok(Turn::Progress);
                }
                Ok(Append::Taken(theirs)) => {
                    self.apply(&theirs)?;
                    return Ok(Turn::Progress);
                }
                Ok(Append::Sealed) => {
                    // The slot is long gone: we slept. The facts were decided on an old state and are dropped; their
                    // inputs are decided again.
                    match self.replica.follow(&*self.journal, &self.log).await {
                        Ok(_) => {}
                        Err(Error::Store(error)) => self.note_append_failure(&error),
                        Err(error) => return Err(error),
                    }
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
                    self.note_append_failure(&error);
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

    /// This entry is durable and ours.
    fn publish(
        &mut self,
        entry: &Entry,
        body: Body<S::Fact>,
        state: S::State,
        (inputs, own): (usize, usize),
    ) {
        self.replica.state = Arc::new(state);
        self.replica.advance(entry.id, body.cursors, &body.dropped);
        self.unrecorded = Unrecorded::default();
        self.done_with(own);
        self.suspicion.consumed(&self.replica.cursors);
        self.limit = grown(self.limit, inputs + own, entry.body.len()).min(self.settings.batch_max);
        self.appended_at = Some(self.world.clock.monotonic());
        self.show();
        self.status.send_modify(|status| {
            status.appended_at = Some(entry.at);
            status.appends += 1;
            status.inputs += inputs as u64;
            status.blocked = None;
        });
        self.stage.appended(&body.facts, &self.replica.state);
    }

    /// This entry is durable and another's: judge the same inputs again on what it leads to.
    fn apply(&mut self, theirs: &Entry) -> Result<(), Error> {
        self.replica.apply(&self.log, theirs)?;
        self.start_over();
        Ok(())
    }

    fn start_over(&mut self) {
        self.unrecorded = Unrecorded::default();
        self.sources.rewind(&self.replica.cursors);
        self.show();
    }

    fn show(&self) {
        self.publish.send_replace(Arc::new(self.replica.clone()));
        self.publish_state.send_replace(Arc::clone(&self.replica.state));
    }

    fn note_read(&mut self, failure: Option<journal::Error>) {
        if failure.is_some() || self.read_failed {
            self.read_failed = failure.is_some();
            self.status.send_modify(|status| status.blocked = failure.map(|error| error.to_string()));
        }
    }

    fn note_append_failure(&mut self, error: &journal::Error) {
        let text = error.to_string();
        self.status.send_if_modified(|status| {
            let new = status.blocked.as_deref() != Some(&text);
            if new {
                tracing::warn!(stage = %self.log, error = text, "cannot append; trying again");
                status.blocked = Some(text);
            }
            new
        });
    }

    fn note_progress(&mut self) {
        let now = self.world.clock.now();
        let overdue = self.stage.next_due(&self.replica.state).filter(|due| *due < now);
        let oldest = [self.sources.oldest(), overdue].into_iter().flatten().min();
        let (next, waiting) = (self.replica.next, self.sources.waiting());
        self.status.send_if_modified(|status| {
            let new = status.oldest_undone != oldest || status.next != next || status.waiting != waiting;
            (status.oldest_undone, status.next, status.waiting) = (oldest, next, waiting);
            new
        });
    }
}
