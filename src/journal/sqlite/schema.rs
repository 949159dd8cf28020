//! The tables of the store, and how they came to be.

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

/// Marks the file as ours (`pdJ1`), so that another program's database is never written to.
pub(super) const APPLICATION_ID: i32 = 0x7064_4a31;

/// A row of `entry` is found by one integer: the journal's number above, the slot below. So a big body costs one
/// B-tree and no second index, appends to one journal stay side by side, and truncation is one range. A leaf holds only
/// the beginning of each body (the rest are overflow pages), so that several journals growing in turn is cheap too:
/// `WITHOUT ROWID` would put whole rows into index pages, which overflow much earlier.
const FIRST: &str = "
    CREATE TABLE log (
        id      INTEGER PRIMARY KEY,
        name    TEXT NOT NULL UNIQUE,
        first   INTEGER NOT NULL DEFAULT 0, -- slots below it are truncated
        tail    INTEGER,                    -- where it was closed; NULL while it is open
        dropped INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE entry (
        slot   INTEGER PRIMARY KEY,         -- log.id << 40 | seq
        id     BLOB NOT NULL,
        writer BLOB NOT NULL,
        at     INTEGER NOT NULL,            -- milliseconds since 1970, UTC
        format INTEGER NOT NULL,
        body   BLOB NOT NULL
    ) STRICT;
    CREATE TABLE snapshot (
        log      INTEGER NOT NULL,
        at       INTEGER NOT NULL,
        previous BLOB NOT NULL,
        parts    INTEGER NOT NULL,
        digest   BLOB NOT NULL,
        taken_at INTEGER NOT NULL,
        PRIMARY KEY (log, at)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE snapshot_part (
        log   INTEGER NOT NULL,
        at    INTEGER NOT NULL,
        part  INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (log, at, part)
    ) STRICT;";

/// Brings the file to the newest layout.
pub(super) fn migrate(conn: &mut Connection) -> Result<(), rusqlite_migration::Error> {
    migrations().to_latest(conn)
}

fn migrations() -> Migrations<'static> {
    Migrations::new(vec![M::up(FIRST)])
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_step_applies() {
        assert_eq!(super::migrations().validate(), Ok(()));
    }
}
