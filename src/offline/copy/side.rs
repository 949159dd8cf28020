//! All stores of one side of a move, opened for this process alone where they are files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::archive::cassandra::CassandraArchive;
use crate::archive::sqlite::SqliteArchive;
use crate::archive::{Archive, Filter};
use crate::cassandra::{Access, Store};
use crate::clock::SharedClock;
use crate::config::{CassandraUrl, StoreUrl, Stores};
use crate::daemon::{archive_path, journal_path};
use crate::ids::SharedIds;
use crate::journal::cassandra::{CassandraJournal, Shelf};
use crate::journal::sqlite::{Options, SqliteStore};
use crate::journal::{Journal, LogName, Refused, Seq, refused};
use crate::offline::{Error, files};

/// Entries that are handed to a file's writer at once: it commits them together. No more than can be polled in order.
const TOGETHER: usize = 30;

/// The stores of an installation.
pub(super) struct Side {
    /// Where they are, each once; the archive last, if it is not beside the journals.
    pub(super) names: Vec<String>,
    pub(super) journals: Vec<Held>,
    /// `None`: there never was one.
    pub(super) archive: Option<Arc<dyn Archive>>,
}

/// A store of journals, and what it is for.
pub(super) struct Held {
    pub(super) name: String,
    roles: Vec<&'static str>,
    kind: Kind,
}

enum Kind {
    File(SqliteStore),
    Cluster(CassandraJournal),
}

/// What an installation keeps in this journal; `None`: it is none of an installation's.
fn role(log: &LogName) -> Option<&'static str> {
    match log.as_str() {
        "incidents" => Some("incidents"),
        "notify" => Some("notify"),
        other => other.starts_with("door/").then_some("doors"),
    }
}

impl Held {
    pub(super) fn journal(&self) -> &dyn Journal {
        match &self.kind {
            Kind::File(store) => store,
            Kind::Cluster(journal) => journal,
        }
    }

    pub(super) fn cluster(&self) -> Option<&Arc<Store>> {
        match &self.kind {
            Kind::File(_) => None,
            Kind::Cluster(journal) => Some(journal.store()),
        }
    }

    pub(super) async fn begin_at(&self, log: &LogName, first: Seq) -> Result<(), crate::journal::Error> {
        match &self.kind {
            Kind::File(store) => store.begin_at(log, first).await,
            Kind::Cluster(journal) => journal.begin_at(log, first).await,
        }
    }

    /// Appends that may be on their way at once: a cluster decides one slot after the other.
    pub(super) fn at_once(&self) -> usize {
        match &self.kind {
            Kind::File(_) => TOGETHER,
            Kind::Cluster(_) => 1,
        }
    }
}

impl Side {
    /// Opens all stores. Files that are not there are made only if `make`.
    pub(super) async fn open(
        urls: &Stores,
        data: &Path,
        make: bool,
        (clock, ids): (&SharedClock, &SharedIds),
    ) -> Result<Self, Error> {
        let mut side = Self { names: Vec::new(), journals: Vec::new(), archive: None };
        for (role, url) in urls.journals() {
            let name = name_of(url, data)?;
            if let Some(held) = side.journals.iter_mut().find(|held| held.name == name) {
                held.roles.push(role);
                continue;
            }
            let kind = match url {
                StoreUrl::Sqlite(_) => {
                    let path = journal_path(url, data)?;
                    ready(&path, make)?;
                    Kind::File(SqliteStore::open(&path, Options::default(), Arc::clone(clock))?)
                }
                StoreUrl::Cassandra(url) => {
                    let store = open_cluster(url, urls, (clock, ids)).await?;
                    Kind::Cluster(CassandraJournal::open(store, Shelf::JOURNALS).await?)
                }
            };
            side.names.push(name.clone());
            side.journals.push(Held { name, roles: vec![role], kind });
        }
        side.open_archive(urls, data, make, (clock, ids)).await?;
        Ok(side)
    }

