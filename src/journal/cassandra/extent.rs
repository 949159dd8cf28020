//! Finding where a journal begins and ends.

use super::registry::Row;
use super::segment::{End, Last};
use super::{CassandraJournal, Error, Extent, LogName, Seq};
use crate::journal::SEGMENT;

impl CassandraJournal {
    /// The first slot that is not truncated, from a lower bound on.
    pub(super) async fn first(&self, log: &LogName, row: &Row) -> Result<u64, Error> {
        if let (true, Some(tail)) = (row.dropped, row.tail) {
            return Ok(tail);
        }
        let mut first = self.known.of(log).first.max(row.first);
        loop {
            match self.end(log, first / SEGMENT).await? {
                Some(End::Truncated) => first += SEGMENT,
                Some(End::Dropped { tail }) => first = tail,
                Some(End::Closed) | None => break,
            }
            if !first.is_multiple_of(SEGMENT) {
                break;
            }
        }
        self.known.truncated(log, first);
        Ok(first)
    }

    pub(super) async fn find_extent(&self, log: &LogName) -> Result<Extent, Error> {
        let Some(row) = self.look(log).await? else { return Ok(Extent::default()) };
        if let (true, Some(tail)) = (row.dropped, row.tail) {
            return Ok(Extent { first: Seq(tail), next: Seq(tail), bytes: 0, closed: true });
        }
        let first = self.first(log, &row).await?;
        let (segment, last) = self.last_segment(log, first / SEGMENT).await?;
        let (mut next, mut bytes) = (first.max(segment * SEGMENT), 0);
        if let Some(newest) = last.written {
            next = segment * SEGMENT + newest.slot + 1;
            self.known.written(log, next, newest.total);
            // Gone if it was truncated meanwhile: then nothing is said of its bytes for this once.
            let oldest = self.written(log, Seq(first)).await?;
            bytes = oldest.map_or(0, |oldest| newest.total.saturating_sub(oldest.total) + oldest.size);
        }
        let mut end = last.end;
        if last.is_full() {
            end = self.end(log, segment + 1).await?;
        }
        let closed = row.tail.is_some() || matches!(end, Some(End::Closed | End::Dropped { .. }));
        if closed {
            self.known.closed(log, next);
        }
        // What is truncated was written, though no sum is left of it.
        let total = self.known.of(log).total;
        self.known.written(log, next, total);
        Ok(Extent { first: Seq(first), next: Seq(next), bytes, closed })
    }

    /// The last segment that has entries, or the one that the first entry goes to. Leaps on while segments are full, in
    /// steps that double, then halves.
    async fn last_segment(&self, log: &LogName, first: u64) -> Result<(u64, Last), Error> {
        let mut low = first.max(self.known.of(log).next.saturating_sub(1) / SEGMENT);
        let mut found = self.last(log, low).await?;
        if !found.is_full() {
            return Ok((low, found));
        }
        let mut step = 1;
        let mut high = loop {
            let last = self.last(log, low + step).await?;
            if last.written.is_none() {
                break low + step;
            }
            (low, found, step) = (low + step, last, step * 2);
        };
        while low + 1 < high {
            let middle = low.midpoint(high);
            let last = self.last(log, middle).await?;
            match last.written {
                Some(_) => (low, found) = (middle, last),
                None => high = middle,
            }
        }
        Ok((low, found))
    }
}
