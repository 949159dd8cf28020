//! How fast what waits becomes less, and so when it makes sense to come again.

use std::time::Duration;

/// What is measured counts less and less after this time.
const MEMORY: Duration = Duration::from_secs(5);

/// Nobody is asked to wait longer.
pub const RETRY_AFTER_MAX: u64 = 60;

/// How many inputs a second are made durable while there are some to be.
#[derive(Clone, Debug, Default)]
pub struct Drain {
    per_second: f64,
    last_end: Duration,
    failing_since: Option<Duration>,
}

impl Drain {
    /// An append of so many inputs has ended well; the first of them came at `first`.
    pub fn appended(&mut self, now: Duration, first: Duration, inputs: usize) {
        // While nobody waited, nothing was slow.
        let busy = now.saturating_sub(self.last_end.max(first)).max(Duration::from_micros(100));
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let rate = inputs as f64 / busy.as_secs_f64();
        let weight = (busy.as_secs_f64() / MEMORY.as_secs_f64()).clamp(0.02, 1.0);
        self.per_second =
            if self.per_second == 0.0 { rate } else { self.per_second + (rate - self.per_second) * weight };
        self.last_end = now;
        self.failing_since = None;
    }

    /// An append did not succeed.
    pub fn failed(&mut self, now: Duration) {
        self.failing_since.get_or_insert(now);
    }

    /// Since when nothing succeeds; `None`: it does.
    pub fn failing_since(&self) -> Option<Duration> {
        self.failing_since
    }

    /// Inputs a second, as measured lately; 0 before anything was.
    pub fn per_second(&self) -> f64 {
        self.per_second
    }

    /// In how many seconds who is refused now should come again: when what waits will be done with, or, while nothing
    /// succeeds, after about as long as that has been so; and not before `other` seconds, which something else takes.
    /// `chance` spreads those who are told so over as long again, so that they do not come back together. At least 1, at
    /// most [`RETRY_AFTER_MAX`].
    pub fn retry_after(&self, now: Duration, waiting: usize, other: f64, chance: u64) -> u64 {
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let queue = if self.per_second > 0.0 { waiting as f64 / self.per_second } else { 1.0 };
        let outage = self.failing_since.map_or(0.0, |since| now.saturating_sub(since).as_secs_f64());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 1 and 60")]
        let least = queue.max(outage).max(other).ceil().clamp(1.0, RETRY_AFTER_MAX as f64) as u64;
        (least + chance % (least + 1)).min(RETRY_AFTER_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    /// What is told after an append of 1000 inputs each second, while so many wait.
    fn told(waiting: usize, chance: u64) -> u64 {
        let mut drain = Drain::default();
        for second in 1..=20 {
            drain.appended(secs(second), secs(second - 1), 1000);
        }
        drain.retry_after(secs(20), waiting, 0.0, chance)
    }

    #[test]
    fn it_follows_what_waits_and_how_fast_that_goes() {
        for (waiting, chance, expected) in [
            (0, 0, 1),
            (0, 1, 2),
            (500, 0, 1),
            (3000, 0, 3),
            (3000, 2, 5),
            (3000, 3, 6),
            (3000, 4, 3),
            (50_000, 0, 50),
            (50_000, 50, 60),
            (10_000_000, 0, 60),
        ] {
            assert_eq!(told(waiting, chance), expected, "{waiting} {chance}");
        }
        assert_eq!(Drain::default().retry_after(secs(5), 10, 0.0, 0), 1);
        assert_eq!(Drain::default().retry_after(secs(5), 10, 4.2, 0), 5, "something else takes longer");
    }

    #[test]
    fn the_longer_nothing_works_the_longer_one_waits() {
        let mut drain = Drain::default();
        drain.appended(secs(1), secs(0), 10);
        drain.failed(secs(10));
        drain.failed(secs(12));
        for (at, expected) in [(10, 1), (14, 4), (40, 30), (600, 60)] {
            assert_eq!(drain.retry_after(secs(at), 0, 0.0, 0), expected, "{at}");
        }
        drain.appended(secs(700), secs(699), 10);
        assert_eq!(drain.retry_after(secs(701), 0, 0.0, 0), 1);
    }

    #[test]
    fn a_pause_between_two_appends_is_not_slowness() {
        let mut drain = Drain::default();
        drain.appended(secs(10), Duration::from_millis(9_990), 10);
        drain.appended(secs(500), Duration::from_millis(499_990), 10);
        assert!(drain.per_second() > 900.0, "{}", drain.per_second());
    }
}
