//! The embedded store: all journals and snapshots in one SQLite file.
//!
//! One thread writes. It takes whatever waits, for all journals, and commits it in one transaction with one sync, so a
//! commit's cost is shared by all who came while the one before was on its way. It keeps how far each journal reaches
//! in memory and publishes that after each commit; so a follower that asks for what is not there yet costs no disk.
//! Readers have connections of their own and read short pages. A checkpointer writes the log back beside the writer.

mod backup;
mod batch;
mod checkpoint;
mod error;
mod examine;
mod look;
mod op;
mod open;
mod reader;
mod schema;
mod space;
mod tables;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use self::error::stopped;
use self::op::{Op, Reply};
use self::reader::Query;
use self::tables::{Log, Logs};
use self::writer::Writer;
use super::{Append, Entry, Error, Extent, Journal, LogName, Outcome, Read, Seq, Snapshot};
use crate::clock::SharedClock;
use crate::disk;
use crate::lockfile::Lockfile;

pub use self::backup::{BackupError, copy_file};
pub use self::error::OpenError;
pub use self::examine::{Examined, examine};
pub use self::look::Look;
pub use self::space::Space;

/// The size of a page of the file.
const PAGE_BYTES: u32 = 16 << 10;

/// Operations that may wait for the writer, and queries for the readers. Who comes then waits for a place.
const QUEUE: usize = 256;

/// Threads that read.
const READERS: usize = 2;

/// What is called when a commit failed such that nobody knows what the disk holds.
pub type OnFatal = Arc<dyn Fn(&str) + Send + Sync>;

/// How a store is to be opened.
#[derive(Clone)]
pub struct Options {
    /// The file is not to grow beyond this many bytes: then writes are answered [`Error::NoSpace`].
    pub bytes_max: Option<u64>,
    /// Called, with the reason, when a commit failed such that nobody knows what the disk holds (after a failed sync a
    /// read-back proves nothing). It should end the process, and the default does. If it returns, the store answers
    /// everything that writes with [`Error::Unavailable`] until it is opened again.
    pub on_fatal: OnFatal,
}

impl Default for Options {
    fn default() -> Self {
        Self { bytes_max: None, on_fatal: Arc::new(|_| std::process::abort()) }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("bytes_max", &self.bytes_max).finish_non_exhaustive()
    }
}

/// What the writer counts.
#[derive(Debug, Default)]
struct Counters {
    commits: AtomicU64,
    /// Why the last commit was refused by the disk; `None`: it was not.
    refused: Mutex<Option<String>>,
}

impl Counters {
    fn committed(&self) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.set_refused(None);
    }

    fn set_refused(&self, why: Option<String>) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    fn refused(&self) -> Option<String> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// An open store. Dropping it waits for what was asked and frees the lock.
///
/// A future that is dropped before it is ready may still have its operation done.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    /// `None` only while dropping.
    doors: Option<Doors>,
    logs: watch::Receiver<Logs>,
    counters: Arc<Counters>,
    threads: Vec<JoinHandle<()>>,
    /// Freed after the threads are gone.
    _lock: Lockfile,
}

/// Where the threads are asked.
#[derive(Debug)]
struct Doors {
    writer: mpsc::Sender<Op>,
    readers: mpsc::Sender<Query>,
}

impl SqliteStore {
    /// Opens the store in the file `path`, whose folder must exist, or makes it.
    ///
    /// Blocks while it reads how far the journals reach, and while an earlier crash is recovered from.
    pub fn open(path: impl AsRef<Path>, options: Options, clock: SharedClock) -> Result<Self, OpenError> {
        let path = path.as_ref().to_owned();
        let opened = open::open(&path, options.bytes_max)?;
        let counters = Arc::new(Counters::default());
        let (published, logs) = watch::channel(opened.logs);
        let (writer, ops) = mpsc::channel(QUEUE);
        let (readers, queries) = mpsc::channel(QUEUE);
        let (wake, woken) = std::sync::mpsc::sync_channel(1);

        let mut threads = Vec::new();
        let queries = Arc::new(Mutex::new(queries));
        for number in 0..READERS {
            let (conn, queries) = (open::reader(&path)?, Arc::clone(&queries));
            threads.push(spawn(&path, &format!("pd-read-{number}"), move || reader::run(&conn, &queries))?);
        }
        let (conn, to_writer) = (open::checkpointer(&path)?, writer.downgrade());
        threads.push(spawn(&path, "pd-checkpoint", move || checkpoint::run(&conn, &woken, &to_writer))?);
        let job = Writer {
            conn: opened.writer,
            ops,
            published,
            checkpoint: wake,
            counters: Arc::clone(&counters),
            clock,
            folder: open::folder_of(&path),
            on_fatal: options.on_fatal,
        };
        threads.push(spawn(&path, "pd-write", move || job.run())?);
        Ok(Self { path, doors: Some(Doors { writer, readers }), logs, counters, threads, _lock: opened.lock })
    }

    /// Has an empty journal begin at `first`, as if everything below had been written and truncated. Idempotent.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it has another beginning and entries, is closed, or `first` does not begin a segment.
    pub async fn begin_at(&self, log: &LogName, first: Seq) -> Result<(), Error> {
        self.write(|reply| Op::BeginAt { log: log.clone(), first, reply }).await
    }

    /// How many transactions were committed since the store was opened.
    pub fn commits(&self) -> u64 {
        self.counters.commits.load(Ordering::Relaxed)
    }

