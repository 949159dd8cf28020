//! Absences out of an iCalendar file (RFC 5545): when each event begins and ends, and nothing else of it. What recurs is
//! read as far ahead as schedules are looked at.

use std::collections::{BTreeMap, BTreeSet};

use icalendar::parser::{Component, Property, read_calendar, unfold};
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time};

use super::ical_recur::{self, Within};
use crate::domain::schedule::Span;
use crate::domain::schedule::zone::Zone;
use crate::domain::time::Timestamp;

/// Components within components; calendars have three. The parser goes as deep as the text does.
const DEPTH_MAX: usize = 8;
/// Events that recur; what each of them costs has its own bound.
const RECURRING_MAX: usize = 500;
/// Occurrences of all events; how many are kept has its own bound.
const SPANS_MAX: usize = 50_000;

/// The spans of its events, cancelled ones left out; of events that recur, those that end after yesterday and begin in
/// the next two years. Whole days and times without a zone are meant in `zone`, or if that is not given in the calendar's
/// own, or in UTC.
///
/// # Errors
/// What cannot be read, in words.
pub(super) fn read(text: &str, zone: Option<Zone>, now: Timestamp) -> Result<Vec<Span>, String> {
    bounded(text)?;
    let unfolded = unfold(text);
    let calendar = read_calendar(&unfolded).map_err(|_| "it is not an iCalendar file".to_owned())?;
    let own = calendar.properties.iter().find(|property| property.name == "X-WR-TIMEZONE");
    let own = own.and_then(|property| Zone::named(property.val.as_str().trim()));
    let zone = zone.or(own).unwrap_or_else(Zone::utc);
    let events: Vec<_> = calendar.components.iter().filter(|component| component.name == "VEVENT").collect();
    let named = |event: &Component<'_>, error: String| {
        let name = event.find_prop("SUMMARY").map_or("", |summary| summary.val.as_str());
        let name: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
        format!("the event `{name}` {error}")
    };
    // Occurrences that are events of their own, by the event that recurs: moved, changed or cancelled.
    let mut replaced: BTreeMap<&str, BTreeSet<Timestamp>> = BTreeMap::new();
    for event in &events {
        if let (Some(uid), Some(at)) = (event.find_prop("UID"), event.find_prop("RECURRENCE-ID")) {
            let at = occurrence(at, &zone).map_err(|error| named(event, error))?;
            replaced.entry(uid.val.as_str()).or_default().insert(at);
        }
    }
    let recurs = |event: &&&Component<'_>| event.find_prop("RRULE").is_some();
    if events.iter().filter(recurs).count() > RECURRING_MAX {
        return Err(format!("it has more than {RECURRING_MAX} events that recur"));
    }
    let mut spans = Vec::new();
    for event in events {
        let status = event.find_prop("STATUS").map_or("", |status| status.val.as_str());
        if !status.eq_ignore_ascii_case("CANCELLED") {
            let of = event.find_prop("UID").map_or("", |uid| uid.val.as_str());
            let left_out = replaced.get(of).cloned().unwrap_or_default();
            let read = of_event(event, &zone, left_out, Within::of(now));
            spans.extend(read.map_err(|error| named(event, error))?);
            if spans.len() > SPANS_MAX {
                return Err(format!("it has more than {SPANS_MAX} events in the next two years"));
            }
        }
    }
    Ok(spans)
}

/// The moment of an occurrence that is replaced.
fn occurrence(property: &Property<'_>, zone: &Zone) -> Result<Timestamp, String> {
    if property.params.iter().any(|parameter| parameter.key == "RANGE") {
        return Err("changes all occurrences from one on (RANGE), which is not read: end the event \
                    there, and give the others as another"
            .to_owned());
    }
    let (civil, _, its) = moment(property, zone)?;
    Ok(its.instant(civil))
}

