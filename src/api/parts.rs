//! What the API needs from the rest of the process: all of it is handed in.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use url::Url;
use uuid::Uuid;

use super::stream;
use crate::archive::Archive;
use crate::clock::SharedClock;
use crate::domain::command::{Actor, Ask, Verdict};
use crate::domain::event::EventAddress;
use crate::domain::incident::KeptEvent;
use crate::domain::incidents::state::State;
use crate::domain::user::Channel;
use crate::ids::SharedIds;
use crate::journal;
use crate::keyring::Keyring;
use crate::wire::rest::drill::{Drill, DrillKind, NewDrill};
use crate::wire::status::{Peer, Process};

/// The world as the API sees it.
#[derive(Clone)]
pub struct Parts {
    /// This process's replica of the incidents stage.
    pub incidents: watch::Receiver<Arc<State>>,
    /// The same with its place in its journal; at least as new.
    pub moments: Arc<dyn Moments>,
    /// Where those who want to be told of changes are let in.
    pub streams: stream::Door,
    /// Closed incidents.
    pub archive: Arc<dyn Archive>,
    /// Events as they were received.
    pub events: Arc<dyn EventSource>,
    /// The door for commands.
    pub commands: Arc<dyn Commands>,
    /// Opens and seals contact data, signs links.
    pub keyring: Arc<Keyring>,
    /// Tokens, routing keys, request ids.
    pub ids: SharedIds,
    /// Expiry, rate limits.
    pub clock: SharedClock,
    /// What the configuration says.
    pub settings: Settings,
    /// What the process knows of itself.
    pub process: watch::Receiver<Arc<Process>>,
    /// What the processes of the installation told of themselves; empty where there can be only one.
    pub peers: watch::Receiver<Arc<Vec<Peer>>>,
    /// Failures that are made on purpose.
    pub drills: Arc<dyn Drills>,
    /// The metrics in Prometheus' text format.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// What the configuration says about the API.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Where clients reach this installation. A request for the same host gets links with its scheme; `html_url` begins
    /// with it.
    pub public_url: Option<Url>,
    /// What `html_url` begins with instead, for clients that insist on a certain form.
    pub html_origin: Option<Url>,
    /// Whether the listener speaks TLS itself.
    pub tls: bool,
    /// How many requests of one token are answered in a minute; `None`: all.
    pub requests_per_minute: Option<u32>,
    /// How many may be told of changes at a time.
    pub streams: usize,
    /// The channels that messages can be sent by.
    pub channels: BTreeSet<Channel>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: None,
            html_origin: None,
            tls: false,
            requests_per_minute: None,
            streams: 200,
            channels: BTreeSet::from([Channel::Console, Channel::Webhook, Channel::Email]),
        }
    }
}

/// The replica of the incidents stage, and where it is.
pub trait Moments: Send + Sync + 'static {
    /// As it is now.
    fn moment(&self) -> Moment;
}

/// A state, and the slot of the incidents' journal that the next entry goes to.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The slot.
    pub next: u64,
    /// What all entries before it amount to.
    pub state: Arc<State>,
}

/// Reads an event whole.
#[async_trait]
pub trait EventSource: Send + Sync + 'static {
    /// The event at this address, from the door's journal or from the archive; `None` if it is kept nowhere any more.
    async fn event(&self, address: EventAddress) -> Result<Option<KeptEvent>, journal::Error>;
}

/// Takes commands in.
#[async_trait]
pub trait Commands: Send + Sync + 'static {
    /// Writes the command durably, and returns its verdict once the replica in [`Parts::incidents`] shows it, so that
    /// whoever asked reads what was written. A key that this actor's token used before returns the earlier verdict.
    async fn ask(
        &self,
        actor: Actor,
        idempotency_key: Option<Arc<str>>,
        ask: Ask,
    ) -> Result<Verdict, Refused>;
}

/// Failures that are made on purpose, by this process on itself.
#[async_trait]
pub trait Drills: Send + Sync + 'static {
    /// All that are on record here, the oldest first.
    fn all(&self) -> Vec<Drill>;

    /// What can be made, and why not.
    async fn kinds(&self) -> Result<Vec<DrillKind>, DrillRefused>;

    /// Begins one; returns once it is on record.
    async fn start(&self, new: NewDrill) -> Result<Drill, DrillRefused>;

    /// Ends what one makes.
    async fn stop(&self, id: String) -> Result<Drill, DrillRefused>;
}

/// Why nothing is done about a drill.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DrillRefused {
    /// It makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// Not as things are.
    #[error("{0}")]
    NotNow(String),
    /// There is none with this id.
    #[error("no drill with the id {0}")]
    Unknown(String),
}

/// Why a command has no verdict.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// The store cannot keep it. Nothing was done; to be sent again later.
    #[error("the command could not be stored: {reason}")]
    Unavailable {
        /// What the store says.
        reason: String,
        /// When it may be tried again.
        retry_after: Duration,
    },
    /// Too much is waiting already. Nothing was done; to be sent again later.
    #[error("too many requests are waiting")]
    Overloaded {
        /// When it may be tried again.
        retry_after: Duration,
    },
    /// It is durable and will be judged, but not within the time that a client is kept waiting; or the store did not
    /// say in time whether it is durable.
    #[error("the command {id} was accepted and is not judged yet")]
    Pending {
        /// The command's id.
        id: Uuid,
    },
}
