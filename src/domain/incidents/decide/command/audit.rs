//! What a command changed in the configuration, for the record: found by comparing what its facts name before and after.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::audit::{Action, Change, Field, VALUE_MAX};
use crate::domain::command::{Ask, Command};
use crate::domain::id::{
    CalendarId, FeedId, HeartbeatId, MaintenanceWindowId, ObjectId, PolicyId, ScheduleId, ServiceId, TeamId,
    TokenId, UserId,
};
use crate::domain::incidents::decide::draft::{Checkpoint, Draft};
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::state::State;
use crate::domain::rule::RuleScope;

/// Fields that nobody is shown, or that say nothing.
const HIDDEN: [&str; 6] = ["id", "key", "sha256", "created_at", "beat", "read_at"];

/// Something that facts of the configuration are about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Subject {
    User(UserId),
    Service(ServiceId),
    Policy(PolicyId),
    Schedule(ScheduleId),
    Feed(FeedId),
    Calendar(CalendarId),
    Token(TokenId),
    Rules(RuleScope),
    Window(MaintenanceWindowId),
    Heartbeat(HeartbeatId),
    Team(TeamId),
}

/// Records what the command has changed since the checkpoint. The founding is not recorded: it is the beginning.
pub(super) fn record(draft: &mut Draft, before: &Checkpoint, command: &Command) {
    if matches!(command.ask, Ask::Found(_)) {
        return;
    }
    let mut subjects: Vec<Subject> = Vec::new();
    for subject in draft.facts_since(before).iter().filter_map(subject) {
        // What a command touches comes together, so looking at the last is enough for large ones.
        if subjects.last() != Some(&subject) && !subjects.iter().rev().take(8).any(|it| *it == subject) {
            subjects.push(subject);
        }
    }
    for subject in subjects {
        let (old, new) = (before.state(), &draft.state);
        let (Some((action, fields)), (kind, object)) = (compared(subject, old, new), subject.named()) else {
            continue;
        };
        let name = subject.called(new).or_else(|| subject.called(old)).unwrap_or_default();
        let number = draft.state.audited + 1;
        let (at, actor, kind) = (draft.now, command.actor, kind.into());
        let change = Change { number, at, actor, action, kind, object, name, fields };
        draft.emit(Fact::Audited(Box::new(change)));
    }
}

fn subject(fact: &Fact) -> Option<Subject> {
    Some(match fact {
        Fact::UserCreated(user) | Fact::UserUpdated(user) => Subject::User(user.id),
        Fact::UserDeleted { id } => Subject::User(*id),
        Fact::ContactMethodSet { user, .. }
        | Fact::ContactMethodRemoved { user, .. }
        | Fact::NotificationRuleSet { user, .. }
        | Fact::NotificationRuleRemoved { user, .. } => Subject::User(*user),
        Fact::ServiceCreated(service) | Fact::ServiceUpdated(service) => Subject::Service(service.id),
        Fact::ServiceDeleted { id } => Subject::Service(*id),
        Fact::IntegrationSet { service, .. } | Fact::IntegrationRemoved { service, .. } => {
            Subject::Service(*service)
        }
        Fact::PolicyCreated(policy) | Fact::PolicyUpdated(policy) => Subject::Policy(policy.id),
        Fact::PolicyDeleted { id } => Subject::Policy(*id),
        Fact::ScheduleCreated(schedule) | Fact::ScheduleUpdated(schedule) => Subject::Schedule(schedule.id),
        Fact::ScheduleDeleted { id } => Subject::Schedule(*id),
        Fact::OverrideSet { schedule, .. }
        | Fact::OverrideRemoved { schedule, .. }
        | Fact::OverrideRestored { schedule, .. } => Subject::Schedule(*schedule),
        Fact::FeedIssued(feed) => Subject::Feed(feed.id),
        Fact::FeedRevoked { id } => Subject::Feed(*id),
        Fact::CalendarSet(calendar) => Subject::Calendar(calendar.id),
        Fact::CalendarRemoved { id } => Subject::Calendar(*id),
        Fact::TokenIssued(token) => Subject::Token(token.id),
        Fact::TokenRevoked { id } => Subject::Token(*id),
        Fact::RulesSet { scope, .. } => Subject::Rules(*scope),
        Fact::WindowSet { window, .. } => Subject::Window(window.id),
        Fact::WindowDeleted { id, .. } => Subject::Window(*id),
        Fact::HeartbeatSet(heartbeat) => Subject::Heartbeat(heartbeat.id),
        Fact::HeartbeatDeleted { id } => Subject::Heartbeat(*id),
        Fact::TeamSet(team) => Subject::Team(team.id),
        Fact::TeamDeleted { id } => Subject::Team(*id),
        _ => return None,
    })
}

