//! Configuration as somebody wants it to be: named by what people call things, not by ids, so that it may be written in
//! a file and carried from one installation to another.
//!
//! A user is named by the fingerprint of its e-mail address, everything else by its name. What is wanted is compared with
//! what is there when it is decided, so that asking twice changes nothing the second time.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::command::{NewContactMethod, PolicyChange, ServiceChange};
use super::heartbeat::HeartbeatChange;
use super::id::{
    ContactMethodId, HeartbeatId, IntegrationId, MaintenanceWindowId, PolicyId, ScheduleId, ServiceId,
    TeamId, UserId,
};
use super::maintenance::WindowChange;
use super::policy::Strategy;
use super::rule::Rule;
use super::schedule::Restriction;
use super::sealed::{Sealed, SealedKey};
use super::service::RoutingKey;
use super::team::TeamRole;
use super::time::Timestamp;
use super::user::{Channel, Role, Urgency};

/// The fingerprint of an e-mail address, which names a user.
pub type Email = Arc<str>;

/// What is the same for names that are one to people.
pub fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// One object as it is wanted, or that it is not wanted any more.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// A user.
    User(Box<WantedUser>),
    /// A team.
    Team(Box<WantedTeam>),
    /// A schedule.
    Schedule(Box<WantedSchedule>),
    /// An escalation policy.
    Policy(Box<WantedPolicy>),
    /// A service.
    Service(Box<WantedService>),
    /// A heartbeat.
    Heartbeat(Box<WantedHeartbeat>),
    /// The global event rules, all of them.
    Rules(Vec<WantedRule>),
    /// A maintenance window.
    Window(Box<WantedWindow>),
    /// Something that is to go.
    Gone(Gone),
}

/// A user. What is `None` stays as it is: people look after it themselves.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WantedUser {
    /// The key that everything of it is sealed with: the user's own, or a fresh one if it is not there yet.
    pub key: SealedKey,
    /// By which it is recognised.
    pub email: Sealed,
    /// 1 to 100 characters.
    pub name: Arc<str>,
    /// What it may do; a new one is a user.
    pub role: Option<Role>,
    /// An IANA time zone; a new one's is UTC.
    pub time_zone: Option<Arc<str>>,
    /// Free text.
    pub job_title: Option<Arc<str>>,
    /// Free text.
    pub description: Option<Arc<str>>,
    /// A colour name.
    pub color: Option<Arc<str>>,
    /// How it is reached, among others; each is recognised by its channel and address.
    pub contact_methods: Option<Vec<NewContactMethod>>,
    /// By which rules, and no others.
    pub notification_rules: Option<Vec<WantedNotificationRule>>,
}

/// A notification rule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WantedNotificationRule {
    /// Which incidents it is for.
    pub urgency: Urgency,
    /// How long after the page.
    pub delay: Duration,
    /// How it is reached.
    pub channel: Channel,
    /// The fingerprint of the address.
    pub address: Arc<str>,
}

/// A team. What is its says so itself.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WantedTeam {
    /// By which it is recognised.
    pub name: Arc<str>,
    /// Free text.
    pub description: Option<Arc<str>>,
    /// Who belongs to it, and nobody else; `None`: as it is.
    pub members: Option<Vec<WantedMember>>,
}

/// Somebody in a team.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WantedMember {
    /// Who.
    pub user: Email,
    /// As what.
    pub role: TeamRole,
}

/// A schedule. Overrides are no part of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WantedSchedule {
    /// By which it is recognised.
    pub name: Arc<str>,
    /// Free text.
    pub description: Option<Arc<str>>,
    /// An IANA time zone.
    pub time_zone: Arc<str>,
    /// From the lowest to the highest: all that are to serve. Others end now.
    pub layers: Vec<WantedLayer>,
    /// The names of the teams whose it is, and nobody else's; `None`: as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teams: Option<Vec<Arc<str>>>,
}

