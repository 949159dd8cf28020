//! Random operations on every store, each answer compared with that of a model too simple to be wrong.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use pd::domain::time::Timestamp;
use pd::journal::cassandra::Shelf;
use pd::journal::sqlite::Options;
use pd::journal::{Append, Entry, Error, Extent, Journal, LogName, Read, SEGMENT, Seq, Snapshot};
use proptest::prelude::*;
use uuid::Uuid;

use crate::cassandra::{self, OnCluster};

use super::stores::{entry, log, memory, memory_with_faults, noise, open, patient};

/// One operation. Slots are given relative to where the journal is, so that most of them mean something.
#[derive(Clone, Debug)]
enum Step {
    /// So many entries at the end.
    Fill(u64),
    /// This entry so far before or after the end.
    Append {
        offset: i64,
        entry: u64,
        bytes: usize,
    },
    /// The entry that is in the slot that many before the end, once more.
    Repeat {
        back: u64,
    },
    Read {
        offset: i64,
        bytes_max: usize,
    },
    Truncate {
        offset: i64,
    },
    Close,
    Drop,
    PutPart {
        at: u64,
        part: u32,
    },
    Seal {
        at: u64,
        parts: u32,
    },
    DropSnapshots {
        below: u64,
    },
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let offset = || prop_oneof![4 => -3..3i64, 1 => -600..600i64];
    prop_oneof![
        4 => (1..300u64).prop_map(Step::Fill),
        4 => (offset(), 5000..5010u64, 0..200usize)
            .prop_map(|(offset, entry, bytes)| Step::Append { offset, entry, bytes }),
        3 => (1..400u64).prop_map(|back| Step::Repeat { back }),
        4 => (offset(), 0..4000usize).prop_map(|(offset, bytes_max)| Step::Read { offset, bytes_max }),
        3 => offset().prop_map(|offset| Step::Truncate { offset }),
        1 => Just(Step::Close),
        1 => Just(Step::Drop),
        4 => (0..3u64, 0..2u32).prop_map(|(at, part)| Step::PutPart { at, part }),
        4 => (0..3u64, 0..3u32).prop_map(|(at, parts)| Step::Seal { at, parts }),
        2 => (0..4u64).prop_map(|below| Step::DropSnapshots { below }),
        1 => Just(Step::Reopen),
    ]
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    proptest::collection::vec((0..2usize, step()), 1..40)
}

/// One journal, with every entry that was ever in it.
#[derive(Default)]
struct Model {
    ever: Vec<Entry>,
    first: u64,
    closed: bool,
    dropped: bool,
    parts: BTreeMap<(u64, u32), Bytes>,
    sealed: BTreeMap<u64, Snapshot>,
}

impl Model {
    fn next(&self) -> u64 {
        self.ever.len() as u64
    }

    fn slot(&self, offset: i64) -> u64 {
        self.next().saturating_add_signed(offset)
    }

    fn append(&mut self, at: u64, entry: Entry) -> Option<Append> {
        Some(match self.ever.get(at as usize) {
            Some(_) if at < self.first => Append::Sealed,
            Some(there) if there.id == entry.id => Append::Appended,
            Some(there) => Append::Taken(there.clone()),
            None if self.closed => Append::Sealed,
            None if at > self.next() => return None,
            None => {
                self.ever.push(entry);
                Append::Appended
            }
        })
    }

    fn read(&self, from: u64, bytes_max: usize) -> Read {
        if from < self.first {
            return Read::Truncated { first: Seq(self.first) };
        }
        let mut bytes = 0;
        let rest = self.ever.iter().skip(from as usize).enumerate();
        let fitting = rest.take_while(|(n, entry)| {
            bytes += entry.body.len();
            *n == 0 || bytes <= bytes_max
        });
        let entries: Vec<_> = fitting.map(|(_, entry)| entry.clone()).collect();
        let closed = self.closed && from + entries.len() as u64 >= self.next();
        Read::Run { entries, closed }
    }

    fn truncate(&mut self, below: u64) -> u64 {
        let whole = below.min(self.next()) / SEGMENT * SEGMENT;
        self.first = self.first.max(whole);
        self.first
    }

    fn put(&mut self, at: u64, part: u32) -> bool {
        let known = self.parts.contains_key(&(at, part));
        if !self.sealed.contains_key(&at) {
            self.parts.insert((at, part), part_bytes(at, part));
        }
        known || !self.sealed.contains_key(&at)
    }

