//! What may be asked of schedules, calendars and feeds.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{FeedOf, Restriction, Span};
use crate::domain::command::present;
use crate::domain::id::{LayerId, TeamId, UserId};
use crate::domain::time::Timestamp;

/// What a schedule is to be; `None` keeps what is, or takes the default in a new one.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ScheduleChange {
    /// Unique, 1 to 255 characters.
    pub name: Option<Arc<str>>,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub description: Option<Option<Arc<str>>>,
    /// An IANA time zone that exists.
    pub time_zone: Option<Arc<str>>,
    /// From the lowest to the highest. Those whose ids the schedule has are changed where they are, the others come on
    /// top of those that are there, and what is not named stays.
    pub layers: Option<Vec<LayerFields>>,
    /// Whose it is, and nobody else's; `None`: as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub teams: Option<Vec<TeamId>>,
}

/// A layer of a schedule.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LayerFields {
    /// Of an existing layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<LayerId>,
    /// `None`: as it is, or `Layer 1` and so on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// When it begins to serve.
    pub start: Timestamp,
    /// When it ceases to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
    /// 1 to 100.
    pub users: Vec<UserId>,
    /// When a turn of the first user begins.
    pub rotation_virtual_start: Timestamp,
    /// A quarter of an hour to 366 days, in whole seconds.
    pub turn: Duration,
    /// At most 28.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restrictions: Vec<Restriction>,
}

/// Somebody who is to be on call for a while.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NewOverride {
    /// Who.
    pub user: UserId,
    /// From when; from now if that is past.
    pub start: Timestamp,
    /// Until when; not past.
    pub end: Timestamp,
}

/// A secret address that is made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NewFeed {
    /// SHA-256 of the secret, as hex.
    pub sha256: Arc<str>,
    /// What it shows.
    pub of: FeedOf,
}

/// What a calendar of absences is to be; `None` keeps what is.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CalendarChange {
    /// 1 to 255 characters.
    pub name: Option<Arc<str>>,
    /// Who is absent when it has an event; 1 to 1,000.
    pub users: Option<Vec<UserId>>,
    /// Its events; at most 2,000.
    pub absences: Option<Vec<Span>>,
}
