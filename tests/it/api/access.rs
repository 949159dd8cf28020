//! Who may ask what: tokens, scopes, limits, `From`, and what refusals look like.

use std::time::Duration;

use pd::api::parts::{Refused, Settings};
use serde_json::json;
use uuid::Uuid;

use super::world::{TOKEN, World};

#[tokio::test]
async fn a_token_is_taken_in_every_spelling_and_nothing_else_is() {
    let world = World::new();
    for (value, status) in [
        (format!("Token token={TOKEN}"), 200),
        (format!("Token token=\"{TOKEN}\""), 200),
        (format!("Bearer {TOKEN}"), 200),
        (format!("Basic {TOKEN}"), 401),
        ("Token token=tsrqponmlkjihgfedcba".to_owned(), 401),
        ("Token token=".to_owned(), 401),
    ] {
        let answer = world.send("GET", "/users", &[("authorization", &value)], None).await;
        assert_eq!(answer.status.as_u16(), status, "{value}");
    }
    let answer = world.send("GET", "/users", &[], None).await;
    assert_eq!(answer.expect(401), json!({"error": {"message": "Authentication failed", "code": 2006}}));
}

#[tokio::test]
async fn a_token_is_shown_once_and_ends() {
    let world = World::new();
    let body = json!({"token": {"label": "ci", "scope": "read", "expires_at": "2026-01-01T01:00:00Z"}});
    let made = world.call("POST", "/tokens", Some(body)).await.expect(201);
    let token = made["token"]["token"].as_str().unwrap().to_owned();
    assert_eq!(token.len(), 20);
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str())];
    world.send("GET", "/services", &headers, None).await.expect(200);

    let listed = world.get("/tokens").await;
    assert_eq!(listed["tokens"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains(&token), "shown again: {listed}");

    let denied = world.send("POST", "/incidents", &headers, Some("{}".to_owned())).await;
    assert_eq!(denied.error(403), (2010, "the token `ci` may only read".to_owned()));

    // The account's token has no user of its own.
    let me = world.send("GET", "/users/me", &headers, None).await.expect(400);
    assert!(me["error"].as_str().unwrap().contains("account-level access token"), "{me}");

    world.pass(3600);
    world.send("GET", "/services", &headers, None).await.expect(401);
    let id = made["token"]["id"].as_str().unwrap();
    world.call("DELETE", &format!("/tokens/{id}"), None).await.expect(204);
    assert_eq!(world.get("/tokens").await["tokens"].as_array().unwrap().len(), 1);
    world.call("GET", &format!("/tokens/{id}"), None).await.error(404);
}

#[tokio::test]
async fn from_names_who_acts() {
    let world = World::new();
    let user = json!({"user": {"name": "Ann", "email": "ann@example.org"}});
    world.call("POST", "/users", Some(user)).await.expect(201);
    let id = world.open("broken").await;
    let authorization = format!("Token token={TOKEN}");
    let ack = || Some(json!({"incident": {"type": "incident", "status": "acknowledged"}}).to_string());
    let path = format!("/incidents/{id}");
    let from = |email| [("authorization", authorization.as_str()), ("from", email)];

    let nobody = world.send("PUT", &path, &from("nobody@example.org"), ack()).await;
    assert_eq!(nobody.error(400).0, 1008);
    let acked = world.send("PUT", &path, &from("ANN@example.org"), ack()).await.expect(200);
    assert_eq!(acked["incident"]["acknowledgements"][0]["acknowledger"]["summary"], "Ann");
    // Without it, it is the token's own user.
    let resolve = json!({"incident": {"type": "incident", "status": "resolved"}});
    let resolved = world.call("PUT", &path, Some(resolve)).await.expect(200);
    assert_eq!(resolved["incident"]["last_status_change_by"]["summary"], "eve");
}

#[tokio::test]
async fn a_limit_is_told_and_kept() {
    let world = World::with(Settings { requests_per_minute: Some(2), ..Settings::default() });
    let header =
        |answer: &super::world::Answer, name: &str| answer.headers[name].to_str().unwrap().to_owned();
    let first = world.call("GET", "/users", None).await;
    assert_eq!(first.status.as_u16(), 200);
    assert_eq!(
        (
            header(&first, "ratelimit-limit"),
            header(&first, "ratelimit-remaining"),
            header(&first, "ratelimit-reset")
        ),
        ("2".to_owned(), "1".to_owned(), "60".to_owned())
    );
    world.call("GET", "/users", None).await.expect(200);
    let over = world.call("GET", "/users", None).await;
    assert_eq!(over.error(429).0, 2020);
    assert_eq!(header(&over, "retry-after"), "60");
    world.pass(60);
    world.call("GET", "/users", None).await.expect(200);
}

#[tokio::test]
async fn a_command_that_has_no_verdict_says_whether_to_try_again() {
    let after = Duration::from_millis(1500);
    for (refused, status, text, retry) in [
        (
            Refused::Unavailable { reason: "disk full".to_owned(), retry_after: after },
            503,
            "the command could not be stored: disk full; nothing was done: try again later",
            Some("2"),
        ),
        (Refused::Overloaded { retry_after: after }, 429, "", Some("2")),
        (
            Refused::Pending { id: Uuid::nil() },
            504,
            "the command 00000000-0000-0000-0000-000000000000 was accepted and is not judged yet: look whether it was done before you ask again, or use an Idempotency-Key",
            None,
        ),
    ] {
        let world = World::new();
        let service = world.first("services").await;
        world.refuse(refused);
        let answer = world.call("DELETE", &format!("/services/{service}"), None).await;
        assert_eq!(answer.error(status).1, text);
        assert_eq!(answer.headers.get("retry-after").map(|value| value.to_str().unwrap()), retry);
    }
}

#[tokio::test]
async fn a_repeated_request_is_done_once() {
    let world = World::new();
    let service = world.first("services").await;
    let body = json!({"incident": {"title": "once", "service": {"id": service}}}).to_string();
    let authorization = format!("Token token={TOKEN}");
    let headers = [("authorization", authorization.as_str()), ("idempotency-key", "k1")];
    let first = world.send("POST", "/incidents", &headers, Some(body.clone())).await.expect(201);
    let second = world.send("POST", "/incidents", &headers, Some(body)).await.expect(201);
    assert_eq!(first["incident"]["id"], second["incident"]["id"]);
    assert_eq!(world.state().opened, 1);
}

#[tokio::test]
async fn what_is_open_to_everybody() {
    let world = World::new();
    assert_eq!(
        world.send("GET", "/health", &[], None).await.expect(200),
        json!({"ready": true, "why_not": []})
    );
    let metrics = world.send("GET", "/metrics", &[], None).await;
    assert_eq!(metrics.text, "pd_up 1\n# EOF\n");
    world.process.send_modify(|process| {
        let process = std::sync::Arc::make_mut(process);
        process.health.ready = false;
        process.health.why_not = vec!["the disk is full".to_owned()];
    });
    let health = world.send("GET", "/health", &[], None).await.expect(503);
    assert_eq!(health["why_not"], json!(["the disk is full"]));
    world.send("GET", "/status", &[], None).await.expect(401);
    let status = world.get("/status").await;
    assert_eq!(status["status"]["node"], "a");
    assert_eq!(status["status"]["quarantine"], json!({"total": 0, "last": []}));
}
