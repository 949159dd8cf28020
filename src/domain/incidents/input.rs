//! What the incidents stage decides about.

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::command::Command;
use crate::domain::event::{Event, EventAddress};
use crate::domain::heartbeat::Ping;
use crate::domain::id::IncidentNumber;
use crate::domain::notify;
use crate::domain::service::RoutingKey;
use crate::domain::time::Timestamp;

/// One thing to decide about. Timers are not inputs: whatever is due at `now` is decided with every batch.
#[derive(Clone, PartialEq, Debug)]
pub enum Input {
    /// An event that a door accepted.
    Event(Event),
    /// A heartbeat's ping that a door accepted.
    Ping(Ping),
    /// A command that a door accepted.
    Command(Box<Command>),
    /// What the notify stage says about a page.
    Notify(notify::Fact),
    /// A process opened a door.
    DoorRegistered {
        /// Which.
        door: Uuid,
        /// By which process.
        process: Uuid,
        /// When.
        at: Timestamp,
    },
    /// A door was closed and everything in it has been decided.
    DoorDrained {
        /// Which.
        door: Uuid,
    },
    /// A closed incident is in the archive.
    Archived {
        /// Which.
        number: IncidentNumber,
        /// The revision that was archived.
        revision: u32,
    },
    /// An input that cannot be read, or that could not be decided: quarantined whole where it is.
    Poison(Poison),
    /// The store was restored from a backup.
    Restored,
}

/// An input that nothing could be done with.
#[derive(Clone, PartialEq, Debug)]
pub struct Poison {
    /// Where it is kept.
    pub address: EventAddress,
    /// Whether that is in the door's commands rather than in its events.
    pub command: Option<Uuid>,
    /// Whose it was, if that could be read.
    pub routing_key: Option<RoutingKey>,
    /// What happened.
    pub reason: Arc<str>,
}
