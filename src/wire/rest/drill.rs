//! An addition of `pd`: failures that are made on purpose, and what came of them.

use serde::{Deserialize, Serialize};

use super::envelope::named;

/// A kind of failure that can be made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DrillKind {
    /// `datacenter`, `slow-store`, `node`, `provider`, `duplicate-input` or `clock`.
    pub id: String,
    /// What is done.
    pub does: String,
    /// Why it cannot be started now with the defaults; null: it can.
    #[serde(default)]
    pub why_not: Option<String>,
}

named! { DrillKind: "drill_kind", "drill_kinds"; }

/// Which failure is to be made.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct NewDrill {
    /// The kind.
    pub kind: String,
    /// For how long.
    pub seconds: u64,
    /// Whose store nodes are treated as gone; not given: those of the datacenter that this node prefers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datacenter: Option<String>,
    /// Whose provider is treated as down; not given: the first of `email`, `webhook` and `console` that there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// By how many milliseconds the store is slower, or the clock ahead (negative: behind).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_ms: Option<i64>,
}

named! { NewDrill: "drill", "drills"; }

/// A failure that was made, or is being made.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Drill {
    pub id: String,
    /// The kind.
    pub kind: String,
    /// What is done, in full.
    pub does: String,
    /// On which node.
    pub node: String,
    /// For how long it was to last.
    pub seconds: u64,
    /// `preparing`, `before`, `during`, `after` or `ended`.
    pub phase: String,
    /// `passed`, `failed`, `aborted`, `stopped` or `interrupted`; null: it runs.
    #[serde(default)]
    pub verdict: Option<String>,
    /// Why, unless it passed.
    #[serde(default)]
    pub reason: Option<String>,
    pub begun_at: String,
    /// When the failure began; null: not yet, or never.
    #[serde(default)]
    pub on_at: Option<String>,
    /// When the failure ended.
    #[serde(default)]
    pub off_at: Option<String>,
    #[serde(default)]
    pub ended_at: Option<String>,
    /// The incident in whose timeline it is announced.
    #[serde(default)]
    pub incident_number: Option<u64>,
    pub before: Canaries,
    pub during: Canaries,
    pub after: Canaries,
}

named! { Drill: "drill", "drills"; }

/// What became of the canary events of one phase, by the time at which they were sent.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Canaries {
    pub sent: u64,
    /// Answered with a success.
    pub accepted: u64,
    /// Answered with an error, or not in time; their sender knows.
    pub refused: u64,
    /// Accepted, and a message has been taken by the contact.
    pub reached: u64,
    /// Accepted, and nobody was reached within the bound of lateness.
    pub late: u64,
    /// Accepted, and never seen again.
    pub lost: u64,
    /// Messages beyond the first by the same way.
    pub repeated: u64,
    /// From sending to the answer.
    #[serde(default)]
    pub accept_seconds: Option<Spread>,
    /// From the answer to the message.
    #[serde(default)]
    pub page_seconds: Option<Spread>,
}

/// How times spread.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Spread {
    pub median: f64,
    pub p99: f64,
    pub max: f64,
}
