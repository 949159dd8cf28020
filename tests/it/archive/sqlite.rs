//! What only the file can promise: reopening, one process, backups, a newer version, many writers at once.

use std::sync::Arc;

use futures_util::future::join_all;
use pd::archive::memory::MemoryArchive;
use pd::archive::sqlite::{OpenError, SqliteArchive};
use pd::archive::{Archive, Filter};
use pd::clock::SystemClock;
use pd::domain::id::IncidentNumber;
use pd::journal::{Error, Outcome};

use super::fixture::{Closed, event, key};
use super::open;

#[tokio::test]
async fn reopening_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();
    let closed = Closed { dedup_key: Some("disk".into()), ..Closed::new(1, 0) }.build();
    let kept = event(1, 2, 3, 4);
    let archive = open(folder.path());
    archive.put(vec![closed.clone()]).await.unwrap();
    archive.put_events(vec![kept.clone()]).await.unwrap();
    drop(archive);
    let archive = open(folder.path());
    assert_eq!(archive.get(IncidentNumber(1)).await.unwrap().as_ref(), Some(closed.as_ref()));
    assert_eq!(archive.event(kept.address).await.unwrap(), Some(kept));
    assert_eq!(archive.by_key(&key("disk"), 9).await.unwrap(), vec![IncidentNumber(1)]);
    assert_eq!(archive.count(&Filter::default()).await.unwrap(), 1);
}

#[tokio::test]
async fn a_second_opener_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let archive = open(folder.path());
    let again = SqliteArchive::open(&folder.path().join("archive.db"), Arc::new(SystemClock::new()));
    assert!(matches!(again, Err(OpenError::InUse(_))), "{again:?}");
    drop(archive);
    drop(open(folder.path()));
}

#[tokio::test]
async fn what_is_not_an_archive_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive.db");
    let opened = || SqliteArchive::open(&path, Arc::new(SystemClock::new()));
    std::fs::write(
        &path,
        "not a database, but long enough to be looked at by whoever reads files\n".repeat(20),
    )
    .unwrap();
    assert!(matches!(opened(), Err(OpenError::Store(_))));
    std::fs::remove_file(&path).unwrap();
    let newer = rusqlite::Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", 1000).unwrap();
    drop(newer);
    assert!(matches!(opened(), Err(OpenError::Newer)));
}

#[tokio::test]
async fn a_backup_is_a_whole_archive() {
    let folder = tempfile::tempdir().unwrap();
    let archive = open(folder.path());
    archive.put((1..200).map(|n| Closed::new(n, 0).build()).collect()).await.unwrap();
    let copies = tempfile::tempdir().unwrap();
    let path = copies.path().join("archive.db");
    archive.backup_to(&path).await.unwrap();
    assert!(matches!(archive.backup_to(&path).await, Err(Error::Invalid(_))));
    archive.put(vec![Closed::new(200, 0).build()]).await.unwrap();
    assert_eq!(open(copies.path()).count(&Filter::default()).await.unwrap(), 199);
    assert_eq!(archive.count(&Filter::default()).await.unwrap(), 200);
}

#[tokio::test]
async fn many_write_and_read_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let archive = &open(folder.path());
    join_all((1..=300).map(|n| async move {
        archive.put(vec![Closed::new(n, 0).build()]).await.unwrap();
        // Whoever was answered reads what it has written.
        let own = Filter { since: None, ..Filter::default() };
        assert!(archive.count(&own).await.unwrap() >= 1);
        assert!(archive.get(IncidentNumber(n)).await.unwrap().is_some());
    }))
    .await;
    assert_eq!(archive.count(&Filter::default()).await.unwrap(), 300);
}

#[tokio::test]
async fn a_damaged_document_is_told_from_a_missing_one() {
    let folder = tempfile::tempdir().unwrap();
    let archive = open(folder.path());
    archive.put(vec![Closed::new(1, 0).build()]).await.unwrap();
    let other = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    other.execute("UPDATE document SET body = x'7b' WHERE number = 1", []).unwrap();
    assert!(matches!(archive.get(IncidentNumber(1)).await, Err(Error::Damaged(_))));
}

#[tokio::test]
async fn the_memory_archive_fails_as_it_is_told() {
    let archive = MemoryArchive::new();
    let put = |n| archive.put(vec![Closed::new(n, 0).build()]);
    let unavailable = |outcome| Error::Unavailable { reason: "cut off".into(), outcome };
    for (number, outcome, kept) in [(1, Outcome::NotDone, false), (2, Outcome::Unknown, true)] {
        archive.fail_with(Some(unavailable(outcome)));
        assert_eq!(put(number).await, Err(unavailable(outcome)));
        assert_eq!(archive.get(IncidentNumber(number)).await, Err(unavailable(outcome)));
        archive.fail_with(None);
        assert_eq!(archive.get(IncidentNumber(number)).await.unwrap().is_some(), kept);
    }
}
