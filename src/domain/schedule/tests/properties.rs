//! What holds for any schedule.

use std::time::Duration;

use proptest::prelude::*;

use super::words::{NAMES, schedule, user};
use crate::domain::id::{IdKey, LayerId, OverrideId};
use crate::domain::schedule::absence::Absences;
use crate::domain::schedule::{
    By, Layer, Override, Restriction, Rota, Schedule, Span, gaps, joined, percentage,
};
use crate::domain::time::Timestamp;

/// 2026-03-20T00:00:00Z: ten days on are the clocks of Europe.
const START: Timestamp = Timestamp::from_millis(1_773_964_800_000);
const HOUR: u64 = 3600;

fn at(hours: u64) -> Timestamp {
    START.plus(Duration::from_secs(hours * HOUR))
}

fn layers() -> impl Strategy<Value = Vec<Layer>> {
    let restriction = (prop::option::of(1..8u8), 0..86_400u32, 1..86_400u32).prop_map(
        |(day_of_week, start_seconds, duration_seconds)| Restriction {
            day_of_week,
            start_seconds,
            duration_seconds,
        },
    );
    let turn = prop_oneof![Just(HOUR), Just(8 * HOUR), Just(24 * HOUR), Just(48 * HOUR), Just(5000)];
    let layer = (
        prop::collection::vec(0..5usize, 1..4),
        turn,
        0..400u64,
        prop::option::of(1..400u64),
        0..400u64,
        prop::collection::vec(restriction, 0..3),
    );
    prop::collection::vec(layer, 0..4).prop_map(|layers| {
        let made = |(n, (users, turn, start, length, first, restrictions)): (u64, _)| {
            let users: Vec<usize> = users;
            let length: Option<u64> = length;
            Layer {
                id: LayerId(IdKey([3, 4]).object(n)),
                name: "layer".into(),
                start: at(start),
                end: length.map(|length| at(start + length)),
                users: users.into_iter().map(|n| user(NAMES[n])).collect(),
                rotation_virtual_start: at(first),
                turn: Duration::from_secs(turn),
                restrictions,
            }
        };
        (0..).zip(layers).map(made).collect()
    })
}

fn schedules() -> impl Strategy<Value = (Schedule, Absences)> {
    let zone = prop_oneof![Just("Europe/Berlin"), Just("America/New_York"), Just("Australia/Lord_Howe")];
    let overrides = prop::collection::vec((0..5usize, 0..500u64, 1..60u64), 0..4);
    let absences = prop::collection::vec((0..5usize, 0..500u64, 1..60u64), 0..4);
    (zone, layers(), overrides, absences).prop_map(|(zone, layers, overrides, away)| {
        let mut schedule = schedule(zone);
        schedule.layers = layers;
        schedule.overrides = (0..)
            .zip(overrides)
            .map(|(n, (who, start, length))| Override {
                id: OverrideId(IdKey([5, 6]).object(n)),
                user: user(NAMES[who]),
                start: at(start),
                end: at(start + length),
                created_at: START,
            })
            .collect();
        let mut absences = Absences::default();
        for (who, start, length) in away {
            let mut spans = absences.of(user(NAMES[who])).to_vec();
            spans.push(Span { start: at(start), end: at(start + length) });
            absences.set(user(NAMES[who]), spans);
        }
        (schedule, absences)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_is_rendered_is_what_is_served((schedule, absences) in schedules(), from in 0..300u64, hours in 1..200u64) {
        let rota = Rota::new(&schedule, &absences);
        let range = Span { start: at(from), end: at(from + hours) };
        let shifts = rota.shifts(range);
        let empty = gaps(&shifts, range);
        // Shifts and gaps fill the range and do not overlap.
        let mut all: Vec<Span> = shifts.iter().map(|shift| shift.span).chain(empty.iter().copied()).collect();
        all.sort_unstable();
        let mut next = range.start;
        for span in &all {
            prop_assert_eq!(span.start, next);
            prop_assert!(span.end > span.start);
            next = span.end;
        }
        prop_assert_eq!(next, range.end);
        let missing: Duration = empty.iter().map(|gap| gap.end.since(gap.start)).sum();
        let expected = 100.0 - missing.as_secs_f64() / (hours * HOUR) as f64 * 100.0;
        prop_assert!((percentage(&shifts, range) - expected).abs() < 1e-6);
        prop_assert!(joined(&shifts).windows(2).all(|pair| pair[0].1 != pair[1].1 || pair[0].0.end < pair[1].0.start));

        let layers: Vec<_> = schedule.layers.iter().map(|layer| (layer, rota.layer_shifts(layer, range))).collect();
        let overrides = rota.override_shifts(range);
        for step in 0..hours * 4 {
            let at = range.start.plus(Duration::from_secs(step * 900));
            let served = rota.on_call(at);
            let shown = shifts.iter().find(|shift| shift.span.contains(at)).map(|shift| shift.on_call);
            prop_assert_eq!(served, shown);
            // The override, else the highest layer with somebody present, else somebody although absent.
            let overriding = overrides.iter().find(|shift| shift.span.contains(at)).map(|shift| shift.on_call);
            let serving = layers.iter().rev().find_map(|(_, shifts)| {
                shifts.iter().find(|shift| shift.span.contains(at)).map(|shift| shift.on_call)
            });
            match overriding.or(serving) {
                Some(expected) => prop_assert_eq!(served, Some(expected)),
                None => prop_assert!(served.is_none_or(|on_call| on_call.although_absent)),
            }
            if let Some(on_call) = served {
                let away = absences.around(on_call.user, at).0;
                let by_layer = matches!(on_call.by, By::Layer(_));
                prop_assert_eq!(on_call.although_absent, away && by_layer);
            }
        }
    }

    #[test]
    fn a_shift_has_its_true_ends((schedule, absences) in schedules(), hour in 0..400u64) {
        let rota = Rota::new(&schedule, &absences);
        if let Some(shift) = rota.shift(at(hour)) {
            prop_assert!(shift.span.contains(at(hour)));
            let same = |at| rota.on_call(at).is_some_and(|other| other.user == shift.on_call.user);
            prop_assert!(same(shift.span.start));
            // It is looked for in so many pieces only; twenty days never have as many.
            let near = |other: Timestamp| other.as_millis().abs_diff(at(hour).as_millis()) < 20 * 24 * 3_600_000;
            prop_assert!(!near(shift.span.start) || !same(shift.span.start.minus(Duration::from_millis(1))));
            if near(shift.span.end) {
                prop_assert!(same(shift.span.end.minus(Duration::from_millis(1))));
                prop_assert!(!same(shift.span.end));
            }
            let range = Span { start: at(hour), end: at(hour + 1) };
            let whole = rota.unclipped(rota.shifts(range), range);
            prop_assert_eq!(whole[0].span.start, shift.span.start);
        }
    }
}
