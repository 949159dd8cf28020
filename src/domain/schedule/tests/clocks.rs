//! Every change of every clock in five years: no instant without an answer, no overlap, lengths as the wall says.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZoneDatabase;
use jiff::{SignedDuration, ToSpan as _};

use super::words::{schedule, user};
use crate::domain::id::{IdKey, LayerId};
use crate::domain::schedule::absence::Absences;
use crate::domain::schedule::zone::Zone;
use crate::domain::schedule::{Layer, Restriction, Rota, Shift, Span};
use crate::domain::time::Timestamp;

const DAY: u64 = 24 * 60 * 60;

/// Every change of every clock, with the name of its zone; of zones that change alike one is tried.
fn changes() -> Vec<(String, Timestamp)> {
    let from: jiff::Timestamp = "2024-01-01T00:00Z".parse().unwrap();
    let until: jiff::Timestamp = "2029-01-01T00:00Z".parse().unwrap();
    let mut seen = BTreeSet::new();
    let mut changes = Vec::new();
    for name in TimeZoneDatabase::bundled().available() {
        let zone = TimeZoneDatabase::bundled().get(name.as_str()).unwrap();
        let offset = |at| zone.to_offset(at).seconds();
        let moved = |at: &jiff::Timestamp| offset(*at) != offset(*at - SignedDuration::from_millis(1));
        let all: Vec<_> = zone
            .following(from)
            .map(|change| change.timestamp())
            .take_while(|at| *at < until)
            .filter(moved)
            .collect();
        let kind: Vec<_> = all.iter().map(|at| (*at, offset(*at))).collect();
        if seen.insert(kind) {
            let at = |at: jiff::Timestamp| Timestamp::from_millis(at.as_millisecond());
            changes.extend(all.into_iter().map(|change| (name.to_string(), at(change))));
        }
    }
    changes
}

fn layer(rotation_virtual_start: Timestamp, turn: u64, restrictions: Vec<Restriction>) -> Layer {
    Layer {
        id: LayerId(IdKey([3, 4]).object(0)),
        name: "layer".into(),
        start: Timestamp::EPOCH,
        end: None,
        users: ["ann", "bob", "cid"].map(user).to_vec(),
        rotation_virtual_start,
        turn: Duration::from_secs(turn),
        restrictions,
    }
}

fn render(zone: &str, layer: &Layer, range: Span) -> Vec<Shift> {
    let (mut schedule, absences) = (schedule(zone), Absences::default());
    schedule.layers.push(layer.clone());
    let rota = Rota::new(&schedule, &absences);
    let shifts = rota.shifts(range);
    assert_eq!(shifts, rota.layer_shifts(layer, range), "{zone}");
    // What is asked for an instant is what is rendered, on both sides of each boundary.
    for shift in &shifts {
        for at in [shift.span.start, shift.span.end.minus(Duration::from_millis(1))] {
            assert_eq!(rota.on_call(at), Some(shift.on_call), "{zone} {at}");
        }
    }
    shifts
}

#[track_caller]
fn covers(zone: &str, shifts: &[Shift], range: Span) {
    assert_eq!(shifts.first().map(|shift| shift.span.start), Some(range.start), "{zone}");
    assert_eq!(shifts.last().map(|shift| shift.span.end), Some(range.end), "{zone}");
    for pair in shifts.windows(2) {
        assert_eq!(pair[0].span.end, pair[1].span.start, "{zone}");
        assert_ne!(pair[0].on_call.user, pair[1].on_call.user, "{zone}");
    }
    assert!(shifts.iter().all(|shift| !shift.span.is_empty()), "{zone}");
}

/// A time of the day near the change, inside what it skips or repeats, and elsewhere; another with each change.
fn times_of_day(zone: &Zone, change: Timestamp, n: usize) -> [DateTime; 3] {
    let shown = zone.civil(change);
    let before = zone.civil(change.minus(Duration::from_secs(1)));
    let skipped = if shown > before { before } else { shown };
    let minutes = i64::try_from(n * 37 % 120).unwrap();
    [
        skipped.saturating_add(minutes.minutes()).saturating_sub(2.days()),
        shown.saturating_sub(2.days()),
        shown.saturating_sub((2 * 24 * 60 + i64::try_from(n * 211 % 1440).unwrap()).minutes()),
    ]
}

