//! What may go wrong with a store, decided operation by operation, so that a run can be repeated.

use std::time::Duration;

use bytes::Bytes;
use uuid::Uuid;

use crate::domain::time::Timestamp;
use crate::journal::{Entry, LogName, Seq};

/// A process that uses the store.
pub type ProcessId = u32;

/// Which operation of the seam.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum OpKind {
    /// `append`
    Append,
    /// `read`
    Read,
    /// `extent` or `logs`
    Extent,
    /// `truncate`
    Truncate,
    /// `close`
    Close,
    /// `drop_closed`
    DropClosed,
    /// `put_snapshot_part`, `seal_snapshot` or `drop_snapshots`
    WriteSnapshot,
    /// `snapshots` or `snapshot_part`
    ReadSnapshot,
}

impl OpKind {
    /// Whether it changes the store.
    pub fn writes(self) -> bool {
        !matches!(self, Self::Read | Self::Extent | Self::ReadSnapshot)
    }
}

/// An operation that is about to be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Op {
    /// By whom.
    pub process: ProcessId,
    /// What.
    pub kind: OpKind,
    /// On which journal; `None` for `logs`.
    pub log: Option<LogName>,
    /// On which slot, or 0.
    pub at: Seq,
}

/// What happens to one operation. One that does not fit the operation (such as [`Fault::Gap`] for an append, or a lost
/// reply's "unknown" for a read) does what is nearest to it: reads are answered "not done", and the rest is no fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Nothing.
    None,
    /// The caller is told "unknown" after `told`; the write applies after `applied`, before or after that.
    Late {
        /// When the caller is told.
        told: Duration,
        /// When the write applies.
        applied: Duration,
    },
    /// The write applies; the caller is told "unknown".
    LostReply,
    /// The write applies, and once more after this time: a network repeated it.
    Doubled(Duration),
    /// This entry of another writer goes into the slot first, if it is free.
    Taken(Box<Entry>),
    /// Nothing is done, and the caller is told so.
    Unavailable,
    /// The disk is full.
    NoSpace,
    /// The process sleeps for this time before the operation is done.
    Stall(Duration),
    /// A read shows at most this many entries, although more are there.
    Gap(usize),
}

/// Decides what goes wrong.
pub trait FaultPlan: Send + 'static {
    /// What happens to this operation. Called once for each, in the order in which they begin.
    fn next(&mut self, op: &Op) -> Fault;
}

impl<F: FnMut(&Op) -> Fault + Send + 'static> FaultPlan for F {
    fn next(&mut self, op: &Op) -> Fault {
        self(op)
    }
}

/// The plan of a store that does what it is asked.
#[derive(Debug, Default)]
pub struct NoFaults;

impl FaultPlan for NoFaults {
    fn next(&mut self, _: &Op) -> Fault {
        Fault::None
    }
}

/// Faults at random, the same ones for the same seed and operations.
#[derive(Clone, Debug)]
pub struct SeededFaults {
    state: u64,
    /// Of a thousand operations, how many have a fault.
    permille: u64,
    /// The longest time that a fault takes.
    longest: Duration,
    /// What another writer puts in first: format and body. `None`: never.
    foreign: Option<(u16, Bytes)>,
}

impl SeededFaults {
    /// Faults of all kinds but [`Fault::Taken`].
    pub fn new(seed: u64, permille: u16, longest: Duration) -> Self {
        Self { state: seed, permille: u64::from(permille), longest, foreign: None }
    }

    /// Also lets another writer be first, with an entry of this format and body. Its writer is nil.
    #[must_use]
    pub fn with_foreign(mut self, format: u16, body: Bytes) -> Self {
        self.foreign = Some((format, body));
        self
    }

    /// SplitMix64.
    fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn time(&mut self) -> Duration {
        let longest = u64::try_from(self.longest.as_micros()).unwrap_or(u64::MAX - 1);
        Duration::from_micros(self.draw() % (longest + 1))
    }

    fn taken(&mut self) -> Fault {
        let Some((format, body)) = self.foreign.clone() else { return Fault::LostReply };
        let id = Uuid::from_u64_pair(self.draw(), self.draw());
        let entry = Entry { id, writer: Uuid::nil(), at: Timestamp::EPOCH, format, body };
        Fault::Taken(Box::new(entry))
    }
}

impl FaultPlan for SeededFaults {
    fn next(&mut self, op: &Op) -> Fault {
        if self.draw() % 1000 >= self.permille {
            return Fault::None;
        }
        match (op.kind, self.draw() % 7) {
            (OpKind::Append, 0) => self.taken(),
            (OpKind::Read, 0..3) => Fault::Gap(usize::try_from(self.draw() % 3).unwrap_or(0)),
            (_, 0 | 1) => Fault::LostReply,
            (_, 2) => Fault::Late { told: self.time(), applied: self.time() },
            (_, 3) => Fault::Doubled(self.time()),
            (_, 4) => Fault::Unavailable,
            (kind, 5) if kind.writes() => Fault::NoSpace,
            _ => Fault::Stall(self.time()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_faults() {
        let kinds = [OpKind::Append, OpKind::Read, OpKind::Truncate];
        let run = |seed| {
            let mut plan = SeededFaults::new(seed, 500, Duration::from_secs(1)).with_foreign(1, Bytes::new());
            let op = |at: u64| Op { process: 0, kind: kinds[at as usize % 3], log: None, at: Seq(at) };
            (0..300).map(|at| plan.next(&op(at))).collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        let faults = run(1).into_iter().filter(|fault| *fault != Fault::None).count();
        assert!((100..200).contains(&faults), "half of them: {faults}");
    }
}
