//! An addition of `pd`: heartbeats.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::reference::{Ref, Reference, headed};
use crate::wire::present;

/// Something that is expected to say regularly that it is well.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Heartbeat {
    #[serde(flatten)]
    pub head: Reference,
    pub name: String,
    /// Whose incident it is when it is missed.
    pub service: Reference,
    /// Whoever has it may ping.
    pub key: String,
    /// Where pings go.
    pub url: String,
    /// Seconds.
    pub period: u64,
    /// Seconds.
    pub grace: u64,
    /// Seconds; null: the end of a run is not waited for.
    #[serde(default)]
    pub max_runtime: Option<u64>,
    pub paused: bool,
    pub created_at: String,
    /// `new`, `up`, `running`, `missed`, `failed` or `paused`.
    pub status: String,
    #[serde(default)]
    pub last_ping: Option<LastPing>,
    /// When it is missed unless it pings; null: nothing is expected.
    #[serde(default)]
    pub due_at: Option<String>,
    /// Since when it runs.
    #[serde(default)]
    pub started_at: Option<String>,
    /// How many seconds the latest run took.
    #[serde(default)]
    pub took: Option<f64>,
}

named! { Heartbeat: "heartbeat", "heartbeats"; }
headed!(Heartbeat);

/// The latest ping.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LastPing {
    pub at: String,
    /// `success`, `start`, `fail` or `exit`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub exit_status: Option<u8>,
    /// What came with it, cut to 1 KiB.
    #[serde(default)]
    pub detail: Option<String>,
}

/// What a heartbeat is to be. Times are seconds.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct HeartbeatUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Counts in a new one only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Ref>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub max_runtime: Option<Option<u64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
}

named! { HeartbeatUpdate: "heartbeat", "heartbeats"; }
