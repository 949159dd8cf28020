//! Schedules: who is on call when.
//!
//! A [`Schedule`] is a pile of [`Layer`]s and, above them, [`Override`]s. [`Rota`] says who is on call at an instant
//! and renders a range. What PagerDuty leaves open is decided here:
//!
//! - **Order.** Layers are kept from the lowest to the highest. Of the layers in which somebody is on call the highest
//!   wins; an override wins over all layers, and of two overrides the one that was made last.
//! - **Whose turn.** The turn at `t` is the number of whole turns since `rotation_virtual_start`, before the layer's
//!   start as well as after it; it names the user modulo the number of users.
//! - **Wall clock.** A turn of whole days follows the local clock: a handoff at 09:00 is at 09:00 on both sides of a
//!   change of the clocks, so that a shift may have 23 or 25 hours. Every other length is elapsed time.
//! - **Restrictions** follow the local clock, their ends as well: 22:00 for eight hours ends at 06:00 whatever happens
//!   in the night.
//! - **A local time that does not exist** on the night when the clocks go forward stands for the moment at which they
//!   do; one that comes **twice** stands for the first. In other words: a local time is the first moment at which the
//!   clock shows it or a later one. So boundaries never change places, and no two shifts of a layer overlap.
//! - **Absences** take a user off call in layers: the next in the rotation who is present stands in, and the turns of
//!   the others do not move. If all of a layer are absent, the layers below serve; if nobody is present in any, the
//!   user whose turn it is stays on call: a calendar never makes a gap. An override counts although its user is absent.
//! - **Shifts** are joined where the same user goes on in the same layer.

pub mod absence;
pub mod ask;
mod layer;
mod rota;
#[cfg(test)]
mod tests;
pub mod zone;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::id::{CalendarId, FeedId, LayerId, OverrideId, ScheduleId, UserId};
use super::time::Timestamp;

pub use rota::{By, OnCall, Rota, Shift, clip, gaps, joined, percentage};

/// Earliest and latest instants that a schedule may name; what is asked of it outside is answered as at the edge.
pub const TIME_MIN: Timestamp = Timestamp::EPOCH;
/// See [`TIME_MIN`]: 2200-01-01.
pub const TIME_MAX: Timestamp = Timestamp::from_millis(7_258_118_400_000);

/// Who is on call when.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Schedule {
    /// Its id.
    pub id: ScheduleId,
    /// Unique, at most 255 characters.
    pub name: Arc<str>,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Arc<str>>,
    /// An IANA time zone, in which handoffs and restrictions are meant.
    pub time_zone: Arc<str>,
    /// From the lowest to the highest.
    pub layers: Vec<Layer>,
    /// In order of making.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
    /// When the schedule was made.
    pub created_at: Timestamp,
}

impl Schedule {
    /// The layer with this id.
    pub fn layer(&self, id: LayerId) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.id == id)
    }

    /// How much work it is to render `range`: roughly the pieces times what is looked at for each. A common schedule of
    /// two layers with a restriction for each working day comes to some 30,000 for a year.
    pub fn cost(&self, range: Span) -> u64 {
        let days = range.end.since(range.start).as_secs() / 86_400 + 1;
        let pieces =
            |layer: &Layer| 86_400 / layer.turn.as_secs().max(1) + 2 * layer.restrictions.len() as u64 + 1;
        let looked_at = |layer: &Layer| 1 + layer.restrictions.len() as u64;
        let a_day: u64 = self.layers.iter().map(pieces).sum();
        let each: u64 = self.layers.iter().map(looked_at).sum();
        days.saturating_mul(a_day).saturating_mul(each)
    }

    /// Whether a layer that has not ended by `now`, or an override that has not, names this user.
    pub fn names(&self, user: UserId, now: Timestamp) -> bool {
        let layers = self.layers.iter().filter(|layer| layer.end.is_none_or(|end| end > now));
        let overrides = self.overrides.iter().filter(|entry| entry.end > now);
        layers.flat_map(|layer| &layer.users).chain(overrides.map(|entry| &entry.user)).any(|id| *id == user)
    }
}

/// Users who take turns.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Layer {
    /// Its id.
    pub id: LayerId,
    /// What people call it.
    pub name: Arc<str>,
    /// When it begins to serve.
    pub start: Timestamp,
    /// When it ceases to; `None`: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
    /// In the order of their turns; one may have several.
    pub users: Vec<UserId>,
    /// When a turn of the first user begins; handoffs are at this time of day.
    pub rotation_virtual_start: Timestamp,
    /// How long a turn is, in whole seconds.
    pub turn: Duration,
    /// When it serves; empty: always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restrictions: Vec<Restriction>,
}

/// A part of the day or of the week in which a layer serves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Restriction {
    /// 1: Monday … 7: Sunday; `None`: every day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_of_week: Option<u8>,
    /// Seconds after midnight by the local clock; less than a day.
    pub start_seconds: u32,
    /// How long, by the local clock; at most a day, or a week if it has a day of the week.
    pub duration_seconds: u32,
}

/// Somebody who is on call for a while instead of whoever it would be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Override {
    /// Its id.
    pub id: OverrideId,
    /// Who.
    pub user: UserId,
    /// From when.
    pub start: Timestamp,
    /// Until when.
    pub end: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

/// By which schedules users came to a level of a policy, and which schedules had nobody.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct LevelOnCall {
    /// In order of the level's targets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Found>,
    /// Schedules that the level asked in vain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<ScheduleId>,
}

impl LevelOnCall {
    /// Whether no schedule was asked.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty() && self.gaps.is_empty()
    }
}

/// Who was on call by a schedule, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Found {
    /// Which schedule.
    pub schedule: ScheduleId,
    /// Who.
    pub on_call: OnCall,
}

/// A secret address under which calendar programs read shifts. The secret is shown once and never stored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Feed {
    /// Its id.
    pub id: FeedId,
    /// SHA-256 of the secret, as hex. Compared in constant time.
    pub sha256: Arc<str>,
    /// What it shows.
    pub of: FeedOf,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Whose shifts a feed shows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedOf {
    /// One user's, in all schedules.
    User(UserId),
    /// Everybody's in one schedule.
    Schedule(ScheduleId),
}

/// Events during which users are absent: holidays, leave. What the events are called is not kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Calendar {
    /// Its id.
    pub id: CalendarId,
    /// What people call it.
    pub name: Arc<str>,
    /// Who is absent then.
    pub users: Vec<UserId>,
    /// Its events.
    pub absences: Vec<Span>,
    /// When they were last changed.
    pub read_at: Timestamp,
    /// When the calendar was made.
    pub created_at: Timestamp,
}

/// From an instant until before another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Span {
    /// The first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

impl Span {
    /// All of time.
    pub const ALWAYS: Span = Span { start: Timestamp::MIN, end: Timestamp::MAX };

    /// Whether the instant lies in it.
    pub fn contains(self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// What both have; its end is not after its start if they have nothing.
    #[must_use]
    pub fn and(self, other: Span) -> Span {
        Span { start: self.start.max(other.start), end: self.end.min(other.end) }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// The part before, in or after `other` that holds `at`: where the answer to "is it in `other`" does not change.
    #[must_use]
    pub(crate) fn around(at: Timestamp, other: Span) -> Span {
        if other.is_empty() {
            Span::ALWAYS
        } else if at < other.start {
            Span { start: Timestamp::MIN, end: other.start }
        } else if at < other.end {
            other
        } else {
            Span { start: other.end, end: Timestamp::MAX }
        }
    }
}
