//! What an append takes at present, and what it usually takes: the middle of the last ones, and its slow average.
//!
//! The middle, because the latency of conditional writes has two humps (alone, or having met another), and an average
//! lies in neither.

use std::collections::VecDeque;
use std::time::Duration;

/// Of so many appends the middle one is taken.
const RECENT: usize = 15;

/// What is usual follows what is, over this time.
const USUAL_OVER: Duration = Duration::from_secs(600);

/// After this time without an append nothing is known of the present.
const STALE: Duration = Duration::from_secs(30);

/// The latency of one store's appends.
#[derive(Clone, Debug, Default)]
pub struct Latency {
    recent: VecDeque<Duration>,
    usual: Option<Duration>,
    last: Duration,
    failing_since: Option<Duration>,
}

impl Latency {
    /// An append has ended well and took this long.
    pub fn appended(&mut self, now: Duration, took: Duration) {
        let passed = now.saturating_sub(self.last).min(STALE);
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(took);
        let middle = self.middle();
        self.usual = Some(match self.usual {
            None => middle,
            // A store that has become faster is usual at once.
            Some(usual) if middle < usual => middle + (usual - middle) / 2,
            Some(usual) => usual + (middle - usual).mul_f64(passed.as_secs_f64() / USUAL_OVER.as_secs_f64()),
        });
        self.last = now;
        self.failing_since = None;
    }

    /// An append did not succeed.
    pub fn failed(&mut self, now: Duration) {
        self.failing_since.get_or_insert(now);
    }

    /// Since when nothing succeeds; `None`: it does, as far as is known.
    pub fn failing_since(&self) -> Option<Duration> {
        self.failing_since
    }

    /// The middle of the last appends; `None` when there were none lately.
    pub fn recent(&self, now: Duration) -> Option<Duration> {
        let fresh = now.saturating_sub(self.last) < STALE;
        (fresh && !self.recent.is_empty()).then(|| self.middle())
    }

    /// What an append usually takes; `None` before the first.
    pub fn usual(&self) -> Option<Duration> {
        self.usual
    }

    fn middle(&self) -> Duration {
        let mut sorted: Vec<_> = self.recent.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn after(tooks: impl IntoIterator<Item = u64>) -> (Latency, Duration) {
        let (mut latency, mut now) = (Latency::default(), Duration::ZERO);
        for took in tooks {
            now += ms(100);
            latency.appended(now, ms(took));
        }
        (latency, now)
    }

    #[test]
    fn some_slow_ones_change_nothing_and_many_do() {
        let two_humps = (0..1000).map(|n| if n % 3 == 0 { 400 } else { 10 });
        let (latency, now) = after(two_humps);
        assert_eq!((latency.recent(now), latency.usual()), (Some(ms(10)), Some(ms(10))));
        let (latency, now) = after((0..1000).map(|n| if n < 900 { 10 } else { 400 }));
        assert_eq!(latency.recent(now), Some(ms(400)));
        assert!(latency.usual() < Some(ms(40)), "{:?}", latency.usual());
    }

    #[test]
    fn what_lasts_becomes_usual() {
        let (latency, _) = after((0..40_000).map(|n| if n < 100 { 10 } else { 100 }));
        assert!(latency.usual() > Some(ms(90)), "{:?}", latency.usual());
        let (latency, _) = after((0..200).map(|n| if n < 100 { 100 } else { 10 }));
        assert!(latency.usual() < Some(ms(11)), "{:?}", latency.usual());
    }

    #[test]
    fn of_a_quiet_store_nothing_is_known() {
        let (latency, now) = after([10; 20]);
        assert_eq!(latency.recent(now + STALE), None);
        assert_eq!(Latency::default().recent(now), None);
    }
}