impl Subject {
    /// Its kind, and its id if it has one.
    fn named(self) -> (&'static str, Option<ObjectId>) {
        match self {
            Self::User(id) => ("user", Some(id.0)),
            Self::Service(id) => ("service", Some(id.0)),
            Self::Policy(id) => ("escalation_policy", Some(id.0)),
            Self::Schedule(id) => ("schedule", Some(id.0)),
            Self::Feed(id) => ("feed", Some(id.0)),
            Self::Calendar(id) => ("calendar", Some(id.0)),
            Self::Token(id) => ("token", Some(id.0)),
            Self::Rules(RuleScope::Global) => ("event_rules", None),
            Self::Rules(RuleScope::Service(id)) => ("event_rules", Some(id.0)),
            Self::Window(id) => ("maintenance_window", Some(id.0)),
            Self::Heartbeat(id) => ("heartbeat", Some(id.0)),
            Self::Team(id) => ("team", Some(id.0)),
        }
    }

    fn called(self, state: &State) -> Option<Arc<str>> {
        match self {
            Self::User(id) => state.users.get(&id).map(|it| it.name.clone()),
            Self::Service(id) | Self::Rules(RuleScope::Service(id)) => {
                state.services.get(&id).map(|it| it.name.clone())
            }
            Self::Policy(id) => state.policies.get(&id).map(|it| it.name.clone()),
            Self::Schedule(id) => state.schedules.get(&id).map(|it| it.name.clone()),
            Self::Feed(id) => state.feeds.get(&id).map(|it| it.id.to_string().into()),
            Self::Calendar(id) => state.calendars.get(&id).map(|it| it.name.clone()),
            Self::Token(id) => state.tokens.get(&id).map(|it| it.label.clone()),
            Self::Rules(RuleScope::Global) => Some("global".into()),
            Self::Window(id) => state.windows.get(&id).map(|it| it.description.clone()),
            Self::Heartbeat(id) => state.heartbeats.get(&id).map(|it| it.name.clone()),
            Self::Team(id) => state.teams.get(&id).map(|it| it.name.clone()),
        }
    }

    fn shown(self, state: &State) -> Option<Value> {
        fn json<T: Serialize>(value: Option<&Arc<T>>) -> Option<Value> {
            value.and_then(|value| serde_json::to_value(&**value).ok())
        }
        match self {
            Self::User(id) => json(state.users.get(&id)),
            Self::Service(id) => json(state.services.get(&id)),
            Self::Policy(id) => json(state.policies.get(&id)),
            Self::Schedule(id) => json(state.schedules.get(&id)),
            Self::Feed(id) => json(state.feeds.get(&id)),
            Self::Calendar(id) => json(state.calendars.get(&id)),
            Self::Token(id) => json(state.tokens.get(&id)),
            Self::Rules(scope) => {
                let rules = state.rules.get(&scope)?;
                Some(serde_json::json!({ "event_rules": serde_json::to_value(&**rules).ok()? }))
            }
            Self::Window(id) => json(state.windows.get(&id)),
            Self::Heartbeat(id) => json(state.heartbeats.get(&id)),
            Self::Team(id) => json(state.teams.get(&id)),
        }
    }
}

/// `None`: nothing that is recorded is other than before.
fn compared(subject: Subject, old: &State, new: &State) -> Option<(Action, Vec<Field>)> {
    let (before, after) = (subject.shown(old), subject.shown(new));
    let action = match (&before, &after) {
        (None, None) => return None,
        (None, Some(_)) => Action::Create,
        (Some(_), None) => Action::Delete,
        (Some(_), Some(_)) => Action::Update,
    };
    let parts = |value: Option<Value>| match value {
        Some(Value::Object(parts)) => parts,
        _ => Map::new(),
    };
    let (before, after) = (parts(before), parts(after));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let mut fields = Vec::new();
    for name in names.into_iter().filter(|name| !HIDDEN.contains(&name.as_str())) {
        let (was, is) = (before.get(name), after.get(name));
        if was != is {
            let side = |value: Option<&Value>| value.filter(|it| !it.is_null()).map(text);
            fields.push(Field { name: name.as_str().into(), before: side(was), after: side(is) });
        }
    }
    (action != Action::Update || !fields.is_empty()).then_some((action, fields))
}

fn text(value: &Value) -> Arc<str> {
    let text = match hidden(value.clone()) {
        Value::String(text) => text,
        other => other.to_string(),
    };
    match text.char_indices().nth(VALUE_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// Without what is sealed and what opens doors.
fn hidden(value: Value) -> Value {
    match value {
        Value::Object(parts) if parts.contains_key("fingerprint") && parts.contains_key("text") => {
            Value::String("(sealed)".to_owned())
        }
        Value::Object(parts) => {
            let part = |(name, value): (String, Value)| {
                let value = if name == "routing_key" { "(key)".into() } else { hidden(value) };
                (name, value)
            };
            Value::Object(parts.into_iter().map(part).collect())
        }
        Value::Array(items) => items.into_iter().map(hidden).collect(),
        other => other,
    }
}
