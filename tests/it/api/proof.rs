//! `/check`, `/simulate` and `/explanation` over REST.

use serde_json::{Value, json};

use super::world::{World, routing_key};

fn event(summary: &str) -> Value {
    json!({"routing_key": routing_key().to_string(), "event_action": "trigger",
        "payload": {"summary": summary, "source": "host", "severity": "critical"}})
}

#[tokio::test]
async fn a_check_looks_as_far_as_it_is_asked_to_and_names_what_it_finds() {
    let world = World::new();
    let fine = world.get("/check").await["check"].take();
    assert_eq!((&fine["ok"], &fine["policies"]), (&json!(true), &json!(1)), "{fine}");
    assert_eq!(fine["until"], "2026-01-29T00:00:00Z", "four weeks");
    // A schedule without layers, and a policy that has nothing else.
    let new = json!({"configuration": {
        "schedules": [{"name": "empty", "time_zone": "UTC", "layers": []}],
        "escalation_policies": [{"name": "dead", "levels": [{"delay": "5m", "targets": [{"schedule": "empty"}]}]}],
        "services": [{"name": "api", "escalation_policy": "dead"}],
    }});
    world.call("POST", "/configuration", Some(new)).await.expect(200);
    let found = world.get("/check?weeks=1").await["check"].take();
    assert_eq!((&found["ok"], found["until"].as_str()), (&json!(false), Some("2026-01-08T00:00:00Z")));
    let kinds: Vec<&str> =
        found["findings"].as_array().unwrap().iter().map(|it| it["type"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"policy_reaches_nobody") && kinds.contains(&"schedule_gap"), "{found}");
    for weeks in ["0", "27", "soon"] {
        let (_, error) = world.call("GET", &format!("/check?weeks={weeks}"), None).await.error(400);
        assert!(error.contains("is not a number from 1 to 26"), "{error}");
    }
}

#[tokio::test]
async fn a_simulation_pages_in_words_only() {
    let world = World::new();
    let body = json!({"event": event("disk full"), "at": "2026-01-02T03:00:00Z"});
    let told = world.call("POST", "/simulate", Some(body)).await.expect(200)["simulation"].take();
    assert_eq!(told["at"], "2026-01-02T03:00:00Z");
    let messages: Vec<&Value> =
        told["plan"].as_array().unwrap().iter().filter(|it| it["type"] == "message").collect();
    assert_eq!(messages[0]["message"]["user"]["summary"], "eve", "{told}");
    assert_eq!(messages[0]["after_seconds"], 0);
    assert!(world.get("/incidents?date_range=all").await["incidents"].as_array().unwrap().is_empty());
    for (body, expected) in [
        (json!({"event": event("x"), "at": "2025-01-01T00:00:00Z"}), "at: in the past"),
        (json!({"event": event("x"), "at": "2027-01-01T00:00:00Z"}), "at: more than 26 weeks ahead"),
        (json!({"event": event("x"), "at": "soon"}), "at: expected a time"),
        (
            json!({"event": {"routing_key": "0".repeat(32), "event_action": "trigger",
            "payload": {"summary": "x", "source": "h", "severity": "info"}}}),
            "Invalid routing key",
        ),
    ] {
        let (_, error) = world.call("POST", "/simulate", Some(body.clone())).await.error(400);
        assert!(error.contains(expected), "{body}: {error}");
    }
}

#[tokio::test]
async fn an_explanation_names_everybody_who_was_paged_and_says_when_there_is_none() {
    let world = World::new();
    let incident = world.open("broken").await;
    let told = world.get(&format!("/incidents/{incident}/explanation")).await;
    assert!(told.to_string().contains("eve"), "{told}");
    world.call("GET", "/incidents/Q000000000000X/explanation", None).await.error(404);
}
