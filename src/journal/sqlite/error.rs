//! What SQLite's errors mean for a caller.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::disk;
use crate::journal::{Error, Outcome};

/// Why a store could not be opened or copied.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("{path} is in use by {}: stop it first, or use another data folder", holder(*.pid))]
    Locked {
        /// The store.
        path: PathBuf,
        /// Who has it open, if known.
        pid: Option<u32>,
    },
    /// The file belongs to another program.
    #[error("{path} is a database of another program: use another path")]
    Foreign {
        /// The store.
        path: PathBuf,
    },
    /// A later release wrote it.
    #[error("{path} was written by a later release: install that one or restore a backup")]
    Newer {
        /// The store.
        path: PathBuf,
    },
    /// What is in the file contradicts itself.
    #[error("{path} is damaged: {reason}; restore a backup")]
    Damaged {
        /// The store.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The file system said no.
    #[error("cannot use {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// SQLite said no.
    #[error("cannot open {path}: {source}")]
    Sqlite {
        /// The store.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

impl OpenError {
    /// The error of opening `path` that SQLite's `source` is.
    pub(super) fn of(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, reason: source.to_string() },
            _ => Self::Sqlite { path, source },
        }
    }

    /// The error of opening `path` that a migration's `source` is.
    pub(super) fn of_migration(path: &Path, source: rusqlite_migration::Error) -> Self {
        use rusqlite_migration::{Error as Migration, MigrationDefinitionError::DatabaseTooFarAhead};
        let path = path.to_owned();
        match source {
            Migration::MigrationDefinition(DatabaseTooFarAhead) => Self::Newer { path },
            Migration::RusqliteError { err, .. } => Self::of(&path, err),
            other => Self::Damaged { path, reason: other.to_string() },
        }
    }
}

/// What a failed transaction means.
#[derive(Debug, PartialEq)]
pub(super) enum Failure {
    /// It is rolled back; the store is whole and may be used again at once.
    Passing(Error),
    /// Nobody knows what the disk holds: the process must end, and find out when it opens the store again.
    Fatal(String),
}

impl Failure {
    /// What `error` of a writing transaction means, in a store that lies in `folder`.
    pub(super) fn of(error: &rusqlite::Error, folder: &Path) -> Self {
        let reason = error.to_string();
        let unavailable = |outcome| Self::Passing(Error::Unavailable { reason: reason.clone(), outcome });
        let no_space = |why: &str| Self::Passing(Error::NoSpace { reason: why.to_owned() });
        let Some(said) = error.sqlite_error() else { return Self::Fatal(reason) };
        match (said.code, said.extended_code) {
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => unavailable(Outcome::NotDone),
            (ErrorCode::DiskFull, _) => no_space(disk::FULL),
            (ErrorCode::ReadOnly, _) => no_space(disk::READ_ONLY),
            // The index of the log could not grow. The commit may be on the disk by then, to be found by the next start.
            (_, ffi::SQLITE_IOERR_SHMSIZE) => unavailable(Outcome::Unknown),
            // SQLite has no code of its own for an exceeded quota or a file system that turned read-only.
            (_, ffi::SQLITE_IOERR_WRITE) => disk::refusal(folder).map_or(Self::Fatal(reason), no_space),
            _ => Self::Fatal(reason),
        }
    }
}

/// What `error` of a read means.
pub(super) fn of_read(error: &rusqlite::Error) -> Error {
    let reason = error.to_string();
    match error {
        rusqlite::Error::SqliteFailure(said, _) => match said.code {
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Error::Damaged(reason),
            _ => Error::Unavailable { reason, outcome: Outcome::NotDone },
        },
        // A value of a type or a length that we never write.
        _ => Error::Damaged(reason),
    }
}

/// The answer to all that is asked of a store whose threads are gone.
pub(super) fn stopped(outcome: Outcome) -> Error {
    Error::Unavailable { reason: "the store has stopped".to_owned(), outcome }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]

    use super::*;

    fn failure(code: i32) -> Failure {
        let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some("said".to_owned()));
        Failure::of(&error, tempfile::tempdir().unwrap().path())
    }

    #[test]
    fn only_what_surely_passes_is_survived() {
        let unavailable =
            |outcome| Failure::Passing(Error::Unavailable { reason: "said".to_owned(), outcome });
        let no_space = |why: &str| Failure::Passing(Error::NoSpace { reason: why.to_owned() });
        let fatal = || Failure::Fatal("said".to_owned());
        for (code, expected) in [
            (ffi::SQLITE_BUSY, unavailable(Outcome::NotDone)),
            (ffi::SQLITE_BUSY_SNAPSHOT, unavailable(Outcome::NotDone)),
            (ffi::SQLITE_LOCKED, unavailable(Outcome::NotDone)),
            (ffi::SQLITE_FULL, no_space(disk::FULL)),
            (ffi::SQLITE_READONLY, no_space(disk::READ_ONLY)),
            (ffi::SQLITE_IOERR_SHMSIZE, unavailable(Outcome::Unknown)),
            (ffi::SQLITE_IOERR_FSYNC, fatal()),
            (ffi::SQLITE_IOERR_WRITE, fatal()),
            (ffi::SQLITE_CORRUPT, fatal()),
            (ffi::SQLITE_CONSTRAINT_PRIMARYKEY, fatal()),
        ] {
            assert_eq!(failure(code), expected, "{code}");
        }
    }
}
