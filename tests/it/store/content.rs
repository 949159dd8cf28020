//! An installation with everything that a move must carry, and all that its stores hold, to be compared.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use pd::archive::cassandra::CassandraArchive;
use pd::archive::sqlite::SqliteArchive;
use pd::archive::{Archive, Filter, Sort};
use pd::clock::{SharedClock, SystemClock};
use pd::config::{Cassandra, StoreUrl, Stores};
use pd::domain::event::EventAddress;
use pd::domain::incident::{ClosedIncident, KeptEvent};
use pd::domain::time::Timestamp;
use pd::journal::cassandra::{CassandraJournal, Shelf};
use pd::journal::sqlite::{Options, SqliteStore};
use pd::journal::{Append, Entry, Journal, LogName, Read, SEGMENT, Seq, Snapshot};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::archive::fixture::{Closed, event};
use crate::purge::bench::Bench;

/// Entries of the longest journal.
pub(super) const LONG: u64 = 2 * SEGMENT + 40;

pub(super) fn stores(url: &str) -> Stores {
    Stores::of(url.parse().unwrap(), Cassandra::default())
}

pub(super) fn log(name: &str) -> LogName {
    name.parse().unwrap()
}

pub(super) fn entry(n: u64) -> Entry {
    Entry {
        id: Uuid::from_u64_pair(5, n),
        writer: Uuid::from_u128(6),
        at: Timestamp::from_millis(1_700_000_000_000 + n.cast_signed()),
        format: 1,
        body: Bytes::from(format!("body {n}")),
    }
}

pub(super) async fn fill(journal: &dyn Journal, name: &LogName, count: u64) {
    // Some at once: a file's store commits them together, and a slow disk syncs less often.
    let all: Vec<u64> = (0..count).collect();
    for some in all.chunks(25) {
        let appending = some.iter().map(|n| journal.append(name, Seq(*n), entry(*n)));
        for answer in futures_util::future::join_all(appending).await {
            assert_eq!(answer, Ok(Append::Appended));
        }
    }
}

fn clock() -> SharedClock {
    Arc::new(SystemClock::new())
}

fn open(path: &Path) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(path, Options::default(), clock()).unwrap())
}

/// Makes one in the files `pd.db`, `pd-doors.db` and `pd-archive.db`: open incidents, a journal that was truncated, one
/// that is closed, one that is closed and empty, one that was dropped, a snapshot of several parts, archived incidents,
/// and kept events that these and an open one refer to.
pub(super) async fn make(data: &Path) {
    let (doors, stages) = (open(&data.join("pd-doors.db")), open(&data.join("pd.db")));
    let mut bench = Bench::new(
        Arc::clone(&doors) as Arc<dyn Journal>,
        Arc::clone(&stages) as Arc<dyn Journal>,
        &data.join("key"),
    )
    .await;
    bench.accept("trigger", &["a", "b"]).await;
    bench.consume().await;
    bench.notify().await;
    let first = bench.incidents.state.incidents.values().next().unwrap().alerts[0].first;

    let (truncated, closed, empty, dropped) =
        (log("door/aa/events"), log("door/aa/commands"), log("door/bb/events"), log("door/bb/commands"));
    fill(&*doors, &truncated, LONG).await;
    assert_eq!(doors.truncate(&truncated, Seq(2 * SEGMENT)).await, Ok(Seq(2 * SEGMENT)));
    fill(&*doors, &closed, LONG).await;
    doors.close(&closed).await.unwrap();
    fill(&*doors, &empty, SEGMENT).await;
    doors.close(&empty).await.unwrap();
    doors.truncate(&empty, Seq(SEGMENT)).await.unwrap();
    fill(&*doors, &dropped, 3).await;
    doors.close(&dropped).await.unwrap();
    doors.drop_closed(&dropped).await.unwrap();
    for at in [500, 530] {
        let parts: Vec<Bytes> = (0..3).map(|n| Bytes::from(vec![n; 100_000])).collect();
        let mut digest = Sha256::new();
        for (number, part) in (0..).zip(&parts) {
            digest.update(part);
            doors.put_snapshot_part(&truncated, Seq(at), number, part.clone()).await.unwrap();
        }
        let (previous, taken_at) = (entry(at - 1).id, entry(at).at);
        let digest = digest.finalize().into();
        let snapshot = Snapshot { at: Seq(at), previous, parts: 3, digest, taken_at };
        doors.seal_snapshot(&truncated, snapshot).await.unwrap();
    }

    let archive = SqliteArchive::open(&data.join("pd-archive.db"), clock()).unwrap();
    let closed: Vec<_> = (1000..1100)
        .map(|n| Closed { dedup_key: Some(format!("k{n}")), ..Closed::new(n, 10_000 * n.cast_signed()) })
        .collect();
    archive.put(closed.iter().map(Closed::build).collect()).await.unwrap();
    let mut events: Vec<KeptEvent> = (1000..1010).map(|n| event(7, n, 0, 5_000_000)).collect();
    events.push(KeptEvent { address: first, ..event(7, 1, 0, 6_000_000) });
    archive.put_events(events).await.unwrap();
}

