//! The loop itself: gather, decide, append, publish.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::bell::Rung;
use super::source::{Batch, Sources};
use super::{
    Bell, Body, Cursor, Error, FORMAT, Mark, Place, Replica, Signal, Stage, Status, Suspects, Watchdog,
};
use crate::clock::SharedClock;
use crate::domain::time::Timestamp;
use crate::ids::SharedIds;
use crate::journal::{self, Append, ENTRY_BYTES_MAX, Entry, Journal, LogName};

/// What a stage's process gives it: time, chance, stores, and an end.
#[derive(Clone)]
pub struct World {
    /// Time.
    pub clock: SharedClock,
    /// Chance.
    pub ids: SharedIds,
    /// This process.
    pub process: Uuid,
    /// Where the doors' journals are.
    pub doors: Arc<dyn Journal>,
    /// Where the journal of the incidents stage is.
    pub incidents: Arc<dyn Journal>,
    /// Where the journal of the notify stage is.
    pub notify: Arc<dyn Journal>,
    /// Cancelled when the process is to end; what is being appended is finished first.
    pub shutdown: CancellationToken,
}

impl World {
    /// The store that holds this journal.
    pub fn store(&self, log: &LogName) -> Arc<dyn Journal> {
        match log.as_str() {
            "incidents" => Arc::clone(&self.incidents),
            "notify" => Arc::clone(&self.notify),
            _ => Arc::clone(&self.doors),
        }
    }
}

/// The bounds of the loop.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How often sources are read although no bell was rung.
    pub poll: Duration,
    /// At most this many inputs become one entry.
    pub batch_max: usize,
    /// The longest pause between two attempts to append, before jitter.
    pub retry_cap: Duration,
    /// Ends a process whose rules run for too long.
    pub watchdog: Watchdog,
    /// How often it is checked that the sources still go on where they were left.
    pub check_every: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(1),
            batch_max: 4096,
            retry_cap: Duration::from_secs(2),
            watchdog: Watchdog::default(),
            check_every: Duration::from_secs(60),
        }
    }
}

/// The pause before the second attempt to append, before jitter; it doubles from there.
const RETRY_FIRST: Duration = Duration::from_millis(50);

/// Due timers that led to no fact are looked at again after this long.
const FRUITLESS_PAUSE: Duration = Duration::from_millis(50);

/// How many inputs of this process's own may wait.
const LOCAL_MAX: usize = 16 * 1024;

/// What an entry is to have at most when there is much to do.
const ENTRY_BYTES_AIM: usize = ENTRY_BYTES_MAX / 4 * 3;

/// A consumed entry that led to no fact is put on record after this many, or together with the next fact.
const UNRECORDED_MAX: u32 = 256;

/// What others see of a stage.
pub struct Handle<S: Stage> {
    /// The newest state of which this process knows that it is durable.
    pub replica: watch::Receiver<Arc<Replica<S>>>,
    /// The same, but for its position: what most readers want.
    pub state: watch::Receiver<Arc<S::State>>,
    /// How the stage is doing.
    pub status: watch::Receiver<Status>,
    /// Inputs of this process's own.
    pub local: mpsc::Sender<S::Input>,
}

impl<S: Stage> Clone for Handle<S> {
    fn clone(&self) -> Self {
        Self {
            replica: self.replica.clone(),
            state: self.state.clone(),
            status: self.status.clone(),
            local: self.local.clone(),
        }
    }
}

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
    /// Inputs up to these places are decided one by one.
    careful: Vec<Place>,
    /// This input is not decided as it is.
    condemned: Option<(Place, Sentence)>,
    /// Cursors that moved without a fact and are not on record yet, and over how many entries.
    unrecorded: (Vec<(LogName, Cursor)>, u32),
    /// Timers that led to no fact are not looked at again before this.
    not_before: Option<Duration>,
    polled_at: Duration,
    checked_at: Duration,
    /// Whether the last thing that blocked was a read.
    read_failed: bool,
    publish: watch::Sender<Arc<Replica<S>>>,
    publish_state: watch::Sender<Arc<S::State>>,
    status: watch::Sender<Status>,
}

