//! Repeatable chance: the same seed makes the same run.

use std::fs::File;
use std::io::Read as _;

/// A stream of numbers (SplitMix64).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than `bound`, which is above 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn coin(&mut self) -> bool {
        self.next() & 1 == 1
    }
}

/// A seed for this run: `PD_TEST_SEED` if it is set, so that a failure can be repeated; it is printed either way.
pub(crate) fn seed(test: &str) -> u64 {
    let given = std::env::var("PD_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| {
        let mut bytes = [0; 8];
        File::open("/dev/urandom")
            .and_then(|mut file| file.read_exact(&mut bytes))
            .expect("a source of chance");
        u64::from_ne_bytes(bytes)
    });
    #[expect(clippy::print_stderr, reason = "shown when the test fails")]
    {
        eprintln!("{test}: PD_TEST_SEED={seed}");
    }
    seed
}
