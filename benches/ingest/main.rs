//! How fast events come in, and what becomes of them meanwhile, by the real binary over loopback.
//!
//! `cargo bench --bench ingest [-- PART…] [--seconds N] [--rounds N] [--idle N] [--connections N]` prints one line a
//! figure. The parts are
//! `accept`, `retry`, `overload`, `webhook` and `idle`; all of them by default. `overload` has bounds, and
//! the exit code is 1 when one is broken. With `--store cassandra` it is run on five Cassandra nodes instead, with other
//! parts: accepting alone and the whole pipeline against plain inserts, statements, deletes, and idling for `--idle`
//! (60 then). The server is configured as a newcomer has it: one
//! user whose only contact method is the console, and `pd serve` started on a terminal, so each incident's page is
//! printed there. Beside it stands what happens without a terminal: each page fails at once and its incident goes
//! through all levels, which is more than twice the work.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]
#![allow(clippy::cast_precision_loss, reason = "figures for people")]

#[path = "../../tests/it/cluster/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the tests")]
mod cluster;
mod comparator;
#[path = "../../tests/it/datacenter/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the tests")]
mod datacenter;
#[path = "../../tests/it/doubles/mod.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod doubles;
#[allow(dead_code, reason = "shared with the benchmark of the state")]
mod load;
mod overload;
mod quorum;
mod receiver;
#[path = "../../tests/it/rig/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the tests")]
mod rig;
mod server;

use std::fmt::Display;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use comparator::Comparator;
use load::{End, Load, Plan, Template};
use pd::clock::{Clock as _, SystemClock};
use receiver::Receiver;
use rig::Rig;

const CONNECTIONS: u64 = 64;
/// The same on a cluster, where each waits longer for its answer.
const MANY: u64 = 256;
const RETRYING: usize = 256;
/// How long something that is behind may take to come to its end before the run gives it up.
const PATIENCE: Duration = Duration::from_secs(120);
const WEBHOOKS_ALLOWED: &str = "[deliver.webhook]\nallow = [\"127.0.0.0/8\"]\n";

/// What the command line asks for.
struct Options {
    parts: Vec<String>,
    seconds: Duration,
    rounds: usize,
    idle: Duration,
    /// How many send at a time, each one event after the other.
    connections: usize,
    /// Whether the store is a cluster.
    cassandra: bool,
}

impl Options {
    fn read(arguments: &[String]) -> Self {
        let number = |name: &str, default: u64| {
            let at = arguments.iter().position(|argument| argument == name);
            at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(default)
        };
        let cassandra = arguments.windows(2).any(|two| two == ["--store", "cassandra"]);
        let parts = ["accept", "retry", "overload", "webhook", "idle"].map(str::to_owned);
        let asked: Vec<_> = parts.iter().filter(|part| arguments.contains(part)).cloned().collect();
        Self {
            parts: if asked.is_empty() { parts.to_vec() } else { asked },
            seconds: Duration::from_secs(number("--seconds", 4)),
            rounds: usize::try_from(number("--rounds", 3)).unwrap_or(3),
            idle: Duration::from_secs(number("--idle", if cassandra { 60 } else { 10 })),
            connections: usize::try_from(number("--connections", if cassandra { MANY } else { CONNECTIONS }))
                .unwrap_or(1)
                .max(1),
            cassandra,
        }
    }

