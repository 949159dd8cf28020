//! What every store promises, case by case.

use std::sync::Arc;

use bytes::Bytes;
use pd::domain::time::Timestamp;
use pd::journal::{Append, ENTRY_BYTES_MAX, Error, Extent, Journal, LogName, Read, SEGMENT, Seq, Snapshot};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::stores::{entry, fill, log, noise, read_all};

type Store = Arc<dyn Journal>;

fn run(entries: impl IntoIterator<Item = u64>, bytes: usize, closed: bool) -> Read {
    Read::Run { entries: entries.into_iter().map(|n| entry(n, bytes)).collect(), closed }
}

async fn is_invalid<T: std::fmt::Debug>(what: &str, work: impl Future<Output = Result<T, Error>>) {
    let answer = work.await;
    assert!(matches!(answer, Err(Error::Invalid(_))), "{what}: {answer:?}");
}

pub(crate) async fn an_empty_journal(store: &Store) {
    let name = log("a");
    assert_eq!(store.extent(&name).await, Ok(Extent::default()));
    assert_eq!(store.logs().await, Ok(vec![]));
    for from in [0, 5, SEGMENT] {
        assert_eq!(store.read(&name, Seq(from), 100).await, Ok(run([], 0, false)));
    }
    assert_eq!(store.truncate(&name, Seq(1000)).await, Ok(Seq::FIRST));
    assert_eq!(store.snapshots(&name).await, Ok(vec![]));
    assert_eq!(store.snapshot_part(&name, Seq(3), 0).await, Ok(None));
    assert_eq!(store.drop_snapshots(&name, Seq(3)).await, Ok(()));
    is_invalid("dropping", store.drop_closed(&name)).await;
    assert_eq!(store.logs().await, Ok(vec![]), "asking makes no journal");
}

pub(crate) async fn appends_in_order(store: &Store) {
    let name = log("a");
    fill(store, &name, 0, 30).await;
    assert_eq!(read_all(store, &name, 0).await.0, (0..30).map(|n| entry(n, 20)).collect::<Vec<_>>());
    assert_eq!(store.read(&name, Seq(28), 1 << 20).await, Ok(run([28, 29], 20, false)));
    assert_eq!(store.read(&name, Seq(30), 1 << 20).await, Ok(run([], 20, false)));
    assert_eq!(store.read(&name, Seq(31), 1 << 20).await, Ok(run([], 20, false)));
    let extent = Extent { first: Seq(0), next: Seq(30), bytes: 600, closed: false };
    assert_eq!(store.extent(&name).await, Ok(extent));
}

pub(crate) async fn a_repetition_is_success(store: &Store) {
    let name = log("a");
    fill(store, &name, 0, 5).await;
    fill(store, &name, 2, 5).await;
    assert_eq!(store.close(&name).await, Ok(Seq(5)));
    fill(store, &name, 0, 5).await;
    assert_eq!(read_all(store, &name, 0).await.0.len(), 5);
    assert_eq!(store.extent(&name).await.unwrap().bytes, 100, "counted once");
}

pub(crate) async fn another_ones_slot_is_taken(store: &Store) {
    let name = log("a");
    fill(store, &name, 0, 3).await;
    for at in 0..3 {
        let theirs = Append::Taken(entry(at, 20));
        assert_eq!(store.append(&name, Seq(at), entry(100, 7)).await, Ok(theirs));
    }
    assert_eq!(store.close(&name).await, Ok(Seq(3)));
    assert_eq!(store.append(&name, Seq(1), entry(100, 7)).await, Ok(Append::Taken(entry(1, 20))));
    // An entry is its id: one with the same body is another's all the same.
    let mut twin = entry(1, 20);
    twin.id = Uuid::from_u64_pair(9, 9);
    assert_eq!(store.append(&name, Seq(1), twin).await, Ok(Append::Taken(entry(1, 20))));
    assert_eq!(store.read(&name, Seq(0), 1 << 20).await, Ok(run(0..3, 20, true)));
}

pub(crate) async fn there_are_no_holes(store: &Store) {
    let name = log("a");
    for at in [1, 2, SEGMENT] {
        is_invalid("a hole", store.append(&name, Seq(at), entry(1, 20))).await;
    }
    assert_eq!(store.logs().await, Ok(vec![]), "what is refused leaves nothing");
    fill(store, &name, 0, 2).await;
    for at in [3, 4, SEGMENT, SEGMENT + 2, u64::MAX] {
        is_invalid("a hole", store.append(&name, Seq(at), entry(9, 20))).await;
    }
    fill(store, &name, 2, 4).await;
    assert_eq!(read_all(store, &name, 0).await.0.len(), 4);
}

