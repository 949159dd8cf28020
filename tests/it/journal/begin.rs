//! Beginning a journal later than at its first slot, on the stores that can: as a copy of a truncated one does.

use std::sync::Arc;

use pd::journal::sqlite::{Options, SqliteStore};
use pd::journal::{Append, Error, Extent, Journal, LogName, Read, SEGMENT, Seq};

use super::stores::{entry, fill, log, open, read_all};
use crate::cassandra::{beside, journal, shelf, store};

const FIRST: u64 = 3 * SEGMENT;

async fn check<J: Journal>(
    store: &Arc<J>,
    begin: impl AsyncFn(&LogName, u64) -> Result<(), Error>,
    again: impl AsyncFnOnce() -> Arc<dyn Journal>,
) {
    let of = Arc::clone(store) as Arc<dyn Journal>;
    let name = log("door/7/events");
    let is_invalid = |what: &str, answer: Result<(), Error>| {
        assert!(matches!(answer, Err(Error::Invalid(_))), "{what}: {answer:?}");
    };
    is_invalid("within a segment", begin(&name, 100).await);
    assert_eq!(of.extent(&name).await, Ok(Extent::default()));
    for first in [SEGMENT, FIRST, FIRST] {
        assert_eq!(begin(&name, first).await, Ok(()));
        let extent = Extent { first: Seq(first), next: Seq(first), bytes: 0, closed: false };
        assert_eq!(of.extent(&name).await, Ok(extent));
    }
    is_invalid("backwards", begin(&name, SEGMENT).await);
    assert_eq!(of.logs().await, Ok(vec![name.clone()]));
    for at in [0, SEGMENT, FIRST - 1] {
        let gone = Read::Truncated { first: Seq(FIRST) };
        assert_eq!(of.read(&name, Seq(at), 100).await, Ok(gone), "{at}");
        assert_eq!(of.append(&name, Seq(at), entry(at, 20)).await, Ok(Append::Sealed), "{at}");
    }
    let nothing = Read::Run { entries: Vec::new(), closed: false };
    assert_eq!(of.read(&name, Seq(FIRST), 100).await, Ok(nothing));
    let hole = of.append(&name, Seq(FIRST + 1), entry(1, 20)).await;
    assert!(matches!(hole, Err(Error::Invalid(_))), "{hole:?}");
    fill(&of, &name, FIRST, FIRST + SEGMENT + 4).await;
    assert_eq!(begin(&name, FIRST).await, Ok(()), "it has begun there");
    is_invalid("it has entries", begin(&name, FIRST + SEGMENT).await);
    assert_eq!(of.truncate(&name, Seq(FIRST + SEGMENT)).await, Ok(Seq(FIRST + SEGMENT)));

    let empty = log("empty");
    assert_eq!(begin(&empty, FIRST).await, Ok(()));
    assert_eq!(of.close(&empty).await, Ok(Seq(FIRST)));
    is_invalid("it is closed", begin(&empty, FIRST + SEGMENT).await);

    let fresh = again().await;
    let extent =
        Extent { first: Seq(FIRST + SEGMENT), next: Seq(FIRST + SEGMENT + 4), bytes: 80, closed: false };
    assert_eq!(fresh.extent(&name).await, Ok(extent));
    let expected: Vec<_> = (FIRST + SEGMENT..FIRST + SEGMENT + 4).map(|n| entry(n, 20)).collect();
    assert_eq!(read_all(&fresh, &name, FIRST + SEGMENT).await, (expected, false));
    assert_eq!(fresh.read(&name, Seq(5), 9).await, Ok(Read::Truncated { first: Seq(FIRST + SEGMENT) }));
    let closed = Extent { first: Seq(FIRST), next: Seq(FIRST), bytes: 0, closed: true };
    assert_eq!(fresh.extent(&empty).await, Ok(closed));
    assert_eq!(fresh.append(&empty, Seq(FIRST), entry(1, 9)).await, Ok(Append::Sealed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_in_a_file_may_begin_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pd.db");
    let store = Arc::new(open(&path, Options::default()));
    let begin = async |log: &LogName, first| store.begin_at(log, Seq(first)).await;
    check(&store, begin, async || {
        let copy = folder.path().join("copy.db");
        store.backup_to(&copy).await.unwrap();
        let reopened: SqliteStore = open(&copy, Options::default());
        Arc::new(reopened) as Arc<dyn Journal>
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_on_a_cluster_may_begin_later() {
    let Some(cluster) = store().await else { return };
    let shelf = shelf();
    let of = Arc::new(journal(&cluster, shelf).await);
    let begin = async |log: &LogName, first| of.begin_at(log, Seq(first)).await;
    check(&of, begin, async || Arc::new(journal(&beside(&cluster).await, shelf).await) as Arc<dyn Journal>)
        .await;
}
