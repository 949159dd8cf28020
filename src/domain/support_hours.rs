//! Support hours: when incidents of a service are urgent, by the wall clock of its time zone.

use std::sync::Arc;

use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Span, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::time::Timestamp;
use super::user::Urgency;

/// The same hours on some days of the week.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SupportHours {
    /// An IANA time zone.
    pub time_zone: Arc<str>,
    /// 1 is Monday, 7 Sunday; ascending, each once, at least one.
    pub days: Vec<u8>,
    /// When they begin, in seconds of the day.
    pub start: u32,
    /// When they end, in seconds of the day; at or before `start`: on the day after, so that equal ones are a whole day.
    pub end: u32,
}

/// One end of the support hours.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    /// They begin.
    Start,
    /// They end.
    End,
}

/// What happens to the open incidents of a service at an edge of its support hours.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct ScheduledAction {
    /// When.
    pub at: Edge,
    /// The urgency that they get.
    pub to: Urgency,
}

/// A change of an incident's urgency that is to come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct UrgencyChange {
    /// When.
    pub at: Timestamp,
    /// To what.
    pub to: Urgency,
}

/// How many days are looked at for the next edge: a week, the days beside it, and one that the clocks may swallow.
const DAYS: i64 = 9;

impl SupportHours {
    /// Whether the zone is one that is built in.
    pub fn zone_exists(&self) -> bool {
        self.zone().is_some()
    }

    /// Whether `now` is within them: from `start` on, and before `end`. An unknown zone has none.
    pub fn contain(&self, now: Timestamp) -> bool {
        self.shifts(now).any(|(start, end)| start <= now && now < end)
    }

    /// When this edge comes next, after `now`.
    pub fn next(&self, edge: Edge, now: Timestamp) -> Option<Timestamp> {
        let of = |(start, end)| if edge == Edge::Start { start } else { end };
        self.shifts(now).map(of).filter(|at| *at > now).min()
    }

    fn zone(&self) -> Option<TimeZone> {
        TimeZoneDatabase::bundled().get(&self.time_zone).ok()
    }

    /// The hours of the days around `now`. A wall-clock time that the night clocks change skips is as much later as the
    /// clocks go forward; one that comes twice is the first of them.
    fn shifts(&self, now: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let zone = self.zone();
        let today = zone.as_ref().and_then(|zone| {
            let now = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?;
            Some(now.to_zoned(zone.clone()).date())
        });
        let days = today.into_iter().flat_map(|today| (-2..DAYS).filter_map(move |n| day(today, n)));
        days.filter(|date| self.days.contains(&date.weekday().to_monday_one_offset().unsigned_abs()))
            .filter_map(move |date| {
                let zone = zone.as_ref()?;
                let last = if self.end <= self.start { date.checked_add(1.day()).ok()? } else { date };
                Some((instant(zone, date, self.start)?, instant(zone, last, self.end)?))
            })
            // Hours that the clocks swallow whole are none.
            .filter(|(start, end)| start < end)
    }
}

fn day(today: Date, n: i64) -> Option<Date> {
    today.checked_add(Span::new().days(n)).ok()
}

fn instant(zone: &TimeZone, date: Date, seconds: u32) -> Option<Timestamp> {
    let part = |n: u32| i8::try_from(n).ok();
    let time = Time::new(part(seconds / 3600)?, part(seconds / 60 % 60)?, part(seconds % 60)?, 0).ok()?;
    let zoned = zone.to_zoned(date.to_datetime(time)).ok()?;
    Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
}