pub(crate) async fn a_read_keeps_to_its_bytes(store: &Store) {
    let name = log("a");
    for (at, bytes) in [100, 100, 100, 1000, 100].into_iter().enumerate() {
        let at = u64::try_from(at).unwrap();
        assert_eq!(store.append(&name, Seq(at), entry(at, bytes)).await, Ok(Append::Appended));
    }
    for (from, bytes_max, expected) in [
        (0, 0, 1),
        (0, 99, 1),
        (0, 199, 1),
        (0, 200, 2),
        (0, 300, 3),
        (0, 1299, 3),
        (0, 1300, 4),
        (0, usize::MAX, 5),
        (2, 500, 1),
        (3, 10, 1),
        (3, 1099, 1),
        (3, 1100, 2),
        (4, 0, 1),
    ] {
        let Ok(Read::Run { entries, closed: false }) = store.read(&name, Seq(from), bytes_max).await else {
            panic!("{from} {bytes_max}")
        };
        assert_eq!(entries.len(), expected, "{bytes_max} bytes from {from}");
    }
    assert_eq!(store.close(&name).await, Ok(Seq(5)));
    for (bytes_max, at_end) in [(1599, true), (1299, false)] {
        let answer = store.read(&name, Seq(if at_end { 1 } else { 0 }), bytes_max).await;
        assert!(matches!(answer, Ok(Read::Run { closed, .. }) if closed == at_end), "{answer:?}");
    }
}

pub(crate) async fn large_bodies_come_back(store: &Store) {
    let name = log("a");
    let sizes = [0, 1, 524_288, ENTRY_BYTES_MAX - 1, ENTRY_BYTES_MAX];
    for (at, bytes) in (0..).zip(sizes) {
        assert_eq!(store.append(&name, Seq(at), entry(at, bytes)).await, Ok(Append::Appended));
    }
    is_invalid("too large", store.append(&name, Seq(5), entry(5, ENTRY_BYTES_MAX + 1))).await;
    for (at, bytes) in (0..).zip(sizes) {
        assert_eq!(store.read(&name, Seq(at), 0).await, Ok(run([at], bytes, false)));
    }
    assert_eq!(store.extent(&name).await.unwrap().next, Seq(5));
}

pub(crate) async fn closing_is_for_ever(store: &Store) {
    let (name, empty) = (log("a"), log("b"));
    fill(store, &name, 0, 3).await;
    for (name, tail) in [(&name, 3), (&empty, 0)] {
        assert_eq!(store.close(name).await, Ok(Seq(tail)));
        assert_eq!(store.close(name).await, Ok(Seq(tail)), "again");
        for at in [tail, tail + 1, SEGMENT] {
            assert_eq!(store.append(name, Seq(at), entry(50, 20)).await, Ok(Append::Sealed), "{name} {at}");
        }
        assert_eq!(store.read(name, Seq(tail), 100).await, Ok(run([], 20, true)));
        assert_eq!(store.read(name, Seq(0), 100).await, Ok(run(0..tail, 20, true)));
        let extent = Extent { first: Seq(0), next: Seq(tail), bytes: tail * 20, closed: true };
        assert_eq!(store.extent(name).await, Ok(extent));
    }
    assert_eq!(store.read(&name, Seq(0), 40).await, Ok(run(0..2, 20, false)), "the tail is not reached");
    assert_eq!(store.logs().await, Ok(vec![name, empty]));
}

pub(crate) async fn truncation_takes_whole_segments(store: &Store) {
    let name = log("a");
    let tail = 2 * SEGMENT + 40;
    fill(store, &name, 0, tail).await;
    put(store, &name, 10, &[noise(1, 50)]).await;
    for (below, first) in [
        (0, 0),
        (SEGMENT - 1, 0),
        (SEGMENT, SEGMENT),
        (SEGMENT, SEGMENT),
        (3, SEGMENT),
        (2 * SEGMENT - 1, SEGMENT),
        (u64::MAX, 2 * SEGMENT),
    ] {
        assert_eq!(store.truncate(&name, Seq(below)).await, Ok(Seq(first)), "below {below}");
        let extent = Extent { first: Seq(first), next: Seq(tail), bytes: (tail - first) * 20, closed: false };
        assert_eq!(store.extent(&name).await, Ok(extent));
        for from in [0, first.saturating_sub(1)].into_iter().filter(|from| *from < first) {
            let gone = Read::Truncated { first: Seq(first) };
            assert_eq!(store.read(&name, Seq(from), 100).await, Ok(gone), "from {from}");
        }
        let left = read_all(store, &name, first).await.0;
        assert_eq!(left, (first..tail).map(|n| entry(n, 20)).collect::<Vec<_>>());
    }
    assert_eq!(store.snapshots(&name).await.unwrap().len(), 1, "snapshots are no entries");
    assert_eq!(store.snapshot_part(&name, Seq(10), 0).await, Ok(Some(noise(1, 50))));
}

