//! What unmodified clients stumble over.

use pd::api::parts::Settings;
use pd::domain::event::Action;
use serde_json::{Value, json};

use super::world::{TOKEN, World};

/// Every `id` and every `self` in a body.
fn walk(value: &Value, visit: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if let Some(text) = value.as_str() {
                    visit(key, text);
                }
                walk(value, visit);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| walk(value, visit)),
        _ => {}
    }
}

async fn everything(world: &World) -> Vec<Value> {
    let (service, user) = (world.first("services").await, world.first("users").await);
    let mut bodies = Vec::new();
    for path in [
        "/incidents?include[]=services&include[]=users".to_owned(),
        "/incidents/1".to_owned(),
        "/incidents/1/alerts".to_owned(),
        "/incidents/1/log_entries".to_owned(),
        "/incidents/1/notes".to_owned(),
        "/incidents/1/events".to_owned(),
        "/log_entries".to_owned(),
        "/services".to_owned(),
        format!("/services/{service}?include[]=integrations&include[]=auto_pause_notifications_parameters"),
        "/users".to_owned(),
        format!("/users/{user}/contact_methods"),
        format!("/users/{user}/notification_rules"),
        format!("/users/{user}/license"),
        "/escalation_policies".to_owned(),
        "/oncalls".to_owned(),
        "/priorities".to_owned(),
        "/vendors".to_owned(),
        "/tokens".to_owned(),
        "/licenses".to_owned(),
    ] {
        bodies.push(world.get(&path).await);
    }
    bodies
}

async fn filled(settings: Settings) -> World {
    let world = World::with(settings);
    world.event(Action::Trigger, "db");
    world.call("POST", "/incidents/1/notes", Some(json!({"note": {"content": "x"}}))).await.expect(200);
    world
}

#[tokio::test]
async fn ids_and_links_have_the_shape_that_clients_insist_on() {
    let world = filled(Settings::default()).await;
    for body in everything(&world).await {
        walk(&body, &mut |key, text| match key {
            "id" => {
                let rest = text.strip_prefix(['P', 'Q']).unwrap_or_else(|| panic!("id {text}"));
                assert!(
                    (6..=13).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric()),
                    "{text}"
                );
            }
            "self" => assert!(text.starts_with("http://pd.test/"), "{text}"),
            _ => {}
        });
    }
}

#[tokio::test]
async fn self_links_lead_to_what_they_are_of() {
    let world = filled(Settings::default()).await;
    let mut links = std::collections::BTreeSet::new();
    for body in everything(&world).await {
        walk(&body, &mut |key, text| {
            if key == "self" {
                links.insert(text.strip_prefix("http://pd.test").unwrap().to_owned());
            }
        });
    }
    assert!(links.len() > 10);
    for link in links {
        // A licence is only read in the list.
        if !link.starts_with("/licenses/") {
            world.get(&link).await;
        }
    }
}

#[tokio::test]
async fn single_objects_have_one_key_and_lists_are_never_null() {
    let world = filled(Settings::default()).await;
    for body in everything(&world).await {
        let map = body.as_object().unwrap();
        assert!(map.len() == 1 || map.contains_key("limit"), "{map:?}");
    }
    let incident = &world.get("/incidents/1").await["incident"];
    for list in ["teams", "assignments", "acknowledgements", "pending_actions", "incidents_responders"] {
        assert!(incident[list].is_array(), "{list}");
    }
}

#[tokio::test]
async fn slashes_are_answered_directly() {
    let world = World::new();
    for path in ["/users/", "//users", "/users//?limit=1", "//users///?", "/users?"] {
        let answer = world.call("GET", path, None).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn bodies_where_none_belongs_do_not_matter() {
    let world = World::new();
    let authorization = format!("Token token={TOKEN}");
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-type", "application/json"),
        ("accept", "application/vnd.pagerduty+json;version=2"),
    ];
    world.send("GET", "/services", &headers, Some("{}".to_owned())).await.expect(200);
    world.send("DELETE", "/services/P000000", &headers, Some("{}".to_owned())).await.error(404);
    world.send("GET", "/services", &headers, Some("not json".to_owned())).await.expect(200);
}

#[tokio::test]
async fn every_answer_has_its_headers_and_every_error_its_shape() {
    let world = World::new();
    for (method, path, status, code) in [
        ("GET", "/nothing", 404, 2100),
        ("GET", "/", 404, 2100),
        ("PATCH", "/users", 405, 2001),
        ("DELETE", "/incidents", 405, 2001),
        ("GET", "/users/PABCDEF", 404, 2100),
        ("GET", "/users/nobody", 404, 2100),
        ("POST", "/users", 400, 2001),
    ] {
        let answer = world.call(method, path, None).await;
        assert_eq!(answer.error(status).0, code, "{method} {path}");
        assert_eq!(answer.headers["content-type"], "application/json; charset=utf-8", "{method} {path}");
        assert!(answer.headers.contains_key("x-request-id"), "{method} {path}");
    }
}

#[tokio::test]
async fn a_body_is_bounded() {
    let world = World::new();
    let long = json!({"user": {"name": "x".repeat(1 << 20)}});
    let error = world.call("POST", "/users", Some(long)).await.error(413);
    assert_eq!(error.1, "the body has more than 1048576 bytes");
}

#[tokio::test]
async fn links_follow_the_configuration() {
    let public_url = Some("https://pd.example.com".parse().unwrap());
    let html_origin = Some("https://sub.pagerduty.com".parse().unwrap());
    let world = World::with(Settings { public_url, html_origin, ..Settings::default() });
    let authorization = format!("Token token={TOKEN}");
    let user = world.first("users").await;
    for (host, start) in
        [("pd.test", "http://pd.test/users/"), ("pd.example.com", "https://pd.example.com/users/")]
    {
        let path = format!("http://{host}/users/{user}");
        let mut request = http::Request::builder().uri(&path).header("authorization", &authorization);
        request = request.header("host", host);
        let body = world.raw(request.body(axum::body::Body::empty()).unwrap()).await.expect(200);
        assert!(body["user"]["self"].as_str().unwrap().starts_with(start), "{body}");
        assert_eq!(body["user"]["html_url"], format!("https://sub.pagerduty.com/users/{user}"));
    }
}
