//! The doors: what comes in is made durable, then answered.
//!
//! A door has two journals, of events and of commands; one task owns each and writes what waits as one entry. Nothing
//! is looked at but what it takes to refuse what can never be accepted.

mod admission;
mod commands;
mod events;
mod heartbeat;
mod http;
mod keeper;
mod writer;

use std::sync::Arc;

use tokio::sync::watch;
use uuid::Uuid;

pub use admission::{Admission, Gauge, Limits};
pub use commands::{Commands, NoVerdict};
pub use events::{Event, Events, Invalid, Refusal};
pub use http::router;
pub use keeper::{close_others, register};
pub use writer::{Writer, Written};

use crate::clock::SharedClock;
use crate::domain::incidents::state::State;
use crate::ids::SharedIds;
use crate::journal::{Journal, LogName, Seq};
use crate::overload::Standpoint;
use crate::stage::{Bell, Signal};

/// Why something was not accepted.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// Too much is waiting, although the store is healthy.
    #[error("too many requests are waiting to be stored")]
    Overloaded,
    /// The store is the cause; nothing was stored.
    #[error("{0}")]
    Store(String),
    /// It waited for its turn for too long, and nobody waits for it any more; nothing was stored.
    #[error("the store is too slow: this waited for its turn for too long and was not stored")]
    Late,
    /// The store did not answer in time: it may or may not be stored.
    #[error(
        "the store did not answer in time, so this may or may not be stored; send it again with the same key"
    )]
    Unknown,
    /// The process is ending.
    #[error("this process is shutting down")]
    ShuttingDown,
}

/// Knows more of the configuration than this process has seen yet.
#[async_trait::async_trait]
pub trait Newest: Send + Sync + 'static {
    /// The state after everything that the incidents journal holds at this moment; `None` if that cannot be had in time.
    async fn newest(&self) -> Option<Arc<State>>;
    /// Up to which entry a door's journal has surely been consumed.
    fn consumed(&self, log: &LogName) -> Seq;
    /// How far the stages are with a door's journal.
    fn standpoint(&self, log: &LogName) -> Standpoint;
}

/// What a door needs.
#[derive(Clone)]
pub struct Parts {
    /// Where the doors' journals are.
    pub journal: Arc<dyn Journal>,
    /// Time.
    pub clock: SharedClock,
    /// Chance.
    pub ids: SharedIds,
    /// This process.
    pub process: Uuid,
    /// What this process is called.
    pub node: String,
    /// Wakes the incidents stage.
    pub bell: Bell,
    /// The newest state that this process has seen.
    pub state: watch::Receiver<Arc<State>>,
    /// Asked before an unknown routing key is refused.
    pub newest: Arc<dyn Newest>,
    /// Why no events are taken at present; `None`: they are.
    pub closed: watch::Receiver<Option<String>>,
}

impl Parts {
    fn ring(&self, signal: Signal) {
        self.bell.ring(signal);
    }
}