pub(crate) async fn truncated_slots_stay_sealed(store: &Store) {
    let name = log("a");
    fill(store, &name, 0, SEGMENT).await;
    assert_eq!(store.truncate(&name, Seq(SEGMENT)).await, Ok(Seq(SEGMENT)), "with nothing left");
    let extent = Extent { first: Seq(SEGMENT), next: Seq(SEGMENT), bytes: 0, closed: false };
    assert_eq!(store.extent(&name).await, Ok(extent));
    for at in [0, 1, SEGMENT - 1] {
        assert_eq!(store.append(&name, Seq(at), entry(at, 20)).await, Ok(Append::Sealed), "mine at {at}");
        assert_eq!(store.append(&name, Seq(at), entry(999, 20)).await, Ok(Append::Sealed), "new at {at}");
    }
    assert_eq!(store.read(&name, Seq(SEGMENT), 100).await, Ok(run([], 20, false)));
    fill(store, &name, SEGMENT, SEGMENT + 2).await;
    assert_eq!(store.close(&name).await, Ok(Seq(SEGMENT + 2)));
    assert_eq!(store.read(&name, Seq(SEGMENT), 100).await, Ok(run([SEGMENT, SEGMENT + 1], 20, true)));
    assert_eq!(store.logs().await, Ok(vec![name]));
}

pub(crate) async fn dropping_leaves_the_mark(store: &Store) {
    let (name, other) = (log("a"), log("b"));
    fill(store, &name, 0, 40).await;
    fill(store, &other, 0, 4).await;
    put(store, &name, 10, &[noise(1, 50)]).await;
    is_invalid("it is open", store.drop_closed(&name)).await;
    assert_eq!(store.close(&name).await, Ok(Seq(40)));
    for _ in 0..2 {
        assert_eq!(store.drop_closed(&name).await, Ok(()));
        let extent = Extent { first: Seq(40), next: Seq(40), bytes: 0, closed: true };
        assert_eq!(store.extent(&name).await, Ok(extent));
        for at in [0, 39, 40, 41] {
            assert_eq!(store.append(&name, Seq(at), entry(at, 20)).await, Ok(Append::Sealed), "{at}");
        }
        assert_eq!(store.read(&name, Seq(0), 100).await, Ok(Read::Truncated { first: Seq(40) }));
        assert_eq!(store.read(&name, Seq(40), 100).await, Ok(run([], 20, true)));
        assert_eq!(store.close(&name).await, Ok(Seq(40)));
        assert_eq!(store.snapshots(&name).await, Ok(vec![]));
        assert_eq!(store.logs().await, Ok(vec![other.clone()]));
    }
    assert_eq!(read_all(store, &other, 0).await.0.len(), 4);
}

pub(crate) async fn journals_are_independent(store: &Store) {
    let names = ["incidents", "door/index", "door/0f/events", "z"].map(log);
    for n in 0..20 {
        for (k, name) in (0..).zip(&names) {
            let mine = entry(1000 * k + n, 30);
            assert_eq!(store.append(name, Seq(n), mine).await, Ok(Append::Appended));
        }
    }
    assert_eq!(store.close(&names[1]).await, Ok(Seq(20)));
    for (k, name) in (0..).zip(&names) {
        let (entries, closed) = read_all(store, name, 0).await;
        assert_eq!(entries, (0..20).map(|n| entry(1000 * k + n, 30)).collect::<Vec<_>>(), "{name}");
        assert_eq!(closed, k == 1, "{name}");
    }
    let mut sorted = names.to_vec();
    sorted.sort();
    assert_eq!(store.logs().await, Ok(sorted));
}

fn snapshot(at: u64, parts: &[Bytes]) -> Snapshot {
    let mut digest = Sha256::new();
    parts.iter().for_each(|part| digest.update(part));
    Snapshot {
        at: Seq(at),
        previous: Uuid::from_u64_pair(at, 3),
        parts: u32::try_from(parts.len()).unwrap(),
        digest: digest.finalize().into(),
        taken_at: Timestamp::from_millis(1_700_000_000_123),
    }
}

