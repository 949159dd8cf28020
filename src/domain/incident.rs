//! Incidents, their alerts, and the timeline that says why each thing happened.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::action::{Acted, ActionKind};
use super::event::{DedupKey, EventAddress, EventDigest, Severity};
use super::id::{
    ContactMethodId, IncidentNumber, IntegrationId, MaintenanceWindowId, PolicyId, PriorityId, ServiceId,
    UserId,
};
use super::responder::{Reply, Responder};
use super::rule::{Amended, Effect, RuleRef};
use super::schedule::LevelOnCall;
use super::support_hours::UrgencyChange;
use super::time::Timestamp;
use super::user::{Channel, Urgency};

/// Something is wrong with a service, and somebody should look.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Incident {
    /// 1, 2, 3, … in order of opening.
    pub number: IncidentNumber,
    /// One line.
    pub title: Arc<str>,
    /// What is broken.
    pub service: ServiceId,
    /// How much it matters now.
    pub urgency: Urgency,
    /// How much it matters at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<PriorityId>,
    /// Who is paged.
    pub policy: PolicyId,
    /// Given by whoever opened it by hand; unique among the open incidents of its service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident_key: Option<DedupKey>,
    /// What was written when it was opened by hand, cut to 1 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Arc<str>>,
    /// Where it stands.
    pub status: Status,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When anything about it changed last.
    pub updated_at: Timestamp,
    /// When `status` changed last.
    pub status_changed_at: Timestamp,
    /// Who changed `status` last.
    pub status_changed_by: Agent,
    /// Who is responsible now; empty once resolved.
    pub assignments: Vec<Assignment>,
    /// Who acknowledged; empty unless acknowledged.
    pub acknowledgements: Vec<Acknowledgement>,
    /// How far the escalation is.
    pub escalation: Escalation,
    /// When an acknowledged incident triggers again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unacknowledge_at: Option<Timestamp>,
    /// Whether `unacknowledge_at` is the end of a snooze.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub snoozed: bool,
    /// When those who acknowledged are reminded of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_at: Option<Timestamp>,
    /// When somebody else may be on call for its level, so that acknowledged work is handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_over_at: Option<Timestamp>,
    /// When an open incident is resolved by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_resolve_at: Option<Timestamp>,
    /// How its urgency changes by the service's support hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency_change: Option<UrgencyChange>,
    /// Who was asked to help, in order of asking; each user once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub responders: Vec<Responder>,
    /// Who is sent its status updates, in order of subscribing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscribers: Vec<UserId>,
    /// Who acted on it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acted: Option<Acted>,
    /// Why nobody is paged for the time being; `None`: somebody is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// Which further alerts join it; `None`: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// In order of arrival.
    pub alerts: Vec<Alert>,
    /// In order of happening; bounded, see [`Happening::Omitted`].
    pub timeline: Vec<LogEntry>,
    /// How many facts have changed it; the archive keeps the highest.
    pub revision: u32,
}

impl Incident {
    /// Whether it is triggered or acknowledged.
    pub fn is_open(&self) -> bool {
        !matches!(self.status, Status::Resolved { .. })
    }

    /// The timeline with the index of each entry, which never changes: an entry that stands for omitted ones has the
    /// index of the first of them.
    pub fn log_entries(&self) -> impl DoubleEndedIterator<Item = (u32, &LogEntry)> {
        let mut next = 0u32;
        let indices: Vec<u32> = self
            .timeline
            .iter()
            .map(|entry| {
                let index = next;
                next = next.saturating_add(entry.what.entries());
                index
            })
            .collect();
        indices.into_iter().zip(&self.timeline)
    }

    /// The entry of the timeline with this index; `None` if it was omitted or has not happened.
    pub fn log_entry(&self, index: u32) -> Option<&LogEntry> {
        self.log_entries().find(|(i, _)| *i == index).map(|(_, entry)| entry)
    }

    /// How many entries the timeline has ever had; the index of the next one.
    pub fn log_entries_total(&self) -> u32 {
        self.timeline.iter().fold(0, |sum: u32, entry| sum.saturating_add(entry.what.entries()))
    }
}

/// Nobody is paged for the time being.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hold {
    /// Why.
    pub reason: HoldReason,
    /// Until when; `None`: until an event comes that no rule suppresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// Why nobody is paged for the time being.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// A rule says that this is not worth a page.
    Suppressed,
    /// It may be over soon: a rule or the service waits for that.
    Paused,
    /// A maintenance window runs.
    Maintenance(MaintenanceWindowId),
}

