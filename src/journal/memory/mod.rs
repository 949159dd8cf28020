//! A store in memory that several simulated processes share, and that can be made to fail in the ways that stores do.
//!
//! Faults take effect when an operation begins. What applies later is applied before the first operation that begins
//! after its time, which nobody can tell from its having been applied at that time. So a run depends on the plan and
//! the order of operations alone.

mod faults;
mod state;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use self::state::State;
use super::{Append, Entry, Error, Extent, Journal, LogName, Outcome, Read, SEGMENT, Seq, Snapshot};
use crate::clock::{SharedClock, SystemClock};

pub use self::faults::{Fault, FaultPlan, NoFaults, Op, OpKind, ProcessId, SeededFaults};

/// A store in memory. Clones share it.
#[derive(Clone)]
pub struct MemoryStore {
    segment: u64,
    /// Held for the moment of an operation only, never while waiting.
    shared: Arc<Mutex<Shared>>,
    clock: SharedClock,
}

struct Shared {
    state: State,
    plan: Box<dyn FaultPlan>,
    /// Writes on their way, by the time at which they arrive and the order in which they were sent.
    late: Vec<(Duration, Late)>,
    cut_off: BTreeSet<ProcessId>,
}

type Late = Box<dyn FnOnce(&mut State) + Send>;

/// What a store held at one moment.
#[derive(Clone, Debug)]
pub struct MemoryCopy(State);

/// One process's way to the store.
#[derive(Clone, Debug)]
pub struct MemoryJournal {
    store: MemoryStore,
    process: ProcessId,
}

impl MemoryStore {
    /// An empty store without faults.
    pub fn new() -> Self {
        Self::with_faults(NoFaults, Arc::new(SystemClock::new()))
    }

    /// An empty store with the faults of `plan`, whose times are measured by `clock`.
    pub fn with_faults(plan: impl FaultPlan, clock: SharedClock) -> Self {
        let shared = Shared {
            state: State::default(),
            plan: Box::new(plan),
            late: Vec::new(),
            cut_off: BTreeSet::new(),
        };
        Self { segment: SEGMENT, shared: Arc::new(Mutex::new(shared)), clock }
    }

    /// The same with so many slots in a segment: with few, truncation comes soon.
    pub fn with_segments_of(self, slots: u64) -> Self {
        Self { segment: slots.max(1), ..self }
    }

    /// The way of `process` to this store.
    pub fn handle(&self, process: ProcessId) -> MemoryJournal {
        MemoryJournal { store: self.clone(), process }
    }

    /// From now on, `plan` decides.
    pub fn set_faults(&self, plan: impl FaultPlan) {
        self.lock().plan = Box::new(plan);
    }

    /// Cuts `process` off, or lets it in again. What it has sent already still arrives.
    pub fn cut_off(&self, process: ProcessId, cut: bool) {
        let mut shared = self.lock();
        if cut {
            shared.cut_off.insert(process);
        } else {
            shared.cut_off.remove(&process);
        }
    }

    /// What the store holds now: a backup.
    pub fn copy(&self) -> MemoryCopy {
        MemoryCopy(self.arrived().state.clone())
    }

    /// Puts an older copy in place of what the store holds. Writes on their way are lost.
    pub fn restore(&self, copy: &MemoryCopy) {
        let mut shared = self.lock();
        shared.late.clear();
        shared.state = copy.0.clone();
    }

    /// Damages a snapshot: from now on a part of it that is there holds these bytes, whatever was written and sealed.
    pub fn damage_snapshot(&self, log: &LogName, at: Seq, part: u32, bytes: Bytes) {
        self.arrived().state.damage(log, at, part, bytes);
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store with everything applied that was due.
    fn arrived(&self) -> MutexGuard<'_, Shared> {
        let now = self.clock.monotonic();
        let mut shared = self.lock();
        let Shared { state, late, .. } = &mut *shared;
        // The sort is stable: what arrives at one time arrives in the order in which it was sent.
        late.sort_by_key(|(due, _)| *due);
        let due = late.partition_point(|(due, _)| *due <= now);
        for (_, apply) in late.drain(..due) {
            apply(state);
        }
        shared
    }

