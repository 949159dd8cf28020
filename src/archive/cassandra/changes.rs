//! Following the index's journal, and adding to it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use uuid::Uuid;

use super::catalog::{Catalog, Change};
use super::{CassandraArchive, FRESH, Latest};
use crate::journal::{Append, Entry, Error, Journal, LogName, Outcome, Read};

/// How entries of the index are written.
const FORMAT: u16 = 1;
/// Bytes that are read at once.
const READ_BYTES: usize = 4 << 20;
/// Appends that are tried while others append too.
const TRIES: usize = 20;
/// The longest pause after another one's append.
const PAUSE: Duration = Duration::from_millis(100);

impl CassandraArchive {
    pub(super) fn log() -> LogName {
        "archive".parse().expect("it is a name")
    }

    /// The index, no older than [`FRESH`].
    pub(super) async fn fresh(&self) -> Result<Arc<Catalog>, Error> {
        let mut latest = self.latest.lock().await;
        let now = self.store.clock().monotonic();
        if latest.at.is_none_or(|at| now.saturating_sub(at) >= FRESH) {
            self.follow(&mut latest).await?;
        }
        Ok(Arc::clone(&latest.catalog))
    }

    /// The index as it is now.
    pub(super) async fn newest(&self) -> Result<Arc<Catalog>, Error> {
        let mut latest = self.latest.lock().await;
        self.follow(&mut latest).await?;
        Ok(Arc::clone(&latest.catalog))
    }

    async fn follow(&self, latest: &mut Latest) -> Result<(), Error> {
        let log = Self::log();
        loop {
            let now = self.store.clock().monotonic();
            match self.journal.read(&log, latest.catalog.next, READ_BYTES).await? {
                Read::Truncated { first } => latest.catalog = Arc::new(Catalog::from(first)),
                Read::Run { entries, .. } if entries.is_empty() => {
                    latest.at = Some(now);
                    return Ok(());
                }
                Read::Run { entries, .. } => {
                    let mut catalog = Catalog::clone(&latest.catalog);
                    for entry in entries {
                        catalog.apply(entry.id, &entry.body)?;
                    }
                    latest.catalog = Arc::new(catalog);
                }
            }
        }
    }

    /// Appends what `change` makes of the newest index, under this id; `None`: nothing needs to be said. Returns the
    /// index before and after.
    pub(super) async fn change(
        &self,
        id: Uuid,
        change: impl Fn(&Catalog) -> Option<Change> + Send + Sync,
    ) -> Result<Option<(Arc<Catalog>, Arc<Catalog>)>, Error> {
        let (log, clock) = (Self::log(), self.store.clock());
        for _ in 0..TRIES {
            let mut latest = self.latest.lock().await;
            // Whoever appends next has read all before it.
            self.follow(&mut latest).await?;
            let before = Arc::clone(&latest.catalog);
            let Some(change) = change(&before) else { return Ok(None) };
            let body = serde_json::to_vec(&change).map_err(|error| Error::Invalid(error.to_string()))?;
            let body = Bytes::from(body);
            let entry =
                Entry { id, writer: self.writer, at: clock.now(), format: FORMAT, body: body.clone() };
            if self.journal.append(&log, before.next, entry).await? == Append::Appended {
                let mut after = Catalog::clone(&before);
                after.apply(id, &body)?;
                latest.catalog = Arc::new(after);
                return Ok(Some((before, Arc::clone(&latest.catalog))));
            }
            drop(latest);
            clock.sleep(self.store.ids().jitter(PAUSE)).await;
        }
        let reason = "too many write to the archive's index at once".to_owned();
        Err(Error::Unavailable { reason, outcome: Outcome::NotDone })
    }

    /// An id for an entry, and for the documents that come before it.
    pub(super) fn id(&self) -> Uuid {
        self.store.ids().uuid(self.store.clock().now())
    }
}
