//! Each fault of the store in memory, and what the seam says a caller is to do about it.

use std::sync::Arc;
use std::time::Duration;

use pd::journal::memory::{Fault, MemoryStore, Op, OpKind, SeededFaults};
use pd::journal::{Append, Error, Journal, Outcome, Read, Seq};
use pd::mutants::{self, Mutant};

use super::stores::{entry, fill, log, paused_clock, read_all};

/// A store with this one fault on the first operation of its kind.
fn store_with(kind: OpKind, fault: Fault) -> MemoryStore {
    let mut fault = Some(fault);
    let plan = move |op: &Op| fault.take_if(|_| op.kind == kind).unwrap_or(Fault::None);
    MemoryStore::with_faults(plan, paused_clock())
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn run(from: u64, to: u64) -> Result<Read, Error> {
    Ok(Read::Run { entries: (from..to).map(|n| entry(n, 20)).collect(), closed: false })
}

/// The first append answers `first` and shows `entries` then; repeating it answers `again`.
async fn check(
    fault: Fault,
    first: Result<Append, Option<Outcome>>,
    entries: u64,
    again: Result<Append, Error>,
) {
    let store = store_with(OpKind::Append, fault.clone()).handle(1);
    let name = log("a");
    let answer = store.append(&name, Seq(0), entry(0, 20)).await;
    let refused = |error: Error| matches!(error, Error::Unavailable { .. }).then(|| error.outcome());
    assert_eq!(answer.map_err(refused), first, "{fault:?}");
    assert_eq!(store.read(&name, Seq(0), 100).await, run(0, entries), "{fault:?}");
    assert_eq!(store.append(&name, Seq(0), entry(0, 20)).await, again, "{fault:?}");
}

/// What an append to a truncated slot is answered.
async fn below_the_truncation() -> Result<Append, Error> {
    let store = MemoryStore::with_faults(|_: &Op| Fault::None, paused_clock()).with_segments_of(2);
    let store: Arc<dyn Journal> = Arc::new(store.handle(1));
    let name = log("a");
    fill(&store, &name, 0, 6).await;
    let first = store.truncate(&name, Seq(4)).await.unwrap();
    store.append(&name, Seq(first.0 - 1), entry(99, 20)).await
}

#[tokio::test(start_paused = true)]
async fn a_truncated_slot_is_sealed_and_without_that_it_would_take_appends() {
    assert_eq!(below_the_truncation().await, Ok(Append::Sealed));
    mutants::set(Some(Mutant::NoSealOnTruncation));
    let without = below_the_truncation().await;
    mutants::set(None);
    assert_eq!(without, Ok(Append::Appended));
}

#[tokio::test(start_paused = true)]
async fn each_fault_of_an_append() {
    let (mine, appended) = (|| Ok(Append::Appended), || Ok(Append::Appended));
    let late = |told, applied| Fault::Late { told: seconds(told), applied: seconds(applied) };
    check(Fault::None, mine(), 1, appended()).await;
    check(Fault::LostReply, Err(Some(Outcome::Unknown)), 1, appended()).await;
    check(late(2, 1), Err(Some(Outcome::Unknown)), 1, appended()).await;
    check(late(1, 2), Err(Some(Outcome::Unknown)), 0, appended()).await;
    check(Fault::Doubled(seconds(0)), mine(), 1, appended()).await;
    check(Fault::Unavailable, Err(Some(Outcome::NotDone)), 0, appended()).await;
    check(Fault::NoSpace, Err(None), 0, appended()).await;
    check(Fault::Stall(seconds(60)), mine(), 1, appended()).await;
}

#[tokio::test(start_paused = true)]
async fn another_writer_is_first() {
    let store = store_with(OpKind::Append, Fault::Taken(Box::new(entry(9, 20)))).handle(1);
    let name = log("a");
    for _ in 0..2 {
        let theirs = Append::Taken(entry(9, 20));
        assert_eq!(store.append(&name, Seq(0), entry(0, 20)).await, Ok(theirs));
    }
    assert_eq!(store.append(&name, Seq(1), entry(0, 20)).await, Ok(Append::Appended));
}

#[tokio::test(start_paused = true)]
async fn what_is_late_comes_after_another_ones_entry() {
    let fault = Fault::Late { told: seconds(1), applied: seconds(5) };
    let store = store_with(OpKind::Append, fault);
    let (name, one, two) = (log("a"), store.handle(1), store.handle(2));
    assert_eq!(
        one.append(&name, Seq(0), entry(0, 20)).await.map_err(|error| error.outcome()),
        Err(Outcome::Unknown)
    );
    assert_eq!(two.append(&name, Seq(0), entry(9, 20)).await, Ok(Append::Appended));
    tokio::time::sleep(seconds(10)).await;
    assert_eq!(one.append(&name, Seq(0), entry(0, 20)).await, Ok(Append::Taken(entry(9, 20))));
    let theirs = Read::Run { entries: vec![entry(9, 20)], closed: false };
    assert_eq!(one.read(&name, Seq(0), 1000).await, Ok(theirs), "written once");
}

/// A repetition that finds a closed journal was not told that nothing was written.
#[tokio::test(start_paused = true)]
async fn sealed_on_repetition_may_have_landed() {
    let store = store_with(OpKind::Append, Fault::LostReply).handle(1);
    let name = log("a");
    assert!(store.append(&name, Seq(0), entry(0, 20)).await.is_err());
    assert_eq!(store.close(&name).await, Ok(Seq(1)));
    assert_eq!(store.append(&name, Seq(0), entry(0, 20)).await, Ok(Append::Appended), "still there");
    assert_eq!(store.drop_closed(&name).await, Ok(()));
    assert_eq!(store.append(&name, Seq(0), entry(0, 20)).await, Ok(Append::Sealed));
}

#[tokio::test(start_paused = true)]
async fn a_gap_means_not_yet() {
    let name = log("a");
    for (shown, expected) in [(0, 0), (2, 2), (5, 5)] {
        let store = store_with(OpKind::Read, Fault::Gap(shown)).handle(1);
        let journal: Arc<dyn Journal> = Arc::new(store);
        fill(&journal, &name, 0, 5).await;
        journal.close(&name).await.unwrap();
        let closed = expected == 5;
        let seen = Read::Run { entries: (0..expected).map(|n| entry(n, 20)).collect(), closed };
        assert_eq!(journal.read(&name, Seq(0), 1000).await, Ok(seen));
        assert_eq!(read_all(&journal, &name, expected).await.0.len() as u64, 5 - expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_is_cut_off_and_comes_back() {
    let stalls = |op: &Op| if op.process == 3 { Fault::Stall(seconds(9)) } else { Fault::None };
    let store = MemoryStore::with_faults(stalls, paused_clock());
    let (name, one, two, three) = (log("a"), store.handle(1), store.handle(2), store.handle(3));
    store.cut_off(1, true);
    let cut = one.append(&name, Seq(0), entry(0, 20)).await.unwrap_err();
    assert_eq!(cut.outcome(), Outcome::NotDone);
    assert!(one.read(&name, Seq(0), 100).await.is_err());
    assert_eq!(two.append(&name, Seq(0), entry(1, 20)).await, Ok(Append::Appended));
    store.cut_off(1, false);
    assert_eq!(one.append(&name, Seq(0), entry(0, 20)).await, Ok(Append::Taken(entry(1, 20))));

    // One that sleeps in the middle of an append and is cut off meanwhile cannot know.
    let cutting = async {
        tokio::time::sleep(seconds(1)).await;
        store.cut_off(3, true);
    };
    let (slept, ()) = tokio::join!(three.append(&name, Seq(1), entry(3, 20)), cutting);
    assert_eq!(slept.unwrap_err().outcome(), Outcome::Unknown);
    assert_eq!(two.extent(&name).await.unwrap().next, Seq(1));
}

#[tokio::test(start_paused = true)]
async fn a_restored_copy_has_forgotten() {
    let late = Fault::Late { told: seconds(1), applied: seconds(1000) };
    let plan = move |op: &Op| if op.at == Seq(4) { late.clone() } else { Fault::None };
    let store = MemoryStore::with_faults(plan, paused_clock());
    let (name, journal) = (log("a"), Arc::new(store.handle(1)) as Arc<dyn Journal>);
    fill(&journal, &name, 0, 2).await;
    let copy = store.copy();
    fill(&journal, &name, 2, 4).await;
    assert!(journal.append(&name, Seq(4), entry(4, 20)).await.is_err());
    store.restore(&copy);
    assert_eq!(journal.extent(&name).await.unwrap().next, Seq(2));
    for n in 2..4 {
        assert_eq!(journal.append(&name, Seq(n), entry(n + 50, 20)).await, Ok(Append::Appended));
    }
    tokio::time::sleep(seconds(2000)).await;
    assert_eq!(journal.extent(&name).await.unwrap().next, Seq(4), "what was on its way is lost");
}

/// The same seed and the same operations give the same run.
#[tokio::test(start_paused = true)]
async fn a_seed_repeats_its_run() {
    async fn one_run(seed: u64) -> Vec<String> {
        let plan = SeededFaults::new(seed, 600, seconds(5)).with_foreign(1, super::stores::noise(1, 9));
        let store = MemoryStore::with_faults(plan, paused_clock());
        let (name, mut answers) = (log("a"), Vec::new());
        let processes = [store.handle(1), store.handle(2)];
        let mut at = 0;
        for n in 0..100 {
            let answer = processes[n as usize % 2].append(&name, Seq(at), entry(n, 20)).await;
            at += u64::from(answer.is_ok());
            answers.push(format!("{answer:?} {:?}", processes[0].read(&name, Seq(0), 1 << 20).await));
        }
        answers
    }
    let first = one_run(1).await;
    assert_eq!(first, one_run(1).await);
    assert_ne!(first, one_run(2).await);
    assert!(first.iter().any(|answer| answer.contains("Taken")));
}
