//! Stories about event rules, grouping, maintenance windows and heartbeats.
//!
//! Set-up steps: `service db cid` (a service that pages cid), `rule NAME if CONDITION then ACTION, ACTION` and `global …`
//! (without `if`: always), `group time 5m`, `group all source,component 10m`, `auto-pause 5m`, `severity-based`,
//! `window 10m 30m if CONDITION`, `heartbeat job 60s 10s` (period and grace). Events take `source=db-1` and the like; what is
//! no field is a custom detail. Checks are spread: the one of `job` with a grace of 5 minutes is 12 s later. `ping job`, `ping job start`, `ping job exit=3`; `restart`; `2h asleep`.

use std::time::Duration;

use super::script::{check, duration, run};
use super::world::{START, World, level};
use crate::domain::command::{Ask, Done, PolicyChange, Rejection, ServiceChange, Verdict};
use crate::domain::event::{EventAddress, Severity, Whole};
use crate::domain::expression::{Condition, Template};
use crate::domain::heartbeat::{HeartbeatChange, NewHeartbeat, Ping, PingKind};
use crate::domain::id::{HeartbeatId, MaintenanceWindowId, PolicyId, ServiceId};
use crate::domain::incident::Happening;
use crate::domain::incidents::input::Input;
use crate::domain::incidents::snapshot;
use crate::domain::maintenance::{Weekly, WindowChange};
use crate::domain::rule::{Actions, Field, Rule, RuleScope};
use crate::domain::service::{Grouping, RoutingKey, UrgencyRule};
use crate::domain::time::Timestamp;

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

fn service_id(world: &World, name: &str) -> ServiceId {
    world.services.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no service {name}")).1
}

fn add_rule(world: &World, scope: RuleScope, text: &str) -> Ask {
    let mut rules = world.state.rules.get(&scope).map(|rules| rules.to_vec()).unwrap_or_default();
    rules.push(rule(world, text));
    Ask::SetRules { scope, rules }
}

