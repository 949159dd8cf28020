//! Reads both sides again and compares them: nothing is closed before they are the same.

use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::archive::{of_incident, references};
use super::journals::READ_BYTES;
use super::{Meter, Work};
use crate::domain::event::EventAddress;
use crate::journal::{Entry, Journal, LogName, Read, Seq};
use crate::offline::Error;

/// Journals that are read at once.
const LOGS_AT_ONCE: usize = 4;
/// Incidents and events that are compared at once.
const BATCH: usize = 64;

fn differs(what: String) -> Error {
    Error::Differs(what)
}

impl Work<'_> {
    pub(super) async fn verify(&self, meter: &Meter<'_>) -> Result<(), Error> {
        let (source, target) = (self.from.logs().await?, self.to.logs().await?);
        let (theirs, ours): (BTreeSet<_>, BTreeSet<_>) = (source.iter().collect(), target.iter().collect());
        if let Some(log) = theirs.symmetric_difference(&ours).next() {
            return Err(differs(format!("journal {log} is on one side only")));
        }
        let verifying = stream::iter(&source).map(|log| async move {
            let (theirs, ours) = (self.from.of(log).journal(), self.to.of(log).journal());
            let extents = (self.again(|| theirs.extent(log)).await?, self.again(|| ours.extent(log)).await?);
            let of = |extent: &crate::journal::Extent| (extent.first, extent.next, extent.closed);
            if of(&extents.0) != of(&extents.1) {
                return Err(differs(format!("journal {log} reaches as far as {extents:?}")));
            }
            self.verify_entries(log, extents.0.first, meter).await?;
            self.verify_snapshots(log).await
        });
        verifying.buffer_unordered(LOGS_AT_ONCE).try_collect::<Vec<()>>().await?;
        self.verify_archive(meter).await
    }

    /// Compares all entries from `at` on.
    pub(super) async fn verify_entries(
        &self,
        log: &LogName,
        mut at: Seq,
        meter: &Meter<'_>,
    ) -> Result<(), Error> {
        let (source, target) = (self.from.of(log).journal(), self.to.of(log).journal());
        let end = self.again(|| source.extent(log)).await?.next;
        while at < end {
            let (theirs, ours) = (self.entries(source, log, at).await?, self.entries(target, log, at).await?);
            let both = theirs.len().min(ours.len());
            if both == 0 {
                return Err(differs(format!("entry {at} of {log} is on one side only")));
            }
            if let Some(n) = theirs.iter().zip(&ours).position(|(theirs, ours)| theirs != ours) {
                return Err(differs(format!("entry {} of {log}", at.0 + n as u64)));
            }
            at = Seq(at.0 + both as u64);
            meter.add(both);
        }
        Ok(())
    }

    async fn entries(&self, journal: &dyn Journal, log: &LogName, at: Seq) -> Result<Vec<Entry>, Error> {
        match self.again(|| journal.read(log, at, READ_BYTES)).await? {
            Read::Run { entries, .. } => Ok(entries),
            Read::Truncated { first } => Err(Error::Truncated { log: log.to_string(), first: first.0 }),
        }
    }

    async fn verify_snapshots(&self, log: &LogName) -> Result<(), Error> {
        let (source, target) = (self.from.of(log).journal(), self.to.of(log).journal());
        let theirs = self.again(|| source.snapshots(log)).await?;
        if theirs != self.again(|| target.snapshots(log)).await? {
            return Err(differs(format!("the snapshots of {log}")));
        }
        for snapshot in theirs {
            for part in 0..snapshot.parts {
                let theirs = self.again(|| source.snapshot_part(log, snapshot.at, part)).await?;
                if theirs != self.again(|| target.snapshot_part(log, snapshot.at, part)).await? {
                    return Err(differs(format!("part {part} of the snapshot {} of {log}", snapshot.at)));
                }
            }
        }
        Ok(())
    }

    async fn verify_archive(&self, meter: &Meter<'_>) -> Result<(), Error> {
        let (Some(source), Some(target)) = (&self.from.archive, &self.to.archive) else { return Ok(()) };
        let rows = self.rows(source.as_ref()).await?;
        if rows != self.rows(target.as_ref()).await? {
            return Err(differs("the list of archived incidents".to_owned()));
        }
        self.verify_events(references(&*self.state().await?)).await?;
        for some in rows.chunks(BATCH) {
            let theirs = self.documents(source.as_ref(), some).await?;
            let ours = self.documents(target.as_ref(), some).await?;
            if let Some((other, _)) = theirs.iter().zip(&ours).find(|(theirs, ours)| theirs != ours) {
                return Err(differs(format!("the archived incident {}", other.incident.number)));
            }
            self.verify_events(theirs.iter().flat_map(|closed| of_incident(&closed.incident)).collect())
                .await?;
            meter.add(some.len());
        }
        Ok(())
    }

    async fn verify_events(&self, addresses: BTreeSet<EventAddress>) -> Result<(), Error> {
        let (Some(source), Some(target)) = (&self.from.archive, &self.to.archive) else { return Ok(()) };
        let addresses: Vec<EventAddress> = addresses.into_iter().collect();
        for some in addresses.chunks(BATCH) {
            let theirs = self.kept(source.as_ref(), some).await?;
            let ours = self.kept(target.as_ref(), some).await?;
            if let Some((at, _)) =
                theirs.iter().zip(&ours).enumerate().find(|(_, (theirs, ours))| theirs != ours)
            {
                return Err(differs(format!("the event {}", some[at])));
            }
        }
        Ok(())
    }
}
