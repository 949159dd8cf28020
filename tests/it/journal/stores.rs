//! The stores that the suite runs on, and small helpers to fill them.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use pd::clock::{Clock, SharedClock, SystemClock};
use pd::domain::time::Timestamp;
use pd::journal::cassandra::CassandraJournal;
use pd::journal::memory::{Fault, FaultPlan, MemoryStore, Op, SeededFaults};
use pd::journal::sqlite::{Options, SqliteStore};
use pd::journal::{Append, Entry, Error, Extent, Journal, LogName, Read, Seq, Snapshot};
use tempfile::TempDir;
use uuid::Uuid;

use crate::cassandra::{self, OnCluster};

/// A store and what must outlive it.
pub(crate) struct Store {
    pub(crate) journal: Arc<dyn Journal>,
    _folder: Option<TempDir>,
    _cluster: Option<OnCluster>,
}

impl Deref for Store {
    type Target = Arc<dyn Journal>;

    fn deref(&self) -> &Self::Target {
        &self.journal
    }
}

pub(crate) fn sqlite() -> Store {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("pd.db"), Options::default());
    Store { journal: Arc::new(store), _folder: Some(folder), _cluster: None }
}

pub(crate) fn open(path: &std::path::Path, options: Options) -> SqliteStore {
    SqliteStore::open(path, options, Arc::new(SystemClock::new())).unwrap()
}

/// Journals on the cluster; `None` where there is none.
pub(crate) async fn cassandra() -> Option<Store> {
    let cluster = cassandra::store().await?;
    let journal = patient(cassandra::journal(&cluster.store, cassandra::shelf()).await);
    Some(Store { journal, _folder: None, _cluster: Some(cluster) })
}

/// A journal behind a caller that repeats until it knows: a busy machine may take longer than a server would wait.
pub(crate) fn patient(journal: CassandraJournal) -> Arc<dyn Journal> {
    Arc::new(Settling(journal))
}

pub(crate) fn memory() -> Store {
    Store { journal: Arc::new(MemoryStore::new().handle(0)), _folder: None, _cluster: None }
}

/// A store that fails half the time, behind a caller that repeats until it knows.
pub(crate) fn memory_with_faults(seed: u64) -> Store {
    let mut plan = SeededFaults::new(seed, 500, Duration::from_secs(3));
    let without_gaps = move |op: &Op| match plan.next(op) {
        // Gaps are right answers, which a repetition does not settle.
        Fault::Gap(_) => Fault::None,
        fault => fault,
    };
    let store = MemoryStore::with_faults(without_gaps, paused_clock());
    Store { journal: Arc::new(Settling(store.handle(0))), _folder: None, _cluster: None }
}

/// Repeats what failed until it did not: all that the seam says about unknown outcomes.
struct Settling<J>(J);

impl<J> Settling<J> {
    async fn settle<T, F: Future<Output = Result<T, Error>>>(again: impl Fn() -> F) -> Result<T, Error> {
        for _ in 0..100 {
            match again().await {
                Err(Error::Unavailable { .. } | Error::NoSpace { .. }) => {}
                settled => return settled,
            }
        }
        panic!("a hundred faults in a row");
    }
}

#[async_trait]
impl<J: Journal> Journal for Settling<J> {
    async fn append(&self, log: &LogName, at: Seq, entry: Entry) -> Result<Append, Error> {
        Self::settle(|| self.0.append(log, at, entry.clone())).await
    }

    async fn read(&self, log: &LogName, from: Seq, bytes_max: usize) -> Result<Read, Error> {
        Self::settle(|| self.0.read(log, from, bytes_max)).await
    }

    async fn extent(&self, log: &LogName) -> Result<Extent, Error> {
        Self::settle(|| self.0.extent(log)).await
    }

    async fn logs(&self) -> Result<Vec<LogName>, Error> {
        Self::settle(|| self.0.logs()).await
    }

