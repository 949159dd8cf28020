//! What a hundred thousand open incidents cost: memory, restart, lists, and what is left of the speed of accepting.
//!
//! `cargo bench --bench state [-- --incidents N] [--seconds N] [--snapshot N]` prints one line a figure. All incidents are
//! made through the door of the real binary, by events with a dedup key each. `--snapshot` is how many seconds a
//! snapshot is waited for. (`cargo bench --bench archive` measures lists with a million archived incidents.)
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]
#![allow(clippy::cast_precision_loss, reason = "figures for people")]

#[path = "../ingest/load.rs"]
#[allow(dead_code, reason = "shared with the other benchmark")]
mod load;
#[path = "../../tests/it/rig/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the tests")]
mod rig;
#[path = "../ingest/server.rs"]
#[allow(dead_code, reason = "shared with the other benchmark")]
mod server;
mod snapshot;

use std::fmt::Display;
use std::time::Duration;

use load::{End, Load, Plan};
use pd::clock::{Clock as _, SystemClock};
use rig::Rig;
use rig::http::Connection;

const CONNECTIONS: usize = 64;
const PATIENCE: Duration = Duration::from_secs(300);
/// How often a list is asked for.
const RUNS: usize = 9;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, default: u64| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(default)
    };
    let count = number("--incidents", 100_000);
    let time = Duration::from_secs(number("--seconds", 3));
    let empty = one_key(&Rig::start_on_terminal(), time);
    let mut rig = Rig::start_on_terminal();
    fill(&rig, count);
    memory(&rig, count, "after they were made");
    accept(&rig, &empty, time);
    lists(&rig);
    restart(&mut rig, "without a snapshot");
    snapshot::measure(&rig, Duration::from_secs(number("--snapshot", 240)));
    restart(&mut rig, "with the snapshots that there are");
    memory(&rig, count, "after a restart");
}

fn figure(name: &str, value: impl Display) {
    println!("{name}: {value}");
}

fn millis(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}

fn plan(rig: &Rig, end: End) -> Plan {
    Plan {
        address: rig.context().address.clone(),
        template: server::template(rig),
        connections: CONNECTIONS,
        end,
        keys_from: Some(1),
        pause: Duration::from_millis(20),
        every: Duration::ZERO,
    }
}

/// Accepting, without more incidents: so that the state stays as it is while it is measured.
fn one_key(rig: &Rig, time: Duration) -> Load {
    let load = load::run(&Plan { keys_from: None, ..plan(rig, End::After(time)) });
    server::wait_done(rig, PATIENCE);
    load
}

fn fill(rig: &Rig, count: u64) {
    let clock = SystemClock::new();
    let load = load::run(&plan(rig, End::Accepted(count)));
    server::wait_opened(rig, count, PATIENCE).expect("an incident for every event");
    let opened = clock.monotonic();
    server::wait_done(rig, PATIENCE).expect("an end of all pages");
    figure("open incidents", server::opened(rig));
    figure("all accepted after", format!("{:.2} s", load.took.as_secs_f64()));
    figure("all incidents after", format!("{:.2} s", opened.as_secs_f64()));
    figure("all pages done with after", format!("{:.2} s", clock.monotonic().as_secs_f64()));
}

fn memory(rig: &Rig, count: u64, when: &str) {
    let resident = server::resident(rig.pid());
    figure(
        &format!("resident memory {when} (aim: under 300 MB)"),
        format!("{:.0} MB", resident as f64 / 1e6),
    );
    figure(
        &format!("the same, an incident, {when}"),
        format!("{:.2} KB", resident as f64 / count as f64 / 1e3),
    );
}

fn accept(rig: &Rig, empty: &Load, time: Duration) {
    let full = one_key(rig, time);
    figure("events accepted a second, empty state", format!("{:.0}", empty.rate()));
    figure("events accepted a second, full state", format!("{:.0}", full.rate()));
    figure(
        "events accepted, full against empty (aim: above 0.9)",
        format!("{:.2}", full.rate() / empty.rate()),
    );
    figure("p99, empty state", millis(empty.latency(0.99)));
    figure("p99, full state", millis(full.latency(0.99)));
}

/// The median time of some runs.
fn timed(mut run: impl FnMut()) -> Duration {
    let clock = SystemClock::new();
    let mut took: Vec<_> = (0..RUNS)
        .map(|_| {
            let before = clock.monotonic();
            run();
            clock.monotonic() - before
        })
        .collect();
    took.sort_unstable();
    took[RUNS / 2]
}

fn lists(rig: &Rig) {
    let took = timed(|| drop(rig.ok(&["list"])));
    figure("`pd list`", millis(took));
    let service = rig.rest("GET", "/services", None)["services"][0]["id"].as_str().unwrap().to_owned();
    let deep = "limit=100&offset=9900";
    let queries = [
        ("the first page", "limit=100".to_owned()),
        ("the deepest page", deep.to_owned()),
        ("the deepest page, with its total", format!("{deep}&total=true")),
        (
            "triggered, newest first, the deepest page",
            format!("{deep}&statuses[]=triggered&sort_by=created_at:desc"),
        ),
        (
            "one service and urgency, the deepest page",
            format!("{deep}&service_ids[]={service}&urgencies[]=high"),
        ),
        ("by urgency, the deepest page", format!("{deep}&sort_by=urgency:desc")),
        ("a rare key", "limit=100&incident_key=key-0000000000000077".to_owned()),
        ("acknowledged, of which there is none", "limit=100&statuses[]=acknowledged".to_owned()),
    ];
    let mut connection = Connection::open(&rig.context().address).unwrap();
    for (name, query) in queries {
        let path = format!("/incidents?{query}");
        let took = timed(|| {
            let answer = connection.request("GET", &path, &rig.context().token, None).unwrap();
            assert_eq!(answer.status, 200, "{path}: {answer}");
        });
        figure(&format!("incidents, {name} (aim: under 50 ms)"), millis(took));
    }
}

fn restart(rig: &mut Rig, how: &str) {
    let clock = SystemClock::new();
    rig.kill9();
    let before = clock.monotonic();
    rig.up();
    let took = clock.monotonic() - before;
    figure(
        &format!("from a start after kill -9 until ready, {how} (aim: under 3 s)"),
        format!("{:.2} s", took.as_secs_f64()),
    );
    assert_eq!(rig.term(), Some(0));
    let before = clock.monotonic();
    rig.up();
    let took = clock.monotonic() - before;
    figure(
        "from a start after an orderly end until ready (aim: under 3 s)",
        format!("{:.2} s", took.as_secs_f64()),
    );
}
