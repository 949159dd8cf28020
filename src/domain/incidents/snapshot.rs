//! The state as a stream of records, so that a snapshot is written and read element by element.
//!
//! Indices are not in it: they are made anew from what they index.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::evolve;
use super::fact::RememberedClose;
use super::state::{Account, Door, Judged, Quarantined, State};
use crate::domain::action::Action;
use crate::domain::audit::Change;
use crate::domain::command::Verdict;
use crate::domain::heartbeat::Heartbeat;
use crate::domain::id::EscalationRuleId;
use crate::domain::incident::Incident;
use crate::domain::maintenance::MaintenanceWindow;
use crate::domain::policy::EscalationPolicy;
use crate::domain::rule::{Rule, RuleCount, RuleRef, RuleScope};
use crate::domain::schedule::{Calendar, Feed, Schedule};
use crate::domain::service::Service;
use crate::domain::team::Team;
use crate::domain::time::Timestamp;
use crate::domain::token::Token;
use crate::domain::user::User;

/// One element of the state. The meaning of a name never changes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Record {
    /// What is true of the installation as a whole.
    Account(Account),
    /// How many of each kind there ever were.
    Counters(Counters),
    /// A door that is consumed.
    Door {
        /// Which.
        id: Uuid,
        /// What is known of it.
        door: Door,
    },
    /// A user.
    User(Arc<User>),
    /// A service.
    Service(Arc<Service>),
    /// An escalation policy.
    Policy(Arc<EscalationPolicy>),
    /// A schedule, with its overrides.
    Schedule(Arc<Schedule>),
    /// Whose turn is next in a level that pages one target after the other.
    RoundRobin {
        /// Which level.
        rule: EscalationRuleId,
        /// The index of the target.
        next: u32,
    },
    /// A secret address for calendar programs.
    Feed(Arc<Feed>),
    /// A calendar of absences.
    Calendar(Arc<Calendar>),
    /// An API token.
    Token(Arc<Token>),
    /// An incident that is not archived.
    Incident(Arc<Incident>),
    /// What a user did last to incidents.
    Action(Arc<Action>),
    /// A close that came before its trigger.
    Close(RememberedClose),
    /// How a command was judged; in order of judging.
    Judged {
        /// Which, and when.
        judged: Judged,
        /// How.
        verdict: Verdict,
    },
    /// An input that nothing could be done with; in order.
    Quarantined(Quarantined),
    /// A list of event rules.
    Rules {
        /// Which list.
        scope: RuleScope,
        /// Its rules.
        rules: Arc<Vec<Rule>>,
    },
    /// What a rule did that no incident shows.
    RuleCount {
        /// Which rule.
        rule: RuleRef,
        /// How often.
        count: RuleCount,
    },
    /// A maintenance window.
    Window(Arc<MaintenanceWindow>),
    /// A heartbeat.
    Heartbeat(Arc<Heartbeat>),
    /// A team.
    Team(Arc<Team>),
    /// A change of the configuration; in order.
    Audited(Arc<Change>),
}

/// How many of each kind there ever were.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counters {
    /// Configuration objects.
    pub objects: u64,
    /// Incidents.
    pub opened: u64,
    /// Pages of this epoch.
    pub pages: u64,
    /// Quarantined inputs.
    pub quarantined: u64,
    /// Dropped events.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dropped: u64,
    /// Since when heartbeats are surely heard.
    #[serde(default, skip_serializing_if = "is_epoch")]
    pub up_since: Timestamp,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

fn is_epoch(at: &Timestamp) -> bool {
    *at == Timestamp::EPOCH
}