async fn put(store: &Store, name: &LogName, at: u64, parts: &[Bytes]) {
    for (number, part) in (0..).zip(parts) {
        assert_eq!(store.put_snapshot_part(name, Seq(at), number, part.clone()).await, Ok(()));
    }
    assert_eq!(store.seal_snapshot(name, snapshot(at, parts)).await, Ok(()));
}

pub(crate) async fn snapshots_appear_whole(store: &Store) {
    let name = log("a");
    let parts = [noise(1, ENTRY_BYTES_MAX), noise(2, 524_288), noise(3, 1)];
    for number in [2, 0] {
        let part = parts[usize::try_from(number).unwrap()].clone();
        assert_eq!(store.put_snapshot_part(&name, Seq(7), number, part).await, Ok(()));
    }
    is_invalid("a part is missing", store.seal_snapshot(&name, snapshot(7, &parts))).await;
    is_invalid("no parts", store.seal_snapshot(&name, snapshot(8, &[]))).await;
    is_invalid("too large", store.put_snapshot_part(&name, Seq(7), 1, noise(1, ENTRY_BYTES_MAX + 1))).await;
    assert_eq!(store.put_snapshot_part(&name, Seq(7), 1, parts[1].clone()).await, Ok(()));
    assert_eq!(store.snapshots(&name).await, Ok(vec![]), "not sealed");
    assert_eq!(store.snapshot_part(&name, Seq(7), 0).await, Ok(None), "not sealed");
    assert_eq!(store.seal_snapshot(&name, snapshot(7, &parts)).await, Ok(()));
    let found = store.snapshots(&name).await.unwrap();
    assert_eq!(found, [snapshot(7, &parts)]);
    let mut digest = Sha256::new();
    for number in 0..3 {
        let part = store.snapshot_part(&name, Seq(7), number).await.unwrap().unwrap();
        assert!(part == parts[usize::try_from(number).unwrap()], "part {number}");
        digest.update(&part);
    }
    assert_eq!(found[0].digest, <[u8; 32]>::from(digest.finalize()));
    assert_eq!(store.snapshot_part(&name, Seq(7), 3).await, Ok(None));
    assert_eq!(store.snapshots(&log("b")).await, Ok(vec![]));
    assert_eq!(store.logs().await, Ok(vec![]), "a journal is what has entries");
}

pub(crate) async fn a_sealed_snapshot_stays(store: &Store) {
    let name = log("a");
    let parts = [noise(1, 30), noise(2, 30)];
    put(store, &name, 7, &parts).await;
    put(store, &name, 7, &parts).await;
    is_invalid("another part", store.put_snapshot_part(&name, Seq(7), 1, noise(3, 30))).await;
    is_invalid("one more part", store.put_snapshot_part(&name, Seq(7), 2, noise(3, 30))).await;
    is_invalid("another digest", store.seal_snapshot(&name, snapshot(7, &[noise(4, 30), noise(5, 30)])))
        .await;
    assert_eq!(store.snapshots(&name).await, Ok(vec![snapshot(7, &parts)]));
    assert_eq!(store.snapshot_part(&name, Seq(7), 1).await, Ok(Some(parts[1].clone())));
}

pub(crate) async fn snapshots_are_dropped_by_position(store: &Store) {
    let (name, other) = (log("a"), log("b"));
    for at in [300, 0, 20, 1000] {
        // More parts than are deleted in one step.
        put(store, &name, at, &(0..20).map(|n| noise(at + n, 40)).collect::<Vec<_>>()).await;
    }
    put(store, &other, 5, &[noise(5, 5)]).await;
    let listed = async || {
        let found = store.snapshots(&name).await.unwrap();
        found.into_iter().map(|snapshot| snapshot.at.0).collect::<Vec<_>>()
    };
    assert_eq!(listed().await, [1000, 300, 20, 0], "newest first");
    for (below, left) in [(0, vec![1000, 300, 20, 0]), (20, vec![1000, 300, 20]), (300, vec![1000, 300])] {
        assert_eq!(store.drop_snapshots(&name, Seq(below)).await, Ok(()));
        assert_eq!(listed().await, left, "below {below}");
    }
    assert_eq!(store.snapshot_part(&name, Seq(20), 0).await, Ok(None));
    assert_eq!(store.snapshot_part(&name, Seq(300), 19).await, Ok(Some(noise(319, 40))));
    assert_eq!(store.snapshots(&other).await.unwrap().len(), 1);
}

