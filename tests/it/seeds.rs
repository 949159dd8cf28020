//! The simulation with every test run: seeds that are the same each time, some that are not, and one for each deliberate
//! bug. The benchmark of the same name runs as many as one likes.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests; the output names seeds")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};
use pd::ids::{Ids as _, SystemIds};
use pd::mutants::{self, Mutant};

use crate::simulation::{Mode, examine, run};

/// For how long fresh seeds are tried.
const FRESH_FOR: Duration = Duration::from_secs(10);

const MODES: [Mode; 3] = [Mode::Safety, Mode::Liveness, Mode::Overload];

fn clean(seed: u64, mode: Mode) {
    println!("seed {seed}, {mode:?} mode");
    let report = examine(seed, mode);
    let found = report.failures.join("\n");
    assert!(report.failures.is_empty(), "{}\nseed {seed}, {mode:?} mode:\n{found}", report.trace);
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let [once, twice] = [true, true].map(|traced| run(7, Mode::Safety, traced));
    assert_eq!(once.trace, twice.trace);
    let [untraced, other] = [7, 8].map(|seed| run(seed, Mode::Overload, false).hash);
    assert_eq!(untraced, run(7, Mode::Overload, true).hash);
    assert_ne!(untraced, other);
}

#[test]
fn fixed_seeds_are_clean() {
    for mode in MODES {
        clean(1, mode);
    }
}

/// `PD_TEST_SEED` repeats one, in each mode.
#[test]
fn fresh_seeds_are_clean() {
    if let Ok(seed) = std::env::var("PD_TEST_SEED") {
        let seed = seed.parse().expect("PD_TEST_SEED is a number");
        return MODES.into_iter().for_each(|mode| clean(seed, mode));
    }
    let clock = SystemClock::new();
    while clock.monotonic() < FRESH_FOR {
        let seed = SystemIds.random() >> 16;
        clean(seed, MODES[usize::try_from(seed % 3).unwrap()]);
    }
}

/// How many seeds are tried for a bug that its own does not find any more.
const INSTEAD: u64 = 12;

/// A seed for each deliberate bug that finds it; `cargo bench --bench simulation -- --mutants` searches anew.
const FOUND_BY: &[(Mutant, u64, Mode)] = &[
    (Mutant::CursorApart, 1, Mode::Safety),
    (Mutant::SendBeforeClaim, 1, Mode::Safety),
    (Mutant::TakenIgnored, 1, Mode::Safety),
    (Mutant::TruncatedIsNothingNew, 24, Mode::Liveness),
    (Mutant::GapIsLoss, 6, Mode::Safety),
    (Mutant::GroundTakenForGranted, 118, Mode::Safety),
    (Mutant::SnapshotWithoutDigest, 1, Mode::Safety),
    (Mutant::ClosedWithoutDraining, 1, Mode::Safety),
    (Mutant::GivenUpHalfDrained, 1, Mode::Safety),
    (Mutant::OtherStageForgotten, 11, Mode::Liveness),
    (Mutant::AnswerBeforeAppend, 1, Mode::Safety),
    (Mutant::RepeatedWithNewId, 12, Mode::Safety),
    (Mutant::IdempotencyForgotten, 1, Mode::Overload),
    (Mutant::NeverStepsIn, 9, Mode::Liveness),
    (Mutant::TimerKeptAfterAck, 1, Mode::Safety),
    (Mutant::NoClockBound, 1, Mode::Overload),
    (Mutant::StaleResolveApplies, 3, Mode::Liveness),
    (Mutant::UnknownSentAgain, 1, Mode::Safety),
    (Mutant::DeadlineIgnored, 7, Mode::Safety),
    (Mutant::NoLastLook, 1, Mode::Overload),
    (Mutant::RetryWithoutBudget, 9, Mode::Overload),
    (Mutant::MissedRoundsCaughtUp, 1, Mode::Overload),
    (Mutant::OverdueByLateness, 1, Mode::Overload),
];

/// Those that a test beside the code finds: what is below the seam of the journals, which the simulation replaces, what needs
/// more events than it sends, and what hardly ever happens in it.
const FOUND_BESIDE: &[Mutant] =
    &[Mutant::NoSealOnTruncation, Mutant::BacklogWithoutBound, Mutant::HedgeWhenAllIsSlow];

#[test]
fn deliberate_bugs_are_found() {
    let with_seed: Vec<_> =
        FOUND_BY.iter().map(|(mutant, ..)| *mutant).chain(FOUND_BESIDE.iter().copied()).collect();
    assert_eq!(with_seed, Mutant::ALL, "each has a seed, in order");
    let next = AtomicUsize::new(0);
    let missed = Mutex::new(Vec::new());
    let work = || {
        while let Some((mutant, seed, mode)) = FOUND_BY.get(next.fetch_add(1, Ordering::Relaxed)) {
            mutants::set(Some(*mutant));
            let finds = |(seed, mode): &(u64, Mode)| !run(*seed, *mode, false).failures.is_empty();
            if !finds(&(*seed, *mode)) {
                // What seeds do changes with the program: another one near will do, and is named.
                let near = (1..INSTEAD).flat_map(|seed| MODES.map(|mode| (seed, mode)));
                match near.into_iter().find(finds) {
                    Some((seed, mode)) => println!("{mutant:?}: found by {seed}, {mode:?}, by now"),
                    None => missed.lock().unwrap().push(format!("{mutant:?}: {}", mutant.says())),
                }
            }
            mutants::set(None);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let missed = missed.into_inner().unwrap();
    assert!(missed.is_empty(), "not found any more:\n{}", missed.join("\n"));
}
