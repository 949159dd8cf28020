//! What may be asked, and how it is answered.
//!
//! A command goes into a door's journal first and is judged by the incidents stage; its verdict is remembered under the
//! command's id, so that a command that is read twice is done once.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use super::action::Undone;
use super::event::DedupKey;
use super::heartbeat::{HeartbeatChange, NewHeartbeat};
use super::id::{
    CalendarId, ContactMethodId, EscalationRuleId, FeedId, HeartbeatId, IdKey, IncidentNumber, IntegrationId,
    MaintenanceWindowId, NotificationRuleId, ObjectId, OverrideId, PolicyId, PriorityId, ScheduleId,
    ServiceId, TeamId, TokenId, UserId,
};
use super::incident::Agent;
use super::maintenance::WindowChange;
use super::policy::{Strategy, Target};
use super::rule::{Rule, RuleScope};
use super::schedule::ask::{CalendarChange, NewFeed, NewOverride, ScheduleChange};
use super::sealed::{Sealed, SealedKey};
use super::service::{Grouping, RoutingKey, UrgencyRule};
use super::support_hours::{ScheduledAction, SupportHours};
use super::team::TeamChange;
use super::time::Timestamp;
use super::token::Scope;
use super::user::{Channel, NotificationRule, Role, Urgency};
use super::wanted::Wanted;

/// Something that was asked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Command {
    /// The request's id: a command with an id that was judged already gets the same verdict.
    pub id: Uuid,
    /// Who asks.
    pub actor: Actor,
    /// When the door accepted it.
    pub accepted_at: Timestamp,
    /// Given by the client: two commands of one token with the same key are one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<Arc<str>>,
    /// What is asked.
    pub ask: Ask,
}

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Actor {
    /// As whom; `None`: the account itself.
    pub user: Option<UserId>,
    /// By which token; `None`: by hand on the server's own machine.
    pub token: Option<TokenId>,
}

impl Actor {
    /// Who stands in the timeline.
    pub fn agent(self) -> Agent {
        self.user.map_or(Agent::Account, Agent::User)
    }
}

