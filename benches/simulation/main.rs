//! Runs many seeds of the simulation on all cores.
//!
//! `cargo bench --bench simulation [-- --seeds N] [--from SEED] [--mode safety|liveness|overload|both] [--trace]` prints
//! seeds a second, and on a failure the seed and its trace; it ends with 1 then. `--keep-going` runs them all and names
//! those that failed. `--restored` runs only those in which stores are restored. `--mutants [--only NAME]` searches for a
//! seed that finds each deliberate bug, and says how many it took.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]
#![allow(clippy::cast_precision_loss, reason = "figures for people")]

mod mutants;
#[path = "../../tests/it/simulation/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the tests")]
mod simulation;

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use pd::clock::{Clock as _, SystemClock};
use simulation::{Mode, Report, Tally, examine};

struct Arguments(Vec<String>);

impl Arguments {
    fn text(&self, name: &str) -> Option<&str> {
        let at = self.0.iter().position(|argument| argument == name)?;
        self.0.get(at + 1).map(String::as_str)
    }

    fn number(&self, name: &str, default: u64) -> u64 {
        self.text(name).map_or(default, |text| text.parse().expect("a number"))
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|argument| argument == name)
    }
}

fn main() -> ExitCode {
    let arguments = Arguments(std::env::args().skip(1).collect());
    let modes: &[Mode] = match arguments.text("--mode") {
        Some("safety") => &[Mode::Safety],
        Some("liveness") => &[Mode::Liveness],
        Some("overload") => &[Mode::Overload],
        _ => &[Mode::Safety, Mode::Liveness],
    };
    let from = arguments.number("--from", 1);
    if arguments.has("--trace") {
        for mode in modes {
            let report = simulation::run(from, *mode, true);
            println!("{}\n{mode:?} {:#?}\n{}", report.trace, report.tally, report.failures.join("\n"));
        }
        return ExitCode::SUCCESS;
    }
    let seeds = arguments.number("--seeds", 200);
    if arguments.has("--mutants") {
        let all = [Mode::Safety, Mode::Liveness, Mode::Overload];
        let modes = if arguments.text("--mode").is_some() { modes } else { &all };
        return mutants::search(from, seeds, modes, arguments.text("--only"));
    }
    let how = How { keep_going: arguments.has("--keep-going"), restored: arguments.has("--restored") };
    let mut clean = true;
    for mode in modes {
        clean &= many(*mode, from, seeds, how);
    }
    if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// How seeds are run.
#[derive(Clone, Copy)]
struct How {
    /// All of them, although one has failed.
    keep_going: bool,
    /// Only those in which stores are restored.
    restored: bool,
}

/// Runs these seeds on all cores; whether nothing was found.
fn many(mode: Mode, from: u64, seeds: u64, how: How) -> bool {
    let How { keep_going, restored } = how;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let clock = SystemClock::new();
    let (next, ran) = (AtomicU64::new(from), AtomicU64::new(0));
    let sum = Mutex::new(Tally::default());
    let failed: Mutex<Vec<(u64, Report)>> = Mutex::default();
    let work = || loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= from + seeds || (!keep_going && !failed.lock().unwrap().is_empty()) {
            return;
        }
        if restored && !simulation::restores(seed, mode) {
            continue;
        }
        ran.fetch_add(1, Ordering::Relaxed);
        let report = examine(seed, mode);
        let done = seed - from + 1;
        if keep_going && done.is_multiple_of(1000) {
            println!("{mode:?}: {done} seeds after {:.0} s", clock.monotonic().as_secs_f64());
        }
        add(&mut sum.lock().unwrap(), &report.tally);
        if !report.failures.is_empty() {
            if keep_going {
                println!("seed {seed}, {mode:?} mode: {}", report.failures.join("; "));
            }
            failed.lock().unwrap().push((seed, report));
        }
    };
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(work);
        }
    });
    let took = clock.monotonic().as_secs_f64();
    let (sum, failed) = (sum.into_inner().unwrap(), failed.into_inner().unwrap());
    let done = ran.into_inner() as f64;
    println!(
        "{mode:?}: {done} seeds in {took:.1} s on {cores} cores: {:.1} a second on a core; {} failed",
        done / took / cores as f64,
        failed.len()
    );
    let each = |total: u64| total as f64 / done;
    println!(
        "a seed has {:.0} accepted events, {:.0} incidents, {:.0} messages, {:.0} entries, {:.1} lives",
        each(sum.events),
        each(sum.incidents),
        each(sum.messages),
        each(sum.entries),
        each(sum.lives)
    );
    if let Some((seed, report)) = failed.first() {
        if !keep_going {
            println!("{}\nseed {seed}, {mode:?} mode:\n{}", report.trace, report.failures.join("\n"));
        }
        return false;
    }
    true
}

fn add(sum: &mut Tally, one: &Tally) {
    sum.events += one.events;
    sum.incidents += one.incidents;
    sum.messages += one.messages;
    sum.entries += one.entries;
    sum.lives += one.lives;
    sum.steps += one.steps;
}
