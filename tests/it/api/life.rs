//! The life of an incident over REST: snooze, merge, help, updates, notes, links, support hours, and undo.

use pd::domain::event::Action;
use serde_json::{Value, json};

use super::world::{TOKEN, World};

fn reference(id: &str) -> Value {
    json!({"id": id, "type": "incident_reference"})
}

async fn incident(world: &World, id: &str) -> Value {
    world.get(&format!("/incidents/{id}")).await["incident"].clone()
}

async fn summaries(world: &World, id: &str) -> Vec<String> {
    let log = world.get(&format!("/incidents/{id}/log_entries")).await;
    log["log_entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["summary"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn snoozing_answers_201_with_the_pending_action() {
    let world = World::new();
    let id = world.open("slow").await;
    let path = format!("/incidents/{id}/snooze");
    let snoozed = world.call("POST", &path, Some(json!({"duration": 3600}))).await.expect(201);
    let snoozed = &snoozed["incident"];
    assert_eq!(
        (&snoozed["status"], &snoozed["snoozed_until"]),
        (&json!("acknowledged"), &json!("2026-01-01T01:00:00Z"))
    );
    assert_eq!(snoozed["pending_actions"][0], json!({"type": "unacknowledge", "at": "2026-01-01T01:00:00Z"}));
    for duration in [0, 604_801] {
        let (code, said) = world.call("POST", &path, Some(json!({"duration": duration}))).await.error(400);
        assert!(code == 1013 && said.contains("duration"), "{code} {said}");
    }
    let (code, said) = world.call("POST", &path, Some(json!({}))).await.error(400);
    assert!(code == 2001 && said.contains("duration"), "{code} {said}");
    assert_eq!(
        world.call("POST", "/incidents/99/snooze", Some(json!({"duration": 1}))).await.error(404).0,
        2100
    );
    assert!(summaries(&world, &id).await[0].starts_with("Snoozed by eve until 2026-01-01T01:00:00"));
    world
        .call("PUT", &format!("/incidents/{id}"), Some(json!({"incident": {"status": "resolved"}})))
        .await
        .expect(200);
    assert_eq!(world.call("POST", &path, Some(json!({"duration": 1}))).await.error(400).0, 1001);
}

#[tokio::test]
async fn several_are_changed_also_while_some_are_resolved() {
    let world = World::new();
    let (one, two) = (world.open("one").await, world.open("two").await);
    world
        .call("PUT", &format!("/incidents/{two}"), Some(json!({"incident": {"status": "resolved"}})))
        .await
        .expect(200);
    let body = |if_open: bool| json!({"duration": 60, "if_open": if_open, "incidents": [reference(&one), reference(&two)]});
    assert_eq!(world.call("POST", "/incidents/snooze", Some(body(false))).await.error(400).0, 1001);
    assert_eq!(incident(&world, &one).await["status"], "triggered");
    let done = world.call("POST", "/incidents/snooze", Some(body(true))).await.expect(200);
    let statuses: Vec<_> =
        done["incidents"].as_array().unwrap().iter().map(|it| it["status"].clone()).collect();
    assert_eq!(statuses, ["acknowledged", "resolved"]);
    let many: Vec<_> = (0..251).map(|_| reference(&one)).collect();
    let too_many = json!({"duration": 60, "incidents": many});
    world.call("POST", "/incidents/snooze", Some(too_many)).await.error(413);
    let change =
        |if_open: bool| json!({"incidents": [{"id": two, "status": "acknowledged", "if_open": if_open}]});
    assert_eq!(world.call("PUT", "/incidents", Some(change(false))).await.error(400).0, 1001);
    let left = world.call("PUT", "/incidents", Some(change(true))).await.expect(200);
    assert_eq!(left["incidents"][0]["status"], "resolved");
}

#[tokio::test]
async fn merging_moves_alerts_and_says_where_they_went() {
    let world = World::new();
    world.event(Action::Trigger, "a");
    world.event(Action::Trigger, "b");
    let (one, two) = (incident(&world, "1").await, incident(&world, "2").await);
    let (one, two) = (one["id"].as_str().unwrap(), two["id"].as_str().unwrap());
    let alert = world.get("/incidents/2/alerts").await["alerts"][0]["id"].as_str().unwrap().to_owned();
    let merge = |source: &str| Some(json!({"source_incidents": [reference(source)]}));
    let path = format!("/incidents/{one}/merge");
    let target = world.call("PUT", &path, merge(two)).await.expect(200)["incident"].clone();
    assert_eq!(target["alert_counts"], json!({"all": 2, "triggered": 2, "resolved": 0}));
    let source = incident(&world, two).await;
    assert_eq!((&source["status"], &source["is_mergeable"]), (&json!("resolved"), &json!(false)));
    assert_eq!(source["resolve_reason"]["type"], "merge_resolve_reason");
    assert_eq!(source["resolve_reason"]["incident"]["id"], one);
    assert_eq!(source["alert_counts"]["all"], 0);
    assert_eq!(world.get("/incidents/2/alerts").await["alerts"], json!([]));
    let (_, said) = world.call("GET", &format!("/incidents/2/alerts/{alert}"), None).await.error(404);
    assert!(said.contains("incident #1"), "{said}");
    // Again it is so; elsewhere it cannot be; nor into itself, nor with nothing.
    world.call("PUT", &path, merge(two)).await.expect(200);
    let three = world.open("three").await;
    assert_eq!(world.call("PUT", &format!("/incidents/{three}/merge"), merge(two)).await.error(400).0, 1019);
    assert_eq!(world.call("PUT", &format!("/incidents/{two}/merge"), merge(one)).await.error(400).0, 1001);
    let (_, said) = world.call("PUT", &path, merge(one)).await.error(400);
    assert!(said.contains("source_incidents"), "{said}");
    // The key leads to the target; its end is the end of it.
    world.event(Action::Resolve, "b");
    world.event(Action::Resolve, "a");
    assert_eq!(incident(&world, one).await["status"], "resolved");
}

#[tokio::test]
async fn people_are_asked_to_help_and_answer() {
    let world = World::new();
    let id = world.open("slow").await;
    let eve = world.first("users").await;
    let path = format!("/incidents/{id}/responder_requests");
    let target = |id: &str, kind: &str| json!({"responder_request_target": {"id": id, "type": kind}});
    let ask = |requester: &str, target: Value| {
        Some(
            json!({"requester_id": requester, "message": "the replica", "responder_request_targets": [target]}),
        )
    };
    let (code, said) =
        world.call("POST", &path, ask("PNOBODY", target(&eve, "user_reference"))).await.error(400);
    assert!(code == 1008 && said.contains("requester_id"), "{code} {said}");
    let (_, said) =
        world.call("POST", &path, ask(&eve, target("PNOBODY", "user_reference"))).await.error(400);
    assert!(said.contains("responder_request_targets"), "{said}");
    let asked = world.call("POST", &path, ask(&eve, target(&eve, "user_reference"))).await.expect(200);
    assert_eq!(asked.as_object().unwrap().len(), 1);
    let request = &asked["responder_request"];
    assert_eq!((&request["message"], &request["requester"]["id"]), (&json!("the replica"), &json!(eve)));
    assert_eq!(incident(&world, &id).await["incidents_responders"][0]["state"], "pending");
    let answer = |state: &str| Some(json!({"state": state}));
    world.call("PUT", &format!("{path}/reply"), answer("perhaps")).await.error(400);
    world.call("PUT", &format!("{path}/reply"), answer("joined")).await.expect(200);
    assert_eq!(incident(&world, &id).await["incidents_responders"][0]["state"], "joined");
    let log = summaries(&world, &id).await;
    assert!(
        log.iter().any(|it| it == "eve helps")
            && log.iter().any(|it| it == "eve asked eve to help: the replica"),
        "{log:?}"
    );
    world.call("PUT", &format!("{path}/cancel"), Some(json!({}))).await.expect(200);
}

#[tokio::test]
async fn subscribers_are_told_how_it_stands() {
    let world = World::new();
    let id = world.open("slow").await;
    let eve = world.first("users").await;
    let path = format!("/incidents/{id}/status_updates");
    let who = |id: &str| Some(json!({"subscribers": [{"subscriber_id": id, "subscriber_type": "user"}]}));
    let came = world.call("POST", &format!("{path}/subscribers"), who(&eve)).await.expect(200);
    assert_eq!(came["subscriptions"][0]["result"], "success");
    world.call("POST", &format!("{path}/subscribers"), who("PNOBODY")).await.error(400);
    assert_eq!(
        world.get(&format!("{path}/subscribers")).await["subscribers"][0]["subscriber_id"],
        json!(eve)
    );
    let pages = world.state().pages;
    let told =
        world.call("POST", &path, Some(json!({"message": "soon", "subject": "shop"}))).await.expect(200);
    assert_eq!(told["status_update"]["message"], "soon");
    assert_eq!(world.state().pages, pages + 1);
    assert_eq!(world.get(&path).await["status_updates"][0]["sender"]["id"], json!(eve));
    world.call("POST", &path, Some(json!({"message": " "}))).await.error(400);
    let came = world.call("POST", &format!("{path}/unsubscribe"), who(&eve)).await.expect(200);
    assert_eq!(came, json!({"deleted_count": 1, "unauthorized_count": 0, "non_existent_count": 0}));
}

#[tokio::test]
async fn notes_and_links_are_changed_and_taken_away() {
    let world = World::new();
    let id = world.open("slow").await;
    let note = world
        .call("POST", &format!("/incidents/{id}/notes"), Some(json!({"note": {"content": "a fuse"}})))
        .await
        .expect(200);
    let path = format!("/incidents/{id}/notes/{}", note["note"]["id"].as_str().unwrap());
    let edited = world.call("PUT", &path, Some(json!({"note": {"content": "two fuses"}}))).await.expect(200);
    assert_eq!(
        (edited["note"]["content"].as_str(), &edited["note"]["id"]),
        (Some("two fuses"), &note["note"]["id"])
    );
    assert!(summaries(&world, &id).await.contains(&"Note by eve, edited: two fuses".to_owned()));
    world.call("DELETE", &path, None).await.expect(204);
    world.call("DELETE", &path, None).await.error(404);
    assert_eq!(world.get(&format!("/incidents/{id}/notes")).await["notes"], json!([]));
    let links = format!("/incidents/{id}/links");
    let link = |href: &str| Some(json!({"link": {"href": href, "text": "runbook"}}));
    let added = world.call("POST", &links, link("https://wiki/db")).await.expect(201);
    let (_, said) = world.call("POST", &links, link("wiki")).await.error(400);
    assert!(said.contains("href"), "{said}");
    assert_eq!(world.get(&links).await["links"][0]["href"], "https://wiki/db");
    let path = format!("{links}/{}", added["link"]["id"].as_str().unwrap());
    world.call("DELETE", &path, None).await.expect(204);
    world.call("DELETE", &path, None).await.error(404);
}

#[tokio::test]
async fn the_last_own_override_is_undone() {
    let world = World::new();
    let schedule =
        json!({"schedule": {"name": "primary", "time_zone": "Europe/Berlin", "schedule_layers": []}});
    let made = world.call("POST", "/schedules", Some(schedule)).await.expect(201);
    let path = format!("/schedules/{}/overrides", made["schedule"]["id"].as_str().unwrap());
    let user = world.first("users").await;
    let new = json!({"override": {"start": "2026-01-01T09:00:00+01:00", "end": "2026-01-01T17:00:00+01:00",
        "user": {"id": user, "type": "user_reference"}}});
    let made = world.call("POST", &path, Some(new)).await.expect(201)["override"].take();
    let there = async || {
        let listed = world.get(&format!("{path}?since=2026-01-01&until=2026-01-02")).await;
        listed["overrides"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect::<Vec<_>>()
    };
    let last = world.get("/undo").await["last_action"].clone();
    assert_eq!((&last["action"], &last["incidents"]), (&json!("create_override"), &json!([])));
    assert_eq!(
        (&last["override"]["id"], &last["override"]["start"]),
        (&made["id"], &json!("2026-01-01T09:00:00+01:00"))
    );
    assert_eq!(
        (&last["override"]["schedule"]["summary"], &last["override"]["user"]["id"]),
        (&json!("primary"), &json!(user))
    );
    world.call("DELETE", &format!("{path}/{}", made["id"].as_str().unwrap()), None).await.expect(204);
    assert_eq!(there().await, Vec::<Value>::new());
    assert_eq!(world.get("/undo").await["last_action"]["action"], "delete_override");
    let undone = world.call("POST", "/undo", None).await.expect(200)["undo"].clone();
    assert_eq!((&undone["action"], &undone["override"]["id"]), (&json!("delete_override"), &made["id"]));
    assert_eq!(there().await, [made["id"].clone()]);
    world.call("POST", "/undo", None).await.error(409);
}

#[tokio::test]
async fn the_last_own_action_is_undone() {
    let world = World::new();
    let id = world.open("slow").await;
    let acknowledge =
        json!({"incidents": [{"id": id, "type": "incident_reference", "status": "acknowledged"}]});
    let before = incident(&world, &id).await;
    world.call("PUT", "/incidents", Some(acknowledge)).await.expect(200);
    let last = world.get("/undo").await["last_action"].clone();
    assert_eq!(
        (&last["action"], &last["undoable_until"]),
        (&json!("acknowledge"), &json!("2026-01-01T00:10:00Z"))
    );
    world.pass(60);
    let undone = world.call("POST", "/undo", None).await.expect(200)["undo"].clone();
    assert_eq!((&undone["action"], &undone["incidents"][0]["id"]), (&json!("acknowledge"), &json!(id)));
    let after = incident(&world, &id).await;
    for field in ["status", "assignments", "acknowledgements", "pending_actions", "last_status_change_at"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    let (_, said) = world.call("POST", "/undo", None).await.error(409);
    assert!(said.contains("nothing to undo"), "{said}");
    world.call("GET", "/undo", None).await.error(404);
    // The same key, the same answer: nothing is undone twice.
    world.call("POST", &format!("/incidents/{id}/snooze"), Some(json!({"duration": 60}))).await.expect(201);
    let token = format!("Token token={TOKEN}");
    let headers = [("authorization", token.as_str()), ("idempotency-key", "once")];
    let first = world.send("POST", "/undo", &headers, None).await.expect(200);
    assert_eq!(world.send("POST", "/undo", &headers, None).await.expect(200), first);
    world
        .call("PUT", &format!("/incidents/{id}"), Some(json!({"incident": {"status": "resolved"}})))
        .await
        .expect(200);
    let (_, said) = world.call("POST", "/undo", None).await.error(409);
    assert!(said.contains("resolve, which cannot be undone"), "{said}");
}

#[tokio::test]
async fn support_hours_and_what_a_service_does_with_acknowledged_incidents() {
    let world = World::new();
    let path = format!("/services/{}", world.first("services").await);
    let hours = json!({"type": "fixed_time_per_day", "time_zone": "Europe/Berlin", "days_of_week": [1, 2, 3, 4, 5],
        "start_time": "09:00:00", "end_time": "17:00:00"});
    let rule = json!({"type": "use_support_hours", "during_support_hours": {"type": "constant", "urgency": "high"},
        "outside_support_hours": {"type": "constant", "urgency": "low"}});
    let actions = json!([{"type": "urgency_change", "at": {"type": "named_time", "name": "support_hours_start"}, "to_urgency": "high"}]);
    let put = async |service: Value| world.call("PUT", &path, Some(json!({ "service": service }))).await;
    let (_, said) = put(json!({"incident_urgency_rule": rule})).await.error(400);
    assert!(said.contains("support_hours"), "{said}");
    let mut wrong = hours.clone();
    wrong["time_zone"] = "Europe/Atlantis".into();
    let (_, said) = put(json!({"support_hours": wrong})).await.error(400);
    assert!(said.contains("support_hours.time_zone"), "{said}");
    let whole = json!({"incident_urgency_rule": rule, "support_hours": hours, "scheduled_actions": actions,
        "reminder_interval": 900, "reopen_within": 600, "hand_over_acknowledged": true});
    let service = put(whole.clone()).await.expect(200)["service"].clone();
    for (field, value) in whole.as_object().unwrap() {
        assert_eq!(&service[field], value, "{field}");
    }
    // What was read can be sent back.
    assert_eq!(put(service.clone()).await.expect(200)["service"], service);
    let id = world.open("slow").await;
    let opened = incident(&world, &id).await;
    assert_eq!(opened["urgency"], "low");
    let change = json!({"type": "urgency_change", "at": "2026-01-01T08:00:00Z", "to": "high"});
    assert!(opened["pending_actions"].as_array().unwrap().contains(&change), "{opened}");
    let (_, said) = put(json!({"reminder_interval": 5})).await.error(400);
    assert!(said.contains("reminder_interval"), "{said}");
}
