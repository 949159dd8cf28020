//! Why something cannot be done to an installation from outside.

use std::io;
use std::path::{Path, PathBuf};

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
            Self::File { .. }
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
