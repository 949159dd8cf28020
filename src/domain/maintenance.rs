//! Maintenance windows: times in which events are recorded and nobody is paged.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::{Date, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Deserializer, Serialize};

use super::expression::Condition;
use super::id::{MaintenanceWindowId, ServiceId};
use super::incident::Agent;
use super::time::Timestamp;

/// How long a window that comes every week may be at most: so that two of them never meet.
pub const WEEKLY_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// A window. What opens in it is held back until its end, and paged then if it still fires.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MaintenanceWindow {
    /// Its id.
    pub id: MaintenanceWindowId,
    /// Free text.
    pub description: Arc<str>,
    /// For which services; none: for all that the condition matches.
    pub services: Vec<ServiceId>,
    /// For which of their alerts; `None`: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// When it begins; of one that comes again: the present or the next time.
    pub start: Timestamp,
    /// When it ends, not included.
    pub end: Timestamp,
    /// When it comes again; `None`: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekly: Option<Weekly>,
    /// Who made it.
    pub created_by: Agent,
    /// When it was made.
    pub created_at: Timestamp,
}

impl MaintenanceWindow {
    /// Whether it has begun and not yet ended.
    pub fn is_running(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Whether it is over for good.
    pub fn is_past(&self, at: Timestamp) -> bool {
        self.end <= at && self.weekly.is_none()
    }

    /// Whether it is for this service, its condition aside.
    pub fn covers(&self, service: ServiceId) -> bool {
        self.services.is_empty() || self.services.contains(&service)
    }
}

/// On which days of the week, from when, and for how long; by the clock of a time zone.
///
/// A beginning that the clocks skip is as much later as they skip; one that comes twice is the first of them. It lasts
/// as long as it says, whatever the clocks do meanwhile.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Weekly {
    /// An IANA time zone.
    pub time_zone: Arc<str>,
    /// 1 is Monday, 7 is Sunday.
    pub days: Vec<u8>,
    /// Minutes since midnight.
    pub minute: u16,
    /// How long, at most a day.
    pub duration: Duration,
    /// Never again from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Weekly {
    /// The first time that ends after `at`, and begins not before `from`.
    pub fn next(&self, at: Timestamp, from: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let zone = zone(&self.time_zone)?;
        // The day before may reach into this one.
        let first = local_date(&zone, at.max(from).minus(WEEKLY_MAX))?;
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take(10);
        let times = days.filter(|day| self.has(day.weekday())).filter_map(|day| self.on(day, &zone));
        let mut fitting = times.filter(|(start, end)| *end > at && *start >= from);
        fitting.next().filter(|(start, _)| self.until.is_none_or(|until| *start < until))
    }

    fn has(&self, day: Weekday) -> bool {
        u8::try_from(day.to_monday_one_offset()).is_ok_and(|day| self.days.contains(&day))
    }

    fn on(&self, day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let (hour, minute) = (i8::try_from(self.minute / 60).ok()?, i8::try_from(self.minute % 60).ok()?);
        let time = jiff::civil::Time::new(hour, minute, 0, 0).ok()?;
        let start = zone.to_ambiguous_zoned(day.to_datetime(time)).compatible().ok()?;
        let start = Timestamp::from_millis(start.timestamp().as_millisecond());
        Some((start, start.plus(self.duration)))
    }
}

/// Looked up in the time zones that are built in, so that all replicas agree.
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

fn local_date(zone: &TimeZone, at: Timestamp) -> Option<Date> {
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
    Some(zone.to_datetime(at).date())
}

/// What a window is to be; `None` keeps what is, or takes the default in a new one.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WindowChange {
    /// Free text.
    pub description: Option<Arc<str>>,
    /// For which services.
    pub services: Option<Vec<ServiceId>>,
    /// For which of their alerts.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub condition: Option<Option<Condition>>,
    /// When it begins; `None` in a new one: now.
    pub start: Option<Timestamp>,
    /// When it ends; needed unless it comes every week.
    pub end: Option<Timestamp>,
    /// When it comes again.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub weekly: Option<Option<Weekly>>,
}

