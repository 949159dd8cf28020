//! What happened: the entries of the incidents journal. The meaning of a name never changes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::command::Verdict;
use crate::domain::event::{DedupKey, EventAddress, EventDigest};
use crate::domain::id::{
    ContactMethodId, IdKey, IncidentNumber, IntegrationId, NotificationRuleId, PolicyId, PriorityId,
    ServiceId, TokenId, UserId,
};
use crate::domain::incident::{
    Agent, CancelReason, EscalateReason, NotifyOutcome, PageId, ResolveReason, UnacknowledgeReason,
    UnreachedReason,
};
use crate::domain::policy::EscalationPolicy;
use crate::domain::sealed::Sealed;
use crate::domain::service::{Integration, Service};
use crate::domain::time::Timestamp;
use crate::domain::token::Token;
use crate::domain::user::{Channel, ContactMethod, NotificationRule, Urgency, User};

/// Something that happened to the configuration or to an incident.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Fact {
    /// The installation began.
    Founded {
        /// The key that ids are made with.
        id_key: IdKey,
        /// When.
        at: Timestamp,
        /// The last resort of every escalation.
        fallback_user: UserId,
    },
    /// The store was restored from a backup; page ids start anew.
    EpochStarted {
        /// Which, from 1.
        epoch: u32,
        /// When.
        at: Timestamp,
    },
    /// A process opened a door, which is consumed from now on.
    DoorOpened {
        /// Which.
        door: Uuid,
        /// By which process.
        process: Uuid,
        /// When.
        at: Timestamp,
    },
    /// A door is closed and empty; it is not consumed any more.
    DoorClosed {
        /// Which.
        door: Uuid,
    },
    /// A command was judged.
    CommandJudged {
        /// The command's id.
        id: Uuid,
        /// When.
        at: Timestamp,
        /// The client's key, with the token that it belongs to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        idempotency_key: Option<Arc<str>>,
        /// How.
        verdict: Verdict,
    },
    /// An input could not be read or decided; it is kept where it is.
    InputQuarantined {
        /// Where.
        address: EventAddress,
        /// Whether it is a command.
        command: bool,
        /// Why.
        reason: Arc<str>,
        /// When.
        at: Timestamp,
    },

    /// A user was made; always without contact methods and rules.
    UserCreated(Box<User>),
    /// A user's own fields were changed; its contact methods and rules here do not count.
    UserUpdated(Box<User>),
    /// A user was removed.
    UserDeleted {
        /// Whom.
        id: UserId,
    },
    /// A contact method was added or changed.
    ContactMethodSet {
        /// Whose.
        user: UserId,
        /// What it is now.
        method: Box<ContactMethod>,
    },
    /// A contact method was removed, with the rules that use it.
    ContactMethodRemoved {
        /// Whose.
        user: UserId,
        /// Which.
        id: ContactMethodId,
    },
    /// A notification rule was added or changed.
    NotificationRuleSet {
        /// Whose.
        user: UserId,
        /// What it is now.
        rule: NotificationRule,
    },
    /// A notification rule was removed.
    NotificationRuleRemoved {
        /// Whose.
        user: UserId,
        /// Which.
        id: NotificationRuleId,
    },
    /// A service was made; always without integrations.
    ServiceCreated(Box<Service>),
    /// A service's own fields were changed; its integrations here do not count.
    ServiceUpdated(Box<Service>),
    /// A service was removed.
    ServiceDeleted {
        /// Which.
        id: ServiceId,
    },
    /// An integration was added or changed.
    IntegrationSet {
        /// Of which service.
        service: ServiceId,
        /// What it is now.
        integration: Box<Integration>,
    },
    /// An integration was removed.
    IntegrationRemoved {
        /// Of which service.
        service: ServiceId,
        /// Which.
        id: IntegrationId,
    },
    /// An escalation policy was made.
    PolicyCreated(Box<EscalationPolicy>),
    /// An escalation policy was changed.
    PolicyUpdated(Box<EscalationPolicy>),
    /// An escalation policy was removed.
    PolicyDeleted {
        /// Which.
        id: PolicyId,
    },
    /// A token was made.
    TokenIssued(Token),
    /// A token was ended.
    TokenRevoked {
        /// Which.
        id: TokenId,
    },

    /// An acknowledge or resolve came for a key that is not open: it is remembered for some minutes, in case that its
    /// trigger is read after it.
    CloseRemembered(RememberedClose),

    /// An incident was opened. Who is paged follows in `LevelEntered`.
    IncidentOpened(Box<IncidentOpened>),
    /// More triggers of an open alert came.
    AlertRepeated {
        /// Of which incident.
        number: IncidentNumber,
        /// The index of the alert.
        alert: u32,
        /// How many.
        count: u64,
        /// When the first of them was accepted.
        first_at: Timestamp,
        /// When the latest trigger of the alert was accepted: one of them, unless they were all read late.
        last_at: Timestamp,
        /// Where that is kept.
        latest: EventAddress,
    },
    /// An alert's sender, or somebody by hand, said that it is over.
    AlertResolved {
        /// Of which incident.
        number: IncidentNumber,
        /// The index of the alert.
        alert: u32,
        /// Who.
        by: Agent,
        /// When.
        at: Timestamp,
    },
    /// Somebody looks at an incident.
    IncidentAcknowledged {
        /// Which.
        number: IncidentNumber,
        /// Who.
        by: Agent,
        /// When.
        at: Timestamp,
        /// When it triggers again by itself.
        unacknowledge_at: Option<Timestamp>,
    },
    /// Nobody looks at an incident any more.
    IncidentUnacknowledged {
        /// Which.
        number: IncidentNumber,
        /// Who.
        by: Agent,
        /// Why.
        reason: UnacknowledgeReason,
        /// When.
        at: Timestamp,
    },
    /// An incident is over.
    IncidentResolved {
        /// Which.
        number: IncidentNumber,
        /// Who.
        by: Agent,
        /// Why.
        reason: ResolveReason,
        /// When.
        at: Timestamp,
    },
    /// A level of the policy was entered. The pages follow in `UserPaged`.
    LevelEntered {
        /// Of which incident.
        number: IncidentNumber,
        /// Which, from 1.
        level: u8,
        /// In which round, from 0.
        round: u8,
        /// Why now.
        reason: EscalateReason,
        /// Who did it.
        by: Agent,
        /// Who is responsible now.
        users: Vec<UserId>,
        /// When.
        at: Timestamp,
        /// When the next level is entered unless somebody acknowledges.
        next_at: Option<Timestamp>,
    },
    /// All rounds are through, and nobody acknowledged: nobody else is paged by the policy.
    EscalationExhausted {
        /// Of which incident.
        number: IncidentNumber,
        /// When.
        at: Timestamp,
    },
    /// The last resort is paged, because nobody else could be reached.
    FallbackPaged {
        /// About which incident.
        number: IncidentNumber,
        /// Whom.
        user: UserId,
        /// When.
        at: Timestamp,
    },
    /// Somebody is to be reached: all that the notify stage needs.
    UserPaged(Box<UserPaged>),
    /// What a page came to.
    PageSettled {
        /// Of which incident.
        number: IncidentNumber,
        /// Which page.
        page: PageId,
        /// Whether a provider took at least one message.
        reached: bool,
        /// When.
        at: Timestamp,
    },
    /// A level, or a page by hand, reached nobody.
    NobodyReached {
        /// Of which incident.
        number: IncidentNumber,
        /// The level, from 1; 0: a page by hand.
        level: u8,
        /// Why.
        reason: UnreachedReason,
        /// When.
        at: Timestamp,
    },
    /// What came of a message.
    NotificationNoted {
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
    /// Messages were not needed any more.
    CancellationNoted {
        /// About which incident.
        number: IncidentNumber,
        /// To whom.
        user: UserId,
        /// How many.
        count: u32,
        /// Why.
        reason: CancelReason,
        /// When.
        at: Timestamp,
    },
    /// An incident was given to users by hand; its escalation stops. The pages follow in `UserPaged`.
    IncidentAssigned {
        /// Which.
        number: IncidentNumber,
        /// Who did it.
        by: Agent,
        /// To whom.
        users: Vec<UserId>,
        /// When.
        at: Timestamp,
    },
    /// Somebody wrote a note.
    NoteAdded {
        /// Where.
        number: IncidentNumber,
        /// Who.
        by: Agent,
        /// What.
        content: Arc<str>,
        /// When.
        at: Timestamp,
    },
    /// The title was changed.
    TitleChanged {
        /// Of which incident.
        number: IncidentNumber,
        /// Who.
        by: Agent,
        /// To what.
        title: Arc<str>,
        /// When.
        at: Timestamp,
    },
    /// The urgency was changed.
    UrgencyChanged {
        /// Of which incident.
        number: IncidentNumber,
        /// Who.
        by: Agent,
        /// To what.
        urgency: Urgency,
        /// When.
        at: Timestamp,
    },
    /// The priority was changed.
    PriorityChanged {
        /// Of which incident.
        number: IncidentNumber,
        /// Who.
        by: Agent,
        /// To what.
        priority: Option<PriorityId>,
        /// When.
        at: Timestamp,
    },
    /// The policy was changed.
    PolicyChanged {
        /// Of which incident.
        number: IncidentNumber,
        /// Who.
        by: Agent,
        /// To what.
        policy: PolicyId,
        /// When.
        at: Timestamp,
    },
    /// A closed incident left the state for the archive.
    IncidentArchived {
        /// Which.
        number: IncidentNumber,
        /// The revision that the archive has.
        revision: u32,
    },
}