/// What is asked. Ids of new things are made by whoever judges; secrets and contact data come sealed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Make the first user, service, policy and token. Accepted once, in an empty state.
    Found(Box<Founding>),
    /// Open an incident by hand.
    CreateIncident(Box<NewIncident>),
    /// Change incidents: all of them, or none.
    UpdateIncidents(Vec<IncidentChange>),
    /// Write into the timeline.
    AddNote {
        /// Where.
        incident: IncidentNumber,
        /// What; 1 to 25,000 characters.
        content: Arc<str>,
    },
    /// Acknowledge incidents and leave them alone for a while: all of them, or none.
    Snooze {
        /// Which.
        incidents: Vec<IncidentNumber>,
        /// How long; a second to a week.
        duration: Duration,
        /// Pass over those that are resolved, rather than to refuse all.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        if_open: bool,
    },
    /// Move the alerts of incidents into another one, and resolve those.
    Merge {
        /// The one that stays; open.
        into: IncidentNumber,
        /// The others.
        sources: Vec<IncidentNumber>,
    },
    /// Ask people to help with an incident.
    RequestResponders {
        /// Which.
        incident: IncidentNumber,
        /// What is said to them; at most 1,000 characters.
        message: Arc<str>,
        /// Who.
        users: Vec<UserId>,
        /// Whoever is on call on the first level of these.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        policies: Vec<PolicyId>,
    },
    /// Take requests for help back that nobody has answered.
    CancelResponders {
        /// Of which incident.
        incident: IncidentNumber,
        /// To whom; empty: to everybody.
        users: Vec<UserId>,
    },
    /// Answer a request for help, for oneself.
    ReplyToRequest {
        /// About which incident.
        incident: IncidentNumber,
        /// Whether one helps.
        joined: bool,
    },
    /// Send users the status updates of an incident, and others not any more.
    ChangeSubscribers {
        /// Of which incident.
        incident: IncidentNumber,
        /// Who from now on.
        add: Vec<UserId>,
        /// Who not any more.
        remove: Vec<UserId>,
    },
    /// Write to the subscribers of an incident.
    UpdateStatus {
        /// Of which incident.
        incident: IncidentNumber,
        /// In a few words; may be empty.
        subject: Arc<str>,
        /// What; 1 to 2,000 characters.
        message: Arc<str>,
    },
    /// Write a note anew.
    EditNote {
        /// Of which incident.
        incident: IncidentNumber,
        /// The index of its log entry.
        entry: u32,
        /// What; 1 to 25,000 characters.
        content: Arc<str>,
    },
    /// Delete a note.
    DeleteNote {
        /// Of which incident.
        incident: IncidentNumber,
        /// The index of its log entry.
        entry: u32,
    },
    /// Link something to an incident.
    AddLink {
        /// Which.
        incident: IncidentNumber,
        /// Where it leads: http or https, at most 2,048 characters.
        href: Arc<str>,
        /// What it is; may be empty.
        text: Arc<str>,
    },
    /// Remove a link.
    RemoveLink {
        /// Of which incident.
        incident: IncidentNumber,
        /// The index of its log entry.
        entry: u32,
    },
    /// Undo the last thing that the asker did to incidents.
    Undo,
    /// Resolve alerts of an incident by their indices.
    ResolveAlerts {
        /// Of which incident.
        incident: IncidentNumber,
        /// Which.
        alerts: Vec<u32>,
    },
    /// Make a user, with an e-mail contact method called Default and immediate rules for it.
    CreateUser(Box<NewUser>),
    /// Change a user.
    UpdateUser {
        /// Whom.
        id: UserId,
        /// What.
        change: Box<UserChange>,
    },
    /// Remove a user. Rejected while a policy or an open incident names it.
    DeleteUser {
        /// Whom.
        id: UserId,
    },
    /// Add a way to reach a user. Rejected if the user has that address on that channel already.
    CreateContactMethod {
        /// Whose.
        user: UserId,
        /// What.
        method: Box<NewContactMethod>,
    },
    /// Change a contact method.
    UpdateContactMethod {
        /// Whose.
        user: UserId,
        /// Which.
        id: ContactMethodId,
        /// What.
        change: Box<ContactMethodChange>,
    },
    /// Remove a contact method and the rules that use it.
    DeleteContactMethod {
        /// Whose.
        user: UserId,
        /// Which.
        id: ContactMethodId,
    },
    /// Add a notification rule.
    CreateNotificationRule {
        /// Whose.
        user: UserId,
        /// What.
        rule: RuleFields,
    },
    /// Change a notification rule.
    UpdateNotificationRule {
        /// Whose.
        user: UserId,
        /// Which.
        id: NotificationRuleId,
        /// What it is from now on.
        rule: RuleFields,
    },
    /// Remove a notification rule.
    DeleteNotificationRule {
        /// Whose.
        user: UserId,
        /// Which.
        id: NotificationRuleId,
    },
    /// Make a service; `name` and `escalation_policy` are needed.
    CreateService(Box<ServiceChange>),
    /// Change a service.
    UpdateService {
        /// Which.
        id: ServiceId,
        /// What.
        change: Box<ServiceChange>,
    },
    /// Remove a service and resolve what is open there.
    DeleteService {
        /// Which.
        id: ServiceId,
    },
    /// Add an integration to a service.
    CreateIntegration {
        /// To which.
        service: ServiceId,
        /// What.
        integration: Box<NewIntegration>,
    },
    /// Rename an integration.
    UpdateIntegration {
        /// Of which service.
        service: ServiceId,
        /// Which.
        id: IntegrationId,
        /// Its new name.
        name: Option<Arc<str>>,
    },
    /// Remove an integration: its routing key is unknown from then on.
    DeleteIntegration {
        /// Of which service.
        service: ServiceId,
        /// Which.
        id: IntegrationId,
    },
    /// Make an escalation policy; `name` and `rules` are needed.
    CreatePolicy(Box<PolicyChange>),
    /// Change an escalation policy; the rules are replaced as a whole.
    UpdatePolicy {
        /// Which.
        id: PolicyId,
        /// What.
        change: Box<PolicyChange>,
    },
    /// Remove an escalation policy. Rejected while a service or an open incident uses it.
    DeletePolicy {
        /// Which.
        id: PolicyId,
    },
    /// Make a schedule; `name` and `time_zone` are needed.
    CreateSchedule(Box<ScheduleChange>),
    /// Change a schedule.
    UpdateSchedule {
        /// Which.
        id: ScheduleId,
        /// What.
        change: Box<ScheduleChange>,
    },
    /// Remove a schedule and its feeds. Rejected while a policy asks it.
    DeleteSchedule {
        /// Which.
        id: ScheduleId,
    },
    /// Put somebody on call for a while.
    CreateOverride {
        /// In which schedule.
        schedule: ScheduleId,
        /// Whom, and when.
        new: NewOverride,
    },
    /// Take an override back: one that has begun ends now, one that has ended cannot be taken back.
    DeleteOverride {
        /// Of which schedule.
        schedule: ScheduleId,
        /// Which.
        id: OverrideId,
    },
    /// Make a secret address for calendar programs.
    IssueFeed(Box<NewFeed>),
    /// End a secret address.
    RevokeFeed {
        /// Which.
        id: FeedId,
    },
    /// Make a calendar of absences; `name`, `users` and `absences` are needed.
    CreateCalendar(Box<CalendarChange>),
    /// Change a calendar of absences.
    UpdateCalendar {
        /// Which.
        id: CalendarId,
        /// What.
        change: Box<CalendarChange>,
    },
    /// Remove a calendar: nobody is absent by it any more.
    DeleteCalendar {
        /// Which.
        id: CalendarId,
    },
    /// Make an API token.
    IssueToken(Box<NewToken>),
    /// End an API token.
    RevokeToken {
        /// Which.
        id: TokenId,
    },
    /// Replace a list of event rules.
    SetRules {
        /// Which list.
        scope: RuleScope,
        /// What it is from now on.
        rules: Vec<Rule>,
    },
    /// Make a maintenance window.
    CreateWindow(Box<WindowChange>),
    /// Change a maintenance window.
    UpdateWindow {
        /// Which.
        id: MaintenanceWindowId,
        /// What.
        change: Box<WindowChange>,
    },
    /// End a running maintenance window now; one that comes again does so.
    EndWindow {
        /// Which.
        id: MaintenanceWindowId,
    },
    /// Remove a maintenance window that has not begun, or end a running one for good.
    DeleteWindow {
        /// Which.
        id: MaintenanceWindowId,
    },
    /// Make a heartbeat.
    CreateHeartbeat(Box<NewHeartbeat>),
    /// Change a heartbeat.
    UpdateHeartbeat {
        /// Which.
        id: HeartbeatId,
        /// What.
        change: Box<HeartbeatChange>,
    },
    /// Remove a heartbeat and resolve its incident.
    DeleteHeartbeat {
        /// Which.
        id: HeartbeatId,
    },
    /// Make a team; `name` is needed.
    CreateTeam(Box<TeamChange>),
    /// Change a team, its members, or what is its.
    UpdateTeam {
        /// Which.
        id: TeamId,
        /// What.
        change: Box<TeamChange>,
    },
    /// Remove a team. What was its stays.
    DeleteTeam {
        /// Which.
        id: TeamId,
    },
    /// Make these things so, in this order: all of them, or none.
    Configure(Vec<Wanted>),
}

