//! How long statements have taken lately.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Answers that are remembered.
const WINDOW: usize = 256;

/// The latencies of the last answers of one kind of statement.
#[derive(Debug, Default)]
pub(super) struct Latencies(Mutex<Ring>);

#[derive(Debug, Default)]
struct Ring {
    last: Vec<Duration>,
    next: usize,
    p99: Duration,
}

impl Latencies {
    /// Notes one answer.
    pub(super) fn note(&self, latency: Duration) {
        let mut ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ring.last.len() < WINDOW {
            ring.last.push(latency);
        } else {
            let at = ring.next;
            ring.last[at] = latency;
            ring.next = (at + 1) % WINDOW;
        }
        ring.p99 = quantile(&ring.last, 0.99);
    }

    /// The latency that 99 of 100 of the last answers kept to; zero before the first.
    pub(super) fn p99(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).p99
    }

    /// The median of the last answers; zero before the first.
    pub(super) fn p50(&self) -> Duration {
        quantile(&self.0.lock().unwrap_or_else(PoisonError::into_inner).last, 0.5)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a place in a window of some hundred"
)]
fn quantile(of: &[Duration], part: f64) -> Duration {
    let mut sorted = of.to_vec();
    let Some(last) = sorted.len().checked_sub(1) else { return Duration::ZERO };
    let at = (last as f64 * part).ceil() as usize;
    *sorted.select_nth_unstable(at).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_moves() {
        let latencies = Latencies::default();
        assert_eq!((latencies.p50(), latencies.p99()), (Duration::ZERO, Duration::ZERO));
        (1..=100).for_each(|ms| latencies.note(Duration::from_millis(ms)));
        assert_eq!(latencies.p50(), Duration::from_millis(51));
        assert_eq!(latencies.p99(), Duration::from_millis(100));
        (0..WINDOW).for_each(|_| latencies.note(Duration::from_millis(7)));
        assert_eq!(latencies.p99(), Duration::from_millis(7));
    }
}
