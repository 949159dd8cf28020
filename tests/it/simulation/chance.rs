//! The one source of chance: everything random in a run derives from its seed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pd::ids::Ids;

/// SplitMix64. Shared by reference: a run is on one thread.
#[derive(Debug)]
pub(super) struct Chance(AtomicU64);

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

fn mixed(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

impl Chance {
    /// The chance of this seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(mixed(seed.wrapping_add(STEP))))
    }

    /// A source of its own for somebody, so that what others draw does not change what this one does.
    pub(super) fn fork(&self) -> Self {
        Self::new(self.draw())
    }

    /// 64 random bits.
    pub(super) fn draw(&self) -> u64 {
        mixed(self.0.fetch_add(STEP, Ordering::Relaxed))
    }

    /// In `0..limit`.
    pub(super) fn below(&self, limit: u64) -> u64 {
        self.draw() % limit.max(1)
    }

    /// An index into something of this length.
    pub(super) fn index(&self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// True so many times of a thousand.
    pub(super) fn permille(&self, n: u64) -> bool {
        self.below(1000) < n
    }

    /// In milliseconds, both ends included.
    pub(super) fn millis(&self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.below(to.saturating_sub(from) + 1))
    }

    /// About this long on average: often shorter, now and then much longer.
    pub(super) fn about(&self, mean: Duration) -> Duration {
        let mean = u64::try_from(mean.as_millis()).unwrap_or(u64::MAX / 8);
        // The smaller the least of some draws, the longer the tail of its inverse: cheap, whole numbers only.
        let tail = 1 + self.below(8);
        Duration::from_millis(self.below(mean / 2 * tail + 1) / 2 + self.below(mean / 2 + 1))
    }

    /// One of these.
    pub(super) fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        &from[self.index(from.len())]
    }
}

impl Ids for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let drawn = self.draw().to_le_bytes();
            chunk.copy_from_slice(&drawn[..chunk.len()]);
        }
    }
}
