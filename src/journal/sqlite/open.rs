//! Opening: the lock, the file, the connections and their settings.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::OpenError;
use super::schema;
use super::tables::{self, Logs};
use crate::disk;
use crate::lockfile::{Lockfile, Refused};

/// How long a statement waits for another program that looks into the file.
const BUSY: Duration = Duration::from_secs(2);

/// A store that nobody else has, with its tables in place.
pub(super) struct Opened {
    pub(super) lock: Lockfile,
    pub(super) writer: Connection,
    pub(super) logs: Logs,
}

/// Takes the lock, opens the file or makes it, brings it to the newest layout, and reads how far the journals reach.
pub(super) fn open(path: &Path, bytes_max: Option<u64>) -> Result<Opened, OpenError> {
    let io = |source| OpenError::Io { path: path.to_owned(), source };
    let lock = Lockfile::take(&lock_of(path)).map_err(|refused| match refused {
        Refused::Held(pid) => OpenError::Locked { path: path.to_owned(), pid },
        Refused::Io(source) => OpenError::Io { path: lock_of(path), source },
    })?;
    let failed = |error| OpenError::of(path, error);
    disk::settle_log(path).map_err(io)?;
    let mut writer =
        connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE).map_err(failed)?;
    if !is_ours(&writer).map_err(failed)? {
        return Err(OpenError::Foreign { path: path.to_owned() });
    }
    configure_writer(&writer, bytes_max).map_err(failed)?;
    schema::migrate(&mut writer).map_err(|error| OpenError::of_migration(path, error))?;
    // A new file must still be in its folder after a power loss.
    File::open(folder_of(path)).and_then(|folder| folder.sync_all()).map_err(io)?;
    let logs = tables::load_logs(&writer).map_err(failed)?;
    let logs = logs.map_err(|reason| OpenError::Damaged { path: path.to_owned(), reason })?;
    sweep(&writer, &logs).map_err(failed)?;
    Ok(Opened { lock, writer, logs })
}

/// A further connection that only reads.
pub(super) fn reader(path: &Path) -> Result<Connection, OpenError> {
    let conn =
        connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|error| OpenError::of(path, error))?;
    conn.pragma_update(None, "query_only", true).map_err(|error| OpenError::of(path, error))?;
    Ok(conn)
}

/// A further connection for checkpoints.
pub(super) fn checkpointer(path: &Path) -> Result<Connection, OpenError> {
    connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|error| OpenError::of(path, error))
}

/// The file that is locked for a store.
pub(super) fn lock_of(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// The folder that a store lies in.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, rusqlite::Error> {
    // Each connection stays with one thread, so SQLite need not lock it.
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(BUSY)?;
    conn.pragma_update(None, "wal_autocheckpoint", 0)?;
    // A commit is durable when it is answered; on a Mac that takes more than an fsync.
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "fullfsync", true)?;
    conn.pragma_update(None, "checkpoint_fullfsync", true)?;
    // Bodies are read once each, so the operating system's cache does: 1 MiB here.
    conn.pragma_update(None, "cache_size", -1024)?;
    conn.set_prepared_statement_cache_capacity(32);
    Ok(conn)
}

/// Whether the file is one of ours, or new: one whose making was cut short has pages already, but nothing in them.
fn is_ours(conn: &Connection) -> Result<bool, rusqlite::Error> {
    let id: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(id == schema::APPLICATION_ID || (id == 0 && version == 0 && tables == 0))
}

fn configure_writer(conn: &Connection, bytes_max: Option<u64>) -> Result<(), rusqlite::Error> {
    // Only a new file takes a page size. A large one makes few writes of a big body.
    conn.pragma_update(None, "page_size", super::PAGE_BYTES)?;
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))?;
    let id: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if id != schema::APPLICATION_ID {
        conn.pragma_update(None, "application_id", schema::APPLICATION_ID)?;
    }
    // When the log is started anew, what it grew beyond this is given back.
    conn.pragma_update_and_check(None, "journal_size_limit", 32 << 20, |row| row.get::<_, i64>(0))?;
    // A transaction is written at its commit or not at all.
    conn.pragma_update(None, "cache_spill", false)?;
    if let Some(bytes) = bytes_max {
        let pages = i64::try_from(bytes / u64::from(super::PAGE_BYTES)).unwrap_or(i64::MAX).max(1);
        conn.pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0))?;
    }
    Ok(())
}

/// Deletes what a truncation that was cut short has left.
fn sweep(conn: &Connection, logs: &Logs) -> Result<(), rusqlite::Error> {
    for log in logs.values() {
        while tables::sweep_entries(conn, log.id, log.extent.first, 64)? > 0 {}
    }
    Ok(())
}