impl Fact {
    /// The names of all facts, as they stand in entries: who passes over a fact still has to know it.
    pub const NAMES: &[&str] = &[
        "Founded",
        "EpochStarted",
        "DoorOpened",
        "DoorClosed",
        "CommandJudged",
        "InputQuarantined",
        "UserCreated",
        "UserUpdated",
        "UserDeleted",
        "ContactMethodSet",
        "ContactMethodRemoved",
        "NotificationRuleSet",
        "NotificationRuleRemoved",
        "ServiceCreated",
        "ServiceUpdated",
        "ServiceDeleted",
        "IntegrationSet",
        "IntegrationRemoved",
        "PolicyCreated",
        "PolicyUpdated",
        "PolicyDeleted",
        "TokenIssued",
        "TokenRevoked",
        "CloseRemembered",
        "IncidentOpened",
        "AlertRepeated",
        "AlertResolved",
        "IncidentAcknowledged",
        "IncidentUnacknowledged",
        "IncidentResolved",
        "LevelEntered",
        "EscalationExhausted",
        "FallbackPaged",
        "UserPaged",
        "PageSettled",
        "NobodyReached",
        "NotificationNoted",
        "CancellationNoted",
        "IncidentAssigned",
        "NoteAdded",
        "TitleChanged",
        "UrgencyChanged",
        "PriorityChanged",
        "PolicyChanged",
        "IncidentArchived",
    ];
}