pub(crate) async fn a_part_may_be_replaced_until_it_is_sealed(store: &Store) {
    let name = log("a");
    for part in [noise(1, 9), noise(2, 9)] {
        assert_eq!(store.put_snapshot_part(&name, Seq(7), 0, part).await, Ok(()));
    }
    put(store, &name, 7, &[noise(3, 9)]).await;
    assert_eq!(store.snapshot_part(&name, Seq(7), 0).await, Ok(Some(noise(3, 9))));
}

pub(crate) async fn dropped_parts_are_gone(store: &Store) {
    let (name, part) = (log("a"), noise(1, 1));
    for at in [30, 40] {
        assert_eq!(store.put_snapshot_part(&name, Seq(at), 0, part.clone()).await, Ok(()));
    }
    assert_eq!(store.drop_snapshots(&name, Seq(40)).await, Ok(()));
    let dropped = store.seal_snapshot(&name, snapshot(30, std::slice::from_ref(&part)));
    is_invalid("its part is dropped", dropped).await;
    assert_eq!(store.seal_snapshot(&name, snapshot(40, &[part])).await, Ok(()));
}

pub(crate) async fn reading_on_while_others_append(store: &Store) {
    const ENTRIES: u64 = 300;
    let name = log("a");
    let writing = async {
        for n in 0..ENTRIES {
            let bytes = usize::try_from(n % 7 * 700).unwrap();
            assert_eq!(store.append(&name, Seq(n), entry(n, bytes)).await, Ok(Append::Appended));
        }
        assert_eq!(store.close(&name).await, Ok(Seq(ENTRIES)));
    };
    let beside = async {
        for n in 0..ENTRIES / 2 {
            assert_eq!(store.append(&log("b"), Seq(n), entry(n, 3000)).await, Ok(Append::Appended));
        }
    };
    let follow = async |bytes_max| {
        let mut seen = 0;
        loop {
            match store.read(&name, Seq(seen), bytes_max).await.unwrap() {
                Read::Run { entries, closed } => {
                    for found in entries {
                        assert_eq!(found, entry(seen, usize::try_from(seen % 7 * 700).unwrap()));
                        seen += 1;
                    }
                    if closed {
                        return seen;
                    }
                }
                Read::Truncated { first } => panic!("truncated at {first}"),
            }
            tokio::task::yield_now().await;
        }
    };
    let ((), (), small, large) = tokio::join!(writing, beside, follow(0), follow(1 << 20));
    assert_eq!((small, large), (ENTRIES, ENTRIES));
}

pub(crate) async fn reading_while_segments_are_truncated(store: &Store) {
    let name = log("a");
    let tail = 4 * SEGMENT;
    fill(store, &name, 0, tail).await;
    let done = std::cell::Cell::new(false);
    let truncating = async {
        for segment in 1..=4 {
            assert_eq!(store.truncate(&name, Seq(segment * SEGMENT)).await, Ok(Seq(segment * SEGMENT)));
        }
        done.set(true);
    };
    let reading = async {
        for from in (0..tail).step_by(37).cycle() {
            match store.read(&name, Seq(from), 200).await.unwrap() {
                Read::Truncated { first } => assert!(first > Seq(from) && first.0 % SEGMENT == 0, "{first}"),
                // A run may stop early, but an empty one would say that nothing follows.
                Read::Run { entries, .. } => {
                    let upto = from + entries.len() as u64;
                    assert!((from + 1..=tail.min(from + 10)).contains(&upto), "{from}..{upto}");
                    assert_eq!(Read::Run { entries, closed: false }, run(from..upto, 20, false), "{from}");
                }
            }
            if done.get() {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(truncating, reading);
}

pub(crate) async fn two_writers_share_one_journal(store: &Store) {
    const EACH: u64 = 60;
    let name = log("a");
    let write = async |writer: u64| {
        let mut at = 0;
        for n in 0..EACH {
            let mine = entry(writer * 1000 + n, 40);
            while store.append(&name, Seq(at), mine.clone()).await.unwrap() != Append::Appended {
                at += 1;
            }
            at += 1;
        }
    };
    tokio::join!(write(1), write(2), write(3));
    let entries = read_all(store, &name, 0).await.0;
    assert_eq!(entries.len(), usize::try_from(3 * EACH).unwrap());
    for writer in 1..=3 {
        let theirs = entries.iter().filter(|found| found.id.as_u64_pair().1 / 1000 == writer);
        let expected = (0..EACH).map(|n| entry(writer * 1000 + n, 40));
        assert!(theirs.cloned().eq(expected), "each once, in the order of its writer");
    }
}
