//! Notices that the rules run for too long: such a process answers nobody, so it is better dead.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long deciding one batch may take. Most take some milliseconds.
pub const DECIDE_MAX: Duration = Duration::from_secs(10);

/// Knows since when the rules run. Shared by a stage's loop and whoever watches it.
#[derive(Clone, Debug, Default)]
pub struct Watchdog {
    /// Milliseconds of the process's monotonic clock, plus one; 0: they do not run.
    since: Arc<AtomicU64>,
}

impl Watchdog {
    pub(super) fn begin(&self, now: Duration) {
        self.since.store(millis(now) + 1, Ordering::Relaxed);
    }

    pub(super) fn end(&self) {
        self.since.store(0, Ordering::Relaxed);
    }

    /// For how long the rules have been running on one batch.
    pub fn running(&self, now: Duration) -> Duration {
        match self.since.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            since => Duration::from_millis((millis(now) + 1).saturating_sub(since)),
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_only_while_the_rules_run() {
        let watchdog = Watchdog::default();
        let at = Duration::from_secs;
        assert_eq!(watchdog.running(at(5)), Duration::ZERO);
        watchdog.begin(at(5));
        assert_eq!(watchdog.running(at(17)), at(12));
        watchdog.end();
        assert_eq!(watchdog.running(at(20)), Duration::ZERO);
    }
}