/// What a new installation begins with.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Founding {
    /// The key that ids are made with.
    pub id_key: IdKey,
    /// The first user, its contact method being the console.
    pub user: NewUser,
    /// The console of `pd serve`, as the first user's contact method.
    pub console: Sealed,
    /// The routing key of the first service.
    pub routing_key: RoutingKey,
    /// The first token, which acts as the first user.
    pub token_sha256: Arc<str>,
}

/// An incident that is opened by hand.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct NewIncident {
    /// One line, 1 to 1024 characters.
    pub title: Arc<str>,
    /// What is broken.
    pub service: ServiceId,
    /// `None`: by the service's rule.
    pub urgency: Option<Urgency>,
    /// How much it matters at all.
    pub priority: Option<PriorityId>,
    /// What is written about it.
    pub details: Option<Arc<str>>,
    /// Rejected if an incident with this key is open on the service.
    pub incident_key: Option<DedupKey>,
    /// Who is responsible; empty: by the policy.
    pub assignees: Vec<UserId>,
    /// `None`: the service's.
    pub policy: Option<PolicyId>,
}

/// A change of an incident; `None` keeps what is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct IncidentChange {
    /// Which.
    pub number: IncidentNumber,
    /// Its new status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusChange>,
    /// Its new title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Arc<str>>,
    /// Its new urgency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    /// Its new priority; `Some(None)` takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub priority: Option<Option<PriorityId>>,
    /// Who is responsible from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignees: Option<Vec<UserId>>,
    /// The level to page now, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation_level: Option<u8>,
    /// Its new policy, which starts at level 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyId>,
    /// Said when it is resolved: becomes a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Arc<str>>,
    /// Leave it alone if it is resolved, rather than to refuse all changes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub if_open: bool,
}

