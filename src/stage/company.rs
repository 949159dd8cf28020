//! Whether a stage's process has the journal to itself, or shares it with equal ones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use uuid::Uuid;

use super::Duty;
use crate::domain::time::Timestamp;

/// Who uses the journal.
#[derive(Clone, Debug, Default)]
pub enum Company {
    /// This process only, for sure: it does all work at once.
    #[default]
    Alone,
    /// Equal processes: each follows, and does the work that it sees standing still.
    Many(Many),
}

/// How a process lives with others. The stages of one process share a clone.
#[derive(Clone, Debug)]
pub struct Many {
    /// The pause between two reads of the stage's own journal, whatever the load; a worker reads its sources as often.
    pub poll: Duration,
    /// The pause between two looks of a passive process at the sources: whether there is work.
    pub look: Duration,
    /// Due work that has not moved for this long is overdue,
    pub patience: Duration,
    /// or for this many times the p99 of this process's appends, if that is longer,
    pub patience_factor: u32,
    /// but not for longer than this, however slow the store is: somebody waits to be told. Of two that work at once
    /// only one is heard, so being wrong costs an append.
    pub patience_max: Duration,
    /// The p99 of this process's appends elsewhere, such as at its door. Zero: not known.
    pub append_p99: watch::Receiver<Duration>,
    /// Whether this process's clock is off: it steps in after the others.
    pub clock_is_off: watch::Receiver<bool>,
    /// Processes that were seen to do nothing any more.
    pub(super) silent: Silent,
}

impl Many {
    /// The usual bounds.
    pub fn new(append_p99: watch::Receiver<Duration>, clock_is_off: watch::Receiver<bool>) -> Self {
        Self {
            poll: Duration::from_millis(200),
            look: Duration::from_secs(1),
            patience: Duration::from_secs(5),
            patience_factor: 20,
            patience_max: Duration::from_secs(9),
            append_p99,
            clock_is_off,
            silent: Silent::default(),
        }
    }
}

impl Default for Many {
    /// Of a process whose clock is right, and that knows of no appends but its stages' own.
    fn default() -> Self {
        Self::new(watch::channel(Duration::ZERO).1, watch::channel(false).1)
    }
}

/// So many processes are remembered; of one that is forgotten it is found out again.
const KNOWN_MAX: usize = 64;

/// Processes whose work was taken over, of a kind that every process can do and with an entry that shows that there was
/// some, and that were not heard of for a while, as the stages of this process tell each other: what one has found out
/// with patience, the other need not.
#[derive(Clone, Debug, Default)]
pub(super) struct Silent(Arc<watch::Sender<BTreeMap<Uuid, Known>>>);

/// What is known of a process.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    heard_at: Option<Duration>,
    silent: bool,
}

impl Silent {
    /// Work of this process was taken over. One that some stage heard of within the `patience` is not silent: it is only
    /// late with one thing.
    pub(super) fn note(&self, process: Uuid, now: Duration, patience: Duration) {
        self.know(process, |known| {
            known.silent |= known.heard_at.is_none_or(|at| now.saturating_sub(at) >= patience);
        });
    }

    pub(super) fn heard(&self, process: Uuid, now: Duration) {
        self.know(process, |known| *known = Known { heard_at: Some(now), silent: false });
    }

    pub(super) fn all(&self) -> BTreeSet<Uuid> {
        self.0.borrow().iter().filter(|(_, known)| known.silent).map(|(process, _)| *process).collect()
    }

    fn know(&self, process: Uuid, change: impl FnOnce(&mut Known)) {
        self.0.send_modify(|all| {
            if all.len() >= KNOWN_MAX && !all.contains_key(&process) {
                let oldest = all.iter().min_by_key(|(_, known)| known.heard_at).map(|(process, _)| *process);
                oldest.and_then(|process| all.remove(&process));
            }
            change(all.entry(process).or_default());
        });
    }
}

/// Work of a stage that is judged by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lane {
    /// Which: the stage's own number.
    pub kind: u8,
    /// When its first piece of work is due.
    pub due: Timestamp,
    /// What is to be done first: another value means that it moved.
    pub head: u128,
    /// This process could only give it up; others, if there are any, go first by far.
    pub reluctant: bool,
}

/// Which lanes this process may serve in a batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Lanes {
    /// All: there is no other process.
    All,
    /// These.
    Only(Vec<u8>),
}

impl Lanes {
    /// Whether this one may be served.
    pub fn has(&self, kind: u8) -> bool {
        match self {
            Self::All => true,
            Self::Only(kinds) => kinds.contains(&kind),
        }
    }

    pub(super) fn of(duties: &[Duty]) -> Self {
        let lane = |duty: &Duty| if let Duty::Lane(kind) = duty { Some(*kind) } else { None };
        Self::Only(duties.iter().filter_map(lane).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    #[test]
    fn who_was_heard_of_lately_is_not_silent_and_who_is_heard_of_no_longer() {
        let (silent, them) = (Silent::default(), Uuid::from_u128(7));
        let at = Duration::from_secs;
        silent.heard(them, at(10));
        silent.note(them, at(14), PATIENCE);
        assert!(silent.all().is_empty());
        silent.note(them, at(15), PATIENCE);
        assert_eq!(silent.all(), BTreeSet::from([them]));
        silent.heard(them, at(16));
        assert!(silent.all().is_empty());
        // Nobody was ever seen doing it.
        silent.note(Uuid::nil(), at(16), PATIENCE);
        assert_eq!(silent.all(), BTreeSet::from([Uuid::nil()]));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let silent = Silent::default();
        for process in 1..=1000 {
            silent.heard(Uuid::from_u128(process), Duration::from_secs(1));
            silent.note(Uuid::from_u128(process), Duration::from_secs(60), PATIENCE);
        }
        assert_eq!(silent.0.borrow().len(), KNOWN_MAX);
    }
}