/// A journal, whole: its bounds, entries and snapshots.
type Whole = (u64, u64, bool, Vec<Entry>, Vec<(Snapshot, Vec<Bytes>)>);

/// All that stores hold but for marks.
#[derive(PartialEq, Debug)]
pub(super) struct Content {
    pub(super) logs: BTreeMap<LogName, Whole>,
    incidents: Vec<ClosedIncident>,
    events: Vec<KeptEvent>,
}

async fn whole(journal: &dyn Journal, log: &LogName) -> Whole {
    let extent = journal.extent(log).await.unwrap();
    let mut entries: Vec<Entry> = Vec::new();
    loop {
        let at = Seq(extent.first.0 + entries.len() as u64);
        let Read::Run { entries: more, .. } = journal.read(log, at, 1 << 20).await.unwrap() else {
            panic!("{log} is truncated at {at}")
        };
        if more.is_empty() {
            break;
        }
        entries.extend(more);
    }
    let mut snapshots = Vec::new();
    for snapshot in journal.snapshots(log).await.unwrap() {
        let mut parts = Vec::new();
        for part in 0..snapshot.parts {
            parts.push(journal.snapshot_part(log, snapshot.at, part).await.unwrap().unwrap());
        }
        snapshots.push((snapshot, parts));
    }
    (extent.first.0, extent.next.0, extent.closed, entries, snapshots)
}

async fn content(journals: &[Arc<dyn Journal>], archive: &dyn Archive) -> Content {
    let mut content = Content { logs: BTreeMap::new(), incidents: Vec::new(), events: Vec::new() };
    let mut addresses: Vec<EventAddress> = Vec::new();
    for journal in journals {
        for log in journal.logs().await.unwrap() {
            if ["moved", "copying"].contains(&log.as_str()) {
                continue;
            }
            let whole = whole(&**journal, &log).await;
            // The events of the bench's doors are looked for in the archive too.
            if let Some(door) =
                log.as_str().strip_prefix("door/").and_then(|rest| rest.strip_suffix("/events"))
                && let Ok(door) = door.parse()
            {
                addresses.extend(
                    (0..whole.1).flat_map(|seq| [0, 1].map(|index| EventAddress { door, seq, index })),
                );
            }
            content.logs.insert(log, whole);
        }
    }
    let rows = archive.rows(&Filter::default(), Sort::default(), usize::MAX).await.unwrap();
    for row in rows {
        let closed = archive.get(row.number).await.unwrap().unwrap();
        addresses.extend(closed.incident.alerts.iter().map(|alert| alert.first));
        content.incidents.push(closed);
    }
    for address in addresses {
        content.events.extend(archive.event(address).await.unwrap());
    }
    content
}

/// All that the files hold that `default` derives in this folder.
pub(super) async fn in_files(data: &Path, default: &str) -> Content {
    let file = |suffix: &str| data.join(format!("{default}{suffix}.db"));
    let journals = [open(&file("-doors")) as Arc<dyn Journal>, open(&file("")) as Arc<dyn Journal>];
    let archive = SqliteArchive::open(&file("-archive"), clock()).unwrap();
    content(&journals, &archive).await
}

/// All that a keyspace holds.
pub(super) async fn on_cluster(url: &StoreUrl) -> Content {
    let store = crate::cassandra::open(&crate::cassandra::access(&url.to_string())).await.unwrap();
    let journal = CassandraJournal::open(Arc::clone(&store), Shelf::JOURNALS).await.unwrap();
    let archive = CassandraArchive::open(store, Shelf::ARCHIVE).await.unwrap();
    content(&[Arc::new(journal) as Arc<dyn Journal>], &archive).await
}

impl Content {
    /// The same with every journal closed, as a source is left.
    pub(super) fn sealed(mut self) -> Self {
        self.logs.values_mut().for_each(|whole| whole.2 = true);
        self
    }

    pub(super) fn counts(&self) -> (usize, usize, usize) {
        (self.logs.len(), self.incidents.len(), self.events.len())
    }
}
