//! Accepting while a snapshot is written: its parts are seen in the store, by a connection that only reads.

use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};
use rusqlite::{Connection, OpenFlags};

use crate::load::{self, End, Load, Plan};
use crate::rig::Rig;
use crate::{figure, millis, plan};

/// How long one look takes, for which a load runs.
const WINDOW: Duration = Duration::from_millis(500);
/// How often each connection sends: so that the machine is busy, but not full.
const EVERY: Duration = Duration::from_millis(50);
/// Windows without a snapshot that are enough to compare with.
const QUIET: usize = 10;

/// Loads the server until a snapshot of the incidents has been written, or for so long.
pub(crate) fn measure(rig: &Rig, limit: Duration) {
    let path = rig.data().join("pd.db");
    let store = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let looked = || -> (i64, i64) {
        let count = |sql: &str| store.query_row(sql, [], |row| row.get(0)).unwrap();
        (
            count("SELECT count(*) FROM snapshot_part JOIN log ON log.id = log WHERE name = 'incidents'"),
            count("SELECT count(*) FROM snapshot JOIN log ON log.id = log WHERE name = 'incidents'"),
        )
    };
    let (mut quiet, mut busy) = (Load::default(), Load::default());
    let clock = SystemClock::new();
    let paced = Plan { keys_from: None, every: EVERY, ..plan(rig, End::After(WINDOW)) };
    let (mut windows, mut began, mut took) = (0, None, None);
    let mut before = looked();
    while clock.monotonic() < limit && (took.is_none() || windows < QUIET) {
        let load = load::run(&paced);
        let after = looked();
        if after.0 == before.0 {
            quiet.add(load);
            windows += 1;
        } else {
            began.get_or_insert(clock.monotonic().saturating_sub(WINDOW));
            busy.add(load);
        }
        if after.1 > before.1 {
            took = began.map(|began| clock.monotonic() - began);
        }
        before = after;
    }
    match took {
        Some(took) => {
            figure("a snapshot of the incidents, written in", format!("{:.1} s", took.as_secs_f64()))
        }
        None => figure("a snapshot of the incidents was not finished; parts that were written", before.0),
    }
    if busy.accepted == 0 {
        return;
    }
    figure("p99 while no snapshot is written", millis(quiet.latency(0.99)));
    figure("p99 while a snapshot is written", millis(busy.latency(0.99)));
    let ratio = busy.latency(0.99).as_secs_f64() / quiet.latency(0.99).as_secs_f64();
    figure("p99 with a snapshot against without (aim: at most 2)", format!("{ratio:.2}"));
}
