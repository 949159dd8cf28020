//! The loop itself: follow, gather, decide, append, publish.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::bell::Rung;
use super::latency::Latency;
use super::source::Sources;
use super::standing::Standing;
use super::suspicion::Suspicion;
use super::turn::Turn;
use super::unrecorded::Unrecorded;
use super::{
    Bell, Company, Duty, Error, Handle, Landmarks, Mark, Replica, Settings, Signal, Stage, Status, World,
};
use crate::domain::time::Timestamp;
use crate::journal::{Journal, LogName};

/// How many inputs of this process's own may wait.
const LOCAL_MAX: usize = 16 * 1024;

/// A stage that can be run.
pub struct Loop<S: Stage> {
    pub(super) stage: S,
    pub(super) world: World,
    pub(super) settings: Settings,
    bell: Bell,
    pub(super) mark: Box<dyn Mark>,
    pub(super) log: LogName,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) replica: Replica<S>,
    pub(super) sources: Sources<S>,
    local: mpsc::Receiver<S::Input>,
    /// Local inputs that were taken and are not durable yet.
    pub(super) held: Vec<S::Input>,
    /// At most this many inputs become the next entry: shrinks when a batch cannot be decided or is too large.
    pub(super) limit: usize,
    /// Which inputs go into the next batch.
    pub(super) mix: Mix,
    /// The rules fail with no input at all: there is nothing to give up, only to wait.
    pub(super) stuck: bool,
    pub(super) suspicion: Suspicion,
    pub(super) unrecorded: Unrecorded,
    /// Timers that led to no fact are not looked at again before this.
    pub(super) not_before: Option<Duration>,
    /// When the last entry was appended, until it was rested.
    pub(super) appended_at: Option<Duration>,
    /// The state is still to be read.
    pub(super) loading: bool,
    /// Which work is this process's.
    pub(super) standing: Standing,
    /// How long its appends took.
    pub(super) latency: Latency,
    /// When the ground under the replica was seen last.
    pub(super) grounded_at: Duration,
    /// When it was asked last what others have appended to the own journal.
    pub(super) followed_at: Duration,
    /// The same, where an answer came: everything that was appended before then is known.
    pub(super) seen_at: Duration,
    /// When it was looked last whether there is work for others to do.
    pub(super) looked_at: Option<Duration>,
    polled_at: Duration,
    checked_at: Duration,
    /// Whether the last thing that blocked was a read.
    pub(super) read_failed: bool,
    pub(super) landmarks: Landmarks<S>,
    publish_landmarks: watch::Sender<Arc<Landmarks<S>>>,
    halted: mpsc::Receiver<Error>,
    pub(super) publish: watch::Sender<Arc<Replica<S>>>,
    pub(super) publish_state: watch::Sender<Arc<S::State>>,
    pub(super) status: watch::Sender<Status>,
}

