//! The messages that have not ended, and what decides when the next may go: one value, cheap to clone.

use std::collections::BTreeSet;
use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::NotificationId;
use super::limits::{ANSWER_TELLING, CLOCK_BOUND, CONTACT_CLAIMS_MAX, PROVIDER_TIMEOUT_MAX};
use crate::domain::id::{ContactMethodId, IncidentNumber, ServiceId, UserId};
use crate::domain::incident::PageId;
use crate::domain::incidents::fact::PageContact;
use crate::domain::purpose::Purpose;
use crate::domain::time::Timestamp;
use crate::domain::user::{Channel, Urgency};

/// Everything that the rules of notifications need to know. What has ended is not here any more.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct State {
    /// How often the installation was restored from a backup.
    pub epoch: u32,
    /// Pages that have an open message, or are not settled.
    pub pages: OrdMap<PageId, Arc<Page>>,
    /// Open messages: planned or claimed.
    pub messages: OrdMap<NotificationId, Arc<Message>>,
    /// The pages of each incident.
    pub by_incident: OrdSet<(IncidentNumber, PageId)>,
    /// What waits for each contact method.
    pub lanes: OrdMap<LaneId, Lane>,
    /// When each lane of a channel may send next; what may not is not here.
    pub ready: OrdMap<Channel, OrdSet<(Timestamp, ContactMethodId)>>,
    /// Open claims, by when they are given up.
    pub claims: OrdSet<(Timestamp, NotificationId)>,
    /// Lanes that have sent lately, by the end of their pause.
    pub windows: OrdSet<(Timestamp, LaneId)>,
    /// When a user was paged last for a service.
    pub paged: OrdMap<(ServiceId, UserId), Timestamp>,
    /// The same, oldest first, to forget them.
    pub paged_order: OrdSet<(Timestamp, ServiceId, UserId)>,
    /// How often each thing ever happened.
    pub counts: Counts,
}

/// One user is to be told of one incident.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Page {
    /// About which incident.
    pub number: IncidentNumber,
    /// Of which service.
    pub service: ServiceId,
    /// Whom.
    pub user: UserId,
    /// How urgent the incident was.
    pub urgency: Urgency,
    /// Why.
    #[serde(default, skip_serializing_if = "Purpose::is_triggered")]
    pub purpose: Purpose,
    /// When the user was paged.
    pub at: Timestamp,
    /// Whether the user may have been told before: another page's or another message's fate is unknown.
    pub may_repeat: bool,
    /// Its open messages, ascending.
    pub open: Vec<u32>,
    /// What the next message that is added is called.
    pub next: u32,
    /// Contact methods that are used when the fate of a message is unknown; those used are gone.
    pub spare: Vec<PageContact>,
    /// Contact methods whose message has ended.
    pub tried: Vec<ContactMethodId>,
    /// Whether a provider took a message.
    pub reached: bool,
    /// Whether the fate of a message is unknown.
    pub unknown: bool,
    /// Whether the incidents stage has been told what the page came to.
    pub settled: bool,
}

/// A message that has not ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Message {
    /// Where to.
    pub contact: PageContact,
    /// Whether it goes at once and unbundled, as a service's first page does.
    pub alone: bool,
    /// Whether the user may have been told this already by a message whose fate is unknown.
    pub may_repeat: bool,
    /// When it is due.
    pub due: Timestamp,
    /// How often a provider was asked to take it; while it is claimed, this time included.
    pub attempts: u32,
    /// When it was claimed first.
    pub first_tried: Option<Timestamp>,
    /// Where it stands.
    pub progress: Progress,
}

/// Where a message stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// It waits until it is due.
    Planned,
    /// A process is sending it.
    Claimed {
        /// Which.
        process: Uuid,
        /// Until when the sending must have begun.
        deadline: Timestamp,
    },
}

/// A contact method, and how it is reached.
pub type LaneId = (Channel, ContactMethodId);

/// What waits for one contact method.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Lane {
    /// Messages that go at once.
    pub alone: OrdSet<(Timestamp, NotificationId)>,
    /// The others; bundled where the channel bundles.
    pub waiting: OrdSet<(Timestamp, NotificationId)>,
    /// How many messages are claimed.
    pub claimed: u32,
    /// Before this only `alone` goes.
    pub window_end: Option<Timestamp>,
    /// Its place in `ready`.
    pub ready: Option<Timestamp>,
}

