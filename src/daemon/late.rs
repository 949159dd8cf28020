//! Stores that could not be opened yet: they answer that they are away, and are opened as soon as they can be.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::archive::{Archive, Filter, Row, Sort};
use crate::clock::{SharedClock, within};
use crate::domain::event::{DedupKey, EventAddress};
use crate::domain::id::IncidentNumber;
use crate::domain::incident::{ClosedIncident, KeptEvent};
use crate::domain::time::Timestamp;
use crate::ids::SharedIds;
use crate::journal::{Append, Entry, Error, Extent, Journal, LogName, Outcome, Read, Seq, Snapshot};

/// The pause before a store is tried again, before jitter; it doubles up to the longest.
const RETRY_FIRST: Duration = Duration::from_millis(500);
const RETRY_LONGEST: Duration = Duration::from_secs(10);

/// One attempt takes at most this long: the nodes of a cluster may take connections and never speak.
const ATTEMPT_MAX: Duration = Duration::from_secs(20);

/// How the opening of a store goes.
#[derive(Clone, Debug)]
pub(super) enum Opening<T> {
    /// It was not tried yet.
    Begins,
    /// It failed for this reason, and is tried again.
    Fails(Arc<str>),
    /// It can never succeed, for this reason.
    Never(Arc<str>),
    /// It is open.
    There(T),
}

impl<T: Clone> Opening<T> {
    /// The store, if it is open.
    pub(super) fn there(&self) -> Result<T, Error> {
        match self {
            Self::There(store) => Ok(store.clone()),
            Self::Begins => Err(away("the store is still being opened")),
            Self::Fails(reason) | Self::Never(reason) => Err(away(reason)),
        }
    }

    /// Why it is not open; `None`: it is.
    pub(super) fn why_not(&self) -> Option<String> {
        self.there().err().map(|error| error.to_string())
    }
}

fn away(reason: &str) -> Error {
    Error::Unavailable { reason: reason.to_owned(), outcome: Outcome::NotDone }
}

/// Journals that may not be there yet.
pub(super) struct LateJournal(pub(super) watch::Receiver<Opening<Arc<dyn Journal>>>);

/// An archive that may not be there yet.
pub(super) struct LateArchive(pub(super) watch::Receiver<Opening<Arc<dyn Archive>>>);

impl LateJournal {
    fn there(&self) -> Result<Arc<dyn Journal>, Error> {
        self.0.borrow().there()
    }
}

impl LateArchive {
    fn there(&self) -> Result<Arc<dyn Archive>, Error> {
        self.0.borrow().there()
    }
}

/// Whether an attempt that failed may do better later, and why it failed.
pub(super) struct Failed {
    pub(super) again: bool,
    pub(super) reason: String,
}

/// Opens a store, as often as that takes, and publishes it. Ends when it is open, when it can never be, or at the
/// shutdown.
pub(super) async fn open<T, F>(
    name: String,
    publish: watch::Sender<Opening<T>>,
    (clock, ids): (SharedClock, SharedIds),
    shutdown: CancellationToken,
    attempt: impl Fn() -> F + Send,
) where
    F: Future<Output = Result<T, Failed>> + Send,
{
    let mut pause = RETRY_FIRST;
    loop {
        let attempted = tokio::select! {
            biased;
            () = shutdown.cancelled() => return,
            attempted = within(&*clock, ATTEMPT_MAX, attempt()) => attempted,
        };
        let failed = match attempted {
            Some(Ok(store)) => {
                tracing::info!(store = name, "the store is open");
                publish.send_replace(Opening::There(store));
                return;
            }
            Some(Err(failed)) => failed,
            None => Failed { again: true, reason: format!("{name} did not answer in time") },
        };
        let reason: Arc<str> = Arc::from(failed.reason);
        if !failed.again {
            tracing::error!(store = name, %reason, "the store cannot be used");
            publish.send_replace(Opening::Never(reason));
            return;
        }
        tracing::warn!(store = name, %reason, "the store cannot be opened yet; trying again");
        publish.send_replace(Opening::Fails(reason));
        let wait = ids.jitter(pause);
        pause = (pause * 2).min(RETRY_LONGEST);
        tokio::select! {
            biased;
            () = shutdown.cancelled() => return,
            () = clock.sleep(wait) => {}
        }
    }
}

#[async_trait]
impl Journal for LateJournal {
    async fn append(&self, log: &LogName, at: Seq, entry: Entry) -> Result<Append, Error> {
        self.there()?.append(log, at, entry).await
    }

    async fn read(&self, log: &LogName, from: Seq, bytes_max: usize) -> Result<Read, Error> {
        self.there()?.read(log, from, bytes_max).await
    }

    async fn extent(&self, log: &LogName) -> Result<Extent, Error> {
        self.there()?.extent(log).await
    }

    async fn logs(&self) -> Result<Vec<LogName>, Error> {
        self.there()?.logs().await
    }

    async fn truncate(&self, log: &LogName, below: Seq) -> Result<Seq, Error> {
        self.there()?.truncate(log, below).await
    }

    async fn close(&self, log: &LogName) -> Result<Seq, Error> {
        self.there()?.close(log).await
    }

    async fn drop_closed(&self, log: &LogName) -> Result<(), Error> {
        self.there()?.drop_closed(log).await
    }

    async fn put_snapshot_part(&self, log: &LogName, at: Seq, part: u32, bytes: Bytes) -> Result<(), Error> {
        self.there()?.put_snapshot_part(log, at, part, bytes).await
    }

    async fn seal_snapshot(&self, log: &LogName, snapshot: Snapshot) -> Result<(), Error> {
        self.there()?.seal_snapshot(log, snapshot).await
    }

    async fn snapshots(&self, log: &LogName) -> Result<Vec<Snapshot>, Error> {
        self.there()?.snapshots(log).await
    }

    async fn snapshot_part(&self, log: &LogName, at: Seq, part: u32) -> Result<Option<Bytes>, Error> {
        self.there()?.snapshot_part(log, at, part).await
    }

    async fn drop_snapshots(&self, log: &LogName, below: Seq) -> Result<(), Error> {
        self.there()?.drop_snapshots(log, below).await
    }
}

#[async_trait]
impl Archive for LateArchive {
    async fn put(&self, incidents: Vec<Arc<ClosedIncident>>) -> Result<(), Error> {
        self.there()?.put(incidents).await
    }

    async fn get(&self, number: IncidentNumber) -> Result<Option<ClosedIncident>, Error> {
        self.there()?.get(number).await
    }

    async fn by_key(&self, key: &DedupKey, max: usize) -> Result<Vec<IncidentNumber>, Error> {
        self.there()?.by_key(key, max).await
    }

    async fn rows(&self, filter: &Filter, sort: Sort, max: usize) -> Result<Vec<Row>, Error> {
        self.there()?.rows(filter, sort, max).await
    }

    async fn count(&self, filter: &Filter) -> Result<u64, Error> {
        self.there()?.count(filter).await
    }

    async fn put_events(&self, events: Vec<KeptEvent>) -> Result<(), Error> {
        self.there()?.put_events(events).await
    }

    async fn event(&self, address: EventAddress) -> Result<Option<KeptEvent>, Error> {
        self.there()?.event(address).await
    }

    async fn expire(&self, before: Timestamp, max: usize) -> Result<u64, Error> {
        self.there()?.expire(before, max).await
    }
}
