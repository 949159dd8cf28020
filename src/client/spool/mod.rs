//! Events that the server could not take yet, kept on disk in order until it does.
//!
//! One file per event, named so that names sort in order of arrival; written beside, synced and renamed, so that there
//! is never half an event. A file goes away only after the server has answered 202, or the user has dropped it. What
//! the server refuses for good is moved aside with its reason.

mod flush;
mod lock;

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use flush::{Flushed, flush};
pub use lock::Lock;

use crate::clock::Clock;
use crate::domain::time::Timestamp;

/// The most events in the spool, refused ones included.
pub const EVENTS_MAX: usize = 10_000;
/// What is older is sent only when the user says so: a page about yesterday may do harm.
pub const STALE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long to wait for another process that uses the spool.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// Why the spool cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk does not do what it should.
    #[error("{}: {reason}", path.display())]
    Disk {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// It has [`EVENTS_MAX`] events.
    #[error("the spool is full: it holds {EVENTS_MAX} events")]
    Full,
    /// Another process uses it for too long.
    #[error("another process uses the spool")]
    Busy,
}

/// An event that waits.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The number of this format.
    pub format: u32,
    /// The context it was meant for, if it was one.
    pub context: Option<String>,
    /// The doors of the server it was meant for.
    pub urls: Vec<String>,
    /// When it was put here.
    pub spooled_at: Timestamp,
    /// As it is sent: Events API v2, with its dedup key and original time.
    pub event: Value,
    /// Why the server refused it, once it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<String>,
}

impl Entry {
    /// The number of the format that is written.
    pub const FORMAT: u32 = 1;

    /// Whether it is too old to be sent unasked.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.since(self.spooled_at) > STALE
    }

    /// Whether it was meant for the server behind one of these doors.
    pub fn is_for(&self, urls: &[String]) -> bool {
        self.urls.iter().any(|url| urls.contains(url))
    }
}

/// A file of the spool.
#[derive(Clone, PartialEq, Debug)]
pub struct Spooled {
    /// The file's name without `.json`: names sort in order of arrival.
    pub id: String,
    /// What is in it, or why it cannot be read.
    pub entry: Result<Entry, String>,
}

/// A folder of events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spool {
    folder: PathBuf,
}

impl Spool {
    /// The spool in `folder`, which need not exist.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Puts an event at the end, durably, and answers with its id.
    ///
    /// # Errors
    /// [`Error`]; the event is not kept then.
    pub async fn add(&self, entry: &Entry, name: &str, clock: &dyn Clock) -> Result<String, Error> {
        self.make()?;
        let _lock = Lock::wait(&self.folder.join("add.lock"), LOCK_PATIENCE, clock).await?;
        let names = self.names(&self.folder)?;
        if names.len() + self.names(&self.rejected_folder())?.len() >= EVENTS_MAX {
            return Err(Error::Full);
        }
        let last = names.last().and_then(|name| name.split('-').next()?.parse::<u64>().ok()).unwrap_or(0);
        let id = format!("{:016}-{name}", last + 1);
        self.write(&self.folder, &id, entry)?;
        Ok(id)
    }

