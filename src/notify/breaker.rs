//! A circuit breaker: whoever does not answer is left alone for a while, and then asked by one message only.

use std::time::Duration;

/// It opens after this many failures in a row.
pub const FAILURES_MAX: u32 = 5;

/// How long it stays open at first; each probe that fails doubles it.
pub const PAUSE_FIRST: Duration = Duration::from_secs(5);

/// How long it stays open at most.
pub const PAUSE_CAP: Duration = Duration::from_secs(60);

/// How long others are turned away for while a probe is on its way.
pub const PROBE_PAUSE: Duration = Duration::from_secs(1);

/// After this long a probe that said nothing is replaced by another.
pub const PROBE_MAX: Duration = Duration::from_secs(60);

/// Times are those of [`crate::clock::Clock::monotonic`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Breaker {
    failures: u32,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum State {
    /// Everything goes.
    #[default]
    Closed,
    /// Nothing goes until then; after it, one probe.
    Open { until: Duration, pause: Duration },
    /// A probe is on its way; when it has said nothing until then, it counts for nothing.
    Probing { until: Duration, pause: Duration },
}

impl Breaker {
    /// Asks whether a message may go now. The caller then says what came of it, by one of the other three.
    ///
    /// # Errors
    /// How long to wait before asking again.
    pub fn admit(&mut self, now: Duration) -> Result<(), Duration> {
        match self.state {
            State::Closed => Ok(()),
            State::Open { until, .. } if now < until => Err(until.saturating_sub(now)),
            State::Probing { until, .. } if now < until => Err(PROBE_PAUSE),
            State::Open { pause, .. } | State::Probing { pause, .. } => {
                self.state = State::Probing { until: now + PROBE_MAX, pause };
                Ok(())
            }
        }
    }

    /// The other side answered.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// The other side did not answer, or refused for now.
    pub fn failed(&mut self, now: Duration) {
        self.failures = self.failures.saturating_add(1);
        let pause = match self.state {
            State::Closed if self.failures < FAILURES_MAX => return,
            State::Closed => PAUSE_FIRST,
            State::Probing { pause, .. } => (pause * 2).min(PAUSE_CAP),
            // A message that had been admitted before it opened.
            State::Open { .. } => return,
        };
        self.state = State::Open { until: now + pause, pause };
    }

    /// The other side was not asked after all.
    pub fn not_asked(&mut self, now: Duration) {
        if let State::Probing { pause, .. } = self.state {
            self.state = State::Open { until: now, pause };
        }
    }

    /// Until when it turns everything away; `None`: it does not. In the past, or while a probe is on its way: one
    /// message at a time.
    pub fn open_until(&self) -> Option<Duration> {
        match self.state {
            State::Closed => None,
            State::Open { until, .. } => Some(until),
            State::Probing { .. } => Some(Duration::ZERO),
        }
    }

    /// Whether it knows nothing that is worth keeping.
    pub fn is_fresh(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn opens_probes_and_closes() {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES_MAX {
            assert_eq!(breaker.admit(secs(1)), Ok(()));
            breaker.failed(secs(1));
        }
        assert_eq!(breaker.admit(secs(2)), Err(secs(4)));
        breaker.failed(secs(3)); // one that was on its way
        assert_eq!(breaker.admit(secs(6)), Ok(()));
        assert_eq!(breaker.admit(secs(6)), Err(PROBE_PAUSE));
        assert_eq!(breaker.clone().admit(secs(66)), Ok(()));
        breaker.failed(secs(7));
        assert_eq!(breaker.open_until(), Some(secs(17)));
        assert_eq!(breaker.admit(secs(17)), Ok(()));
        breaker.not_asked(secs(18));
        assert_eq!(breaker.admit(secs(18)), Ok(()));
        breaker.succeeded();
        assert!(breaker.is_fresh());
        assert_eq!(breaker.open_until(), None);
    }

    #[test]
    fn only_failures_in_a_row_open_it() {
        let mut breaker = Breaker::default();
        for _ in 0..3 * FAILURES_MAX {
            breaker.failed(secs(1));
            breaker.succeeded();
        }
        assert_eq!(breaker.admit(secs(1)), Ok(()));
    }

    #[test]
    fn the_pause_has_a_cap() {
        let mut breaker = Breaker::default();
        let mut now = secs(0);
        for _ in 0..FAILURES_MAX + 10 {
            if breaker.admit(now).is_ok() {
                breaker.failed(now);
            }
            now = breaker.open_until().unwrap_or(now);
        }
        assert_eq!(breaker.admit(now), Ok(()));
        breaker.failed(now);
        assert_eq!(breaker.open_until(), Some(now + PAUSE_CAP));
    }
}
