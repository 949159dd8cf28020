//! A server that is as strict as PagerDuty: a token of the account, `From` on every change, nothing in the query and in
//! bodies that its reference does not know, pages of at most 100, and none of our additions.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, Mutex};

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

pub(super) const TOKEN: &str = "vendor0123456789abcd";
pub(super) const EMAIL: &str = "ann@example.org";

const PAGES: [&str; 3] = ["limit", "offset", "total"];
const OF_INCIDENTS: [&str; 11] = [
    "statuses[]",
    "service_ids[]",
    "team_ids[]",
    "user_ids[]",
    "urgencies[]",
    "incident_key",
    "since",
    "until",
    "date_range",
    "time_zone",
    "sort_by",
];
const OF_ONCALLS: [&str; 7] =
    ["escalation_policy_ids[]", "schedule_ids[]", "user_ids[]", "since", "until", "earliest", "time_zone"];

#[derive(Default)]
struct Memory {
    incidents: Vec<Value>,
    notes: Vec<Value>,
    /// Method and path of each request.
    asked: Vec<String>,
}

/// The server.
pub(super) struct Vendor {
    url: String,
    memory: Arc<Mutex<Memory>>,
    task: JoinHandle<()>,
}

impl Drop for Vendor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn incident(number: u64) -> Value {
    json!({
        "id": format!("Q{number:04}AAAAAAAAA"), "type": "incident", "incident_number": number,
        "title": format!("trouble {number}"), "status": if number.is_multiple_of(2) { "triggered" } else { "acknowledged" },
        "urgency": "high", "incident_key": format!("key-{number}"), "created_at": "2026-01-05T07:00:00Z",
        "last_status_change_at": "2026-01-05T07:00:00Z", "service": {"id": "PSERVIC", "summary": "shop"},
        "assignments": [], "acknowledgements": [], "html_url": format!("https://acme.pagerduty.com/incidents/{number}"),
    })
}