    async fn open_archive(
        &mut self,
        urls: &Stores,
        data: &Path,
        make: bool,
        (clock, ids): (&SharedClock, &SharedIds),
    ) -> Result<(), Error> {
        let name = name_of(&urls.archive, data)?;
        if !self.names.contains(&name) {
            self.names.push(name.clone());
        }
        match &urls.archive {
            StoreUrl::Sqlite(_) => {
                let path = archive_path(&urls.archive, data)?;
                if make || path.is_file() {
                    ready(&path, make)?;
                    let archive = SqliteArchive::open(&path, Arc::clone(clock));
                    let archive = archive.map_err(|reason| Error::Archive { path, reason })?;
                    self.archive = Some(Arc::new(archive));
                }
            }
            StoreUrl::Cassandra(url) => {
                let shared = self.journals.iter().find(|held| held.name == name).and_then(Held::cluster);
                let store = match shared {
                    Some(store) => Arc::clone(store),
                    None => open_cluster(url, urls, (clock, ids)).await?,
                };
                self.archive = Some(Arc::new(CassandraArchive::open(store, Shelf::ARCHIVE).await?));
            }
        }
        Ok(())
    }

    /// The store that this journal belongs to.
    pub(super) fn of(&self, log: &LogName) -> &Held {
        let role = role(log).unwrap_or("doors");
        let held = self.journals.iter().find(|held| held.roles.contains(&role));
        held.expect("every role has a store")
    }

    /// The journals of the installation, in order, each in the store that it belongs to.
    pub(super) async fn logs(&self) -> Result<Vec<LogName>, Error> {
        let mut logs = Vec::new();
        for held in &self.journals {
            let there = held.journal().logs().await?;
            logs.extend(
                there.into_iter().filter(|log| role(log).is_some_and(|role| held.roles.contains(&role))),
            );
        }
        Ok(logs)
    }

    /// Whether this is a copy that was begun and not finished.
    pub(super) async fn unfinished(&self) -> Result<bool, Error> {
        let mut unfinished = false;
        for held in &self.journals {
            match refused(held.journal()).await? {
                Some(Refused::Unfinished(_)) => unfinished = true,
                Some(refused) => return Err(Error::Refused { store: held.name.clone(), refused }),
                None => {}
            }
        }
        Ok(unfinished)
    }

    /// Whether nobody has ever used these stores.
    pub(super) async fn is_empty(&self) -> Result<bool, Error> {
        for held in &self.journals {
            if !held.journal().logs().await?.is_empty() {
                return Ok(false);
            }
        }
        Ok(self.archived().await? == 0)
    }

    /// How many incidents are archived.
    pub(super) async fn archived(&self) -> Result<u64, Error> {
        match &self.archive {
            Some(archive) => Ok(archive.count(&Filter::default()).await?),
            None => Ok(0),
        }
    }
}

/// Makes the folder of a file that is to be made; refuses a file that is not there otherwise.
fn ready(path: &Path, make: bool) -> Result<(), Error> {
    match make {
        true => files::make_folder(files::folder_of(path)),
        false if path.is_file() => Ok(()),
        false => Err(Error::Nothing(path.to_owned())),
    }
}

/// The address of a store; that of a file is absolute.
pub(super) fn name_of(url: &StoreUrl, data: &Path) -> Result<String, Error> {
    Ok(match url {
        StoreUrl::Sqlite(_) => {
            let path: PathBuf = journal_path(url, data)?;
            let absolute = std::path::absolute(&path).map_err(Error::of(&path))?;
            StoreUrl::Sqlite(absolute).to_string()
        }
        StoreUrl::Cassandra(url) => url.to_string(),
    })
}

async fn open_cluster(
    url: &CassandraUrl,
    urls: &Stores,
    (clock, ids): (&SharedClock, &SharedIds),
) -> Result<Arc<Store>, Error> {
    let access = Access { url: url.clone(), cassandra: urls.cassandra.clone() };
    Ok(Store::open(&access, Arc::clone(clock), Arc::clone(ids)).await?)
}