    fn has(&self, part: &str) -> bool {
        self.parts.iter().any(|asked| asked == part)
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == comparator::ARGUMENT) {
        comparator::be(arguments.get(1).map(PathBuf::from));
        return ExitCode::SUCCESS;
    }
    let options = Options::read(&arguments);
    if options.cassandra {
        quorum::run(&options);
        return ExitCode::SUCCESS;
    }
    if options.has("accept") {
        disk();
        accept(&options);
    }
    if options.has("retry") {
        retry(&options);
    }
    let held = !options.has("overload") || overload::run(options.seconds);
    if options.has("webhook") {
        webhook(options.connections);
    }
    if options.has("idle") {
        idle(options.idle);
    }
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn figure(name: &str, value: impl Display) {
    println!("{name}: {value}");
}

fn millis(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How long the disk takes for a small write to be durable.
fn disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = File::create(folder.path().join("sync")).unwrap();
    let clock = SystemClock::new();
    let mut took: Vec<Duration> = (0..200)
        .map(|_| {
            let before = clock.monotonic();
            file.write_all(&[1; 4096]).unwrap();
            file.sync_data().unwrap();
            clock.monotonic() - before
        })
        .collect();
    took.sort_unstable();
    figure("disk, 4 KiB written and synced, p50", millis(took[100]));
    figure("disk, 4 KiB written and synced, p99", millis(took[198]));
}

fn plan(connections: usize, address: &str, template: Template, end: End) -> Plan {
    Plan {
        address: address.to_owned(),
        template,
        connections,
        end,
        keys_from: Some(1),
        pause: Duration::from_millis(20),
        every: Duration::ZERO,
    }
}

/// One round's loads: nothing stored, a row an event, and the server.
struct Round {
    stack: Load,
    store: Load,
    server: Load,
    until_incident: Option<Duration>,
    until_done: Option<Duration>,
    one_key: Load,
    one_key_done: Option<Duration>,
    in_vain: Load,
    in_vain_done: Option<Duration>,
}

/// A load, with the processor time that it costs this process.
fn measured(pid: u32, plan: &Plan) -> Load {
    let before = server::processor(pid);
    let mut load = load::run(plan);
    load.used = server::processor(pid) - before;
    load
}

fn round(options: &Options) -> Round {
    let compare = |comparator: &Comparator| {
        let template = Template::trigger(&comparator.address, &"0".repeat(32));
        let end = End::After(options.seconds);
        measured(comparator.pid(), &plan(options.connections, &comparator.address, template, end))
    };
    let folder = tempfile::tempdir().unwrap();
    let stack = compare(&Comparator::stack());
    let store = compare(&Comparator::store(folder.path()));
    let run = |rig: &Rig, keys_from| {
        let end = End::After(options.seconds);
        let plan = plan(options.connections, &rig.context().address, server::template(rig), end);
        measured(rig.pid(), &Plan { keys_from, ..plan })
    };
    let rig = Rig::start_on_terminal();
    let server = run(&rig, Some(1));
    let until_incident = server::wait_opened(&rig, server.accepted, PATIENCE);
    let until_done = until_incident.and_then(|took| Some(took + server::wait_done(&rig, PATIENCE)?));
    drop(rig);
    let rig = Rig::start_on_terminal();
    let one_key = run(&rig, None);
    let one_key_done = server::wait_done(&rig, PATIENCE);
    drop(rig);
    let rig = Rig::start();
    let in_vain = run(&rig, Some(1));
    let in_vain_done = server::wait_done(&rig, PATIENCE);
    Round { stack, store, server, until_incident, until_done, one_key, one_key_done, in_vain, in_vain_done }
}

/// One of a round's loads, and what it is called.
type NamedLoad = (&'static str, fn(&Round) -> &Load);
/// One of a round's times, if it came to its end, and what it is called.
type NamedTime = (&'static str, fn(&Round) -> Option<Duration>);

fn accept(options: &Options) {
    let rounds: Vec<Round> = (0..options.rounds.max(1)).map(|_| round(options)).collect();
    let of = |value: &dyn Fn(&Round) -> f64| median(rounds.iter().map(value).collect());
    let loads: [NamedLoad; 5] = [
        ("(a) the HTTP stack alone", |round| &round.stack),
        ("(b) a row an event in SQLite", |round| &round.store),
        ("pd, every event an incident", |round| &round.server),
        ("pd, one dedup key", |round| &round.one_key),
        ("pd, every page in vain", |round| &round.in_vain),
    ];
    for (name, load) in loads {
        figure(
            &format!("{name}, events accepted a second"),
            format!("{:.0}", of(&|round| load(round).rate())),
        );
        for (share, called) in [(0.5, "p50"), (0.99, "p99")] {
            let latency = of(&|round| load(round).latency(share).as_secs_f64());
            figure(&format!("{name}, {called}"), millis(Duration::from_secs_f64(latency)));
        }
        let used = of(&|round| load(round).used.as_secs_f64() / load(round).accepted as f64);
        figure(&format!("{name}, processor time an event"), format!("{:.1} us", used * 1e6));
        figure(&format!("{name}, refused"), rounds.iter().map(|round| load(round).refused).sum::<u64>());
    }
    for (name, load) in &loads[2..] {
        for (limit, other) in [("(a)", loads[0].1), ("(b)", loads[1].1)] {
            let rate = of(&|round| load(round).rate() / other(round).rate());
            figure(&format!("{name}, events a second, of {limit}"), format!("{rate:.2}"));
            for (share, called) in [(0.5, "p50"), (0.99, "p99")] {
                let latency = |load: &Load| load.latency(share).as_secs_f64();
                let ratio = of(&|round| latency(load(round)) / latency(other(round)));
                figure(&format!("{name}, {called}, of {limit}"), format!("{ratio:.1}"));
            }
        }
    }
    println!("(aim: 0.5 of (b) or more events a second)");
    let behind: [NamedTime; 4] = [
        ("pd, from the end of the load until the last event is an incident (aim: under 1 s)", |round| {
            round.until_incident
        }),
        ("pd, from the end of the load until all pages are done with", |round| round.until_done),
        ("pd, one dedup key, from the end of the load until all is done", |round| round.one_key_done),
        ("pd, every page in vain, from the end of the load until all is done", |round| round.in_vain_done),
    ];
    for (name, took) in behind {
        let took = of(&|round| took(round).map_or(f64::INFINITY, |took| took.as_secs_f64()));
        figure(name, format!("{took:.2} s"));
    }
}

/// Many clients that send again at once whatever was not accepted.
fn retry(options: &Options) {
    let rig = Rig::start_on_terminal();
    let end = End::After(options.seconds);
    let first = plan(options.connections, &rig.context().address, server::template(&rig), end);
    let peak = load::run(&first);
    server::wait_done(&rig, PATIENCE);
    let many =
        load::run(&Plan { connections: RETRYING, keys_from: Some(1 << 40), pause: Duration::ZERO, ..first });
    figure(
        &format!("{} connections, events accepted a second", options.connections),
        format!("{:.0}", peak.rate()),
    );
    figure("256 connections that retry at once, events accepted a second", format!("{:.0}", many.rate()));
    figure("256 connections that retry at once, refused", many.refused);
    figure("256 connections that retry at once, p99", millis(many.latency(0.99)));
    let goodput = many.rate() / peak.rate().max(many.rate());
    figure("256 connections that retry at once, goodput of the peak (aim: 0.7)", format!("{goodput:.2}"));
}

/// From an event to its webhook: alone, and ten thousand at once.
fn webhook(connections: usize) {
    const ALONE: u64 = 100;
    const AT_ONCE: u64 = 10_000;
    let receiver = Receiver::start();
    let rig = Rig::start_with(WEBHOOKS_ALLOWED);
    server::page_by_webhook(&rig, &receiver.url);
    let mut took = Vec::new();
    for number in 1..=ALONE {
        std::thread::sleep(Duration::from_millis(30));
        let sent_at = receiver.clock.monotonic();
        assert_eq!(rig.trigger(&format!("alone {number}")).status, 202);
        let seen = receiver.wait(number, PATIENCE).expect("a webhook for every event");
        took.push(seen.last - sent_at);
    }
    took.sort_unstable();
    figure(
        "one event on an idle system, until its webhook, p50 (aim: under 10 ms)",
        millis(took[took.len() / 2]),
    );
    figure("one event on an idle system, until its webhook, p99", millis(took[took.len() - 2]));
    let began = receiver.clock.monotonic();
    let all = plan(connections, &rig.context().address, server::template(&rig), End::Accepted(AT_ONCE));
    let load = load::run(&all);
    let last = receiver.wait(ALONE + load.accepted, PATIENCE);
    figure("10,000 events at once, until all are accepted", format!("{:.2} s", load.took.as_secs_f64()));
    match last {
        Some(seen) => {
            let took = format!("{:.2} s", (seen.last - began).as_secs_f64());
            figure("10,000 events at once, until the last webhook (aim: under 5 s)", took);
        }
        None => figure("10,000 events at once, webhooks that came in time", receiver.seen().count - ALONE),
    }
    server::wait_done(&rig, PATIENCE);
    let more = receiver.seen().count.saturating_sub(ALONE + load.accepted);
    figure("10,000 events at once, webhooks that came twice", more);
}

/// What a server costs that has nothing to do.
fn idle(time: Duration) {
    let rig = Rig::start();
    server::settle(&rig);
    std::thread::sleep(Duration::from_secs(3));
    let (calls, used) = (server::write_calls(rig.pid()), server::processor(rig.pid()));
    let written = server::written(rig.pid());
    std::thread::sleep(time);
    let calls = server::write_calls(rig.pid()) - calls;
    let used = server::processor(rig.pid()).saturating_sub(used);
    let written = server::written(rig.pid()) - written;
    let name = format!("idle for {} s", time.as_secs());
    figure(&format!("{name}, bytes written to the disk (aim: 0 in 60 s)"), written);
    figure(&format!("{name}, write calls, which wake the process's own threads"), calls);
    figure(&format!("{name}, processor time (aim: near zero)"), millis(used));
    let megabytes = server::resident(rig.pid()) as f64 / 1e6;
    figure(&format!("{name}, resident memory (aim: under 30 MB)"), format!("{megabytes:.1} MB"));
}