fn bounded(text: &str) -> Result<(), String> {
    let mut depth = 0_usize;
    for line in text.lines() {
        let head = line.trim_start().get(..6).unwrap_or_default();
        if head.eq_ignore_ascii_case("BEGIN:") {
            depth += 1;
        } else if head.eq_ignore_ascii_case("END:VE") || head.to_ascii_uppercase().starts_with("END:") {
            depth = depth.saturating_sub(1);
        }
        if depth > DEPTH_MAX {
            return Err(format!("it has more than {DEPTH_MAX} components within each other"));
        }
    }
    Ok(())
}

/// What one event covers; `left_out` are occurrences that are not its own.
fn of_event(
    event: &Component<'_>,
    zone: &Zone,
    mut left_out: BTreeSet<Timestamp>,
    within: Within,
) -> Result<Vec<Span>, String> {
    let start = event.find_prop("DTSTART").ok_or("has no DTSTART")?;
    let (first, whole_day, its) = moment(start, zone)?;
    let length = length(event, zone, (first, whole_day, &its))?;
    let span = |first| Span { start: its.instant(first), end: length.end(first, &its) };
    if span(first).is_empty() {
        return Err("does not end after it begins".to_owned());
    }
    let all = |name: &'static str| event.properties.iter().filter(move |property| property.name == name);
    let rules: Vec<_> = all("RRULE").map(|rule| rule.val.as_str()).collect();
    let more = all("RDATE").map(|property| moments(property, zone));
    let more: Vec<_> = more.collect::<Result<Vec<_>, _>>()?.concat();
    if event.find_prop("RECURRENCE-ID").is_some() || (rules.is_empty() && more.is_empty()) {
        return Ok(vec![span(first)]);
    }
    for dates in all("EXDATE") {
        left_out.extend(moments(dates, zone)?.into_iter().map(|(civil, its)| its.instant(civil)));
    }
    let mut firsts = ical_recur::firsts(&rules, first, &its, within)?;
    firsts.extend(more.into_iter().map(|(civil, theirs)| its.civil(theirs.instant(civil))));
    let spans: BTreeSet<_> = firsts.into_iter().map(span).collect();
    Ok(spans.into_iter().filter(|span| !left_out.contains(&span.start) && within.holds(span)).collect())
}

/// How long an event takes.
enum Length {
    /// By the clock on the wall: whole days, or what a `DURATION` says.
    Civil(jiff::Span),
    /// As time passes.
    Exact(std::time::Duration),
}

impl Length {
    fn end(&self, first: DateTime, zone: &Zone) -> Timestamp {
        match self {
            Self::Civil(length) => zone.instant(first.saturating_add(*length)),
            Self::Exact(length) => zone.instant(first).plus(*length),
        }
    }
}

fn length(
    event: &Component<'_>,
    zone: &Zone,
    (first, whole_day, its): (DateTime, bool, &Zone),
) -> Result<Length, String> {
    match (event.find_prop("DTEND"), event.find_prop("DURATION")) {
        (Some(end), _) => {
            let (last, _, its_end) = moment(end, zone)?;
            if whole_day {
                let wrong = |_| "has a DTEND that is too far away".to_owned();
                return Ok(Length::Civil(first.until((jiff::Unit::Day, last)).map_err(wrong)?));
            }
            Ok(Length::Exact(its_end.instant(last).since(its.instant(first))))
        }
        (None, Some(length)) => {
            let wrong = || format!("has a DURATION that cannot be read: {}", length.val.as_str());
            let length: jiff::Span = length.val.as_str().trim().parse().map_err(|_| wrong())?;
            first.checked_add(length).map_err(|_| wrong())?;
            Ok(Length::Civil(length))
        }
        (None, None) => Ok(Length::Civil(if whole_day { 1.day() } else { jiff::Span::new() })),
    }
}

/// The moments of a property that may have several, separated by commas.
fn moments(property: &Property<'_>, zone: &Zone) -> Result<Vec<(DateTime, Zone)>, String> {
    let all = property.val.as_str().split(',').map(|text| {
        let (civil, _, zone) = moment_of(property, text.trim(), zone)?;
        Ok((civil, zone))
    });
    all.collect()
}

