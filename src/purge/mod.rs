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

/// The shortest pause between two rounds.
const LOOK_MIN: Duration = Duration::from_secs(1);

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

impl Settings {
    /// The same, looking often enough, and taking snapshots often enough, for what is kept only shortly: a journal can be
    /// truncated only below its older snapshot.
    #[must_use]
    pub fn at_pace(self) -> Self {
        let quarter = |kept: Duration| (kept / 4).max(LOOK_MIN);
        Self {
            every: self.every.min(quarter(self.journal.min(self.incidents))),
            expiry_every: self.expiry_every.min(quarter(self.archive)),
            snapshot_age: self.snapshot_age.min(self.journal),
            ..self
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
    let halts = vec![incidents.halt.clone(), notify.halt.clone()];
    vec![
        Box::new(StageJournal::new(
            "incidents journal",
            (LogName::incidents(), Arc::clone(&world.incidents)),
            (incidents.clone(), halts.clone()),
            move || of_notify.borrow().cursors.get(&LogName::incidents()).cloned(),
            (Arc::clone(&world.clock), *settings),
        )),
        Box::new(StageJournal::new(
            "notify journal",
            (LogName::notify(), Arc::clone(&world.notify)),
            (notify.clone(), halts),
            move || of_incidents.borrow().cursors.get(&LogName::notify()).cloned(),
            (Arc::clone(&world.clock), *settings),
        )),
        Box::new(Doors::new(parts)),
        Box::new(Archiving::new(parts)),
        Box::new(Expiry::new(parts)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_shortly_is_looked_at_often() {
        let check = |journal: u64, incidents: u64, every: u64| {
            let seconds = Duration::from_secs;
            let (journal, incidents) = (seconds(journal), seconds(incidents));
            let settings = Settings { journal, incidents, ..Settings::default() }.at_pace();
            assert_eq!(settings.every, seconds(every), "{journal:?}, {incidents:?}");
            assert_eq!(settings.snapshot_age, journal.min(DAY));
        };
        assert_eq!(Settings::default().at_pace(), Settings::default());
        check(86_400, 3_600, 30);
        check(60, 86_400, 15);
        check(86_400, 20, 5);
        check(1, 1, 1);
        let kept = Settings { archive: Duration::from_secs(60), ..Settings::default() };
        assert_eq!(kept.at_pace().expiry_every, Duration::from_secs(15));
    }
}