/// A layer, which is recognised by its name and by how many before it have the same.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WantedLayer {
    /// What people call it.
    pub name: Arc<str>,
    /// When it begins to serve; `None`: as it is, or now.
    pub start: Option<Timestamp>,
    /// When it ceases to.
    pub end: Option<Timestamp>,
    /// In the order of their turns.
    pub users: Vec<Email>,
    /// When a turn of the first user begins.
    pub rotation_virtual_start: Timestamp,
    /// How long a turn is.
    pub turn: Duration,
    /// When it serves; empty: always.
    pub restrictions: Vec<Restriction>,
}

/// An escalation policy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WantedPolicy {
    /// By which it is recognised.
    pub name: Arc<str>,
    /// All but the name, the levels and the teams.
    pub change: PolicyChange,
    /// The levels.
    pub levels: Vec<WantedLevel>,
    /// The names of the teams whose it is, and nobody else's; `None`: as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teams: Option<Vec<Arc<str>>>,
}

/// A level of a policy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WantedLevel {
    /// How long to wait for an acknowledgement.
    pub delay: Duration,
    /// Whom to page.
    pub targets: Vec<WantedTarget>,
    /// Who of them is paged.
    pub strategy: Strategy,
}

/// What a level pages.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WantedTarget {
    /// This user.
    User(Email),
    /// Whoever is on call in this schedule.
    Schedule(Arc<str>),
}

/// A service.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WantedService {
    /// By which it is recognised.
    pub name: Arc<str>,
    /// All but the name and the policy.
    pub change: ServiceChange,
    /// Who is paged.
    pub escalation_policy: Arc<str>,
    /// Ways for events to reach it, among others.
    pub integrations: Option<Vec<WantedIntegration>>,
    /// Its event rules, all of them.
    pub rules: Option<Vec<WantedRule>>,
}

/// An integration, which is recognised by its key, or if that is drawn by its name and by how many before it have the
/// same.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WantedIntegration {
    /// What it is called.
    pub name: Arc<str>,
    /// PagerDuty's type.
    pub kind: Arc<str>,
    /// What senders use.
    pub routing_key: RoutingKey,
    /// Whether any key will do.
    pub drawn: bool,
}

/// A heartbeat. What is known of its pings is no part of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WantedHeartbeat {
    /// By which it is recognised.
    pub name: Arc<str>,
    /// Whose incident it is when it is missed; it stays with it.
    pub service: Arc<str>,
    /// Where its pings go.
    pub key: RoutingKey,
    /// Whether any key will do.
    pub drawn: bool,
    /// All but the name.
    pub change: HeartbeatChange,
}

/// An event rule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WantedRule {
    /// The rule, without the service that it routes to.
    pub rule: Rule,
    /// That service.
    pub route: Option<Arc<str>>,
}

/// A maintenance window, which is recognised by its description among those that are not over, and by how many before it
/// have the same.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WantedWindow {
    /// What it is for.
    pub description: Arc<str>,
    /// How many with the same description are before it.
    pub nth: usize,
    /// For which services.
    pub services: Vec<Arc<str>>,
    /// The rest. A start of `None` is as it is, or now.
    pub change: WindowChange,
}

/// Something that is to go. It stays, and all that is wanted is refused, while something uses it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// A user.
    User(UserId),
    /// A contact method of a user, with the rules that use it.
    ContactMethod(UserId, ContactMethodId),
    /// A team, which has to have nothing left.
    Team(TeamId),
    /// A schedule.
    Schedule(ScheduleId),
    /// An escalation policy.
    Policy(PolicyId),
    /// A service.
    Service(ServiceId),
    /// An integration of a service, with its key.
    Integration(ServiceId, IntegrationId),
    /// A heartbeat that is not missed.
    Heartbeat(HeartbeatId),
    /// A maintenance window.
    Window(MaintenanceWindowId),
}
