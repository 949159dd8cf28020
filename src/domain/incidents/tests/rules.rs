//! Stories about event rules and grouping.

use super::script::{check, run};
use super::watch::{refused, rule, service_id};
use super::world::World;
use crate::domain::command::{Ask, Done, Rejection, Verdict};
use crate::domain::event::Severity;
use crate::domain::id::ServiceId;
use crate::domain::incident::Happening;
use crate::domain::incidents::snapshot;
use crate::domain::rule::{Actions, Rule, RuleScope};

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
        incident.timeline.iter().any(
            |entry| matches!(&entry.what, Happening::Annotated { content, .. } if content.as_ref() == "N")
        )
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
