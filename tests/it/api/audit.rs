//! Who may do what by role, and the record of who did.

use serde_json::{Value, json};

use super::world::{Answer, World};

/// A user with this role, and a token that acts as it.
async fn user(world: &World, name: &str, role: &str, token_role: Option<&str>) -> (String, String) {
    let new = json!({"user": {"name": name, "email": format!("{name}@example.org"), "role": role}});
    let made = world.call("POST", "/users", Some(new)).await.expect(201);
    let id = made["user"]["id"].as_str().unwrap().to_owned();
    let mut token = json!({"token": {"label": name, "user": {"id": id, "type": "user_reference"}}});
    if let Some(role) = token_role {
        token["token"]["role"] = json!(role);
    }
    let made = world.call("POST", "/tokens", Some(token)).await.expect(201);
    (id, format!("Bearer {}", made["token"]["token"].as_str().unwrap()))
}

async fn send(world: &World, token: &str, request: &str, body: Value) -> Answer {
    let (method, path) = request.split_once(' ').unwrap();
    world.send(method, path, &[("authorization", token)], Some(body.to_string())).await
}

#[tokio::test]
async fn roles_bound_what_users_and_their_tokens_may() {
    let world = World::new();
    let incident = world.open("broken").await;
    let ack = json!({"incident": {"type": "incident", "status": "acknowledged"}});
    let service = world.first("services").await;
    let rename = json!({"service": {"type": "service", "description": "d"}});
    let method =
        json!({"contact_method": {"type": "email_contact_method", "label": "w", "address": "x@example.org"}});
    // The role of the user, of the token, and what may be done: act, reach oneself, configure, administer.
    for (n, (role, token_role, may)) in [
        ("admin", None, [true, true, true, true]),
        ("user", None, [true, true, true, false]),
        ("limited_user", None, [true, true, false, false]),
        ("observer", None, [false; 4]),
        ("restricted_access", None, [false; 4]),
        ("admin", Some("limited_user"), [true, true, false, false]),
        ("limited_user", Some("admin"), [true, true, false, false]),
        ("admin", Some("observer"), [false; 4]),
    ]
    .into_iter()
    .enumerate()
    {
        let (id, token) = user(&world, &format!("u{n}"), role, token_role).await;
        let own = format!("POST /users/{id}/contact_methods");
        let requests = [
            (format!("PUT /incidents/{incident}"), ack.clone()),
            (own, method.clone()),
            (format!("PUT /services/{service}"), rename.clone()),
            (format!("PUT /users/{id}"), json!({"user": {"type": "user", "role": role}})),
        ];
        for ((request, body), may) in requests.into_iter().zip(may) {
            let status = send(&world, &token, &request, body).await.status.as_u16();
            assert_eq!(status != 403, may, "{role} {token_role:?}: {request}: {status}");
        }
        world.send("GET", "/services", &[("authorization", token.as_str())], None).await.expect(200);
    }
    let (_, token) = user(&world, "last", "limited_user", None).await;
    let denied = send(&world, &token, &format!("DELETE /services/{service}"), json!({})).await;
    assert_eq!(denied.error(403).1, "the token `last` may only act on incidents and overrides");
    // A role that is taken away counts at once.
    let (id, token) = user(&world, "demoted", "admin", None).await;
    send(&world, &token, "PUT /event_rules", json!({"event_rules": []})).await.expect(200);
    world
        .call("PUT", &format!("/users/{id}"), Some(json!({"user": {"type": "user", "role": "observer"}})))
        .await
        .expect(200);
    send(&world, &token, "PUT /event_rules", json!({"event_rules": []})).await.error(403);
}

#[tokio::test]
async fn changes_are_recorded_with_who_before_and_after() {
    let world = World::new();
    assert_eq!(world.get("/audit/records").await["records"], json!([]), "the founding is the beginning");
    let (_, token) = user(&world, "ann", "admin", None).await;
    let service = world.first("services").await;
    let change = json!({"service": {"type": "service", "description": "the front door"}});
    send(&world, &token, &format!("PUT /services/{service}"), change.clone()).await.expect(200);
    // The same again changes nothing.
    send(&world, &token, &format!("PUT /services/{service}"), change).await.expect(200);
    let all = world.get("/audit/records").await;
    let records = all["records"].as_array().unwrap();
    let heads: Vec<String> = records
        .iter()
        .map(|it| {
            format!("{} {} {}", it["actors"][0]["summary"], it["action"], it["root_resource"]["summary"])
        })
        .collect();
    assert_eq!(
        heads,
        ["\"ann\" \"update\" \"default\"", "\"eve\" \"create\" \"ann\"", "\"eve\" \"create\" \"ann\""],
        "{all}"
    );
    assert_eq!(records[0]["details"]["fields"], json!([{"name": "description", "value": "the front door"}]));
    assert_eq!(records[0]["method"], json!({"type": "api_token", "description": "ann"}));
    assert_eq!(records[0]["root_resource"]["id"], json!(service));
    // Neither contact data nor keys are in it.
    let text = all.to_string();
    assert!(!text.contains("ann@example.org") && text.contains("(sealed)"), "{text}");

    let page = world.get("/audit/records?limit=2").await;
    assert_eq!(page["next_cursor"], "2");
    let rest = world.get("/audit/records?limit=2&cursor=2").await;
    assert_eq!((rest["records"][0]["id"].as_str(), &rest["next_cursor"]), (Some("1"), &Value::Null));
    let some = world.get("/audit/records?root_resource_types[]=services&actions[]=update").await;
    assert_eq!(some["records"].as_array().unwrap().len(), 1);
    for (query, expected) in [
        ("limit=0", "limit: `0` is not"),
        ("cursor=x", "cursor: `x` is not"),
        ("actions[]=burn", "actions[]: `burn` is not one of"),
        ("root_resource_types[]=cars", "root_resource_types[]: `cars` is not one of users"),
        ("since=monday", "since: `monday` is not a time"),
    ] {
        let (_, error) = world.call("GET", &format!("/audit/records?{query}"), None).await.error(400);
        assert!(error.contains(expected), "{query}: {error}");
    }
}

#[tokio::test]
async fn what_is_applied_is_recorded_object_by_object() {
    let world = World::new();
    let body = json!({"configuration": {
        "users": [{"email": "ann@example.org", "name": "Ann"}],
        "schedules": [{"name": "primary", "time_zone": "UTC", "layers": []}],
    }});
    world.call("POST", "/configuration", Some(body.clone())).await.expect(200);
    world.call("POST", "/configuration", Some(body)).await.expect(200);
    let all = world.get("/audit/records").await;
    let names: Vec<&str> = all["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["root_resource"]["summary"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["primary", "Ann"]);
}
