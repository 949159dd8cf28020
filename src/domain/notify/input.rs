//! What the notify stage decides about.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::NotificationId;
use crate::domain::incident::CancelReason;
use crate::domain::incidents;
use crate::domain::user::Channel;

/// One thing to decide about. Timers are not inputs: claims that are overdue at `now` are decided with every batch.
#[derive(Clone, PartialEq, Debug)]
pub enum Input {
    /// What the incidents stage says.
    Incidents(incidents::fact::Fact),
    /// A process has room for sending: what is due is claimed for it, as far as the room goes. Room that is not used
    /// is forgotten with the batch.
    Offer {
        /// Which process.
        process: Uuid,
        /// How many messages it can send now, per channel; a bundle is one.
        channels: Vec<(Channel, usize)>,
        /// What it leaves to other processes for now.
        leaves: Arc<BTreeSet<NotificationId>>,
    },
    /// What came of messages that a process had claimed.
    Outcome {
        /// Which.
        ids: Vec<NotificationId>,
        /// The process that claimed them; what another one says about them is ignored.
        process: Uuid,
        /// What came of it.
        outcome: Outcome,
        /// 64 random bits, for the pause before the next attempt.
        chance: u64,
    },
}

/// What came of an attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The provider took it.
    Sent {
        /// What the provider called it.
        receipt: Arc<str>,
    },
    /// It was not tried, because it is not needed any more.
    NotNeeded {
        /// Why.
        reason: CancelReason,
    },
    /// The provider was not asked; it may be later, or by another process.
    NotTried {
        /// When it is worth while at the earliest.
        after: Duration,
        /// Why not.
        reason: Arc<str>,
    },
    /// The provider surely did not take it, and may later.
    Retry {
        /// The provider's own wish for the pause, if it has one.
        after: Option<Duration>,
        /// What the provider said.
        reason: Arc<str>,
    },
    /// The provider did not take it, and never will.
    Permanent {
        /// What the provider said.
        reason: Arc<str>,
    },
    /// Whether the provider took it cannot be known.
    Unknown {
        /// What happened.
        reason: Arc<str>,
    },
}
