//! Appending: one conditional write.

use super::segment::{found, segment, slot};
use super::{Append, CassandraJournal, Entry, Error, LogName, Seq};
use crate::cassandra::{Failure, pack};
use crate::journal::ENTRY_BYTES_MAX;

impl CassandraJournal {
    pub(super) async fn append_entry(&self, log: &LogName, at: Seq, entry: Entry) -> Result<Append, Error> {
        let size = entry.body.len();
        if size > ENTRY_BYTES_MAX {
            return Err(Error::Invalid(format!("an entry of {size} bytes: at most {ENTRY_BYTES_MAX}")));
        }
        if let Some(answer) = self.may_not(log, at).await? {
            return Ok(answer);
        }
        // Below the tail, the slot is taken and the sum of no account.
        let total = self.known.of(log).total + size as u64;
        let values = (
            (entry.id, entry.writer, entry.at.as_millis(), i32::from(entry.format)),
            (i32::try_from(size).expect("an entry is short"), total.cast_signed(), pack(&entry.body)),
            (self.key(log), segment(at.0), slot(at.0)),
        );
        let ((id, writer, when, format), (size, sum, body), (name, segment, slot)) = values;
        let values = (id, writer, when, format, size, sum, body, name, segment, slot);
        let answer = self.store.write(&self.statements.append, values).await?;
        let Some(row) = answer.refused()? else {
            self.known.written(log, at.next().0, total);
            return Ok(Append::Appended);
        };
        match found(&row)? {
            Some((there, total)) => {
                self.known.written(log, at.next().0, total);
                Ok(if there.id == entry.id { Append::Appended } else { Append::Taken(there) })
            }
            None if row.get("sealed").is_some() => Ok(Append::Sealed),
            None => {
                Err(Failure::unreadable(format!("{log}: slot {at} refuses an entry and is empty")).into())
            }
        }
    }

    /// The answer to an append that must not be tried; `None`: the slot before is written.
    async fn may_not(&self, log: &LogName, at: Seq) -> Result<Option<Append>, Error> {
        let known = self.known.of(log);
        if known.tail.is_some_and(|tail| tail <= at.0) {
            return Ok(Some(Append::Sealed));
        }
        if at == Seq::FIRST && !known.registered {
            return Ok(self.register(log).await?.map(|_dropped| Append::Sealed));
        }
        if at.0 <= known.next {
            return Ok(None);
        }
        if let Some(before) = self.written(log, Seq(at.0 - 1)).await? {
            self.known.written(log, at.0, before.total);
            return Ok(None);
        }
        let extent = self.find_extent(log).await?;
        match at {
            at if at < extent.next => Ok(None),
            _ if extent.closed => Ok(Some(Append::Sealed)),
            at if at == extent.next => Ok(None),
            _ => {
                Err(Error::Invalid(format!("{log}: slot {at} is not the next one, which is {}", extent.next)))
            }
        }
    }
}
