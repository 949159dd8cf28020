//! What stories about event rules, grouping, maintenance windows and heartbeats are told with.
//!
//! Set-up steps: `service db cid` (a service that pages cid), `rule NAME if CONDITION then ACTION, ACTION` and `global …`
//! (without `if`: always), `group time 5m`, `group all source,component 10m`, `auto-pause 5m`, `severity-based`,
//! `window 10m 30m if CONDITION`, `end-window` and `window-for db` (the last one), `heartbeat job 60s 10s` (period and grace). Events take `source=db-1` and the like; what is
//! no field is a custom detail. Checks are spread: the one of `job` with a grace of 5 minutes is 25 s later (that follows from its id). `ping job`, `ping job start`, `ping job exit=3`; `restart`; `2h asleep`.

use std::time::Duration;

use super::script::duration;
use super::world::{START, World, level};
use crate::domain::command::{Ask, PolicyChange, ServiceChange, Verdict};
use crate::domain::event::{EventAddress, Severity, Whole};
use crate::domain::expression::{Condition, Template};
use crate::domain::heartbeat::{HeartbeatChange, NewHeartbeat, Ping, PingKind};
use crate::domain::id::{PolicyId, ServiceId};
use crate::domain::incidents::input::Input;
use crate::domain::maintenance::WindowChange;
use crate::domain::rule::{Actions, Field, Rule, RuleScope};
use crate::domain::service::{Grouping, RoutingKey, UrgencyRule};

pub(super) fn set_up(world: &mut World, what: &str, rest: &str) {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let of = |change: ServiceChange| Ask::UpdateService { id: world.service, change: Box::new(change) };
    let ask = match what {
        "service" => return service(world, words[0], words[1]),
        "rule" => add_rule(world, RuleScope::Service(world.service), rest),
        "global" => add_rule(world, RuleScope::Global, rest),
        "group" => of(ServiceChange { grouping: Some(Some(grouping(&words))), ..ServiceChange::default() }),
        "auto-pause" => of(ServiceChange { auto_pause: Some(duration(rest)), ..ServiceChange::default() }),
        "severity-based" => {
            of(ServiceChange { urgency_rule: Some(UrgencyRule::SeverityBased), ..ServiceChange::default() })
        }
        "window" => Ask::CreateWindow(Box::new(window(world, rest))),
        "end-window" => Ask::EndWindow { id: *world.state.windows.keys().next_back().unwrap() },
        "window-for" => {
            let services = Some(vec![service_id(world, rest)]);
            let change = Box::new(WindowChange { services, ..WindowChange::default() });
            Ask::UpdateWindow { id: *world.state.windows.keys().next_back().unwrap(), change }
        }
        "heartbeat" => Ask::CreateHeartbeat(Box::new(NewHeartbeat {
            key: key_of(words[0]),
            service: world.service,
            fields: HeartbeatChange {
                name: Some(words[0].into()),
                period: duration(words[1]),
                grace: duration(words[2]),
                max_runtime: Some(words.get(3).and_then(|word| duration(word))),
                paused: None,
            },
        })),
        other => panic!("unknown step {other}"),
    };
    let verdict = world.ask(None, ask);
    assert!(matches!(verdict, Verdict::Done(_)), "{what} {rest}: {verdict:?}");
}

fn service(world: &mut World, name: &str, user: &str) {
    let rules = vec![level(30, &[world.user(user)])];
    let policy = PolicyChange { name: Some(name.into()), rules: Some(rules), ..PolicyChange::default() };
    let policy = PolicyId(world.make(Ask::CreatePolicy(Box::new(policy))));
    let change = ServiceChange {
        name: Some(name.into()),
        escalation_policy: Some(policy),
        ..ServiceChange::default()
    };
    let id = ServiceId(world.make(Ask::CreateService(Box::new(change))));
    world.services.push((name.to_owned(), id));
}

pub(super) fn service_id(world: &World, name: &str) -> ServiceId {
    world.services.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no service {name}")).1
}

fn add_rule(world: &World, scope: RuleScope, text: &str) -> Ask {
    let mut rules = world.state.rules.get(&scope).map(|rules| rules.to_vec()).unwrap_or_default();
    rules.push(rule(world, text));
    Ask::SetRules { scope, rules }
}