/// Why somebody is paged after all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    /// It still fires after the time that was waited.
    StillFiring,
    /// It still fires at the end of the maintenance window.
    MaintenanceEnded,
    /// An event came that no rule suppresses.
    NotSuppressed,
    /// An alert joined, or an incident was merged into it, that nothing holds back.
    Joined,
}

/// What further alerts must have in common with an incident to join it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Group {
    /// One of these; each stands for the values of fields.
    pub keys: Vec<Arc<str>>,
    /// When an alert joined last.
    pub last_at: Timestamp,
}

/// Where an incident stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody has said that they look at it.
    Triggered,
    /// Somebody looks at it.
    Acknowledged,
    /// It is over.
    Resolved {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: ResolveReason,
    },
}

impl Status {
    /// As PagerDuty spells it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Triggered => "triggered",
            Self::Acknowledged => "acknowledged",
            Self::Resolved { .. } => "resolved",
        }
    }
}

/// Why an incident was resolved.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResolveReason {
    /// Somebody asked for it.
    Requested,
    /// Its last open alert was resolved by its sender.
    AlertsResolved,
    /// A resolve event had been accepted shortly before the trigger that it belongs to was read.
    ResolvedEarlier,
    /// The service's auto-resolve time-out passed.
    AutoResolveTimeout,
    /// It was merged into another incident, which has its alerts now.
    Merged {
        /// Which.
        into: IncidentNumber,
    },
    /// The heartbeat that was missing is back.
    HeartbeatReturned,
}

/// Who is responsible, and since when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Assignment {
    /// Who.
    pub user: UserId,
    /// Since when.
    pub at: Timestamp,
}

/// Who looks at it, and since when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Who.
    pub by: Agent,
    /// Since when.
    pub at: Timestamp,
}

/// How far the escalation is.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Escalation {
    /// The level that was paged last, from 1; 0: none yet.
    pub level: u8,
    /// How many times all levels have been gone through.
    pub round: u8,
    /// When the next level is paged; `None`: acknowledged, resolved or exhausted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
    /// Whether all rounds are through.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exhausted: bool,
    /// The pages of the present level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<Page>,
    /// Whether some level of the present round was waited for, rather than left at once because it reached nobody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waited: bool,
    /// Whether a provider took a message since the escalation began.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reached: bool,
    /// Whether its assignees were chosen by hand: then the policy waits, unless none of them can be reached.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
    /// Whether the last resort was paged since the escalation began.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fallback: bool,
    /// Users who may have been told by a message whose fate is unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsure: Vec<Unsure>,
}

/// A message to this user may have arrived, or not.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Unsure {
    /// Who.
    pub user: UserId,
    /// Whether the user was paged again since, by a page that says that it may be a repetition.
    pub again: bool,
}

/// One user was paged for the present level.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Page {
    /// Which page it is.
    pub id: PageId,
    /// Who.
    pub user: UserId,
    /// What is known of it.
    pub state: PageState,
    /// When the user was paged; what is planned from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// Names a page for ever: pages are counted, and a restored installation starts a new epoch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct PageId {
    /// How often the installation was restored from a backup.
    pub epoch: u32,
    /// 1, 2, 3, … in order of paging.
    pub n: u64,
}

/// What is known of a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageState {
    /// Messages are planned or on their way.
    Pending,
    /// A provider took at least one message.
    Reached,
    /// Every message ended without reaching anybody.
    Unreached,
}

/// One thing that monitoring says is wrong: all events of one dedup key between its trigger and its resolve.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Alert {
    /// Which integration its events come by.
    pub integration: IntegrationId,
    /// What joins its events.
    pub dedup_key: DedupKey,
    /// What its first event said, cut.
    pub digest: EventDigest,
    /// Whether it is still so; `None`: open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    /// When its first event was accepted.
    pub created_at: Timestamp,
    /// Its first event, whole.
    pub first: EventAddress,
    /// Its latest trigger, whole.
    pub latest: EventAddress,
    /// When its latest trigger was accepted.
    pub latest_at: Timestamp,
    /// How many triggers there were.
    pub events: u64,
    /// Where it is now, if it was moved away by a merge: nothing here is true of it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<AlertPlace>,
    /// What rules have made of it; the digest stays as it was received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amended: Option<Arc<Amended>>,
}

impl Alert {
    /// Whether it is here, and its sender has not said that it is over.
    pub fn is_open(&self) -> bool {
        self.resolved_at.is_none() && self.moved.is_none()
    }

    /// What it is about, as rules have it.
    pub fn summary(&self) -> &str {
        self.amended.as_ref().and_then(|amended| amended.summary.as_deref()).unwrap_or(&self.digest.summary)
    }

