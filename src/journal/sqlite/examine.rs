//! Looks at a file of a store from outside, while another process may have it open.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use rustix::fs::StatVfsMountFlags;

use super::error::OpenError;
use super::open;

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Examined {
    /// What the file and its log take.
    pub bytes: u64,
    /// What SQLite's quick check has found; `None`: nothing is wrong.
    pub damage: Option<String>,
    /// Free on the file system, for this user.
    pub disk_free: u64,
    /// Whether the file system is mounted read-only.
    pub read_only: bool,
}

/// Reads the whole file once, and changes nothing. Blocks.
///
/// # Errors
/// When the file is not there or cannot be opened.
pub fn examine(path: &Path) -> Result<Examined, OpenError> {
    let io = |source| OpenError::Io { path: path.to_owned(), source };
    let mut bytes = std::fs::metadata(path).map_err(io)?.len();
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    bytes += std::fs::metadata(PathBuf::from(log)).map_or(0, |log| log.len());
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| OpenError::of(path, error))?;
    let verdict = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    let damage = match verdict.map_err(|error| OpenError::of(path, error)) {
        Ok(verdict) if verdict == "ok" => None,
        Ok(damage) | Err(OpenError::Damaged { reason: damage, .. }) => Some(damage),
        Err(error) => return Err(error),
    };
    let disk = rustix::fs::statvfs(open::folder_of(path)).map_err(|error| io(error.into()))?;
    Ok(Examined {
        bytes,
        damage,
        disk_free: disk.f_bavail.saturating_mul(disk.f_frsize),
        read_only: disk.f_flag.contains(StatVfsMountFlags::RDONLY),
    })
}
