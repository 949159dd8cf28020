//! Schedules and their shifts in words.
//!
//! `ann bob every 7d from 2026-01-05 09:00` is a layer; ` daily 22:00+8h` and ` Mon 09:00+8h` restrict it, ` until
//! <time>` ends it. `override eve 2026-01-06 12:00 + 3h` and `away ann 2026-01-06 00:00 + 1d` stand for themselves.
//! Layers are written from the lowest to the highest, times by the local clock.

use std::time::Duration;

use jiff::civil::DateTime;

use crate::domain::id::{IdKey, LayerId, OverrideId, ScheduleId, UserId};
use crate::domain::schedule::absence::Absences;
use crate::domain::schedule::zone::Zone;
use crate::domain::schedule::{By, Layer, Override, Restriction, Rota, Schedule, Span, gaps};
use crate::domain::time::Timestamp;

pub(super) const NAMES: [&str; 5] = ["ann", "bob", "cid", "dan", "eve"];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

pub(super) fn user(name: &str) -> UserId {
    let index = NAMES.iter().position(|known| *known == name).unwrap_or_else(|| panic!("who is {name}?"));
    UserId(IdKey([1, 2]).object(index as u64))
}

pub(super) fn name(user: UserId) -> &'static str {
    NAMES.iter().enumerate().find(|(n, _)| UserId(IdKey([1, 2]).object(*n as u64)) == user).unwrap().1
}

pub(super) fn duration(text: &str) -> Duration {
    let (number, unit) = text.split_at(text.len() - 1);
    let unit = match unit {
        "m" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        other => panic!("unknown unit {other}"),
    };
    Duration::from_secs(number.parse::<u64>().unwrap() * unit)
}

pub(super) fn schedule(zone: &str) -> Schedule {
    Schedule {
        id: ScheduleId("PSCHED1".parse().unwrap()),
        name: "primary".into(),
        description: None,
        time_zone: zone.into(),
        layers: Vec::new(),
        overrides: Vec::new(),
        created_at: Timestamp::EPOCH,
    }
}

/// Reads `zone; line; line; …`.
pub(super) fn read(text: &str) -> (Schedule, Absences) {
    let mut lines = text.split(';').map(str::trim).filter(|line| !line.is_empty());
    let mut schedule = schedule(lines.next().unwrap());
    let zone = Zone::named(&schedule.time_zone).unwrap();
    let mut absences = Absences::default();
    for (n, line) in lines.enumerate() {
        let id = IdKey([3, 4]).object(n as u64);
        if let Some(rest) = line.strip_prefix("override ") {
            let (who, span) = who_and_span(&zone, rest);
            let Span { start, end } = span;
            let made = Override { id: OverrideId(id), user: who, start, end, created_at: Timestamp::EPOCH };
            schedule.overrides.push(made);
        } else if let Some(rest) = line.strip_prefix("away ") {
            let (who, span) = who_and_span(&zone, rest);
            let mut spans = absences.of(who).to_vec();
            spans.push(span);
            absences.set(who, spans);
        } else {
            schedule.layers.push(layer(&zone, LayerId(id), line));
        }
    }
    (schedule, absences)
}

pub(super) fn instant(zone: &Zone, text: &str) -> Timestamp {
    zone.instant(text.trim().replace(' ', "T").parse::<DateTime>().unwrap())
}

fn who_and_span(zone: &Zone, text: &str) -> (UserId, Span) {
    let (who, rest) = text.split_once(' ').unwrap();
    let (start, length) = rest.split_once('+').unwrap();
    let start = instant(zone, start);
    (user(who), Span { start, end: start.plus(duration(length.trim())) })
}

fn layer(zone: &Zone, id: LayerId, text: &str) -> Layer {
    let (users, rest) = text.split_once(" every ").unwrap();
    let mut words: Vec<&str> = rest.split_whitespace().collect();
    let turn = duration(words.remove(0));
    let mut layer = Layer {
        id,
        name: text.into(),
        start: Timestamp::EPOCH,
        end: None,
        users: users.split(' ').map(user).collect(),
        rotation_virtual_start: Timestamp::EPOCH,
        turn,
        restrictions: Vec::new(),
    };
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let mut time = || format!("{} {}", words.next().unwrap(), words.next().unwrap());
        match word {
            "from" => {
                layer.start = instant(zone, &time());
                layer.rotation_virtual_start = layer.start;
            }
            "counted-from" => layer.rotation_virtual_start = instant(zone, &time()),
            "until" => layer.end = Some(instant(zone, &time())),
            day => layer.restrictions.push(restriction(day, words.next().unwrap())),
        }
    }
    layer
}

fn restriction(day: &str, time: &str) -> Restriction {
    let (start, length) = time.split_once('+').unwrap();
    let (hours, minutes) = start.split_once(':').unwrap();
    Restriction {
        day_of_week: DAYS.iter().position(|known| *known == day).map(|n| u8::try_from(n + 1).unwrap()),
        start_seconds: hours.parse::<u32>().unwrap() * 3600 + minutes.parse::<u32>().unwrap() * 60,
        duration_seconds: u32::try_from(duration(length).as_secs()).unwrap(),
    }
}

/// The shifts between two local times, and the gaps, one a line: `Mon 09:00 ann`.
pub(super) fn told(text: &str, from: &str, until: &str) -> String {
    let (schedule, absences) = read(text);
    let rota = Rota::new(&schedule, &absences);
    let range = Span { start: instant(rota.zone(), from), end: instant(rota.zone(), until) };
    let shifts = rota.shifts(range);
    let mut lines: Vec<(Timestamp, String)> = gaps(&shifts, range)
        .into_iter()
        .map(|gap| (gap.start, "nobody".to_owned()))
        .chain(shifts.iter().map(|shift| {
            let on_call = shift.on_call;
            let by = if matches!(on_call.by, By::Override(_)) { " (override)" } else { "" };
            let instead = on_call.instead_of.map(|user| format!(" for {}", name(user))).unwrap_or_default();
            let absent = if on_call.although_absent { " although absent" } else { "" };
            (shift.span.start, format!("{}{by}{instead}{absent}", name(on_call.user)))
        }))
        .collect();
    lines.sort();
    let line = |(at, what): &(Timestamp, String)| {
        format!("{} {what}", rota.zone().civil(*at).strftime("%a %d %H:%M"))
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[track_caller]
pub(super) fn check(schedule: &str, from: &str, until: &str, expected: &str) {
    let expected: Vec<_> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(told(schedule, from, until), expected.join("\n"), "{schedule}");
}
