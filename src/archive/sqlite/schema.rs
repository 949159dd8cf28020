//! The file's tables, and how connections to it are set up.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, MigrationDefinitionError, Migrations};

use super::OpenError;

/// Each step is for ever: a released one is never changed, only followed by another.
///
/// `incident` is narrow, so that reading all of it at the start is quick; the documents are in a table of their own.
const STEPS: &[M<'_>] = &[M::up(
    "CREATE TABLE incident (
         number      INTEGER PRIMARY KEY,
         revision    INTEGER NOT NULL,
         service     TEXT NOT NULL,
         urgency     TEXT NOT NULL,
         created_at  INTEGER NOT NULL, -- milliseconds since 1970
         resolved_at INTEGER NOT NULL,
         users       TEXT NOT NULL     -- ids in order, separated by blanks
     ) STRICT;
     CREATE INDEX incident_resolved ON incident (resolved_at);

     CREATE TABLE document (
         number INTEGER PRIMARY KEY,
         body   BLOB NOT NULL          -- JSON
     ) STRICT;

     CREATE TABLE incident_key (
         key    TEXT NOT NULL,
         number INTEGER NOT NULL,
         PRIMARY KEY (key, number)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX incident_key_number ON incident_key (number);

     CREATE TABLE event (
         door        BLOB NOT NULL,
         seq         INTEGER NOT NULL,
         item        INTEGER NOT NULL, -- the index in its entry
         accepted_at INTEGER NOT NULL,
         body        TEXT NOT NULL,
         UNIQUE (door, seq, item)
     ) STRICT;
     CREATE INDEX event_accepted ON event (accepted_at, door, seq, item);",
)];

/// The connection that writes, with the newest tables.
pub(super) fn open_writer(path: &Path) -> Result<Connection, OpenError> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What a burst has grown is given back by the next checkpoint.
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    connection.pragma_update(None, "cache_size", -8 * 1024)?;
    connection.set_prepared_statement_cache_capacity(32);
    Migrations::from_slice(STEPS).to_latest(&mut connection).map_err(|error| match error {
        rusqlite_migration::Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => {
            OpenError::Newer
        }
        rusqlite_migration::Error::RusqliteError { err, .. } => OpenError::Store(err),
        other => OpenError::Migration(other),
    })?;
    Ok(connection)
}

/// A connection that only reads; the file must be there.
pub(super) fn open_reader(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // The file is opened for writing, as readers of a WAL share an index with the writer; this keeps it to that.
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -4 * 1024)?;
    connection.set_prepared_statement_cache_capacity(16);
    Ok(connection)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_valid() {
        Migrations::from_slice(STEPS).validate().unwrap();
    }
}
