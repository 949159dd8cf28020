//! What a stage stands on: stores restored from older copies, journals cut off too far, damaged snapshots.

use std::time::Duration;

use bytes::Bytes;
use pd::journal::memory::{MemoryStore, NoFaults};
use pd::journal::{Append, Entry, Journal as _, LogName, Read, SEGMENT, Seq, Snapshot};
use pd::stage::{Error, Many, NoMark, Replica, snapshot_digest};

use super::many::many;
use super::tally::Tally;
use super::world::{Running, SENDER, World, eager};

async fn feed_and_count(world: &World, running: &Running<Tally>, names: std::ops::Range<usize>) {
    let end = names.end;
    for name in names {
        world.feed(&[format!("event {name}")]).await;
        world.clock.sleep(Duration::from_millis(1)).await;
    }
    world.wait_until("all are counted", || running.counted() == end).await;
}

async fn refused(world: &World) -> Error {
    match world.run_with(1, eager(), || Box::new(NoMark)).await {
        Ok(running) => running.stopped().await,
        Err(error) => error,
    }
}

#[tokio::test(start_paused = true)]
async fn a_restored_store_stops_the_next_start() {
    let world = World::new(1, NoFaults);
    let running = world.run(1).await;
    feed_and_count(&world, &running, 0..3).await;
    let old_door = world.store.handle(SENDER);
    let backup = world.store.copy();
    feed_and_count(&world, &running, 3..6).await;
    running.stop().await;
    let replica = Replica::<Tally>::load(&old_door, &LogName::incidents()).await.unwrap();
    // The whole store is older, the stage's own journal with it: that is a consistent state, and nothing stops.
    let newer = world.store.copy();
    world.store.restore(&backup);
    let running = world.run(1).await;
    world.clock.sleep(Duration::from_secs(1)).await;
    assert_eq!(running.counted(), 3);
    running.stop().await;
    // The door alone is older: three events that were consumed are not there any more.
    world.store.restore(&newer);
    let door = older_door(&world, 3).await;
    match refused_by(&world, door).await {
        Error::Restored { log, next, expected, found } => {
            let cursor = &replica.cursors[&world.door];
            assert_eq!((&log, next, expected), (&world.door, cursor.next, cursor.previous));
            assert_eq!(found, "the journal ends before it");
        }
        other => panic!("{other}"),
    }
}

/// A store whose door holds the first `keep` entries of this world's.
async fn older_door(world: &World, keep: usize) -> pd::journal::memory::MemoryStore {
    let older = pd::journal::memory::MemoryStore::new();
    for (at, entry) in world.entries(&world.door).await.into_iter().take(keep).enumerate() {
        older.handle(SENDER).append(&world.door, Seq(at as u64), entry).await.unwrap();
    }
    older
}

/// Why the stage stops whose doors are in that store.
async fn refused_by(world: &World, doors: pd::journal::memory::MemoryStore) -> Error {
    let (mut process, _) = world.process(1);
    process.doors = std::sync::Arc::new(doors.handle(1));
    let running = world.run_stage(process, || world.tally(), eager(), || Box::new(NoMark)).await.unwrap();
    running.stopped().await
}

