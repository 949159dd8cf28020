//! `GET /stream`: what changes, as it changes, over server-sent events. An addition of `pd`.
//!
//! A connection begins with [`Hello`]. If it does not resume an earlier one, everything follows as it is now (the open
//! incidents, one event each), and then `synced`; from then on, changes. Each event is whole: it replaces what was known
//! under its id. An event's `id` says that everything up to there was sent; it is the `Last-Event-ID` to resume by.

#![allow(missing_docs, reason = "the names say what they are")]

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The first event of a connection: `hello`.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Hello {
    /// Of `pd`.
    pub version: String,
    /// The process that answers.
    pub node: String,
    /// The server's clock, ISO 8601.
    pub at: String,
    /// Whether only what changed since `Last-Event-ID` follows; otherwise forget what is known, for all of it follows.
    pub resumed: bool,
    /// Whose token asks, as `GET /users/me` shows it; none for a token of the account.
    #[serde(default)]
    pub user: Option<Value>,
    /// Whether the token may change incidents.
    #[serde(default)]
    pub may_act: bool,
}

/// What an event says: its name is the kind, its data the content.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// `hello`.
    Hello(Hello),
    /// `synced`: everything as it is now was sent.
    Synced,
    /// `incident`: as `GET /incidents/{id}` shows it, `{"incident": …}`.
    Incident(Value),
    /// `incident_gone`: it is not among the incidents any more (archived): `{"id": …, "incident_number": …}`.
    IncidentGone(Value),
    /// `log_entry`: a new line of a timeline, as `GET /log_entries/{id}` shows it, `{"log_entry": …}`; pages, messages and
    /// their outcomes are among them.
    LogEntry(Value),
    /// `oncalls`: who is on call now, as `GET /oncalls` shows it, `{"oncalls": […]}`; all of it, whenever it changes.
    Oncalls(Value),
    /// `services`: as `GET /services` shows them, `{"services": […]}`; all of them, whenever one changes.
    Services(Value),
    /// `status`: as `GET /status` shows it; at most every five seconds.
    Status(Value),
    /// `traffic`: how many events were taken in each of the last 60 minutes, the newest last: `{"events": [n; 60]}`.
    Traffic(Value),
    /// Of a later release: to be passed over.
    Other(String),
}

/// One event of the stream.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// Everything up to here was sent, if it is said.
    pub id: Option<String>,
    pub change: Change,
}
