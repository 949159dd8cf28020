//! Keeps data slim: snapshots, truncation, closed incidents to the archive, expiry. All of it on a pacer.
//!
//! Nothing is removed that somebody still needs: the last two snapshots that were read back and the entries since the
//! older one; the entry before every cursor; the first and latest event of every alert that the state still knows.
//! Every job may be dropped at any moment and begun again, by this process or another.

mod archiving;
mod cut;
mod doors;
mod expiry;
mod referenced;
mod snapshot;
mod stage_journal;

use std::sync::Arc;
use std::time::Duration;

use crate::archive::Archive;
use crate::domain::incidents::input::Input;
use crate::domain::incidents::state::State;
use crate::journal::LogName;
use crate::pacer::Job;
use crate::stage::{Handle, Stage, World};

use self::archiving::Archiving;
use self::doors::Doors;
use self::expiry::Expiry;
use self::stage_journal::StageJournal;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long things are kept, and how often it is looked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Entries that everybody has read stay for this long.
    pub journal: Duration,
    /// But not while their journal holds more bytes than this.
    pub journal_bytes_max: u64,
    /// Closed incidents move to the archive after this long.
    pub incidents: Duration,
    /// Closed incidents leave the archive after this long.
    pub archive: Duration,
    /// A snapshot is taken after this many entries,
    pub snapshot_entries: u64,
    /// or this many bytes of them,
    pub snapshot_bytes: u64,
    /// or at least one entry and this long.
    pub snapshot_age: Duration,
    /// How large a part of a snapshot is, about.
    pub part_bytes: usize,
    /// A door whose process wrote nothing for this long is closed.
    pub silence: Duration,
    /// The pause between two rounds of the jobs that follow the journals.
    pub every: Duration,
    /// The pause between two rounds of the archive's expiry.
    pub expiry_every: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            journal: DAY,
            journal_bytes_max: 4 << 30,
            incidents: DAY,
            archive: 400 * DAY,
            snapshot_entries: 20_000,
            snapshot_bytes: 64 << 20,
            snapshot_age: DAY,
            part_bytes: 256 << 10,
            silence: DAY,
            every: Duration::from_secs(30),
            expiry_every: Duration::from_secs(60 * 60),
        }
    }
}

/// What the jobs work on.
pub struct Parts<I: Stage, N: Stage> {
    /// Time, chance, and the stores of the journals.
    pub world: World,
    /// Where closed incidents and events go.
    pub archive: Arc<dyn Archive>,
    /// The incidents stage of this process.
    pub incidents: Handle<I>,
    /// The notify stage of this process.
    pub notify: Handle<N>,
    /// Bounds.
    pub settings: Settings,
}

impl<I: Stage, N: Stage> Clone for Parts<I, N> {
    fn clone(&self) -> Self {
        Self {
            world: self.world.clone(),
            archive: Arc::clone(&self.archive),
            incidents: self.incidents.clone(),
            notify: self.notify.clone(),
            settings: self.settings,
        }
    }
}

/// All jobs, for [`crate::pacer::Pacer::run`].
pub fn jobs<I, N>(parts: &Parts<I, N>) -> Vec<Box<dyn Job>>
where
    I: Stage<State = State, Input = Input>,
    N: Stage,
{
    let Parts { world, incidents, notify, settings, .. } = parts;
    let (of_incidents, of_notify) = (incidents.replica.clone(), notify.replica.clone());
    vec![
        Box::new(StageJournal::new(
            "incidents journal",
            (LogName::incidents(), Arc::clone(&world.incidents)),
            incidents.replica.clone(),
            move || of_notify.borrow().cursors.get(&LogName::incidents()).cloned(),
            (Arc::clone(&world.clock), *settings),
        )),
        Box::new(StageJournal::new(
            "notify journal",
            (LogName::notify(), Arc::clone(&world.notify)),
            notify.replica.clone(),
            move || of_incidents.borrow().cursors.get(&LogName::notify()).cloned(),
            (Arc::clone(&world.clock), *settings),
        )),
        Box::new(Doors::new(parts)),
        Box::new(Archiving::new(parts)),
        Box::new(Expiry::new(parts)),
    ]
}