/// `NAME if CONDITION then ACTION, ACTION`
pub(super) fn rule(world: &World, text: &str) -> Rule {
    let (head, actions) = text.split_once(" then ").unwrap();
    let (name, condition) = match head.split_once(" if ") {
        Some((name, condition)) => (name, Some(Condition::new(condition))),
        None => (head, None),
    };
    let mut rule =
        Rule { name: name.into(), condition, disabled: false, stop: false, actions: Actions::default() };
    for action in actions.split(", ") {
        let (word, rest) = action.split_once(' ').unwrap_or((action, ""));
        let actions = &mut rule.actions;
        match word {
            "drop" => actions.drop = true,
            "suppress" => actions.suppress = true,
            "stop" => rule.stop = true,
            "pause" => actions.pause = duration(rest),
            "route" => actions.route = Some(service_id(world, rest)),
            "note" => actions.note = Some(Template::new(rest)),
            "severity" => actions.severity = Some(severity(rest)),
            "set" => {
                let (name, template) = rest.split_once('=').unwrap();
                let field = Field::ALL.into_iter().find(|field| field.as_str() == name).unwrap();
                actions.set.insert(field, Template::new(template));
            }
            other => panic!("unknown action {other}"),
        }
    }
    rule
}

fn severity(text: &str) -> Severity {
    serde_json::from_value(text.into()).unwrap()
}

fn grouping(words: &[&str]) -> Grouping {
    match words[0] {
        "time" => Grouping::Time(words.get(1).and_then(|word| duration(word))),
        kind => Grouping::Fields {
            fields: words[1].split(',').map(Into::into).collect(),
            all: kind == "all",
            within: duration(words[2]).unwrap(),
        },
    }
}

fn window(world: &World, text: &str) -> WindowChange {
    let (times, condition) = match text.split_once(" if ") {
        Some((times, condition)) => (times, Some(Condition::new(condition))),
        None => (text, None),
    };
    let mut times = times.split_whitespace().map(|word| START.plus(duration(word).unwrap()));
    WindowChange {
        services: Some(vec![world.service]),
        condition: Some(condition),
        start: times.next(),
        end: times.next(),
        ..WindowChange::default()
    }
}

pub(super) fn key_of(name: &str) -> RoutingKey {
    let mut random = [9; 16];
    for (to, from) in random.iter_mut().zip(name.bytes()) {
        *to = from;
    }
    RoutingKey::from_random(random)
}

pub(super) fn ping(world: &mut World, words: &[&str]) -> Input {
    let option = |name: &str| words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    let kind = match words.get(1) {
        Some(&"start") => PingKind::Start,
        Some(&"fail") => PingKind::Fail,
        _ => option("exit").map_or(PingKind::Success, |status| PingKind::Exit(status.parse().unwrap())),
    };
    let late = option("late").map_or(Duration::ZERO, |late| duration(late).unwrap());
    let address = EventAddress { door: world.id(), seq: 0, index: 0 };
    Input::Ping(Ping { address, at: world.now.minus(late), key: key_of(words[0]), kind, detail: None })
}

pub(super) fn restart(world: &mut World) -> Input {
    Input::DoorRegistered { door: world.id(), process: world.id(), at: world.now }
}

/// Gives an event fields, and its body.
pub(super) fn say(input: &mut Input, words: &[&str]) {
    let Input::Event(event) = input else { return };
    let mut payload = serde_json::Map::new();
    let mut details = serde_json::Map::new();
    if let Some(digest) = &event.digest {
        payload.insert("summary".into(), digest.summary.as_ref().into());
        payload.insert("source".into(), digest.source.as_ref().into());
        payload.insert("severity".into(), digest.severity.as_str().into());
    }
    for (name, value) in words.iter().filter_map(|word| word.split_once('=')) {
        match name {
            "door" | "late" => {}
            "source" | "severity" | "component" | "group" | "class" | "summary" => {
                payload.insert(name.into(), value.into());
            }
            other => {
                details.insert(other.into(), value.into());
            }
        }
    }
    if let (Some(digest), Some(value)) = (&mut event.digest, payload.get("severity")) {
        digest.severity = severity(value.as_str().unwrap());
    }
    if !details.is_empty() {
        payload.insert("custom_details".into(), details.into());
    }
    let action = serde_json::to_value(event.action).unwrap();
    let body = serde_json::json!({
        "event_action": action, "dedup_key": event.dedup_key.0.as_ref(), "payload": payload,
    });
    event.whole = Whole(serde_json::to_vec(&body).unwrap().into());
}

#[track_caller]
pub(super) fn refused(world: &mut World, ask: Ask, expected: &str) {
    match world.ask(None, ask) {
        Verdict::Rejected(rejection) => {
            let text = rejection.to_string();
            assert!(text.contains(expected), "{text}");
        }
        other => panic!("{other:?}"),
    }
}