    fn seal(&mut self, snapshot: Snapshot) -> bool {
        let at = snapshot.at.0;
        match self.sealed.get(&at) {
            Some(there) => there.parts == snapshot.parts,
            None if snapshot.parts == 0 => false,
            None if (0..snapshot.parts).any(|part| !self.parts.contains_key(&(at, part))) => false,
            None => {
                self.sealed.insert(at, snapshot);
                true
            }
        }
    }

    fn drop_snapshots(&mut self, below: u64) {
        self.parts.retain(|(at, _), _| *at >= below);
        self.sealed.retain(|at, _| *at >= below);
    }

    fn extent(&self) -> Extent {
        let held = self.ever.iter().skip(self.first as usize);
        Extent {
            first: Seq(self.first),
            next: Seq(self.next()),
            bytes: held.map(|entry| entry.body.len() as u64).sum(),
            closed: self.closed,
        }
    }
}

fn part_bytes(at: u64, part: u32) -> Bytes {
    noise(at * 10 + u64::from(part), 100)
}

fn snapshot(at: u64, parts: u32) -> Snapshot {
    let digest = [u8::try_from(parts).unwrap(); 32];
    Snapshot { at: Seq(at), previous: Uuid::from_u128(3), parts, digest, taken_at: Timestamp::from_millis(4) }
}

fn is_invalid<T>(answer: &Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Invalid(_)))
}

/// A store that can be closed and opened again.
trait Subject {
    fn journal(&self) -> &Arc<dyn Journal>;
    async fn reopen(&mut self) {}
}

impl Subject for super::stores::Store {
    fn journal(&self) -> &Arc<dyn Journal> {
        &self.journal
    }
}

struct Sqlite {
    folder: tempfile::TempDir,
    journal: Option<Arc<dyn Journal>>,
}

impl Sqlite {
    fn new() -> Self {
        let mut new = Self { folder: tempfile::tempdir().unwrap(), journal: None };
        new.open();
        new
    }

    fn open(&mut self) {
        self.journal = None;
        self.journal = Some(Arc::new(open(&self.folder.path().join("pd.db"), Options::default())));
    }
}

impl Subject for Sqlite {
    fn journal(&self) -> &Arc<dyn Journal> {
        self.journal.as_ref().unwrap()
    }

    async fn reopen(&mut self) {
        self.open();
    }
}

/// Journals on the cluster; opened again, they know nothing.
struct OnCassandra<'a> {
    cluster: &'a OnCluster,
    shelf: Shelf,
    journal: Arc<dyn Journal>,
}

impl<'a> OnCassandra<'a> {
    async fn new(cluster: &'a OnCluster) -> Self {
        let shelf = cassandra::shelf();
        Self { cluster, shelf, journal: patient(cassandra::journal(cluster, shelf).await) }
    }
}

impl Subject for OnCassandra<'_> {
    fn journal(&self) -> &Arc<dyn Journal> {
        &self.journal
    }

    async fn reopen(&mut self) {
        self.journal = patient(cassandra::journal(self.cluster, self.shelf).await);
    }
}

/// Runs `steps` on both. After each, what is late has time to arrive: the caller of a store waits for what it asked.
async fn compare(mut subject: impl Subject, steps: Vec<(usize, Step)>, pause: Duration) {
    let names = ["a", "b"].map(log);
    let mut models = [Model::default(), Model::default()];
    for (which, step) in steps {
        if matches!(step, Step::Reopen) {
            subject.reopen().await;
        }
        let (model, name) = (&mut models[which], &names[which]);
        take(subject.journal(), name, model, step).await;
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        assert_eq!(subject.journal().extent(name).await, Ok(model.extent()));
    }
    for (model, name) in models.iter().zip(&names) {
        look(subject.journal(), name, model).await;
    }
    let written = |model: &Model| !model.dropped && (model.closed || model.next() > 0);
    let listed = models.iter().zip(names).filter(|(model, _)| written(model)).map(|(_, name)| name);
    assert_eq!(subject.journal().logs().await, Ok(listed.collect()));
}