/// What becomes of an input that cannot be decided.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sentence {
    /// The rules are told that it is poison.
    Quarantine,
    /// Not even that works: the cursor moves on without a fact.
    Skip,
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
        let (careful, condemned) = match mark.suspects() {
            Suspects::None => (Vec::new(), None),
            Suspects::Some(places) => (places, None),
            Suspects::One(place) => (vec![place.clone()], Some((place, Sentence::Quarantine))),
        };
        let handle = Handle { replica: replica_seen, state, status: status_seen, local: local_sender };
        let this = Self {
            limit: settings.batch_max.min(1024),
            checked_at: world.clock.monotonic(),
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
            careful,
            condemned,
            unrecorded: (Vec::new(), 0),
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

    /// Waits until there is something to do; `None` when the process ends.
    async fn wait(&mut self) -> Option<Rung> {
        if self.world.shutdown.is_cancelled() {
            return None;
        }
        if self.sources.has_work() || !self.held.is_empty() || !self.local.is_empty() {
            return Some(self.bell.take());
        }
        let pause = self.pause();
        tokio::select! {
            biased;
            () = self.world.shutdown.cancelled() => None,
            input = self.local.recv() => {
                self.held.extend(input);
                Some(self.bell.take())
            }
            () = self.bell.rung() => Some(self.bell.take()),
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
        self.sources.hint(|log| rung.has(signal(log)));
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
        while self.held.len() < self.limit {
            let Ok(input) = self.local.try_recv() else { break };
            self.held.push(input);
        }
        let closed = self.sources.drained();
        if !closed.is_empty() {
            self.held.extend(self.stage.drained(&self.replica.state, &closed));
        }
    }

    /// Decides one batch and appends what came of it.
    async fn turn(&mut self) -> Result<Turn, Error> {
        let limit = self.limit_now();
        let mut batch = self.sources.take(limit);
        let now = self.world.clock.now();
        let due = self.stage.next_due(&self.replica.state).is_some_and(|at| at <= now)
            && self.not_before.is_none_or(|at| at <= self.world.clock.monotonic());
        if batch.inputs.is_empty() && batch.cursors.is_empty() && self.held.is_empty() && !due {
            return Ok(Turn::Nothing);
        }
        self.condemn(&mut batch);
        batch.inputs.extend(self.held.iter().cloned());
        batch.inputs.extend(self.stage.offers(&self.replica.state));
        let Some((facts, state)) = self.decide(&batch, now) else { return Ok(Turn::Progress) };
        self.not_before =
            facts.is_empty().then(|| self.world.clock.monotonic() + FRUITLESS_PAUSE).filter(|_| due);
        let Some(cursors) = self.recordable(facts.is_empty(), &batch) else {
            self.held.clear();
            return Ok(Turn::Nothing);
        };
        let body = Body { cursors, facts };
        let bytes = body.encode();
        if bytes.len() > ENTRY_BYTES_MAX && self.shrink(&batch) {
            return Ok(Turn::Progress);
        }
        let entry = Entry {
            id: self.world.ids.uuid(now),
            writer: self.world.process,
            at: now,
            format: FORMAT,
            body: bytes,
        };
        self.append(entry, body, state, batch.places.len()).await
    }

    /// Which cursors go into the next entry; `None` if there is no entry to be made. Cursors of doors are recorded at
    /// once. Those of the other stage may wait for the next fact: else the two stages would answer each other's
    /// answers for ever.
    fn recordable(&mut self, no_facts: bool, batch: &Batch<S::Input>) -> Option<Vec<(LogName, Cursor)>> {
        let (pending, count) = &mut self.unrecorded;
        for (log, cursor) in &batch.cursors {
            pending.retain(|(other, _)| other != log);
            pending.push((log.clone(), cursor.clone()));
        }
        *count += u32::from(!batch.cursors.is_empty());
        let only_stage = pending.iter().all(|(log, _)| signal(log) == Signal::Stage);
        if no_facts && (pending.is_empty() || (only_stage && *count < UNRECORDED_MAX)) {
            return None;
        }
        Some(pending.clone())
    }

    /// Runs the rules under guard; `None` when they failed and the batch is to be tried again, smaller or without the
    /// input that made them fail.
    fn decide(&mut self, batch: &Batch<S::Input>, now: Timestamp) -> Option<(Vec<S::Fact>, S::State)> {
        let alone = batch.places.len() == 1;
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
                if !self.shrink(batch) {
                    self.give_up(batch, &reason);
                }
                None
            }
        }
    }

    /// Tries the batch again in smaller pieces. `false` if it is a single input.
    fn shrink(&mut self, batch: &Batch<S::Input>) -> bool {
        let size = batch.places.len().max(self.held.len());
        self.unrecorded = (Vec::new(), 0);
        self.sources.rewind(&self.replica.cursors);
        if size <= 1 && (batch.places.is_empty() || self.held.is_empty()) {
            return false;
        }
        self.limit = (size / 2).max(1);
        true
    }

    /// A single input makes the rules fail: it is quarantined instead. A local one, which is in no journal, is dropped.
    fn give_up(&mut self, batch: &Batch<S::Input>, reason: &Arc<str>) {
        self.status.send_modify(|status| status.poisoned += 1);
        match batch.places.first() {
            Some(place) => {
                let known = self.condemned.as_ref().is_some_and(|(condemned, _)| condemned == place);
                let sentence = if known { Sentence::Skip } else { Sentence::Quarantine };
                tracing::error!(?place, %reason, skipped = known, "an input is given up");
                self.condemned = Some((place.clone(), sentence));
            }
            None => {
                tracing::error!(%reason, "an input of this process's own is dropped");
                self.held.clear();
            }
        }
    }

    fn condemn(&mut self, batch: &mut Batch<S::Input>) {
        let Some((condemned, sentence)) = &self.condemned else { return };
        let Some(at) = batch.places.iter().position(|place| place == condemned) else { return };
        let reason = Arc::from("the rules failed on it, or the process died of it twice");
        let poison = match sentence {
            Sentence::Quarantine => self.stage.poison(condemned, &batch.inputs[at], reason),
            Sentence::Skip => None,
        };
        match poison {
            Some(poison) => batch.inputs[at] = poison,
            None => {
                batch.inputs.remove(at);
                batch.places.remove(at);
            }
        }
    }

    /// How many inputs may go into the next batch: one by one while something is suspected.
    fn limit_now(&mut self) -> usize {
        let cursors = &self.replica.cursors;
        self.careful.retain(|place| {
            cursors.get(&place.log).is_none_or(|c| (c.next, c.skip) <= (place.seq, place.index))
        });
        if self.careful.is_empty() && self.condemned.is_none() { self.limit } else { 1 }
    }

    async fn append(
        &mut self,
        entry: Entry,
        body: Body<S::Fact>,
        state: S::State,
        inputs: usize,
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
                    self.publish(&entry, body, state, inputs);
                    return Ok(Turn::Progress);
                }
                Ok(Append::Taken(theirs)) => {
                    self.apply(&theirs)?;
                    return Ok(Turn::Progress);
                }
                Ok(Append::Sealed) => {
                    // The slot is long gone: we slept. The facts were decided on an old state and are dropped; their
                    // inputs are decided again.
                    self.replica.follow(&*self.journal, &self.log).await?;
                    self.start_over();
                    return Ok(Turn::Progress);
                }
                Err(error) => {
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
    fn publish(&mut self, entry: &Entry, body: Body<S::Fact>, state: S::State, inputs: usize) {
        self.replica.state = Arc::new(state);
        self.replica.advance(entry.id, body.cursors);
        self.unrecorded = (Vec::new(), 0);
        self.held.clear();
        self.condemned = None;
        self.limit = grown(self.limit, inputs, entry.body.len()).min(self.settings.batch_max);
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
        self.unrecorded = (Vec::new(), 0);
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

/// The next limit: more than this one, but not more than what likely fits into an entry. An entry that turns out too
/// large is decided in vain.
fn grown(limit: usize, inputs: usize, bytes: usize) -> usize {
    let grown = limit + limit / 4 + 1;
    if bytes < ENTRY_BYTES_AIM / 4 {
        return grown;
    }
    grown.min((inputs.saturating_mul(ENTRY_BYTES_AIM) / bytes).max(1))
}

/// The last place of each source.
fn last_places(places: &[Place]) -> Vec<Place> {
    let mut last: Vec<Place> = Vec::new();
    for place in places.iter().rev() {
        if !last.iter().any(|other| other.log == place.log) {
            last.push(place.clone());
        }
    }
    last
}

fn signal(log: &LogName) -> Signal {
    match log.as_str() {
        "incidents" | "notify" => Signal::Stage,
        "door/index" => Signal::Index,
        _ => Signal::Doors,
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason was given")
}
