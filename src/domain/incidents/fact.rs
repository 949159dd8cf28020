//! What happened: the entries of the incidents journal. The meaning of a name never changes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::action::{ActionKind, Cover};
use crate::domain::audit::Change;
use crate::domain::command::Verdict;
use crate::domain::event::{DedupKey, EventAddress, EventDigest};
use crate::domain::heartbeat::{Heartbeat, LastPing};
use crate::domain::id::{
    CalendarId, ContactMethodId, EscalationRuleId, FeedId, HeartbeatId, IdKey, IncidentNumber, IntegrationId,
    MaintenanceWindowId, NotificationRuleId, OverrideId, PolicyId, PriorityId, ScheduleId, ServiceId, TeamId,
    TokenId, UserId,
};
use crate::domain::incident::{
    Agent, Alert, CancelReason, EscalateReason, Hold, NotifyOutcome, PageId, ReleaseReason, ResolveReason,
    UnacknowledgeReason, UnreachedReason,
};
use crate::domain::maintenance::MaintenanceWindow;
use crate::domain::policy::EscalationPolicy;
use crate::domain::purpose::Purpose;
use crate::domain::responder::Reply;
use crate::domain::rule::{Amended, Effect, Rule, RuleCount, RuleRef, RuleScope};
use crate::domain::schedule::{Calendar, Feed, LevelOnCall, Override, Schedule};
use crate::domain::sealed::Sealed;
use crate::domain::service::{Integration, Service};
use crate::domain::support_hours::UrgencyChange;
use crate::domain::team::Team;
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
    /// A schedule was made; always without overrides.
    ScheduleCreated(Box<Schedule>),
    /// A schedule's own fields were changed; its overrides here do not count.
    ScheduleUpdated(Box<Schedule>),
    /// A schedule was removed, with its overrides.
    ScheduleDeleted {
        /// Which.
        id: ScheduleId,
    },
    /// An override was added or changed.
    OverrideSet {
        /// Of which schedule.
        schedule: ScheduleId,
        /// What it is now.
        entry: Override,
    },
    /// An override was removed.
    OverrideRemoved {
        /// Of which schedule.
        schedule: ScheduleId,
        /// Which.
        id: OverrideId,
    },
    /// An override that had been taken back is there again, from now on.
    OverrideRestored {
        /// Of which schedule.
        schedule: ScheduleId,
        /// What it is now.
        entry: Override,
        /// How many of the schedule's overrides come before it: of two the later wins.
        place: u32,
        /// Whether its id is a new one, because a part of it that was served has the old one.
        fresh: bool,
    },
    /// A level that pages one of its targets after the other has come to this one next.
    RoundRobinAdvanced {
        /// Which level.
        rule: EscalationRuleId,
        /// The index of the target whose turn is next.
        next: u32,
    },
    /// A secret address for calendar programs was made.
    FeedIssued(Feed),
    /// A secret address was ended.
    FeedRevoked {
        /// Which.
        id: FeedId,
    },
    /// A calendar of absences was added or changed.
    CalendarSet(Box<Calendar>),
    /// A calendar of absences was removed.
    CalendarRemoved {
        /// Which.
        id: CalendarId,
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
        /// The event that said it; it is remembered as one that found nothing open is. By hand: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<Close>,
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
        /// When those who acknowledged are reminded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remind_at: Option<Timestamp>,
        /// When somebody else may be on call for its level.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hand_over_at: Option<Timestamp>,
    },
    /// An acknowledged incident is left alone for a while.
    IncidentSnoozed {
        /// Which.
        number: IncidentNumber,
        /// Who did it.
        by: Agent,
        /// When it triggers again.
        until: Timestamp,
        /// When.
        at: Timestamp,
    },
    /// Those who acknowledged are reminded. The pages follow in `UserPaged`.
    AcknowledgersReminded {
        /// Of which incident.
        number: IncidentNumber,
        /// Who.
        users: Vec<UserId>,
        /// When.
        at: Timestamp,
        /// When they are reminded again.
        next_at: Option<Timestamp>,
    },
    /// Nobody else was on call for an acknowledged incident's level: it is looked at again later.
    HandOverPostponed {
        /// Which.
        number: IncidentNumber,
        /// When.
        at: Timestamp,
        /// When somebody else may be on call.
        next_at: Option<Timestamp>,
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
    /// A resolved incident triggered again. Who is paged follows in `LevelEntered`.
    IncidentReopened {
        /// Which.
        number: IncidentNumber,
        /// The index of the alert.
        alert: u32,
        /// Who triggered it.
        by: Agent,
        /// When the trigger was accepted.
        accepted_at: Timestamp,
        /// Where it is kept.
        address: EventAddress,
        /// When.
        at: Timestamp,
        /// When the incident is resolved by itself.
        auto_resolve_at: Option<Timestamp>,
        /// How its urgency changes next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        urgency_change: Option<UrgencyChange>,
    },
    /// The alerts of an incident went to another one, in their order, to the end of its list. `IncidentResolved` follows.
    AlertsMoved {
        /// From which.
        from: IncidentNumber,
        /// To which.
        to: IncidentNumber,
        /// Who did it.
        by: Agent,
        /// When.
        at: Timestamp,
    },
    /// The alerts that a merge had moved went back, as they are by now. `IncidentRestored` follows.
    AlertsReturned {
        /// From which.
        from: IncidentNumber,
        /// To which.
        to: IncidentNumber,
        /// Who did it.
        by: Agent,
        /// When.
        at: Timestamp,
    },
    /// A user begins to act on incidents or on an override: how they stand is remembered, in place of what the user did
    /// before.
    ActionBegun {
        /// Who.
        by: UserId,
        /// What is done.
        what: ActionKind,
        /// The incidents that an undo would restore.
        incidents: Vec<IncidentNumber>,
        /// When.
        at: Timestamp,
        /// What is done to an override.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cover: Option<Box<Cover>>,
    },
    /// An incident stands as it did before the last action of this user, but for messages that were still to be sent:
    /// those are planned anew in `UserPaged`.
    IncidentRestored {
        /// Which.
        number: IncidentNumber,
        /// Who.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// The last action of this user is undone, and forgotten.
    ActionUndone {
        /// Who.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// The pages of the present level are called back, as far as they are not on their way.
    PagesRecalled {
        /// Of which incident.
        number: IncidentNumber,
        /// Why.
        reason: CancelReason,
        /// When.
        at: Timestamp,
    },
    /// People were asked to help. The pages follow in `UserPaged`.
    RespondersRequested {
        /// With which incident.
        number: IncidentNumber,
        /// Who asks.
        by: Agent,
        /// Who is asked.
        users: Vec<UserId>,
        /// What was said; may be empty.
        message: Arc<str>,
        /// When.
        at: Timestamp,
    },
    /// Somebody who was asked to help has answered, or need not any more.
    ResponderReplied {
        /// About which incident.
        number: IncidentNumber,
        /// Who.
        user: UserId,
        /// What.
        reply: Reply,
        /// Who says so.
        by: Agent,
        /// When.
        at: Timestamp,
    },
    /// Others are sent the status updates.
    SubscribersChanged {
        /// Of which incident.
        number: IncidentNumber,
        /// Who did it.
        by: Agent,
        /// Who from now on.
        added: Vec<UserId>,
        /// Who not any more.
        removed: Vec<UserId>,
        /// When.
        at: Timestamp,
    },
    /// Somebody wrote to the subscribers. The messages follow in `UserPaged`.
    StatusUpdated {
        /// Of which incident.
        number: IncidentNumber,
        /// Who.
        by: Agent,
        /// In a few words; may be empty.
        subject: Arc<str>,
        /// What.
        message: Arc<str>,
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
        /// By which schedules they came to it.
        #[serde(default, skip_serializing_if = "LevelOnCall::is_empty")]
        on_call: LevelOnCall,
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
    /// A note was written anew.
    NoteEdited {
        /// Where.
        number: IncidentNumber,
        /// The index of its log entry.
        entry: u32,
        /// Who.
        by: Agent,
        /// What it says now.
        content: Arc<str>,
        /// When.
        at: Timestamp,
    },
    /// A note was deleted.
    NoteDeleted {
        /// Where.
        number: IncidentNumber,
        /// The index of its log entry.
        entry: u32,
        /// Who.
        by: Agent,
        /// When.
        at: Timestamp,
    },
    /// A link was added.
    LinkAdded {
        /// Where.
        number: IncidentNumber,
        /// Who.
        by: Agent,
        /// Where it leads.
        href: Arc<str>,
        /// What it is; may be empty.
        text: Arc<str>,
        /// When.
        at: Timestamp,
    },
    /// A link was removed.
    LinkRemoved {
        /// Where.
        number: IncidentNumber,
        /// The index of its log entry.
        entry: u32,
        /// Who.
        by: Agent,
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
    /// When the urgency changes next by the service's support hours.
    UrgencyScheduled {
        /// Of which incident.
        number: IncidentNumber,
        /// When, and to what; `None`: not any more.
        change: Option<UrgencyChange>,
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

    /// A list of event rules was replaced.
    RulesSet {
        /// Which list.
        scope: RuleScope,
        /// What it is now.
        rules: Vec<Rule>,
    },
    /// A rule dropped events, or could not be evaluated.
    RuleCounted {
        /// Which.
        rule: RuleRef,
        /// How often since it was counted last.
        more: RuleCount,
    },
    /// An event rule applied to an event of an incident.
    RuleApplied {
        /// Of which incident.
        number: IncidentNumber,
        /// Which rule.
        rule: RuleRef,
        /// What it did.
        effects: Vec<Effect>,
        /// When.
        at: Timestamp,
    },
    /// Rules have written fields of an alert anew.
    AlertAmended {
        /// Of which incident.
        number: IncidentNumber,
        /// The index of the alert.
        alert: u32,
        /// What they made of it.
        amended: Box<Amended>,
        /// When.
        at: Timestamp,
    },
    /// Another alert joined an incident.
    AlertAdded {
        /// Which incident.
        number: IncidentNumber,
        /// What joined.
        alert: Box<Alert>,
        /// When.
        at: Timestamp,
    },
    /// Further alerts may join an incident.
    IncidentGrouped {
        /// Which.
        number: IncidentNumber,
        /// Those that have one of these.
        keys: Vec<Arc<str>>,
        /// When.
        at: Timestamp,
    },
    /// Nobody is paged about an incident for the time being.
    IncidentHeld {
        /// Which.
        number: IncidentNumber,
        /// Why, and until when.
        hold: Hold,
        /// When.
        at: Timestamp,
    },
    /// Somebody is paged about it after all. The level follows in `LevelEntered`.
    IncidentReleased {
        /// Which.
        number: IncidentNumber,
        /// Why.
        reason: ReleaseReason,
        /// When.
        at: Timestamp,
    },
    /// A maintenance window was made or changed, or comes again.
    WindowSet {
        /// What it is now.
        window: Box<MaintenanceWindow>,
        /// When.
        at: Timestamp,
    },
    /// A maintenance window was removed.
    WindowDeleted {
        /// Which.
        id: MaintenanceWindowId,
        /// When.
        at: Timestamp,
    },
    /// A heartbeat was made or changed; what is known of it here does not count.
    HeartbeatSet(Box<Heartbeat>),
    /// A heartbeat was removed.
    HeartbeatDeleted {
        /// Which.
        id: HeartbeatId,
    },
    /// A heartbeat pinged.
    HeartbeatPinged {
        /// Which.
        id: HeartbeatId,
        /// What it said.
        ping: Box<LastPing>,
        /// When it is missed unless it pings again.
        due_at: Option<Timestamp>,
    },
    /// A heartbeat is missing.
    HeartbeatMissed {
        /// Which.
        id: HeartbeatId,
        /// When.
        at: Timestamp,
    },
    /// A heartbeat is waited for longer, because `pd` itself was away.
    HeartbeatPostponed {
        /// Which.
        id: HeartbeatId,
        /// Until when.
        due_at: Timestamp,
    },
    /// A team was made or changed.
    TeamSet(Box<Team>),
    /// A team was removed.
    TeamDeleted {
        /// Which.
        id: TeamId,
    },
    /// A command changed the configuration: who, and what it was before.
    Audited(Box<Change>),
    /// `pd` noticed that it had been away: what was missing meanwhile says nothing about others.
    OutageNoticed {
        /// Until when.
        until: Timestamp,
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
        "ScheduleCreated",
        "ScheduleUpdated",
        "ScheduleDeleted",
        "OverrideSet",
        "OverrideRemoved",
        "OverrideRestored",
        "RoundRobinAdvanced",
        "FeedIssued",
        "FeedRevoked",
        "CalendarSet",
        "CalendarRemoved",
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
        "IncidentSnoozed",
        "AcknowledgersReminded",
        "HandOverPostponed",
        "IncidentReopened",
        "AlertsMoved",
        "AlertsReturned",
        "ActionBegun",
        "IncidentRestored",
        "ActionUndone",
        "PagesRecalled",
        "RespondersRequested",
        "ResponderReplied",
        "SubscribersChanged",
        "StatusUpdated",
        "NoteEdited",
        "NoteDeleted",
        "LinkAdded",
        "LinkRemoved",
        "UrgencyScheduled",
        "RulesSet",
        "RuleCounted",
        "RuleApplied",
        "AlertAmended",
        "AlertAdded",
        "IncidentGrouped",
        "IncidentHeld",
        "IncidentReleased",
        "WindowSet",
        "WindowDeleted",
        "HeartbeatSet",
        "HeartbeatDeleted",
        "HeartbeatPinged",
        "HeartbeatMissed",
        "HeartbeatPostponed",
        "OutageNoticed",
        "TeamSet",
        "TeamDeleted",
        "Audited",
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
    /// How its urgency changes next by the service's support hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency_change: Option<UrgencyChange>,
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

/// The event that closed an alert.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Close {
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
    /// Why.
    #[serde(default, skip_serializing_if = "Purpose::is_triggered")]
    pub purpose: Purpose,
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
