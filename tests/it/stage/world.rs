//! A store in memory, a clock that leaps, senders that write into a door, and loops over all of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use pd::clock::{SharedClock, VirtualClock};
use pd::domain::time::Timestamp;
use pd::ids::{Ids, SharedIds};
use pd::journal::memory::{FaultPlan, MemoryStore, Op, OpKind};
use pd::journal::{Append, Entry, Journal as _, LogName, Read, Seq};
use pd::stage::{self, Bell, Body, Handle, Loop, Mark, NoMark, Replica, Settings, Signal, Stage};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::tally::{Fact, Tally};

/// Who writes into doors: never has a fault, so that what was fed is known.
pub(super) const SENDER: u32 = 100;
/// How long a loop may take, by the virtual clock.
const PATIENCE: Duration = Duration::from_secs(600);

/// The usual bounds, but without a rest between two entries: what comes alone is decided alone.
pub(super) fn eager() -> Settings {
    Settings { rest: Duration::ZERO, ..Settings::default() }
}

/// Chance from a seed.
#[derive(Debug)]
pub(super) struct Seeded(AtomicU64);

impl Seeded {
    pub(super) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }
}

impl Ids for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let state = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// The store and what is fed into it.
pub(super) struct World {
    pub(super) store: MemoryStore,
    pub(super) clock: SharedClock,
    pub(super) ids: SharedIds,
    /// One for each loop.
    bells: Mutex<Vec<Bell>>,
    /// The door that senders write into.
    pub(super) door: LogName,
    next: Arc<Mutex<BTreeMap<LogName, Seq>>>,
}

impl World {
    /// An empty store with the faults of `plan` for everybody but the sender.
    pub(super) fn new(seed: u64, plan: impl FaultPlan) -> Self {
        let clock: SharedClock = Arc::new(VirtualClock::new(Timestamp::from_millis(1_767_225_600_000)));
        Self {
            store: MemoryStore::with_faults(but_for_the_sender(plan), Arc::clone(&clock)),
            clock,
            ids: Arc::new(Seeded::new(seed)),
            bells: Mutex::default(),
            door: LogName::door_events(Uuid::from_u128(7)),
            next: Arc::default(),
        }
    }

    pub(super) fn set_faults(&self, plan: impl FaultPlan) {
        self.store.set_faults(but_for_the_sender(plan));
    }

    /// The counting stage that reads the door.
    pub(super) fn tally(&self) -> Tally {
        Tally { log: LogName::incidents(), sources: vec![self.door.clone()] }
    }

    /// What a loop of this process is given.
    pub(super) fn process(&self, process: u32) -> (stage::World, CancellationToken) {
        let journal = || Arc::new(self.store.handle(process)) as Arc<dyn pd::journal::Journal>;
        let shutdown = CancellationToken::new();
        let world = stage::World {
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            process: Uuid::from_u128(process.into()),
            doors: journal(),
            incidents: journal(),
            notify: journal(),
            shutdown: shutdown.clone(),
        };
        (world, shutdown)
    }

    /// Starts the counting stage in this process.
    pub(super) async fn run(&self, process: u32) -> Running<Tally> {
        self.run_with(process, eager(), || Box::new(NoMark)).await.unwrap()
    }

    /// Starts the counting stage with bounds and a mark of its own.
    pub(super) async fn run_with(
        &self,
        process: u32,
        settings: Settings,
        mark: impl Fn() -> Box<dyn Mark>,
    ) -> Result<Running<Tally>, stage::Error> {
        let (world, _) = self.process(process);
        self.run_stage(world, || self.tally(), settings, mark).await
    }

