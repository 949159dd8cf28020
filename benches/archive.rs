//! How fast the deepest page of every kind of list is over an archive of a million incidents.
//!
//! `cargo bench --bench archive [-- COUNT]` fills a temporary archive, then prints one line a figure: the median and the
//! slowest of several runs. The deepest page is that of offset 9,900 and limit 100, with the rows of open incidents
//! that it may be merged with.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

#[path = "../tests/it/archive/fixture.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod fixture;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use pd::archive::sqlite::SqliteArchive;
use pd::archive::{Archive, Filter, Sort, SortBy};
use pd::clock::{Clock, SystemClock};
use pd::domain::id::IncidentNumber;
use pd::domain::user::Urgency;

use fixture::{Closed, at, key, service, user};

const COUNT: u64 = 1_000_000;
const BATCH: u64 = 2_000;
const PAGE: usize = 10_100;
const RUNS: usize = 7;
const DAY: i64 = 86_400_000;
const DAYS: i64 = 400;
const SERVICES: u16 = 50;

fn main() {
    let count = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(COUNT);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(run(count));
}

async fn run(count: u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive.db");
    let clock = Arc::new(SystemClock::new());
    let started = clock.monotonic();
    fill(&SqliteArchive::open(&path, clock.clone()).unwrap(), count).await;
    let took = clock.monotonic() - started;
    println!("fill: {count} incidents in {took:.1?}, {:.0} a second", count as f64 / took.as_secs_f64());
    println!("file: {} bytes an incident", std::fs::metadata(&path).unwrap().len() / count);
    let (memory, started) = (resident(), clock.monotonic());
    let archive = SqliteArchive::open(&path, clock.clone()).unwrap();
    println!("open: {:.1?}", clock.monotonic() - started);
    println!("memory: {:.0} bytes an incident", resident().saturating_sub(memory) as f64 / count as f64);
    let mut slowest = Duration::ZERO;
    for (name, filter) in filters() {
        slowest = slowest.max(lists(&archive, &clock, name, &filter).await);
    }
    let get = measure(&clock, async || {
        archive.get(IncidentNumber(count / 2)).await.unwrap().unwrap();
    })
    .await;
    println!("get: {:.2?} (slowest {:.2?})", get.0, get.1);
    println!("slowest median: {slowest:.1?} (aim: under 50 ms)");
}

/// Each order of this filter, both ways, and its count; returns the slowest median.
async fn lists(archive: &SqliteArchive, clock: &SystemClock, name: &str, filter: &Filter) -> Duration {
    let counting = measure(clock, async || {
        archive.count(filter).await.unwrap();
    })
    .await;
    let total = archive.count(filter).await.unwrap();
    println!("{name}, count = {total}: {:.1?} (slowest {:.1?})", counting.0, counting.1);
    let mut slowest = counting.0;
    for by in [SortBy::Number, SortBy::ResolvedAt, SortBy::Urgency] {
        for descending in [false, true] {
            let paging = measure(clock, async || {
                archive.rows(filter, Sort { by, descending }, PAGE).await.unwrap();
            })
            .await;
            let way = if descending { "descending" } else { "ascending" };
            println!("{name}, by {by:?} {way}: {:.1?} (slowest {:.1?})", paging.0, paging.1);
            slowest = slowest.max(paging.0);
        }
    }
    slowest
}

/// The median and the slowest of some runs, after one to warm up.
async fn measure(clock: &SystemClock, run: impl AsyncFn()) -> (Duration, Duration) {
    run().await;
    let mut took = Vec::new();
    for _ in 0..RUNS {
        let started = clock.monotonic();
        run().await;
        took.push(clock.monotonic() - started);
    }
    took.sort();
    (took[RUNS / 2], took[RUNS - 1])
}

fn filters() -> Vec<(&'static str, Filter)> {
    let any = Filter::default;
    let (since, until) = (Some(at(DAYS / 4 * DAY)), Some(at(DAYS * 3 / 4 * DAY)));
    let half = |from: u16| (from..SERVICES).step_by(2).map(service).collect::<Vec<_>>();
    vec![
        ("any", any()),
        ("one service", Filter { services: vec![service(40)], ..any() }),
        ("half of the services", Filter { services: half(0), ..any() }),
        ("no such service", Filter { services: vec![service(999)], ..any() }),
        ("low", Filter { urgencies: vec![Urgency::Low], ..any() }),
        ("one user", Filter { users: vec![user(7)], ..any() }),
        ("four users", Filter { users: [1, 9, 17, 99].map(user).to_vec(), ..any() }),
        ("the middle half of the time", Filter { since, until, ..any() }),
        ("the older half", Filter { until: Some(at(DAYS / 2 * DAY)), ..any() }),
        ("the last day", Filter { since: Some(at((DAYS - 1) * DAY)), ..any() }),
        ("the first day", Filter { until: Some(at(DAY)), ..any() }),
        ("a frequent key", Filter { key: Some(key("flapping")), ..any() }),
        ("a rare key", Filter { key: Some(key("key 7")), ..any() }),
        (
            "all at once",
            Filter {
                services: half(1),
                urgencies: vec![Urgency::High],
                users: (1..20).map(user).collect(),
                since,
                until,
                key: None,
            },
        ),
        (
            "all at once and a key",
            Filter { services: half(0), key: Some(key("flapping")), since, until, ..any() },
        ),
    ]
}

async fn fill(archive: &SqliteArchive, count: u64) {
    for first in (1..=count).step_by(usize::try_from(BATCH).unwrap()) {
        let batch = (first..=count.min(first + BATCH - 1)).map(|n| incident(n, count).build()).collect();
        archive.put(batch).await.unwrap();
    }
}

/// Four hundred days of them, busy services and quiet ones, most resolved within the hour, some after months.
fn incident(number: u64, count: u64) -> Closed {
    let chance = mix(number);
    let part = |shift: u32, of: u64| (chance >> shift) % of;
    let created_at = (DAYS * DAY) / i64::try_from(count).unwrap() * i64::try_from(number).unwrap();
    let longest = [3_600_000, 3_600_000, 3_600_000, 86_400_000, 90 * 86_400_000][part(0, 5) as usize];
    // The product of two chances makes some services ten times as busy as others.
    let service = (part(8, 51) * part(14, 51) / 51) as u16;
    let team = service % 20;
    let frequent = part(20, 10) == 0;
    Closed {
        service,
        urgency: if part(26, 4) == 0 { Urgency::Low } else { Urgency::High },
        resolved_at: created_at + i64::try_from(part(28, longest)).unwrap(),
        assigned: vec![team * 2, team * 2 + (part(3, 2) as u16)],
        resolved_by: (part(5, 3) == 0).then_some(team * 2 + 1),
        dedup_key: Some(if frequent { "flapping".into() } else { format!("key {}", number % (count / 5)) }),
        ..Closed::new(number, created_at)
    }
}

/// The finaliser of splitmix64: the same incidents in every run.
fn mix(number: u64) -> u64 {
    let x = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// The bytes of memory that this process holds.
fn resident() -> u64 {
    let status = std::fs::read_to_string(Path::new("/proc/self/statm")).unwrap_or_default();
    let pages: u64 = status.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * 4096
}
