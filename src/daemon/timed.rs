//! A journal store whose appends are timed: what somebody waits for is what scheduled work yields to. And one that can be
//! made slow on purpose, which is timed like any other slowness.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::clock::SharedClock;
use crate::journal::{Append, Entry, Error, Extent, Journal, LogName, Read, Seq, Snapshot};
use crate::overload::Latency;

/// What the appends of each store take, by what it is used for.
#[derive(Clone, Debug)]
pub(super) struct Appends {
    clock: SharedClock,
    // A lock of its own rather than a task: it is held to note one number, and never across an await.
    stores: Arc<Mutex<BTreeMap<&'static str, Latency>>>,
    slow: Slow,
}

/// How much longer every append and read takes on purpose.
#[derive(Clone, Debug, Default)]
pub(super) struct Slow(Arc<AtomicU64>);

impl Slow {
    /// So much longer, from now on.
    pub(super) fn set(&self, by: Duration) {
        self.0.store(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Relaxed);
    }

    /// How much longer.
    pub(super) fn get(&self) -> Duration {
        Duration::from_millis(self.0.load(Relaxed))
    }

    async fn wait(&self, clock: &SharedClock) {
        let by = self.get();
        if !by.is_zero() {
            clock.sleep(by).await;
        }
    }
}

impl Appends {
    pub(super) fn new(clock: SharedClock, slow: Slow) -> Self {
        Self { clock, stores: Arc::default(), slow }
    }

    /// `store`, timed as this.
    pub(super) fn timed(&self, name: &'static str, store: Arc<dyn Journal>) -> Arc<dyn Journal> {
        self.stores().insert(name, Latency::default());
        Arc::new(Timed { name, store, appends: self.clone() })
    }

    /// The store that is slowest, compared with what it usually is: what an append takes there, and usually does.
    pub(super) fn slowest(&self) -> (Option<Duration>, Option<Duration>) {
        let now = self.clock.monotonic();
        let slowness = |(recent, usual): &(Option<Duration>, Option<Duration>)| match (recent, usual) {
            (Some(recent), Some(usual)) => recent.as_secs_f64() / usual.as_secs_f64().max(0.001),
            _ => 0.0,
        };
        let known = self.stores();
        let known = known.values().map(|latency| (latency.recent(now), latency.usual()));
        known.max_by(|a, b| slowness(a).total_cmp(&slowness(b))).unwrap_or_default()
    }

    /// A store that takes no appends, and since when (monotonic): the one that has done so for longest.
    pub(super) fn failing(&self) -> Option<(&'static str, Duration)> {
        let stores = self.stores();
        let failing = stores.iter().filter_map(|(name, latency)| Some((*name, latency.failing_since()?)));
        failing.min_by_key(|(_, since)| *since)
    }

    /// Since when this store takes no appends (monotonic); `None`: it does, as far as is known.
    pub(super) fn failing_since(&self, name: &str) -> Option<Duration> {
        self.stores().get(name)?.failing_since()
    }

    fn note(&self, name: &'static str, began: Duration, ok: bool) {
        let now = self.clock.monotonic();
        let mut stores = self.stores();
        let latency = stores.entry(name).or_default();
        if ok {
            latency.appended(now, now.saturating_sub(began));
        } else {
            latency.failed(now);
        }
    }

    fn stores(&self) -> MutexGuard<'_, BTreeMap<&'static str, Latency>> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Timed {
    name: &'static str,
    appends: Appends,
    store: Arc<dyn Journal>,
}

#[async_trait]
impl Journal for Timed {
    fn segment(&self) -> u64 {
        self.store.segment()
    }

    async fn append(&self, log: &LogName, at: Seq, entry: Entry) -> Result<Append, Error> {
        let began = self.appends.clock.monotonic();
        self.appends.slow.wait(&self.appends.clock).await;
        let appended = self.store.append(log, at, entry).await;
        self.appends.note(self.name, began, appended.is_ok());
        appended
    }

    async fn read(&self, log: &LogName, from: Seq, bytes_max: usize) -> Result<Read, Error> {
        self.appends.slow.wait(&self.appends.clock).await;
        self.store.read(log, from, bytes_max).await
    }

    async fn extent(&self, log: &LogName) -> Result<Extent, Error> {
        self.store.extent(log).await
    }

    async fn logs(&self) -> Result<Vec<LogName>, Error> {
        self.store.logs().await
    }

    async fn truncate(&self, log: &LogName, below: Seq) -> Result<Seq, Error> {
        self.store.truncate(log, below).await
    }

    async fn close(&self, log: &LogName) -> Result<Seq, Error> {
        self.store.close(log).await
    }

    async fn drop_closed(&self, log: &LogName) -> Result<(), Error> {
        self.store.drop_closed(log).await
    }

    async fn put_snapshot_part(&self, log: &LogName, at: Seq, part: u32, bytes: Bytes) -> Result<(), Error> {
        self.store.put_snapshot_part(log, at, part, bytes).await
    }

    async fn seal_snapshot(&self, log: &LogName, snapshot: Snapshot) -> Result<(), Error> {
        self.store.seal_snapshot(log, snapshot).await
    }

    async fn snapshots(&self, log: &LogName) -> Result<Vec<Snapshot>, Error> {
        self.store.snapshots(log).await
    }

    async fn snapshot_part(&self, log: &LogName, at: Seq, part: u32) -> Result<Option<Bytes>, Error> {
        self.store.snapshot_part(log, at, part).await
    }

    async fn drop_snapshots(&self, log: &LogName, below: Seq) -> Result<(), Error> {
        self.store.drop_snapshots(log, below).await
    }
}