impl Vendor {
    /// With 250 incidents, numbers 1 to 250; every other is triggered.
    pub(super) async fn start() -> Self {
        let memory = Arc::new(Mutex::new(Memory {
            incidents: (1..=250).map(incident).collect(),
            ..Memory::default()
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(memory.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, memory, task }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.memory.lock().unwrap().asked.clone()
    }

    pub(super) fn status(&self, number: usize) -> String {
        self.memory.lock().unwrap().incidents[number - 1]["status"].as_str().unwrap().to_owned()
    }

    pub(super) fn notes(&self) -> Vec<Value> {
        self.memory.lock().unwrap().notes.clone()
    }
}

fn refused(status: StatusCode, message: &str, code: u32, errors: &[&str]) -> Response {
    (status, Json(json!({"error": {"message": message, "code": code, "errors": errors}}))).into_response()
}

fn invalid(why: &str) -> Response {
    refused(StatusCode::BAD_REQUEST, "Invalid Input Provided", 2001, &[why])
}

fn not_found() -> Response {
    refused(StatusCode::NOT_FOUND, "Not Found", 2100, &[])
}

/// The first key that is not known.
fn stranger<'k>(keys: impl Iterator<Item = &'k str>, known: &[&[&str]]) -> Option<String> {
    keys.map(str::to_owned).find(|key| !known.iter().any(|known| known.contains(&key.as_str())))
}

async fn answer(
    State(memory): State<Arc<Mutex<Memory>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut memory = memory.lock().unwrap();
    memory.asked.push(format!("{method} {}", uri.path()));
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    if header("authorization") != Some(format!("Token token={TOKEN}")) {
        return refused(StatusCode::UNAUTHORIZED, "Authentication failed", 2006, &[]);
    }
    if header("idempotency-key").is_some() {
        return invalid("Idempotency-Key is not known");
    }
    if method != Method::GET {
        match header("from").as_deref() {
            None => return invalid("the From header is required"),
            Some(EMAIL) => {}
            Some(_) => return refused(StatusCode::BAD_REQUEST, "Requester User Not Found", 1008, &[]),
        }
    }
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let body: Value = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    let parts: Vec<&str> = uri.path().split('/').filter(|part| !part.is_empty()).collect();
    route(&mut memory, &method, &parts, &query, &body)
}

fn route(
    memory: &mut Memory,
    method: &Method,
    parts: &[&str],
    query: &[(String, String)],
    body: &Value,
) -> Response {
    let paged = |items: Vec<Value>, name: &str, known: &[&str]| match stranger(
        query.iter().map(|(key, _)| key.as_str()),
        &[&PAGES, known],
    ) {
        Some(key) => invalid(&format!("{key} is not a permitted parameter")),
        None => page(items, name, query),
    };
    let named = |id: &str, name: &str| json!({"id": id, "name": name, "summary": name, "type": "x"});
    match (method.as_str(), parts) {
        ("GET", ["incidents"]) => paged(list(memory, query), "incidents", &OF_INCIDENTS),
        ("PUT", ["incidents"]) => change(memory, body),
        ("GET", ["incidents", id]) => match find(memory, id) {
            Some(incident) => Json(json!({ "incident": incident })).into_response(),
            None => not_found(),
        },
        ("POST", ["incidents", id, "snooze"]) => snooze(memory, id, body),
        ("POST", ["incidents", id, "notes"]) if find(memory, id).is_some() => {
            let note =
                json!({"id": "PNOTE01", "content": body["note"]["content"], "user": {"summary": "ann"}});
            memory.notes.push(note.clone());
            Json(json!({ "note": note })).into_response()
        }
        ("GET", ["incidents", id, "alerts"]) if find(memory, id).is_some() => paged(vec![], "alerts", &[]),
        ("GET", ["incidents", id, "log_entries"]) if find(memory, id).is_some() => {
            let entry = json!({"id": "R1", "type": "trigger_log_entry", "created_at": "2026-01-05T07:00:00Z",
                "summary": "Triggered through the API.", "agent": {"summary": "shop"}});
            paged(vec![entry], "log_entries", &[])
        }
        ("GET", ["oncalls"]) => {
            let oncall = json!({"escalation_policy": {"id": "PPOLICY", "summary": "default"}, "escalation_level": 1,
                "user": {"id": "PUSER01", "summary": "ann"}, "schedule": null, "start": null, "end": null});
            paged(vec![oncall], "oncalls", &OF_ONCALLS)
        }
        ("GET", ["services"]) => paged(vec![named("PSERVIC", "shop")], "services", &["query", "include[]"]),
        ("GET", ["users"]) => paged(vec![named("PUSER01", "ann")], "users", &["query", "include[]"]),
        ("GET", ["escalation_policies"]) => {
            paged(vec![named("PPOLICY", "default")], "escalation_policies", &["query", "include[]"])
        }
        ("GET", ["users", "me"]) => {
            let body = json!({"error": "the token is an account-level access token"});
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
        _ => not_found(),
    }
}

fn find<'m>(memory: &'m Memory, id: &str) -> Option<&'m Value> {
    memory.incidents.iter().find(|incident| incident["id"] == id)
}

fn list(memory: &Memory, query: &[(String, String)]) -> Vec<Value> {
    let all = |name: &str| {
        query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect::<Vec<_>>()
    };
    let (statuses, keys) = (all("statuses[]"), all("incident_key"));
    let mut found: Vec<Value> = memory.incidents.clone();
    found.retain(|it| statuses.is_empty() || statuses.contains(&it["status"].as_str().unwrap()));
    found.retain(|it| keys.is_empty() || keys.contains(&it["incident_key"].as_str().unwrap()));
    if all("sort_by").contains(&"incident_number:desc") {
        found.reverse();
    }
    found
}

fn page(items: Vec<Value>, name: &str, query: &[(String, String)]) -> Response {
    let number = |name: &str, default: usize| {
        query.iter().find(|(key, _)| key == name).map_or(default, |(_, value)| value.parse().unwrap())
    };
    let (limit, offset) = (number("limit", 25), number("offset", 0));
    if limit > 100 || limit + offset > 10_000 {
        return invalid("limit is too large");
    }
    let more = items.len() > offset + limit;
    let items: Vec<_> = items.into_iter().skip(offset).take(limit).collect();
    Json(json!({name: items, "limit": limit, "offset": offset, "more": more, "total": null})).into_response()
}

fn change(memory: &mut Memory, body: &Value) -> Response {
    let known = [
        "id",
        "type",
        "status",
        "title",
        "urgency",
        "priority",
        "resolution",
        "assignments",
        "escalation_level",
        "escalation_policy",
        "conference_bridge",
    ];
    let changes = body["incidents"].as_array().unwrap();
    let keys = changes.iter().flat_map(|change| change.as_object().unwrap().keys());
    if let Some(key) = stranger(keys.map(String::as_str), &[&known]) {
        return invalid(&format!("{key} is not known"));
    }
    let mut changed = Vec::new();
    for change in changes {
        let Some(incident) = memory.incidents.iter_mut().find(|it| it["id"] == change["id"]) else {
            return not_found();
        };
        if let Some(status) = change["status"].as_str() {
            incident["status"] = status.into();
        }
        changed.push(incident.clone());
    }
    Json(json!({"incidents": changed, "limit": 25, "offset": 0, "more": false, "total": null}))
        .into_response()
}

fn snooze(memory: &mut Memory, id: &str, body: &Value) -> Response {
    if stranger(body.as_object().unwrap().keys().map(String::as_str), &[&["duration"]]).is_some() {
        return invalid("only a duration is known");
    }
    let Some(incident) = memory.incidents.iter_mut().find(|it| it["id"] == id) else { return not_found() };
    incident["status"] = "acknowledged".into();
    (StatusCode::CREATED, Json(json!({ "incident": incident }))).into_response()
}
