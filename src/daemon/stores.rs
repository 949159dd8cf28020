//! Opens the stores that the configuration names: one file may serve several purposes, and is opened once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::clusters::{Cluster, Clusters};
use crate::archive::Archive;
use crate::archive::sqlite::SqliteArchive;
use crate::clock::SharedClock;
use crate::config::{StoreUrl, Stores as Urls};
use crate::ids::SharedIds;
use crate::journal::sqlite::{Options, SqliteStore};
use crate::journal::{Journal, Refused, refused};

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A journal store.
    #[error("cannot open the store: {reason}")]
    Journal {
        /// Its file.
        path: PathBuf,
        /// Why.
        reason: crate::journal::sqlite::OpenError,
    },
    /// The archive.
    #[error("cannot open the archive {}: {reason}", path.display())]
    Archive {
        /// Its file.
        path: PathBuf,
        /// Why.
        reason: crate::archive::sqlite::OpenError,
    },
    /// A store that is no file.
    #[error(transparent)]
    NotAFile(#[from] NotAFile),
    /// A cluster that cannot be used as it is.
    #[error("{0}")]
    Cluster(String),
    /// A store that is not to be served.
    #[error("{store}: {refused}")]
    Refused {
        /// Its address.
        store: String,
        /// Why.
        refused: Refused,
    },
    /// A file does not say whether it may be served.
    #[error("cannot read the store: {0}")]
    Unreadable(#[from] crate::journal::Error),
    /// Files belong to one process, clusters to many.
    #[error(
        "[store] mixes a file ({file}) and a cluster ({cluster}): use files for all of doors, incidents, notify and archive, or clusters for all"
    )]
    Mixed {
        /// What is in a file.
        file: &'static str,
        /// What is on a cluster.
        cluster: &'static str,
    },
}

/// All stores.
pub(super) struct Stores {
    pub(super) doors: Arc<dyn Journal>,
    pub(super) incidents: Arc<dyn Journal>,
    pub(super) notify: Arc<dyn Journal>,
    pub(super) archive: Arc<dyn Archive>,
    pub(super) kind: Kind,
}

/// What they are.
#[derive(Clone)]
pub(super) enum Kind {
    /// Files: no other process uses them. The doors' store, whose room decides whether events are taken.
    Files(Arc<SqliteStore>),
    /// Keyspaces, which other processes use too.
    Clusters(Vec<Cluster>),
}

impl Stores {
    /// Opens them. Blocks while files that were left by a crash are recovered. Clusters that do not answer are opened
    /// when they do.
    pub(super) async fn open(
        urls: &Urls,
        folder: &Path,
        (clock, ids): (&SharedClock, &SharedIds),
        shutdown: &CancellationToken,
        controls: bool,
    ) -> Result<Self, Error> {
        let all = [
            ("doors", &urls.doors),
            ("incidents", &urls.incidents),
            ("notify", &urls.notify),
            ("archive", &urls.archive),
        ];
        let is_file = |url: &StoreUrl| matches!(url, StoreUrl::Sqlite(_));
        match (all.iter().find(|(_, url)| is_file(url)), all.iter().find(|(_, url)| !is_file(url))) {
            (Some((file, _)), Some((cluster, _))) => Err(Error::Mixed { file, cluster }),
            (_, None) => {
                let stores = Self::files(urls, folder, clock)?;
                for (url, journal) in [
                    (&urls.doors, &stores.doors),
                    (&urls.incidents, &stores.incidents),
                    (&urls.notify, &stores.notify),
                ] {
                    if let Some(refused) = refused(&**journal).await? {
                        return Err(Error::Refused { store: url.to_string(), refused });
                    }
                }
                Ok(stores)
            }
            (None, Some(_)) => {
                let by = (Arc::clone(clock), Arc::clone(ids));
                let clusters =
                    Clusters::open(urls, by, shutdown.clone(), controls).await.map_err(Error::Cluster)?;
                let Clusters { doors, incidents, notify, archive, all } = clusters;
                Ok(Self { doors, incidents, notify, archive, kind: Kind::Clusters(all) })
            }
        }
    }

    fn files(urls: &Urls, folder: &Path, clock: &SharedClock) -> Result<Self, Error> {
        let mut open: BTreeMap<PathBuf, Arc<SqliteStore>> = BTreeMap::new();
        let mut journal = |url: &StoreUrl| -> Result<Arc<SqliteStore>, Error> {
            let path = journal_path(url, folder)?;
            if let Some(store) = open.get(&path) {
                return Ok(Arc::clone(store));
            }
            let store = SqliteStore::open(&path, Options::default(), Arc::clone(clock))
                .map_err(|reason| Error::Journal { path: path.clone(), reason })?;
            let store = Arc::new(store);
            open.insert(path, Arc::clone(&store));
            Ok(store)
        };
        let doors = journal(&urls.doors)?;
        let incidents = journal(&urls.incidents)?;
        let notify = journal(&urls.notify)?;
        let path = archive_path(&urls.archive, folder)?;
        let archive = SqliteArchive::open_with(&path, Arc::clone(clock), Arc::new(end))
            .map_err(|reason| Error::Archive { path: path.clone(), reason })?;
        Ok(Self {
            doors: Arc::clone(&doors) as Arc<dyn Journal>,
            incidents,
            notify,
            archive: Arc::new(archive),
            kind: Kind::Files(doors),
        })
    }
}

/// Ends the process, as a failed sync of the journals does: nobody knows what the disk holds until it is opened again.
fn end(reason: &str) {
    tracing::error!(reason, "this process must end");
    std::process::abort();
}

/// A cluster where a file is needed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is a cluster, and this works on SQLite files")]
pub struct NotAFile(String);

/// The file of a journal store.
pub(crate) fn journal_path(url: &StoreUrl, folder: &Path) -> Result<PathBuf, NotAFile> {
    match url {
        StoreUrl::Sqlite(path) => Ok(folder.join(path)),
        StoreUrl::Cassandra(url) => Err(NotAFile(url.to_string())),
    }
}

/// The archive's file. It has a file of its own beside the journals' that it is configured to share.
pub(crate) fn archive_path(url: &StoreUrl, folder: &Path) -> Result<PathBuf, NotAFile> {
    let path = journal_path(url, folder)?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(path.with_file_name(format!("{stem}-archive.db")))
}
