//! A small server that speaks as much of the API as the command line asks for, remembers what it was asked, and can be
//! away.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::Router;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use serde_json::{Value, json};
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;

pub(super) const TOKEN: &str = "abcdefghij0123456789";
pub(super) const KEY: &str = "0123456789abcdef0123456789abcdef";

#[derive(Default)]
struct Memory {
    incidents: Vec<Value>,
    events: Vec<Value>,
    /// Method, path and query.
    asked: Vec<String>,
    tokens: Vec<Option<String>>,
    command_keys: Vec<Option<String>>,
    /// Answered to so many requests first.
    failing: (usize, u16),
    not_ready: bool,
}

type Shared = Arc<Mutex<Memory>>;

/// The server.
pub(super) struct Fake {
    address: SocketAddr,
    memory: Shared,
    standing: Standing,
}

/// Whether it listens. While it does not, it keeps its port, so that nobody else answers there.
enum Standing {
    Down(TcpSocket),
    Up(JoinHandle<()>),
}

/// A port, taken and not listened to.
fn hold(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    socket
}

impl Fake {
    /// A server with three incidents: one triggered, one acknowledged, one resolved.
    pub(super) async fn start() -> Self {
        let mut fake = Self::away();
        fake.up();
        fake
    }

    /// The same, not started yet.
    pub(super) fn away() -> Self {
        let memory = Shared::default();
        memory.lock().unwrap().incidents = incidents();
        let socket = hold(([127, 0, 0, 1], 0).into());
        Self { address: socket.local_addr().unwrap(), memory, standing: Standing::Down(socket) }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops listening, as a server that has crashed.
    pub(super) async fn down(&mut self) {
        if let Standing::Up(task) = &mut self.standing {
            task.abort();
            let _ = task.await;
            self.standing = Standing::Down(hold(self.address));
        }
    }

    /// Listens (again).
    pub(super) fn up(&mut self) {
        let spare = Standing::Down(TcpSocket::new_v4().unwrap());
        let Standing::Down(socket) = std::mem::replace(&mut self.standing, spare) else {
            panic!("it listens already")
        };
        let listener = socket.listen(64).unwrap();
        let router = router(self.memory.clone());
        self.standing = Standing::Up(tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        }));
    }

    /// Answers the next `count` requests with `status`.
    pub(super) fn fail(&self, count: usize, status: u16) {
        self.memory.lock().unwrap().failing = (count, status);
    }

    /// So many more that are triggered, from number 100 on.
    pub(super) fn storm(&self, count: u64) {
        let mut memory = self.memory.lock().unwrap();
        let model =
            memory.incidents.iter().find(|incident| incident["status"] == "triggered").unwrap().clone();
        for number in 100..100 + count {
            let mut incident = model.clone();
            incident["incident_number"] = number.into();
            incident["id"] = format!("Q{number:013}").into();
            memory.incidents.push(incident);
        }
    }

    pub(super) fn set_not_ready(&self) {
        self.memory.lock().unwrap().not_ready = true;
    }

    pub(super) fn change(&self, number: u64, change: impl FnOnce(&mut Value)) {
        let mut memory = self.memory.lock().unwrap();
        change(memory.incidents.iter_mut().find(|incident| incident["incident_number"] == number).unwrap());
    }

    pub(super) fn events(&self) -> Vec<Value> {
        self.memory.lock().unwrap().events.clone()
    }

    /// `ACTION KEY` of each event.
    pub(super) fn event_lines(&self) -> Vec<String> {
        let line = |event: &Value| {
            format!("{} {}", event["event_action"].as_str().unwrap(), event["dedup_key"].as_str().unwrap())
        };
        self.events().iter().map(line).collect()
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.memory.lock().unwrap().asked.clone()
    }

    pub(super) fn tokens(&self) -> Vec<Option<String>> {
        self.memory.lock().unwrap().tokens.clone()
    }

    /// The idempotency keys of commands.
    pub(super) fn command_keys(&self) -> Vec<Option<String>> {
        self.memory.lock().unwrap().command_keys.clone()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if let Standing::Up(task) = &self.standing {
            task.abort();
        }
    }
}

fn router(memory: Shared) -> Router {
    Router::new()
        .route("/v2/enqueue", post(enqueue))
        .route("/incidents", get(list).put(update))
        .route("/incidents/{id}", get(one))
        .route("/incidents/{id}/{part}", get(part).post(note))
        .route("/services", get(services))
        .route("/status", get(status))
        .route("/echo", put(echo).post(echo))
        .route("/metrics", get(async || "pd_oldest_undone_seconds 0\n"))
        .layer(from_fn_with_state(memory.clone(), gate))
        .with_state(memory)
}