impl IncidentChange {
    /// Of this incident, and nothing of it yet.
    pub fn of(number: IncidentNumber) -> Self {
        Self {
            number,
            status: None,
            title: None,
            urgency: None,
            priority: None,
            assignees: None,
            escalation_level: None,
            policy: None,
            resolution: None,
            if_open: false,
        }
    }
}

/// The status that is asked for. Asking for what is so already is accepted and changes nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusChange {
    /// Take the acknowledgement back.
    Triggered,
    /// Somebody looks at it.
    Acknowledged,
    /// It is over.
    Resolved,
}

/// A user that is made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct NewUser {
    /// The user's key, made for it.
    pub key: SealedKey,
    /// 1 to 100 characters.
    pub name: Arc<str>,
    /// Unique.
    pub email: Sealed,
    /// What the user may do.
    pub role: Role,
    /// An IANA time zone that exists.
    pub time_zone: Arc<str>,
    /// Free text.
    pub job_title: Option<Arc<str>>,
    /// Free text.
    pub description: Option<Arc<str>>,
    /// A colour name.
    pub color: Option<Arc<str>>,
}

/// A change of a user; `None` keeps what is.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UserChange {
    /// 1 to 100 characters.
    pub name: Option<Arc<str>>,
    /// Unique.
    pub email: Option<Sealed>,
    /// What the user may do.
    pub role: Option<Role>,
    /// An IANA time zone that exists.
    pub time_zone: Option<Arc<str>>,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub job_title: Option<Option<Arc<str>>>,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub description: Option<Option<Arc<str>>>,
    /// A colour name.
    pub color: Option<Arc<str>>,
}

/// A contact method that is made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct NewContactMethod {
    /// How it is reached.
    pub channel: Channel,
    /// A name for people.
    pub label: Arc<str>,
    /// Where.
    pub address: Sealed,
    /// Numbers only.
    pub country_code: Option<u16>,
    /// E-mail only.
    pub send_short_email: bool,
    /// Webhook only.
    pub secret: Option<Sealed>,
}

/// A change of a contact method; `None` keeps what is.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactMethodChange {
    /// A name for people.
    pub label: Option<Arc<str>>,
    /// Where.
    pub address: Option<Sealed>,
    /// Numbers only.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub country_code: Option<Option<u16>>,
    /// E-mail only.
    pub send_short_email: Option<bool>,
    /// Webhook only.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub secret: Option<Option<Sealed>>,
}

/// What a notification rule says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RuleFields {
    /// Which incidents it is for.
    pub urgency: Urgency,
    /// How long after the page; at most a day.
    pub delay: Duration,
    /// One of the user's.
    pub contact_method: ContactMethodId,
}

impl NotificationRule {
    /// What it says, whatever its id.
    pub fn fields(&self) -> RuleFields {
        let Self { id: _, urgency, delay, contact_method } = *self;
        RuleFields { urgency, delay, contact_method }
    }
}

/// What a service is to be; `None` keeps what is, or takes the default in a new one.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceChange {
    /// Unique, 1 to 255 characters.
    pub name: Option<Arc<str>>,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub description: Option<Option<Arc<str>>>,
    /// Whether it opens no incidents.
    pub disabled: Option<bool>,
    /// Who is paged.
    pub escalation_policy: Option<PolicyId>,
    /// How urgent its incidents are.
    pub urgency_rule: Option<UrgencyRule>,
    /// `Some(None)` switches it off.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub acknowledgement_timeout: Option<Option<Duration>>,
    /// `Some(None)` switches it off.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub auto_resolve_timeout: Option<Option<Duration>>,
    /// `Some(None)` switches it off; at least a minute.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub reminder_interval: Option<Option<Duration>>,
    /// Whether acknowledged incidents are handed over at the end of a shift.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hand_over: Option<bool>,
    /// `Some(None)` switches it off; at most a day.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub reopen_within: Option<Option<Duration>>,
    /// `Some(None)` takes them away.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub support_hours: Option<Option<SupportHours>>,
    /// At most one for each edge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled_actions: Option<Vec<ScheduledAction>>,
    /// `Some(None)` switches it off.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub grouping: Option<Option<Grouping>>,
    /// `Some(None)` switches it off.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub auto_pause: Option<Option<Duration>>,
}