/// Tells "given as null" from "not given".
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    fn weekly(zone: &str, days: &[u8], time: &str, hours: u64) -> Weekly {
        let (hour, minute) = time.split_once(':').unwrap();
        Weekly {
            time_zone: zone.into(),
            days: days.to_vec(),
            minute: hour.parse::<u16>().unwrap() * 60 + minute.parse::<u16>().unwrap(),
            duration: Duration::from_secs(hours * 3600),
            until: None,
        }
    }

    #[track_caller]
    fn check(weekly: &Weekly, at: &str, expected: &str) {
        let at = Timestamp::parse(at).unwrap();
        let found = weekly.next(at, Timestamp::EPOCH).map(|(start, end)| format!("{start} {end}"));
        assert_eq!(found.as_deref().unwrap_or("never"), expected, "{weekly:?} after {at}");
    }

    #[test]
    fn every_tuesday_night() {
        let window = weekly("Europe/Berlin", &[2], "22:00", 4);
        check(&window, "2026-01-05T12:00:00Z", "2026-01-06T21:00:00Z 2026-01-07T01:00:00Z");
        check(&window, "2026-01-06T23:00:00Z", "2026-01-06T21:00:00Z 2026-01-07T01:00:00Z");
        check(&window, "2026-01-07T01:00:00Z", "2026-01-13T21:00:00Z 2026-01-14T01:00:00Z");
        // By the clock of the zone: an hour earlier in UTC in summer.
        check(&window, "2026-07-01T00:00:00Z", "2026-07-07T20:00:00Z 2026-07-08T00:00:00Z");
    }

    #[test]
    fn on_nights_when_the_clocks_change() {
        // 02:30 does not exist on 2026-03-29: it begins at 03:30.
        let window = weekly("Europe/Berlin", &[7], "02:30", 1);
        check(&window, "2026-03-28T00:00:00Z", "2026-03-29T01:30:00Z 2026-03-29T02:30:00Z");
        // 02:30 comes twice on 2026-10-25: it begins at the first.
        check(&window, "2026-10-24T00:00:00Z", "2026-10-25T00:30:00Z 2026-10-25T01:30:00Z");
        // Four hours are four hours, though the clock shows five.
        let window = weekly("Europe/Berlin", &[6], "23:00", 4);
        check(&window, "2026-03-28T00:00:00Z", "2026-03-28T22:00:00Z 2026-03-29T02:00:00Z");
    }

    #[test]
    fn it_comes_to_an_end() {
        let mut window = weekly("UTC", &[1, 3], "08:00", 1);
        window.until = Timestamp::parse("2026-01-07T08:00:00Z");
        check(&window, "2026-01-05T00:00:00Z", "2026-01-05T08:00:00Z 2026-01-05T09:00:00Z");
        check(&window, "2026-01-05T09:00:00Z", "never");
        let from = Timestamp::parse("2026-02-01").unwrap();
        window.until = None;
        let (start, _) = window.next(Timestamp::EPOCH, from).unwrap();
        assert_eq!(start.to_iso(), "2026-02-02T08:00:00Z");
    }

    proptest::proptest! {
        /// In every zone, from any instant of five years: the next one ends later, has the right length, and nothing
        /// fits between two that follow each other.
        #[test]
        fn every_zone_always_has_a_next_one(
            zone in 0usize..600, hours in 0i64..43_800, minute in 0u16..1440, day in 1u8..=7, other in 1u8..=7,
        ) {
            let names: Vec<String> = TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect();
            let window = Weekly {
                time_zone: names[zone % names.len()].as_str().into(),
                days: vec![day, other],
                minute,
                duration: Duration::from_secs(3600),
                until: None,
            };
            let at = Timestamp::from_millis(1_767_225_600_000 + hours * 3_600_000);
            let (start, end) = window.next(at, Timestamp::EPOCH).unwrap();
            proptest::prop_assert!(end > at && end == start.plus(window.duration));
            proptest::prop_assert!(start.since(at) <= Duration::from_secs(8 * 86_400 + 7_200));
            let (next, _) = window.next(end, Timestamp::EPOCH).unwrap();
            proptest::prop_assert!(next >= end);
            proptest::prop_assert_eq!(window.next(start, Timestamp::EPOCH).unwrap().0, start);
        }
    }
}
