//! `pd` watches itself: late work, failing providers, a store without margin and a wrong clock open incidents of the
//! service `pd`; a heartbeat goes out while all is well; and a process that cannot append calls for help by itself.
//!
//! What is about to be said goes through the process's own door, like every other event, with one dedup key for each
//! cause: several processes share one incident. What cannot be said that way, because nothing can be stored, is the
//! matter of [`blind`], and of whoever misses the heartbeat.
//!
//! - [`rules`]: what is bad, and what follows; pure.
//! - [`blind`]: when to call for help, and with which words; pure.
//! - [`beat`]: the heartbeat.

pub mod beat;
pub mod blind;
pub mod rules;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join;
use tokio_util::sync::CancellationToken;

use self::beat::Beat;
use self::blind::{Blind, Call};
use self::rules::{Action, Bounds, Rules, Seen};
use crate::clock::{SharedClock, within};
use crate::domain::time::Timestamp;
use crate::ids::SharedIds;
use crate::pacer::Reporter;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(1);

/// How long a report may take to be accepted.
const REPORT_TIMEOUT: Duration = Duration::from_secs(20);

/// How often a call for help is tried, where it was surely not taken.
const CALLS_MAX: u32 = 5;
/// The upper end of the first pause between two tries; it doubles.
const CALL_PAUSE: Duration = Duration::from_secs(5);

/// What the watch stands on.
#[async_trait]
pub trait Ground: Send + Sync + 'static {
    /// How the process is.
    fn look(&self) -> Seen;

    /// When the open alert with this dedup key was last triggered; `None`: none is open.
    fn open(&self, key: &str) -> Option<Timestamp>;

    /// Sends an event about the process through its own door.
    ///
    /// # Errors
    /// Why it was not accepted.
    async fn report(&self, action: &Action) -> Result<(), String>;

    /// Sends one heartbeat.
    ///
    /// # Errors
    /// Why it did not arrive.
    async fn beat(&self) -> Result<(), String>;

    /// Sends one call for help to the contact of the configuration.
    async fn call(&self, call: &Call) -> Called;
}

/// What came of a call for help.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Called {
    /// Somebody took it; or may have, which is as good: one too many is worse than none, but not twice.
    Done,
    /// It was surely not taken.
    NotTaken(String),
}

/// How it watches.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// What is bad.
    pub bounds: Bounds,
    /// How often a heartbeat is sent; `None`: none is.
    pub heartbeat: Option<Duration>,
    /// For how long a process cannot append before it calls for help; `None`: there is nobody to call.
    pub blind_after: Option<Duration>,
    /// What the process is called.
    pub node: String,
}

/// The watch.
pub struct Watch {
    /// What it stands on.
    pub ground: Arc<dyn Ground>,
    /// Time.
    pub clock: SharedClock,
    /// Chance.
    pub ids: SharedIds,
    /// How it watches.
    pub settings: Settings,
    /// Where the heartbeat says how it is doing.
    pub reporter: Reporter,
    /// Ends it.
    pub shutdown: CancellationToken,
}

impl Watch {
    /// Watches until the shutdown.
    pub async fn run(self) {
        let clock = Arc::clone(&self.clock);
        tokio::select! {
            biased;
            () = self.shutdown.cancelled() => {}
            ((), ()) = join(self.watch(), self.beat(&clock)) => {}
        }
    }

    /// Reports and calls beside each other: a door that hangs must not keep the call back.
    async fn watch(&self) {
        join(self.report(), self.call_for_help()).await;
    }

    async fn report(&self) {
        let mut rules = Rules::new(self.settings.bounds, &self.settings.node);
        loop {
            let seen = self.ground.look();
            let open = |key: &str| self.ground.open(key);
            let actions = rules.look(self.clock.monotonic(), self.clock.now(), &seen, &open);
            for action in actions {
                let reported = within(&*self.clock, REPORT_TIMEOUT, self.ground.report(&action)).await;
                if let Err(reason) = reported.unwrap_or_else(|| Err("it took too long".to_owned())) {
                    tracing::warn!(
                        key = action.key(),
                        reason,
                        "what this process has to say of itself was not taken"
                    );
                    rules.not_taken(&action, self.clock.monotonic());
                }
            }
            self.clock.sleep(EVERY).await;
        }
    }

    async fn call_for_help(&self) {
        let Some(after) = self.settings.blind_after else { return };
        let mut blind = Blind::new(after, self.ids.random());
        loop {
            let seen = self.ground.look();
            if let Some(lasted) = blind.look(self.clock.monotonic(), seen.failing.is_some()) {
                let reason = seen.failing.as_deref().unwrap_or_default();
                self.call(&blind::call(&self.settings.node, reason, lasted, self.clock.now())).await;
            }
            self.clock.sleep(EVERY).await;
        }
    }

    async fn call(&self, call: &Call) {
        tracing::error!(subject = call.subject, "calling for help");
        for n in 0..CALLS_MAX {
            match self.ground.call(call).await {
                Called::Done => return,
                Called::NotTaken(reason) => tracing::error!(reason, "the call for help was not taken"),
            }
            self.clock.sleep(self.ids.jitter(CALL_PAUSE * 2_u32.pow(n))).await;
        }
    }

    async fn beat(&self, clock: &SharedClock) {
        let Some(every) = self.settings.heartbeat else { return std::future::pending().await };
        let beat = Beat { every, late: self.settings.bounds.late };
        beat.run(&*self.ground, clock, &self.ids, &self.reporter).await;
    }
}
