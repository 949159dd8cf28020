//! Event rules, routes, grouping, maintenance windows and heartbeats over REST.

use pd::domain::event::Action;
use serde_json::{Value, json};

use super::world::World;

async fn put_rules(world: &World, rules: Value) -> super::world::Answer {
    world.call("PUT", "/event_rules", Some(json!({ "event_rules": rules }))).await
}

#[tokio::test]
async fn rules_are_replaced_as_a_whole_and_refused_by_name() {
    let world = World::new();
    assert_eq!(world.call("GET", "/event_rules", None).await.expect(200), json!({"event_rules": []}));
    let rules = json!([
        {"name": "quiet", "condition": "severity == 'info'", "actions": {"suppress": true}},
        {"name": "who", "stop": true, "actions": {"set": {"source": "{{ source }}!"}, "severity": "warning", "pause": 60}},
    ]);
    let set = put_rules(&world, rules).await.expect(200);
    assert_eq!(set["event_rules"][0]["condition"], "severity == 'info'");
    assert_eq!(
        set["event_rules"][1]["actions"],
        json!({"set": {"source": "{{ source }}!"}, "severity": "warning", "pause": 60})
    );
    assert_eq!(set["event_rules"][1]["counts"]["dropped"], 0);
    // What is answered can be sent back.
    put_rules(&world, set["event_rules"].clone()).await.expect(200);
    for (rule, expected) in [
        (
            json!({"name": "a", "condition": "sevrity == 1", "actions": {"drop": true}}),
            "(`a`).condition: unknown name `sevrity` at character 1",
        ),
        (json!({"name": "a", "actions": {"severity": "bad"}}), "actions.severity: `bad` is not one of"),
        (json!({"name": "a", "actions": {"set": {"title": "x"}}}), "actions.set: `title` cannot be set"),
        (
            json!({"name": "a", "actions": {"route_to": {"id": "P0000XX"}}}),
            "actions.route: no service with the id P0000XX",
        ),
        (json!({"name": "a", "actions": {"priority": {"id": "P0000XX"}}}), "actions.priority: no priority"),
        (json!({"name": "a", "actions": {"pause": 0}}), "actions.pause is 0 s"),
        (json!({"name": "a", "actions": {"page": true}}), "unknown field `page`"),
        (json!({"actions": {}}), "missing field `name`"),
    ] {
        let (_, error) = put_rules(&world, json!([rule.clone()])).await.error(400);
        assert!(error.contains(expected), "{rule}: {error}");
    }
    assert_eq!(
        world.call("GET", "/event_rules", None).await.expect(200)["event_rules"].as_array().unwrap().len(),
        2
    );
    let service = world.first("services").await;
    let path = format!("/services/{service}/event_rules");
    let own = json!({"event_rules": [{"name": "own", "actions": {"route_to": {"id": service}}}]});
    let (_, error) = world.call("PUT", &path, Some(own)).await.error(400);
    assert!(error.contains("only a global rule may route"), "{error}");
}

#[tokio::test]
async fn a_route_is_told_rule_by_rule_and_nothing_is_stored() {
    let world = World::new();
    let service = world.first("services").await;
    let rules = json!([
        {"name": "tests", "condition": "source is matching('test-*')", "actions": {"drop": true}},
        {"name": "odd", "condition": "summary + 1", "actions": {"suppress": true}},
        {"name": "here", "actions": {"route_to": {"id": service}, "note": "from {{ source }}"}},
        {"name": "late", "actions": {"suppress": true}},
    ]);
    put_rules(&world, rules).await.expect(200);
    let key = super::world::routing_key();
    let ask = async |source: &str| {
        let event = json!({"routing_key": key.as_str(), "event_action": "trigger", "dedup_key": "k",
            "payload": {"summary": "disk full", "source": source, "severity": "critical"}});
        let answer = world.call("POST", "/event_rules/test", Some(json!({ "event": event }))).await;
        answer.expect(200)["route"].clone()
    };
    let route = ask("test-1").await;
    assert_eq!((&route["outcome"], &route["incident"]), (&json!("drops"), &Value::Null));
    let route = ask("db-1").await;
    assert_eq!(route["outcome"], "opens");
    assert_eq!(route["incident"]["title"], "disk full");
    assert_eq!(route["pages"].as_array().unwrap().len(), 1, "{route}");
    let steps: Vec<_> =
        route["steps"].as_array().unwrap().iter().map(|step| step["outcome"].as_str().unwrap()).collect();
    assert_eq!(steps, ["not_matched", "failed", "applied", "passed_over"]);
    let timeline = route["timeline"].to_string();
    assert!(
        timeline.contains("The global rule `here` applied: noted: from db-1, routed to the service"),
        "{timeline}"
    );
    assert_eq!(world.state().incidents.len(), 0);
    assert!(world.state().rule_counts.is_empty());
    let bad = json!({"event": {"routing_key": key.as_str(), "event_action": "trigger"}});
    let (_, error) = world.call("POST", "/event_rules/test", Some(bad)).await.error(400);
    assert!(error.contains("'payload' is missing"), "{error}");
}

