//! Copies journals: their beginning, entries, snapshots and end.

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::side::Held;
use super::{Meter, Work};
use crate::journal::{Append, Entry, Extent, LogName, Read, Seq};
use crate::offline::Error;

/// Bodies read at a time.
pub(super) const READ_BYTES: usize = 4 << 20;
/// Journals that are copied at once.
const LOGS_AT_ONCE: usize = 8;

impl Work<'_> {
    /// Copies every journal of the source, each from where the destination ends.
    pub(super) async fn copy_logs(&self, meter: &Meter<'_>) -> Result<(), Error> {
        let logs = self.from.logs().await?;
        for there in self.to.logs().await? {
            if !logs.contains(&there) {
                return Err(self.foreign(&there, "the source has no such journal"));
            }
        }
        let copying = stream::iter(&logs).map(|log| self.copy_log(log, meter));
        copying.buffer_unordered(LOGS_AT_ONCE).try_collect::<Vec<()>>().await.map(drop)
    }

    async fn copy_log(&self, log: &LogName, meter: &Meter<'_>) -> Result<(), Error> {
        let (source, target) = (self.from.of(log), self.to.of(log));
        let extent = self.again(|| source.journal().extent(log)).await?;
        self.begin(log, extent).await?;
        self.copy_entries(log, meter).await?;
        self.copy_snapshots(log).await?;
        if extent.closed {
            let tail = self.again(|| target.journal().close(log)).await?;
            if tail != extent.next {
                return Err(self.foreign(log, "it goes on after the end of its source"));
            }
        }
        Ok(())
    }

    /// Has the journal begin as its source does.
    async fn begin(&self, log: &LogName, extent: Extent) -> Result<(), Error> {
        let target = self.to.of(log);
        let there = self.again(|| target.journal().extent(log)).await?;
        let empty = there.first == there.next && !there.closed;
        if there.first == extent.first || (empty && there.next <= extent.first) {
            return Ok(self.again(|| target.begin_at(log, extent.first)).await?);
        }
        Err(self.foreign(log, &format!("it begins at {}, and its source at {}", there.first, extent.first)))
    }

    /// Copies the entries that the destination does not have. What it has must be the same: the last one tells here, all
    /// of them when both sides are compared.
    pub(super) async fn copy_entries(&self, log: &LogName, meter: &Meter<'_>) -> Result<(), Error> {
        let (source, target) = (self.from.of(log), self.to.of(log));
        let there = self.again(|| target.journal().extent(log)).await?;
        let mut at = there.next;
        if there.first < at {
            let last = Seq(at.0 - 1);
            let (theirs, ours) = (self.entry(source, log, last).await?, self.entry(target, log, last).await?);
            if theirs.is_none() || theirs != ours {
                return Err(self.foreign(log, &format!("entry {last} is not that of its source")));
            }
            meter.add(usize::try_from(at.0 - there.first.0).unwrap_or(usize::MAX));
        }
        loop {
            let entries = match self.again(|| source.journal().read(log, at, READ_BYTES)).await? {
                Read::Run { entries, .. } => entries,
                Read::Truncated { first } => {
                    return Err(Error::Truncated { log: log.to_string(), first: first.0 });
                }
            };
            if entries.is_empty() {
                return Ok(());
            }
            for some in entries.chunks(target.at_once()) {
                self.append(target, log, at, some).await?;
                at = Seq(at.0 + some.len() as u64);
                meter.add(some.len());
            }
        }
    }

    async fn append(&self, target: &Held, log: &LogName, at: Seq, some: &[Entry]) -> Result<(), Error> {
        let slots = (at.0..).map(Seq).zip(some);
        let appending = slots.map(|(slot, entry)| async move {
            Ok::<_, Error>((slot, self.again(|| target.journal().append(log, slot, entry.clone())).await?))
        });
        for appended in join_all(appending).await {
            let (slot, answer) = appended?;
            let reason = match answer {
                Append::Appended => continue,
                Append::Taken(_) => format!("entry {slot} is another one"),
                Append::Sealed => format!("it is closed before {slot}"),
            };
            return Err(self.foreign(log, &reason));
        }
        Ok(())
    }

    async fn entry(&self, held: &Held, log: &LogName, at: Seq) -> Result<Option<Entry>, Error> {
        match self.again(|| held.journal().read(log, at, 1)).await? {
            Read::Run { entries, .. } => Ok(entries.into_iter().next()),
            Read::Truncated { .. } => Ok(None),
        }
    }

    /// Copies the snapshots that the destination does not have, oldest first.
    async fn copy_snapshots(&self, log: &LogName) -> Result<(), Error> {
        let (source, target) = (self.from.of(log).journal(), self.to.of(log).journal());
        let there = self.again(|| target.snapshots(log)).await?;
        let snapshots = self.again(|| source.snapshots(log)).await?;
        for snapshot in snapshots.into_iter().rev().filter(|snapshot| !there.contains(snapshot)) {
            for part in 0..snapshot.parts {
                let bytes = self.again(|| source.snapshot_part(log, snapshot.at, part)).await?;
                let bytes = bytes.ok_or_else(|| {
                    let reason = format!("part {part} of the snapshot {} of {log} is missing", snapshot.at);
                    crate::journal::Error::Damaged(reason)
                })?;
                self.again(|| target.put_snapshot_part(log, snapshot.at, part, bytes.clone())).await?;
            }
            self.again(|| target.seal_snapshot(log, snapshot.clone())).await?;
        }
        Ok(())
    }

    /// The error of a destination that is not a copy of this source.
    pub(super) fn foreign(&self, log: &LogName, reason: &str) -> Error {
        let store = self.to.of(log).name.clone();
        Error::OtherContent { store, what: format!("journal {log}"), reason: reason.to_owned() }
    }
}
