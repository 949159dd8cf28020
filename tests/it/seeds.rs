//! Seeds that are run with every test run.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests; the output names seeds")]

use crate::simulation::{Mode, examine, run};

fn clean(seed: u64, mode: Mode) {
    let report = examine(seed, mode);
    assert!(
        report.failures.is_empty(),
        "{}\nseed {seed}, {mode:?} mode:\n{}",
        report.trace,
        report.failures.join("\n")
    );
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in 1..4 {
        let (once, twice) = (run(seed, Mode::Safety, true), run(seed, Mode::Safety, true));
        assert_eq!(once.trace, twice.trace);
        assert_eq!(once.hash, twice.hash);
        assert_ne!(once.hash, run(seed + 1, Mode::Safety, false).hash);
    }
}

#[test]
fn fixed_seeds_are_clean() {
    for seed in 1..6 {
        clean(seed, Mode::Safety);
        clean(seed, Mode::Liveness);
    }
}