#[tokio::test]
async fn what_is_held_is_listed_only_when_asked_for() {
    let world = World::new();
    put_rules(&world, json!([{"name": "quiet", "actions": {"suppress": true}}])).await.expect(200);
    world.event(Action::Trigger, "a");
    let count = async |path: &str| {
        world.call("GET", path, None).await.expect(200)["incidents"].as_array().unwrap().len()
    };
    assert_eq!(count("/incidents").await, 0);
    assert_eq!((count("/incidents?held=only").await, count("/incidents?held=all").await), (1, 1));
    let (_, error) = world.call("GET", "/incidents?held=maybe", None).await.error(400);
    assert!(error.contains("held: `maybe` is not one of all, only"), "{error}");
    let listed = world.call("GET", "/incidents?held=only", None).await.expect(200);
    let incident = &listed["incidents"][0];
    assert_eq!(incident["hold"], json!({"type": "suppressed", "until": null, "maintenance_window": null}));
    let service = incident["service"]["id"].as_str().unwrap();
    let service = world.call("GET", &format!("/services/{service}"), None).await.expect(200);
    assert_eq!(service["service"]["status"], "active", "what pages nobody is not critical");
    let alerts = format!("/incidents/{}/alerts", incident["id"].as_str().unwrap());
    assert_eq!(world.call("GET", &alerts, None).await.expect(200)["alerts"][0]["suppressed"], true);
}

