//! The outage of 2014-03-25 again, on five Cassandra nodes that all stages share: what the controls are for, and whether
//! they hold.
//!
//! `cargo bench --bench replay [-- jobs|overload|repair…] [--seconds N]`: base load at 70 % of the capacity that was just
//! measured, and then the scheduled work of a day at once (without the controls, which must do harm, or the replay is
//! blind; and with them), three times the capacity, and a load like that of a repair. With the jobs, one second
//! stands for a minute: a page that is later than 5 s counts as one that is later than five minutes, and what is archived
//! after a day is after 20 s. Elsewhere a page is late after 60 s. The return to normal has 60 real seconds.
//! The exit code is 1 when a bound was broken or no harm was done, and 2 when a word is not known.
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
use datacenter::{Course, Trouble, replay, warm_up};

const TROUBLES: [(&str, Trouble); 3] =
    [("jobs", Trouble::Jobs), ("overload", Trouble::Overload), ("repair", Trouble::Repair)];

fn main() -> ExitCode {
    let mut part = Duration::from_secs(30);
    let mut asked = Vec::new();
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        if word == "--seconds" {
            part = words.next().and_then(|it| it.parse().ok()).map_or(part, Duration::from_secs);
            continue;
        }
        match TROUBLES.iter().find(|(name, _)| *name == word) {
            Some((_, trouble)) => asked.push(*trouble),
            None => {
                println!("no replay of `{word}`: there are {}", TROUBLES.map(|(name, _)| name).join(", "));
                return ExitCode::from(2);
            }
        }
    }
    let cluster = match Cluster::start(Speed::Work) {
        Ok(cluster) => cluster,
        Err(missing) => {
            println!("not run: {missing}");
            return ExitCode::FAILURE;
        }
    };
    let warming: Vec<_> = warm_up(&cluster, part).iter().map(|rate| format!("{rate:.0}")).collect();
    println!("the nodes, until they were warm: {} pages/s", warming.join(", "));
    let mut held = true;
    for (_, trouble) in TROUBLES.iter().filter(|(_, it)| asked.is_empty() || asked.contains(it)) {
        // What the jobs did is what happened; the others show that the controls hold.
        if *trouble == Trouble::Jobs {
            let seen = replay(&cluster, Course { trouble: *trouble, controls: false, part });
            println!("{seen}");
            if !seen.is_harmed() {
                held = false;
                println!("BLIND: without the controls no harm was done");
            }
        }
        let seen = replay(&cluster, Course { trouble: *trouble, controls: true, part });
        println!("{seen}");
        for broken in seen.broken() {
            held = false;
            println!("BROKEN: {broken}");
        }
    }
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
