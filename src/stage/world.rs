//! What a stage's loop stands between: the world that its process gives it, and what others see of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Company, Error, Landmarks, Replica, Stage, Status, Watchdog};
use crate::clock::SharedClock;
use crate::ids::SharedIds;
use crate::journal::{Journal, LogName, Seq};

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
    /// From one entry to the next at least, unless much waits: what comes in meanwhile goes into the next together, and
    /// the store has fewer, larger commits. An idle stage does not wait at all.
    pub rest: Duration,
    /// At most this many inputs become one entry.
    pub batch_max: usize,
    /// The longest pause between two attempts to append, before jitter.
    pub retry_cap: Duration,
    /// Ends a process whose rules run for too long.
    pub watchdog: Watchdog,
    /// Who else uses the journal.
    pub company: Company,
    /// How often it is checked that the sources still go on where they were left.
    pub check_every: Duration,
    /// Whether it stands still on purpose: it follows what others append, and does nothing itself.
    pub frozen: watch::Receiver<bool>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(1),
            rest: Duration::from_millis(5),
            batch_max: 4096,
            retry_cap: Duration::from_secs(2),
            watchdog: Watchdog::default(),
            company: Company::Alone,
            check_every: Duration::from_secs(60),
            frozen: watch::channel(false).1,
        }
    }
}

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
    /// Values at positions that other processes remember too; empty where there is no other process.
    pub landmarks: watch::Receiver<Arc<Landmarks<S>>>,
    /// Stops the stage for this reason: it is not to act on what it takes for its state.
    pub halt: mpsc::Sender<Error>,
}

impl<S: Stage> Handle<S> {
    /// Up to which entry of this journal, exclusively, the stage has surely consumed everything.
    pub fn consumed(&self, log: &LogName) -> Seq {
        self.replica.borrow().cursors.get(log).map_or(Seq::FIRST, |cursor| cursor.next)
    }
}

impl<S: Stage> Clone for Handle<S> {
    fn clone(&self) -> Self {
        Self {
            replica: self.replica.clone(),
            state: self.state.clone(),
            status: self.status.clone(),
            local: self.local.clone(),
            landmarks: self.landmarks.clone(),
            halt: self.halt.clone(),
        }
    }
}