    async fn truncate(&self, log: &LogName, below: Seq) -> Result<Seq, Error> {
        Self::settle(|| self.0.truncate(log, below)).await
    }

    async fn close(&self, log: &LogName) -> Result<Seq, Error> {
        Self::settle(|| self.0.close(log)).await
    }

    async fn drop_closed(&self, log: &LogName) -> Result<(), Error> {
        Self::settle(|| self.0.drop_closed(log)).await
    }

    async fn put_snapshot_part(&self, log: &LogName, at: Seq, part: u32, bytes: Bytes) -> Result<(), Error> {
        Self::settle(|| self.0.put_snapshot_part(log, at, part, bytes.clone())).await
    }

    async fn seal_snapshot(&self, log: &LogName, snapshot: Snapshot) -> Result<(), Error> {
        Self::settle(|| self.0.seal_snapshot(log, snapshot.clone())).await
    }

    async fn snapshots(&self, log: &LogName) -> Result<Vec<Snapshot>, Error> {
        Self::settle(|| self.0.snapshots(log)).await
    }

    async fn snapshot_part(&self, log: &LogName, at: Seq, part: u32) -> Result<Option<Bytes>, Error> {
        Self::settle(|| self.0.snapshot_part(log, at, part)).await
    }

    async fn drop_snapshots(&self, log: &LogName, below: Seq) -> Result<(), Error> {
        Self::settle(|| self.0.drop_snapshots(log, below)).await
    }
}

/// The clock of a runtime whose time is paused.
pub(crate) fn paused_clock() -> SharedClock {
    #[expect(clippy::disallowed_methods, reason = "the runtime's time is virtual here")]
    let started = tokio::time::Instant::now();
    Arc::new(PausedClock(started))
}

#[derive(Debug)]
struct PausedClock(tokio::time::Instant);

#[async_trait]
impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        Timestamp::EPOCH.plus(self.monotonic())
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

pub(crate) fn log(name: &str) -> LogName {
    name.parse().unwrap()
}

/// The entry number `n`, with a body of so many bytes.
pub(crate) fn entry(n: u64, bytes: usize) -> Entry {
    Entry {
        id: Uuid::from_u64_pair(7, n),
        writer: Uuid::from_u64_pair(1, n % 3),
        at: Timestamp::from_millis(1_700_000_000_000 + i64::try_from(n).unwrap()),
        format: u16::try_from(n % 9).unwrap(),
        body: noise(n, bytes),
    }
}

/// Bytes that do not compress.
pub(crate) fn noise(seed: u64, bytes: usize) -> Bytes {
    let mut state = seed.wrapping_mul(2) + 1;
    let mut noise = vec![0; bytes.next_multiple_of(8)];
    for word in noise.chunks_exact_mut(8) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        word.copy_from_slice(&state.to_le_bytes());
    }
    noise.truncate(bytes);
    noise.into()
}

/// Appends the entries `from..to` of 20 bytes in the slots of the same numbers.
pub(crate) async fn fill(journal: &Arc<dyn Journal>, log: &LogName, from: u64, to: u64) {
    for n in from..to {
        assert_eq!(journal.append(log, Seq(n), entry(n, 20)).await, Ok(Append::Appended), "{log} {n}");
    }
}

/// Everything from `from` on, with whether the journal says that it is closed there.
pub(crate) async fn read_all(journal: &Arc<dyn Journal>, log: &LogName, from: u64) -> (Vec<Entry>, bool) {
    let mut all = Vec::new();
    loop {
        let at = Seq(from + u64::try_from(all.len()).unwrap());
        match journal.read(log, at, 1 << 20).await.unwrap() {
            Read::Run { entries, closed } if closed || entries.is_empty() => {
                all.extend(entries);
                return (all, closed);
            }
            Read::Run { entries, .. } => all.extend(entries),
            Read::Truncated { first } => panic!("{log} is truncated at {first}"),
        }
    }
}
