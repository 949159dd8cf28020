//! The statements: every row that is read or written goes through here.

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::domain::time::Timestamp;
use crate::journal::{Entry, Extent, LogName, Seq, Snapshot};

/// The bits of a row's number that hold the slot.
const SLOT_BITS: u32 = 40;

/// Slots at or above this cannot be stored; at a thousand entries a second that is 34 years.
pub(super) const SLOTS_MAX: u64 = 1 << SLOT_BITS;

/// What is known of a journal without reading its entries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Log {
    /// Its number in the tables.
    pub(super) id: i64,
    /// How far it reaches.
    pub(super) extent: Extent,
    /// Whether it was dropped.
    pub(super) dropped: bool,
}

/// Every journal by its name.
pub(super) type Logs = imbl::OrdMap<LogName, Log>;

/// Where the rows of a journal begin and end.
fn row_of(log: i64, at: Seq) -> i64 {
    (log << SLOT_BITS) | i64::try_from(at.0).unwrap_or(i64::MAX).min((1 << SLOT_BITS) - 1)
}

fn seq(value: i64) -> Seq {
    Seq(u64::try_from(value).unwrap_or(0))
}

fn number(at: Seq) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}

/// Reads what is known of all journals. A journal with a hole is an error.
pub(super) fn load_logs(conn: &Connection) -> Result<Result<Logs, String>, rusqlite::Error> {
    let mut logs = Logs::new();
    let mut all = conn.prepare("SELECT id, name, first, tail, dropped FROM log")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let (id, first, tail) = (row.get(0)?, seq(row.get(2)?), row.get::<_, Option<i64>>(3)?.map(seq));
        let name: String = row.get(1)?;
        let Ok(name) = name.parse::<LogName>() else { return Ok(Err(format!("a journal is named {name}"))) };
        let (held, last, bytes) = held(conn, id, first)?;
        let next = last.map_or(first, Seq::next);
        if next.0 - first.0 != held || tail.is_some_and(|tail| tail != next) {
            return Ok(Err(format!("journal {name} has {held} entries between {first} and {next}")));
        }
        let extent = Extent { first, next, bytes, closed: tail.is_some() };
        logs.insert(name, Log { id, extent, dropped: row.get(4)? });
    }
    Ok(Ok(logs))
}

/// How many entries from `first` on, the last one's slot, and their bodies' bytes. (The length of a body is in its row's
/// header, so no body is read.)
fn held(conn: &Connection, log: i64, first: Seq) -> Result<(u64, Option<Seq>, u64), rusqlite::Error> {
    conn.prepare_cached(
        "SELECT count(*), max(slot), coalesce(sum(length(body)), 0) FROM entry WHERE slot >= ?1 AND slot < ?2",
    )?
    .query_row([row_of(log, first), row_of(log + 1, Seq(0))], |row| {
        let last: Option<i64> = row.get(1)?;
        let last = last.map(|slot| seq(slot & ((1 << SLOT_BITS) - 1)));
        Ok((row.get::<_, i64>(0)?.unsigned_abs(), last, row.get::<_, i64>(2)?.unsigned_abs()))
    })
}

/// Names a new journal. Returns its number.
pub(super) fn create_log(conn: &Connection, name: &LogName) -> Result<i64, rusqlite::Error> {
    conn.prepare_cached("INSERT INTO log (name) VALUES (?1)")?.insert([name.as_str()])
}

/// Writes what is kept of a journal besides its entries.
pub(super) fn update_log(conn: &Connection, log: &Log) -> Result<(), rusqlite::Error> {
    let tail = log.extent.closed.then(|| number(log.extent.next));
    conn.prepare_cached("UPDATE log SET first = ?2, tail = ?3, dropped = ?4 WHERE id = ?1")?
        .execute(params![log.id, number(log.extent.first), tail, log.dropped])
        .map(drop)
}

/// The first slot of a journal that is not truncated.
pub(super) fn first_of(conn: &Connection, log: i64) -> Result<Seq, rusqlite::Error> {
    conn.prepare_cached("SELECT first FROM log WHERE id = ?1")?.query_row([log], |row| row.get(0).map(seq))
}

