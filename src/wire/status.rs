//! Additions of `pd`: how the process and the installation are.

#![allow(missing_docs, reason = "the names of counters and times say what they are")]

use serde::{Deserialize, Serialize};

use super::rest::envelope::named;

/// `GET /health`: whether the process accepts events.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Health {
    /// The answer is 200 if it is, 503 if not.
    pub ready: bool,
    /// What is missing, each with what to do about it; empty if nothing is.
    #[serde(default)]
    pub why_not: Vec<String>,
}

/// What a process knows of itself.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Process {
    #[serde(flatten)]
    pub health: Health,
    /// Of `pd`.
    pub version: String,
    /// The node's name.
    pub node: String,
    /// The process's id, new at every start.
    pub process: String,
    /// ISO 8601.
    pub started_at: String,
    /// Its stages: incidents, notify, …
    #[serde(default)]
    pub stages: Vec<Stage>,
    /// The stores that it uses.
    #[serde(default)]
    pub stores: Vec<Store>,
    /// Things that somebody should look at, although the process is ready.
    #[serde(default)]
    pub hints: Vec<String>,
}

/// How far a stage is.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Stage {
    /// `incidents`, `notify`, `archive`, …
    pub name: String,
    /// The position of the next entry of its journal.
    pub position: u64,
    /// The age of the oldest work that is not done, in seconds; 0: everything is done.
    pub oldest_undone_seconds: f64,
    /// How many inputs wait, as far as is known.
    pub backlog: u64,
    /// Whether this process appends, rather than follows.
    pub working: bool,
    /// Why it has stopped; null: it has not.
    #[serde(default)]
    pub stopped: Option<String>,
}

/// A store.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Store {
    /// What it is used for: `doors`, `incidents`, `notify`, `archive`.
    pub name: String,
    /// Where it is; without passwords.
    pub url: String,
    /// What is wrong with it; null: nothing.
    #[serde(default)]
    pub error: Option<String>,
}

/// `GET /status`: the process, and what its replica of the installation shows.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Status {
    #[serde(flatten)]
    pub process: Process,
    /// The process's clock, ISO 8601 with milliseconds.
    pub now: String,
    pub incidents: IncidentCounts,
    /// Doors that are consumed.
    #[serde(default)]
    pub doors: Vec<Door>,
    pub quarantine: Quarantine,
}

named! { Status: "status", "statuses"; }

/// How many incidents there are outside the archive.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct IncidentCounts {
    pub triggered: u64,
    pub acknowledged: u64,
    /// Nobody is paged for the time being.
    #[serde(default)]
    pub held: u64,
    /// Resolved, and not yet in the archive.
    pub resolved: u64,
    /// Ever opened.
    pub opened: u64,
}

/// A door that is consumed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Door {
    pub door: String,
    /// The process that opened it.
    pub process: String,
    /// ISO 8601.
    pub opened_at: String,
}

/// Inputs that nothing could be done with.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Quarantine {
    /// Ever.
    pub total: u64,
    /// The last ones, newest first; at most 10.
    #[serde(default)]
    pub last: Vec<Quarantined>,
}

/// An input that nothing could be done with.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Quarantined {
    /// Where it is kept: door, position and index.
    pub address: String,
    /// Whether it is a command rather than an event.
    pub command: bool,
    pub reason: String,
    /// ISO 8601.
    pub at: String,
}
