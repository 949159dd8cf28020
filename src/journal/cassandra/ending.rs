//! Truncating, closing and dropping.

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::segment::{CLOSED, End, TRUNCATED};
use super::{CassandraJournal, Error, LogName, Seq};
use crate::journal::{SEGMENT, may_begin};

/// The lower bound in the registry is written after so many segments, so that whoever comes after a crash walks over no
/// more than these.
const ADVANCE_EVERY: u64 = 64;
/// Segments that are marked at once.
const AT_ONCE: usize = 16;

impl CassandraJournal {
    pub(super) async fn truncate_segments(&self, log: &LogName, below: Seq) -> Result<Seq, Error> {
        let Some(row) = self.look(log).await? else { return Ok(Seq::FIRST) };
        let mut first = self.first(log, &row).await?;
        if row.dropped {
            return Ok(Seq(first));
        }
        let begun = first;
        while first.is_multiple_of(SEGMENT) && first + SEGMENT <= below.0 && self.is_full(log, first).await? {
            self.truncate_segment(log, first / SEGMENT).await?;
            first += SEGMENT;
            self.known.truncated(log, first);
            if (first - begun).is_multiple_of(ADVANCE_EVERY * SEGMENT) {
                self.advance(log, first).await?;
            }
        }
        if first > row.first {
            self.advance(log, first).await?;
        }
        Ok(Seq(first))
    }

    async fn is_full(&self, log: &LogName, first: u64) -> Result<bool, Error> {
        let end = first + SEGMENT;
        Ok(self.known.of(log).next >= end || self.written(log, Seq(end - 1)).await?.is_some())
    }

    /// Seals and deletes a segment that is full.
    async fn truncate_segment(&self, log: &LogName, segment: u64) -> Result<(), Error> {
        let sealed = self.seal(log, segment, None, End::Truncated).await?;
        if sealed.is_some_and(|sealed| sealed == CLOSED) {
            self.seal(log, segment, Some(CLOSED), End::Truncated).await?;
        }
        Ok(())
    }

    /// Marks all segments below `first` as truncated. They are marked side by side: nobody may use the journal yet.
    pub(super) async fn begin_later(&self, log: &LogName, first: Seq) -> Result<(), Error> {
        let extent = self.find_extent(log).await?;
        if extent.first == first {
            return Ok(());
        }
        may_begin(log, extent, first)?;
        if self.register(log).await?.is_some() {
            return Err(Error::Invalid(format!("{log} was dropped: it cannot begin again")));
        }
        let marking = stream::iter(extent.first.segment()..first.segment()).map(|segment| async move {
            let sealed = self.seal(log, segment, None, End::Truncated).await?;
            match sealed.is_none_or(|sealed| sealed == TRUNCATED) {
                true => Ok(()),
                false => Err(Error::Invalid(format!("{log} is closed: it cannot begin at {first}"))),
            }
        });
        marking.buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
        self.advance(log, first.0).await?;
        self.known.written(log, first.0, 0);
        Ok(())
    }

    pub(super) async fn seal_tail(&self, log: &LogName) -> Result<Seq, Error> {
        if let Some(tail) = self.register(log).await? {
            return Ok(Seq(tail));
        }
        if let Some(tail) = self.look(log).await?.and_then(|row| row.tail) {
            return Ok(Seq(tail));
        }
        let mut segment = self.find_extent(log).await?.next.segment();
        let tail = loop {
            let sealed = self.seal(log, segment, None, End::Closed).await?;
            if sealed.is_none_or(|sealed| sealed != TRUNCATED) {
                // From here on it does not grow.
                let last = self.last(log, segment).await?;
                if !last.is_full() {
                    break segment * SEGMENT + last.written.map_or(0, |last| last.slot + 1);
                }
            }
            segment += 1;
        };
        self.set_tail(log, tail).await?;
        Ok(Seq(tail))
    }

    pub(super) async fn drop_whole(&self, log: &LogName) -> Result<(), Error> {
        let open = || Error::Invalid(format!("{log} is not closed"));
        let row = self.look(log).await?.ok_or_else(open)?;
        if !row.dropped {
            let tail = match row.tail {
                Some(tail) => tail,
                None if self.find_extent(log).await?.closed => self.seal_tail(log).await?.0,
                None => return Err(open()),
            };
            self.truncate_segments(log, Seq(u64::MAX)).await?;
            self.seal(log, tail / SEGMENT, Some(CLOSED), End::Dropped { tail }).await?;
            self.set_dropped(log, tail).await?;
            self.known.forget(log);
        }
        self.drop_parts(log, Seq(u64::MAX)).await
    }
}