    /// Why the disk takes no writes. Costs nothing while commits succeed; after one that the disk has refused it is tried
    /// each time whether it takes writes again.
    ///
    /// # Errors
    /// When it cannot be tried.
    pub async fn refusal(&self) -> Result<Option<String>, Error> {
        let Some(why) = self.counters.refused() else { return Ok(None) };
        let folder = open::folder_of(&self.path);
        let tried = tokio::task::spawn_blocking(move || disk::refusal(&folder).is_some()).await;
        if tried.map_err(|_| stopped(Outcome::NotDone))? {
            return Ok(Some(why));
        }
        self.counters.set_refused(None);
        Ok(None)
    }

    /// Asks the writer and waits until the answer is durable.
    async fn write<T>(&self, op: impl FnOnce(Reply<T>) -> Op) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        let doors = self.doors.as_ref().ok_or_else(|| stopped(Outcome::NotDone))?;
        doors.writer.send(op(reply)).await.map_err(|_| stopped(Outcome::NotDone))?;
        answer.await.map_err(|_| stopped(Outcome::Unknown))?
    }

    async fn query<T>(&self, query: impl FnOnce(Reply<T>) -> Query) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        let doors = self.doors.as_ref().ok_or_else(|| stopped(Outcome::NotDone))?;
        doors.readers.send(query(reply)).await.map_err(|_| stopped(Outcome::NotDone))?;
        answer.await.map_err(|_| stopped(Outcome::NotDone))?
    }

    /// What is known of a journal; durable, as of the last commit.
    fn log(&self, name: &LogName) -> Option<Log> {
        self.logs.borrow().get(name).copied()
    }

    /// Deletes truncated entries in small steps, so that appends get in between.
    async fn sweep(&self, log: &LogName) -> Result<(), Error> {
        while self.write(|reply| Op::Sweep { log: log.clone(), reply }).await? {}
        Ok(())
    }
}

fn spawn(path: &Path, name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenError> {
    let io = |source| OpenError::Io { path: path.to_owned(), source };
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map_err(io)
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        // Without their queues the threads end; waiting for them keeps the lock until nothing is written any more.
        self.doors = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the store has panicked");
            }
        }
    }
}

#[async_trait]
impl Journal for SqliteStore {
    async fn append(&self, log: &LogName, at: Seq, entry: Entry) -> Result<Append, Error> {
        self.write(|reply| Op::Append { log: log.clone(), at, entry, reply }).await
    }

    async fn read(&self, log: &LogName, from: Seq, bytes_max: usize) -> Result<Read, Error> {
        let Some(Log { id, extent, .. }) = self.log(log) else {
            return Ok(Read::Run { entries: Vec::new(), closed: false });
        };
        if from < extent.first {
            return Ok(Read::Truncated { first: extent.first });
        }
        if from >= extent.next {
            return Ok(Read::Run { entries: Vec::new(), closed: extent.closed });
        }
        let (first, entries) = self.query(|reply| Query::Run { log: id, from, bytes_max, reply }).await?;
        if from < first {
            return Ok(Read::Truncated { first });
        }
        if entries.is_empty() {
            return Err(reader::missing(log, from));
        }
        let after = from.0 + u64::try_from(entries.len()).unwrap_or(0);
        Ok(Read::Run { entries, closed: extent.closed && after >= extent.next.0 })
    }

    async fn extent(&self, log: &LogName) -> Result<Extent, Error> {
        Ok(self.log(log).map_or_else(Extent::default, |log| log.extent))
    }

    async fn logs(&self) -> Result<Vec<LogName>, Error> {
        let logs = self.logs.borrow();
        let written = |log: &Log| !log.dropped && (log.extent.closed || log.extent.next > Seq::FIRST);
        Ok(logs.iter().filter(|(_, log)| written(log)).map(|(name, _)| name.clone()).collect())
    }

    async fn truncate(&self, log: &LogName, below: Seq) -> Result<Seq, Error> {
        let first = self.write(|reply| Op::Truncate { log: log.clone(), below, reply }).await?;
        self.sweep(log).await?;
        Ok(first)
    }

    async fn close(&self, log: &LogName) -> Result<Seq, Error> {
        self.write(|reply| Op::Close { log: log.clone(), reply }).await
    }

    async fn drop_closed(&self, log: &LogName) -> Result<(), Error> {
        self.write(|reply| Op::DropClosed { log: log.clone(), reply }).await?;
        self.drop_snapshots(log, Seq(u64::MAX)).await?;
        self.sweep(log).await
    }

    async fn put_snapshot_part(&self, log: &LogName, at: Seq, part: u32, bytes: Bytes) -> Result<(), Error> {
        self.write(|reply| Op::PutPart { log: log.clone(), at, part, bytes, reply }).await
    }

    async fn seal_snapshot(&self, log: &LogName, snapshot: Snapshot) -> Result<(), Error> {
        self.write(|reply| Op::SealSnapshot { log: log.clone(), snapshot, reply }).await
    }

    async fn snapshots(&self, log: &LogName) -> Result<Vec<Snapshot>, Error> {
        let Some(Log { id, .. }) = self.log(log) else { return Ok(Vec::new()) };
        self.query(|reply| Query::Snapshots { log: id, reply }).await
    }

    async fn snapshot_part(&self, log: &LogName, at: Seq, part: u32) -> Result<Option<Bytes>, Error> {
        let Some(Log { id, .. }) = self.log(log) else { return Ok(None) };
        self.query(|reply| Query::Part { log: id, at, part, reply }).await
    }

    async fn drop_snapshots(&self, log: &LogName, below: Seq) -> Result<(), Error> {
        while self.write(|reply| Op::DropSnapshots { log: log.clone(), below, reply }).await? {}
        Ok(())
    }
}