    fn send_late(&self, after: Duration, apply: Late) {
        let due = self.clock.monotonic() + after;
        self.lock().late.push((due, apply));
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl MemoryJournal {
    /// Does one write with the fault that the plan has for it.
    async fn write<T>(
        &self,
        kind: OpKind,
        log: &LogName,
        at: Seq,
        apply: impl Fn(&mut State) -> Result<T, Error> + Clone + Send + 'static,
    ) -> Result<T, Error> {
        let op = Op { process: self.process, kind, log: Some(log.clone()), at };
        let again = apply.clone();
        let later: Late = Box::new(move |state| drop(again(state)));
        match self.begin(&op)? {
            Fault::None | Fault::Gap(_) => {}
            Fault::Late { told, applied } => {
                self.store.send_late(applied, later);
                self.store.clock.sleep(told).await;
                return Err(unavailable("timed out", Outcome::Unknown));
            }
            Fault::LostReply => {
                // The caller does not learn what came of it.
                drop(self.now(&apply));
                return Err(unavailable("the reply was lost", Outcome::Unknown));
            }
            Fault::Doubled(after) => self.store.send_late(after, later),
            Fault::Taken(entry) => {
                if kind == OpKind::Append {
                    // If it does not fit there, it was not first.
                    drop(self.store.arrived().state.append(log, at, &entry));
                }
            }
            Fault::Unavailable => return Err(unavailable("refused", Outcome::NotDone)),
            Fault::NoSpace => return Err(Error::NoSpace { reason: "the disk is full".to_owned() }),
            Fault::Stall(pause) => self.stall(pause).await?,
        }
        self.now(&apply)
    }

    /// Does one read with the fault that the plan has for it. Returns how many entries it may show.
    async fn read_with<T>(
        &self,
        kind: OpKind,
        log: Option<&LogName>,
        at: Seq,
        read: impl Fn(&State, usize) -> T + Send,
    ) -> Result<T, Error> {
        let op = Op { process: self.process, kind, log: log.cloned(), at };
        let mut shown = usize::MAX;
        match self.begin(&op)? {
            Fault::None | Fault::Doubled(_) | Fault::Taken(_) | Fault::NoSpace => {}
            Fault::Late { told, .. } => {
                self.store.clock.sleep(told).await;
                return Err(unavailable("timed out", Outcome::NotDone));
            }
            Fault::LostReply | Fault::Unavailable => return Err(unavailable("refused", Outcome::NotDone)),
            Fault::Stall(pause) => self.stall(pause).await?,
            Fault::Gap(keep) => shown = keep,
        }
        Ok(read(&self.store.arrived().state, shown))
    }

    fn begin(&self, op: &Op) -> Result<Fault, Error> {
        let mut shared = self.store.lock();
        if shared.cut_off.contains(&self.process) {
            return Err(unavailable("cut off", Outcome::NotDone));
        }
        Ok(shared.plan.next(op))
    }

    async fn stall(&self, pause: Duration) -> Result<(), Error> {
        self.store.clock.sleep(pause).await;
        let cut = self.store.lock().cut_off.contains(&self.process);
        if cut { Err(unavailable("cut off", Outcome::Unknown)) } else { Ok(()) }
    }

    fn now<T>(&self, apply: &impl Fn(&mut State) -> Result<T, Error>) -> Result<T, Error> {
        apply(&mut self.store.arrived().state)
    }
}

fn unavailable(reason: &str, outcome: Outcome) -> Error {
    Error::Unavailable { reason: reason.to_owned(), outcome }
}

/// A read that shows only the first `shown` entries.
fn shorten(read: Read, shown: usize) -> Read {
    match read {
        Read::Run { mut entries, .. } if entries.len() > shown => {
            entries.truncate(shown);
            Read::Run { entries, closed: false }
        }
        whole => whole,
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    fn segment(&self) -> u64 {
        self.store.segment
    }

    async fn append(&self, log: &LogName, at: Seq, entry: Entry) -> Result<Append, Error> {
        let name = log.clone();
        self.write(OpKind::Append, log, at, move |state| state.append(&name, at, &entry)).await
    }

    async fn read(&self, log: &LogName, from: Seq, bytes_max: usize) -> Result<Read, Error> {
        self.read_with(OpKind::Read, Some(log), from, |state, shown| {
            shorten(state.read(log, from, bytes_max), shown)
        })
        .await
    }

    async fn extent(&self, log: &LogName) -> Result<Extent, Error> {
        self.read_with(OpKind::Extent, Some(log), Seq::FIRST, |state, _| state.extent(log)).await
    }

    async fn logs(&self) -> Result<Vec<LogName>, Error> {
        self.read_with(OpKind::Extent, None, Seq::FIRST, |state, _| state.names()).await
    }

    async fn truncate(&self, log: &LogName, below: Seq) -> Result<Seq, Error> {
        let (name, segment) = (log.clone(), self.store.segment);
        self.write(OpKind::Truncate, log, below, move |state| Ok(state.truncate(&name, below, segment))).await
    }

    async fn close(&self, log: &LogName) -> Result<Seq, Error> {
        let name = log.clone();
        self.write(OpKind::Close, log, Seq::FIRST, move |state| Ok(state.close(&name))).await
    }

    async fn drop_closed(&self, log: &LogName) -> Result<(), Error> {
        let name = log.clone();
        self.write(OpKind::DropClosed, log, Seq::FIRST, move |state| state.drop_closed(&name)).await
    }

    async fn put_snapshot_part(&self, log: &LogName, at: Seq, part: u32, bytes: Bytes) -> Result<(), Error> {
        let name = log.clone();
        let put = move |state: &mut State| state.put_part(&name, at, part, bytes.clone());
        self.write(OpKind::WriteSnapshot, log, at, put).await
    }

    async fn seal_snapshot(&self, log: &LogName, snapshot: Snapshot) -> Result<(), Error> {
        let (name, at) = (log.clone(), snapshot.at);
        self.write(OpKind::WriteSnapshot, log, at, move |state| state.seal_snapshot(&name, &snapshot)).await
    }

    async fn snapshots(&self, log: &LogName) -> Result<Vec<Snapshot>, Error> {
        self.read_with(OpKind::ReadSnapshot, Some(log), Seq::FIRST, |state, _| state.snapshots(log)).await
    }

    async fn snapshot_part(&self, log: &LogName, at: Seq, part: u32) -> Result<Option<Bytes>, Error> {
        self.read_with(OpKind::ReadSnapshot, Some(log), at, |state, _| state.part(log, at, part)).await
    }

    async fn drop_snapshots(&self, log: &LogName, below: Seq) -> Result<(), Error> {
        let name = log.clone();
        let dropping = move |state: &mut State| {
            state.drop_snapshots(&name, below);
            Ok(())
        };
        self.write(OpKind::WriteSnapshot, log, below, dropping).await
    }
}