    /// How bad it is, as rules have it.
    pub fn severity(&self) -> Severity {
        self.amended.as_ref().and_then(|amended| amended.severity).unwrap_or(self.digest.severity)
    }
}

/// Where an alert is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AlertPlace {
    /// In which incident.
    pub number: IncidentNumber,
    /// Its index there.
    pub index: u32,
}

/// Who did it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Agent {
    /// A user.
    User(UserId),
    /// An event that came by this integration.
    Integration(IntegrationId),
    /// The service's own rules: time-outs, escalation.
    Service(ServiceId),
    /// Somebody with an account-level token who did not say as whom.
    Account,
}

/// One line of the timeline: what happened, when, and why.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LogEntry {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub agent: Agent,
    /// What, with its reason.
    pub what: Happening,
}

/// What can stand in a timeline.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// The incident was opened, by this alert or by hand.
    Triggered {
        /// The index of the alert; `None`: by hand.
        alert: Option<u32>,
    },
    /// More triggers of the same alert came. One entry per run of repeats, counted.
    Repeated {
        /// The index of the alert.
        alert: u32,
        /// How many.
        count: u64,
        /// When the last of them was accepted; the first is the entry's own time.
        last_at: Timestamp,
    },
    /// Another alert joined.
    AlertAdded {
        /// The index of the alert.
        alert: u32,
    },
    /// The sender said that this is over.
    AlertResolved {
        /// The index of the alert.
        alert: u32,
    },
    /// Somebody looks at it.
    Acknowledged,
    /// Nobody looks at it any more.
    Unacknowledged {
        /// Why.
        reason: UnacknowledgeReason,
    },
    /// It is over.
    Resolved {
        /// Why.
        reason: ResolveReason,
    },
    /// A level of the policy was entered: these are responsible now.
    Escalated {
        /// The level, from 1.
        level: u8,
        /// The round, from 0.
        round: u8,
        /// Why now.
        reason: EscalateReason,
        /// Who was paged; may be empty.
        users: Vec<UserId>,
        /// By which schedules they came to it.
        #[serde(default, skip_serializing_if = "LevelOnCall::is_empty")]
        on_call: LevelOnCall,
    },
    /// All levels were gone through; it starts over.
    PathRepeated {
        /// The round that starts, from 1.
        round: u8,
    },
    /// All rounds are through and nobody acknowledged.
    PathExhausted,
    /// The last resort was paged.
    FallbackPaged {
        /// Who.
        user: UserId,
    },
    /// A level reached nobody, so the next is not waited for.
    NobodyReached {
        /// The level, from 1; 0: a page to a person that no level stands behind.
        level: u8,
        /// Why.
        reason: UnreachedReason,
    },
    /// It was given to these users by hand.
    Assigned {
        /// To whom.
        users: Vec<UserId>,
    },
    /// A message to a user was tried, and this is what came of it.
    Notified {
        /// To whom.
        user: UserId,
        /// How.
        channel: Channel,
        /// By which contact method.
        contact_method: ContactMethodId,
        /// What came of it.
        outcome: NotifyOutcome,
    },
    /// Messages to a user were not sent, because they were not needed any more.
    NotificationsCancelled {
        /// To whom.
        user: UserId,
        /// How many.
        count: u32,
        /// Why.
        reason: CancelReason,
    },
    /// Somebody wrote a note.
    Annotated {
        /// What it says.
        content: Arc<str>,
        /// Who changed it last, and when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        edited: Option<Acted>,
    },
    /// Here was a note, which was deleted.
    NoteDeleted {
        /// By whom, and when.
        deleted: Acted,
    },
    /// Somebody added a link.
    Linked {
        /// Where it leads.
        href: Arc<str>,
        /// What it is; may be empty.
        text: Arc<str>,
    },
    /// Here was a link, which was removed.
    LinkRemoved {
        /// By whom, and when.
        removed: Acted,
    },
    /// Somebody wrote to the subscribers.
    StatusUpdated {
        /// In a few words; may be empty.
        subject: Arc<str>,
        /// What it says.
        message: Arc<str>,
        /// How many subscribers it went to.
        subscribers: u32,
    },
    /// These are sent its status updates from now on, and those not any more.
    SubscribersChanged {
        /// Who from now on.
        added: Vec<UserId>,
        /// Who not any more.
        removed: Vec<UserId>,
    },
    /// Acknowledged, and left alone for a while.
    Snoozed {
        /// Until when.
        until: Timestamp,
    },
    /// Those who acknowledged were reminded.
    Reminded {
        /// Who.
        users: Vec<UserId>,
    },
    /// Somebody was asked to help.
    RespondersRequested {
        /// Who.
        users: Vec<UserId>,
        /// What was said; may be empty.
        message: Arc<str>,
    },
    /// Somebody who was asked to help has answered, or need not any more.
    ResponderReplied {
        /// Who.
        user: UserId,
        /// What.
        reply: Reply,
    },
    /// The alerts of another incident are here now.
    MergedFrom {
        /// Which one.
        number: IncidentNumber,
        /// How many alerts.
        alerts: u32,
    },
    /// The alerts of another incident are there again: their merge was undone.
    MergeTakenBack {
        /// Which one.
        number: IncidentNumber,
    },
    /// It had been resolved, and triggered again.
    Reopened {
        /// The index of the alert.
        alert: u32,
    },
    /// Somebody undid what they had done.
    Undone {
        /// What.
        what: ActionKind,
    },
    /// The title was changed.
    TitleChanged {
        /// To what.
        title: Arc<str>,
    },
    /// The urgency was changed.
    UrgencyChanged {
        /// To what.
        urgency: Urgency,
    },
    /// The priority was changed.
    PriorityChanged {
        /// To what.
        priority: Option<PriorityId>,
    },
    /// Another policy pages from now on.
    PolicyChanged {
        /// Which.
        policy: PolicyId,
    },
    /// An event rule applied to one of its events.
    RuleApplied {
        /// Which.
        rule: RuleRef,
        /// What it did.
        effects: Vec<Effect>,
    },
    /// Nobody is paged for the time being.
    Held {
        /// Why, and until when.
        hold: Hold,
    },
    /// Somebody is paged after all.
    Released {
        /// Why.
        reason: ReleaseReason,
    },
    /// Here the timeline was cut, because it had grown too long: this many entries are left out. The entry has the time
    /// of the first of them. Notes, links and status updates are never left out, nor are the earliest and the latest entries.
    Omitted {
        /// How many.
        count: u32,
    },
}

