//! Absences out of an iCalendar file (RFC 5545): when each event begins and ends, and nothing else of it.

use icalendar::parser::{Component, Property, read_calendar, unfold};
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time};

use crate::domain::schedule::Span;
use crate::domain::schedule::zone::Zone;

/// Components within components; calendars have three. The parser goes as deep as the text does.
const DEPTH_MAX: usize = 8;

/// The spans of its events, cancelled ones left out. Whole days and times without a zone are meant in `zone`, or if that
/// is not given in the calendar's own, or in UTC.
///
/// # Errors
/// What cannot be read, in words.
pub(super) fn read(text: &str, zone: Option<Zone>) -> Result<Vec<Span>, String> {
    bounded(text)?;
    let unfolded = unfold(text);
    let calendar = read_calendar(&unfolded).map_err(|_| "it is not an iCalendar file".to_owned())?;
    let own = calendar.properties.iter().find(|property| property.name == "X-WR-TIMEZONE");
    let own = own.and_then(|property| Zone::named(property.val.as_str().trim()));
    let zone = zone.or(own).unwrap_or_else(Zone::utc);
    let events = calendar.components.iter().filter(|component| component.name == "VEVENT");
    let taking_place = events.filter(|event| {
        event.find_prop("STATUS").is_none_or(|status| !status.val.as_str().eq_ignore_ascii_case("CANCELLED"))
    });
    let spans = taking_place.map(|event| {
        span(event, &zone).map_err(|error| {
            let name = event.find_prop("SUMMARY").map_or("", |summary| summary.val.as_str());
            let name: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
            format!("the event `{name}` {error}")
        })
    });
    spans.collect()
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

fn span(event: &Component<'_>, zone: &Zone) -> Result<Span, String> {
    if ["RRULE", "RDATE"].iter().any(|name| event.find_prop(name).is_some()) {
        return Err(
            "recurs by a rule, which is not read: give each occurrence as an event of its own".to_owned()
        );
    }
    let start = event.find_prop("DTSTART").ok_or("has no DTSTART")?;
    let (first, whole_day, its) = moment(start, zone)?;
    let (last, its_end) = match (event.find_prop("DTEND"), event.find_prop("DURATION")) {
        (Some(end), _) => {
            let (last, _, its_end) = moment(end, zone)?;
            (last, its_end)
        }
        (None, Some(length)) => {
            let wrong = || format!("has a DURATION that cannot be read: {}", length.val.as_str());
            let length: jiff::Span = length.val.as_str().trim().parse().map_err(|_| wrong())?;
            (first.checked_add(length).map_err(|_| wrong())?, its.clone())
        }
        (None, None) if whole_day => (first.saturating_add(1.day()), its.clone()),
        (None, None) => (first, its.clone()),
    };
    let span = Span { start: its.instant(first), end: its_end.instant(last) };
    if span.is_empty() { Err("does not end after it begins".to_owned()) } else { Ok(span) }
}

/// `20260105`, `20260105T090000` in the zone of its `TZID`, or `20260105T080000Z`.
fn moment(property: &Property<'_>, zone: &Zone) -> Result<(DateTime, bool, Zone), String> {
    let text = property.val.as_str().trim();
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

    fn calendar(lines: &str) -> String {
        let lines: Vec<_> = lines.lines().map(str::trim).collect();
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{}\r\nEND:VCALENDAR\r\n", lines.join("\r\n"))
    }

    fn told(lines: &str) -> Vec<String> {
        let spans = read(&calendar(lines), None).unwrap();
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
    fn what_cannot_be_read_is_named() {
        for (lines, expected) in [
            ("BEGIN:VEVENT\r\nSUMMARY:x\r\nUID:1\r\nEND:VEVENT", "the event `x` has no DTSTART"),
            (
                "BEGIN:VEVENT\r\nSUMMARY:x\r\nDTSTART:soon\r\nEND:VEVENT",
                "has a DTSTART that cannot be read: soon",
            ),
            ("BEGIN:VEVENT\r\nDTSTART;TZID=Mars:20260105T090000\r\nEND:VEVENT", "time zone Mars"),
            ("BEGIN:VEVENT\r\nDTSTART:20260105T090000Z\r\nEND:VEVENT", "does not end after it begins"),
            ("BEGIN:VEVENT\r\nDTSTART:20260105\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT", "recurs by a rule"),
        ] {
            let error = read(&calendar(lines), None).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
        assert_eq!(read("hello", None).unwrap_err(), "it is not an iCalendar file");
        let deep = "BEGIN:VEVENT\r\n".repeat(100_000);
        assert!(read(&deep, None).unwrap_err().contains("more than 8 components"));
    }
}
