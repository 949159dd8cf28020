//! The names of journals, and a lower bound of what is truncated of each: one row for each, in one partition.
//!
//! It is written when a journal begins, when segments were truncated, and when it ends; never by an append.

use super::{CassandraJournal, Error, LogName};
use crate::cassandra::{Failure, column};
use scylla::value::CqlValue;

/// A journal's row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Row {
    /// All slots below are truncated; more may be.
    pub(super) first: u64,
    /// The slot that will never be written, once it is known.
    pub(super) tail: Option<u64>,
    pub(super) dropped: bool,
}

impl CassandraJournal {
    /// A journal's row; `None` if it was never written.
    pub(super) async fn look(&self, log: &LogName) -> Result<Option<Row>, Error> {
        let answer = self.store.read(&self.statements.look, (self.shelf.0, log.as_str())).await?;
        let row: Option<(Option<i64>, Option<i64>, Option<bool>)> = answer.first()?;
        let Some((first, tail, dropped)) = row else { return Ok(None) };
        let row = Row {
            first: first.unwrap_or_default().cast_unsigned(),
            tail: tail.map(i64::cast_unsigned),
            dropped: dropped == Some(true),
        };
        self.known.registered(log);
        self.known.truncated(log, row.first);
        if let Some(tail) = row.tail {
            self.known.closed(log, tail);
        }
        Ok(Some(row))
    }

    /// Makes sure that the journal has a row. Returns its tail if it was dropped.
    pub(super) async fn register(&self, log: &LogName) -> Result<Option<u64>, Error> {
        let values = (self.shelf.0, log.as_str());
        let answer = self.store.write(&self.statements.register, values).await?;
        self.known.registered(log);
        let Some(row) = answer.refused()? else { return Ok(None) };
        if !column(&row, "dropped", CqlValue::as_boolean)? {
            return Ok(None);
        }
        Ok(Some(column(&row, "tail", CqlValue::as_bigint)?.cast_unsigned()))
    }

    pub(super) async fn registered(&self) -> Result<Vec<LogName>, Error> {
        let answer = self.store.read(&self.statements.names, (self.shelf.0,)).await?;
        let rows: Vec<(String, Option<bool>)> = answer.rows()?;
        let there = rows.into_iter().filter(|(_, dropped)| *dropped != Some(true));
        let names = there.map(|(name, _)| name.parse().map_err(Failure::unreadable));
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// Notes that all slots below `first` are truncated.
    pub(super) async fn advance(&self, log: &LogName, first: u64) -> Result<(), Error> {
        let first_stored = first.cast_signed();
        let values = (first_stored, self.shelf.0, log.as_str(), first_stored);
        self.store.write(&self.statements.advance, values).await?;
        self.known.truncated(log, first);
        Ok(())
    }

    /// Notes the tail of a journal that is closed.
    pub(super) async fn set_tail(&self, log: &LogName, tail: u64) -> Result<(), Error> {
        let values = (tail.cast_signed(), self.shelf.0, log.as_str());
        self.store.write(&self.statements.set_tail, values).await?;
        self.known.closed(log, tail);
        Ok(())
    }

    /// Notes that nothing is left of a closed journal.
    pub(super) async fn set_dropped(&self, log: &LogName, tail: u64) -> Result<(), Error> {
        let values = (tail.cast_signed(), self.shelf.0, log.as_str());
        self.store.write(&self.statements.set_dropped, values).await?;
        Ok(())
    }
}