async fn take(store: &Arc<dyn Journal>, name: &LogName, model: &mut Model, step: Step) {
    match step {
        Step::Fill(count) => {
            for _ in 0..count {
                let at = model.next();
                let expected = model.append(at, entry(at, 30)).unwrap();
                assert_eq!(store.append(name, Seq(at), entry(at, 30)).await, Ok(expected));
                if model.closed {
                    break;
                }
            }
        }
        Step::Append { offset, entry: n, bytes } => {
            let at = model.slot(offset);
            let answer = store.append(name, Seq(at), entry(n, bytes)).await;
            match model.append(at, entry(n, bytes)) {
                Some(expected) => assert_eq!(answer, Ok(expected), "slot {at}"),
                None => assert!(is_invalid(&answer), "slot {at}: {answer:?}"),
            }
        }
        Step::Repeat { back } => {
            let at = model.slot(-i64::try_from(back).unwrap());
            let Some(mine) = model.ever.get(at as usize).cloned() else { return };
            let expected = model.append(at, mine.clone()).unwrap();
            assert_eq!(store.append(name, Seq(at), mine).await, Ok(expected), "slot {at}");
        }
        Step::Read { offset, bytes_max } => {
            let from = model.slot(offset);
            let answer = store.read(name, Seq(from), bytes_max).await;
            assert_eq!(answer, Ok(model.read(from, bytes_max)), "from {from}");
        }
        Step::Truncate { offset } => {
            let below = model.slot(offset);
            let expected = Seq(model.truncate(below));
            assert_eq!(store.truncate(name, Seq(below)).await, Ok(expected), "below {below}");
        }
        Step::Close => {
            model.closed = true;
            assert_eq!(store.close(name).await, Ok(Seq(model.next())));
        }
        Step::Drop => {
            let answer = store.drop_closed(name).await;
            assert_eq!(is_invalid(&answer), !model.closed, "{answer:?}");
            if model.closed {
                model.dropped = true;
                model.first = model.next();
                model.drop_snapshots(u64::MAX);
            }
        }
        Step::PutPart { at, part } => {
            let answer = store.put_snapshot_part(name, Seq(at), part, part_bytes(at, part)).await;
            assert_eq!(answer.is_ok(), model.put(at, part), "part {part} of {at}: {answer:?}");
        }
        Step::Seal { at, parts } => {
            let answer = store.seal_snapshot(name, snapshot(at, parts)).await;
            assert_eq!(answer.is_ok(), model.seal(snapshot(at, parts)), "{parts} of {at}: {answer:?}");
        }
        Step::DropSnapshots { below } => {
            model.drop_snapshots(below);
            assert_eq!(store.drop_snapshots(name, Seq(below)).await, Ok(()));
        }
        Step::Reopen => {}
    }
}

/// Everything that can be seen.
async fn look(store: &Arc<dyn Journal>, name: &LogName, model: &Model) {
    if model.first > 0 {
        let gone = Read::Truncated { first: Seq(model.first) };
        assert_eq!(store.read(name, Seq(model.first - 1), 100).await, Ok(gone));
    }
    for from in (model.first..=model.next()).step_by(100) {
        assert_eq!(store.read(name, Seq(from), 1 << 20).await, Ok(model.read(from, 1 << 20)));
    }
    let newest_first: Vec<_> = model.sealed.values().rev().cloned().collect();
    assert_eq!(store.snapshots(name).await, Ok(newest_first));
    for (at, part) in (0..3).flat_map(|at| (0..3).map(move |part| (at, part))) {
        let visible = model.sealed.contains_key(&at);
        let expected = model.parts.get(&(at, part)).filter(|_| visible).cloned();
        assert_eq!(store.snapshot_part(name, Seq(at), part).await, Ok(expected), "part {part} of {at}");
    }
}

fn run(paused: bool, work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(paused)
        .build()
        .unwrap()
        .block_on(work);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn memory_does_what_the_model_does(steps in steps()) {
        run(false, compare(memory(), steps, Duration::ZERO));
    }

    #[test]
    fn memory_with_faults_does_what_the_model_does(steps in steps(), seed: u64) {
        run(true, async { compare(memory_with_faults(seed), steps, Duration::from_secs(10)).await });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sqlite_does_what_the_model_does(steps in steps()) {
        run(false, compare(Sqlite::new(), steps, Duration::ZERO));
    }
}

/// The same on the cluster, which one session does for all histories. Fewer and shorter: each append is several round
/// trips there.
#[test]
fn cassandra_does_what_the_model_does() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let Some(cluster) = runtime.block_on(cassandra::store()) else { return };
    let config = ProptestConfig {
        cases: 3,
        failure_persistence: None,
        max_shrink_iters: 8,
        ..ProptestConfig::default()
    };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let done = runner.run(&proptest::collection::vec((0..2usize, step()), 1..16), |steps| {
        runtime.block_on(async { compare(OnCassandra::new(&cluster).await, steps, Duration::ZERO).await });
        Ok(())
    });
    done.unwrap();
}
