//! Snapshots and truncation of one stage's own journal.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::cut::{self, Keep};
use super::{Settings, snapshot};
use crate::clock::SharedClock;
use crate::journal::{self, Journal, LogName, Seq, Snapshot};
use crate::mutants::{self, Mutant};
use crate::pacer::{Error, Job, Pace};
use crate::stage::{self, Cursor, Duty, Handle, Replica, Stage};

/// How many snapshots are kept.
const KEPT: usize = 2;

/// The job of one stage's journal.
pub(super) struct StageJournal<S: Stage> {
    name: &'static str,
    log: LogName,
    journal: Arc<dyn Journal>,
    stage: Handle<S>,
    /// Both stages stop when one has another state than other processes.
    halts: Vec<mpsc::Sender<stage::Error>>,
    /// How far the other stage has read this journal.
    consumer: Box<dyn Fn() -> Option<Cursor> + Send + Sync>,
    clock: SharedClock,
    settings: Settings,
    /// Which sealed snapshots this process has read, and whether they were whole.
    read: BTreeMap<Seq, bool>,
    /// What this process had where another may be taking a snapshot now.
    pinned: BTreeMap<Seq, Arc<Replica<S>>>,
}

/// How many values are kept for a comparison that has yet to come.
const PINNED_MAX: usize = 2;

/// Who does not work on a stage leaves its snapshots to the worker, and takes one only when this many times as much has
/// happened as a snapshot is taken after.
const PATIENCE: u32 = 2;

impl<S: Stage> StageJournal<S> {
    pub(super) fn new(
        name: &'static str,
        (log, journal): (LogName, Arc<dyn Journal>),
        (stage, halts): (Handle<S>, Vec<mpsc::Sender<stage::Error>>),
        consumer: impl Fn() -> Option<Cursor> + Send + Sync + 'static,
        (clock, settings): (SharedClock, Settings),
    ) -> Self {
        let consumer = Box::new(consumer);
        let (read, pinned) = (BTreeMap::new(), BTreeMap::new());
        Self { name, log, journal, stage, halts, consumer, clock, settings, read, pinned }
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
        let works_on = self.stage.status.borrow().works_on.clone();
        let now_at = self.stage.replica.borrow().next;
        let since = sealed.iter().map(|snapshot| snapshot.at).max().unwrap_or(Seq::FIRST);
        // Where the others can compare it with what they have.
        let landmark = self.stage.landmarks.borrow().beyond(since).cloned();
        let replica = landmark.unwrap_or_else(|| self.stage.replica.borrow().clone());
        // One that is damaged keeps its place until there is something new.
        let is_new = sealed.iter().all(|snapshot| snapshot.at < replica.next);
        if !is_new || !self.is_due((now_at, 1), last, pace).await? {
            return Ok(None);
        }
        let is_ours = works_on.is_none_or(|duties| duties.contains(&Duty::Consuming));
        if !is_ours && !self.is_due((now_at, PATIENCE), last, pace).await? {
            self.pin(replica);
            return Ok(None);
        }
        let (part_bytes, now) = (self.settings.part_bytes, self.clock.now());
        match snapshot::take(&*self.journal, &self.log, &replica, (part_bytes, now), pace).await {
            Ok(taken) => {
                self.read.insert(taken.at, true);
                Ok(Some(taken))
            }
            // Another process was faster: it is compared in the next round.
            Err(Error::Store(journal::Error::Invalid(_))) if self.is_sealed(replica.next, pace).await? => {
                self.pin(replica);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn is_sealed(&self, at: Seq, pace: &mut Pace) -> Result<bool, Error> {
        let sealed = pace.step(async { Ok(self.journal.snapshots(&self.log).await?) }).await?;
        Ok(sealed.iter().any(|snapshot| snapshot.at == at))
    }

    fn pin(&mut self, replica: Arc<Replica<S>>) {
        self.pinned.insert(replica.next, replica);
        while self.pinned.len() > PINNED_MAX {
            self.pinned.pop_first();
        }
    }

    /// Compares the snapshots of others with what this process had there, once each. Stops the stages if they differ.
    async fn compare(&mut self, sealed: &[Snapshot], pace: &mut Pace) -> Result<(), Error> {
        for snapshot in sealed.iter().filter(|snapshot| !self.read.contains_key(&snapshot.at)) {
            let at = snapshot.at;
            let passed = self.stage.landmarks.borrow().at(at).cloned();
            let Some(ours) = self.pinned.get(&at).cloned().or(passed) else { continue };
            let digest = snapshot::digest(&ours, self.settings.part_bytes, pace).await?;
            if digest == snapshot.digest && ours.previous == snapshot.previous {
                continue;
            }
            let reason = stage::Error::Differs { log: self.log.clone(), at };
            for halt in &self.halts {
                // Full or closed: it stops already.
                let _ = halt.try_send(reason.clone());
            }
            return Err(Error::Failed(reason.to_string()));
        }
        let newest = sealed.iter().map(|snapshot| snapshot.at).max();
        self.pinned.retain(|at, _| newest.is_none_or(|newest| *at > newest));
        Ok(())
    }

    /// Whether so many `times` as much has happened up to `next` as a snapshot is taken after.
    async fn is_due(
        &self,
        (next, times): (Seq, u32),
        last: Option<&Snapshot>,
        pace: &mut Pace,
    ) -> Result<bool, Error> {
        let from = last.map_or(Seq::FIRST, |snapshot| snapshot.at);
        let since = next.0.saturating_sub(from.0);
        if since == 0 {
            return Ok(false);
        }
        if since >= self.settings.snapshot_entries * u64::from(times) {
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
            let aged =
                began.is_some_and(|at| at.plus(self.settings.snapshot_age * times) <= self.clock.now());
            Ok(bytes >= self.settings.snapshot_bytes * u64::from(times) || aged)
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
        if self.stage.status.borrow().stopped {
            pace.waits_for("its stage, which has stopped");
            return Ok(());
        }
        self.compare(&sealed, pace).await?;
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
        let read = cut::below((self.consumer)().as_ref());
        let read = if mutants::is(Mutant::OtherStageForgotten) { older } else { read };
        let floor = read.min(Seq(older.0.saturating_sub(1)));
        let keep = Keep::new(&self.settings, self.clock.now());
        cut::truncate(&*self.journal, &self.log, floor, keep, pace).await
    }
}
