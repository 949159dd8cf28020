//! The readers: a few threads with a connection each. A read takes one short page, so none holds the log for long.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use rusqlite::Connection;
use tokio::sync::mpsc;

use super::error::of_read;
use super::op::Reply;
use super::tables;
use crate::journal::{Entry, Error, Seq, Snapshot};

/// Bodies in one page. Who asked for more gets a shorter run and asks again.
const PAGE_BYTES_MAX: usize = 4 << 20;

/// One thing to read. Journals go by their numbers here.
pub(super) enum Query {
    /// A run; with the first slot that is not truncated, of the same moment.
    Run {
        log: i64,
        from: Seq,
        bytes_max: usize,
        reply: Reply<(Seq, Vec<Entry>)>,
    },
    Snapshots {
        log: i64,
        reply: Reply<Vec<Snapshot>>,
    },
    Part {
        log: i64,
        at: Seq,
        part: u32,
        reply: Reply<Option<Bytes>>,
    },
    /// Pages of the file that are free for use.
    FreePages {
        reply: Reply<u64>,
    },
}

/// The one queue of all readers. The reader that waits for the next query holds the lock; the others wait for it.
pub(super) type Queries = Arc<Mutex<mpsc::Receiver<Query>>>;

/// A reader's thread: answers until nobody can ask any more.
pub(super) fn run(conn: &Connection, queries: &Queries) {
    loop {
        let next = queries.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(query) = next else { return };
        answer(conn, query);
    }
}

fn answer(conn: &Connection, query: Query) {
    match query {
        Query::Run { log, from, bytes_max, reply } => {
            send(reply, run_of(conn, log, from, bytes_max.min(PAGE_BYTES_MAX)));
        }
        Query::Snapshots { log, reply } => send(reply, tables::snapshots(conn, log)),
        Query::Part { log, at, part, reply } => send(reply, part_of(conn, log, at, part)),
        Query::FreePages { reply } => send(reply, tables::free_pages(conn)),
    }
}

fn send<T>(reply: Reply<T>, answer: Result<T, rusqlite::Error>) {
    // An error here only says that nobody waits for the answer any more.
    drop(reply.send(answer.map_err(|error| of_read(&error))));
}

/// Both from one moment: a run read after a truncation that its bound does not show would look like "nothing new".
fn run_of(
    conn: &Connection,
    log: i64,
    from: Seq,
    bytes_max: usize,
) -> Result<(Seq, Vec<Entry>), rusqlite::Error> {
    let moment = conn.unchecked_transaction()?;
    let first = tables::first_of(&moment, log)?;
    let run = if from < first { Vec::new() } else { tables::run_from(&moment, log, from, bytes_max)? };
    Ok((first, run))
}

fn part_of(conn: &Connection, log: i64, at: Seq, part: u32) -> Result<Option<Bytes>, rusqlite::Error> {
    let moment = conn.unchecked_transaction()?;
    match tables::snapshot_at(&moment, log, at)? {
        Some(_) => tables::part(&moment, log, at, part),
        None => Ok(None),
    }
}

/// The error of a run that has nothing where there must be something.
pub(super) fn missing(log: &crate::journal::LogName, at: Seq) -> Error {
    Error::Damaged(format!("slot {at} of journal {log} was written and is not there"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]

    use super::*;
    use crate::domain::time::Timestamp;
    use crate::journal::sqlite::schema;

    /// A query that waited while its slots were truncated must not answer that there is nothing new.
    #[test]
    fn a_run_is_judged_by_its_own_moment() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        let log = tables::create_log(&conn, &"a".parse().unwrap()).unwrap();
        for at in 0..3 {
            let (id, writer) = (uuid::Uuid::from_u128(at), uuid::Uuid::nil());
            let entry = Entry { id, writer, at: Timestamp::EPOCH, format: 1, body: Bytes::from_static(b"x") };
            tables::insert_entry(&conn, log, Seq(at.try_into().unwrap()), &entry).unwrap();
        }
        let read = |from| {
            let (first, run) = run_of(&conn, log, Seq(from), 100).unwrap();
            (first.0, run.len())
        };
        assert_eq!(read(0), (0, 3));
        conn.execute("UPDATE log SET first = 2", []).unwrap();
        assert_eq!(read(0), (2, 0), "truncated, and not deleted yet");
        tables::sweep_entries(&conn, log, Seq(2), 9).unwrap();
        assert_eq!(read(1), (2, 0), "deleted");
        assert_eq!(read(2), (2, 1));
    }
}
