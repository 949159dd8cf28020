//! A process that dies at any moment consumes each input exactly once all the same.

use std::time::Duration;

use bytes::Bytes;
use pd::ids::Ids as _;
use pd::journal::memory::{NoFaults, SeededFaults};
use pd::stage::FORMAT;

use super::world::{Seeded, World};

const SEEDS: u64 = 60;
const LIVES: u64 = 8;

/// One run: senders write at all times, a process lives for some milliseconds and dies, the next one follows; at the end
/// one lives until everything is done.
async fn run(seed: u64) {
    let foreign = Bytes::from_static(br#"{"cursors":[],"facts":[]}"#);
    let faults = SeededFaults::new(seed, 250, Duration::from_millis(30)).with_foreign(FORMAT, foreign);
    let world = World::new(seed, faults);
    let chance = Seeded::new(!seed);
    let mut names = Vec::new();
    for life in 0..LIVES {
        // Two at a time now and then: the old one was not quite dead.
        let one = world.run(1).await;
        let two = if chance.random().is_multiple_of(3) { Some(world.run(2).await) } else { None };
        for burst in 0..chance.random() % 6 {
            let lines: Vec<_> =
                (0..=chance.random() % 4).map(|n| format!("event {life}-{burst}-{n}")).collect();
            world.feed(&lines).await;
            names.extend(lines);
            world.clock.sleep(Duration::from_millis(chance.random() % 40)).await;
        }
        one.kill().await;
        if let Some(two) = two {
            two.kill().await;
        }
    }
    world.set_faults(NoFaults);
    let last = world.run(3).await;
    world.wait_until("all are counted", || last.counted() == names.len()).await;
    last.stop().await;
    world.assert_each_once(names).await;
}

#[tokio::test(start_paused = true)]
async fn every_input_is_consumed_exactly_once() {
    for seed in 0..SEEDS {
        let done = tokio::spawn(run(seed)).await;
        assert!(done.is_ok(), "seed {seed}");
    }
}