/// Writes an entry into a slot that is free.
pub(super) fn insert_entry(
    conn: &Connection,
    log: i64,
    at: Seq,
    entry: &Entry,
) -> Result<(), rusqlite::Error> {
    conn.prepare_cached(
        "INSERT INTO entry (slot, id, writer, at, format, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        row_of(log, at),
        entry.id.as_bytes().as_slice(),
        entry.writer.as_bytes().as_slice(),
        entry.at.as_millis(),
        entry.format,
        entry.body.as_ref(),
    ])
    .map(drop)
}

/// The entry in a slot that is known to hold one.
pub(super) fn entry_at(conn: &Connection, log: i64, at: Seq) -> Result<Entry, rusqlite::Error> {
    conn.prepare_cached("SELECT id, writer, at, format, body FROM entry WHERE slot = ?1")?
        .query_row([row_of(log, at)], entry_of)
}

/// The id of the entry in a slot that is known to hold one.
pub(super) fn id_at(conn: &Connection, log: i64, at: Seq) -> Result<Uuid, rusqlite::Error> {
    conn.prepare_cached("SELECT id FROM entry WHERE slot = ?1")?
        .query_row([row_of(log, at)], |row| bytes_16(row, 0).map(Uuid::from_bytes))
}

/// The unbroken run from `from` on: one entry if there is one, then as many as fit into `bytes_max`.
pub(super) fn run_from(
    conn: &Connection,
    log: i64,
    from: Seq,
    bytes_max: usize,
) -> Result<Vec<Entry>, rusqlite::Error> {
    let (first, after) = (row_of(log, from), row_of(log + 1, Seq(0)));
    // Lengths first: a body is read whole as soon as its row is stepped to, also one that does not fit any more.
    let mut lengths = conn.prepare_cached(
        "SELECT slot, length(body) FROM entry WHERE slot >= ?1 AND slot < ?2 ORDER BY slot",
    )?;
    let mut rows = lengths.query([first, after])?;
    let (mut end, mut bytes) = (first, 0);
    while let Some(row) = rows.next()? {
        let slot: i64 = row.get(0)?;
        bytes += usize::try_from(row.get::<_, i64>(1)?).unwrap_or(usize::MAX);
        if slot != end || (end > first && bytes > bytes_max) {
            break;
        }
        end += 1;
    }
    conn.prepare_cached(
        "SELECT id, writer, at, format, body FROM entry WHERE slot >= ?1 AND slot < ?2 ORDER BY slot",
    )?
    .query_map([first, end], entry_of)?
    .collect()
}

/// How many bytes of bodies lie in `from..to`.
pub(super) fn bytes_between(conn: &Connection, log: i64, from: Seq, to: Seq) -> Result<u64, rusqlite::Error> {
    conn.prepare_cached("SELECT coalesce(sum(length(body)), 0) FROM entry WHERE slot >= ?1 AND slot < ?2")?
        .query_row([row_of(log, from), row_of(log, to)], |row| Ok(row.get::<_, i64>(0)?.unsigned_abs()))
}

/// Deletes at most `rows` entries below `below`. Returns how many there were.
pub(super) fn sweep_entries(
    conn: &Connection,
    log: i64,
    below: Seq,
    rows: u32,
) -> Result<usize, rusqlite::Error> {
    conn.prepare_cached(
        "DELETE FROM entry WHERE slot IN (SELECT slot FROM entry WHERE slot >= ?1 AND slot < ?2 LIMIT ?3)",
    )?
    .execute(params![row_of(log, Seq(0)), row_of(log, below), rows])
}

/// Writes a part of a snapshot, over what was there.
pub(super) fn put_part(
    conn: &Connection,
    log: i64,
    at: Seq,
    part: u32,
    bytes: &[u8],
) -> Result<(), rusqlite::Error> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO snapshot_part (log, at, part, bytes) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![log, number(at), part, bytes])
    .map(drop)
}

