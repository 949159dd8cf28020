//! Moves a stopped installation from one set of stores to another: between files and clusters, both ways.
//!
//! What is copied is what the seams show: every journal with its slots and ids, its beginning, its end and its snapshots;
//! the archive's incidents, and the events that these and the state refer to. The destination is marked as unfinished
//! first, so that nobody serves it; the source stays as it is until both sides were read again and are the same. Then the
//! source is marked as moved and closed for ever, and only then the destination's mark is taken away. Wherever this is cut
//! off, the same command goes on.

mod archive;
mod journals;
mod retry;
mod seal;
mod side;
mod verify;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;

use self::side::Side;
use super::Error;
use crate::cassandra::Presence;
use crate::clock::{SharedClock, SystemClock};
use crate::config::Stores;
use crate::ids::{SharedIds, SystemIds};
use crate::journal::{LogName, Note, Refused, refused};

/// A process on a cluster that was heard of so lately is taken to run.
const ALIVE: Duration = Duration::from_secs(60);

/// What is to be moved, and where to.
#[derive(Clone, Debug)]
pub struct Move {
    /// Where the installation is.
    pub from: Stores,
    /// Where it goes.
    pub to: Stores,
    /// Where relative paths of files begin.
    pub data: PathBuf,
    /// Also if processes were heard of on a cluster a moment ago.
    pub force: bool,
}

/// What is being done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Entries and incidents are copied.
    Copying,
    /// Both sides are read and compared.
    Checking,
    /// The source is closed.
    Sealing,
}

/// How far it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Entries and incidents that this is done with.
    pub done: u64,
    /// Of so many.
    pub total: u64,
}

/// What was moved.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Moved {
    /// Where it was, store by store.
    pub from: Vec<String>,
    /// Where it is.
    pub to: Vec<String>,
    /// Journals.
    pub journals: u64,
    /// Their entries.
    pub entries: u64,
    /// Archived incidents.
    pub incidents: u64,
}

/// Who is told how far it is.
pub type Report<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// Moves an installation.
///
/// # Errors
/// Why it cannot. Unless it says that the source was moved already, the source is as it was, and the same call goes on
/// where this one was cut off.
pub async fn copy(of: &Move, report: Report<'_>) -> Result<Moved, Error> {
    let (clock, ids): (SharedClock, SharedIds) = (Arc::new(SystemClock::new()), Arc::new(SystemIds));
    let by = (&clock, &ids);
    let from = Side::open(&of.from, &of.data, false, by).await?;
    let to = Side::open(&of.to, &of.data, true, by).await?;
    let work = Work { from, to, report, clock, ids };
    if !of.force {
        work.nobody_is_there().await?;
    }
    work.run().await
}

/// A move at work.
struct Work<'a> {
    from: Side,
    to: Side,
    report: Report<'a>,
    clock: SharedClock,
    ids: SharedIds,
}

impl Work<'_> {
    async fn run(&self) -> Result<Moved, Error> {
        let sealed = self.judge_source().await?;
        let unfinished = self.to.unfinished().await?;
        match (sealed, unfinished) {
            // It was cut off after the check: what is left is to close.
            (Some(_), true) => {}
            (Some(refused), false) => return Err(self.source_is(refused)),
            (None, _) => {
                self.mark_target(unfinished).await?;
                let total = self.total().await?;
                self.copy_journals(&self.meter(Phase::Copying, total)).await?;
                self.verify(&self.meter(Phase::Checking, total)).await?;
            }
        }
        self.seal().await?;
        let mut moved = Moved {
            from: self.from.names.clone(),
            to: self.to.names.clone(),
            journals: 0,
            entries: 0,
            incidents: self.to.archived().await?,
        };
        for log in self.from.logs().await? {
            let extent = self.to.of(&log).journal().extent(&log).await?;
            moved.journals += 1;
            moved.entries += extent.next.0 - extent.first.0;
        }
        Ok(moved)
    }

    /// Copies everything that is not there yet.
    async fn copy_journals(&self, meter: &Meter<'_>) -> Result<(), Error> {
        self.copy_logs(meter).await?;
        self.copy_archive(meter).await
    }

    /// How many entries and incidents there are.
    async fn total(&self) -> Result<u64, Error> {
        let mut total = self.from.archived().await?;
        for log in self.from.logs().await? {
            let extent = self.from.of(&log).journal().extent(&log).await?;
            total += extent.next.0 - extent.first.0;
        }
        Ok(total)
    }

    fn meter(&self, phase: Phase, total: u64) -> Meter<'_> {
        let meter = Meter { report: self.report, phase, done: AtomicU64::new(0), total };
        meter.add(0);
        meter
    }

    /// Why the source may only be closed: this same move has marked it. Any other mark is an error.
    async fn judge_source(&self) -> Result<Option<Refused>, Error> {
        let mut mine = None;
        for held in &self.from.journals {
            match refused(held.journal()).await? {
                Some(Refused::Moved(note)) if note.stores == self.to.names => {
                    mine = Some(Refused::Moved(note));
                }
                Some(refused) => return Err(self.source_is(refused)),
                None => {}
            }
        }
        Ok(mine)
    }

    fn source_is(&self, refused: Refused) -> Error {
        Error::Refused { store: self.from.names.join(", "), refused }
    }

    /// Marks the destination as unfinished; one that holds something which this did not begin is refused.
    async fn mark_target(&self, unfinished: bool) -> Result<(), Error> {
        if !unfinished && !self.to.is_empty().await? {
            return Err(Error::Occupied(self.to.names.join(", ")));
        }
        let now = self.clock.now();
        let note = Note { stores: self.from.names.clone(), at: now.to_iso() };
        for held in &self.to.journals {
            note.write(held.journal(), &LogName::copying(), self.ids.uuid(now), now).await?;
        }
        Ok(())
    }

    /// Refuses clusters on which a process was heard of a moment ago.
    async fn nobody_is_there(&self) -> Result<(), Error> {
        let since = self.clock.now().minus(ALIVE);
        for held in self.from.journals.iter().chain(&self.to.journals) {
            let Some(store) = held.cluster() else { continue };
            let told = Presence::open(Arc::clone(store)).await?.told().await;
            let told = told.map_err(crate::journal::Error::from)?;
            let alive = told.iter().filter(|told| told.at >= since);
            let nodes: Vec<String> = alive.map(|told| node(&told.text)).collect();
            if !nodes.is_empty() {
                return Err(Error::Alive { store: held.name.clone(), nodes });
            }
        }
        Ok(())
    }
}

/// The name in what a process told of itself.
fn node(text: &str) -> String {
    let told = serde_json::from_str::<serde_json::Value>(text).ok();
    told.and_then(|told| told["node"].as_str().map(str::to_owned)).unwrap_or_else(|| "a process".to_owned())
}

/// Counts, and tells.
struct Meter<'a> {
    report: Report<'a>,
    phase: Phase,
    done: AtomicU64,
    total: u64,
}

impl Meter<'_> {
    fn add(&self, count: usize) {
        let done = self.done.fetch_add(count as u64, Ordering::Relaxed) + count as u64;
        (self.report)(Progress { phase: self.phase, done, total: self.total.max(done) });
    }
}