/// What goes first on a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FirstSend {
    /// When.
    pub at: Timestamp,
    /// To which contact method.
    pub contact: ContactMethodId,
    /// Which message.
    pub id: NotificationId,
}

/// How often each thing ever happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Pages taken over.
    pub pages: u64,
    /// Messages planned.
    pub planned: u64,
    /// Messages claimed, each time.
    pub claimed: u64,
    /// Messages that were to be tried again, each time.
    pub postponed: u64,
    /// Messages that a provider took.
    pub sent: u64,
    /// Messages that were given up.
    pub failed: u64,
    /// Messages whose fate is unknown.
    pub unknown: u64,
    /// Messages that were not needed any more.
    pub cancelled: u64,
    /// Pages that reached nobody.
    pub unreached: u64,
}

impl State {
    /// When something is to be decided without any input: the earliest claim is given up.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.claims.get_min().map(|(overdue, _)| *overdue)
    }

    /// When a process with room on these channels can next be given something to send. In the past if something waits.
    pub fn next_send(&self, channels: &[(Channel, usize)]) -> Option<Timestamp> {
        let with_room = channels.iter().filter(|(_, room)| *room > 0);
        let none = BTreeSet::new();
        with_room.filter_map(|(channel, _)| self.first_send(*channel, &none)).map(|first| first.at).min()
    }

    /// What goes first on this channel but for contact methods whose next message is among `leaves`. Looks at no more
    /// contact methods than there are `leaves`, and one.
    pub fn first_send(&self, channel: Channel, leaves: &BTreeSet<NotificationId>) -> Option<FirstSend> {
        self.ready.get(&channel)?.iter().find_map(|(at, contact)| {
            let (_, id) = self.lanes.get(&(channel, *contact))?.first(channel)?;
            (!leaves.contains(&id)).then_some(FirstSend { at: *at, contact: *contact, id })
        })
    }

    /// When the message that waits longest was due, if any is; the stage's lateness is counted from it. Looks at every
    /// contact method that something waits for.
    pub fn oldest_due(&self, now: Timestamp) -> Option<Timestamp> {
        self.lanes.values().filter_map(Lane::first_due).min().filter(|due| *due <= now)
    }
}

impl Message {
    /// What it waits with.
    pub fn lane(&self) -> LaneId {
        (self.contact.channel, self.contact.id)
    }

    /// Whether no process is sending it.
    pub fn is_planned(&self) -> bool {
        self.progress == Progress::Planned
    }
}

impl Page {
    /// The ids of its open messages.
    pub fn open_ids(&self, page: PageId) -> impl Iterator<Item = NotificationId> {
        self.open.iter().map(move |n| NotificationId { page, n: *n })
    }
}

impl Lane {
    /// The earliest that something may go; `None`: nothing waits, or enough is on its way.
    pub(super) fn earliest(&self, channel: Channel) -> Option<Timestamp> {
        self.first(channel).map(|(at, _)| at)
    }

    /// What may go first, and when.
    fn first(&self, channel: Channel) -> Option<(Timestamp, NotificationId)> {
        if !channel.bundles() && self.claimed >= CONTACT_CLAIMS_MAX {
            return None;
        }
        let alone = self.alone.get_min().copied();
        let waiting =
            self.waiting.get_min().map(|(due, id)| (self.window_end.map_or(*due, |end| end.max(*due)), *id));
        alone.into_iter().chain(waiting).min_by_key(|(at, _)| *at)
    }

    /// Whether it says nothing.
    pub(super) fn is_idle(&self) -> bool {
        self.alone.is_empty() && self.waiting.is_empty() && self.claimed == 0 && self.window_end.is_none()
    }

    fn first_due(&self) -> Option<Timestamp> {
        self.alone.get_min().into_iter().chain(self.waiting.get_min()).map(|(due, _)| *due).min()
    }
}

/// When a claim with this deadline is given up. Where the receiver cannot tell repetitions, its process has an answer by
/// then, whatever its clock says. Where it can, less certainty does.
pub fn overdue_at(deadline: Timestamp, channel: Channel) -> Timestamp {
    let answer = if channel.tells_repeats() { ANSWER_TELLING } else { PROVIDER_TIMEOUT_MAX };
    deadline.plus(answer).plus(CLOCK_BOUND)
}
