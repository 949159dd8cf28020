//! Searches for seeds that find deliberate bugs.

use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;

use pd::mutants::{self, Mutant};

use crate::simulation::{Mode, run};

/// Tries each bug with seeds from `from` on, until one finds it or so many were tried.
pub(super) fn search(from: u64, seeds: u64, modes: &[Mode], only: Option<&str>) -> ExitCode {
    let wanted = |mutant: &&Mutant| only.is_none_or(|only| format!("{mutant:?}") == only);
    let left: Mutex<Vec<_>> = Mutex::new(Mutant::ALL.iter().rev().filter(wanted).copied().collect());
    let missed = Mutex::new(0);
    let work = || loop {
        let Some(mutant) = left.lock().unwrap().pop() else { return };
        mutants::set(Some(mutant));
        let found = find(from, seeds, modes);
        mutants::set(None);
        match found {
            Some((seed, mode, what)) => {
                let tried = seed - from + 1;
                println!("{mutant:?}: seed {seed} in {mode:?} mode, after {tried}: {what}");
            }
            None => {
                println!("{mutant:?}: not found by {seeds} seeds ({})", mutant.says());
                *missed.lock().unwrap() += 1;
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    if missed.into_inner().unwrap() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn find(from: u64, seeds: u64, modes: &[Mode]) -> Option<(u64, Mode, String)> {
    let tries = (from..from + seeds).flat_map(|seed| modes.iter().map(move |mode| (seed, *mode)));
    tries.into_iter().find_map(|(seed, mode)| {
        let mut report = run(seed, mode, false);
        (!report.failures.is_empty()).then(|| (seed, mode, report.failures.remove(0)))
    })
}