/// A part of a snapshot, sealed or not.
pub(super) fn part(
    conn: &Connection,
    log: i64,
    at: Seq,
    part: u32,
) -> Result<Option<Bytes>, rusqlite::Error> {
    conn.prepare_cached("SELECT bytes FROM snapshot_part WHERE log = ?1 AND at = ?2 AND part = ?3")?
        .query_row(params![log, number(at), part], |row| {
            Ok(Bytes::copy_from_slice(row.get_ref(0)?.as_blob()?))
        })
        .optional()
}

/// How many of the parts below `parts` are there.
pub(super) fn parts_put(conn: &Connection, log: i64, at: Seq, parts: u32) -> Result<u32, rusqlite::Error> {
    conn.prepare_cached("SELECT count(*) FROM snapshot_part WHERE log = ?1 AND at = ?2 AND part < ?3")?
        .query_row(params![log, number(at), parts], |row| row.get(0))
}

/// Makes a snapshot visible.
pub(super) fn insert_snapshot(
    conn: &Connection,
    log: i64,
    snapshot: &Snapshot,
) -> Result<(), rusqlite::Error> {
    conn.prepare_cached(
        "INSERT INTO snapshot (log, at, previous, parts, digest, taken_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        log,
        number(snapshot.at),
        snapshot.previous.as_bytes().as_slice(),
        snapshot.parts,
        snapshot.digest.as_slice(),
        snapshot.taken_at.as_millis(),
    ])
    .map(drop)
}

/// The sealed snapshot at `at`.
pub(super) fn snapshot_at(conn: &Connection, log: i64, at: Seq) -> Result<Option<Snapshot>, rusqlite::Error> {
    conn.prepare_cached(
        "SELECT at, previous, parts, digest, taken_at FROM snapshot WHERE log = ?1 AND at = ?2",
    )?
    .query_row([log, number(at)], snapshot_of)
    .optional()
}

/// The sealed snapshots, newest first.
pub(super) fn snapshots(conn: &Connection, log: i64) -> Result<Vec<Snapshot>, rusqlite::Error> {
    conn.prepare_cached(
        "SELECT at, previous, parts, digest, taken_at FROM snapshot WHERE log = ?1 ORDER BY at DESC",
    )?
    .query_map([log], snapshot_of)?
    .collect()
}

/// Hides the snapshots below `below`, and deletes at most `rows` of their parts. Returns how many parts there were.
pub(super) fn sweep_snapshots(
    conn: &Connection,
    log: i64,
    below: Seq,
    rows: u32,
) -> Result<usize, rusqlite::Error> {
    conn.prepare_cached("DELETE FROM snapshot WHERE log = ?1 AND at < ?2")?.execute([log, number(below)])?;
    conn.prepare_cached(
        "DELETE FROM snapshot_part
         WHERE rowid IN (SELECT rowid FROM snapshot_part WHERE log = ?1 AND at < ?2 LIMIT ?3)",
    )?
    .execute(params![log, number(below), rows])
}

fn entry_of(row: &Row<'_>) -> Result<Entry, rusqlite::Error> {
    Ok(Entry {
        id: Uuid::from_bytes(bytes_16(row, 0)?),
        writer: Uuid::from_bytes(bytes_16(row, 1)?),
        at: Timestamp::from_millis(row.get(2)?),
        format: row.get(3)?,
        body: Bytes::copy_from_slice(row.get_ref(4)?.as_blob()?),
    })
}

fn snapshot_of(row: &Row<'_>) -> Result<Snapshot, rusqlite::Error> {
    Ok(Snapshot {
        at: seq(row.get(0)?),
        previous: Uuid::from_bytes(bytes_16(row, 1)?),
        parts: row.get(2)?,
        digest: row.get(3)?,
        taken_at: Timestamp::from_millis(row.get(4)?),
    })
}

fn bytes_16(row: &Row<'_>, column: usize) -> Result<[u8; 16], rusqlite::Error> {
    row.get(column)
}

/// Pages of the file that are free for use.
pub(super) fn free_pages(conn: &Connection) -> Result<u64, rusqlite::Error> {
    conn.prepare_cached("PRAGMA freelist_count")?
        .query_row([], |row| Ok(row.get::<_, i64>(0)?.unsigned_abs()))
}
