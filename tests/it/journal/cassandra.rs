//! What only a cluster can show: several processes at once, each with a session and knowledge of its own.

use std::sync::Arc;

use pd::journal::{Append, Error, Extent, Journal, LogName, Read, SEGMENT, Seq};

use super::stores::{entry, fill, log, patient, read_all};
use crate::cassandra::{OnCluster, beside, journal, shelf, store};

/// Handles of so many processes on the same journals.
async fn processes(count: usize) -> Option<(OnCluster, Vec<Arc<dyn Journal>>)> {
    let cluster = store().await?;
    let shelf = shelf();
    let mut handles: Vec<Arc<dyn Journal>> = vec![patient(journal(&cluster, shelf).await)];
    while handles.len() < count {
        handles.push(patient(journal(&beside(&cluster).await, shelf).await));
    }
    Some((cluster, handles))
}

/// Appends so many entries, numbered from `first`, wherever the next slot is; stops at a seal. The slots of those that
/// were appended.
async fn write(journal: &Arc<dyn Journal>, name: &LogName, first: u64, count: u64) -> Vec<(u64, u64)> {
    let (mut at, mut appended) = (0, Vec::new());
    for n in first..first + count {
        loop {
            match journal.append(name, Seq(at), entry(n, 40)).await.unwrap() {
                Append::Appended => {
                    appended.push((at, n));
                    at += 1;
                    break;
                }
                Append::Taken(_) => at += 1,
                Append::Sealed => return appended,
            }
        }
    }
    appended
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_race_for_every_slot_of_a_journal() {
    let Some((_cluster, of)) = processes(2).await else { return };
    let name = log("raced");
    let each = SEGMENT / 2 + 20;
    let (a, b) = tokio::join!(write(&of[0], &name, 1000, each), write(&of[1], &name, 2000, each));
    let mut all = [a, b].concat();
    all.sort_unstable();
    assert_eq!(all.len() as u64, 2 * each);
    for journal in &of {
        let (entries, closed) = read_all(journal, &name, 0).await;
        let expected: Vec<_> = all.iter().map(|(_, n)| entry(*n, 40)).collect();
        assert_eq!((entries, closed), (expected, false));
        assert_eq!(journal.extent(&name).await.unwrap().next, Seq(2 * each));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_appended_while_another_closes_is_below_the_tail() {
    let Some((_cluster, of)) = processes(3).await else { return };
    for (name, before) in [("a", 0), ("b", 3), ("c", SEGMENT - 3), ("d", SEGMENT)] {
        let name = log(name);
        fill(&of[0], &name, 0, before).await;
        let (appended, one, other) =
            tokio::join!(write(&of[0], &name, 1000, 30), of[1].close(&name), of[2].close(&name));
        let tail = one.unwrap();
        assert_eq!(other, Ok(tail), "{name}");
        assert!(tail.0 >= before);
        assert!(appended.iter().all(|(at, _)| *at < tail.0), "{name}: {appended:?} from {tail}");
        for journal in &of {
            let (entries, closed) = read_all(journal, &name, 0).await;
            assert_eq!((entries.len() as u64, closed), (tail.0, true), "{name}");
            let late = journal.append(&name, tail, entry(5000, 5)).await;
            assert_eq!(late, Ok(Append::Sealed), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_after_a_truncation_is_told() {
    let Some((_cluster, of)) = processes(2).await else { return };
    let name = log("slept");
    fill(&of[0], &name, 0, SEGMENT + 5).await;
    // The other one has read into the first segment, and then sleeps.
    assert!(matches!(of[1].read(&name, Seq(0), 100).await, Ok(Read::Run { .. })));
    assert_eq!(of[0].truncate(&name, Seq(SEGMENT)).await, Ok(Seq(SEGMENT)));
    for from in [0, 5, SEGMENT - 1] {
        let gone = Read::Truncated { first: Seq(SEGMENT) };
        assert_eq!(of[1].read(&name, Seq(from), 100).await, Ok(gone), "from {from}");
        assert_eq!(of[1].append(&name, Seq(from), entry(9, 9)).await, Ok(Append::Sealed), "at {from}");
    }
    assert_eq!(of[1].append(&name, Seq(SEGMENT + 5), entry(9, 9)).await, Ok(Append::Appended));
    let hole = of[0].append(&name, Seq(SEGMENT + 7), entry(9, 9)).await;
    assert!(matches!(hole, Err(Error::Invalid(_))), "{hole:?}");
    assert_eq!(of[0].append(&name, Seq(SEGMENT + 6), entry(10, 9)).await, Ok(Append::Appended));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_knows_nothing_finds_the_end_of_a_long_journal() {
    let Some((cluster, of)) = processes(2).await else { return };
    let name = log("long");
    fill(&of[0], &name, 0, 3 * SEGMENT + 9).await;
    of[0].truncate(&name, Seq(SEGMENT)).await.unwrap();
    let elsewhere = patient(journal(&cluster, shelf()).await);
    assert_eq!(elsewhere.extent(&name).await, Ok(Extent::default()), "another shelf is another journal");
    let bytes = (2 * SEGMENT + 9) * 20;
    let expected = Extent { first: Seq(SEGMENT), next: Seq(3 * SEGMENT + 9), bytes, closed: false };
    for journal in &of {
        assert_eq!(journal.extent(&name).await, Ok(expected));
    }
}
