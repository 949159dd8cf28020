//! Truncation of doors: what the state still refers to goes to the archive first. Doors that nobody uses are closed,
//! and those that are closed and read are dropped.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use uuid::Uuid;

use super::cut::{self, Keep};
use super::{Parts, Settings, referenced};
use crate::archive::Archive;
use crate::domain::event::EventAddress;
use crate::domain::incidents::state::State;
use crate::domain::time::Timestamp;
use crate::door;
use crate::journal::{Journal, LogName, Seq};
use crate::mutants::{self, Mutant};
use crate::pacer::{Error, Job, Pace};
use crate::stage::{Replica, Stage, World};

/// The job of all doors.
pub(super) struct Doors<I: Stage> {
    world: World,
    archive: Arc<dyn Archive>,
    incidents: watch::Receiver<Arc<Replica<I>>>,
    settings: Settings,
}

/// What is to be removed of a door's journal of events.
struct Removal {
    /// From the first slot that is there up to here.
    to: Seq,
    /// Nobody reads the journal any more: it goes as a whole.
    dropped: bool,
}

impl<I: Stage<State = State>> Doors<I> {
    pub(super) fn new<N: Stage>(parts: &Parts<I, N>) -> Self {
        Self {
            world: parts.world.clone(),
            archive: Arc::clone(&parts.archive),
            incidents: parts.incidents.replica.clone(),
            settings: parts.settings,
        }
    }

    fn journal(&self) -> &dyn Journal {
        &*self.world.doors
    }

    /// Removes what is due of a door's commands; says what is due of its events.
    async fn look(
        &self,
        replica: &Replica<I>,
        log: &LogName,
        (door, is_events): (Uuid, bool),
        pace: &mut Pace,
    ) -> Result<Option<Removal>, Error> {
        let keep = Keep::new(&self.settings, self.world.clock.now());
        let in_use = replica.state.doors.contains_key(&door) && !mutants::is(Mutant::ClosedWithoutDraining);
        if !in_use && pace.step(self.may_be_dropped(replica, log, keep)).await? {
            if is_events {
                return Ok(Some(Removal { to: Seq(u64::MAX), dropped: true }));
            }
            pace.step(async { Ok(self.journal().drop_closed(log).await?) }).await?;
            return Ok(None);
        }
        let floor = cut::below(replica.cursors.get(log));
        if !is_events {
            cut::truncate(self.journal(), log, floor, keep, pace).await?;
            return Ok(None);
        }
        if floor.0 < self.journal().segment() {
            return Ok(None);
        }
        let first = pace.step(async { Ok(self.journal().extent(log).await?.first) }).await?;
        let mut to = first;
        while let Some(end) = pace.step(cut::due(self.journal(), log, to, floor, keep)).await? {
            to = end;
        }
        Ok((to > first).then_some(Removal { to, dropped: false }))
    }

    /// Whether a door that is not consumed is done with: closed, read to its end, and kept for long enough. One that
    /// was never consumed (it may have been registered a moment ago) is not.
    async fn may_be_dropped(&self, replica: &Replica<I>, log: &LogName, keep: Keep) -> Result<bool, Error> {
        let extent = self.journal().extent(log).await?;
        let consumed = replica.cursors.get(log).map_or(Seq::FIRST, |cursor| cursor.next);
        if mutants::is(Mutant::ClosedWithoutDraining) {
            return Ok(extent.closed);
        }
        if !extent.closed || consumed < extent.next {
            return Ok(false);
        }
        if extent.first == extent.next || keep.is_too_large(&extent) {
            return Ok(true);
        }
        let last = cut::entry(self.journal(), log, Seq(extent.next.0 - 1)).await?;
        Ok(last.is_none_or(|last| keep.is_over(&last)))
    }

    /// Puts the events of one entry that the state refers to into the archive.
    async fn keep_events(&self, log: &LogName, addresses: Vec<EventAddress>) -> Result<(), Error> {
        let Some(seq) = addresses.first().map(|address| Seq(address.seq)) else { return Ok(()) };
        // An entry that is gone was removed by another process, which has kept what was in it.
        let Some(entry) = cut::entry(self.journal(), log, seq).await? else { return Ok(()) };
        let mut events = Vec::new();
        for address in addresses {
            match door::kept(&entry, address) {
                Some(event) => events.push(event),
                None => tracing::warn!(%address, "an event that the state refers to cannot be read"),
            }
        }
        Ok(self.archive.put_events(events).await?)
    }