    /// The names of what waits, in order; cheap.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn waiting(&self) -> Result<Vec<String>, Error> {
        self.names(&self.folder)
    }

    /// What waits, in order.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn list(&self) -> Result<Vec<Spooled>, Error> {
        Ok(self.waiting()?.into_iter().map(|id| self.read(&self.folder, id)).collect())
    }

    /// What the server refused, in order.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn rejected(&self) -> Result<Vec<Spooled>, Error> {
        let folder = self.rejected_folder();
        Ok(self.names(&folder)?.into_iter().map(|id| self.read(&folder, id)).collect())
    }

    /// Removes an event, waiting or refused, for good. `false`: there is none of this id.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn remove(&self, id: &str) -> Result<bool, Error> {
        let mut found = false;
        for folder in [&self.folder, &self.rejected_folder()] {
            let path = folder.join(format!("{id}.json"));
            match fs::remove_file(&path) {
                Ok(()) => {
                    sync(folder)?;
                    found = true;
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(reason) => return Err(Error::Disk { path, reason }),
            }
        }
        Ok(found)
    }

    /// Takes the right to send what waits; `None` if another process has it for longer than `patience`.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub async fn sender(&self, patience: Duration, clock: &dyn Clock) -> Result<Option<Lock>, Error> {
        self.make()?;
        match Lock::wait(&self.folder.join("send.lock"), patience, clock).await {
            Ok(lock) => Ok(Some(lock)),
            Err(Error::Busy) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Moves an event aside. Its reason is written first; a crash between leaves it in both places, and the next
    /// flush settles it.
    fn reject(&self, id: &str, entry: Option<&Entry>, reason: &str) -> Result<(), Error> {
        let folder = self.rejected_folder();
        make(&folder)?;
        match entry {
            Some(entry) => {
                self.write(&folder, id, &Entry { rejected: Some(reason.to_owned()), ..entry.clone() })?;
                let path = self.folder.join(format!("{id}.json"));
                fs::remove_file(&path).map_err(|reason| Error::Disk { path, reason })?;
            }
            // What cannot be read is kept as it is.
            None => {
                let path = self.folder.join(format!("{id}.json"));
                fs::rename(&path, folder.join(format!("{id}.json")))
                    .map_err(|reason| Error::Disk { path, reason })?;
                sync(&folder)?;
            }
        }
        sync(&self.folder)
    }

    fn read(&self, folder: &Path, id: String) -> Spooled {
        let read = || -> Result<Entry, String> {
            let text = fs::read(folder.join(format!("{id}.json"))).map_err(|error| error.to_string())?;
            let entry: Entry = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
            if entry.format != Entry::FORMAT {
                return Err(format!("it has format {}; this version knows {}", entry.format, Entry::FORMAT));
            }
            Ok(entry)
        };
        let entry = read();
        Spooled { id, entry }
    }

    fn write(&self, folder: &Path, id: &str, entry: &Entry) -> Result<(), Error> {
        let path = folder.join(format!("{id}.json"));
        // The same name after a crash replaces what was left of the one before.
        let new = folder.join("new.tmp");
        let write = || -> io::Result<()> {
            let mut file =
                fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
            serde_json::to_writer(&mut file, entry)?;
            file.flush()?;
            file.sync_all()?;
            fs::rename(&new, &path)
        };
        write().map_err(|reason| Error::Disk { path: path.clone(), reason })?;
        sync(folder)
    }

    fn names(&self, folder: &Path) -> Result<Vec<String>, Error> {
        let disk = |reason| Error::Disk { path: folder.to_path_buf(), reason };
        let files = match fs::read_dir(folder) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(disk(error)),
        };
        let mut names = Vec::new();
        for file in files {
            let name = file.map_err(disk)?.file_name();
            if let Some(id) = name.to_str().and_then(|name| name.strip_suffix(".json")) {
                names.push(id.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    fn rejected_folder(&self) -> PathBuf {
        self.folder.join("rejected")
    }

    fn make(&self) -> Result<(), Error> {
        make(&self.folder)
    }
}

fn make(folder: &Path) -> Result<(), Error> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|reason| Error::Disk { path: folder.to_path_buf(), reason })
}

fn sync(folder: &Path) -> Result<(), Error> {
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|reason| Error::Disk { path: folder.to_path_buf(), reason })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;
    use crate::clock::SystemClock;

    fn entry(n: u64) -> Entry {
        Entry {
            format: Entry::FORMAT,
            context: None,
            urls: vec!["http://a".to_owned()],
            spooled_at: Timestamp::from_millis(1000),
            event: json!({"dedup_key": n.to_string()}),
            rejected: None,
        }
    }

    #[tokio::test]
    async fn keeps_order_and_content() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::at(folder.path().join("spool"));
        let clock = SystemClock::new();
        assert_eq!(spool.list().unwrap(), []);
        // The names' second part is chance and says nothing of the order.
        for (n, name) in [(1, "z"), (2, "a"), (3, "m")] {
            spool.add(&entry(n), name, &clock).await.unwrap();
        }
        let keys = |spool: &Spool| -> Vec<_> {
            spool
                .list()
                .unwrap()
                .into_iter()
                .map(|file| file.entry.unwrap().event["dedup_key"].clone())
                .collect()
        };
        assert_eq!(keys(&spool), ["1", "2", "3"]);
        let first = spool.waiting().unwrap().remove(0);
        assert!(spool.remove(&first).unwrap());
        assert!(!spool.remove(&first).unwrap());
        spool.add(&entry(4), "b", &clock).await.unwrap();
        assert_eq!(keys(&spool), ["2", "3", "4"]);
    }

    #[tokio::test]
    async fn what_is_refused_moves_aside_with_its_reason() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::at(folder.path().to_path_buf());
        let id = spool.add(&entry(1), "a", &SystemClock::new()).await.unwrap();
        spool.reject(&id, Some(&entry(1)), "no such key").unwrap();
        assert_eq!(spool.waiting().unwrap(), Vec::<String>::new());
        let rejected = spool.rejected().unwrap();
        assert_eq!(rejected[0].entry.as_ref().unwrap().rejected.as_deref(), Some("no such key"));
        assert!(spool.remove(&id).unwrap());
        assert_eq!(spool.rejected().unwrap(), []);
    }

    #[tokio::test]
    async fn is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..EVENTS_MAX {
            fs::write(folder.path().join(format!("{n:016}-a.json")), "{}").unwrap();
        }
        let spool = Spool::at(folder.path().to_path_buf());
        let full = spool.add(&entry(1), "b", &SystemClock::new()).await.unwrap_err();
        assert!(matches!(full, Error::Full));
    }

    #[tokio::test]
    async fn concurrent_writers_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::at(folder.path().to_path_buf());
        let clock = std::sync::Arc::new(SystemClock::new());
        let writers = (0..20).map(|n| {
            let (spool, clock) = (spool.clone(), clock.clone());
            tokio::spawn(async move { spool.add(&entry(n), &format!("{n}"), &*clock).await.unwrap() })
        });
        let ids: std::collections::BTreeSet<_> =
            futures_util::future::join_all(writers).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(ids.len(), 20);
        assert_eq!(spool.waiting().unwrap().len(), 20);
    }
}
