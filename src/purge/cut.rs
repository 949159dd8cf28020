//! Truncation of one journal, a segment at a time.

use std::time::Duration;

use super::Settings;
use crate::domain::time::Timestamp;
use crate::journal::{Entry, Extent, Journal, LogName, Read, Seq};
use crate::pacer::{Error, Pace};
use crate::stage::Cursor;

/// For how long entries are kept that nobody needs.
#[derive(Clone, Copy)]
pub(super) struct Keep {
    age: Duration,
    bytes_max: u64,
    now: Timestamp,
}

impl Keep {
    pub(super) fn new(settings: &Settings, now: Timestamp) -> Self {
        Self { age: settings.journal, bytes_max: settings.journal_bytes_max, now }
    }

    /// Whether what ends with this entry has been kept for long enough.
    pub(super) fn is_over(&self, last: &Entry) -> bool {
        last.at.plus(self.age) <= self.now
    }

    /// Whether the journal is too large to keep anything that nobody needs.
    pub(super) fn is_too_large(&self, extent: &Extent) -> bool {
        extent.bytes > self.bytes_max
    }
}

/// What may be removed below a cursor: never the entry before it, by which a restored store is noticed.
pub(super) fn below(cursor: Option<&Cursor>) -> Seq {
    Seq(cursor.map_or(0, |cursor| cursor.next.0.saturating_sub(1)))
}

/// The end of the segment that begins at `first`, if all of it is below `floor` and was kept for long enough.
pub(super) async fn due(
    journal: &dyn Journal,
    log: &LogName,
    first: Seq,
    floor: Seq,
    keep: Keep,
) -> Result<Option<Seq>, Error> {
    let end = Seq((first.0 / journal.segment() + 1) * journal.segment());
    if end > floor {
        return Ok(None);
    }
    let over = keep.is_too_large(&journal.extent(log).await?)
        || entry(journal, log, Seq(end.0 - 1)).await?.is_some_and(|last| keep.is_over(&last));
    Ok(over.then_some(end))
}

/// Removes what is below `floor` and was kept for long enough.
pub(super) async fn truncate(
    journal: &dyn Journal,
    log: &LogName,
    floor: Seq,
    keep: Keep,
    pace: &mut Pace,
) -> Result<(), Error> {
    if floor.0 < journal.segment() {
        return Ok(());
    }
    loop {
        let cut = pace.step(async {
            let first = journal.extent(log).await?.first;
            let Some(end) = due(journal, log, first, floor, keep).await? else { return Ok(false) };
            journal.truncate(log, end).await?;
            Ok(true)
        });
        if !cut.await? {
            return Ok(());
        }
    }
}

/// The entry in a slot; `None` if it is not there (any more).
pub(super) async fn entry(journal: &dyn Journal, log: &LogName, at: Seq) -> Result<Option<Entry>, Error> {
    Ok(match journal.read(log, at, 1).await? {
        Read::Run { entries, .. } => entries.into_iter().next(),
        Read::Truncated { .. } => None,
    })
}