    /// Removes of doors' events what is due, and keeps of it what the state refers to.
    async fn remove(
        &self,
        replica: &Replica<I>,
        removals: BTreeMap<Uuid, Removal>,
        pace: &mut Pace,
    ) -> Result<(), Error> {
        if removals.is_empty() {
            return Ok(());
        }
        let mut ranges = BTreeMap::new();
        for (door, removal) in &removals {
            let log = LogName::door_events(*door);
            let first = pace.step(async { Ok(self.journal().extent(&log).await?.first) }).await?;
            ranges.insert(*door, (first, removal.to));
        }
        let mut referenced = referenced::find(&replica.state, &ranges, pace).await?;
        for (door, removal) in removals {
            let log = LogName::door_events(door);
            for (seq, indices) in referenced.remove(&door).unwrap_or_default() {
                let addresses = indices.into_iter().map(|index| EventAddress { door, seq, index }).collect();
                pace.step(self.keep_events(&log, addresses)).await?;
            }
            if removal.dropped {
                pace.step(async { Ok(self.journal().drop_closed(&log).await?) }).await?;
                continue;
            }
            let mut end = Seq::FIRST;
            while end < removal.to {
                end = pace
                    .step(async {
                        let first = self.journal().extent(&log).await?.first;
                        let end = Seq(first.0 + self.journal().segment()).min(removal.to);
                        self.journal().truncate(&log, end).await?;
                        Ok(end)
                    })
                    .await?;
            }
        }
        Ok(())
    }

    /// Closes the doors of processes that have been silent for long: never one of this process.
    async fn close_silent(&self, state: &State, pace: &mut Pace) -> Result<(), Error> {
        let before = self.world.clock.now().minus(self.settings.silence);
        for (door, known) in &state.doors {
            if known.process == self.world.process || known.opened_at > before {
                continue;
            }
            let logs = [LogName::door_events(*door), LogName::door_commands(*door)];
            let mut silent = true;
            for log in &logs {
                silent = silent && pace.step(self.is_silent(log, before)).await?;
            }
            for log in logs.iter().filter(|_| silent) {
                pace.step(async {
                    if !self.journal().extent(log).await?.closed {
                        tracing::info!(%log, process = %known.process, "closing a door that nobody uses");
                        self.journal().close(log).await?;
                    }
                    Ok(())
                })
                .await?;
            }
        }
        Ok(())
    }

    async fn is_silent(&self, log: &LogName, before: Timestamp) -> Result<bool, Error> {
        let extent = self.journal().extent(log).await?;
        if extent.first == extent.next {
            return Ok(true);
        }
        let last = cut::entry(self.journal(), log, Seq(extent.next.0 - 1)).await?;
        Ok(last.is_some_and(|last| last.at <= before))
    }
}

#[async_trait]
impl<I: Stage<State = State>> Job for Doors<I> {
    fn name(&self) -> &'static str {
        "doors"
    }

    fn every(&self) -> Duration {
        self.settings.every
    }

    async fn round(&mut self, pace: &mut Pace) -> Result<(), Error> {
        // Floors and references are of one moment: what is below these cursors no later fact can refer to anew.
        let replica = self.incidents.borrow().clone();
        let logs = pace.step(async { Ok(self.journal().logs().await?) }).await?;
        let mut removals = BTreeMap::new();
        for log in &logs {
            if *log == LogName::door_index() {
                let keep = Keep::new(&self.settings, self.world.clock.now());
                let floor = cut::below(replica.cursors.get(log));
                cut::truncate(self.journal(), log, floor, keep, pace).await?;
            } else if let Some((door, is_events)) = door_of(log)
                && let Some(removal) = self.look(&replica, log, (door, is_events), pace).await?
            {
                removals.insert(door, removal);
            }
        }
        self.remove(&replica, removals, pace).await?;
        self.close_silent(&replica.state, pace).await
    }
}

/// The door that a journal belongs to, and whether it is that of its events; `None` if it is not a door's.
fn door_of(log: &LogName) -> Option<(Uuid, bool)> {
    let (door, kind) = log.as_str().strip_prefix("door/")?.split_once('/')?;
    let is_events = match kind {
        "events" => true,
        "commands" => false,
        _ => return None,
    };
    Some((door.parse().ok()?, is_events))
}
