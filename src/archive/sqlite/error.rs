//! What goes wrong with the file, in the words of the seam.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::ErrorCode;
use rusqlite::ffi;
use rusqlite::types::Type;

use crate::disk;
use crate::journal::{Error, Outcome};

/// Why an archive could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("another process uses it (it holds `{0}`): stop that one first")]
    InUse(PathBuf),
    /// The file beside it that is locked cannot be made.
    #[error("cannot lock `{path}`")]
    Lock {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A later version of this program has changed the tables.
    #[error("it was written by a newer version: use that one, or restore a backup")]
    Newer,
    /// The file cannot be opened, read or written.
    #[error("cannot open the file")]
    Store(#[from] rusqlite::Error),
    /// What the last process has left beside it cannot be made durable.
    #[error("cannot sync its log")]
    Log(#[source] io::Error),
    /// The tables could not be brought to this version.
    #[error("cannot make the tables")]
    Migration(#[source] rusqlite_migration::Error),
    /// A thread could not be started.
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
}

/// Text in the file that is not what was written.
pub(super) fn damaged(error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error))
}

/// Why the disk that holds `folder` has refused to write, if that is what this error means; nothing was written then.
pub(super) fn refused(error: &rusqlite::Error, folder: &Path) -> Option<&'static str> {
    let said = error.sqlite_error()?;
    match (said.code, said.extended_code) {
        (ErrorCode::DiskFull, _) => Some(disk::FULL),
        (ErrorCode::ReadOnly, _) => Some(disk::READ_ONLY),
        // SQLite has no code of its own for an exceeded quota or a file system that turned read-only.
        (_, ffi::SQLITE_IOERR_WRITE) => disk::refusal(folder),
        _ => None,
    }
}

/// Whether after this error of a commit it is known that nothing of it was written.
pub(super) fn is_settled(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull | ErrorCode::ReadOnly)
    )
}

pub(super) fn from_sqlite(error: &rusqlite::Error, outcome: Outcome) -> Error {
    use rusqlite::Error as E;
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::ReadOnly) => Error::NoSpace { reason: error.to_string() },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::Damaged(error.to_string()),
        Some(_) => unavailable(&error.to_string(), outcome),
        None => match error {
            E::ToSqlConversionFailure(_) => Error::Invalid(error.to_string()),
            E::FromSqlConversionFailure(..) | E::InvalidColumnType(..) | E::IntegralValueOutOfRange(..) => {
                Error::Damaged(error.to_string())
            }
            _ => unavailable(&error.to_string(), outcome),
        },
    }
}

pub(super) fn unavailable(reason: &str, outcome: Outcome) -> Error {
    Error::Unavailable { reason: reason.to_owned(), outcome }
}

pub(super) fn ended() -> Error {
    unavailable("the archive's thread has ended", Outcome::Unknown)
}

pub(super) fn too_slow(limit: Duration) -> Error {
    unavailable(&format!("no answer within {} s", limit.as_secs()), Outcome::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_to_do() {
        let of = |code| {
            from_sqlite(&rusqlite::Error::SqliteFailure(ffi::Error::new(code), None), Outcome::NotDone)
        };
        for code in [ffi::SQLITE_FULL, ffi::SQLITE_READONLY, ffi::SQLITE_READONLY_DBMOVED] {
            assert!(matches!(of(code), Error::NoSpace { .. }), "{code}");
        }
        for code in [ffi::SQLITE_CORRUPT, ffi::SQLITE_NOTADB] {
            assert!(matches!(of(code), Error::Damaged(_)), "{code}");
        }
        for code in [ffi::SQLITE_BUSY, ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_CANTOPEN] {
            assert!(matches!(of(code), Error::Unavailable { outcome: Outcome::NotDone, .. }), "{code}");
        }
    }
}
