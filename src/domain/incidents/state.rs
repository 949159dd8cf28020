//! The configuration and the incidents that are not yet archived: one value, cheap to clone.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet, Vector};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::fact::RememberedClose;
use crate::domain::action::Action;
use crate::domain::audit::Change;
use crate::domain::command::Verdict;
use crate::domain::event::{DedupKey, EventAddress};
use crate::domain::heartbeat::Heartbeat;
use crate::domain::id::{
    CalendarId, EscalationRuleId, FeedId, HeartbeatId, IdKey, IncidentNumber, IntegrationId,
    MaintenanceWindowId, PolicyId, ScheduleId, ServiceId, TeamId, TokenId, UserId,
};
use crate::domain::incident::Incident;
use crate::domain::maintenance::MaintenanceWindow;
use crate::domain::policy::EscalationPolicy;
use crate::domain::rule::{Rule, RuleCount, RuleRef, RuleScope};
use crate::domain::schedule::absence::Absences;
use crate::domain::schedule::{Calendar, Feed, Rota, Schedule};
use crate::domain::service::{RoutingKey, Service};
use crate::domain::team::Team;
use crate::domain::time::Timestamp;
use crate::domain::token::Token;
use crate::domain::user::User;

/// Everything that the rules of incidents need to know.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct State {
    /// `None` until the installation is founded.
    pub account: Option<Account>,
    /// Doors that are consumed.
    pub doors: OrdMap<Uuid, Door>,
    /// By id.
    pub users: OrdMap<UserId, Arc<User>>,
    /// By id.
    pub services: OrdMap<ServiceId, Arc<Service>>,
    /// By id.
    pub policies: OrdMap<PolicyId, Arc<EscalationPolicy>>,
    /// By id.
    pub schedules: OrdMap<ScheduleId, Arc<Schedule>>,
    /// Whose turn is next in levels that page one target after the other; 0 where nothing is said.
    pub round_robin: OrdMap<EscalationRuleId, u32>,
    /// By id.
    pub feeds: OrdMap<FeedId, Arc<Feed>>,
    /// By id.
    pub calendars: OrdMap<CalendarId, Arc<Calendar>>,
    /// When users are away, as their calendars say.
    pub absences: Absences,
    /// By id.
    pub tokens: OrdMap<TokenId, Arc<Token>>,
    /// Where a routing key leads.
    pub routing: OrdMap<RoutingKey, (ServiceId, IntegrationId)>,
    /// Open ones, and closed ones that are not yet archived.
    pub incidents: OrdMap<IncidentNumber, Arc<Incident>>,
    /// The open incident of each open alert.
    pub open_alerts: OrdMap<(IntegrationId, DedupKey), IncidentNumber>,
    /// The closed incidents that are not archived, by their alerts: a trigger may reopen the latest.
    pub closed_alerts: OrdSet<(IntegrationId, DedupKey, IncidentNumber)>,
    /// What each user did last to incidents.
    pub actions: OrdMap<UserId, Arc<Action>>,
    /// The open incident of each incident key that was given by hand.
    pub open_keys: OrdMap<(ServiceId, DedupKey), IncidentNumber>,
    /// When which incident needs a decision.
    pub timers: OrdSet<(Timestamp, IncidentNumber, Timer)>,
    /// Closed incidents that are to be archived, oldest first.
    pub closed: OrdSet<(Timestamp, IncidentNumber)>,
    /// Open incidents per service.
    pub open_counts: OrdMap<ServiceId, OpenCount>,
    /// The latest closes, by key: what a trigger that was accepted before one of them comes too late for.
    pub remembered: OrdMap<(IntegrationId, DedupKey), RememberedClose>,
    /// The same, in order of acceptance, to forget them.
    pub remembered_order: OrdSet<(Timestamp, IntegrationId, DedupKey)>,
    /// How commands were judged, for as long as a client may ask again.
    pub verdicts: OrdMap<Uuid, Verdict>,
    /// The same, oldest first, to forget them.
    pub verdict_order: Vector<Judged>,
    /// The commands that a client gave a key.
    pub idempotency: OrdMap<Arc<str>, Uuid>,
    /// Inputs that nothing could be done with, oldest first; the last thousand.
    pub quarantine: Vector<Quarantined>,
    /// How many inputs were ever quarantined.
    pub quarantined_total: u64,
    /// How many configuration objects were ever made.
    pub objects: u64,
    /// How many incidents were ever opened.
    pub opened: u64,
    /// How many pages were ever made in this epoch.
    pub pages: u64,
    /// Event rules, compiled; lists without rules are not in it.
    pub rules: OrdMap<RuleScope, Arc<Vec<Rule>>>,
    /// What rules did that no incident shows.
    pub rule_counts: OrdMap<RuleRef, RuleCount>,
    /// How many events rules ever dropped.
    pub dropped_total: u64,
    /// Incidents about which nobody is paged for the time being.
    pub held: OrdSet<IncidentNumber>,
    /// The open incident that alerts with this key join.
    pub groups: OrdMap<(ServiceId, Arc<str>), IncidentNumber>,
    /// By id.
    pub windows: OrdMap<MaintenanceWindowId, Arc<MaintenanceWindow>>,
    /// The same, by their ends.
    pub window_ends: OrdSet<(Timestamp, MaintenanceWindowId)>,
    /// When a window that comes again is to be moved to its next time.
    pub window_timers: OrdSet<(Timestamp, MaintenanceWindowId)>,
    /// By id.
    pub heartbeats: OrdMap<HeartbeatId, Arc<Heartbeat>>,
    /// Where a heartbeat's key leads.
    pub heartbeat_keys: OrdMap<RoutingKey, HeartbeatId>,
    /// When which heartbeat is missed.
    pub heartbeat_timers: OrdSet<(Timestamp, HeartbeatId)>,
    /// Since when `pd` is surely there for heartbeats: a process has started then, or noticed that it had been away.
    pub up_since: Timestamp,
    /// By id.
    pub teams: OrdMap<TeamId, Arc<Team>>,
    /// Changes of the configuration, oldest first.
    pub audit: Vector<Arc<Change>>,
    /// How many there ever were.
    pub audited: u64,
}

