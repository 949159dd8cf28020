//! Many callers at once on nodes that stand still for a moment and become slow, on virtual time and a seed: the hedges and
//! repetitions of all of them must not keep the nodes busy after that.

#![allow(clippy::unwrap_used, clippy::cast_precision_loss, reason = "tests")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use scylla::errors::ExecutionError;

use super::call::{Caller, Kind};
use super::route::order;
use crate::clock::{SharedClock, VirtualClock};
use crate::domain::time::Timestamp;
use crate::ids::Ids;
use crate::mutants::{self, Mutant};

const NODES: usize = 5;
/// What a node needs for one statement: together they answer 500 in a second.
const SERVICE: Duration = Duration::from_millis(10);
/// One statement in this time: six of ten that can be answered.
const PAUSE: Duration = Duration::from_micros(3_333);
/// From when until when no node does anything.
const STANDS_STILL: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(12));
const ENDS: Duration = Duration::from_secs(60);
/// From when on everything is as it was.
const IS_WELL: Duration = Duration::from_secs(40);
const REQUEST_MAX: Duration = Duration::from_secs(3);

/// Numbers that follow from a seed.
#[derive(Debug)]
struct Seeded(Mutex<u64>);

impl Ids for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for byte in bytes {
            // The usual constants of a linear congruential generator; the high bits are the good ones.
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = state.to_le_bytes()[7];
        }
    }
}

/// When each node has answered everything that it was sent.
struct Nodes {
    clock: SharedClock,
    busy_until: Mutex<[Duration; NODES]>,
    asked: Mutex<u32>,
}

impl Nodes {
    /// Sends a statement to a node. It is worked on in any case, also when nobody waits for the answer any more.
    async fn ask(&self, node: usize) -> Result<(), ExecutionError> {
        *self.asked.lock().unwrap() += 1;
        let now = self.clock.monotonic();
        let answered = {
            let mut busy = self.busy_until.lock().unwrap();
            let mut begins = busy[node].max(now);
            if (STANDS_STILL.0..STANDS_STILL.1).contains(&begins) {
                begins = STANDS_STILL.1;
            }
            busy[node] = begins + SERVICE;
            busy[node]
        };
        let wait = answered.saturating_sub(now);
        self.clock.sleep(wait.min(REQUEST_MAX)).await;
        if wait > REQUEST_MAX { Err(ExecutionError::RequestTimeout(REQUEST_MAX)) } else { Ok(()) }
    }
}

/// How many statements were sent for each that was asked for, and of those that were asked for when everything was well
/// again, how many were answered within half a second.
async fn crowd(seed: u64) -> (f64, f64) {
    let clock: SharedClock = Arc::new(VirtualClock::new(Timestamp::from_millis(0)));
    let ids = Arc::new(Seeded(Mutex::new(seed)));
    let nodes =
        Nodes { clock: Arc::clone(&clock), busy_until: Mutex::new([Duration::ZERO; NODES]), asked: 0.into() };
    let caller = Caller::new("a cluster".to_owned(), order(None), Arc::clone(&clock), ids.clone());
    let (nodes, caller, ids) = (&nodes, &caller, &ids);
    let count = u32::try_from(ENDS.as_micros() / PAUSE.as_micros()).unwrap();
    let calls = (0..count).map(|n| async move {
        let asked_at = PAUSE * n;
        caller.clock.sleep(asked_at).await;
        let node = move |ids: &Seeded| usize::try_from(ids.random() % NODES as u64).unwrap();
        let answer = caller.call(Kind::Read, |_| Box::pin(nodes.ask(node(ids)))).await;
        let soon = caller.clock.monotonic() - asked_at < Duration::from_millis(500);
        (asked_at, answer.is_ok() && soon)
    });
    let answered = join_all(calls).await;
    let (of, soon) = answered
        .iter()
        .filter(|(at, _)| *at >= IS_WELL)
        .fold((0, 0), |(of, soon), (_, good)| (of + 1, soon + u32::from(*good)));
    (f64::from(*nodes.asked.lock().unwrap()) / f64::from(count), f64::from(soon) / f64::from(of))
}

fn run(seed: u64, mutant: Option<Mutant>) -> (f64, f64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    mutants::set(mutant);
    let came_of_it = runtime.unwrap().block_on(crowd(seed));
    mutants::set(None);
    came_of_it
}

#[test]
fn a_moment_of_standstill_is_over_soon_after() {
    for seed in 1..4 {
        let (sent, answered) = run(seed, None);
        assert!(sent < 1.05, "seed {seed}: {sent} statements for each that was asked for");
        assert!(answered > 0.99, "seed {seed}: {answered} are answered when all is well again");
    }
}

#[test]
fn who_hedges_when_all_is_slow_keeps_it_slow() {
    let (sent, answered) = run(1, Some(Mutant::HedgeWhenAllIsSlow));
    assert!(sent > 1.5 && answered < 0.5, "{sent} statements for each; {answered} are answered in time");
}
