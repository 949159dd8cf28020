//! The archive in an SQLite file of its own: one thread writes, two read, and lists come from an index in memory.

mod error;

mod reader;
mod schema;
mod writer;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot, watch};

pub use self::error::OpenError;
use self::error::{ended, from_sqlite, too_slow, unavailable};
use self::reader::Read;
use self::writer::{Job, Work, Writer};
use super::facets::Facets;
use super::index::Index;
use super::query::Query;
use super::{Archive, Filter, Row, Sort};
use crate::clock::{SharedClock, within};
use crate::disk;
use crate::domain::event::{DedupKey, EventAddress};
use crate::domain::id::IncidentNumber;
use crate::domain::incident::{ClosedIncident, KeptEvent};
use crate::domain::time::Timestamp;
use crate::journal::{Error, Outcome};
use crate::lockfile::{Lockfile, Refused};

/// Writes that wait at most; more wait in their callers.
const JOBS_MAX: usize = 64;
/// Reads that wait at most; more wait in their callers.
const READS_MAX: usize = 256;
/// Reading threads: a slow read must not keep all others waiting.
const READERS: usize = 2;
/// How long a call takes at most, waiting included.
const CALL_MAX: Duration = Duration::from_secs(30);

/// What is called, with the reason, when a commit failed such that nobody knows what the disk holds.
pub type OnFatal = Arc<dyn Fn(&str) + Send + Sync>;

/// An archive in an SQLite file. Dropping it ends its threads and waits for what they have begun.
#[derive(Debug)]
pub struct SqliteArchive {
    path: PathBuf,
    clock: SharedClock,
    /// Taken when dropped: the threads end when these are gone.
    senders: Option<Senders>,
    index: watch::Receiver<Arc<Index>>,
    threads: Vec<JoinHandle<()>>,
    /// Held for as long as the index in memory is the truth about the file.
    _lock: Lockfile,
}

#[derive(Debug)]
struct Senders {
    jobs: mpsc::Sender<Job>,
    reads: mpsc::Sender<Read>,
}

impl SqliteArchive {
    /// Opens the file, making it if need be, and reads its index: some hundred milliseconds for a million incidents.
    /// Blocks meanwhile.
    pub fn open(path: &Path, clock: SharedClock) -> Result<Self, OpenError> {
        Self::open_with(path, clock, Arc::new(|_| ()))
    }

    /// As [`open`](Self::open). After a commit of which nobody knows what the disk holds, `on_fatal` is called; if that
    /// returns, nothing is written any more until the file is opened again.
    pub fn open_with(path: &Path, clock: SharedClock, on_fatal: OnFatal) -> Result<Self, OpenError> {
        let lock = lock(path)?;
        disk::settle_log(path).map_err(OpenError::Log)?;
        let connection = schema::open_writer(path)?;
        let (published, index) = watch::channel(Arc::new(reader::load(&connection)?));
        let (jobs, jobs_receiver) = mpsc::channel(JOBS_MAX);
        let (reads, reads_receiver) = mpsc::channel(READS_MAX);
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let writer = Writer::new(connection, published, on_fatal, folder);
        let mut threads = vec![spawn("archive-writer", move || writer.run(jobs_receiver))?];
        let waiting = Arc::new(Mutex::new(reads_receiver));
        for _ in 0..READERS {
            let (connection, waiting) = (schema::open_reader(path)?, waiting.clone());
            threads.push(spawn("archive-reader", move || reader::run(&connection, &waiting))?);
        }
        let senders = Some(Senders { jobs, reads });
        Ok(Self { path: path.to_owned(), clock, senders, index, threads, _lock: lock })
    }

    /// Writes a copy of one moment to `path`, synced to disk, while everything goes on. There must be no file.
    pub async fn backup_to(&self, path: &Path) -> Result<(), Error> {
        let (from, to) = (self.path.clone(), path.to_owned());
        let copied = tokio::task::spawn_blocking(move || copy_file(&from, &to)).await;
        copied.unwrap_or_else(|ended| Err(unavailable(&ended.to_string(), Outcome::Unknown)))
    }

    async fn write(&self, work: Work) -> Result<u64, Error> {
        let call = async {
            let (reply, answer) = oneshot::channel();
            self.senders()?.jobs.send(Job { work, reply }).await.map_err(|_| ended())?;
            answer.await.map_err(|_| ended())?
        };
        within(self.clock.as_ref(), CALL_MAX, call).await.ok_or_else(|| too_slow(CALL_MAX))?
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&rusqlite::Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, Error> {
        let call = async {
            let (reply, answer) = oneshot::channel();
            let read: Read = Box::new(move |connection| {
                let answer = read(connection).map_err(|error| from_sqlite(&error, Outcome::NotDone));
                // Who does not wait any more does not need the answer.
                let _gone = reply.send(answer);
            });
            self.senders()?.reads.send(read).await.map_err(|_| ended())?;
            answer.await.map_err(|_| ended())?
        };
        within(self.clock.as_ref(), CALL_MAX, call).await.ok_or_else(|| too_slow(CALL_MAX))?
    }

    /// Asks `ask` about the incidents that `filter` describes.
    async fn query<T: Send + 'static>(
        &self,
        filter: &Filter,
        ask: impl FnOnce(&Query<'_>) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let filter = filter.clone();
        let index = self.index.borrow().clone();
        self.read(move |connection| {
            let mut keyed = None;
            if let Some(key) = &filter.key {
                let mut numbers = reader::by_key(connection, key, usize::MAX)?;
                numbers.reverse();
                keyed = Some(numbers);
            }
            Ok(ask(&Query::new(&index, &filter, keyed.as_deref())))
        })
        .await
    }

    fn senders(&self) -> Result<&Senders, Error> {
        self.senders.as_ref().ok_or_else(ended)
    }
}

impl Drop for SqliteArchive {
    fn drop(&mut self) {
        self.senders = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the archive had panicked");
            }
        }
    }
}