#[tokio::test(start_paused = true)]
async fn a_store_that_was_restored_and_written_to_stops_the_next_start() {
    let world = World::new(2, NoFaults);
    let running = world.run(1).await;
    feed_and_count(&world, &running, 0..4).await;
    running.stop().await;
    let doors = older_door(&world, 3).await;
    let other =
        pd::journal::Entry { id: uuid::Uuid::from_u128(99), ..world.entries(&world.door).await[3].clone() };
    doors.handle(SENDER).append(&world.door, Seq(3), other).await.unwrap();
    match refused_by(&world, doors).await {
        Error::Restored { found, .. } => assert_eq!(found, format!("it is {}", uuid::Uuid::from_u128(99))),
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_restored_under_a_running_stage_stops_it() {
    let world = World::new(3, NoFaults);
    let running = world.run(1).await;
    feed_and_count(&world, &running, 0..3).await;
    let backup = world.store.copy();
    feed_and_count(&world, &running, 3..6).await;
    world.store.restore(&backup);
    // Nothing comes in: the check that is made now and then finds it.
    match running.stopped().await {
        Error::Restored { .. } => {}
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_stage_whose_own_journal_is_shorter_than_it_knows_stops() {
    let world = World::new(4, NoFaults);
    let (process, _) = world.process(1);
    let own = pd::journal::memory::MemoryStore::new();
    let process = pd::stage::World { incidents: std::sync::Arc::new(own.handle(1)), ..process };
    let running = world.run_stage(process, || world.tally(), eager(), || Box::new(NoMark)).await.unwrap();
    feed_and_count(&world, &running, 0..3).await;
    let backup = own.copy();
    feed_and_count(&world, &running, 3..6).await;
    own.restore(&backup);
    world.feed(&["event 6"]).await;
    match running.stopped().await {
        Error::Restored { log, next, .. } => assert_eq!((log, next), (LogName::incidents(), Seq(6))),
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_was_cut_off_before_it_was_consumed_stops_the_stage() {
    let world = World::new(5, NoFaults);
    for name in 0..SEGMENT + 1 {
        world.feed(&[format!("event {name}")]).await;
    }
    world.store.handle(SENDER).truncate(&world.door, Seq(SEGMENT)).await.unwrap();
    match refused(&world).await {
        Error::Restored { log, found, .. } => {
            assert_eq!(log, world.door);
            assert_eq!(found, "everything below 256 is gone, although it was not consumed");
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_entry_of_a_newer_release_stops_the_stage() {
    let world = World::new(6, NoFaults);
    world.put(&LogName::incidents(), 2, Bytes::from_static(b"{}")).await;
    let error = refused(&world).await;
    assert_eq!(
        error.to_string(),
        "cannot read entry 0 of the journal incidents: its format is 2, and this release reads 1. Was it written by a \
         newer release?"
    );
}

/// One of many whose stage's journal was put back to an older copy while it did nothing, and has grown again by what others
/// wrote: to the position that it knows and `more` beyond.
async fn regrown_under(world: &World, more: u64) -> (Running<Tally>, MemoryStore, Seq) {
    let own = MemoryStore::new();
    let (process, _) = world.process(1);
    let process = pd::stage::World { incidents: std::sync::Arc::new(own.handle(1)), ..process };
    let settings = many(Many::default());
    let running = world.run_stage(process, || world.tally(), settings, || Box::new(NoMark)).await.unwrap();
    feed_and_count(world, &running, 0..3).await;
    let backup = own.copy();
    feed_and_count(world, &running, 3..6).await;
    let known = running.handle.replica.borrow().next;
    world.clock.sleep(Duration::from_secs(2)).await;
    own.restore(&backup);
    let others = own.handle(SENDER);
    let from = others.extent(&LogName::incidents()).await.unwrap().next;
    assert!(from < known);
    for at in from.0..known.0 + more {
        let body = Bytes::from_static(br#"{"cursors":[],"facts":[]}"#);
        let id = uuid::Uuid::from_u128(u128::from(at));
        let entry = Entry { id, writer: uuid::Uuid::nil(), at: world.clock.now(), format: 1, body };
        let done = others.append(&LogName::incidents(), Seq(at), entry).await.unwrap();
        assert_eq!(done, Append::Appended);
    }
    (running, own, known)
}

#[tokio::test(start_paused = true)]
async fn what_has_grown_over_a_restored_copy_is_not_taken_in() {
    let world = World::new(11, NoFaults);
    let (running, _, known) = regrown_under(&world, 1).await;
    let seen = running.handle.replica.clone();
    match running.stopped().await {
        Error::Restored { log, next, .. } => assert_eq!((log, next), (LogName::incidents(), known)),
        other => panic!("{other}"),
    }
    assert_eq!(seen.borrow().next, known, "nothing of it was applied");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_after_what_has_grown_over_a_restored_copy() {
    let world = World::new(12, NoFaults);
    let (running, own, known) = regrown_under(&world, 0).await;
    world.feed(&["event 6"]).await;
    match running.stopped().await {
        Error::Restored { log, next, .. } => assert_eq!((log, next), (LogName::incidents(), known)),
        other => panic!("{other}"),
    }
    assert_eq!(own.handle(SENDER).extent(&LogName::incidents()).await.unwrap().next, known);
}

/// Takes a snapshot of what the journal holds now.
pub(super) async fn snapshot(world: &World) -> Seq {
    let (journal, log) = (world.store.handle(SENDER), LogName::incidents());
    let replica = Replica::<Tally>::load(&journal, &log).await.unwrap();
    let lines: Vec<_> = replica.lines().collect();
    journal.put_snapshot_part(&log, replica.next, 0, lines.concat().into()).await.unwrap();
    let snapshot = Snapshot {
        at: replica.next,
        previous: replica.previous,
        parts: 1,
        digest: snapshot_digest(lines.into_iter()),
        taken_at: world.clock.now(),
    };
    journal.seal_snapshot(&log, snapshot).await.unwrap();
    replica.next
}

/// Seals a snapshot here that does not hold what it should.
async fn damaged_snapshot(world: &World, at: Seq) {
    let (journal, log) = (world.store.handle(SENDER), LogName::incidents());
    let Read::Run { entries, .. } = journal.read(&log, Seq(at.0 - 1), 1).await.unwrap() else { panic!() };
    let replica = Replica::<Tally> { next: at, previous: entries[0].id, ..Replica::default() };
    let mut bytes: Vec<u8> = replica.lines().flatten().collect();
    let digest = snapshot_digest(replica.lines());
    bytes.extend_from_slice(b"{\"Count\":[\"event never\",1]}\n");
    journal.put_snapshot_part(&log, at, 0, bytes.into()).await.unwrap();
    let snapshot = Snapshot { at, previous: entries[0].id, parts: 1, digest, taken_at: world.clock.now() };
    journal.seal_snapshot(&log, snapshot).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_damaged_snapshot_is_passed_over_for_an_older_one() {
    let world = World::new(7, NoFaults);
    let (journal, log) = (world.store.handle(SENDER), LogName::incidents());
    let running = world.run(1).await;
    let first = usize::try_from(SEGMENT).unwrap() + 10;
    feed_and_count(&world, &running, 0..first).await;
    let at = snapshot(&world).await;
    assert!(at > Seq(SEGMENT), "one entry for each event, at {at}");
    feed_and_count(&world, &running, first..first + 5).await;
    running.stop().await;
    damaged_snapshot(&world, at.next()).await;
    journal.truncate(&log, at).await.unwrap();
    // The beginning is gone: only the older snapshot leads to the present.
    assert_eq!(journal.extent(&log).await.unwrap().first, Seq(SEGMENT));
    let running = world.run(1).await;
    assert_eq!(running.counted(), first + 5);
    feed_and_count(&world, &running, first + 5..first + 8).await;
    running.stop().await;
    world.assert_each_once((0..first + 8).map(|name| format!("event {name}"))).await;
}

#[tokio::test(start_paused = true)]
async fn without_any_snapshot_that_is_whole_nothing_starts() {
    let world = World::new(8, NoFaults);
    let (journal, log) = (world.store.handle(SENDER), LogName::incidents());
    let running = world.run(1).await;
    let all = usize::try_from(SEGMENT).unwrap() + 10;
    feed_and_count(&world, &running, 0..all).await;
    running.stop().await;
    damaged_snapshot(&world, Seq(SEGMENT + 1)).await;
    // From the beginning it goes well as long as the beginning is there.
    world.assert_each_once((0..all).map(|name| format!("event {name}"))).await;
    journal.truncate(&log, Seq(SEGMENT)).await.unwrap();
    match refused(&world).await {
        Error::NoSnapshot { reason, .. } => assert_eq!(reason, "its digest is another"),
        other => panic!("{other}"),
    }
}
