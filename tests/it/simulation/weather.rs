//! What goes wrong between a machine and a store, and how it changes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pd::journal::memory::{Fault, FaultPlan, Op, OpKind, ProcessId};
use pd::journal::{LogName, Seq};

use super::chance::Chance;
use super::gate::Gate;

/// The checks read stores by this number; nothing ever goes wrong there.
pub(super) const CHECKER: ProcessId = 1000;

/// Of a thousand operations of one machine on one store, how many go wrong in each way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Climate {
    pub(super) late: u64,
    pub(super) lost_reply: u64,
    pub(super) doubled: u64,
    pub(super) unavailable: u64,
    pub(super) no_space: u64,
    pub(super) slow: u64,
    pub(super) gap: u64,
    /// The longest that a late or slow operation takes, in milliseconds.
    pub(super) longest: u64,
}

/// The weather between all machines and one store.
#[derive(Clone, Debug)]
pub(super) struct Weather(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    chance: Chance,
    climates: Vec<Climate>,
    /// Journals that cannot be used, or only not read, by one machine or all.
    away: Vec<(LogName, Away, Option<ProcessId>)>,
    /// Whether the store answers nobody.
    closed: bool,
    /// Who is stopped when it begins an append, which fails.
    caught: Option<(usize, Gate)>,
}

/// What cannot be done with a journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Away {
    Altogether,
    ForReaders,
    /// Reading what is below this slot: as where one partition of it cannot be read.
    ToRead(Seq),
}

impl Weather {
    pub(super) fn new(chance: Chance, machines: usize) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            chance,
            climates: vec![Climate::default(); machines],
            away: Vec::new(),
            closed: false,
            caught: None,
        })))
    }

    pub(super) fn set(&self, machine: usize, climate: Climate) {
        self.lock().climates[machine] = climate;
    }

    /// From now on one machine, or none of them, can do this with that journal.
    pub(super) fn take_away(&self, log: &LogName, away: Away, from: Option<ProcessId>) {
        self.lock().away.push((log.clone(), away, from));
    }

    /// That journal can be used again.
    pub(super) fn give_back(&self, log: &LogName) {
        self.lock().away.retain(|(there, ..)| there != log);
    }

    /// All journals can be used again.
    pub(super) fn give_all_back(&self) {
        self.lock().away.clear();
    }

    /// Whether the store answers nobody from now on.
    pub(super) fn close(&self, closed: bool) {
        self.lock().closed = closed;
    }

    /// The next append of this machine fails, and its process is stopped; `None`: of nobody.
    pub(super) fn catch(&self, whom: Option<(usize, Gate)>) {
        self.lock().caught = whom;
    }

    /// Whether somebody is still to be stopped.
    pub(super) fn catches(&self) -> bool {
        self.lock().caught.is_some()
    }

    /// What the store asks before each operation.
    pub(super) fn plan(&self) -> impl FaultPlan {
        let weather = self.clone();
        move |op: &Op| weather.lock().fault(op)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn fault(&mut self, op: &Op) -> Fault {
        let is_it = |(machine, _): &mut (usize, Gate)| {
            op.kind == OpKind::Append && u32::try_from(*machine).ok() == Some(op.process)
        };
        if let Some((_, gate)) = self.caught.take_if(is_it) {
            gate.freeze(true);
            return Fault::Unavailable;
        }
        let Some(climate) = self.climates.get(op.process as usize) else { return Fault::None };
        let away = |(log, away, from): &(LogName, Away, Option<ProcessId>)| {
            op.log.as_ref() == Some(log)
                && from.is_none_or(|from| op.process == from)
                && match away {
                    Away::Altogether => true,
                    Away::ForReaders => op.kind == OpKind::Read,
                    Away::ToRead(below) => op.kind == OpKind::Read && op.at < *below,
                }
        };
        if self.closed || self.away.iter().any(away) {
            return Fault::Unavailable;
        }
        let time = || self.chance.millis(1, climate.longest.max(1));
        let mut drawn = self.chance.below(1000);
        let mut falls = |permille: u64| {
            let here = drawn < permille;
            drawn = if here { u64::MAX } else { drawn - permille.min(drawn) };
            // What is left is smaller by what was passed over, so the kinds do not overlap.
            here
        };
        if falls(climate.late) {
            return Fault::Late { told: time(), applied: time() };
        }
        if falls(climate.lost_reply) {
            return Fault::LostReply;
        }
        if falls(climate.doubled) {
            return Fault::Doubled(time());
        }
        if falls(climate.unavailable) {
            return Fault::Unavailable;
        }
        if op.kind.writes() && falls(climate.no_space) {
            return Fault::NoSpace;
        }
        if falls(climate.slow) {
            return Fault::Stall(time());
        }
        if op.kind == OpKind::Read && falls(climate.gap) {
            return Fault::Gap(self.chance.index(3));
        }
        self.usual(op)
    }

    /// A healthy store takes some milliseconds for a write, and now and then for a read.
    fn usual(&self, op: &Op) -> Fault {
        let takes_time = if op.kind.writes() { true } else { self.chance.permille(100) };
        if takes_time { Fault::Stall(Duration::from_millis(1 + self.chance.below(8))) } else { Fault::None }
    }
}
