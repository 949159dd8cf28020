//! Log entries: the timeline of an incident.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::envelope::named;
use super::incident::Incident;
use super::reference::{Linked, Reference, headed};
use super::service::Service;
use super::user::User;

/// One line of the timeline. The type is `trigger_log_entry` and so on; the summary says in words what happened, and
/// why.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LogEntry {
    #[serde(flatten)]
    pub head: Reference,
    pub created_at: String,
    /// Who did it.
    pub agent: Linked<User>,
    pub channel: LogChannel,
    pub incident: Linked<Box<Incident>>,
    pub service: Linked<Service>,
    #[serde(default)]
    pub teams: Vec<Reference>,
    #[serde(default)]
    pub contexts: Vec<Value>,
    /// Texts only.
    #[serde(default)]
    pub event_details: BTreeMap<String, String>,
    /// What was written (annotate), or said when it was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who is responsible from then on (assign, escalate).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignees: Option<Vec<Reference>>,
    /// Who was to be told (notify).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Reference>,
    /// An addition of `pd`: the entry stands for several like it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<Repeats>,
}

named! { LogEntry: "log_entry", "log_entries"; }
headed!(LogEntry);

impl AsRef<Reference> for Box<LogEntry> {
    fn as_ref(&self) -> &Reference {
        &self.head
    }
}

/// How it came about.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct LogChannel {
    /// `api`, `auto`, `timeout`, `note`, …
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What the event said (trigger).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    /// The message (notify).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification: Option<Notification>,
}

/// What came of a message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Notification {
    /// `email`, `webhook`, `console`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// `success`, `failed`, `unknown` or `cancelled`.
    pub status: String,
    /// What the provider called it, or why it failed.
    #[serde(default)]
    pub detail: Option<String>,
}

/// How many times the same happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Repeats {
    pub count: u64,
    /// When it happened for the last time; `created_at` is the first.
    pub last_at: String,
}
