//! Two processes on one journal, and outcomes that nobody was told.

use std::collections::BTreeSet;
use std::time::Duration;

use pd::journal::LogName;
use pd::journal::memory::{Fault, NoFaults, Op, OpKind, SeededFaults};

use super::world::{World, is_own_append};

/// Feeds `entries` of `width` lines each, a few milliseconds apart, and gives their names.
async fn feed(world: &World, entries: u32, width: u32) -> Vec<String> {
    let mut names = Vec::new();
    for entry in 0..entries {
        let lines: Vec<_> = (0..width).map(|n| format!("event {entry}-{n}")).collect();
        world.feed(&lines).await;
        names.extend(lines);
        world.clock.sleep(Duration::from_millis(3)).await;
    }
    names
}

#[tokio::test(start_paused = true)]
async fn what_another_took_is_applied_and_the_rest_decided_again() {
    let mut by_both = (0, 0);
    for seed in 0..20 {
        let world = World::new(seed, SeededFaults::new(seed, 400, Duration::from_millis(20)));
        let (one, two) = (world.run(1).await, world.run(2).await);
        let names = feed(&world, 60, 3).await;
        world.set_faults(NoFaults);
        // Each process only learns by appending what the other has counted: until one of them has seen it all.
        world.wait_until("all are counted", || one.counted().max(two.counted()) == names.len()).await;
        by_both = (by_both.0 + one.appends(), by_both.1 + two.appends());
        one.stop().await;
        two.stop().await;
        world.assert_each_once(names).await;
    }
    assert!(by_both.0 > 20 && by_both.1 > 20, "no race: {by_both:?} appends");
}

#[tokio::test(start_paused = true)]
async fn an_entry_whose_reply_was_lost_is_there_once() {
    // Every second reply is lost: the append has taken place, and nobody is told.
    let mut n = 0_u32;
    let lossy = move |op: &Op| {
        n += u32::from(is_own_append(op));
        if is_own_append(op) && n % 2 == 1 { Fault::LostReply } else { Fault::None }
    };
    let world = World::new(3, lossy);
    let running = world.run(1).await;
    let names = feed(&world, 50, 1).await;
    world.wait_until("all are counted", || running.counted() == names.len()).await;
    let entries = world.entries(&LogName::incidents()).await;
    let ids: BTreeSet<_> = entries.iter().map(|entry| entry.id).collect();
    assert_eq!(ids.len(), entries.len(), "an entry is there twice");
    assert_eq!(running.appends(), entries.len() as u64, "each entry was noticed once");
    running.stop().await;
    world.assert_each_once(names).await;
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_arrives_after_its_time_out_is_there_once() {
    // The caller gives up after 50 ms, and the write takes place 40 ms before or after that.
    let mut n = 0_u64;
    let late = move |op: &Op| {
        n += u64::from(op.kind == OpKind::Append);
        let applied = Duration::from_millis(if n.is_multiple_of(2) { 10 } else { 90 });
        match op.kind {
            OpKind::Append if !n.is_multiple_of(3) => {
                Fault::Late { told: Duration::from_millis(50), applied }
            }
            _ => Fault::None,
        }
    };
    let world = World::new(4, late);
    let running = world.run(1).await;
    let names = feed(&world, 50, 2).await;
    world.wait_until("all are counted", || running.counted() == names.len()).await;
    running.stop().await;
    world.assert_each_once(names).await;
}

#[tokio::test(start_paused = true)]
async fn reads_that_show_too_little_are_harmless() {
    // Of everything that is read, the end is missing more often than not, often all of it.
    let mut n = 0_usize;
    let gaps = move |op: &Op| {
        n += 1;
        if op.kind == OpKind::Read && !n.is_multiple_of(4) { Fault::Gap(n % 4 - 1) } else { Fault::None }
    };
    let world = World::new(5, gaps);
    let running = world.run(1).await;
    let mut names = feed(&world, 50, 2).await;
    world.wait_until("all are counted", || running.counted() == names.len()).await;
    running.kill().await;
    // One that starts has to trust what it reads of the entry before its cursors.
    let running = world.run(1).await;
    world.feed(&["event after"]).await;
    names.push("event after".to_owned());
    world.wait_until("all are counted", || running.counted() == names.len()).await;
    running.stop().await;
    world.assert_each_once(names).await;
}
