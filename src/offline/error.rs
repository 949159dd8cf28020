//! Why something cannot be done to an installation from outside.

use std::io;
use std::path::{Path, PathBuf};

use crate::cassandra;
use crate::journal::{self, sqlite};
use crate::stage;

/// Why it cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system said no.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// There is no installation.
    #[error("there is no installation: {} is not there", .0.display())]
    Nothing(PathBuf),
    /// There is something where something new is to be made.
    #[error("{} exists", .0.display())]
    Exists(PathBuf),
    /// A server runs on it.
    #[error("{} is in use: a server runs on this installation", .0.display())]
    InUse(PathBuf),
    /// A store cannot be opened.
    #[error(transparent)]
    Open(#[from] sqlite::OpenError),
    /// A store is no file.
    #[error(transparent)]
    NotAFile(#[from] crate::daemon::NotAFile),
    /// A store cannot be copied.
    #[error(transparent)]
    Copy(#[from] sqlite::BackupError),
    /// A store does not answer.
    #[error(transparent)]
    Store(#[from] journal::Error),
    /// A journal cannot be read.
    #[error(transparent)]
    Stage(#[from] stage::Error),
    /// What is to be restored is not a backup, or not a whole one.
    #[error("{} is not a whole backup: {reason}", path.display())]
    NotABackup {
        /// Which folder or file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The backup's files do not go with the configured stores.
    #[error("the backup does not fit [store]: {0}")]
    OtherStores(String),
    /// No such journal.
    #[error("there is no journal `{0}`")]
    NoJournal(String),
    /// These entries are gone.
    #[error("entries of {log} below {first} were truncated")]
    Truncated {
        /// Which journal.
        log: String,
        /// The oldest entry that is there.
        first: u64,
    },
    /// A store that is not to be used any more, or not yet.
    #[error("{store}: {refused}")]
    Refused {
        /// Its address.
        store: String,
        /// Why.
        refused: journal::Refused,
    },
    /// The destination of a copy was in use before.
    #[error("{0} holds an installation, or the rest of one: nothing was copied")]
    Occupied(String),
    /// The destination of a copy holds something else than a part of it.
    #[error("{store} holds something else: {what}: {reason}")]
    OtherContent {
        /// Its address.
        store: String,
        /// Which part of it.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A copy was read back.
    #[error("the copy is not what was copied: {0}; the source is as it was")]
    Differs(String),
    /// Processes of a cluster.
    #[error("{store}: heard of within the last minute: {}", nodes.join(", "))]
    Alive {
        /// The store's address.
        store: String,
        /// Their names.
        nodes: Vec<String>,
    },
    /// A cluster cannot be used.
    #[error(transparent)]
    Cluster(#[from] cassandra::OpenError),
    /// A keyspace cannot be made.
    #[error("{store}: {reason}")]
    Init {
        /// The store's address.
        store: String,
        /// Why.
        reason: cassandra::InitError,
    },
    /// The archive's file.
    #[error("cannot open the archive {}: {reason}", path.display())]
    Archive {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: crate::archive::sqlite::OpenError,
    },
    /// The archive on a cluster.
    #[error(transparent)]
    ArchiveOnCluster(#[from] crate::archive::cassandra::ArchiveError),
    /// What was found cannot be handed out.
    #[error(transparent)]
    Output(#[from] io::Error),
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Nothing(_) => "name its data folder by --data, and its configuration by --config",
            Self::Exists(_) => "choose another folder; `pd restore` moves what is there aside with --replace",
            Self::InUse(_) | Self::Open(sqlite::OpenError::Locked { .. }) => "stop the server first",
            Self::NotABackup { .. } => "name the folder that `pd backup` has made, or an older one",
            Self::OtherStores(_) => "configure the stores as they were, one file for each of the backup's",
            Self::NoJournal(_) => "`pd journal` without a name lists them",
            Self::Truncated { first, .. } => return Some(format!("begin with `--from {first}`")),
            Self::Stage(_) => "`pd recover` says more",
            Self::Occupied(_) => "name a store that was never used",
            Self::OtherContent { .. } => {
                "the source has been used since the copy was begun, or that was another's: name an empty store"
            }
            Self::Alive { .. } => "stop these processes and wait a minute; `--force` goes on all the same",
            Self::File { .. }
            | Self::Refused { .. }
            | Self::Differs(_)
            | Self::Cluster(_)
            | Self::Init { .. }
            | Self::Archive { .. }
            | Self::ArchiveOnCluster(_)
            | Self::Open(_)
            | Self::NotAFile(_)
            | Self::Copy(_)
            | Self::Store(_)
            | Self::Output(_) => {
                return None;
            }
        };
        Some(hint.to_owned())
    }

    /// For `map_err`: what the file system said about `path`.
    pub(super) fn of(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), source }
    }
}
