//! Snapshots and truncation of one stage's own journal.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use super::cut::{self, Keep};
use super::{Settings, snapshot};
use crate::clock::SharedClock;
use crate::journal::{Journal, LogName, Seq, Snapshot};
use crate::pacer::{Error, Job, Pace};
use crate::stage::{Cursor, Replica, Stage};

/// How many snapshots are kept.
const KEPT: usize = 2;

/// The job of one stage's journal.
pub(super) struct StageJournal<S: Stage> {
    name: &'static str,
    log: LogName,
    journal: Arc<dyn Journal>,
    replica: watch::Receiver<Arc<Replica<S>>>,
    /// How far the other stage has read this journal.
    consumer: Box<dyn Fn() -> Option<Cursor> + Send + Sync>,
    clock: SharedClock,
    settings: Settings,
    /// Which sealed snapshots this process has read, and whether they were whole.
    read: BTreeMap<Seq, bool>,
}

impl<S: Stage> StageJournal<S> {
    pub(super) fn new(
        name: &'static str,
        (log, journal): (LogName, Arc<dyn Journal>),
        replica: watch::Receiver<Arc<Replica<S>>>,
        consumer: impl Fn() -> Option<Cursor> + Send + Sync + 'static,
        (clock, settings): (SharedClock, Settings),
    ) -> Self {
        let consumer = Box::new(consumer);
        Self { name, log, journal, replica, consumer, clock, settings, read: BTreeMap::new() }
    }

    /// The newest snapshots that are whole, newest first; at most as many as are kept.
    async fn whole(&mut self, sealed: &[Snapshot], pace: &mut Pace) -> Result<Vec<Snapshot>, Error> {
        self.read.retain(|at, _| sealed.iter().any(|snapshot| snapshot.at == *at));
        let mut whole = Vec::new();
        for snapshot in sealed {
            if !self.read.contains_key(&snapshot.at) {
                let is_whole = snapshot::is_whole(&*self.journal, &self.log, snapshot, pace).await?;
                if !is_whole {
                    tracing::error!(log = %self.log, at = %snapshot.at, "a snapshot is damaged and not counted on");
                }
                self.read.insert(snapshot.at, is_whole);
            }
            if self.read[&snapshot.at] {
                whole.push(snapshot.clone());
            }
            if whole.len() == KEPT {
                break;
            }
        }
        Ok(whole)
    }

    /// Takes a snapshot if enough has happened since the last one that is whole.
    async fn take_if_due(
        &mut self,
        sealed: &[Snapshot],
        last: Option<&Snapshot>,
        pace: &mut Pace,
    ) -> Result<Option<Snapshot>, Error> {
        let replica = self.replica.borrow().clone();
        // One that is damaged keeps its place until there is something new.
        let is_new = sealed.iter().all(|snapshot| snapshot.at < replica.next);
        if !is_new || !self.is_due(replica.next, last, pace).await? {
            return Ok(None);
        }
        let (part_bytes, now) = (self.settings.part_bytes, self.clock.now());
        let taken = snapshot::take(&*self.journal, &self.log, &replica, (part_bytes, now), pace).await?;
        self.read.insert(taken.at, true);
        Ok(Some(taken))
    }

    async fn is_due(&self, next: Seq, last: Option<&Snapshot>, pace: &mut Pace) -> Result<bool, Error> {
        let from = last.map_or(Seq::FIRST, |snapshot| snapshot.at);
        let since = next.0.saturating_sub(from.0);
        if since == 0 {
            return Ok(false);
        }
        if since >= self.settings.snapshot_entries {
            return Ok(true);
        }
        let (journal, log) = (&*self.journal, &self.log);
        pace.step(async {
            let extent = journal.extent(log).await?;
            let held = extent.next.0.saturating_sub(extent.first.0).max(1);
            // The entries since the last snapshot are taken to be of the size of all that are held.
            let bytes = extent.bytes / held * since.min(held);
            let began = match last {
                Some(snapshot) => Some(snapshot.taken_at),
                None => cut::entry(journal, log, extent.first).await?.map(|entry| entry.at),
            };
            let aged = began.is_some_and(|at| at.plus(self.settings.snapshot_age) <= self.clock.now());
            Ok(bytes >= self.settings.snapshot_bytes || aged)
        })
        .await
    }
}

#[async_trait]
impl<S: Stage> Job for StageJournal<S> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn every(&self) -> Duration {
        self.settings.every
    }

    async fn round(&mut self, pace: &mut Pace) -> Result<(), Error> {
        let sealed = pace.step(async { Ok(self.journal.snapshots(&self.log).await?) }).await?;
        let mut whole = self.whole(&sealed, pace).await?;
        let taken = self.take_if_due(&sealed, whole.first(), pace).await?;
        let is_new = taken.is_some();
        whole.splice(0..0, taken);
        let Some(older) = whole.get(KEPT - 1).map(|snapshot| snapshot.at) else { return Ok(()) };
        // With a new one, what was left of attempts that were cut short is dropped too; it is not in any list.
        if is_new || sealed.iter().any(|snapshot| snapshot.at < older) {
            pace.step(async { Ok(self.journal.drop_snapshots(&self.log, older).await?) }).await?;
        }
        // The entry before a snapshot stays: it shows whoever loads that snapshot that the journal is the same one.
        let floor = cut::below((self.consumer)().as_ref()).min(Seq(older.0.saturating_sub(1)));
        let keep = Keep::new(&self.settings, self.clock.now());
        cut::truncate(&*self.journal, &self.log, floor, keep, pace).await
    }
}
