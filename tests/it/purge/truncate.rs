//! Snapshots and truncation.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pd::journal::memory::{Fault, MemoryStore, Op};
use pd::journal::{Journal, LogName, Seq, Snapshot};
use pd::stage::Replica;
use tokio::sync::Notify as Signal;

use super::bench::Bench;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn bench(store: &MemoryStore) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let journal: Arc<dyn Journal> = Arc::new(store.handle(0));
    Bench::new(Arc::clone(&journal), journal, &folder.path().join("key")).await
}

/// So many entries of the door, each decided on its own; the keys repeat, so that there are 40 incidents.
async fn traffic(bench: &mut Bench, entries: u64) {
    for n in 0..entries {
        let keys = [format!("a{}", n % 20), format!("b{}", n % 20)];
        bench.accept("trigger", &[&keys[0], &keys[1]]).await;
        bench.consume().await;
    }
    bench.notify().await;
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_is_what_a_replay_gives() {
    let store = MemoryStore::new();
    let mut bench = bench(&store).await;
    traffic(&mut bench, 30).await;
    bench.round().await;
    traffic(&mut bench, 3).await;
    bench.check().await;

    let log = LogName::incidents();
    let snapshots = bench.world.incidents.snapshots(&log).await.unwrap();
    assert_eq!(snapshots.len(), 1);
    assert!(snapshots[0].parts > 1, "several parts");
    let mut replay = Replica::<pd::incidents::Incidents>::default();
    while replay.follow(&*bench.world.incidents, &log).await.unwrap() {}
    assert!(bench.incidents.lines().eq(replay.lines()));
}

#[tokio::test(start_paused = true)]
async fn the_last_two_whole_snapshots_are_kept() {
    let store = MemoryStore::new();
    let mut bench = bench(&store).await;
    let log = LogName::incidents();
    let at = async |bench: &Bench| -> Vec<Seq> {
        bench.world.incidents.snapshots(&log).await.unwrap().iter().map(|snapshot| snapshot.at).collect()
    };
    let mut taken = Vec::new();
    for _ in 0..4 {
        traffic(&mut bench, 5).await;
        bench.round().await;
        taken.insert(0, bench.incidents.next);
        assert_eq!(at(&bench).await, taken[..taken.len().min(2)]);
    }

    // A newer one that is damaged does not count: the two before it stay, and are what a restart begins from.
    traffic(&mut bench, 5).await;
    let damaged = Snapshot {
        at: bench.incidents.next,
        previous: bench.incidents.previous,
        parts: 1,
        digest: [0; 32],
        taken_at: bench.world.clock.now(),
    };
    let journal = &bench.world.incidents;
    journal.put_snapshot_part(&log, damaged.at, 0, "rubbish\n".into()).await.unwrap();
    journal.seal_snapshot(&log, damaged.clone()).await.unwrap();
    bench.check().await;
    bench.round().await;
    assert_eq!(at(&bench).await, [damaged.at, taken[0], taken[1]]);
    bench.check().await;
    traffic(&mut bench, 5).await;
    bench.round().await;
    assert_eq!(at(&bench).await, [bench.incidents.next, damaged.at, taken[0]]);
    bench.check().await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_truncated_early_and_everything_in_time() {
    let store = MemoryStore::new();
    let mut bench = bench(&store).await;
    traffic(&mut bench, 600).await;
    bench.round().await;
    traffic(&mut bench, 10).await;
    bench.round().await;
    let (incidents, events) = (LogName::incidents(), LogName::door_events(bench.door));
    assert_eq!((bench.first(&incidents).await, bench.first(&events).await), (0, 0), "all of it is young");

    bench.clock.advance(DAY);
    bench.round().await;
    // 600 entries and more below the older snapshot and below every cursor: two segments.
    assert_eq!((bench.first(&incidents).await, bench.first(&events).await), (512, 512));
    bench.check().await;
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_is_too_large_keeps_nothing_for_its_age() {
    let store = MemoryStore::new();
    let mut bench = bench(&store).await;
    traffic(&mut bench, 300).await;
    bench.settings.journal_bytes_max = 1;
    bench.round().await;
    let (incidents, events) = (LogName::incidents(), LogName::door_events(bench.door));
    assert_eq!(bench.first(&incidents).await, 0, "one snapshot is not enough");
    assert_eq!(bench.first(&events).await, 256);
    traffic(&mut bench, 1).await;
    bench.round().await;
    assert_eq!(bench.first(&incidents).await, 256);
    bench.check().await;
}

#[tokio::test(start_paused = true)]
async fn the_cursor_of_the_other_stage_holds_truncation_back() {
    let store = MemoryStore::new();
    let mut bench = bench(&store).await;
    traffic(&mut bench, 100).await;
    for n in 0..500 {
        bench.accept("trigger", &[&format!("c{}", n % 7)]).await;
        bench.consume().await;
    }
    bench.round().await;
    bench.accept("trigger", &["d"]).await;
    bench.consume().await;
    bench.clock.advance(DAY);
    bench.round().await;
    assert_eq!(bench.first(&LogName::incidents()).await, 0, "notify has read a hundred entries");
    bench.notify().await;
    bench.round().await;
    assert_eq!(bench.first(&LogName::incidents()).await, 512);
    bench.check().await;
}

#[tokio::test(start_paused = true)]
async fn an_idle_installation_writes_nothing() {
    let store = MemoryStore::new();
    let mut bench = bench(&store).await;
    traffic(&mut bench, 30).await;
    for _ in 0..3 {
        bench.round().await;
    }
    let written = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&written);
    store.set_faults(move |op: &Op| {
        counter.fetch_add(u64::from(op.kind.writes()), Ordering::Relaxed);
        Fault::None
    });
    for _ in 0..5 {
        bench.clock.advance(2 * DAY);
        bench.round().await;
    }
    assert_eq!(written.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_any_step_loses_nothing_that_is_needed() {
    let store = MemoryStore::new();
    let mut bench = bench(&store).await;
    traffic(&mut bench, 300).await;
    // Some of it is closed, and the older half of the door is drained and left.
    bench.accept("resolve", &["a1", "a2", "b3"]).await;
    bench.consume().await;
    bench.round().await;
    let old = bench.door;
    for log in [LogName::door_events(old), LogName::door_commands(old)] {
        bench.world.doors.close(&log).await.unwrap();
    }
    bench.decide(vec![pd::domain::incidents::input::Input::DoorDrained { door: old }], Vec::new()).await;
    bench.door = bench.open_door(bench.world.process).await;
    traffic(&mut bench, 300).await;
    bench.clock.advance(DAY);
    let before = store.copy();

    let mut steps = 0;
    for k in 0.. {
        store.set_faults(|_: &Op| Fault::None);
        store.restore(&before);
        bench.archive = Arc::default();
        let (reached, left) = (Arc::new(Signal::new()), Arc::new(Mutex::new(k)));
        let signal = Arc::clone(&reached);
        store.set_faults(move |_: &Op| {
            let mut left = left.lock().unwrap();
            if *left == 0 {
                signal.notify_one();
                return Fault::Stall(DAY);
            }
            *left -= 1;
            Fault::None
        });
        let ended = tokio::select! {
            biased;
            () = reached.notified() => false,
            () = bench.round() => true,
        };
        store.set_faults(|_: &Op| Fault::None);
        while bench.local.try_recv().is_ok() {}
        bench.check().await;
        // Whoever comes next finishes it.
        bench.round().await;
        bench.check().await;
        assert_eq!(bench.first(&LogName::incidents()).await, 256, "after a crash at step {k}");
        let logs = bench.world.doors.logs().await.unwrap();
        assert!(!logs.contains(&LogName::door_events(old)), "after a crash at step {k}");
        steps = k;
        if ended {
            break;
        }
    }
    assert!(steps > 30, "{steps} steps");
}
