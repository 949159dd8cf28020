//! One layer at an instant: whose turn it is, and how long that does not change.

use std::time::Duration;

use jiff::civil::{DateTime, Time};
use jiff::{SignedDuration, ToSpan as _};

use super::absence::Absences;
use super::zone::Zone;
use super::{Layer, Restriction, Span};
use crate::domain::id::UserId;
use crate::domain::time::Timestamp;

const DAY: u64 = 24 * 60 * 60;

/// Who serves in a layer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Turn {
    pub(super) user: UserId,
    /// Whose turn it is, if that one is absent.
    pub(super) instead_of: Option<UserId>,
    /// Whether nobody of the layer is present: `user` is the one whose turn it is.
    pub(super) all_absent: bool,
}

impl Layer {
    /// Who serves at `at`, and a span around `at` in which that does not change (it may be longer).
    pub(super) fn at(&self, zone: &Zone, absences: &Absences, at: Timestamp) -> (Span, Option<Turn>) {
        let life = Span { start: self.start, end: self.end.unwrap_or(Timestamp::MAX) };
        let mut span = Span::around(at, life);
        if self.users.is_empty() || !life.contains(at) {
            return (span, None);
        }
        let (window, serves) = self.window(zone, at);
        span = span.and(window);
        if !serves {
            return (span, None);
        }
        let (turn, first) = self.turn(zone, at);
        span = span.and(turn);
        let on_duty = self.users[first];
        for step in 0..self.users.len() {
            let user = self.users[(first + step) % self.users.len()];
            let (absent, until) = absences.around(user, at);
            span = span.and(until);
            if !absent {
                let instead_of = (user != on_duty).then_some(on_duty);
                return (span, Some(Turn { user, instead_of, all_absent: false }));
            }
        }
        (span, Some(Turn { user: on_duty, instead_of: None, all_absent: true }))
    }

    /// Whether the restrictions let it serve.
    fn window(&self, zone: &Zone, at: Timestamp) -> (Span, bool) {
        if self.restrictions.is_empty() || self.restrictions.iter().any(|it| it.is_always()) {
            return (Span::ALWAYS, true);
        }
        let mut outside = Span::ALWAYS;
        for restriction in &self.restrictions {
            let (span, inside) = restriction.around(zone, at);
            if inside {
                return (span, true);
            }
            outside = outside.and(span);
        }
        (outside, false)
    }

    /// The turn at `at`, and the index of its user.
    fn turn(&self, zone: &Zone, at: Timestamp) -> (Span, usize) {
        if self.users.iter().all(|user| *user == self.users[0]) {
            return (Span::ALWAYS, 0);
        }
        let (span, number) = if self.turn.as_secs().is_multiple_of(DAY) {
            self.turn_of_days(zone, at)
        } else {
            self.turn_of_time(at)
        };
        let users = i64::try_from(self.users.len()).unwrap_or(i64::MAX);
        let index = usize::try_from(number.rem_euclid(users)).expect("not negative");
        (span, index)
    }

    /// Elapsed time.
    fn turn_of_time(&self, at: Timestamp) -> (Span, i64) {
        let turn = i64::try_from(self.turn.as_millis()).unwrap_or(i64::MAX).max(1);
        let first = self.rotation_virtual_start.as_millis();
        let number = at.as_millis().saturating_sub(first).div_euclid(turn);
        let start = number.saturating_mul(turn).saturating_add(first);
        let end = start.saturating_add(turn);
        (Span { start: Timestamp::from_millis(start), end: Timestamp::from_millis(end) }, number)
    }

    /// Days by the local clock.
    fn turn_of_days(&self, zone: &Zone, at: Timestamp) -> (Span, i64) {
        let first = zone.civil(self.rotation_virtual_start);
        let days = i64::try_from(self.turn.as_secs() / DAY).unwrap_or(i64::MAX).max(1);
        let since = first.date().duration_until(zone.civil(at).date()).as_hours() / 24;
        let handoff = |number: i64| {
            let civil = first.checked_add(number.saturating_mul(days).days());
            civil.map_or(Timestamp::MAX, |civil| zone.instant(civil))
        };
        // The date alone may be off by one, as the handoff is at some time of the day.
        let mut number = since.div_euclid(days);
        while handoff(number) > at {
            number -= 1;
        }
        while handoff(number + 1) <= at {
            number += 1;
        }
        (Span { start: handoff(number), end: handoff(number + 1) }, number)
    }
}

impl Restriction {
    /// Whether it leaves nothing out: midnight to midnight, whatever midnight is.
    fn is_always(self) -> bool {
        let days = if self.day_of_week.is_some() { 7 } else { 1 };
        u64::from(self.duration_seconds) >= days * DAY
    }

    /// Whether `at` is in it, and how long around `at` that does not change (it may be longer).
    fn around(self, zone: &Zone, at: Timestamp) -> (Span, bool) {
        let today = zone.civil(at).date();
        let (period, first) = match self.day_of_week {
            None => (1, today),
            Some(day) => {
                let back = i64::from(today.weekday().to_monday_one_offset()) - i64::from(day);
                (7, today.saturating_sub(back.days()))
            }
        };
        let start = first.to_datetime(Time::midnight());
        let start = later(start, self.start_seconds);
        let mut span = Span::ALWAYS;
        for n in -2_i64..=2 {
            let start = start.saturating_add((n * period).days());
            let window =
                Span { start: zone.instant(start), end: zone.instant(later(start, self.duration_seconds)) };
            if window.contains(at) {
                return (window, true);
            }
            span = span.and(Span::around(at, window));
            // Beyond the occurrences that are looked at nothing is known.
            match n {
                -2 => span.start = span.start.max(window.start.min(at)),
                2 => span.end = span.end.min(window.start.max(at.plus(Duration::from_millis(1)))),
                _ => {}
            }
        }
        (span, false)
    }
}

fn later(civil: DateTime, seconds: u32) -> DateTime {
    civil.saturating_add(SignedDuration::from_secs(i64::from(seconds)))
}
