//! Journals on a Cassandra cluster: a partition for each segment, and one conditional write for each append.
//!
//! # How the promises are kept
//!
//! - **A slot is written once**: an append is an update on the condition that the slot and the segment's seal are empty.
//!   The answer to one that is refused carries the entry that is there.
//! - **No holes**: a handle knows a slot of each journal up to which all are written, from what it has read, appended or
//!   been refused; it looks only when it is asked to append beyond.
//! - **Truncation and closing** seal a segment, in one conditional batch with the deletion of its rows, and leave a row
//!   after its last slot that says how it ended. So the one statement by which a follower reads on also tells it that
//!   there is nothing more to come, or that it is too late: it never mistakes a truncated segment for a silent one, and
//!   never steps over deleted rows, as it begins at a slot of the segment that is being written.
//! - **`first`** is the first segment without the mark of truncation. The table `journals` holds a lower bound of it for
//!   each journal, written after the segments are sealed, so that little is walked. The marks stay for ever: some 100
//!   bytes for each 256 entries. An expired one would let a late append into a truncated slot.
//! - **What is read is at a quorum, with read repair**, so nobody sees an entry come and go. An append that was decided
//!   but that nobody finished is not seen, until the next conditional write of its segment finishes it.

mod append;
mod ending;
mod extent;
mod known;
mod read;
mod registry;
mod segment;
mod snapshots;
mod statements;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use self::known::Known;
use self::statements::Statements;
use super::{Append, Entry, Error, Extent, Journal, LogName, Outcome, Read, Seq, Snapshot};
use crate::cassandra::{self, Failure, OpenError, Store};

/// A set of journals in a keyspace, apart from all other sets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shelf(pub i32);

impl Shelf {
    /// Doors and stages.
    pub const JOURNALS: Shelf = Shelf(0);
    /// The archive's index.
    pub const ARCHIVE: Shelf = Shelf(1);
    /// What is written to try the store, and dropped again.
    pub const SCRATCH: Shelf = Shelf(2);
}

/// The journals of a keyspace. A clone is another handle on the same; handles share what they know.
#[derive(Clone, Debug)]
pub struct CassandraJournal {
    store: Arc<Store>,
    shelf: Shelf,
    statements: Arc<Statements>,
    known: Arc<Known>,
}

impl CassandraJournal {
    /// The journals of `store` on this shelf.
    ///
    /// # Errors
    /// If the cluster does not take the statements.
    pub async fn open(store: Arc<Store>, shelf: Shelf) -> Result<Self, OpenError> {
        let statements = Arc::new(Statements::prepare(&store).await?);
        Ok(Self { store, shelf, statements, known: Arc::default() })
    }

    /// What a journal is called in the tables that all shelves share.
    fn key(&self, log: &LogName) -> String {
        format!("{}:{log}", self.shelf.0)
    }

    /// Has an empty journal begin at `first`, as if everything below had been written and truncated. Idempotent.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it has another beginning and entries, is closed, or `first` does not begin a segment.
    pub async fn begin_at(&self, log: &LogName, first: Seq) -> Result<(), Error> {
        self.begin_later(log, first).await
    }

    /// The store, to ask how it does.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let outcome = match failure.outcome {
            cassandra::Outcome::NotDone => Outcome::NotDone,
            cassandra::Outcome::Unknown => Outcome::Unknown,
        };
        match failure {
            Failure { again: false, reason, outcome: cassandra::Outcome::Unknown } => Self::Damaged(reason),
            Failure { reason, .. } => Self::Unavailable { reason, outcome },
        }
    }
}

#[async_trait]
impl Journal for CassandraJournal {
    async fn append(&self, log: &LogName, at: Seq, entry: Entry) -> Result<Append, Error> {
        self.append_entry(log, at, entry).await
    }

    async fn read(&self, log: &LogName, from: Seq, bytes_max: usize) -> Result<Read, Error> {
        self.read_run(log, from, bytes_max).await
    }

    async fn extent(&self, log: &LogName) -> Result<Extent, Error> {
        self.find_extent(log).await
    }

    async fn logs(&self) -> Result<Vec<LogName>, Error> {
        self.registered().await
    }

    async fn truncate(&self, log: &LogName, below: Seq) -> Result<Seq, Error> {
        self.truncate_segments(log, below).await
    }

    async fn close(&self, log: &LogName) -> Result<Seq, Error> {
        self.seal_tail(log).await
    }

    async fn drop_closed(&self, log: &LogName) -> Result<(), Error> {
        self.drop_whole(log).await
    }

    async fn put_snapshot_part(&self, log: &LogName, at: Seq, part: u32, bytes: Bytes) -> Result<(), Error> {
        self.put_part(log, at, part, bytes).await
    }

    async fn seal_snapshot(&self, log: &LogName, snapshot: Snapshot) -> Result<(), Error> {
        self.seal_parts(log, snapshot).await
    }

    async fn snapshots(&self, log: &LogName) -> Result<Vec<Snapshot>, Error> {
        self.sealed_snapshots(log).await
    }

    async fn snapshot_part(&self, log: &LogName, at: Seq, part: u32) -> Result<Option<Bytes>, Error> {
        self.sealed_part(log, at, part).await
    }

    async fn drop_snapshots(&self, log: &LogName, below: Seq) -> Result<(), Error> {
        self.drop_parts(log, below).await
    }
}