/// The change of urgency that comes first after `now` and would change `urgency`.
pub fn next_change(
    hours: &SupportHours,
    actions: &[ScheduledAction],
    urgency: Urgency,
    now: Timestamp,
) -> Option<UrgencyChange> {
    let changes = actions.iter().filter(|action| action.to != urgency);
    changes.filter_map(|action| Some(UrgencyChange { at: hours.next(action.at, now)?, to: action.to })).min()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn hours(zone: &str, days: &[u8], start: u32, end: u32) -> SupportHours {
        SupportHours { time_zone: zone.into(), days: days.to_vec(), start: start * 3600, end: end * 3600 }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[track_caller]
    fn check(hours: &SupportHours, now: &str, open: bool, start: &str, end: &str) {
        let now = at(now);
        assert_eq!(hours.contain(now), open, "{now}");
        assert_eq!(hours.next(Edge::Start, now), Some(at(start)), "start after {now}");
        assert_eq!(hours.next(Edge::End, now), Some(at(end)), "end after {now}");
    }

    #[test]
    fn office_hours_in_berlin() {
        let office = hours("Europe/Berlin", &[1, 2, 3, 4, 5], 9, 17);
        // Thursday, winter: UTC+1.
        check(&office, "2026-01-01T07:59:59Z", false, "2026-01-01T08:00:00Z", "2026-01-01T16:00:00Z");
        check(&office, "2026-01-01T08:00:00Z", true, "2026-01-02T08:00:00Z", "2026-01-01T16:00:00Z");
        check(&office, "2026-01-01T16:00:00Z", false, "2026-01-02T08:00:00Z", "2026-01-02T16:00:00Z");
        // Friday evening: on Monday again.
        check(&office, "2026-01-02T16:00:00Z", false, "2026-01-05T08:00:00Z", "2026-01-05T16:00:00Z");
        // Over the weekend of the change to summer time the wall clock stays.
        check(&office, "2026-03-27T20:00:00Z", false, "2026-03-30T07:00:00Z", "2026-03-30T15:00:00Z");
    }

    #[test]
    fn the_night_belongs_to_the_day_on_which_it_begins() {
        let night = hours("UTC", &[5], 22, 6);
        check(&night, "2026-01-03T05:00:00Z", true, "2026-01-09T22:00:00Z", "2026-01-03T06:00:00Z");
        check(&night, "2026-01-02T05:00:00Z", false, "2026-01-02T22:00:00Z", "2026-01-03T06:00:00Z");
        let always = hours("UTC", &[1, 2, 3, 4, 5, 6, 7], 0, 0);
        check(&always, "2026-01-03T05:00:00Z", true, "2026-01-04T00:00:00Z", "2026-01-04T00:00:00Z");
    }

    #[test]
    fn times_that_do_not_exist_or_come_twice() {
        // 02:00 to 03:00 is skipped on 2026-03-29: hours that begin at 02:30 begin at 03:30.
        let early =
            SupportHours { start: 2 * 3600 + 1800, ..hours("Europe/Berlin", &[1, 2, 3, 4, 5, 6, 7], 2, 5) };
        check(&early, "2026-03-28T12:00:00Z", false, "2026-03-29T01:30:00Z", "2026-03-29T03:00:00Z");
        // Hours that are skipped whole are none: the next ones are a day later.
        let gone = SupportHours { end: 3 * 3600, ..early.clone() };
        check(&gone, "2026-03-28T12:00:00Z", false, "2026-03-30T00:30:00Z", "2026-03-30T01:00:00Z");
        // 02:30 comes twice on 2026-10-25: the first time counts.
        check(&early, "2026-10-24T12:00:00Z", false, "2026-10-25T00:30:00Z", "2026-10-25T04:00:00Z");
    }

    #[test]
    fn the_next_change_is_one_that_changes_something() {
        let office = hours("Europe/Berlin", &[1, 2, 3, 4, 5], 9, 17);
        let actions = [
            ScheduledAction { at: Edge::Start, to: Urgency::High },
            ScheduledAction { at: Edge::End, to: Urgency::Low },
        ];
        let now = at("2026-01-01T06:00:00Z");
        let change = |at: &str, to| Some(UrgencyChange { at: self::at(at), to });
        assert_eq!(
            next_change(&office, &actions, Urgency::Low, now),
            change("2026-01-01T08:00:00Z", Urgency::High)
        );
        assert_eq!(
            next_change(&office, &actions, Urgency::High, now),
            change("2026-01-01T16:00:00Z", Urgency::Low)
        );
        assert_eq!(next_change(&office, &actions[..1], Urgency::High, now), None);
        let nowhere = hours("Europe/Atlantis", &[1], 9, 17);
        assert_eq!(next_change(&nowhere, &actions, Urgency::Low, now), None);
        assert!(!nowhere.zone_exists());
    }
}