/// An integration that is made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct NewIntegration {
    /// What it is called.
    pub name: Arc<str>,
    /// PagerDuty's type.
    pub kind: Arc<str>,
    /// Drawn for it.
    pub routing_key: RoutingKey,
    /// The vendor, if given.
    pub vendor: Option<ObjectId>,
}

/// What an escalation policy is to be; `None` keeps what is, or takes the default in a new one.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyChange {
    /// Unique, 1 to 255 characters.
    pub name: Option<Arc<str>>,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub description: Option<Option<Arc<str>>>,
    /// 0 to 9.
    pub num_loops: Option<u8>,
    /// Whether hand-offs are announced always.
    pub hand_off_always: Option<bool>,
    /// 1 to 20.
    pub rules: Option<Vec<EscalationRuleFields>>,
    /// Whose it is, and nobody else's; `None`: as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub teams: Option<Vec<TeamId>>,
}

/// A level of a policy. One with an id that the policy has keeps it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EscalationRuleFields {
    /// Of an existing level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<EscalationRuleId>,
    /// How long to wait for an acknowledgement; a second to a week.
    pub delay: Duration,
    /// 1 to 10.
    pub targets: Vec<Target>,
    /// Who of them is paged.
    #[serde(default, skip_serializing_if = "Strategy::is_default")]
    pub strategy: Strategy,
}

/// An API token that is made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NewToken {
    /// SHA-256 of the token, as hex.
    pub sha256: Arc<str>,
    /// Whom it acts as.
    pub user: Option<UserId>,
    /// What it may do.
    pub scope: Scope,
    /// The role that it acts in at most; `None`: see [`Token`](super::token::Token).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// What people call it.
    pub label: Arc<str>,
    /// When it stops to work.
    pub expires_at: Option<Timestamp>,
}

/// How a command was answered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is done.
    Done(Done),
    /// It is not, and nothing of it is.
    Rejected(Rejection),
}

/// What a command that was done has made or touched.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// A configuration object was made.
    Object(ObjectId),
    /// An incident was opened.
    Incident(IncidentNumber),
    /// A note was written: the index of its log entry.
    Note(IncidentNumber, u32),
    /// A link or a status update was written: the index of its log entry.
    Entry(IncidentNumber, u32),
    /// The last action was undone.
    Undone(Box<Undone>),
    /// Something was changed.
    Changed,
    /// It was so already; nothing was changed.
    Unchanged,
}

/// Why a command was not done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// There is no such thing.
    #[error("no {what} with the id {id}")]
    NotFound {
        /// `user`, `service`, …
        what: Arc<str>,
        /// As it was asked for.
        id: Arc<str>,
    },
    /// What was asked makes no sense; each line says what, and what would.
    #[error("{}", errors.join("; "))]
    Invalid {
        /// At least one.
        errors: Vec<String>,
    },
    /// The incident is resolved, so it cannot be changed any more.
    #[error("incident #{number} is resolved already")]
    AlreadyResolved {
        /// Which.
        number: IncidentNumber,
    },
    /// The incident is merged into another one than was asked for.
    #[error("incident #{number} is merged into incident #{into} already")]
    AlreadyMerged {
        /// Which.
        number: IncidentNumber,
        /// Into which.
        into: IncidentNumber,
    },
    /// What was asked of a snooze makes no sense.
    #[error("{}", errors.join("; "))]
    InvalidSnooze {
        /// At least one.
        errors: Vec<String>,
    },
    /// It is not known as whom it was asked.
    #[error("{reason}")]
    NoRequester {
        /// What for, and how to say it.
        reason: Arc<str>,
    },
    /// There is nothing to undo, or it cannot be undone.
    #[error("{reason}")]
    CannotUndo {
        /// Why.
        reason: Arc<str>,
    },
    /// It cannot be removed while something uses it.
    #[error("{}", errors.join("; "))]
    InUse {
        /// What uses it.
        errors: Vec<String>,
    },
    /// The installation has been founded already.
    #[error("this installation has been set up already")]
    AlreadyFounded,
    /// Judging it failed by a defect; it was put into quarantine.
    #[error("the command could not be judged because of a defect: {reason}")]
    Quarantined {
        /// What happened.
        reason: Arc<str>,
    },
}

/// Tells "given as null" from "not given".
pub(super) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
