//! Shifts as an iCalendar file (RFC 5545).

use std::fmt::Write as _;

use super::schedules::COST_MAX;
use crate::domain::id::{ScheduleId, UserId};
use crate::domain::incidents::state::State;
use crate::domain::schedule::{FeedOf, Schedule, Span, joined};
use crate::domain::time::Timestamp;

/// A line has at most so many bytes before it is folded.
const LINE_MAX: usize = 75;

/// The shifts in `range`, in order of schedule and start. A schedule of so many and so short shifts that they could not be
/// shown over REST either is left out.
pub(super) fn write(state: &State, of: FeedOf, range: Span, now: Timestamp) -> String {
    let mut out = String::new();
    let mut line = |text: String| fold(&mut out, &text);
    line("BEGIN:VCALENDAR".to_owned());
    line("VERSION:2.0".to_owned());
    line("PRODID:-//pd//on-call//EN".to_owned());
    line("CALSCALE:GREGORIAN".to_owned());
    line("METHOD:PUBLISH".to_owned());
    line(format!("X-WR-CALNAME:{}", escaped(&title(state, of))));
    // How often programs may look again.
    line("REFRESH-INTERVAL;VALUE=DURATION:PT1H".to_owned());
    line("X-PUBLISHED-TTL:PT1H".to_owned());
    let schedules: Vec<&Schedule> = match of {
        FeedOf::Schedule(id) => state.schedules.get(&id).map(|it| &**it).into_iter().collect(),
        FeedOf::User(_) => state.schedules.values().map(|it| &**it).collect(),
    };
    for schedule in schedules.into_iter().filter(|schedule| schedule.cost(range) <= COST_MAX) {
        let rota = state.rota(schedule);
        for (span, user) in joined(&rota.unclipped(rota.shifts(range), range)) {
            if let FeedOf::User(wanted) = of
                && wanted != user
            {
                continue;
            }
            let span = Span { end: span.end.min(range.end.max(span.start)), ..span };
            event(&mut line, state, schedule, span, user, now);
        }
    }
    line("END:VCALENDAR".to_owned());
    out
}

fn event(
    line: &mut impl FnMut(String),
    state: &State,
    schedule: &Schedule,
    span: Span,
    user: UserId,
    now: Timestamp,
) {
    let name = state.users.get(&user).map_or("a removed user", |user| &user.name);
    line("BEGIN:VEVENT".to_owned());
    line(format!("UID:{}", uid(schedule.id, user, span.start)));
    line(format!("DTSTAMP:{}", stamp(now)));
    line(format!("DTSTART:{}", stamp(span.start)));
    line(format!("DTEND:{}", stamp(span.end)));
    line(format!("SUMMARY:{}", escaped(&format!("On call: {name} ({})", schedule.name))));
    line("TRANSP:TRANSPARENT".to_owned());
    line("END:VEVENT".to_owned());
}

/// The same shift keeps its id from one look to the next.
fn uid(schedule: ScheduleId, user: UserId, start: Timestamp) -> String {
    format!("{schedule}-{user}-{}@pd", start.as_millis() / 1000)
}

fn title(state: &State, of: FeedOf) -> String {
    match of {
        FeedOf::User(id) => match state.users.get(&id) {
            Some(user) => format!("On call: {}", user.name),
            None => "On call".to_owned(),
        },
        FeedOf::Schedule(id) => match state.schedules.get(&id) {
            Some(schedule) => format!("On call: {}", schedule.name),
            None => "On call".to_owned(),
        },
    }
}

/// `20260105T070000Z`
fn stamp(at: Timestamp) -> String {
    at.to_iso().replace(['-', ':'], "")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Writes a line, with a break before it has too many bytes, never within a character.
fn fold(out: &mut String, text: &str) {
    let mut length = 0;
    for c in text.chars() {
        if length + c.len_utf8() > LINE_MAX {
            out.push_str("\r\n ");
            length = 1;
        }
        let _ = out.write_char(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_and_texts_escaped() {
        let mut out = String::new();
        fold(&mut out, &format!("SUMMARY:{}", escaped(&"ä,b;c\\\n".repeat(20))));
        assert!(out.split("\r\n").all(|line| line.len() <= LINE_MAX), "{out}");
        assert_eq!(out.replace("\r\n ", ""), format!("SUMMARY:{}\r\n", "ä\\,b\\;c\\\\\\n".repeat(20)));
    }
}
