//! Incidents from opening to the archive.

use insta::assert_json_snapshot;
use pd::domain::event::Action;
use pd::domain::id::IncidentNumber;
use serde_json::{Value, json};

use super::world::World;

fn summaries(list: &Value, key: &str) -> Vec<String> {
    list[key].as_array().unwrap().iter().map(|it| it["summary"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_incident_as_clients_read_it() {
    let world = World::new();
    world.event(Action::Trigger, "db");
    let incident = world.get("/incidents/1").await;
    assert_json_snapshot!(incident, @r#"
    {
      "incident": {
        "acknowledgements": [],
        "alert_counts": {
          "all": 1,
          "resolved": 0,
          "triggered": 1
        },
        "alert_grouping": null,
        "assigned_via": "escalation_policy",
        "assignments": [
          {
            "assignee": {
              "html_url": "http://pd.test/users/PPCGKQS",
              "id": "PPCGKQS",
              "self": "http://pd.test/users/PPCGKQS",
              "summary": "eve",
              "type": "user_reference"
            },
            "at": "2026-01-01T00:00:00Z"
          }
        ],
        "conference_bridge": null,
        "created_at": "2026-01-01T00:00:00Z",
        "current_escalation_level": 1,
        "description": "db is down",
        "escalation_policy": {
          "html_url": "http://pd.test/escalation_policies/PECG7L7",
          "id": "PECG7L7",
          "self": "http://pd.test/escalation_policies/PECG7L7",
          "summary": "default",
          "type": "escalation_policy_reference"
        },
        "first_trigger_log_entry": {
          "html_url": null,
          "id": "Q1D47YEGUIJO8U",
          "self": "http://pd.test/log_entries/Q1D47YEGUIJO8U",
          "summary": "Triggered by the integration Events API V2: db is down",
          "type": "trigger_log_entry_reference"
        },
        "html_url": "http://pd.test/i/1?s=jGLn54TEiwFvRtsVFmReGA",
        "id": "Q0NJ3X8FEEOH7S",
        "incident_key": "db",
        "incident_number": 1,
        "incident_type": {
          "name": "incident_default"
        },
        "incidents_responders": [],
        "is_mergeable": true,
        "last_status_change_at": "2026-01-01T00:00:00Z",
        "last_status_change_by": {
          "html_url": "http://pd.test/services/PW971Y1/integrations/PPJ56QO",
          "id": "PPJ56QO",
          "self": "http://pd.test/services/PW971Y1/integrations/PPJ56QO",
          "summary": "Events API V2",
          "type": "events_api_v2_inbound_integration_reference"
        },
        "pending_actions": [
          {
            "at": "2026-01-01T01:00:00Z",
            "type": "escalate"
          }
        ],
        "priority": null,
        "resolve_reason": null,
        "resolved_at": null,
        "responder_requests": [],
        "self": "http://pd.test/incidents/Q0NJ3X8FEEOH7S",
        "service": {
          "html_url": "http://pd.test/services/PW971Y1",
          "id": "PW971Y1",
          "self": "http://pd.test/services/PW971Y1",
          "summary": "default",
          "type": "service_reference"
        },
        "status": "triggered",
        "summary": "[#1] db is down",
        "teams": [],
        "title": "db is down",
        "type": "incident",
        "updated_at": "2026-01-01T00:00:00Z",
        "urgency": "high"
      }
    }
    "#);
    let id = incident["incident"]["id"].as_str().unwrap();
    assert_eq!(world.get(&format!("/incidents/{id}")).await, incident);
    // Only what is asked for becomes a whole object.
    let path = format!(
        "/incidents/{id}?include[]=services&include[]=users&include[]=first_trigger_log_entries&include[]=incidents&include[]=escalation_policies"
    );
    let whole = world.get(&path).await;
    for (pointer, kind) in [
        ("/incident/service/type", "service"),
        ("/incident/assignments/0/assignee/type", "user"),
        ("/incident/first_trigger_log_entry/type", "trigger_log_entry"),
        ("/incident/first_trigger_log_entry/incident/type", "incident_reference"),
        ("/incident/escalation_policy/type", "escalation_policy"),
    ] {
        assert_eq!(whole.pointer(pointer), Some(&json!(kind)), "{pointer}");
    }
}

#[tokio::test]
async fn the_timeline_says_why() {
    let world = World::new();
    world.event(Action::Trigger, "db");
    world.pass(60);
    world.event(Action::Trigger, "db");
    world.pass(60);
    world.event(Action::Trigger, "db");
    let note = json!({"note": {"content": "looking"}});
    world.call("POST", "/incidents/1/notes", Some(note)).await.expect(200);
    let ack = json!({"incident": {"status": "acknowledged"}});
    world.call("PUT", "/incidents/1", Some(ack)).await.expect(200);
    world.event(Action::Resolve, "db");
    let entries = world.get("/incidents/1/log_entries?limit=100").await;
    let lines: Vec<String> = entries["log_entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let text = |key: &str| it[key].as_str().unwrap();
            format!("{} {}: {}", text("created_at"), text("type"), text("summary"))
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    2026-01-01T00:02:00Z resolve_log_entry: Resolved by the integration Events API V2, because its last open alert was resolved
    2026-01-01T00:02:00Z annotate_log_entry: Alert resolved by the integration Events API V2: db is down
    2026-01-01T00:02:00Z acknowledge_log_entry: Acknowledged by eve
    2026-01-01T00:02:00Z annotate_log_entry: Note by eve: looking
    2026-01-01T00:01:00Z trigger_log_entry: Triggered 2 more times between 2026-01-01T00:01:00Z and 2026-01-01T00:02:00Z
    2026-01-01T00:00:00Z assign_log_entry: Level 1 pages eve, because the incident was triggered
    2026-01-01T00:00:00Z trigger_log_entry: Triggered by the integration Events API V2: db is down
    "#);
    let entry = &entries["log_entries"][0];
    let id = entry["id"].as_str().unwrap();
    assert_eq!(world.get(&format!("/log_entries/{id}")).await["log_entry"], *entry);
    assert!(
        entry["self"]
            .as_str()
            .unwrap()
            .starts_with(&format!("http://pd.test/log_entries/{id}?incident_id=Q"))
    );
    let overview = world.get("/incidents/1/log_entries?is_overview=true").await;
    assert!(!overview.to_string().contains("more times"), "{overview}");
    let all = world.get("/log_entries?limit=100").await;
    assert_eq!(all["log_entries"].as_array().unwrap().len(), lines.len());
    assert_eq!(all["log_entries"][0]["created_at"], "2026-01-01T00:02:00Z");
}

#[tokio::test]
async fn notes_are_listed_newest_first_and_only_notes() {
    let world = World::new();
    let id = world.open("broken").await;
    for content in ["first", "second"] {
        let note = json!({"note": {"content": content}});
        let made = world.call("POST", &format!("/incidents/{id}/notes"), Some(note)).await.expect(200);
        assert_eq!(made["note"]["content"], content);
        assert_eq!(made["note"]["user"]["summary"], "eve");
    }
    let notes = world.get("/incidents/1/notes").await;
    assert_eq!(notes.as_object().unwrap().len(), 1, "one key: {notes}");
    assert_eq!(notes["notes"][0]["content"], "second");
    assert_eq!(notes["notes"].as_array().unwrap().len(), 2);
    let empty = world.call("POST", "/incidents/1/notes", Some(json!({"note": {"content": " "}}))).await;
    assert_eq!(empty.error(400).0, 2001);
}

#[tokio::test]
async fn alerts_show_what_their_event_said_and_are_resolved() {
    let world = World::new();
    world.event(Action::Trigger, "db");
    world.event(Action::Trigger, "db");
    let alerts = world.get("/incidents/1/alerts").await;
    let alert = &alerts["alerts"][0];
    assert_json_snapshot!(alert["body"], @r#"
    {
      "cef_details": {
        "client": "probe",
        "client_url": null,
        "creation_time": null,
        "dedup_key": "db",
        "description": "db is down",
        "details": {
          "n": 0
        },
        "event_class": null,
        "service_group": "g",
        "severity": "critical",
        "source_component": null,
        "source_origin": "host"
      },
      "contexts": [
        {
          "href": "https://a",
          "text": "",
          "type": "link"
        }
      ],
      "details": {
        "n": 0
      },
      "type": "alert_body"
    }
    "#);
    assert_eq!((&alert["status"], &alert["events"]), (&json!("triggered"), &json!(2)));
    let id = alert["id"].as_str().unwrap();
    let one = format!("/incidents/1/alerts/{id}");
    assert_eq!(world.get(&one).await["alert"], *alert);

    let events = world.get("/incidents/1/events").await;
    let details: Vec<_> = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (&it["which"], &it["event"]["payload"]["custom_details"]["n"]))
        .collect();
    assert_eq!(details, [(&json!("first"), &json!(0)), (&json!("latest"), &json!(1))]);

    assert_eq!(world.get("/incidents/1/alerts?statuses[]=resolved").await["alerts"], json!([]));
    let elsewhere = json!({"alert": {"incident": {"id": "7"}}});
    world.call("PUT", &one, Some(elsewhere)).await.error(400);
    let resolve = json!({"alerts": [{"id": id, "type": "alert", "status": "resolved"}]});
    let resolved = world.call("PUT", "/incidents/1/alerts", Some(resolve)).await.expect(200);
    assert_eq!(resolved["alerts"][0]["status"], "resolved");
    assert_eq!(world.get("/incidents/1").await["incident"]["status"], "resolved");
    world.call("GET", "/incidents/1/alerts/Q0123456789ABC", None).await.error(404);
}

#[tokio::test]
async fn many_are_changed_or_none() {
    let world = World::new();
    let ids = [world.open("a").await, world.open("b").await];
    let change = |status: &str| {
        json!({"incidents": [
            {"id": ids[0], "type": "incident_reference", "status": status},
            {"id": ids[1], "type": "incident_reference", "status": status},
        ]})
    };
    let acked = world.call("PUT", "/incidents", Some(change("acknowledged"))).await.expect(200);
    assert_eq!(acked["incidents"][1]["status"], "acknowledged");
    assert!(acked["limit"].as_u64().unwrap() > 0);

    let resolve = json!({"incident": {"status": "resolved"}});
    world.call("PUT", &format!("/incidents/{}", ids[1]), Some(resolve)).await.expect(200);
    let error = world.call("PUT", "/incidents", Some(change("triggered"))).await.error(400);
    assert_eq!(error, (1001, "incident #2 is resolved already".to_owned()));
    assert_eq!(world.get("/incidents/1").await["incident"]["status"], "acknowledged");

    let many: Vec<Value> = (0..251).map(|_| json!({"id": ids[0], "status": "resolved"})).collect();
    world.call("PUT", "/incidents", Some(json!({"incidents": many}))).await.error(413);
    let nameless = json!({"incidents": [{"status": "resolved"}]});
    let error = world.call("PUT", "/incidents", Some(nameless)).await.error(400);
    assert_eq!(error.1, "incidents[0]: missing field `id`");
}

#[tokio::test]
async fn sending_back_what_was_read_changes_nothing() {
    let world = World::new();
    world.event(Action::Trigger, "db");
    let before = world.state().incidents[&IncidentNumber(1)].clone();
    let read = world.get("/incidents/1").await;
    world.call("PUT", "/incidents/1", Some(read)).await.expect(200);
    assert_eq!(world.state().incidents[&IncidentNumber(1)], before);
}

#[tokio::test]
async fn an_incident_that_cannot_be_opened_says_why() {
    let world = World::new();
    let service = world.first("services").await;
    let open = |incident: Value| json!({ "incident": incident });
    let keyed = || open(json!({"title": "a", "service": {"id": service}, "incident_key": "k"}));
    world.call("POST", "/incidents", Some(keyed())).await.expect(201);
    let cases = [
        (keyed(), "Open incident with matching dedup key already exists on this service: incident #1"),
        (
            open(json!({"title": "", "service": {"id": service}})),
            "title cannot be empty: give 1 to 1024 characters",
        ),
        (open(json!({"title": "a", "service": {"id": "P000000"}})), "no service with the id P000000"),
        (
            open(json!({"title": "a", "service": {"id": "x"}})),
            "incident.service.id: `x` is not an id: expected P followed by six letters or digits",
        ),
        (open(json!({"title": "a"})), "incident: missing field `service` at line 1 column 25"),
        (
            open(json!({"title": "a", "service": {"id": service}, "priority": {"id": "P000000"}})),
            "incident.priority.id: no priority with the id P000000; see GET /priorities",
        ),
        (
            open(json!({"title": "a", "service": {"id": service}, "urgency": "mid"})),
            "incident.urgency: unknown variant `mid`, expected `high` or `low` at line 1 column",
        ),
    ];
    for (body, expected) in cases {
        let (code, text) = world.call("POST", "/incidents", Some(body)).await.error(400);
        assert_eq!(code, 2001);
        assert!(text.starts_with(expected), "{text}");
    }
}

#[tokio::test]
async fn priority_assignees_and_details_are_kept() {
    let world = World::new();
    let (service, user) = (world.first("services").await, world.first("users").await);
    let priority = world.get("/priorities").await["priorities"][0].clone();
    let color = priority["color"].as_str().unwrap();
    assert!(color.len() == 6 && color.bytes().all(|byte| byte.is_ascii_hexdigit()), "{color}");
    let body = json!({"incident": {
        "type": "incident", "title": "a", "service": {"id": service, "type": "service"},
        "urgency": "low", "priority": {"id": priority["id"], "type": "priority"},
        "body": {"type": "incident_body", "details": "more"},
        "assignments": [{"assignee": {"id": user, "type": "user_reference"}}],
    }});
    let made = world.call("POST", "/incidents", Some(body)).await.expect(201);
    let incident = &made["incident"];
    assert_eq!(incident["priority"], priority);
    assert_eq!(incident["urgency"], "low");
    assert_eq!(incident["assigned_via"], "direct_assignment");
    assert_eq!(incident["body"]["details"], "more");
    let gone =
        world.call("PUT", "/incidents/1", Some(json!({"incident": {"priority": null}}))).await.expect(200);
    assert_eq!(gone["incident"]["priority"], Value::Null);
}

#[tokio::test]
async fn what_is_archived_is_read_but_not_changed() {
    let world = World::new();
    world.event(Action::Trigger, "db");
    world.event(Action::Resolve, "db");
    let before = world.get("/incidents/1").await;
    let entries = world.get("/incidents/1/log_entries").await;
    world.put_away(1).await;
    assert_eq!(world.get("/incidents/1").await, before);
    assert_eq!(world.get("/incidents/1/log_entries").await, entries);
    assert_eq!(
        world.get("/log_entries").await["log_entries"].as_array().unwrap().len(),
        entries["log_entries"].as_array().unwrap().len()
    );
    assert_eq!(
        world.get("/services").await["services"][0]["last_incident_timestamp"],
        "2026-01-01T00:00:00Z"
    );
    let change = json!({"incident": {"title": "new"}});
    assert_eq!(world.call("PUT", "/incidents/1", Some(change)).await.error(400).0, 1001);
    world.call("GET", "/incidents/2", None).await.error(404);
    world.call("GET", "/incidents/QAAAAAAAAAAAAA", None).await.error(404);
}

#[tokio::test]
async fn people_read_a_page_behind_a_signed_link() {
    let world = World::new();
    world.event(Action::Trigger, "<db>");
    let html = world.get("/incidents/1").await["incident"]["html_url"].as_str().unwrap().to_owned();
    let path = html.strip_prefix("http://pd.test").unwrap();
    let page = world.send("GET", path, &[], None).await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(page.text.contains("Triggered by the integration"), "{}", page.text);
    assert!(!page.text.contains("<db>"), "not escaped: {}", page.text);
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    for other in ["/i/1", "/i/1?s=", "/i/1?s=AAAA", "/i/x?s=AAAA", &path.replace("/i/1", "/i/2")] {
        assert_eq!(world.send("GET", other, &[], None).await.status.as_u16(), 403, "{other}");
    }
    let gone = format!("/i/9?s={}", world.keyring.sign_link(IncidentNumber(9)));
    assert_eq!(world.send("GET", &gone, &[], None).await.status.as_u16(), 404);
}

#[tokio::test]
async fn what_was_said_is_in_the_words_of_the_list_too() {
    let world = World::new();
    world.event(Action::Trigger, "db");
    assert_eq!(summaries(&world.get("/incidents").await, "incidents"), ["[#1] db is down"]);
}
