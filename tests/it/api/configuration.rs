//! Services, integrations, users, contact methods, rules and policies: made, read, changed, removed.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::world::World;

async fn made(world: &World, path: &str, body: Value) -> Value {
    world.call("POST", path, Some(body)).await.expect(201)
}

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_service_lives() {
    let world = World::new();
    let policy = world.first("escalation_policies").await;
    let body = json!({"service": {
        "name": "Web", "description": "the shop", "escalation_policy": {"id": policy, "type": "escalation_policy_reference"},
        "acknowledgement_timeout": 600, "auto_resolve_timeout": null, "alert_creation": "create_alerts_and_incidents",
        "incident_urgency_rule": {"type": "constant", "urgency": "severity_based"},
    }});
    let service = made(&world, "/services", body.clone()).await;
    assert_json_snapshot!(service, @r#"
    {
      "service": {
        "acknowledgement_timeout": 600,
        "addons": [],
        "alert_creation": "create_alerts_and_incidents",
        "alert_grouping": null,
        "alert_grouping_parameters": {
          "config": null,
          "type": null
        },
        "alert_grouping_timeout": null,
        "auto_pause_notifications_parameters": {
          "enabled": false,
          "timeout": null
        },
        "auto_resolve_timeout": null,
        "created_at": "2026-01-01T00:00:00Z",
        "description": "the shop",
        "escalation_policy": {
          "html_url": "http://pd.test/escalation_policies/PECG7L7",
          "id": "PECG7L7",
          "self": "http://pd.test/escalation_policies/PECG7L7",
          "summary": "default",
          "type": "escalation_policy_reference"
        },
        "hand_over_acknowledged": false,
        "html_url": "http://pd.test/services/PQ7B3PO",
        "id": "PQ7B3PO",
        "incident_urgency_rule": {
          "type": "constant",
          "urgency": "severity_based"
        },
        "integrations": [],
        "last_incident_timestamp": null,
        "name": "Web",
        "reminder_interval": null,
        "reopen_within": null,
        "response_play": null,
        "scheduled_actions": [],
        "self": "http://pd.test/services/PQ7B3PO",
        "status": "active",
        "summary": "Web",
        "support_hours": null,
        "teams": [],
        "type": "service"
      }
    }
    "#);
    let again = world.call("POST", "/services", Some(body)).await.error(400);
    assert!(again.1.starts_with("Name has already been taken"), "{}", again.1);
    let path = format!("/services/{}", id(&service["service"]));
    // PUT is partial, and may send back everything that was read.
    let renamed = world.call("PUT", &path, Some(json!({"service": {"name": "Shop"}}))).await.expect(200);
    assert_eq!(renamed["service"]["acknowledgement_timeout"], 600);
    assert_eq!(world.call("PUT", &path, Some(renamed.clone())).await.expect(200), renamed);
    let off = json!({"service": {"acknowledgement_timeout": 0, "description": null, "status": "disabled"}});
    let off = world.call("PUT", &path, Some(off)).await.expect(200);
    assert_eq!(
        (&off["service"]["acknowledgement_timeout"], &off["service"]["status"]),
        (&Value::Null, &json!("disabled"))
    );
    assert_eq!(world.get("/services?query=SHO&sort_by=name").await["services"].as_array().unwrap().len(), 1);
    assert_eq!(world.get("/services?sort_by=name:desc").await["services"][0]["name"], "Shop");
    let hours = json!({"service": {"incident_urgency_rule": {"type": "use_support_hours"}}});
    world.call("PUT", &path, Some(hours)).await.error(400);
    world.call("DELETE", &path, Some(json!({}))).await.expect(204);
    world.call("GET", &path, Some(json!({}))).await.error(404);
}

#[tokio::test]
async fn an_integration_lives() {
    let world = World::new();
    let service = world.first("services").await;
    let path = format!("/services/{service}/integrations");
    let body = json!({"integration": {"type": "events_api_v2_inbound_integration", "name": "probe", "service": {"id": service}}});
    let integration = made(&world, &path, body).await["integration"].clone();
    let key = integration["integration_key"].as_str().unwrap();
    assert!(key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
    assert_eq!(
        (&integration["vendor"], &integration["type"]),
        (&Value::Null, &json!("events_api_v2_inbound_integration"))
    );
    assert!(world.state().routing.contains_key(&key.parse::<pd::domain::service::RoutingKey>().unwrap()));
    let one = format!("{path}/{}", id(&integration));
    assert_eq!(world.get(&one).await["integration"], integration);
    let renamed = world.call("PUT", &one, Some(json!({"integration": {"name": "other"}}))).await.expect(200);
    assert_eq!(renamed["integration"]["integration_key"], key);
    assert_eq!(world.get(&path).await["integrations"].as_array().unwrap().len(), 2);
    world.call("DELETE", &one, None).await.expect(204);
    world.call("GET", &one, None).await.error(404);
    let mail = json!({"integration": {"type": "generic_email_inbound_integration"}});
    world.call("POST", &path, Some(mail)).await.error(400);
}

#[tokio::test]
async fn a_user_lives() {
    let world = World::new();
    let body = json!({"user": {"type": "user", "name": "Ann", "email": "Ann@example.org", "time_zone": "Europe/Berlin", "job_title": "SRE"}});
    let user = made(&world, "/users", body.clone()).await["user"].clone();
    assert_eq!((&user["email"], &user["role"]), (&json!("Ann@example.org"), &json!("user")));
    assert!(!format!("{:?}", world.state().users).contains("Ann@example.org"), "in clear in the state");
    world.call("POST", "/users", Some(body)).await.error(400);
    let path = format!("/users/{}", id(&user));
    assert_eq!(world.get(&path).await["user"], user);
    for query in ["ann", "EXAMPLE.org", "n@e"] {
        let found = world.get(&format!("/users?query={query}")).await;
        assert!(found["users"].as_array().unwrap().iter().any(|it| it["id"] == user["id"]), "{query}");
    }
    assert_eq!(world.get("/users?query=bob").await["users"], json!([]));
    let update = json!({"user": {"name": "Anna", "email": "anna@example.org", "job_title": null}});
    let update = world.call("PUT", &path, Some(update)).await.expect(200);
    assert_eq!(
        (&update["user"]["email"], &update["user"]["job_title"]),
        (&json!("anna@example.org"), &Value::Null)
    );
    assert_eq!(update["user"]["time_zone"], "Europe/Berlin");
    for (wrong, field) in [
        (json!({"email": "anna"}), "email: `anna` is not an e-mail address"),
        (
            json!({"time_zone": "Mars/Base"}),
            "user.time_zone: `Mars/Base` is not a time zone; expected one such as Europe/Berlin",
        ),
    ] {
        assert_eq!(world.call("PUT", &path, Some(json!({ "user": wrong }))).await.error(400).1, field);
    }
    let license = world.get(&format!("{path}/license")).await;
    assert_eq!(license["license"]["id"], world.get("/licenses").await["licenses"][0]["id"]);
    assert_eq!(world.get("/users/me").await["user"]["name"], "eve");
    world.call("DELETE", &path, None).await.expect(204);
    world.call("GET", &path, None).await.error(404);
    let eve = world.first("users").await;
    let in_use = world.call("DELETE", &format!("/users/{eve}"), None).await.error(400);
    assert_eq!(in_use.0, 2001);
}

#[tokio::test]
async fn contact_methods_and_rules_live() {
    let world = World::new();
    let user = world.first("users").await;
    let methods = format!("/users/{user}/contact_methods");
    let hook = json!({"contact_method": {"type": "webhook_contact_method", "label": "chat", "address": "https://chat.test/Hook", "secret": "s3cret"}});
    let hook_made = made(&world, &methods, hook.clone()).await;
    assert_json_snapshot!(hook_made, @r#"
    {
      "contact_method": {
        "address": "https://chat.test/Hook",
        "blacklisted": false,
        "enabled": true,
        "html_url": null,
        "id": "PQ7B3PO",
        "label": "chat",
        "self": "http://pd.test/users/PPCGKQS/contact_methods/PQ7B3PO",
        "summary": "chat",
        "type": "webhook_contact_method"
      }
    }
    "#);
    let again = world.call("POST", &methods, Some(hook)).await.error(400);
    assert_eq!(again.1, "User Contact method must be unique");
    let one = format!("{methods}/{}", id(&hook_made["contact_method"]));
    let moved =
        json!({"contact_method": {"type": "webhook_contact_method", "address": "https://chat.test/hook"}});
    let moved = world.call("PUT", &one, Some(moved)).await.expect(200);
    assert_eq!(moved["contact_method"]["address"], "https://chat.test/hook");
    let sms = json!({"contact_method": {"type": "sms_contact_method", "label": "m", "address": "170 123456", "country_code": "49"}});
    let sms = made(&world, &methods, sms).await;
    assert_eq!(
        (&sms["contact_method"]["country_code"], &sms["contact_method"]["enabled"]),
        (&json!(49), &json!(false))
    );
    world.call("PUT", &one, Some(json!({"contact_method": {"type": "sms_contact_method"}}))).await.error(400);
    let listed = world.get(&methods).await;
    assert_eq!(listed.as_object().unwrap().len(), 1, "one key: {listed}");

    let rules = format!("/users/{user}/notification_rules");
    let rule = json!({"notification_rule": {
        "type": "assignment_notification_rule", "start_delay_in_minutes": 5, "urgency": "high", "created_at": "",
        "contact_method": {"id": id(&hook_made["contact_method"]), "type": "webhook_contact_method", "label": "", "address": ""},
    }});
    let rule = made(&world, &rules, rule).await["notification_rule"].clone();
    assert_eq!(rule["contact_method"]["type"], "webhook_contact_method");
    let one_rule = format!("{rules}/{}", id(&rule));
    let later = json!({"notification_rule": {"start_delay_in_minutes": 10}});
    let later = world.call("PUT", &one_rule, Some(later)).await.expect(200);
    assert_eq!(
        (&later["notification_rule"]["start_delay_in_minutes"], &later["notification_rule"]["urgency"]),
        (&json!(10), &json!("high"))
    );
    let whole = world.get(&format!("{rules}?include[]=contact_methods&urgency=high")).await;
    assert!(
        whole["notification_rules"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["contact_method"]["address"] == "https://chat.test/hook")
    );
    let full =
        world.get(&format!("/users/{user}?include[]=contact_methods&include[]=notification_rules")).await;
    assert!(full["user"]["contact_methods"].as_array().unwrap().iter().all(|it| it["address"].is_string()));
    world.call("DELETE", &one, None).await.expect(204);
    world.call("GET", &one_rule, None).await.error(404);
}

#[tokio::test]
async fn a_policy_lives_and_says_who_is_on_call() {
    let world = World::new();
    let user = world.first("users").await;
    let rule = |minutes: u64| json!({"escalation_delay_in_minutes": minutes, "targets": [{"id": user, "type": "user_reference"}]});
    let body = json!({"escalation_policy": {"type": "escalation_policy", "name": "Shop", "num_loops": 2, "escalation_rules": [rule(5), rule(10)]}});
    let policy = made(&world, "/escalation_policies", body).await["escalation_policy"].clone();
    assert_eq!(policy["escalation_rules"][1]["escalation_delay_in_minutes"], 10);
    let path = format!("/escalation_policies/{}", id(&policy));
    let strategies =
        world.get(&format!("{path}?include[]=escalation_rule_assignment_strategies&include[]=targets")).await;
    let level = &strategies["escalation_policy"]["escalation_rules"][0];
    assert_eq!(level["escalation_rule_assignment_strategy"], json!({"type": "assign_to_everyone"}));
    assert_eq!(level["targets"][0]["type"], "user");

    // A level that is sent back keeps its id; seconds are an addition.
    let mut first = policy["escalation_rules"][0].clone();
    first["escalation_delay_in_seconds"] = json!(3);
    first.as_object_mut().unwrap().remove("escalation_delay_in_minutes");
    let update = json!({"escalation_policy": {"escalation_rules": [first]}});
    let update = world.call("PUT", &path, Some(update)).await.expect(200)["escalation_policy"].clone();
    assert_eq!(update["escalation_rules"][0]["id"], policy["escalation_rules"][0]["id"]);
    assert_eq!(update["escalation_rules"][0]["escalation_delay_in_seconds"], 3);
    assert_eq!(update["num_loops"], 2);

    let oncalls = world.get(&format!("/oncalls?escalation_policy_ids[]={}", id(&policy))).await;
    assert_json_snapshot!(oncalls, @r#"
    {
      "limit": 25,
      "more": false,
      "offset": 0,
      "oncalls": [
        {
          "end": null,
          "escalation_level": 1,
          "escalation_policy": {
            "html_url": "http://pd.test/escalation_policies/PQ7B3PO",
            "id": "PQ7B3PO",
            "self": "http://pd.test/escalation_policies/PQ7B3PO",
            "summary": "Shop",
            "type": "escalation_policy_reference"
          },
          "schedule": null,
          "start": null,
          "user": {
            "html_url": "http://pd.test/users/PPCGKQS",
            "id": "PPCGKQS",
            "self": "http://pd.test/users/PPCGKQS",
            "summary": "eve",
            "type": "user_reference"
          }
        }
      ],
      "total": null
    }
    "#);
    assert_eq!(world.get("/oncalls?schedule_ids[]=P000000").await["oncalls"], json!([]));
    assert_eq!(world.get("/oncalls?user_ids[]=P000000").await["oncalls"], json!([]));

    let bad = json!({"escalation_policy": {"escalation_rules": [{"escalation_delay_in_minutes": 1, "targets": [{"id": "x", "type": "user"}]}]}});
    let bad = world.call("PUT", &path, Some(bad)).await.error(400);
    assert!(bad.1.starts_with("escalation_policy.escalation_rules[0].targets[0].id: `x`"), "{}", bad.1);
    let default = world.first("escalation_policies").await;
    world.call("DELETE", &format!("/escalation_policies/{default}"), None).await.error(400);
    world.call("DELETE", &path, None).await.expect(204);
}

#[tokio::test]
async fn the_small_ones_have_the_right_shape() {
    let world = World::new();
    let abilities = world.get("/abilities").await;
    for ability in abilities["abilities"].as_array().unwrap() {
        world.call("GET", &format!("/abilities/{}", ability.as_str().unwrap()), None).await.expect(204);
    }
    assert_eq!(world.call("GET", "/abilities/sso", None).await.error(402).0, 2014);
    world.call("GET", "/abilities/flying", None).await.error(404);
    for (path, key) in [
        ("/teams", "teams"),
        ("/schedules", "schedules"),
        ("/vendors", "vendors"),
        ("/priorities", "priorities"),
    ] {
        let list = world.get(path).await;
        assert!(list[key].is_array() && list["limit"].is_u64() && list["more"].is_boolean(), "{list}");
        for item in list[key].as_array().unwrap() {
            let path = format!("{path}/{}", id(item));
            let (_, one) = world.get(&path).await.as_object().unwrap().clone().into_iter().next().unwrap();
            assert_eq!(one, *item, "{path}");
        }
        world.call("GET", &format!("{path}/P000000"), None).await.error(404);
    }
}
