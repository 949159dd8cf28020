//! A segment's rows, and how it ends.

use bytes::Bytes;
use scylla::value::CqlValue;
use uuid::Uuid;

use super::{CassandraJournal, Entry, Error, LogName, Seq};
use crate::cassandra::{Columns, Failure, Store, column, unpack};
use crate::domain::time::Timestamp;
use crate::journal::{ENTRY_BYTES_MAX, SEGMENT};

/// The row after the last slot.
pub(super) const END: i32 = 256;
const _: () = assert!(END as u64 == SEGMENT);

/// How a segment has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// The journal is closed, and this segment is not full or the last.
    Closed,
    /// All its slots were written, and are gone.
    Truncated,
    /// The journal was dropped, and this was its tail.
    Dropped { tail: u64 },
}

impl End {
    fn format(self) -> i32 {
        match self {
            Self::Closed => 1,
            Self::Truncated => 2,
            Self::Dropped { .. } => 3,
        }
    }

    fn at(self) -> i64 {
        match self {
            Self::Closed | Self::Truncated => 0,
            Self::Dropped { tail } => tail.cast_signed(),
        }
    }

    pub(super) fn of(format: Option<i32>, at: Option<i64>) -> Result<Self, Failure> {
        match format {
            Some(1) => Ok(Self::Closed),
            Some(2) => Ok(Self::Truncated),
            Some(3) => Ok(Self::Dropped { tail: at.unwrap_or_default().cast_unsigned() }),
            other => Err(Failure::unreadable(format!("a segment that has ended in the way {other:?}"))),
        }
    }

    /// What the seal of the segment says.
    fn seal(self) -> &'static str {
        match self {
            Self::Closed | Self::Dropped { .. } => CLOSED,
            Self::Truncated => TRUNCATED,
        }
    }
}

pub(super) const CLOSED: &str = "closed";
pub(super) const TRUNCATED: &str = "truncated";

/// A row without its body.
type Mark = (i32, Option<i64>, Option<i32>, Option<i32>, Option<i64>);

/// The last slot that is written in a segment, and what comes with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Written {
    pub(super) slot: u64,
    pub(super) size: u64,
    pub(super) total: u64,
}

/// What is at the end of a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Last {
    pub(super) written: Option<Written>,
    pub(super) end: Option<End>,
}

impl Last {
    pub(super) fn is_full(&self) -> bool {
        self.written.is_some_and(|last| last.slot == SEGMENT - 1)
    }
}

fn number(of: i32) -> u64 {
    u64::try_from(of).unwrap_or_default()
}

fn written((slot, _, _, size, total): Mark) -> Written {
    let total = total.unwrap_or_default().cast_unsigned();
    Written { slot: number(slot), size: number(size.unwrap_or_default()), total }
}

pub(super) fn segment(at: u64) -> i64 {
    // A 256th of 64 bits fits.
    (at / SEGMENT).cast_signed()
}

pub(super) fn slot(at: u64) -> i32 {
    i32::try_from(at % SEGMENT).expect("a segment is short")
}

/// What an append that was refused has found in its slot, with the bytes up to and with it; `None`: nothing.
pub(super) fn found(row: &Columns) -> Result<Option<(Entry, u64)>, Failure> {
    if row.get("entry").is_none() {
        return Ok(None);
    }
    let id = column(row, "entry", CqlValue::as_uuid)?;
    let writer = column(row, "writer", CqlValue::as_uuid)?;
    let at = column(row, "at", CqlValue::as_bigint)?;
    let format = column(row, "format", CqlValue::as_int)?;
    let total = column(row, "total", CqlValue::as_bigint)?.cast_unsigned();
    let body = column(row, "body", CqlValue::as_blob)?;
    Ok(Some((entry(id, writer, at, format, body)?, total)))
}

/// An entry from its columns.
pub(super) fn entry(id: Uuid, writer: Uuid, at: i64, format: i32, body: &[u8]) -> Result<Entry, Failure> {
    let body: Bytes =
        unpack(body, ENTRY_BYTES_MAX).map_err(|reason| Failure::unreadable(format!("{id}: {reason}")))?;
    let format = u16::try_from(format).map_err(|_| Failure::unreadable(format!("{id}: format {format}")))?;
    Ok(Entry { id, writer, at: Timestamp::from_millis(at), format, body })
}

impl CassandraJournal {
    /// What is at the end of a segment: one read, whatever its rows hold.
    pub(super) async fn last(&self, log: &LogName, segment: u64) -> Result<Last, Error> {
        let values = (self.key(log), segment.cast_signed());
        let rows: Vec<Mark> = self.store.read(&self.statements.last, values).await?.rows()?;
        let mut last = Last::default();
        for row in rows {
            if row.0 == END {
                last.end = Some(End::of(row.2, row.1)?);
            } else if last.written.is_none() {
                last.written = Some(written(row));
            }
        }
        Ok(last)
    }

    /// The entry in a slot, without its body.
    pub(super) async fn written(&self, log: &LogName, at: Seq) -> Result<Option<Written>, Error> {
        Ok(self.mark(log, at.segment(), slot(at.0)).await?.map(written))
    }

    /// How a segment has ended; `None`: it has not.
    pub(super) async fn end(&self, log: &LogName, segment: u64) -> Result<Option<End>, Error> {
        let row = self.mark(log, segment, END).await?;
        Ok(row.map(|row| End::of(row.2, row.1)).transpose()?)
    }

    async fn mark(&self, log: &LogName, segment: u64, slot: i32) -> Result<Option<Mark>, Error> {
        let values = (self.key(log), segment.cast_signed(), slot);
        Ok(self.store.read(&self.statements.slot, values).await?.first()?)
    }

    /// Seals a segment, if `from` is how it is sealed now, and deletes its entries unless it is only closed. Returns how
    /// it is sealed if that was otherwise.
    pub(super) async fn seal(
        &self,
        log: &LogName,
        segment: u64,
        from: Option<&str>,
        end: End,
    ) -> Result<Option<String>, Error> {
        let (key, segment) = (self.key(log), segment.cast_signed());
        let log = key.as_str();
        let of = &self.statements;
        let row = (end.at(), end.format(), log, segment);
        let (sealed, place) = ((end.seal(), log, segment), (log, segment));
        let answer = match (from, end) {
            (None, End::Closed) => {
                self.store.write_batch(&Store::batch(&[&of.seal, &of.end]), (sealed, row)).await
            }
            (None, _) => {
                let batch = Store::batch(&[&of.seal, &of.end, &of.clear]);
                self.store.write_batch(&batch, (sealed, row, place)).await
            }
            (Some(from), _) => {
                let batch = Store::batch(&[&of.reseal, &of.end, &of.clear]);
                let sealed = (end.seal(), log, segment, from);
                self.store.write_batch(&batch, (sealed, row, place)).await
            }
        }?;
        let Some(refused) = answer.refused()? else { return Ok(None) };
        let sealed = refused.get("sealed").and_then(CqlValue::as_text);
        Ok(Some(
            sealed.cloned().ok_or_else(|| Failure::unreadable("a seal refused by a segment without one"))?,
        ))
    }
}
