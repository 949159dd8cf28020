//! Appends per second are those of the store, however many events come in.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pd::domain::incidents::state::State;
use pd::ingest::{self, Admission, Limits, Newest, Writer};
use pd::journal::memory::{Fault, NoFaults, Op, OpKind};
use pd::journal::{Journal as _, LogName, Seq};
use pd::overload::Standpoint;
use pd::stage::{NoMark, Settings};

use super::door::parts;
use super::world::{World, is_own_append};

/// How long an append takes.
const APPEND: Duration = Duration::from_millis(10);
/// How often senders write, and for how long in all.
const EVERY: Duration = Duration::from_millis(2);
const ROUNDS: u32 = 1_000;

/// Appends in two seconds in which `burst` events come in every two milliseconds.
async fn appends(burst: u32) -> u64 {
    let slow = |op: &Op| if is_own_append(op) { Fault::Stall(APPEND) } else { Fault::None };
    let world = World::new(1, slow);
    let running = world.run(1).await;
    for round in 0..ROUNDS {
        let lines: Vec<_> = (0..burst).map(|n| format!("event {round}-{n}")).collect();
        world.feed(&lines).await;
        world.clock.sleep(EVERY).await;
    }
    let appends = running.appends();
    let all = usize::try_from(burst * ROUNDS).unwrap();
    world.wait_until("all are counted", || running.counted() == all).await;
    running.stop().await;
    appends
}

#[tokio::test(start_paused = true)]
async fn the_stage_appends_no_faster_for_ten_times_the_events() {
    let (some, tenfold) = (appends(1).await, appends(10).await);
    // Two seconds of appends of 10 ms each.
    assert!((150..=205).contains(&some), "{some}");
    assert!(
        tenfold.abs_diff(some) <= some / 10,
        "{some} appends for 500 events a second, {tenfold} for 5000"
    );
}

/// Nobody asks it here.
struct Nobody;

#[async_trait]
impl Newest for Nobody {
    async fn newest(&self) -> Option<Arc<State>> {
        None
    }

    fn consumed(&self, _: &LogName) -> Seq {
        Seq::FIRST
    }

    fn standpoint(&self, _: &LogName) -> Standpoint {
        Standpoint::default()
    }
}

/// The same for a door: `senders` of them, each of which waits for its answer and sends again at once.
async fn door_appends(senders: u32) -> (u64, u32) {
    let slow = |op: &Op| if op.kind == OpKind::Append { Fault::Stall(APPEND) } else { Fault::None };
    let world = World::new(2, slow);
    let parts = parts(&world, Arc::new(Nobody));
    let door = ingest::register(&parts).await.unwrap();
    let admission = Admission::new(&Limits::default(), Arc::clone(&parts.clock));
    let (writer, task) = Writer::events(parts, Some(door), admission);
    let task = tokio::spawn(task);
    let until = world.clock.monotonic() + Duration::from_secs(2);
    let senders: Vec<_> = (0..senders)
        .map(|sender| {
            let (writer, clock) = (writer.clone(), Arc::clone(&world.clock));
            tokio::spawn(async move {
                let mut accepted = 0_u32;
                while clock.monotonic() < until {
                    let record = format!("{sender}-{accepted}\n").into_bytes();
                    writer.write(None, record, Duration::from_secs(60)).await.unwrap();
                    accepted += 1;
                }
                accepted
            })
        })
        .collect();
    drop(writer);
    let mut accepted = 0;
    for sender in senders {
        accepted += sender.await.unwrap();
    }
    task.await.unwrap();
    let extent = world.store.handle(super::world::SENDER).extent(&LogName::door_events(door)).await.unwrap();
    (extent.next.0, accepted)
}

#[tokio::test(start_paused = true)]
async fn a_door_appends_no_faster_for_ten_times_the_senders() {
    let (few, few_accepted) = door_appends(10).await;
    let (many, many_accepted) = door_appends(100).await;
    assert!((150..=205).contains(&few), "{few}");
    assert!(many.abs_diff(few) <= few / 10, "{few} appends for 10 senders, {many} for 100");
    assert!(many_accepted >= few_accepted * 9, "{few_accepted} accepted, then {many_accepted}");
}

#[tokio::test(start_paused = true)]
async fn a_busy_stage_rests_between_two_entries_and_an_idle_one_does_not() {
    let world = World::new(1, NoFaults);
    let running = world.run_with(1, Settings::default(), || Box::new(NoMark)).await.unwrap();
    let names: Vec<String> = (0..40).map(|n| format!("event {n}")).collect();
    for name in &names {
        world.feed(&[name.as_str()]).await;
        world.clock.sleep(Duration::from_millis(1)).await;
    }
    // The last ones may still wait out a rest.
    world.clock.sleep(Duration::from_millis(20)).await;
    world.assert_each_once(names).await;
    let appends = running.handle.status.borrow().appends;
    assert!((2..=20).contains(&appends), "{appends} entries for 40 events a millisecond apart");

    world.clock.sleep(Duration::from_secs(10)).await;
    world.feed(&["alone"]).await;
    world.clock.sleep(Duration::from_millis(2)).await;
    assert_eq!(running.handle.status.borrow().appends, appends + 1);
    running.stop().await;
}
