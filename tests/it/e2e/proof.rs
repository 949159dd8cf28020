//! Proof and explanation through the real binary.

use std::time::Duration;

use serde_json::{Value, json};

use crate::doubles::http;
use crate::rig::Rig;

fn json_of(text: &[u8]) -> Value {
    let text = String::from_utf8_lossy(text);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Runs `pd`, which has to end with this code, and gives what it said.
fn pd(rig: &Rig, args: &[&str], code: i32) -> Vec<u8> {
    let output = rig.pd(args);
    let said = String::from_utf8_lossy(&output.stderr);
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {said}{told}");
    output.stdout
}

fn has(text: &[u8], words: &[&str]) {
    let text = String::from_utf8_lossy(text);
    for word in words {
        assert!(text.contains(word), "no `{word}` in\n{text}");
    }
}

/// A webhook, and a rule that uses it after so many minutes for each urgency.
fn reach(rig: &Rig, hook: &http::Server, user: &str, minutes: u64) {
    let method =
        json!({"contact_method": {"type": "webhook_contact_method", "label": "hook", "address": hook.url()}});
    let made = rig.rest("POST", &format!("/users/{user}/contact_methods"), Some(&method));
    for urgency in ["high", "low"] {
        let rule = json!({"notification_rule": {"type": "assignment_notification_rule", "urgency": urgency,
            "start_delay_in_minutes": minutes,
            "contact_method": {"id": made["contact_method"]["id"], "type": "webhook_contact_method"}}});
        rig.rest("POST", &format!("/users/{user}/notification_rules"), Some(&rule));
    }
}

#[test]
fn whom_pages_reach_is_proved_simulated_and_explained() {
    let hook = http::Server::start();
    let rig = Rig::start_with("[deliver.webhook]\nallow = [\"127.0.0.0/8\"]\n");
    // The server of a test has no terminal and no mail server: nobody can be reached.
    let told = pd(&rig, &["check"], 9);
    has(
        &told,
        &[
            // A slow machine has opened an incident of the service `pd` by now.
            "problem: policy default (services: ",
            "): never reaches anybody",
            "the last resort",
            "by console",
        ],
    );
    let admin = rig.list("/users", "users").remove(0)["id"].as_str().unwrap().to_owned();
    reach(&rig, &hook, &admin, 0);
    let user = json!({"user": {"name": "bob", "email": "bob@example.org", "time_zone": "UTC"}});
    let bob = rig.rest("POST", "/users", Some(&user))["user"]["id"].as_str().unwrap().to_owned();
    has(&pd(&rig, &["check"], 0), &["everybody who should be reached is"]);

    // A schedule that begins tomorrow, by a clock east of here.
    let schedule = json!({"schedule": {"name": "Primary", "time_zone": "Asia/Tokyo", "schedule_layers": [
        {"name": "Days", "start": "2026-01-05T00:00:00Z", "rotation_virtual_start": "2026-01-05T00:00:00Z",
         "rotation_turn_length_seconds": 86_400, "users": [{"user": {"id": admin, "type": "user_reference"}}],
         "restrictions": [{"type": "daily_restriction", "start_time_of_day": "09:00:00", "duration_seconds": 82_800}]}]}});
    let primary = rig.rest("POST", "/schedules", Some(&schedule))["schedule"]["id"].clone();
    let policy = rig.list("/escalation_policies", "escalation_policies").remove(0);
    let path = format!("/escalation_policies/{}", policy["id"].as_str().unwrap());
    let levels = |second: Value| {
        json!({"escalation_policy": {"escalation_rules": [
            {"escalation_delay_in_minutes": 30, "targets": [{"id": primary, "type": "schedule_reference"}]},
            {"escalation_delay_in_minutes": 30, "targets": [second]}]}})
    };
    rig.rest("PUT", &path, Some(&levels(json!({"id": bob, "type": "user_reference"}))));
    let check = json_of(&pd(&rig, &["check", "--weeks", "1", "-o", "json"], 9));
    let gap = check["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["type"] == "policy_reaches_nobody")
        .unwrap();
    let span = &gap["spans"][0];
    assert!(
        span["start"].as_str().unwrap().contains("T08:00:00+09:00")
            || gap["spans"][1]["start"].as_str().unwrap().contains("T08:00:00+09:00"),
        "{gap}"
    );
    assert!(gap["spans"].as_array().unwrap().len() >= 7, "{gap}");
    has(
        &pd(&rig, &["check", "--weeks", "1"], 9),
        &["nobody is on call by schedule Primary", "09:00 Asia/Tokyo", "(1h)"],
    );
    reach(&rig, &hook, &bob, 5);
    has(&pd(&rig, &["check"], 0), &["warning: policy default, level 1"]);
    pd(&rig, &["check", "--strict"], 9);
    pd(&rig, &["check", "--weeks", "27"], 2);

    // Tomorrow at noon of Tokyo, when admin is on call.
    let event = rig.home().join("event.json");
    let key = rig.context().routing_key.clone();
    let body = json!({"routing_key": key, "event_action": "trigger", "dedup_key": "disk",
        "payload": {"summary": "disk full", "source": "db-1", "severity": "critical"}});
    std::fs::write(&event, body.to_string()).unwrap();
    let noon = "2099-06-01T03:00:00Z";
    has(&pd(&rig, &["simulate", event.to_str().unwrap(), "--at", noon], 1), &[]);
    let told = pd(&rig, &["simulate", event.to_str().unwrap(), "--at", "24h"], 0);
    has(
        &told,
        &[
            "it would open an incident",
            "> bob by webhook (hook); level 2; rule: after 5m",
            "all levels have been paged",
        ],
    );
    let told = json_of(&pd(&rig, &["simulate", "--summary", "disk full", "-o", "json"], 0));
    assert_eq!((&told["end"], &told["route"]["outcome"]), (&json!("exhausted"), &json!("opens")));
    assert!(rig.list("/incidents", "incidents").is_empty(), "nothing was stored");

    pd(&rig, &["override", "create", "primary", "--user", &admin, "--for", "4h"], 0);
    assert_eq!(rig.post_event(&body).status, 202);
    rig.wait_until("the page is explained", Duration::from_secs(60), || {
        let output = rig.pd(&["explain", "disk"]);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        told.contains("paged by level 1, because the incident was triggered")
            && told.contains("an override")
            && told.contains("bob: not paged")
            && told.contains("level 2 was not paged")
    });
    pd(&rig, &["ack", "disk"], 0);
    let explained = json_of(&pd(&rig, &["explain", "disk", "-o", "json"], 0));
    let bob =
        explained["people"].as_array().unwrap().iter().find(|it| it["user"]["summary"] == "bob").unwrap();
    has(
        bob["reasons"][0]["summary"].as_str().unwrap().as_bytes(),
        &["level 2 was not paged", "had acknowledged"],
    );
    pd(&rig, &["explain", "nothing-like-it"], 5);
}
