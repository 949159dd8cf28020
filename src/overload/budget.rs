//! A retry budget: retries are a small share of what is tried, so that they cannot become the load.

use std::sync::Arc;
use std::time::Duration;

/// What the bucket holds at most. A failure costs one; nothing is retried while it is half empty or less.
const TOKENS_MAX: f64 = 10.0;

/// What a success gives back: of ten attempts, about one may be a retry.
const PER_SUCCESS: f64 = 0.1;

/// What time gives back: where nothing succeeds at all, one retry in this time is still made, or nothing would ever be
/// found to work again.
const REFILL_EVERY: Duration = Duration::from_secs(10);

/// So many successes in a row are counted.
const STREAK_MAX: u32 = 1024;

/// A bucket of tokens. Everything that goes the same way (a provider, a store) shares one.
#[derive(Debug)]
pub struct Budget {
    tokens: f64,
    refilled_at: Duration,
    /// Held by retries that have begun and not ended.
    under_way: Arc<()>,
    /// How much has worked since something did not.
    streak: u32,
}

/// A retry that has begun and not ended.
#[derive(Debug)]
pub struct UnderWay {
    _counted: Arc<()>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { tokens: TOKENS_MAX, refilled_at: Duration::ZERO, under_way: Arc::default(), streak: 0 }
    }
}

impl Budget {
    /// Whether a retry may be made now. It costs nothing by itself: its failure does.
    pub fn allows(&mut self, now: Duration) -> bool {
        self.refill(now);
        self.tokens > TOKENS_MAX / 2.0
    }

    /// The same where many can be under way at once, so that what was postponed together does not come back together
    /// before its failures are known: no more begin than would leave the bucket half full if all of them failed, and one
    /// more for each success in a row. What is returned is held until it is known what came of it.
    pub fn begin(&mut self, now: Duration) -> Option<UnderWay> {
        let under_way = u32::try_from(Arc::strong_count(&self.under_way) - 1).unwrap_or(u32::MAX);
        let spare = |tokens: f64| tokens - TOKENS_MAX / 2.0;
        let may = self.allows(now) && f64::from(under_way) < spare(self.tokens) + f64::from(self.streak);
        may.then(|| UnderWay { _counted: Arc::clone(&self.under_way) })
    }

    /// Something that was tried, for the first time or again, did not work.
    pub fn failed(&mut self, now: Duration) {
        self.refill(now);
        self.tokens = (self.tokens - 1.0).max(0.0);
        self.streak = 0;
    }

    /// Something worked.
    pub fn succeeded(&mut self, now: Duration) {
        self.refill(now);
        self.tokens = (self.tokens + PER_SUCCESS).min(TOKENS_MAX);
        self.streak = (self.streak + 1).min(STREAK_MAX);
    }

    /// How long it takes at least until a retry is allowed, if nothing happens meanwhile.
    pub fn wait(&self, now: Duration) -> Duration {
        let lacks = TOKENS_MAX / 2.0 - self.tokens;
        if lacks < 0.0 {
            return Duration::ZERO;
        }
        let at = self.refilled_at + REFILL_EVERY.mul_f64(lacks.floor() + 1.0);
        at.saturating_sub(now)
    }

    fn refill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.refilled_at);
        let tokens = passed.as_millis() / REFILL_EVERY.as_millis();
        let whole = u32::try_from(tokens).unwrap_or(u32::MAX);
        self.tokens = (self.tokens + f64::from(whole)).min(TOKENS_MAX);
        self.refilled_at = if whole == u32::MAX { now } else { self.refilled_at + REFILL_EVERY * whole };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything fails, and whoever may retries every 10 ms: how many retries there are in so many seconds.
    fn retries(seconds: u64) -> u32 {
        let mut budget = Budget::default();
        let mut retries = 0;
        for ms in (0..seconds * 1000).step_by(10) {
            let now = Duration::from_millis(ms);
            if budget.allows(now) {
                retries += 1;
                budget.failed(now);
            }
        }
        retries
    }

    #[test]
    fn where_nothing_works_there_are_hardly_any_retries() {
        assert_eq!(retries(1), 5);
        let (minute, hour) = (retries(60), retries(3600));
        assert!((5..=12).contains(&minute), "{minute}");
        assert!((360..=370).contains(&hour), "{hour}");
    }

    #[test]
    fn retries_are_about_a_tenth_of_what_is_tried() {
        // Every other attempt fails, a hundred a second: each failure is retried if that is allowed.
        let mut budget = Budget::default();
        let (mut first, mut retries) = (0, 0);
        for ms in (0..100_000).step_by(10) {
            let now = Duration::from_millis(ms);
            first += 1;
            if ms % 20 == 0 {
                budget.succeeded(now);
                continue;
            }
            budget.failed(now);
            if budget.allows(now) {
                retries += 1;
                budget.succeeded(now);
            }
        }
        assert!(retries * 10 <= first + 100, "{retries} retries of {first}");
    }

    #[test]
    fn what_was_postponed_together_does_not_come_back_together() {
        let mut budget = Budget::default();
        let at = Duration::from_secs(1);
        for _ in 0..4 {
            budget.failed(at);
        }
        // Six tokens: one may fail without leaving less than half.
        let begun: Vec<_> = (0..1000).filter_map(|_| budget.begin(at)).collect();
        assert_eq!(begun.len(), 1);
        budget.failed(at);
        drop(begun);
        assert!(budget.begin(at).is_none());
        // They work again: more and more at once, as fast as answers come.
        let mut at_once = Vec::new();
        for round in 1..=6 {
            let at = at + REFILL_EVERY * round;
            let begun: Vec<_> = (0..1000).filter_map(|_| budget.begin(at)).collect();
            begun.iter().for_each(|_| budget.succeeded(at));
            at_once.push(begun.len());
        }
        assert_eq!(at_once, [1, 4, 9, 19, 38, 76]);
        // One that fails says that they do not.
        budget.failed(at + REFILL_EVERY * 6);
        assert!((0..1000).filter_map(|_| budget.begin(at + REFILL_EVERY * 6)).collect::<Vec<_>>().len() <= 5);
    }

    #[test]
    fn it_says_when_to_come_again() {
        let mut budget = Budget::default();
        assert_eq!(budget.wait(Duration::ZERO), Duration::ZERO);
        for _ in 0..100 {
            budget.failed(Duration::from_secs(3));
        }
        let wait = budget.wait(Duration::from_secs(3));
        assert!(!budget.allows(Duration::from_secs(3) + wait - Duration::from_millis(1)));
        assert!(budget.allows(Duration::from_secs(3) + wait));
        // After days without a sound it is full, and counts on.
        assert!(budget.allows(Duration::from_secs(1_000_000)));
        for _ in 0..5 {
            budget.failed(Duration::from_secs(1_000_000));
        }
        assert!(!budget.allows(Duration::from_secs(1_000_000)));
    }
}
