//! How long the latest appends took.

use std::collections::VecDeque;
use std::time::Duration;

/// So many are remembered.
const KEPT: usize = 128;

/// How long the latest appends took.
#[derive(Clone, Debug, Default)]
pub(super) struct Latency {
    latest: VecDeque<Duration>,
}

impl Latency {
    pub(super) fn note(&mut self, took: Duration) {
        if self.latest.len() == KEPT {
            self.latest.pop_front();
        }
        self.latest.push_back(took);
    }

    /// 99 of 100 took no longer; zero if there were none.
    pub(super) fn p99(&self) -> Duration {
        let mut sorted: Vec<_> = self.latest.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get((sorted.len() * 99).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_hundred_does_not_count() {
        let check = |took: &[u64], p99: u64| {
            let mut latency = Latency::default();
            for ms in took {
                latency.note(Duration::from_millis(*ms));
            }
            assert_eq!(latency.p99(), Duration::from_millis(p99), "{took:?}");
        };
        check(&[], 0);
        check(&[7], 7);
        check(&[3, 9, 4], 9);
        let hundred: Vec<_> = (1..=100).collect();
        check(&hundred, 99);
        let old: Vec<_> = std::iter::once(5000).chain(std::iter::repeat_n(2, KEPT)).collect();
        check(&old, 2);
    }
}