/// Which inputs are decided together. Those of journals and this process's own are, until a batch of both fails.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mix {
    /// All.
    Together,
    /// Those of journals; then the others.
    JournalsFirst,
    /// This process's own, until none is left.
    OwnAlone,
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
        let (publish_landmarks, landmarks) = watch::channel(Arc::default());
        let (halt, halted) = mpsc::channel(1);
        let handle = Handle {
            replica: replica_seen,
            state,
            status: status_seen,
            local: local_sender,
            landmarks,
            halt,
        };
        let standing = match &settings.company {
            Company::Alone => Standing::alone(),
            Company::Many(_) => Standing::among_many(),
        };
        let this = Self {
            limit: settings.batch_max.min(1024),
            checked_at: world.clock.monotonic(),
            appended_at: None,
            loading: false,
            standing,
            latency: Latency::default(),
            grounded_at: Duration::ZERO,
            followed_at: Duration::ZERO,
            seen_at: Duration::ZERO,
            looked_at: None,
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
            mix: Mix::Together,
            stuck: false,
            suspicion,
            unrecorded: Unrecorded::default(),
            not_before: None,
            landmarks: Landmarks::default(),
            publish_landmarks,
            halted,
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
        if !self.load_first().await? {
            return Ok(());
        }
        loop {
            self.rest().await;
            let Some(rung) = self.wait().await else { return Ok(()) };
            if let Ok(reason) = self.halted.try_recv() {
                return Err(reason);
            }
            self.follow(rung).await?;
            if *self.settings.frozen.borrow() {
                self.stand_still().await;
                continue;
            }
            self.look(rung);
            self.gather().await?;
            self.hold_local();
            self.judge();
            match self.turn().await? {
                Turn::Progress => {}
                Turn::Nothing => self.leave_trials(),
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
        let work = self.standing.does(Duty::Consuming) && self.sources.has_work();
        if !stuck && (work || !self.held.is_empty() || !self.local.is_empty()) {
            return Some(self.bell.take());
        }
        let pause = if stuck { self.poll() } else { self.pause() };
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

    /// Lets the time pass until the next look at what others do.
    async fn stand_still(&mut self) {
        tokio::select! {
            biased;
            () = self.world.shutdown.cancelled() => {}
            () = self.world.clock.sleep(self.poll()) => {}
        }
    }

    /// How long nothing is to be done: until the next timer is due, and no longer than the poll.
    fn pause(&self) -> Duration {
        let now = self.world.clock.monotonic();
        let poll = match &self.settings.company {
            Company::Alone => self.settings.poll,
            Company::Many(many) => (self.followed_at + many.poll).saturating_sub(now),
        };
        let Some(due) = self.next_due() else { return poll };
        let until = due.since(self.world.clock.now());
        let held_back = self.not_before.map_or(Duration::ZERO, |at| at.saturating_sub(now));
        // A clock may tick between a sleep's end and its instant; a millisecond more avoids a turn in vain.
        let until = if until.is_zero() { until } else { until + Duration::from_millis(1) };
        until.max(held_back).min(poll)
    }

    /// How often something is read although no bell was rung.
    fn poll(&self) -> Duration {
        match &self.settings.company {
            Company::Alone => self.settings.poll,
            Company::Many(many) => many.poll,
        }
    }

    /// When this process has to decide although nothing comes in: the earliest timer or lane that is its to serve.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let state = &self.replica.state;
        let timers = self.stage.next_due(state).filter(|_| self.standing.does(Duty::Timers));
        let lanes = self.stage.lanes(state).into_iter();
        let lanes = lanes.filter(|lane| self.standing.does(Duty::Lane(lane.kind))).map(|lane| lane.due);
        lanes.chain(timers).min()
    }

    fn look(&mut self, rung: Rung) {
        let logs = self.stage.sources(&self.replica.state);
        self.sources.set(&self.stage, &logs, &self.replica.cursors);
        self.sources.hint(|log| rung.has(Signal::of(log)));
        let now = self.world.clock.monotonic();
        if now.saturating_sub(self.polled_at) >= self.poll() {
            self.polled_at = now;
            self.sources.hint(|_| true);
        }
        if now.saturating_sub(self.checked_at) >= self.settings.check_every {
            self.checked_at = now;
            self.sources.check_again();
        }
    }

    fn hold_local(&mut self) {
        if self.held.is_empty() && self.standing.does(Duty::Consuming) {
            self.held.extend(self.drained());
        }
        while self.held.len() < self.limit {
            let Ok(input) = self.local.try_recv() else { break };
            self.held.push(input);
        }
    }

    /// Remembers the replica where others remember theirs.
    pub(super) fn note_landmark(&mut self) {
        if !self.standing.is_alone() && self.landmarks.passed(&self.replica) {
            self.publish_landmarks.send_replace(Arc::new(self.landmarks.clone()));
        }
    }

    /// What to decide because sources have come to their end.
    pub(super) fn drained(&self) -> Vec<S::Input> {
        let closed = self.sources.drained();
        if closed.is_empty() { Vec::new() } else { self.stage.drained(&self.replica.state, &closed) }
    }
}