#[test]
fn there_are_changes_to_try() {
    let changes = changes();
    assert!(changes.len() > 200, "{}", changes.len());
    let zones: BTreeSet<_> = changes.iter().map(|(zone, _)| zone).collect();
    assert!(zones.len() > 30, "{zones:?}");
}

#[test]
fn turns_of_days_follow_the_wall() {
    for (n, (name, change)) in changes().into_iter().enumerate() {
        let zone = Zone::named(&name).unwrap();
        for (civil, days) in times_of_day(&zone, change, n).into_iter().zip([1, 1, [2, 7][n % 2]]) {
            let first = zone.instant(civil);
            let first_civil = zone.civil(first);
            let layer = layer(first, days * DAY, Vec::new());
            let reach = Duration::from_secs((days + 2) * DAY);
            let range = Span { start: change.minus(reach), end: change.plus(reach) };
            let shifts = render(&name, &layer, range);
            covers(&name, &shifts, range);
            for shift in &shifts[1..] {
                let start = zone.civil(shift.span.start);
                // At the time of day that was agreed on, or, where the clock skips that, when it does.
                if start.time() != first_civil.time() {
                    assert_eq!(shift.span.start, change, "{name} {start}");
                    let wanted = start.date().to_datetime(first_civil.time());
                    let wanted = if wanted > start { wanted.saturating_sub(1.day()) } else { wanted };
                    assert!(zone.exact(wanted).is_err(), "{name} {wanted}");
                }
            }
            for shift in &shifts[1..shifts.len() - 1] {
                let (start, end) = (zone.civil(shift.span.start), zone.civil(shift.span.end));
                if start.time() == end.time() {
                    assert_eq!(end.date() - start.date(), i64::try_from(days).unwrap().days().fieldwise());
                }
            }
        }
    }
}

#[test]
fn other_turns_are_elapsed_time() {
    for (n, (name, change)) in changes().into_iter().enumerate().step_by(5) {
        let turn = [3600, 12 * 3600, 36 * 3600 + 60][n % 3];
        let layer = layer(change.minus(Duration::from_secs(n as u64 * 977)), turn, Vec::new());
        let reach = Duration::from_secs(3 * turn);
        let range = Span { start: change.minus(reach), end: change.plus(reach) };
        let shifts = render(&name, &layer, range);
        covers(&name, &shifts, range);
        for shift in &shifts[1..shifts.len() - 1] {
            assert_eq!(shift.span.end.since(shift.span.start), Duration::from_secs(turn), "{name}");
        }
    }
}

#[test]
fn restrictions_follow_the_wall() {
    for (n, (name, change)) in changes().into_iter().enumerate() {
        let zone = Zone::named(&name).unwrap();
        let near = u32::from(zone.civil(change).hour().unsigned_abs()) * 3600;
        let start = if n % 2 == 0 { (near + 86_400 - 1800) % 86_400 } else { (n as u32 * 4271) % 86_400 };
        let length = [1800, 8 * 3600, 20 * 3600][n % 3];
        let restriction = Restriction { day_of_week: None, start_seconds: start, duration_seconds: length };
        let layer = layer(Timestamp::EPOCH, 7 * DAY, vec![restriction]);
        let reach = Duration::from_secs(2 * DAY);
        let range = Span { start: change.minus(reach), end: change.plus(reach) };
        let shifts = render(&name, &layer, range);
        for pair in shifts.windows(2) {
            assert!(pair[0].span.end <= pair[1].span.start, "{name}");
        }
        // Where the clock neither skips nor repeats, the time of the day alone decides.
        for step in 0..96 {
            let at = range.start.plus(Duration::from_secs(step * 3600 + n as u64 % 3600));
            let since_change = at.as_millis().abs_diff(change.as_millis());
            if since_change < 4 * 3_600_000 {
                continue;
            }
            let time = zone.civil(at).time();
            let second = u32::from(time.hour().unsigned_abs()) * 3600
                + u32::from(time.minute().unsigned_abs()) * 60
                + u32::from(time.second().unsigned_abs());
            let inside = (second + 86_400 - start) % 86_400 < length;
            let served = shifts.iter().any(|shift| shift.span.contains(at));
            assert_eq!(served, inside, "{name} {at} {start}+{length}");
        }
    }
}