/// See [`Fact::IncidentOpened`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct IncidentOpened {
    /// Its number.
    pub number: IncidentNumber,
    /// Of which service.
    pub service: ServiceId,
    /// Who is paged.
    pub policy: PolicyId,
    /// How urgent it is.
    pub urgency: Urgency,
    /// When.
    pub at: Timestamp,
    /// When it is resolved by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_resolve_at: Option<Timestamp>,
    /// How it came about.
    pub cause: Cause,
}

/// What opened an incident.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A trigger event.
    Event {
        /// By which integration.
        integration: IntegrationId,
        /// What joins its events.
        dedup_key: DedupKey,
        /// What it said.
        digest: EventDigest,
        /// When it was accepted.
        accepted_at: Timestamp,
        /// Where it is kept whole.
        address: EventAddress,
    },
    /// Somebody, by hand; or `pd` itself.
    Request {
        /// Who.
        by: Agent,
        /// One line.
        title: Arc<str>,
        /// More, at most 1 KiB.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        details: Option<Arc<str>>,
        /// Unique among the open incidents of the service.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident_key: Option<DedupKey>,
        /// How much it matters at all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        priority: Option<PriorityId>,
    },
}

/// See [`Fact::CloseRemembered`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RememberedClose {
    /// By which integration.
    pub integration: IntegrationId,
    /// Of which key.
    pub dedup_key: DedupKey,
    /// Whether it resolves rather than acknowledges.
    pub resolves: bool,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Where it is kept.
    pub address: EventAddress,
}

/// See [`Fact::UserPaged`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct UserPaged {
    /// Which page it is.
    pub page: PageId,
    /// About which incident.
    pub number: IncidentNumber,
    /// Of which service; storms are bundled, but a service's first page is not.
    pub service: ServiceId,
    /// Whom.
    pub user: UserId,
    /// How urgent the incident is.
    pub urgency: Urgency,
    /// When.
    pub at: Timestamp,
    /// Whether the user may have been told this already by a message whose fate is unknown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_repeat: bool,
    /// What is to be tried, in order of the delay.
    pub steps: Vec<PageStep>,
    /// The user's other contact methods, which are used at once when the fate of a message is unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spare: Vec<PageContact>,
}

/// One message that a page plans.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PageStep {
    /// By which of the user's rules; `None`: the user has none for this urgency, so the first contact method is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<NotificationRuleId>,
    /// When it is due.
    pub due: Timestamp,
    /// Where to.
    pub contact: PageContact,
}

/// A contact method, as a page carries it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PageContact {
    /// Which.
    pub id: ContactMethodId,
    /// How it is reached.
    pub channel: Channel,
    /// Where.
    pub address: Sealed,
    /// A webhook's secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Sealed>,
}
