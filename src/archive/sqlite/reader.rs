//! The threads that read, each with a connection of its own.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, params};
use tokio::sync::mpsc;

use super::error::damaged;
use super::stored;
use crate::archive::facets::Facets;
use crate::archive::index::Index;
use crate::domain::event::{DedupKey, EventAddress};
use crate::domain::id::{IncidentNumber, UserId};
use crate::domain::incident::KeptEvent;
use crate::domain::time::Timestamp;
use crate::domain::user::Urgency;

/// Something to read, with its own way to answer.
pub(super) type Read = Box<dyn FnOnce(&Connection) + Send>;

/// What all reading threads wait on; whoever holds the lock takes the next.
pub(super) type Reads = Arc<Mutex<mpsc::Receiver<Read>>>;

/// Serves until every sender is gone.
pub(super) fn run(connection: &Connection, reads: &Reads) {
    loop {
        let next = reads.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        match next {
            Some(read) => read(connection),
            None => return,
        }
    }
}

/// Reads the index of the whole archive.
pub(super) fn load(connection: &Connection) -> Result<Index, rusqlite::Error> {
    let mut index = Index::default();
    let mut statement = connection.prepare(
        "SELECT number, revision, service, urgency, created_at, resolved_at, users FROM incident ORDER BY number",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        index.insert(facets(row)?);
    }
    Ok(index)
}

fn facets(row: &Row<'_>) -> Result<Facets, rusqlite::Error> {
    let users = row.get_ref(6)?.as_str()?;
    let users = users.split_whitespace().map(str::parse).collect::<Result<Vec<UserId>, _>>();
    Ok(Facets {
        number: number(row)?,
        revision: row.get(1)?,
        service: row.get_ref(2)?.as_str()?.parse().map_err(damaged)?,
        urgency: urgency(row.get_ref(3)?.as_str()?)?,
        created_at: Timestamp::from_millis(row.get(4)?),
        resolved_at: Timestamp::from_millis(row.get(5)?),
        users: users.map_err(damaged)?,
        // Not part of the index: looked up in the file.
        keys: Vec::new(),
    })
}

fn urgency(text: &str) -> Result<Urgency, rusqlite::Error> {
    [Urgency::High, Urgency::Low]
        .into_iter()
        .find(|urgency| urgency.as_str() == text)
        .ok_or_else(|| damaged(UnknownUrgency(text.to_owned())))
}

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not an urgency")]
struct UnknownUrgency(String);

/// The document of this incident.
pub(super) fn document(
    connection: &Connection,
    number: IncidentNumber,
) -> Result<Option<Vec<u8>>, rusqlite::Error> {
    connection
        .prepare_cached("SELECT body FROM document WHERE number = ?1")?
        .query_row([stored(number.0)?], |row| row.get(0))
        .optional()
}

/// The newest `max` incidents with this key, newest first.
pub(super) fn by_key(
    connection: &Connection,
    key: &DedupKey,
    max: usize,
) -> Result<Vec<IncidentNumber>, rusqlite::Error> {
    connection
        .prepare_cached("SELECT number FROM incident_key WHERE key = ?1 ORDER BY number DESC LIMIT ?2")?
        .query_map(params![key.0, i64::try_from(max).unwrap_or(i64::MAX)], number)?
        .collect()
}

/// The first column as the number of an incident; the writer lets no negative one in.
fn number(row: &Row<'_>) -> Result<IncidentNumber, rusqlite::Error> {
    row.get(0).map(|number: i64| IncidentNumber(number.cast_unsigned()))
}

/// The event at this address.
pub(super) fn event(
    connection: &Connection,
    address: EventAddress,
) -> Result<Option<KeptEvent>, rusqlite::Error> {
    connection
        .prepare_cached("SELECT accepted_at, body FROM event WHERE door = ?1 AND seq = ?2 AND item = ?3")?
        .query_row(params![address.door.as_bytes(), stored(address.seq)?, address.index], |row| {
            Ok(KeptEvent {
                address,
                accepted_at: Timestamp::from_millis(row.get(0)?),
                body: row.get_ref(1)?.as_str()?.into(),
            })
        })
        .optional()
}
