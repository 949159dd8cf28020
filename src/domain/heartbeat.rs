//! Heartbeats: something is expected to say regularly that it is well.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use super::event::EventAddress;
use super::id::{HeartbeatId, ServiceId};
use super::service::RoutingKey;
use super::time::Timestamp;

/// How many bytes of a ping's body the state keeps.
pub const DETAIL_BYTES_MAX: usize = 1_024;
/// How much grace there is unless less is said.
const GRACE_MIN: Duration = Duration::from_secs(60);
/// How far the checks of heartbeats that are due at once are spread at most.
const SPREAD_MAX: Duration = Duration::from_secs(30);

/// What is expected.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Heartbeat {
    /// Its id.
    pub id: HeartbeatId,
    /// Whose incident it is when it is missed.
    pub service: ServiceId,
    /// Unique, 1 to 255 characters.
    pub name: Arc<str>,
    /// Where pings go: `/heartbeat/<key>`. Whoever has it may ping, and nothing else.
    pub key: RoutingKey,
    /// How far two pings are apart.
    pub period: Duration,
    /// How much later than that a ping may come.
    pub grace: Duration,
    /// How long after a start the end may come; `None`: nobody waits for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_runtime: Option<Duration>,
    /// A paused heartbeat takes pings and misses none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// What is known of it.
    #[serde(default)]
    pub beat: Beat,
}

impl Heartbeat {
    /// The grace of one that does not say any: a tenth of the period, at least a minute.
    pub fn grace_of(period: Duration) -> Duration {
        (period / 10).max(GRACE_MIN)
    }

    /// When the ping after one at `at` is overdue. Heartbeats that ping at the same instant are checked at different
    /// ones, so that many that are missed at once do not come down in one moment.
    pub fn due_after(&self, at: Timestamp) -> Timestamp {
        at.plus(self.period).plus(self.grace).plus(self.spread())
    }

    fn spread(&self) -> Duration {
        let most = (self.grace / 10).min(SPREAD_MAX);
        let share = self.id.0.as_str().bytes().fold(0u32, |sum, byte| (sum * 31 + u32::from(byte)) % 1_000);
        most * share / 1_000
    }
}

/// What is known of a heartbeat.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Beat {
    /// How it is.
    pub health: Health,
    /// The latest ping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<LastPing>,
    /// Since when it runs; `None`: it does not, or it never says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// How long the latest run took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub took: Option<Duration>,
    /// When it is missed unless it pings; `None`: nothing is expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
}

/// How a heartbeat is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// It has never pinged; nothing is expected until it does.
    #[default]
    New,
    /// Its latest ping came in time.
    Up,
    /// A ping is missing.
    Missed,
    /// It said itself that it failed.
    Failed,
}

/// A ping, as far as it is kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LastPing {
    /// When it was made.
    pub at: Timestamp,
    /// What it said.
    pub kind: PingKind,
    /// Where it is kept whole.
    pub address: EventAddress,
    /// What came with it, cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Arc<str>>,
}

/// What a ping says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PingKind {
    /// It is well, or has ended well.
    Success,
    /// It has begun.
    Start,
    /// It has failed.
    Fail,
    /// It has ended with this status; 0 is well.
    Exit(u8),
}

impl PingKind {
    /// Whether it says that something went wrong.
    pub fn is_failure(self) -> bool {
        match self {
            Self::Fail => true,
            Self::Exit(status) => status != 0,
            Self::Success | Self::Start => false,
        }
    }
}

/// A ping that a door accepted.
#[derive(Clone, PartialEq, Debug)]
pub struct Ping {
    /// Where it is kept.
    pub address: EventAddress,
    /// When it was made: when the door accepted it, or earlier if it had to wait.
    pub at: Timestamp,
    /// Whose it is.
    pub key: RoutingKey,
    /// What it says.
    pub kind: PingKind,
    /// What came with it, cut to [`DETAIL_BYTES_MAX`].
    pub detail: Option<Arc<str>>,
}

/// A heartbeat that is made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct NewHeartbeat {
    /// Drawn for it.
    pub key: RoutingKey,
    /// Whose incident it is.
    pub service: ServiceId,
    /// What it is to be; `name` and `period` are needed.
    pub fields: HeartbeatChange,
}

/// What a heartbeat is to be; `None` keeps what is, or takes the default in a new one.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HeartbeatChange {
    /// Unique, 1 to 255 characters.
    pub name: Option<Arc<str>>,
    /// Ten seconds to a year.
    pub period: Option<Duration>,
    /// A second to a year; `None` in a new one: a tenth of the period, at least a minute.
    pub grace: Option<Duration>,
    /// `Some(None)` switches it off.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub max_runtime: Option<Option<Duration>>,
    /// Whether it misses none.
    pub paused: Option<bool>,
}

/// Tells "given as null" from "not given".
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