/// The state, element by element, in an order that is the same on every replica.
pub fn records(state: &State) -> impl Iterator<Item = Record> + Send + '_ {
    let counters = Counters {
        objects: state.objects,
        opened: state.opened,
        pages: state.pages,
        quarantined: state.quarantined_total,
        dropped: state.dropped_total,
        up_since: state.up_since,
    };
    let judged = |judged: &Judged| {
        let verdict = state.verdicts.get(&judged.id)?.clone();
        Some(Record::Judged { judged: judged.clone(), verdict })
    };
    state
        .account
        .iter()
        .map(|account| Record::Account(account.clone()))
        .chain(std::iter::once(Record::Counters(counters)))
        .chain(state.doors.iter().map(|(id, door)| Record::Door { id: *id, door: door.clone() }))
        .chain(state.users.values().cloned().map(Record::User))
        .chain(state.services.values().cloned().map(Record::Service))
        .chain(state.policies.values().cloned().map(Record::Policy))
        .chain(state.schedules.values().cloned().map(Record::Schedule))
        .chain(state.round_robin.iter().map(|(rule, next)| Record::RoundRobin { rule: *rule, next: *next }))
        .chain(state.feeds.values().cloned().map(Record::Feed))
        .chain(state.calendars.values().cloned().map(Record::Calendar))
        .chain(state.tokens.values().cloned().map(Record::Token))
        .chain(state.incidents.values().cloned().map(Record::Incident))
        .chain(state.actions.values().cloned().map(Record::Action))
        .chain(state.remembered.values().cloned().map(Record::Close))
        .chain(state.verdict_order.iter().filter_map(judged))
        .chain(state.quarantine.iter().cloned().map(Record::Quarantined))
        .chain(more(state))
}

fn more(state: &State) -> impl Iterator<Item = Record> + Send + '_ {
    let rules =
        |(scope, rules): (&RuleScope, &Arc<Vec<Rule>>)| Record::Rules { scope: *scope, rules: rules.clone() };
    let count = |(rule, count): (&RuleRef, &RuleCount)| Record::RuleCount {
        rule: rule.clone(),
        count: count.clone(),
    };
    let counts = state.rule_counts.iter().map(count);
    let windows = state.windows.values().cloned().map(Record::Window);
    let heartbeats = state.heartbeats.values().cloned().map(Record::Heartbeat);
    let teams = state.teams.values().cloned().map(Record::Team);
    let audit = state.audit.iter().cloned().map(Record::Audited);
    state.rules.iter().map(rules).chain(counts).chain(windows).chain(heartbeats).chain(teams).chain(audit)
}

/// The state that these records are of, with all its indices.
pub fn restore(records: impl Iterator<Item = Record>) -> State {
    let mut state = State::default();
    for record in records {
        take(&mut state, record);
    }
    state
}

fn take(state: &mut State, record: Record) {
    match record {
        Record::Account(account) => state.account = Some(account),
        Record::Counters(counters) => {
            state.objects = counters.objects;
            state.opened = counters.opened;
            state.pages = counters.pages;
            state.quarantined_total = counters.quarantined;
            state.dropped_total = counters.dropped;
            state.up_since = counters.up_since;
        }
        Record::Door { id, door } => {
            state.doors.insert(id, door);
        }
        Record::User(user) => {
            state.users.insert(user.id, user);
        }
        Record::Service(service) => {
            for integration in &service.integrations {
                state.routing.insert(integration.routing_key, (service.id, integration.id));
            }
            state.services.insert(service.id, service);
        }
        Record::Policy(policy) => {
            state.policies.insert(policy.id, policy);
        }
        Record::Schedule(schedule) => {
            state.schedules.insert(schedule.id, schedule);
        }
        Record::RoundRobin { rule, next } => {
            state.round_robin.insert(rule, next);
        }
        Record::Feed(feed) => {
            state.feeds.insert(feed.id, feed);
        }
        Record::Calendar(calendar) => evolve::set_calendar(state, calendar),
        Record::Token(token) => {
            state.tokens.insert(token.id, token);
        }
        Record::Incident(incident) => evolve::insert(state, incident),
        Record::Action(action) => {
            state.actions.insert(action.by, action);
        }
        Record::Close(close) => {
            let (integration, key) = (close.integration, close.dedup_key.clone());
            state.remembered_order.insert((close.accepted_at, integration, key.clone()));
            state.remembered.insert((integration, key), close);
        }
        Record::Judged { judged, verdict } => {
            if let Some(key) = &judged.idempotency_key {
                state.idempotency.insert(key.clone(), judged.id);
            }
            state.verdicts.insert(judged.id, verdict);
            state.verdict_order.push_back(judged);
        }
        Record::Quarantined(entry) => state.quarantine.push_back(entry),
        Record::Rules { scope, rules } => {
            state.rules.insert(scope, rules);
        }
        Record::RuleCount { rule, count } => {
            state.rule_counts.insert(rule, count);
        }
        Record::Window(window) => evolve::insert_window(state, window),
        Record::Heartbeat(heartbeat) => evolve::insert_heartbeat(state, heartbeat),
        Record::Team(team) => {
            state.teams.insert(team.id, team);
        }
        Record::Audited(change) => {
            state.audited = change.number;
            state.audit.push_back(change);
        }
    }
}
