//! Looking into a store, as it is at one moment, while another process may have it open.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use rusqlite::{Connection, OpenFlags};

use super::backup::{self, BackupError};
use super::error::{OpenError, of_read};
use super::tables::{self, Log, Logs};
use crate::journal::{Append, Entry, Error, Extent, Journal, LogName, Read, Seq, Snapshot};

/// A store at the moment at which it was opened. It takes no lock and answers everything that writes with
/// [`Error::Invalid`]. Its log file grows until this is dropped.
#[derive(Debug)]
pub struct Look {
    path: PathBuf,
    logs: Logs,
    /// In a transaction that began when it was opened. Held for the moment of one read.
    conn: Mutex<Connection>,
}

impl Look {
    /// Opens the store in the file `path`, which must be there. Blocks.
    ///
    /// # Errors
    /// When it cannot be opened, or is none of ours.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let failed = |error| OpenError::of(path, error);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags).map_err(failed)?;
        // The moment begins with the first statement that reads.
        conn.execute_batch("BEGIN").map_err(failed)?;
        let logs = tables::load_logs(&conn).map_err(failed)?;
        let logs = logs.map_err(|reason| OpenError::Damaged { path: path.to_owned(), reason })?;
        Ok(Self { path: path.to_owned(), logs, conn: Mutex::new(conn) })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Copies the store, as it was at this moment, into the new file `to`, synced and checked. Blocks.
    ///
    /// # Errors
    /// When it cannot be written, or there is something already.
    pub fn copy_to(&self, to: &Path) -> Result<(), BackupError> {
        backup::copy_connection(&self.conn(), to)
    }

    fn conn(&self) -> MutexGuard<'_, Connection> {
        self.conn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>) -> Result<T, Error> {
        read(&self.conn()).map_err(|error| of_read(&error))
    }
}

fn read_only<T>() -> Result<T, Error> {
    Err(Error::Invalid("the store is only looked at".to_owned()))
}

#[async_trait]
impl Journal for Look {
    async fn append(&self, _: &LogName, _: Seq, _: Entry) -> Result<Append, Error> {
        read_only()
    }

    async fn read(&self, log: &LogName, from: Seq, bytes_max: usize) -> Result<Read, Error> {
        let Some(Log { id, extent, .. }) = self.logs.get(log).copied() else {
            return Ok(Read::Run { entries: Vec::new(), closed: false });
        };
        if from < extent.first {
            return Ok(Read::Truncated { first: extent.first });
        }
        let entries = self.read(|conn| tables::run_from(conn, id, from, bytes_max))?;
        let after = from.0 + u64::try_from(entries.len()).unwrap_or(0);
        Ok(Read::Run { entries, closed: extent.closed && after >= extent.next.0 })
    }

    async fn extent(&self, log: &LogName) -> Result<Extent, Error> {
        Ok(self.logs.get(log).map_or_else(Extent::default, |log| log.extent))
    }

    async fn logs(&self) -> Result<Vec<LogName>, Error> {
        let written = |log: &Log| !log.dropped && (log.extent.closed || log.extent.next > Seq::FIRST);
        Ok(self.logs.iter().filter(|(_, log)| written(log)).map(|(name, _)| name.clone()).collect())
    }

    async fn truncate(&self, _: &LogName, _: Seq) -> Result<Seq, Error> {
        read_only()
    }

    async fn close(&self, _: &LogName) -> Result<Seq, Error> {
        read_only()
    }

    async fn drop_closed(&self, _: &LogName) -> Result<(), Error> {
        read_only()
    }

    async fn put_snapshot_part(&self, _: &LogName, _: Seq, _: u32, _: Bytes) -> Result<(), Error> {
        read_only()
    }

    async fn seal_snapshot(&self, _: &LogName, _: Snapshot) -> Result<(), Error> {
        read_only()
    }

    async fn snapshots(&self, log: &LogName) -> Result<Vec<Snapshot>, Error> {
        let Some(Log { id, .. }) = self.logs.get(log).copied() else { return Ok(Vec::new()) };
        self.read(|conn| tables::snapshots(conn, id))
    }

    async fn snapshot_part(&self, log: &LogName, at: Seq, part: u32) -> Result<Option<Bytes>, Error> {
        let Some(Log { id, .. }) = self.logs.get(log).copied() else { return Ok(None) };
        self.read(|conn| match tables::snapshot_at(conn, id, at)? {
            Some(_) => tables::part(conn, id, at, part),
            None => Ok(None),
        })
    }

    async fn drop_snapshots(&self, _: &LogName, _: Seq) -> Result<(), Error> {
        read_only()
    }
}