#[async_trait]
impl Archive for SqliteArchive {
    async fn put(&self, incidents: Vec<Arc<ClosedIncident>>) -> Result<(), Error> {
        if incidents.is_empty() {
            return Ok(());
        }
        let rows = incidents.iter().map(|closed| row(closed)).collect::<Result<Vec<_>, _>>()?;
        self.write(Work::Put(rows)).await.map(drop)
    }

    async fn get(&self, number: IncidentNumber) -> Result<Option<ClosedIncident>, Error> {
        let Some(body) = self.read(move |connection| reader::document(connection, number)).await? else {
            return Ok(None);
        };
        let document = serde_json::from_slice(&body);
        document.map(Some).map_err(|error| Error::Damaged(format!("the archived incident {number}: {error}")))
    }

    async fn by_key(&self, key: &DedupKey, max: usize) -> Result<Vec<IncidentNumber>, Error> {
        let key = key.clone();
        self.read(move |connection| reader::by_key(connection, &key, max)).await
    }

    async fn rows(&self, filter: &Filter, sort: Sort, max: usize) -> Result<Vec<Row>, Error> {
        self.query(filter, move |query| query.rows(sort, max)).await
    }

    async fn count(&self, filter: &Filter) -> Result<u64, Error> {
        self.query(filter, |query| query.count()).await
    }

    async fn put_events(&self, events: Vec<KeptEvent>) -> Result<(), Error> {
        if events.is_empty() {
            return Ok(());
        }
        for KeptEvent { address, .. } in &events {
            stored(address.seq).map_err(|error| Error::Invalid(format!("event {address}: {error}")))?;
        }
        self.write(Work::Events(events)).await.map(drop)
    }

    async fn event(&self, address: EventAddress) -> Result<Option<KeptEvent>, Error> {
        self.read(move |connection| reader::event(connection, address)).await
    }

    async fn expire(&self, before: Timestamp, max: usize) -> Result<u64, Error> {
        self.write(Work::Expire { before, max }).await
    }
}

/// What is written of an incident. Made by the caller, so that the writer only writes, and refuses nothing.
fn row(closed: &ClosedIncident) -> Result<(Facets, Vec<u8>), Error> {
    let facets = Facets::of(closed)?;
    let invalid = |error: String| Error::Invalid(format!("incident {}: {error}", facets.number));
    stored(facets.number.0).map_err(|error| invalid(error.to_string()))?;
    let body = serde_json::to_vec(closed).map_err(|error| invalid(error.to_string()))?;
    Ok((facets, body))
}

fn lock(path: &Path) -> Result<Lockfile, OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    Lockfile::take(&path).map_err(|refused| match refused {
        Refused::Held(_) => OpenError::InUse(path),
        Refused::Io(source) => OpenError::Lock { path, source },
    })
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenError> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run).map_err(OpenError::Thread)
}

/// Copies the archive in the file `from`, which another process may have open, as [`SqliteArchive::backup_to`] does.
/// Blocks.
///
/// # Errors
/// When it cannot be written, or there is something already.
pub fn copy_file(from: &Path, to: &Path) -> Result<(), Error> {
    if to.exists() {
        return Err(Error::Invalid(format!("`{}` is there already", to.display())));
    }
    let text = to.to_str().ok_or_else(|| Error::Invalid(format!("`{}` is not UTF-8", to.display())))?;
    let done = schema::open_reader(from).and_then(|connection| {
        connection.pragma_update(None, "query_only", false)?;
        connection.execute("VACUUM INTO ?1", [text])
    });
    done.map_err(|error| from_sqlite(&error, Outcome::Unknown))?;
    // SQLite does not sync what it writes this way, nor the name of the file.
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for path in [to, folder] {
        let synced = File::open(path).and_then(|file| file.sync_all());
        synced.map_err(|error| {
            unavailable(&format!("syncing `{}`: {error}", path.display()), Outcome::Unknown)
        })?;
    }
    Ok(())
}

/// A number as SQLite holds it.
fn stored(number: u64) -> Result<i64, rusqlite::Error> {
    i64::try_from(number).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}
