//! Copying a store while it is in use.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use super::{SqliteStore, open};

/// Pages copied in one step: 4 MiB.
const STEP_PAGES: i32 = (4 << 20) / super::PAGE_BYTES as i32;

/// The pause after each step, so that a copy never has the disk to itself.
const PAUSE: Duration = Duration::from_millis(5);

/// Why a store was not copied.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is something at the destination already.
    #[error("{0} exists: choose another name")]
    Exists(PathBuf),
    /// The file system said no.
    #[error("cannot write {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// SQLite said no.
    #[error("cannot copy to {path}: {source}")]
    Sqlite {
        /// The copy.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
    /// The copy was read back and is not whole; it was removed.
    #[error("the copy in {path} is damaged: {reason}")]
    Damaged {
        /// The copy.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The thread that copied has panicked.
    #[error("the copy was not finished")]
    Stopped,
}

impl SqliteStore {
    /// Copies the store, as it is at one moment, into the new file `to`, which is synced and checked before it appears
    /// under that name. Writing goes on meanwhile; the log is not started anew until the copy is done.
    pub async fn backup_to(&self, to: impl AsRef<Path>) -> Result<(), BackupError> {
        let (from, to) = (self.path.clone(), to.as_ref().to_owned());
        let (reply, answer) = oneshot::channel();
        let io = { |source| BackupError::Io { path: to.clone(), source } };
        let thread = std::thread::Builder::new().name("pd-backup".to_owned());
        let destination = to.clone();
        thread.spawn(move || drop(reply.send(copy_file(&from, &destination)))).map_err(io)?;
        answer.await.map_err(|_| BackupError::Stopped)?
    }
}

/// Copies the store in the file `from`, which another process may have open, as [`SqliteStore::backup_to`] does. Blocks.
pub fn copy_file(from: &Path, to: &Path) -> Result<(), BackupError> {
    let failed = |source| BackupError::Sqlite { path: to.to_owned(), source };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(from, flags).map_err(failed)?;
    // A transaction around all steps: otherwise each commit of the writer would start the copy again.
    let moment = source.unchecked_transaction().map_err(failed)?;
    moment.query_row("SELECT count(*) FROM log", [], |_| Ok(())).map_err(failed)?;
    copy_connection(&moment, to)
}

/// Copies what `moment`, which is in a transaction, sees.
pub(super) fn copy_connection(moment: &Connection, to: &Path) -> Result<(), BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let copied = copy_pages(moment, &part).and_then(|()| publish(&part, to));
    if copied.is_err() {
        // What is left of a failed copy is of no use; if it cannot be removed, the error that we have says more.
        drop(std::fs::remove_file(&part));
    }
    copied
}

fn copy_pages(moment: &Connection, part: &Path) -> Result<(), BackupError> {
    let failed = |source| BackupError::Sqlite { path: part.to_owned(), source };
    match std::fs::remove_file(part) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            return Err(BackupError::Io { path: part.to_owned(), source });
        }
        _ => {}
    }
    let mut copy = Connection::open(part).map_err(failed)?;
    step_through(moment, &mut copy).map_err(failed)?;
    let verdict: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
    if verdict != "ok" {
        return Err(BackupError::Damaged { path: part.to_owned(), reason: verdict });
    }
    Ok(())
}

fn step_through(source: &Connection, copy: &mut Connection) -> Result<(), rusqlite::Error> {
    let backup = Backup::new(source, copy)?;
    while backup.step(STEP_PAGES)? != StepResult::Done {
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// Makes the copy appear under its name, for good.
fn publish(part: &Path, to: &Path) -> Result<(), BackupError> {
    let io = |source| BackupError::Io { path: to.to_owned(), source };
    File::open(part).and_then(|file| file.sync_all()).map_err(io)?;
    std::fs::rename(part, to).map_err(io)?;
    File::open(open::folder_of(to)).and_then(|folder| folder.sync_all()).map_err(io)
}
