//! Carries all scheduled work in small steps at a constant pace, so that it never becomes a load of its own.
//!
//! One step is done at a time, whichever job it belongs to, and after each the store rests for a multiple of what the
//! step took: scheduled work has a small, fixed share of the store, and slows down when the store does, by its own steps
//! and by the appends that somebody waits for; while those are in trouble it stops. Rounds begin at a random phase. What
//! was missed is not caught up: a round begins a fixed time after the one before has ended.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use crate::clock::{SharedClock, within};
use crate::domain::time::Timestamp;
use crate::ids::SharedIds;
use crate::journal;
use crate::mutants::{self, Mutant};
use crate::overload::pace::{self, Foreground};

/// How often a job that is held looks again, before jitter.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How much longer the pause after a failed round may get, in rounds.
const FAILURES_COUNTED: u32 = 10;

/// The bounds of the pace.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The least pause of a job between two of its steps.
    pub pause: Duration,
    /// A step that takes longer than this is given up; its round fails.
    pub step_max: Duration,
    /// The longest rest after a step, however long that took.
    pub rest_max: Duration,
    /// How many steps may be at work at a time.
    pub at_once: usize,
    /// Whether rounds begin at a random phase, rather than all at the same multiple of their pause by the wall clock.
    pub spread: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pause: Duration::from_millis(50),
            step_max: Duration::from_secs(120),
            rest_max: Duration::from_secs(60),
            at_once: 1,
            spread: true,
        }
    }
}

impl Settings {
    /// As jobs run that nobody has thought about: all at once, as fast as they can, on the hour in every process. To see
    /// what that does.
    pub fn without_controls() -> Self {
        Self {
            pause: Duration::ZERO,
            rest_max: Duration::ZERO,
            at_once: 64,
            spread: false,
            ..Self::default()
        }
    }
}

/// Why a round ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The process ends.
    #[error("the process ends")]
    Stopped,
    /// A step took too long.
    #[error("a step was given up after {} s", .0.as_secs())]
    TooSlow(Duration),
    /// A store did not do what was asked.
    #[error(transparent)]
    Store(#[from] journal::Error),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

/// Something that is done again and again, a little at a time.
#[async_trait]
pub trait Job: Send + 'static {
    /// What people call it.
    fn name(&self) -> &'static str;

    /// The pause between two rounds.
    fn every(&self) -> Duration;

    /// Does what there is to do. Everything that touches a store goes through [`Pace::step`]; whoever drops this between
    /// two steps, or within one, loses nothing but work that is done again.
    async fn round(&mut self, pace: &mut Pace) -> Result<(), Error>;
}

/// How a job is doing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Status {
    /// The pause between two rounds.
    pub every: Duration,
    /// Steps done by this process.
    pub steps: u64,
    /// Those of them that belong to the round at work, or to the last one.
    pub round_steps: u64,
    /// Rounds ended well.
    pub rounds: u64,
    /// When the next round begins; `None`: one is at work.
    pub next_round_at: Option<Timestamp>,
    /// When the last step ended.
    pub stepped_at: Option<Timestamp>,
    /// How long the last step took.
    pub step_took: Duration,
    /// How long the store rested after it.
    pub rested: Duration,
    /// Why it takes no steps at present, although it is at work.
    pub held: Option<String>,
    /// What it waits for, while it could do more.
    pub waits_for: Option<String>,
    /// Why the last round failed; `None`: it did not.
    pub failure: Option<String>,
}

/// How all jobs are doing, by name.
pub type Statuses = BTreeMap<&'static str, Status>;

/// Tells how what somebody waits for is doing, which scheduled work yields to.
pub type Yielding = Arc<dyn Fn() -> Foreground + Send + Sync>;

/// Carries jobs.
pub struct Pacer {
    clock: SharedClock,
    ids: SharedIds,
    shutdown: CancellationToken,
    settings: Settings,
    /// Who has it does a step, or lets the store rest after one.
    turn: Arc<Semaphore>,
    statuses: Arc<watch::Sender<Statuses>>,
    foreground: Yielding,
}

impl Pacer {
    /// A pacer without jobs, and what its jobs will say of themselves.
    pub fn new(
        clock: SharedClock,
        ids: SharedIds,
        shutdown: CancellationToken,
        settings: Settings,
    ) -> (Self, watch::Receiver<Statuses>) {
        let (statuses, seen) = watch::channel(Statuses::new());
        let turn = Arc::new(Semaphore::new(settings.at_once));
        let statuses = Arc::new(statuses);
        let foreground: Yielding = Arc::new(Foreground::default);
        (Self { clock, ids, shutdown, settings, turn, statuses, foreground }, seen)
    }

    /// The same, yielding to this.
    #[must_use]
    pub fn yielding_to(self, foreground: Yielding) -> Self {
        Self { foreground, ..self }
    }

    /// Where work that is scheduled, but waits for nothing of ours, says how it is doing.
    pub fn reporter(&self, name: &'static str) -> Reporter {
        Reporter { name, statuses: Arc::clone(&self.statuses) }
    }

    /// Carries these jobs until the process ends. What a step has begun then is finished first.
    pub async fn run(self, jobs: Vec<Box<dyn Job>>) {
        join_all(jobs.into_iter().map(|job| self.drive(job))).await;
    }

    /// The pace of one job.
    pub fn pace(&self, name: &'static str) -> Pace {
        let report = self.reporter(name);
        report.modify(|_| {});
        Pace {
            report,
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            shutdown: self.shutdown.clone(),
            settings: self.settings,
            turn: Arc::clone(&self.turn),
            foreground: Arc::clone(&self.foreground),
        }
    }