async fn gate(State(memory): State<Shared>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let token = header(&request, "authorization");
    {
        let mut memory = memory.lock().unwrap();
        memory.asked.push(format!("{} {}", request.method(), request.uri()));
        memory.tokens.push(token.clone());
        if matches!(request.method().as_str(), "PUT" | "POST") && path != "/v2/enqueue" {
            memory.command_keys.push(header(&request, "idempotency-key"));
        }
        if memory.failing.0 > 0 {
            memory.failing.0 -= 1;
            let status = StatusCode::from_u16(memory.failing.1).unwrap();
            return (status, Json(json!({"error": {"message": "as told", "code": 5000}}))).into_response();
        }
    }
    if path != "/v2/enqueue" && token.as_deref() != Some(&format!("Token token={TOKEN}")) {
        let body = json!({"error": {"message": "Authentication failed", "code": 2006}});
        return (StatusCode::UNAUTHORIZED, Json(body)).into_response();
    }
    next.run(request).await
}

fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
}

async fn enqueue(State(memory): State<Shared>, Json(event): Json<Value>) -> Response {
    if event["routing_key"] != KEY {
        let body = json!({"status": "invalid event", "message": "Event object is invalid", "errors": ["Invalid routing key"]});
        return (StatusCode::BAD_REQUEST, Json(body)).into_response();
    }
    let answer = json!({"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]});
    memory.lock().unwrap().events.push(event);
    (StatusCode::ACCEPTED, Json(answer)).into_response()
}

/// The values of a query field, as far as they need no unescaping but that of brackets.
fn values<'q>(query: &'q str, name: &str) -> Vec<&'q str> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(key, _)| key.replace("%5B%5D", "[]") == name)
        .map(|(_, value)| value)
        .collect()
}

fn page(items: Vec<Value>, name: &str, query: &str) -> Json<Value> {
    let number =
        |name, default| values(query, name).first().map_or(default, |text| text.parse::<usize>().unwrap());
    let (limit, offset) = (number("limit", 25), number("offset", 0));
    let more = items.len() > offset + limit;
    let items: Vec<_> = items.into_iter().skip(offset).take(limit).collect();
    Json(json!({name: items, "limit": limit, "offset": offset, "more": more, "total": null}))
}

async fn list(State(memory): State<Shared>, RawQuery(query): RawQuery) -> Json<Value> {
    let query = query.unwrap_or_default();
    let statuses = values(&query, "statuses[]");
    let keys = values(&query, "incident_key");
    let mut found = memory.lock().unwrap().incidents.clone();
    found.retain(|incident| statuses.is_empty() || statuses.contains(&incident["status"].as_str().unwrap()));
    found.retain(|incident| keys.is_empty() || keys.contains(&incident["incident_key"].as_str().unwrap()));
    found.reverse();
    page(found, "incidents", &query)
}

fn matches(incident: &Value, id: &str) -> bool {
    incident["id"] == id || id.parse::<u64>().is_ok_and(|number| incident["incident_number"] == number)
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, Json(json!({"error": {"message": "Not Found", "code": 2100}}))).into_response()
}

async fn one(State(memory): State<Shared>, Path(id): Path<String>) -> Response {
    match memory.lock().unwrap().incidents.iter().find(|incident| matches(incident, &id)) {
        Some(incident) => Json(json!({"incident": incident})).into_response(),
        None => not_found(),
    }
}

async fn update(State(memory): State<Shared>, Json(body): Json<Value>) -> Response {
    let mut memory = memory.lock().unwrap();
    let mut changed = Vec::new();
    for change in body["incidents"].as_array().unwrap() {
        let id = change["id"].as_str().unwrap();
        let incident = memory.incidents.iter_mut().find(|incident| matches(incident, id)).unwrap();
        if incident["locked"] == true {
            let body = json!({"error": {"message": "Invalid Input Provided", "code": 2001, "errors": ["could not be locked"]}});
            return (StatusCode::BAD_REQUEST, Json(body)).into_response();
        }
        changed.push((id.to_owned(), change["status"].clone()));
    }
    let mut answer = Vec::new();
    for (id, status) in changed {
        let incident = memory.incidents.iter_mut().find(|incident| matches(incident, &id)).unwrap();
        incident["status"] = status;
        answer.push(incident.clone());
    }
    Json(json!({"incidents": answer, "limit": 25, "offset": 0, "more": false, "total": null})).into_response()
}

async fn part(Path((id, part)): Path<(String, String)>, RawQuery(query): RawQuery) -> Response {
    if id != "Q0000000000012" {
        return page(Vec::new(), &part, "").into_response();
    }
    let alert = json!({"id": "Q0000000000A12", "type": "alert_reference", "summary": "disk full on db-1"});
    let items = match part.as_str() {
        "alerts" => vec![json!({
            "id": "Q0000000000A12", "type": "alert", "summary": "disk full on db-1", "status": "triggered",
            "severity": "critical", "alert_key": "disk-db-1", "events": 3, "last_event_at": "2026-01-05T07:02:00Z",
        })],
        "log_entries" => vec![
            json!({"id": "Q0000000000L14", "type": "notify_log_entry", "created_at": "2026-01-05T07:00:01Z",
                "summary": "ann was notified by email", "agent": {"summary": "default"}}),
            json!({"id": "Q0000000000L13", "type": "trigger_log_entry", "created_at": "2026-01-05T07:00:00Z",
                "summary": "triggered through db\u{1b}[31m", "agent": {"summary": "default"},
                "repeats": {"count": 3, "last_at": "2026-01-05T07:02:00Z"}}),
        ],
        "events" => {
            let event = |which: &str, at: &str, free: u32| {
                json!({"which": which, "alert": alert, "accepted_at": at,
                "event": {"event_action": "trigger", "payload": {"summary": "disk full on db-1", "custom_details": {"free": free}}}})
            };
            return Json(json!({"events": [
                event("first", "2026-01-05T07:00:00Z", 1), event("latest", "2026-01-05T07:02:00Z", 0),
            ]}))
            .into_response();
        }
        _ => return not_found(),
    };
    page(items, &part, &query.unwrap_or_default()).into_response()
}

