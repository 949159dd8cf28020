//! What happened to messages: the entries of the notify journal. The meaning of a name never changes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::NotificationId;
use crate::domain::id::{ContactMethodId, IncidentNumber, UserId};
use crate::domain::incident::{CancelReason, NotifyOutcome, PageId};
use crate::domain::incidents::fact::{PageContact, UserPaged};
use crate::domain::purpose::Purpose;
use crate::domain::time::Timestamp;
use crate::domain::user::Channel;

/// Something that happened to a message or a page.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Fact {
    /// A page was taken over from the incidents stage: its messages are planned as its steps say.
    PagePlanned(Box<UserPaged>),
    /// One more message of a page was planned: the next contact method, because the fate of an earlier one is unknown.
    NotificationPlanned {
        /// Which.
        id: NotificationId,
        /// When it is due.
        due: Timestamp,
        /// Where to.
        contact: PageContact,
        /// Whether the user may have been told this already.
        may_repeat: bool,
    },
    /// A process sends these, once, before the deadline, or lets it be. Several of one person and channel make one
    /// bundled message.
    NotificationsClaimed {
        /// Which; the first one names the message.
        ids: Vec<NotificationId>,
        /// Who.
        process: Uuid,
        /// Until when the sending must have begun.
        deadline: Timestamp,
        /// When.
        at: Timestamp,
    },
    /// A planned message is due earlier than planned: it is the user's next contact method, because an earlier message
    /// failed or its fate is unknown.
    NotificationAdvanced {
        /// Which.
        id: NotificationId,
        /// When it is due now.
        due: Timestamp,
    },
    /// The provider surely did not take it, or the receiver can tell a repetition; it is tried again.
    NotificationPostponed {
        /// Which.
        ids: Vec<NotificationId>,
        /// When it is due again.
        due: Timestamp,
        /// Whether the provider was asked at all; only then it counts as an attempt.
        tried: bool,
        /// What the provider said.
        reason: Arc<str>,
        /// When.
        at: Timestamp,
    },
    /// A message has come to its end. The incidents stage writes it into the timeline.
    NotificationEnded {
        /// Which.
        id: NotificationId,
        /// About which incident.
        number: IncidentNumber,
        /// To whom.
        user: UserId,
        /// How.
        channel: Channel,
        /// By which contact method.
        contact_method: ContactMethodId,
        /// What came of it.
        outcome: NotifyOutcome,
        /// When.
        at: Timestamp,
    },
    /// Messages of a page were not needed any more.
    NotificationsCancelled {
        /// Which.
        ids: Vec<NotificationId>,
        /// About which incident.
        number: IncidentNumber,
        /// To whom.
        user: UserId,
        /// Why.
        reason: CancelReason,
        /// When.
        at: Timestamp,
    },
    /// The first message of a page was taken by a provider, or every one has ended without that. The incidents stage
    /// escalates at once when nobody was reached.
    PageSettled {
        /// About which incident.
        number: IncidentNumber,
        /// Which page.
        page: PageId,
        /// Whether a provider took at least one message.
        reached: bool,
        /// Whether the fate of at least one message is unknown.
        unknown: bool,
        /// Why the user was paged.
        #[serde(default, skip_serializing_if = "Purpose::is_triggered")]
        purpose: Purpose,
        /// When.
        at: Timestamp,
    },
    /// The store was restored from a backup: claims that were open then are unknown.
    EpochStarted {
        /// Which, from 1.
        epoch: u32,
        /// When.
        at: Timestamp,
    },
}

impl Fact {
    /// The names of all facts, as they stand in entries: who passes over a fact still has to know it.
    pub const NAMES: &[&str] = &[
        "PagePlanned",
        "NotificationPlanned",
        "NotificationsClaimed",
        "NotificationAdvanced",
        "NotificationPostponed",
        "NotificationEnded",
        "NotificationsCancelled",
        "PageSettled",
        "EpochStarted",
    ];
}
