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
    /// What waits to be accepted, and how hard pressed the process is.
    #[serde(default)]
    pub load: Load,
    /// Scheduled work, by name.
    #[serde(default)]
    pub jobs: Vec<Job>,
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
    /// What this process does, of several: `consuming`, `timers`, `sending email`, …; null: it is the only one, and does
    /// everything.
    #[serde(default)]
    pub works_on: Option<Vec<String>>,
    /// How old its replica is at most, in seconds; null: this process is the only one.
    #[serde(default)]
    pub replica_age_seconds: Option<f64>,
    /// Why it has stopped; null: it has not.
    #[serde(default)]
    pub stopped: Option<String>,
}

/// What waits to be accepted, and how hard pressed the process is.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Load {
    /// `none`, `busy` (reads make room) or `overloaded` (events are refused, or nearly).
    pub pressure: String,
    /// Events that wait to be stored, and how many may at present.
    pub waiting: u64,
    pub waiting_max: u64,
    /// The same in bytes.
    pub waiting_bytes: u64,
    pub waiting_bytes_max: u64,
    /// Events that are stored and that the stages have not taken, and how many may be; both 0 where nobody counts them.
    #[serde(default)]
    pub undone: u64,
    #[serde(default)]
    pub undone_max: u64,
    /// Events stored a second, while there are some to be.
    pub per_second: f64,
    /// Events refused because of too much, since the process began.
    pub refused: u64,
    /// Events whose senders had gone, or were told to try again, before they were stored; they are not.
    pub dropped: u64,
    /// What an append takes at present; null: there was none lately.
    #[serde(default)]
    pub append_seconds: Option<f64>,
    /// What it usually takes; null: there was none yet.
    #[serde(default)]
    pub usual_append_seconds: Option<f64>,
}

/// Scheduled work: how it is paced, how far it is, and why it waits.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Job {
    pub name: String,
    /// The pause between two rounds, in seconds.
    pub every_seconds: f64,
    /// Rounds that ended well, since the process began.
    pub rounds: u64,
    /// Steps, since the process began.
    pub steps: u64,
    /// Those of the round at work, or of the last one.
    pub round_steps: u64,
    /// When the last step ended, ISO 8601; null: there was none.
    #[serde(default)]
    pub last_step_at: Option<String>,
    /// How long it took.
    pub last_step_seconds: f64,
    /// How long the store rested after it.
    pub rest_seconds: f64,
    /// When the next round begins, ISO 8601; null: one is at work.
    #[serde(default)]
    pub next_round_at: Option<String>,
    /// Why it does nothing at present, although there is something to do; null: there is nothing, or it works.
    #[serde(default)]
    pub waits_for: Option<String>,
    /// Why its last round failed; null: it did not.
    #[serde(default)]
    pub failure: Option<String>,
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
    /// How many nodes of the cluster, whichever they are, may still be lost before it stands still; null: it is no
    /// cluster, or that is not known.
    #[serde(default)]
    pub margin: Option<i64>,
    /// The nodes of the cluster; empty if it is none.
    #[serde(default)]
    pub nodes: Vec<StoreNode>,
}

/// A node of a cluster.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct StoreNode {
    pub address: String,
    pub datacenter: String,
    /// Whether it answered when it was asked last.
    pub up: bool,
    /// Its release; null: it did not say.
    #[serde(default)]
    pub version: Option<String>,
    /// By how many milliseconds its clock is ahead of this process's; null: it did not say.
    #[serde(default)]
    pub ahead_ms: Option<i64>,
}

/// A process of the installation, as it told of itself.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Peer {
    #[serde(flatten)]
    pub process: Process,
    /// When, ISO 8601.
    pub told_at: String,
}

/// `GET /status`: the process, and what its replica of the installation shows.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Status {
    #[serde(flatten)]
    pub process: Process,
    /// The process's clock, ISO 8601 with milliseconds.
    pub now: String,
    pub incidents: IncidentCounts,
    /// All processes of the installation, this one included; empty where there can only be one.
    #[serde(default)]
    pub processes: Vec<Peer>,
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