async fn note(Path((_, part)): Path<(String, String)>, Json(body): Json<Value>) -> Response {
    assert_eq!(part, "notes");
    let note = json!({"id": "Q0000000000N01", "content": body["note"]["content"], "created_at": "2026-01-05T07:05:00Z",
        "user": {"id": "P000001", "summary": "ann"}, "channel": {"summary": "The API"}});
    Json(json!({ "note": note })).into_response()
}

async fn services(RawQuery(query): RawQuery) -> Json<Value> {
    let items = (0..250).map(|n| json!({"id": format!("P{n:06}"), "name": format!("service {n}")})).collect();
    page(items, "services", &query.unwrap_or_default())
}

async fn status(State(memory): State<Shared>) -> Json<Value> {
    let ready = !memory.lock().unwrap().not_ready;
    let why_not: &[&str] = if ready { &[] } else { &["the disk is full: free some space"] };
    Json(json!({"status": {
        "ready": ready, "why_not": why_not, "version": "0.1.0", "node": "pd-1", "process": "p",
        "started_at": "2026-01-05T06:00:00Z", "now": "2026-01-05T07:00:00.000Z",
        "stages": [
            {"name": "incidents", "position": 17, "oldest_undone_seconds": 0.0, "backlog": 0, "working": true, "stopped": null},
            {"name": "notify", "position": 9, "oldest_undone_seconds": 2.5, "backlog": 4, "working": false, "stopped": null},
        ],
        "stores": [{"name": "doors", "url": "sqlite:pd.db", "error": null}],
        "hints": ["the clock is 3 s behind"],
        "load": {"pressure": "busy", "waiting": 12, "waiting_max": 4096, "waiting_bytes": 9000, "waiting_bytes_max": 67108864,
            "undone": 900, "undone_max": 1024, "per_second": 800.0, "refused": 3, "dropped": 0, "append_seconds": 0.004, "usual_append_seconds": 0.004},
        "jobs": [
            {"name": "archiving", "every_seconds": 30.0, "rounds": 7, "steps": 41, "round_steps": 3, "last_step_at": "2026-01-05T06:59:00Z",
                "last_step_seconds": 0.012, "rest_seconds": 0.12, "next_round_at": null, "waits_for": "the process is overloaded", "failure": null},
            {"name": "expiry", "every_seconds": 3600.0, "rounds": 0, "steps": 0, "round_steps": 0, "last_step_at": null,
                "last_step_seconds": 0.0, "rest_seconds": 0.0, "next_round_at": "2026-01-05T07:20:00Z", "waits_for": null, "failure": null},
        ],
        "incidents": {"triggered": 1, "acknowledged": 1, "resolved": 1, "opened": 12},
        "quarantine": {"total": 1, "last": [{"address": "d/3/0", "command": false, "reason": "it panics", "at": "2026-01-05T06:30:00Z"}]},
    }}))
}

async fn echo(Json(body): Json<Value>) -> Json<Value> {
    Json(body)
}

fn incidents() -> Vec<Value> {
    let incident = |number: u64, status: &str, title: &str, key: &str| {
        json!({
            "id": format!("Q{number:013}"), "type": "incident", "incident_number": number, "title": title,
            "summary": format!("[#{number}] {title}"), "status": status, "urgency": "high", "incident_key": key,
            "created_at": "2026-01-05T07:00:00Z", "last_status_change_at": "2026-01-05T07:01:00Z",
            "last_status_change_by": {"id": "P000001", "summary": "ann"},
            "service": {"id": "P000009", "summary": "database"}, "html_url": format!("http://pd.example/i/{number}"),
            "assignments": [], "acknowledgements": [], "alert_counts": {"all": 1, "triggered": 1, "resolved": 0},
        })
    };
    let mut resolved = incident(10, "resolved", "old trouble", "old");
    resolved["resolved_at"] = "2026-01-05T07:01:00Z".into();
    let mut acknowledged = incident(11, "acknowledged", "queue too long", "queue");
    acknowledged["acknowledgements"] =
        json!([{"at": "2026-01-05T07:01:00Z", "acknowledger": {"id": "P000001", "summary": "ann"}}]);
    let mut triggered = incident(12, "triggered", "disk full on db-1\u{1b}]0;x\u{7}", "disk-db-1");
    triggered["assignments"] =
        json!([{"at": "2026-01-05T07:00:00Z", "assignee": {"id": "P000001", "summary": "ann"}}]);
    vec![resolved, acknowledged, triggered]
}
