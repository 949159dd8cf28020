//! How many events came in each minute of the last hour, as far as this process saw it. Pure.

use std::collections::VecDeque;

use crate::domain::time::Timestamp;

/// How many minutes are shown.
pub(super) const MINUTES: usize = 60;

/// Counts by the minute.
#[derive(Debug)]
pub(super) struct Traffic {
    /// The newest minute, counted from 1970.
    minute: i64,
    counts: VecDeque<u64>,
}

impl Traffic {
    /// Nothing came before.
    pub(super) fn new(now: Timestamp) -> Self {
        Self { minute: minute(now), counts: std::iter::repeat_n(0, MINUTES).collect() }
    }

    /// So many came now.
    pub(super) fn add(&mut self, now: Timestamp, events: u64) {
        self.advance(now);
        if let Some(newest) = self.counts.back_mut() {
            *newest = newest.saturating_add(events);
        }
    }

    /// The newest minute last.
    pub(super) fn shown(&mut self, now: Timestamp) -> Vec<u64> {
        self.advance(now);
        self.counts.iter().copied().collect()
    }

    /// A clock that goes back counts into the newest minute.
    fn advance(&mut self, now: Timestamp) {
        let passed = usize::try_from(minute(now) - self.minute).unwrap_or(0).min(MINUTES);
        for _ in 0..passed {
            self.counts.pop_front();
            self.counts.push_back(0);
        }
        self.minute = self.minute.max(minute(now));
    }
}

fn minute(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(60_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_move_on() {
        let at = |minutes: i64| Timestamp::from_millis(1_767_225_600_000 + minutes * 60_000);
        let mut traffic = Traffic::new(at(0));
        let mut tail = |minutes, events| {
            traffic.add(at(minutes), events);
            let shown = traffic.shown(at(minutes));
            (shown.len(), shown[MINUTES - 3..].to_vec(), shown.iter().sum::<u64>())
        };
        assert_eq!(tail(0, 2), (60, vec![0, 0, 2], 2));
        assert_eq!(tail(0, 3), (60, vec![0, 0, 5], 5));
        assert_eq!(tail(2, 1), (60, vec![5, 0, 1], 6));
        assert_eq!(tail(1, 1), (60, vec![5, 0, 2], 7));
        assert_eq!(tail(60, 0), (60, vec![0, 0, 0], 2));
        assert_eq!(tail(500, 4), (60, vec![0, 0, 4], 4));
    }
}