    /// Starts a stage; while the store does not answer, again.
    pub(super) async fn run_stage<S: Stage + Sync>(
        &self,
        world: stage::World,
        stage: impl Fn() -> S,
        settings: Settings,
        mark: impl Fn() -> Box<dyn Mark>,
    ) -> Result<Running<S>, stage::Error> {
        let bell = Bell::default();
        self.bells.lock().unwrap().push(bell.clone());
        loop {
            match Loop::load(stage(), world.clone(), settings.clone(), bell.clone(), mark()).await {
                Ok((stage, handle)) => {
                    let shutdown = world.shutdown.clone();
                    return Ok(Running { handle, shutdown, task: tokio::spawn(stage.run()) });
                }
                Err(stage::Error::Store(_)) => self.clock.sleep(Duration::from_millis(10)).await,
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes these lines into the door as one entry, and rings.
    pub(super) async fn feed(&self, lines: &[impl AsRef<str>]) {
        let door = self.door.clone();
        self.feed_into(&door, lines).await;
    }

    /// The same for any journal.
    pub(super) async fn feed_into(&self, log: &LogName, lines: &[impl AsRef<str>]) {
        let lines: Vec<&str> = lines.iter().map(AsRef::as_ref).collect();
        self.put(log, 1, lines.join("\n").into_bytes().into()).await;
        self.ring(Signal::Doors);
    }

    /// Wakes all loops.
    pub(super) fn ring(&self, signal: Signal) {
        for bell in &*self.bells.lock().unwrap() {
            bell.ring(signal);
        }
    }

    /// Appends one entry as the sender.
    pub(super) async fn put(&self, log: &LogName, format: u16, body: Bytes) {
        let at = *self.next.lock().unwrap().entry(log.clone()).or_default();
        let now = self.clock.now();
        let entry = Entry { id: self.ids.uuid(now), writer: Uuid::nil(), at: now, format, body };
        let done = self.store.handle(SENDER).append(log, at, entry).await.unwrap();
        assert_eq!(done, Append::Appended);
        self.next.lock().unwrap().insert(log.clone(), at.next());
    }

    /// All entries of a journal.
    pub(super) async fn entries(&self, log: &LogName) -> Vec<Entry> {
        let journal = self.store.handle(SENDER);
        let mut entries = Vec::new();
        let mut from = journal.extent(log).await.unwrap().first;
        loop {
            let Read::Run { entries: more, .. } = journal.read(log, from, 1 << 20).await.unwrap() else {
                panic!("truncated meanwhile")
            };
            if more.is_empty() {
                return entries;
            }
            from = Seq(from.0 + more.len() as u64);
            entries.extend(more);
        }
    }

    /// The counting stage's facts, entry by entry.
    pub(super) async fn facts(&self) -> Vec<Vec<Fact>> {
        let log = LogName::incidents();
        let entries = self.entries(&log).await;
        entries.iter().map(|it| Body::<Fact>::decode(&log, Seq(0), it).unwrap().facts).collect()
    }

    /// What somebody finds who reads the counting stage's journal from its beginning, in which each of `names` is
    /// counted exactly once, and nothing else is.
    pub(super) async fn assert_each_once(&self, names: impl IntoIterator<Item = String>) {
        let expected: BTreeMap<String, u32> = names.into_iter().map(|name| (name, 1)).collect();
        let journal = self.store.handle(SENDER);
        let replica = Replica::<Tally>::load(&journal, &LogName::incidents()).await.unwrap();
        let counted: BTreeMap<String, u32> =
            replica.state.counts.iter().map(|(name, n)| (name.to_string(), *n)).collect();
        assert_eq!(counted, expected);
    }

    /// Waits until `done` holds.
    pub(super) async fn wait_until(&self, what: &str, mut done: impl FnMut() -> bool) {
        let until = self.clock.monotonic() + PATIENCE;
        while !done() {
            assert!(self.clock.monotonic() < until, "never: {what}");
            self.clock.sleep(Duration::from_millis(5)).await;
        }
    }
}

fn but_for_the_sender(mut plan: impl FaultPlan) -> impl FaultPlan {
    use pd::journal::memory::Fault;
    move |op: &Op| if op.process == SENDER { Fault::None } else { plan.next(op) }
}

/// Whether an operation is an append of the counting stage.
pub(super) fn is_own_append(op: &Op) -> bool {
    op.kind == OpKind::Append && op.log == Some(LogName::incidents())
}

/// A stage that runs.
pub(super) struct Running<S: Stage> {
    pub(super) handle: Handle<S>,
    shutdown: CancellationToken,
    task: JoinHandle<Result<(), stage::Error>>,
}

impl<S: Stage> Running<S> {
    pub(super) fn state(&self) -> Arc<S::State> {
        self.handle.state.borrow().clone()
    }

    pub(super) fn appends(&self) -> u64 {
        self.handle.status.borrow().appends
    }

    /// Dies: whatever it was waiting for is dropped there.
    pub(super) async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.is_err_and(|error| error.is_cancelled()), "it had ended before");
    }

    /// Ends in order.
    pub(super) async fn stop(self) {
        self.shutdown.cancel();
        assert_eq!(self.task.await.unwrap(), Ok(()));
    }

    /// Waits for it to stop by itself, and gives the reason; whatever goes on for this long does not stop.
    pub(super) async fn stopped(self) -> stage::Error {
        let limit = Duration::from_secs(120);
        let ended = tokio::time::timeout(limit, self.task).await;
        let error = ended.expect("it goes on").unwrap().unwrap_err();
        let status = self.handle.status.borrow().clone();
        assert!(status.stopped, "{status:?}");
        assert_eq!(status.blocked, Some(error.to_string()));
        error
    }
}

impl Running<Tally> {
    /// How many names were counted.
    pub(super) fn counted(&self) -> usize {
        self.handle.state.borrow().counts.len()
    }
}