    async fn until_next(&self, pace: &Pace, every: Duration, wait: Duration) -> Result<(), Error> {
        let at = self.clock.now().plus(wait);
        pace.modify(|status| (status.every, status.next_round_at) = (every, Some(at)));
        pace.sleep(wait).await
    }

    /// When the first round of a job begins.
    fn first(&self, every: Duration) -> Duration {
        if self.settings.spread {
            return self.ids.jitter(every);
        }
        let millis = i64::try_from(every.as_millis()).unwrap_or(i64::MAX).max(1);
        let passed = self.clock.now().as_millis().rem_euclid(millis);
        Duration::from_millis(u64::try_from(millis - passed).unwrap_or(0))
    }

    async fn drive(&self, mut job: Box<dyn Job>) {
        let mut pace = self.pace(job.name());
        let mut wait = self.first(job.every());
        let mut due = self.clock.monotonic() + wait;
        let mut failures = 0;
        while self.until_next(&pace, job.every(), wait).await.is_ok() {
            pace.modify(|status| {
                (status.waits_for, status.next_round_at, status.round_steps) = (None, None, 0);
            });
            let ended = AssertUnwindSafe(job.round(&mut pace)).catch_unwind().await;
            let failure = match ended {
                Ok(Ok(())) => None,
                Ok(Err(Error::Stopped)) => return,
                Ok(Err(error)) => Some(error.to_string()),
                Err(_) => Some("it panicked".to_owned()),
            };
            failures = failure.as_ref().map_or(0, |_| (failures + 1).min(FAILURES_COUNTED));
            wait = if self.settings.spread {
                job.every() + self.ids.jitter(job.every() * failures)
            } else {
                self.first(job.every())
            };
            if mutants::is(Mutant::MissedRoundsCaughtUp) {
                due += job.every();
                wait = due.saturating_sub(self.clock.monotonic());
            }
            if let Some(failure) = &failure {
                tracing::warn!(
                    job = job.name(),
                    failure,
                    "scheduled work was not finished; it is tried again"
                );
            }
            pace.modify(|status| {
                status.rounds += u64::from(failure.is_none());
                status.failure = failure;
            });
        }
    }
}

/// Where a job says how it is doing.
#[derive(Clone, Debug)]
pub struct Reporter {
    name: &'static str,
    statuses: Arc<watch::Sender<Statuses>>,
}

impl Reporter {
    /// Changes what is said.
    pub fn modify(&self, change: impl FnOnce(&mut Status)) {
        self.statuses.send_modify(|all| change(all.entry(self.name).or_default()));
    }
}

/// By which a job takes its steps.
#[derive(Clone)]
pub struct Pace {
    report: Reporter,
    clock: SharedClock,
    ids: SharedIds,
    shutdown: CancellationToken,
    settings: Settings,
    turn: Arc<Semaphore>,
    foreground: Yielding,
}

impl Pace {
    /// How many steps a job may ask for at a time: one, but without the controls.
    pub fn at_once(&self) -> usize {
        self.settings.at_once
    }

    /// Does one step when it is its turn. Returns after the rest that follows it.
    ///
    /// # Errors
    /// What the step says, or that it took too long, or that the process ends.
    pub async fn step<T>(&mut self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        self.sleep(self.settings.pause).await?;
        self.yield_to_foreground().await?;
        let turn = Arc::clone(&self.turn);
        let _turn = tokio::select! {
            biased;
            () = self.shutdown.cancelled() => return Err(Error::Stopped),
            turn = turn.acquire() => turn.map_err(|_| Error::Stopped)?,
        };
        let began = self.clock.monotonic();
        let limit = self.settings.step_max;
        let done = within(&*self.clock, limit, work).await.unwrap_or(Err(Error::TooSlow(limit)));
        let took = self.clock.monotonic().saturating_sub(began);
        let rest = pace::rest(&(self.foreground)(), took, self.settings.rest_max);
        let now = self.clock.now();
        self.modify(|status| {
            status.steps += 1;
            status.round_steps += 1;
            status.stepped_at = Some(now);
            (status.step_took, status.rested) = (took, rest);
        });
        // The step is done, whatever ends its rest.
        let _ended = self.sleep(rest).await;
        done
    }

    /// Waits while those are in trouble who are waited for. Whoever was held begins with one step, as ever.
    async fn yield_to_foreground(&self) -> Result<(), Error> {
        let began = self.clock.monotonic();
        let mut held = false;
        while let Some(why) = pace::hold(&(self.foreground)(), self.clock.monotonic().saturating_sub(began)) {
            held = true;
            self.modify(|status| status.held = Some(why));
            self.sleep(LOOK_AGAIN + self.ids.jitter(LOOK_AGAIN)).await?;
        }
        if held {
            self.modify(|status| status.held = None);
        }
        Ok(())
    }

    /// Says what the job waits for, although there is more to do.
    pub fn waits_for(&mut self, what: impl Into<String>) {
        let what = what.into();
        self.modify(|status| status.waits_for = Some(what));
    }

    async fn sleep(&self, pause: Duration) -> Result<(), Error> {
        tokio::select! {
            biased;
            () = self.shutdown.cancelled() => Err(Error::Stopped),
            () = self.clock.sleep(pause) => Ok(()),
        }
    }

    fn modify(&self, change: impl FnOnce(&mut Status)) {
        self.report.modify(change);
    }
}
