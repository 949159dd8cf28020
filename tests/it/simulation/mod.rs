//! Deterministic simulation of the whole pipeline: several processes made of the real parts, on virtual time and one
//! seed, with everything around them failing in the ways it can, and checks that read the journals beside them.
//!
//! Reading order: [`plan`], what a seed has in store; [`town`], what a run consists of; [`process`], one life of a
//! process; [`fate`], [`damage`], [`restoring`] and [`overload`], what goes wrong; [`monitoring`], [`people`] and [`providers`], the
//! outside; [`check`], what must hold; [`trace`], who did what.

mod chance;
mod check;
mod clock;
mod damage;
mod fate;
mod founding;
mod gate;
mod monitoring;
mod overload;
mod people;
mod plan;
mod process;
mod providers;
mod restoring;
mod town;
mod trace;
mod turnstile;
mod weather;

use std::sync::Arc;
use std::time::Duration;

pub use plan::Mode;

use chance::Chance;
use plan::Plan;
use town::Town;

/// How often the journals are looked at.
const LOOK: Duration = Duration::from_millis(250);

/// What came of a run.
#[derive(Debug)]
pub struct Report {
    /// What was found; empty: nothing.
    pub failures: Vec<String>,
    /// The same for the same seed.
    pub hash: u64,
    /// Who did what, a line each, if that was asked for.
    pub trace: String,
    /// What the run was like.
    pub tally: Tally,
}

/// What a run was like.
#[derive(Clone, Copy, Default, Debug)]
pub struct Tally {
    /// Events that were accepted.
    pub events: u64,
    /// Incidents that were opened.
    pub incidents: u64,
    /// Messages that providers took.
    pub messages: u64,
    /// Entries of both stages.
    pub entries: u64,
    /// Lives of processes.
    pub lives: u64,
    /// Steps in the trace.
    pub steps: u64,
}

/// Runs one seed.
pub fn run(seed: u64, mode: Mode, with_trace: bool) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without I/O needs nothing from the system");
    let report = runtime.block_on(simulate(seed, mode, with_trace));
    runtime.shutdown_background();
    report
}

/// Whether the stores are restored from an older copy in this run.
pub fn restores(seed: u64, mode: Mode) -> bool {
    Plan::new(mode, &Chance::new(seed)).restore.is_some()
}

/// Runs one seed, and once more with a trace when something was found.
pub fn examine(seed: u64, mode: Mode) -> Report {
    let report = run(seed, mode, false);
    if report.failures.is_empty() {
        return report;
    }
    let mut again = run(seed, mode, true);
    if again.hash != report.hash {
        again.failures.push("the same seed gave another run".to_owned());
    }
    again
}

async fn simulate(seed: u64, mode: Mode, with_trace: bool) -> Report {
    let chance = Chance::new(seed);
    let plan = Plan::new(mode, &chance);
    let town = Town::new(plan, chance, with_trace);
    town.trace.say("seed", seed, || format!("{seed} {:?}", town.plan));
    town.check(|check, _| check.found());
    tokio::spawn(town.turnstile.clone().run());
    for machine in 0..town.plan.machines {
        tokio::spawn(fate::supervise(Arc::clone(&town), machine));
    }
    for monitor in 0..town.plan.monitors {
        tokio::spawn(monitoring::watch(Arc::clone(&town), monitor));
    }
    if mode == Mode::Overload {
        tokio::spawn(overload::run(Arc::clone(&town)));
    } else {
        tokio::spawn(fate::run(Arc::clone(&town)));
    }
    tokio::spawn(restoring::run(Arc::clone(&town)));
    let mut looks = 0u64;
    while town.elapsed() < town.plan.ends_at && !town.has_failed() {
        town.clock.sleep(LOOK).await;
        looks += 1;
        let lives = town.lives();
        town.check(|check, trace| check.look(trace, &lives, looks));
    }
    let lives = town.lives();
    let tally = town.check(|check, trace| {
        check.finish(trace, &lives);
        check.tally()
    });
    let lives: u32 = (0..town.plan.machines).map(|machine| town.machine(machine, |at| at.lives)).sum();
    for machine in 0..town.plan.machines {
        process::crash(&town, machine);
    }
    Report {
        failures: town.check(|check, _| check.failures()),
        hash: town.trace.hash(),
        trace: town.trace.text(),
        tally: Tally { lives: lives.into(), steps: town.trace.steps(), ..tally },
    }
}