/// `NAME if CONDITION then ACTION, ACTION`
fn rule(world: &World, text: &str) -> Rule {
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

fn key_of(name: &str) -> RoutingKey {
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

fn last(world: &mut World) -> MaintenanceWindowId {
    *world.state.windows.keys().next_back().unwrap()
}

#[test]
fn rules_suppress_drop_and_let_pass() {
    check(
        "rule noise if severity == 'info' then suppress; 0m trigger a severity=info; 1m trigger b; 2h",
        "0m: #1 opened, #1 noise: suppressed, #1 suppressed
         1m: #2 opened, #2 level 1 ann, page ann
         31m: #2 level 2 bob, page bob
         61m: #2 last resort eve, #2 exhausted, page eve",
    );
    check(
        "rule test if source is startingwith('test') then drop; \
         0m trigger a source=test-1 + trigger b source=test-2; 1m trigger c source=prod",
        "0m: test dropped 2
         1m: #1 opened, #1 level 1 ann, page ann",
    );
    // An acknowledge or a resolve is never dropped: what is open can always be closed.
    check(
        "rule test if source == 'gone' then drop; 0m trigger a; 1m resolve a source=gone",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 alert over, #1 resolved (AlertsResolved)",
    );
    // What is suppressed and never resolved does not stay for ever.
    check(
        "rule noise then suppress; 0m trigger a; 25h",
        "0m: #1 opened, #1 noise: suppressed, #1 suppressed
         1440m: #1 resolved (AutoResolveTimeout)",
    );
}

#[test]
fn a_suppressed_alert_that_gets_worse_pages() {
    check(
        "rule mild if severity != 'critical' then suppress; \
         0m trigger a severity=warning; 1m trigger a severity=warning; 2m trigger a severity=critical",
        "0m: #1 opened, #1 mild: suppressed, #1 suppressed
         1m: #1 repeated 1
         2m: #1 repeated 1, #1 released (NotSuppressed), #1 level 1 ann, page ann",
    );
}

#[test]
fn a_transient_alert_pages_only_if_it_stays() {
    check(
        "rule flap if component == 'link' then pause 5m; 0m trigger a component=link; 4m resolve a; 2h",
        "0m: #1 opened, #1 flap: paused 300s, #1 paused until 5m
         4m: #1 alert over, #1 resolved (AlertsResolved)",
    );
    check(
        "auto-pause 5m; 0m trigger a; 3m trigger a; 6m",
        "0m: #1 opened, #1 paused until 5m
         3m: #1 repeated 1
         5m: #1 released (StillFiring), #1 level 1 ann, page ann",
    );
    // The time counts from the acceptance: a backlog does not wait once more.
    check("auto-pause 5m; 9m trigger a late=6m", "9m: #1 opened, #1 level 1 ann, page ann");
    // Somebody who takes it has it.
    check(
        "auto-pause 5m; 0m trigger a; 1m ann ack 1; 1h",
        "0m: #1 opened, #1 paused until 5m
         1m: #1 acknowledged",
    );
}

#[test]
fn rules_apply_in_order_and_see_what_those_before_have_set() {
    check(
        "severity-based; rule a if severity == 'info' then severity error; \
         rule b if severity == 'error' then set summary=worse: {{ summary }}, note look at {{ source }}; \
         rule c if summary is startingwith('worse') then stop; rule d then suppress; \
         0m trigger k severity=info source=db-1",
        "0m: #1 opened, #1 a: severity error, #1 b: summary=worse: k is broken and noted look at db-1, \
         #1 level 1 ann, page ann",
    );
    let (world, _) = run(
        "severity-based; rule a then severity info, set summary=S, note N, set class={{ custom_details.c }}; \
         0m trigger k severity=critical c=x",
    );
    let incident = world.state.incidents.values().next().unwrap();
    let alert = &incident.alerts[0];
    assert_eq!((incident.title.as_ref(), incident.urgency.as_str()), ("S", "low"));
    assert_eq!(alert.digest.summary.as_ref(), "k is broken", "the digest stays as it was received");
    assert_eq!(alert.digest.severity, Severity::Critical);
    assert_eq!((alert.summary(), alert.severity()), ("S", Severity::Info));
    assert_eq!(alert.amended.as_ref().unwrap().class.as_deref(), Some("x"));
    assert!(
        incident
            .timeline
            .iter()
            .any(|entry| matches!(&entry.what, Happening::Annotated { content } if content.as_ref() == "N"))
    );
}

#[test]
fn a_global_rule_routes_and_the_target_decides_on() {
    let start = "service db cid; global db if source is startingwith('db-') then route db; \
                 global last then note not reached; rule own then severity info; ";
    check(
        &format!("{start}0m trigger a source=db-1; 1m trigger b source=web-1; 2m resolve a"),
        "0m: #1 opened, #1 db: routed to db, #1 level 1 cid, page cid
         1m: #2 opened, #2 last: noted not reached, #2 own: severity info, #2 level 1 ann, page ann
         2m: #1 alert over, #1 resolved (AlertsResolved)",
    );
    let (mut world, _) = run("service db cid");
    let db = service_id(&world, "db");
    let set = |scope, actions: Actions| Ask::SetRules {
        scope,
        rules: vec![Rule { name: "r".into(), condition: None, disabled: false, stop: false, actions }],
    };
    let route = |to| Actions { route: Some(to), ..Actions::default() };
    refused(&mut world, set(RuleScope::Service(db), route(db)), "only a global rule may route");
    let gone = ServiceId("P0GONE0".parse().unwrap());
    refused(&mut world, set(RuleScope::Global, route(gone)), "no service with the id P0GONE0");
    assert!(matches!(world.ask(None, set(RuleScope::Global, route(db))), Verdict::Done(Done::Changed)));
    assert!(matches!(world.ask(None, set(RuleScope::Global, route(db))), Verdict::Done(Done::Unchanged)));
    let verdict = world.ask(None, Ask::DeleteService { id: db });
    assert!(
        matches!(&verdict, Verdict::Rejected(Rejection::InUse { errors }) if errors[0].contains("routes to it"))
    );
}

#[test]
fn a_rewritten_dedup_key_joins_events() {
    check(
        "rule host if custom_details.host is defined then set dedup_key=host/{{ custom_details.host }}; \
         0m trigger a host=h1; 1m trigger b host=h1; 2m resolve b host=h1; 3m trigger c; 4m resolve c host=h9",
        "0m: #1 opened, #1 host: dedup_key=host/h1, #1 level 1 ann, page ann
         1m: #1 repeated 1
         2m: #1 alert over, #1 resolved (AlertsResolved)
         3m: #2 opened, #2 level 1 ann, page ann
         4m: #2 alert over, #2 resolved (AlertsResolved)",
    );
}

#[test]
fn a_rule_that_cannot_be_evaluated_is_passed_over_and_counted() {
    check(
        "rule odd if summary + 1 == 2 then suppress; rule empty then set source={{ custom_details.none }}; 0m trigger a",
        "0m: #1 opened, #1 level 1 ann, empty failed 1, odd failed 1, page ann",
    );
    let (world, _) = run("rule odd if summary + 1 == 2 then suppress; 0m trigger a + trigger b");
    let count = world.state.rule_counts.values().next().unwrap();
    assert_eq!(count.failed, 2);
    assert!(count.last_failure.as_ref().unwrap().contains("operation"), "{count:?}");
}

#[track_caller]
fn refused(world: &mut World, ask: Ask, expected: &str) {
    match world.ask(None, ask) {
        Verdict::Rejected(rejection) => {
            let text = rejection.to_string();
            assert!(text.contains(expected), "{text}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn bad_rules_are_refused_with_their_name_and_place() {
    let mut world = World::new();
    let mut check = |text: &str, expected: &str| {
        let good = rule(&world, "good then suppress");
        let rules = vec![good, rule(&world, text)];
        refused(&mut world, Ask::SetRules { scope: RuleScope::Global, rules }, expected);
    };
    check(
        "bad if sevrity == 'x' then suppress",
        "event_rules[1] (`bad`).condition: unknown name `sevrity` at character 1",
    );
    check("bad if severity == then suppress", "event_rules[1] (`bad`).condition: ");
    check("bad then set source={{ sorce }}", "event_rules[1] (`bad`).actions.source: unknown name `sorce`");
    check("bad then note {{ x", "event_rules[1] (`bad`).actions.note: ");
    check("bad then drop, severity info", "`drop` goes with no other action");
    check("good then stop", "event_rules[1].name: there is another rule `good`");
    check(" then stop", "event_rules[1].name cannot be empty");
    check("bad then pause 48h", "event_rules[1] (`bad`).actions.pause is 172800 s");
    assert!(world.state.rules.is_empty(), "nothing half applied");
}

#[test]
fn alerts_join_by_time() {
    check(
        "group time 5m; 0m trigger a; 4m trigger b; 6m trigger c; 7m resolve a; 8m resolve b",
        "0m: #1 opened, #1 level 1 ann, page ann
         4m: b joined #1
         6m: #2 opened, #2 level 1 ann, page ann
         7m: #1 alert over
         8m: #1 alert over, #1 resolved (AlertsResolved)",
    );
    check(
        "group time; 0m trigger a; 1m ann ack 1; 20m trigger b; 21m ann resolve 1; 22m trigger c",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 acknowledged
         20m: b joined #1
         21m: #1 resolved (Requested)
         22m: #2 opened, #2 level 1 ann, page ann",
    );
}

#[test]
fn alerts_join_by_fields() {
    check(
        "group all source,custom_details.dc 10m; 0m trigger a source=s dc=x; 9m trigger b source=s dc=x; \
         10m trigger c source=s dc=y; 18m trigger d source=s dc=x; 19m trigger e source=s",
        "0m: #1 opened, #1 level 1 ann, page ann
         9m: b joined #1
         10m: #2 opened, #2 level 1 ann, page ann
         18m: d joined #1
         19m: #3 opened, #3 level 1 ann, page ann",
    );
    check(
        "group any source,component 10m; 0m trigger a source=s component=c; 1m trigger b source=t component=c; \
         2m trigger d source=t component=z",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: b joined #1
         2m: #2 opened, #2 level 1 ann, page ann",
    );
    // A rule decides first: what it makes alike is alike, and what it suppresses stays alone.
    check(
        "group all source 10m; rule one if source is startingwith('db') then set source=db; \
         rule mild if severity == 'info' then suppress; \
         0m trigger a source=db-1; 1m trigger b source=db-2; 2m trigger c source=db-3 severity=info",
        "0m: #1 opened, #1 one: source=db, #1 level 1 ann, page ann
         1m: b joined #1, #1 one: source=db
         2m: #2 opened, #2 one: source=db, #2 mild: suppressed, #2 suppressed",
    );
    let (world, _) = run("group time; 0m trigger a; 1m trigger b");
    let restored = snapshot::restore(snapshot::records(&world.state));
    assert_eq!(restored, world.state);
}

#[test]
fn in_maintenance_nobody_is_paged_until_its_end() {
    check(
        "window 10m 30m; 0m trigger a; 15m trigger b; 16m trigger c; 17m trigger b; 18m resolve c; 29m",
        "0m: #1 opened, #1 level 1 ann, page ann
         15m: #2 opened, #2 in maintenance until 30m
         16m: #3 opened, #3 in maintenance until 30m
         17m: #2 repeated 1
         18m: #3 alert over, #3 resolved (AlertsResolved)",
    );
    check(
        "window 10m 30m; 15m trigger b; 31m trigger b; 32m trigger d",
        "15m: #1 opened, #1 in maintenance until 30m
         30m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann
         31m: #1 repeated 1
         32m: #2 opened, #2 level 1 ann, page ann",
    );
    // By match; and one that cannot be evaluated covers nothing.
    check(
        "window 10m 30m if custom_details.dc == 'x'; 11m trigger a dc=x; 12m trigger b dc=y; 13m trigger c",
        "11m: #1 opened, #1 in maintenance until 30m
         12m: #2 opened, #2 level 1 ann, page ann
         13m: #3 opened, #3 level 1 ann, page ann",
    );
    check("window 10m 30m if summary + 1 == 2; 11m trigger a", "11m: #1 opened, #1 level 1 ann, page ann");
    // Two windows: the last end counts. A pause that ends in a window goes on with it.
    check(
        "window 10m 30m; window 20m 40m; 25m trigger a; 50m",
        "25m: #1 opened, #1 in maintenance until 40m
         40m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann",
    );
    check(
        "window 10m 30m; window 20m 40m; 15m trigger a; 50m",
        "15m: #1 opened, #1 in maintenance until 30m
         30m: #1 in maintenance until 40m
         40m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann",
    );
    check(
        "auto-pause 5m; window 10m 30m; 8m trigger a; 35m",
        "8m: #1 opened, #1 paused until 13m
         13m: #1 in maintenance until 30m
         30m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann",
    );
}

#[test]
fn a_window_can_end_early_or_move() {
    let held = || run("window 10m 30m; 15m trigger a; 16m").0;
    let released = |world: &mut World| {
        let facts = world.wait_until(world.now);
        super::script::tell(world, &facts)
    };
    for delete in [true, false] {
        let mut world = held();
        let id = last(&mut world);
        let ask = if delete { Ask::DeleteWindow { id } } else { Ask::EndWindow { id } };
        let input = world.command(None, ask);
        let facts: Vec<_> = world.decide(&[input]).into_iter().map(|fact| (world.now, fact)).collect();
        let told = super::script::tell(&world, &facts);
        assert_eq!(told, "16m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann");
        assert!(world.state.windows[&id].is_past(world.now), "it stays as one that is over");
        refused(&mut world, Ask::DeleteWindow { id }, "past ones cannot be deleted");
    }
    let mut world = held();
    let id = last(&mut world);
    let later = WindowChange { end: Some(START.plus(Duration::from_secs(3600))), ..WindowChange::default() };
    world.ask(None, Ask::UpdateWindow { id, change: Box::new(later) });
    assert_eq!(world.state.next_due(), Some(START.plus(Duration::from_secs(3600))));
    assert_eq!(released(&mut world), "");
    // One that has not begun is gone without a trace.
    let (mut world, _) = run("window 10m 30m; 5m");
    let id = last(&mut world);
    refused(&mut world, Ask::EndWindow { id }, "has not begun");
    world.ask(None, Ask::DeleteWindow { id });
    assert!(world.state.windows.is_empty() && world.state.window_ends.is_empty());
}

#[test]
fn bad_windows_are_refused() {
    let mut world = World::new();
    let at = |minutes: u64| Some(START.plus(Duration::from_secs(60 * minutes)));
    let good = WindowChange {
        services: Some(vec![world.service]),
        start: at(10),
        end: at(20),
        ..WindowChange::default()
    };
    let mut check = |change: WindowChange, expected: &str| {
        refused(&mut world, Ask::CreateWindow(Box::new(change)), expected);
    };
    check(WindowChange { services: None, ..good.clone() }, "services cannot be empty");
    check(WindowChange { end: None, ..good.clone() }, "end_time cannot be empty");
    check(WindowChange { end: at(10), ..good.clone() }, "it must be after start_time");
    check(
        WindowChange { start: Some(Timestamp::EPOCH), end: Some(START), ..good.clone() },
        "it is over already",
    );
    let condition = Some(Some(Condition::new("nope == 1")));
    check(WindowChange { condition, ..good.clone() }, "condition: unknown name `nope`");
    let weekly = Weekly {
        time_zone: "Mars/Olympus".into(),
        days: vec![0],
        minute: 1440,
        duration: Duration::from_secs(90_000),
        until: None,
    };
    let text = "recurrence.time_zone: `Mars/Olympus` is no time zone";
    check(WindowChange { weekly: Some(Some(weekly.clone())), ..good.clone() }, text);
    for text in ["recurrence.days_of_week", "recurrence.start_time_of_day", "recurrence.duration_seconds"] {
        check(WindowChange { weekly: Some(Some(weekly.clone())), ..good.clone() }, text);
    }
}

#[test]
fn a_window_comes_again_every_week() {
    let mut world = World::new();
    // 2026-01-01 is a Thursday; every day from 00:10 to 00:40.
    let weekly = Weekly {
        time_zone: "UTC".into(),
        days: vec![4, 5],
        minute: 10,
        duration: Duration::from_secs(1800),
        until: None,
    };
    let change = WindowChange {
        services: Some(vec![world.service]),
        weekly: Some(Some(weekly)),
        ..WindowChange::default()
    };
    let id = MaintenanceWindowId(world.make(Ask::CreateWindow(Box::new(change))));
    let times = |world: &World| {
        let window = &world.state.windows[&id];
        (super::script::since_start(window.start), super::script::since_start(window.end))
    };
    assert_eq!(times(&world), ("10m".to_owned(), "40m".to_owned()));
    world.wait_until(START.plus(Duration::from_secs(3600)));
    assert_eq!(times(&world), ("1450m".to_owned(), "1480m".to_owned()));
    world.wait_until(START.plus(Duration::from_secs(1455 * 60)));
    world.ask(None, Ask::EndWindow { id });
    assert_eq!(times(&world).0, format!("{}m", 7 * 1440 + 10), "the running one is over, and it comes again");
    world.ask(None, Ask::DeleteWindow { id });
    assert!(world.state.windows.is_empty() && world.state.window_timers.is_empty());
}

#[test]
fn a_missed_heartbeat_opens_an_incident_until_it_is_back() {
    // Nothing is expected before the first ping.
    check("heartbeat job 60s 10s; 2h", "");
    check(
        "heartbeat job 10m 5m; 0m ping job; 10m ping job; 30m; 31m ping job",
        "1512s: heartbeat missed, #1 opened, #1 level 1 ann, page ann
         31m: #1 resolved (HeartbeatReturned)",
    );
    check(
        "heartbeat job 10m 5m; 0m ping job; 1m ping job exit=3; 2m ping job exit=4; 3m ping job exit=0",
        "1m: #1 opened, #1 level 1 ann, page ann
         3m: #1 resolved (HeartbeatReturned)",
    );
    check(
        "heartbeat job 1h 5m 2m; 0m ping job start; 1m ping job; 30m ping job start; 35m; 36m ping job",
        "32m: heartbeat missed, #1 opened, #1 level 1 ann, page ann
         36m: #1 resolved (HeartbeatReturned)",
    );
    check(
        "heartbeat job 10m 5m; window 20m 40m; 0m ping job; 50m",
        "912s: heartbeat missed, #1 opened, #1 level 1 ann, page ann
         2712s: #1 level 2 bob, page bob",
    );
    check(
        "heartbeat job 10m 5m; window 10m 40m; 0m ping job; 41m",
        "912s: heartbeat missed, #1 opened, #1 in maintenance until 40m
         40m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann",
    );
}

#[test]
fn when_pd_was_away_every_heartbeat_has_its_time_once_more() {
    // It was asleep from minute 1 to minute 60: nothing can be said of what did not ping.
    check(
        "heartbeat job 10m 5m; heartbeat other 20m 5m; 0m ping job + ping other; 60m asleep; 61m ping job; 80m; 90m",
        "60m: outage noticed, heartbeat waited for until 4512s, heartbeat waited for until 5125s
         4572s: heartbeat missed, #1 opened, #1 level 1 ann, page ann
         5125s: heartbeat missed, #2 opened, #2 level 1 ann, page ann",
    );
    // It was restarted shortly before the ping was due.
    check(
        "heartbeat job 10m 5m; 0m ping job; 14m restart; 20m; 40m",
        "912s: heartbeat waited for until 1752s
         1752s: heartbeat missed, #1 opened, #1 level 1 ann, page ann",
    );
    // A ping that had to wait in a spool counts from when it was made, and says nothing after a later one.
    check(
        "heartbeat job 10m 5m; 0m ping job; 10m ping job; 20m ping job late=15m; 26m",
        "1512s: heartbeat missed, #1 opened, #1 level 1 ann, page ann",
    );
    check(
        "heartbeat job 10m 5m; 0m ping job; 16m; 20m ping job late=19m",
        "912s: heartbeat missed, #1 opened, #1 level 1 ann, page ann
         20m: heartbeat missed",
    );
}

#[test]
fn heartbeats_are_changed_and_removed() {
    let (mut world, _) = run("heartbeat job 10m 5m; 0m ping job; 16m");
    let id: HeartbeatId = *world.state.heartbeats.keys().next().unwrap();
    assert_eq!(world.state.open_keys.len(), 1);
    let pause = |paused| Box::new(HeartbeatChange { paused: Some(paused), ..HeartbeatChange::default() });
    world.ask(None, Ask::UpdateHeartbeat { id, change: pause(true) });
    assert!(world.state.open_keys.is_empty() && world.state.heartbeat_timers.is_empty());
    world.ask(None, Ask::UpdateHeartbeat { id, change: pause(false) });
    assert_eq!(world.state.heartbeat_timers.len(), 1);
    let verdict = world.ask(None, Ask::DeleteService { id: world.service });
    assert!(matches!(&verdict, Verdict::Rejected(Rejection::InUse { .. })), "{verdict:?}");
    assert_eq!(snapshot::restore(snapshot::records(&world.state)), world.state);
    world.ask(None, Ask::DeleteHeartbeat { id });
    assert!(world.state.heartbeats.is_empty() && world.state.heartbeat_keys.is_empty());
    assert!(world.state.heartbeat_timers.is_empty());
    for (change, expected) in [
        (HeartbeatChange { name: None, ..HeartbeatChange::default() }, "name cannot be empty"),
        (HeartbeatChange { name: Some("a".into()), ..HeartbeatChange::default() }, "period cannot be empty"),
        (
            HeartbeatChange {
                name: Some("a".into()),
                period: Some(Duration::from_secs(1)),
                ..HeartbeatChange::default()
            },
            "period is 1 s",
        ),
    ] {
        let new = NewHeartbeat { key: key_of("x"), service: world.service, fields: change };
        refused(&mut world, Ask::CreateHeartbeat(Box::new(new)), expected);
    }
}