impl Happening {
    /// How many indices of the timeline the entry stands for.
    fn entries(&self) -> u32 {
        match self {
            Self::Omitted { count } => *count,
            _ => 1,
        }
    }
}

/// Why an acknowledgement ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnacknowledgeReason {
    /// The service's acknowledgement time-out passed.
    Timeout,
    /// Somebody asked for it.
    Requested,
    /// Its snooze is over.
    SnoozeEnded,
    /// Whoever acknowledged it is not on call any more.
    ShiftEnded,
}

/// Why a level was entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalateReason {
    /// The incident was opened (or triggered again).
    Opened,
    /// The level before did not acknowledge in time.
    Timeout,
    /// The level before reached nobody.
    NobodyReached,
    /// Somebody asked for it.
    Requested,
    /// The incident triggered again after its acknowledgement ended.
    Unacknowledged,
    /// The incident had been resolved and triggered again.
    Reopened,
    /// Somebody else is on call for the level now.
    ShiftEnded,
}

/// Why nobody was reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnreachedReason {
    /// The level's targets lead to no user: nobody is on call.
    NobodyOnCall,
    /// Its users have no notification rule and no contact method for this urgency.
    NoContactMethod,
    /// Every message failed, or its fate is unknown.
    EveryMessageFailed,
}

/// What came of a message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotifyOutcome {
    /// The provider took it.
    Sent {
        /// What the provider called it.
        receipt: Arc<str>,
    },
    /// The provider did not take it, and it is not tried again.
    Failed {
        /// What the provider said.
        reason: Arc<str>,
    },
    /// Whether the provider took it cannot be known. It is not repeated; the next contact method is used.
    Unknown {
        /// What happened.
        reason: Arc<str>,
    },
}

/// Why a message was not needed any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// Somebody looks at it.
    Acknowledged,
    /// It is over.
    Resolved,
    /// It was given to somebody else.
    Reassigned,
    /// The user or the contact method was removed.
    ContactRemoved,
    /// It is triggered again, so that a reminder makes no sense.
    Unacknowledged,
    /// The user has answered, or the request was taken back.
    Answered,
    /// The urgency was raised, and the user is paged by other rules.
    UrgencyRaised,
    /// What led to it was undone.
    Undone,
}

/// An incident as the archive keeps it: with its timeline and what its first and latest events said.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ClosedIncident {
    /// All of it.
    pub incident: Incident,
    /// The name of its service when it was archived.
    pub service_name: Arc<str>,
    /// Names of the users that it mentions, so that it can be read when they are gone.
    pub users: Vec<(UserId, Arc<str>)>,
    /// The first and latest events of its alerts, as they were received.
    pub events: Vec<KeptEvent>,
}

/// An event as it was received.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct KeptEvent {
    /// Where it was.
    pub address: EventAddress,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// The body, as it was received (JSON text).
    pub body: Arc<str>,
}