#[tokio::test]
async fn grouping_and_pauses_are_pagerdutys_fields() {
    let world = World::new();
    let service = world.first("services").await;
    let path = format!("/services/{service}");
    let put = async |fields: Value| world.call("PUT", &path, Some(json!({ "service": fields }))).await;
    let grouping = json!({"type": "content_based", "config": {"fields": ["source"], "aggregate": "all", "time_window": 300}});
    let shown = put(json!({"alert_grouping_parameters": grouping,
        "auto_pause_notifications_parameters": {"enabled": true, "timeout": 120}}))
    .await
    .expect(200);
    assert_eq!(shown["service"]["alert_grouping_parameters"], grouping);
    assert_eq!(
        shown["service"]["auto_pause_notifications_parameters"],
        json!({"enabled": true, "timeout": 120})
    );
    world.event(Action::Trigger, "a");
    world.event(Action::Trigger, "b");
    let listed = world.call("GET", "/incidents?held=only", None).await.expect(200);
    assert_eq!(listed["incidents"][0]["alert_counts"]["all"], 2, "both came from the same source");
    assert_eq!(listed["incidents"][0]["hold"]["type"], "paused");
    // What is not given stays; null and `enabled: false` switch off.
    let shown = put(json!({"name": "other"})).await.expect(200);
    assert_eq!(shown["service"]["alert_grouping_parameters"], grouping);
    let shown = put(json!({"alert_grouping_parameters": {"type": null, "config": null},
        "auto_pause_notifications_parameters": {"enabled": false}}))
    .await
    .expect(200);
    assert_eq!(shown["service"]["alert_grouping_parameters"]["type"], Value::Null);
    for (fields, expected) in [
        (json!({"alert_grouping_parameters": {"type": "intelligent"}}), "`intelligent` is not offered"),
        (
            json!({"alert_grouping_parameters": {"type": "content_based", "config": {"fields": ["host"], "time_window": 300}}}),
            "config.fields[0]: `host` is no field of an alert",
        ),
        (
            json!({"auto_pause_notifications_parameters": {"enabled": true}}),
            "timeout: expected the number of seconds",
        ),
    ] {
        let (_, error) = put(fields).await.error(400);
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_maintenance_window_lives() {
    let world = World::new();
    let service = world.first("services").await;
    let window = json!({"maintenance_window": {
        "type": "maintenance_window", "description": "upgrade",
        "start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-01T02:00:00Z",
        "services": [{"id": service, "type": "service_reference"}],
    }});
    let made = world.call("POST", "/maintenance_windows", Some(window)).await.expect(201);
    let window = &made["maintenance_window"];
    assert_eq!((&window["status"], &window["summary"]), (&json!("ongoing"), &json!("upgrade")));
    let id = window["id"].as_str().unwrap();
    world.event(Action::Trigger, "a");
    let listed = world.call("GET", "/incidents?held=only", None).await.expect(200);
    assert_eq!(listed["incidents"][0]["hold"]["maintenance_window"]["id"], id);
    assert_eq!(
        listed["incidents"][0]["pending_actions"][0],
        json!({"type": "release", "at": "2026-01-01T02:00:00Z"})
    );
    let count = async |filter: &str| {
        let path = format!("/maintenance_windows?filter={filter}&service_ids[]={service}");
        world.call("GET", &path, None).await.expect(200)["maintenance_windows"].as_array().unwrap().len()
    };
    assert_eq!((count("ongoing").await, count("past").await, count("open").await), (1, 0, 1));
    let path = format!("/maintenance_windows/{id}");
    let moved = json!({"maintenance_window": {"end_time": "2026-01-01T03:00:00Z"}});
    let moved = world.call("PUT", &path, Some(moved)).await.expect(200);
    assert_eq!(moved["maintenance_window"]["end_time"], "2026-01-01T03:00:00Z");
    world.pass(60);
    world.call("DELETE", &path, None).await.expect(204);
    assert_eq!((count("past").await, count("ongoing").await), (1, 0));
    let shown = world.call("GET", "/incidents", None).await.expect(200);
    assert_eq!(shown["incidents"].as_array().unwrap().len(), 1, "it still fires, so it pages now");
    assert_eq!(shown["incidents"][0]["assignments"].as_array().unwrap().len(), 1);
    let (_, error) = world.call("DELETE", &path, None).await.error(400);
    assert!(error.contains("past ones cannot be deleted"), "{error}");
    let weekly = json!({"maintenance_window": {"description": "w", "services": [{"id": service}], "recurrence": {
        "time_zone": "Europe/Berlin", "days_of_week": [2], "start_time_of_day": "22:00", "duration_seconds": 3600,
    }}});
    let made = world.call("POST", "/maintenance_windows", Some(weekly)).await.expect(201);
    assert_eq!(made["maintenance_window"]["start_time"], "2026-01-06T21:00:00Z");
    assert_eq!(made["maintenance_window"]["recurrence"]["start_time_of_day"], "22:00:00");
    for (change, expected) in [
        (json!({"start_time": "soon"}), "maintenance_window.start_time: `soon` is not a time"),
        (
            json!({"recurrence": {"time_zone": "UTC", "days_of_week": [1], "start_time_of_day": "25:00", "duration_seconds": 60}}),
            "start_time_of_day: `25:00`",
        ),
        (json!({"services": [{"id": "P0000XX"}]}), "services[0]: no service with the id P0000XX"),
    ] {
        let body = json!({ "maintenance_window": change });
        let path = format!("/maintenance_windows/{}", made["maintenance_window"]["id"].as_str().unwrap());
        let (_, error) = world.call("PUT", &path, Some(body)).await.error(400);
        assert!(error.contains(expected), "{error}");
    }
    let (_, error) = world.call("GET", "/maintenance_windows?filter=soon", None).await.error(400);
    assert!(error.contains("filter: `soon` is not one of"), "{error}");
}

#[tokio::test]
async fn a_heartbeat_lives() {
    let world = World::new();
    let service = world.first("services").await;
    let (_, error) =
        world.call("POST", "/heartbeats", Some(json!({"heartbeat": {"name": "job"}}))).await.error(400);
    assert!(error.contains("heartbeat.service"), "{error}");
    let new = json!({"heartbeat": {"name": "job", "service": {"id": service}, "period": 3600}});
    let made = world.call("POST", "/heartbeats", Some(new.clone())).await.expect(201);
    let heartbeat = &made["heartbeat"];
    assert_eq!((&heartbeat["status"], &heartbeat["grace"]), (&json!("new"), &json!(360)));
    let key = heartbeat["key"].as_str().unwrap();
    assert_eq!(heartbeat["url"], format!("http://pd.test/heartbeat/{key}"));
    let (_, error) = world.call("POST", "/heartbeats", Some(new)).await.error(400);
    assert!(error.contains("there is a heartbeat `job` already"), "{error}");
    let path = format!("/heartbeats/{}", heartbeat["id"].as_str().unwrap());
    let change = json!({"heartbeat": {"grace": 60, "max_runtime": 30, "paused": true}});
    let changed = world.call("PUT", &path, Some(change)).await.expect(200);
    assert_eq!(
        (&changed["heartbeat"]["status"], &changed["heartbeat"]["max_runtime"]),
        (&json!("paused"), &json!(30))
    );
    let listed = world.call("GET", "/heartbeats?query=JO", None).await.expect(200);
    assert_eq!(listed["heartbeats"].as_array().unwrap().len(), 1);
    let (_, error) = world.call("DELETE", &format!("/services/{service}"), None).await.error(400);
    assert!(error.contains("the heartbeat `job` is its"), "{error}");
    world.call("DELETE", &path, None).await.expect(204);
    world.call("GET", &path, None).await.error(404);
}
