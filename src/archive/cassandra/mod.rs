//! The archive on a Cassandra cluster: documents that are written once, and an index that is a journal.
//!
//! What is archived and what has expired are entries of the journal `archive`, on a shelf of its own. Every process
//! folds it into the same index in memory, as it is ordered: of two processes that archive at once, both see which came
//! first. A document is written before the entry that names it, under that entry's id, so nothing is ever overwritten;
//! what a crash leaves between the two is a document that nobody can find. Lists are one pass over the index.
//!
//! **How old may an answer be?** What this process has put is in its next answer. What another one has put is, at the
//! latest, in an answer to a question asked [`FRESH`] after it was put; an incident that is asked for by number and not
//! found is looked for in the newest index first. Nothing is polled: an archive that nobody asks reads nothing.
//!
//! Events are no part of the index: they are found by their address, and expire by the day of their acceptance. The
//! index knows the days that have any, and up to where they have expired, so that nobody reads over what is deleted.

mod catalog;
mod changes;
mod documents;
mod events;
mod expiry;
mod statements;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Mutex;
use uuid::Uuid;

use self::catalog::Catalog;
use self::statements::Statements;
use super::facets::Facets;
use super::query::Query;
use super::{Archive, Filter, Row, Sort};
use crate::cassandra::{OpenError, Store};
use crate::domain::event::{DedupKey, EventAddress};
use crate::domain::id::IncidentNumber;
use crate::domain::incident::{ClosedIncident, KeptEvent};
use crate::domain::time::Timestamp;
use crate::journal::Error;
use crate::journal::cassandra::{CassandraJournal, Shelf};

/// The age at which the index is brought up to date before it answers.
pub const FRESH: Duration = Duration::from_secs(1);

/// Statements at once.
const AT_ONCE: usize = 16;

/// The archive in a keyspace.
#[derive(Debug)]
pub struct CassandraArchive {
    store: Arc<Store>,
    shelf: Shelf,
    journal: CassandraJournal,
    statements: Statements,
    writer: Uuid,
    latest: Mutex<Latest>,
}

/// The index, and when it was last known to be the newest; `None`: never.
#[derive(Debug, Default)]
struct Latest {
    catalog: Arc<Catalog>,
    at: Option<Duration>,
}

/// Why the archive cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The cluster does not take its statements.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its index cannot be read.
    #[error("cannot read the archive's index: {0}")]
    Index(#[from] Error),
}

impl CassandraArchive {
    /// Opens the archive on this shelf of `store` and reads its index: a second or two for a million incidents.
    ///
    /// # Errors
    /// If the cluster does not take the statements, or the index cannot be read.
    pub async fn open(store: Arc<Store>, shelf: Shelf) -> Result<Self, ArchiveError> {
        let journal = CassandraJournal::open(Arc::clone(&store), shelf).await?;
        let statements = Statements::prepare(&store).await?;
        let writer = store.ids().uuid(store.clock().now());
        let archive = Self { store, shelf, journal, statements, writer, latest: Mutex::default() };
        archive.newest().await?;
        Ok(archive)
    }

    /// Asks `ask` about the incidents that `filter` describes.
    async fn query<T>(&self, filter: &Filter, ask: impl FnOnce(&Query<'_>) -> T) -> Result<T, Error> {
        let catalog = self.fresh().await?;
        let keyed = match &filter.key {
            None => None,
            Some(key) => {
                let mut numbers = self.keyed(&catalog, key, usize::MAX).await?;
                numbers.reverse();
                Some(numbers)
            }
        };
        Ok(ask(&Query::new(&catalog.index, filter, keyed.as_deref())))
    }
}

#[async_trait]
impl Archive for CassandraArchive {
    async fn put(&self, incidents: Vec<Arc<ClosedIncident>>) -> Result<(), Error> {
        let facets = incidents.iter().map(|closed| Facets::of(closed)).collect::<Result<Vec<_>, _>>()?;
        self.put_incidents(incidents, facets).await
    }

    async fn get(&self, number: IncidentNumber) -> Result<Option<ClosedIncident>, Error> {
        self.get_incident(number).await
    }

    async fn by_key(&self, key: &DedupKey, max: usize) -> Result<Vec<IncidentNumber>, Error> {
        let catalog = self.fresh().await?;
        self.keyed(&catalog, key, max).await
    }

    async fn rows(&self, filter: &Filter, sort: Sort, max: usize) -> Result<Vec<Row>, Error> {
        self.query(filter, |query| query.rows(sort, max)).await
    }

    async fn count(&self, filter: &Filter) -> Result<u64, Error> {
        self.query(filter, |query| query.count()).await
    }

    async fn put_events(&self, events: Vec<KeptEvent>) -> Result<(), Error> {
        self.keep_events(events).await
    }

    async fn event(&self, address: EventAddress) -> Result<Option<KeptEvent>, Error> {
        self.kept_event(address).await
    }

    async fn expire(&self, before: Timestamp, max: usize) -> Result<u64, Error> {
        self.expire_both(before, max).await
    }
}
