//! Three servers on five Cassandra nodes in three datacenters under constant load, while one thing after the other fails.
//!
//! `cargo bench --bench datacenter [-- SCENARIO…] [--rate N] [--seconds N] [--asleep N]` prints a line for each scenario;
//! all of them by default. `--rate` is of events a second at each server's front. `--drills SECONDS` runs each drill of
//! `pd drill` for so long instead, and prints its report. The exit code is 1 when anything was
//! lost or repeated, or a bound was broken, and 2 when a scenario is not known.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

#[path = "../tests/it/cluster/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the tests")]
mod cluster;
#[path = "../tests/it/datacenter/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the tests")]
mod datacenter;
#[path = "../tests/it/doubles/mod.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod doubles;
#[path = "../tests/it/rig/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the tests")]
mod rig;

use std::process::ExitCode;
use std::time::Duration;

use cluster::{Cluster, Speed};
use datacenter::{Failure, Installation, Pace, drill, run};

/// At each server's front.
const SENDERS: usize = 16;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let failures = match asked(&arguments) {
        Ok(failures) => failures,
        Err(unknown) => {
            let known = Failure::ALL.map(Failure::name).join(", ");
            println!("no scenario `{unknown}`: there are {known}");
            return ExitCode::from(2);
        }
    };
    let number = |name: &str, default: u32| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(default)
    };
    let seconds = |name: &str, default: u32| Duration::from_secs(number(name, default).into());
    let pace = Pace {
        senders: SENDERS,
        pause: Duration::from_secs(SENDERS as u64) / number("--rate", 40).max(1),
        before: Duration::from_secs(5),
        during: seconds("--seconds", 20),
        asleep: seconds("--asleep", 60),
        after: Duration::from_secs(10),
    };
    let cluster = match Cluster::start(Speed::Work) {
        Ok(cluster) => cluster,
        Err(missing) => {
            println!("not run: {missing}");
            return ExitCode::FAILURE;
        }
    };
    let mut installation = Installation::start(&cluster);
    let mut held = true;
    if let lasts @ 1.. = number("--drills", 0) {
        return drills(&installation, lasts);
    }
    for failure in failures {
        if failure.parts() && !cluster.can_part() {
            println!("{}: not run: network namespaces need root and iproute2", failure.name());
            continue;
        }
        let figures = run(&cluster, &mut installation, failure, &pace);
        println!("{figures}");
        for broken in figures.broken() {
            held = false;
            println!("{}: BROKEN: {broken}", failure.name());
        }
        if std::env::var_os("PD_BENCH_LOGS").is_some() {
            println!("{}", installation.said());
        }
    }
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Each drill on the server beside the first datacenter.
fn drills(installation: &Installation, seconds: u32) -> ExitCode {
    let mut held = true;
    let lasts = format!("{seconds}s");
    for arguments in [
        ["datacenter"].as_slice(),
        &["slow-store"],
        &["node"],
        &["provider", "--channel", "email"],
        &["duplicate-input"],
        &["clock"],
    ] {
        let (report, passed) = drill(installation, 0, &[arguments, &["--for", &lasts]].concat());
        println!("$ pd drill run {} --for {lasts}\n{report}", arguments.join(" "));
        held &= passed;
    }
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The scenarios that are named; all, if none is.
fn asked(arguments: &[String]) -> Result<Vec<Failure>, &str> {
    let mut asked = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word.starts_with("--") {
            words.next();
            continue;
        }
        let found = Failure::ALL.into_iter().find(|failure| failure.name() == word);
        asked.push(found.ok_or(word.as_str())?);
    }
    Ok(if asked.is_empty() { Failure::ALL.to_vec() } else { asked })
}
