//! An entry has its bound, whatever a batch leads to.

use std::time::Duration;

use pd::journal::memory::{Fault, NoFaults, Op};
use pd::journal::{ENTRY_BYTES_MAX, LogName};

use super::world::{World, is_own_append};

#[tokio::test(start_paused = true)]
async fn a_batch_that_leads_to_more_than_an_entry_holds_is_split() {
    let world = World::new(1, NoFaults);
    // Ten facts of 300,000 bytes: three fit into an entry.
    let lines: Vec<_> = (0..10).map(|n| format!("big {n} 300000")).collect();
    world.feed(&lines).await;
    let running = world.run(1).await;
    world.wait_until("all are counted", || running.counted() == 10).await;
    running.stop().await;
    let sizes: Vec<_> = world.entries(&LogName::incidents()).await.iter().map(|it| it.body.len()).collect();
    assert!(sizes.iter().all(|size| *size <= ENTRY_BYTES_MAX), "{sizes:?}");
    assert!((4..10).contains(&sizes.len()), "split, but not more than needed: {sizes:?}");
    world.assert_each_once(lines).await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_appended_is_undone_work() {
    let world = World::new(3, |op: &Op| if is_own_append(op) { Fault::Unavailable } else { Fault::None });
    let running = world.run(1).await;
    world.feed(&["event 1"]).await;
    let fed_at = world.clock.now();
    let oldest = || running.handle.status.borrow().oldest_undone;
    world.wait_until("it is noticed", || oldest().is_some()).await;
    world.clock.sleep(Duration::from_secs(60)).await;
    let age = oldest().map(|at| world.clock.now().since(at));
    assert!(age >= Some(Duration::from_secs(59)), "{age:?} since {fed_at:?}");
    world.set_faults(NoFaults);
    world.wait_until("it is counted", || running.counted() == 1).await;
    world.wait_until("nothing is undone", || oldest().is_none()).await;
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_input_that_alone_leads_to_more_is_poison() {
    let world = World::new(2, NoFaults);
    let large = format!("big {}", ENTRY_BYTES_MAX + 1);
    world.feed(&["event 1", &large, "event 2"]).await;
    let running = world.run(1).await;
    world.wait_until("all is done", || running.counted() == 2).await;
    assert_eq!(running.state().quarantined.keys().map(AsRef::as_ref).collect::<Vec<&str>>(), [large]);
    assert_eq!(running.handle.status.borrow().blocked, None);
    running.stop().await;
}