/// When a command was judged.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Judged {
    /// When.
    pub at: Timestamp,
    /// Which.
    pub id: Uuid,
    /// The client's key, with the token that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<Arc<str>>,
}

/// What is true of the installation as a whole.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Account {
    /// The key that ids are made with.
    pub id_key: IdKey,
    /// When it was founded.
    pub founded_at: Timestamp,
    /// The last resort of every escalation.
    pub fallback_user: UserId,
    /// How often it was restored from a backup.
    pub epoch: u32,
}

/// A door that is consumed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Door {
    /// The process that opened it.
    pub process: Uuid,
    /// When.
    pub opened_at: Timestamp,
}

/// What an incident waits for. The order is that in which timers due at the same time are decided.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// To be resolved by itself.
    AutoResolve,
    /// To change its urgency by the service's support hours.
    ChangeUrgency,
    /// To trigger again although it was acknowledged.
    Unacknowledge,
    /// To look whether somebody else is on call.
    HandOver,
    /// To enter the next level.
    Escalate,
    /// To remind those who acknowledged.
    Remind,
    /// To be paged after all.
    Release,
}

/// How many open incidents a service has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct OpenCount {
    /// Not acknowledged.
    pub triggered: u64,
    /// Acknowledged.
    pub acknowledged: u64,
    /// Nobody is paged for the time being.
    pub held: u64,
}

/// An input that nothing could be done with.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Quarantined {
    /// Where it is kept.
    pub address: EventAddress,
    /// Whether it is a command.
    pub command: bool,
    /// Why.
    pub reason: Arc<str>,
    /// When.
    pub at: Timestamp,
}

impl State {
    /// When the next timer is due.
    pub fn next_due(&self) -> Option<Timestamp> {
        let incident = self.timers.get_min().map(|(at, _, _)| *at);
        let window = self.window_timers.get_min().map(|(at, _)| *at);
        let heartbeat = self.heartbeat_timers.get_min().map(|(at, _)| *at);
        [incident, window, heartbeat].into_iter().flatten().min()
    }

    /// Who is on call by a schedule of this state.
    pub fn rota<'a>(&'a self, schedule: &'a Schedule) -> Rota<'a> {
        Rota::new(schedule, &self.absences)
    }
}