/// `20260105`, `20260105T090000` in the zone of its `TZID`, or `20260105T080000Z`.
fn moment(property: &Property<'_>, zone: &Zone) -> Result<(DateTime, bool, Zone), String> {
    moment_of(property, property.val.as_str().trim(), zone)
}

fn moment_of(property: &Property<'_>, text: &str, zone: &Zone) -> Result<(DateTime, bool, Zone), String> {
    let wrong = || format!("has a {} that cannot be read: {text}", property.name.as_str());
    if text.len() == 8 {
        let date: Date = text.parse().map_err(|_| wrong())?;
        return Ok((date.to_datetime(Time::midnight()), true, zone.clone()));
    }
    let named = property.params.iter().find(|parameter| parameter.key == "TZID");
    let named = named.and_then(|parameter| parameter.val.as_ref());
    let (text, zone) = match (text.strip_suffix('Z'), named) {
        (Some(text), _) => (text, Zone::utc()),
        (None, Some(name)) => {
            let name = name.as_str().trim_matches('"');
            let unknown = || format!("is in the time zone {name}, which is none of IANA's");
            (text, Zone::named(name).ok_or_else(unknown)?)
        }
        (None, None) => (text, zone.clone()),
    };
    let civil: DateTime = text.parse().map_err(|_| wrong())?;
    Ok((civil, false, zone))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    /// 2026-03-01.
    const NOW: Timestamp = Timestamp::from_millis(1_772_323_200_000);

    fn calendar(lines: &str) -> String {
        let lines: Vec<_> = lines.lines().map(str::trim).collect();
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{}\r\nEND:VCALENDAR\r\n", lines.join("\r\n"))
    }

    fn told(lines: &str) -> Vec<String> {
        let spans = read(&calendar(lines), None, NOW).unwrap();
        spans.iter().map(|span| format!("{}..{}", span.start, span.end)).collect()
    }

    #[test]
    fn events_are_read_as_calendars_write_them() {
        assert_eq!(
            told("X-WR-TIMEZONE:Europe/Berlin
                  BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:New Year\r\nDTSTART;VALUE=DATE:20270101\r\nEND:VEVENT
                  BEGIN:VEVENT\r\nUID:2\r\nSUMMARY:a long\r\n  name\r\nDTSTART;VALUE=DATE:20260706\r\nDTEND;VALUE=DATE:20260720\r\nEND:VEVENT
                  BEGIN:VEVENT\r\nUID:3\r\nDTSTART;TZID=America/New_York:20260105T090000\r\nDURATION:PT2H\r\nEND:VEVENT
                  BEGIN:VEVENT\r\nUID:4\r\nDTSTART:20260105T090000Z\r\nDTEND:20260105T100000Z\r\nEND:VEVENT
                  BEGIN:VEVENT\r\nUID:5\r\nDTSTART:20260105T090000\r\nDTEND:20260105T100000\r\nEND:VEVENT
                  BEGIN:VEVENT\r\nUID:6\r\nSTATUS:CANCELLED\r\nDTSTART:20260105T090000Z\r\nDTEND:20260105T100000Z\r\nEND:VEVENT"),
            [
                "2026-12-31T23:00:00Z..2027-01-01T23:00:00Z",
                "2026-07-05T22:00:00Z..2026-07-19T22:00:00Z",
                "2026-01-05T14:00:00Z..2026-01-05T16:00:00Z",
                "2026-01-05T09:00:00Z..2026-01-05T10:00:00Z",
                "2026-01-05T08:00:00Z..2026-01-05T09:00:00Z",
            ]
        );
    }

    #[test]
    fn what_recurs_is_read_for_two_years() {
        // By the clock on the wall, across the change of clocks; one is left out, one is moved, one more is given.
        assert_eq!(
            told("BEGIN:VEVENT\r\nUID:a\r\nDTSTART;TZID=Europe/Berlin:20260306T180000\r\nDTEND;TZID=Europe/Berlin:20260306T200000
                  RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20260410T160000Z
                  EXDATE;TZID=Europe/Berlin:20260313T180000\r\nRDATE;TZID=Europe/Berlin:20260501T120000\r\nEND:VEVENT
                  BEGIN:VEVENT\r\nUID:a\r\nRECURRENCE-ID;TZID=Europe/Berlin:20260320T180000
                  DTSTART;TZID=Europe/Berlin:20260321T100000\r\nDURATION:PT1H\r\nEND:VEVENT
                  BEGIN:VEVENT\r\nUID:a\r\nSTATUS:CANCELLED\r\nRECURRENCE-ID;TZID=Europe/Berlin:20260327T180000
                  DTSTART;TZID=Europe/Berlin:20260327T180000\r\nEND:VEVENT"),
            [
                "2026-03-06T17:00:00Z..2026-03-06T19:00:00Z",
                "2026-04-03T16:00:00Z..2026-04-03T18:00:00Z",
                "2026-04-10T16:00:00Z..2026-04-10T18:00:00Z",
                "2026-05-01T10:00:00Z..2026-05-01T12:00:00Z",
                "2026-03-21T09:00:00Z..2026-03-21T10:00:00Z",
            ]
        );
        // What is over is left out, and what is far away.
        assert_eq!(
            told(
                "X-WR-TIMEZONE:Asia/Tokyo
                  BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20000101\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT"
            ),
            ["2026-12-31T15:00:00Z..2027-01-01T15:00:00Z", "2027-12-31T15:00:00Z..2028-01-01T15:00:00Z"]
        );
        assert_eq!(
            told("BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260227\r\nRRULE:FREQ=DAILY;COUNT=4\r\nEND:VEVENT")
                .len(),
            3
        );
        let fridays = "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20200103\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT";
        assert_eq!(told(fridays).len(), 104);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (lines, expected) in [
            ("BEGIN:VEVENT\r\nSUMMARY:x\r\nUID:1\r\nEND:VEVENT", "the event `x` has no DTSTART"),
            (
                "BEGIN:VEVENT\r\nSUMMARY:x\r\nDTSTART:soon\r\nEND:VEVENT",
                "has a DTSTART that cannot be read: soon",
            ),
            ("BEGIN:VEVENT\r\nDTSTART;TZID=Mars:20260105T090000\r\nEND:VEVENT", "time zone Mars"),
            ("BEGIN:VEVENT\r\nDTSTART:20260105T090000Z\r\nEND:VEVENT", "does not end after it begins"),
            (
                "BEGIN:VEVENT\r\nDTSTART:20260105\r\nRRULE:FREQ=NOW\r\nEND:VEVENT",
                "has a rule that cannot be read: FREQ=NOW",
            ),
            (
                "BEGIN:VEVENT\r\nDTSTART:20260105T000000Z\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY\r\nEND:VEVENT",
                "recurs too often",
            ),
            (
                "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260105\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260105\r\nEND:VEVENT",
                "changes all occurrences from one on",
            ),
            (
                &"BEGIN:VEVENT\r\nDTSTART:20260105\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\n".repeat(501),
                "more than 500 events that recur",
            ),
            (
                "BEGIN:VEVENT\r\nDTSTART:20260105\r\nRDATE:20260106,soon\r\nEND:VEVENT",
                "RDATE that cannot be read: soon",
            ),
        ] {
            let error = read(&calendar(lines), None, NOW).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
        assert_eq!(read("hello", None, NOW).unwrap_err(), "it is not an iCalendar file");
        let deep = "BEGIN:VEVENT\r\n".repeat(100_000);
        assert!(read(&deep, None, NOW).unwrap_err().contains("more than 8 components"));
    }
}
