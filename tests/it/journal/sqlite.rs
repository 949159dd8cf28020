//! What is particular to the embedded store: its file, its lock, its commits, a full disk, the end of the process.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pd::clock::SystemClock;
use pd::journal::sqlite::{BackupError, OpenError, Options, SqliteStore, copy_file};
use pd::journal::{Append, Entry, Error, Extent, Journal, Outcome, Read, SEGMENT, Seq};
use rusqlite::Connection;

use super::stores::{entry, fill, log, noise, open, read_all};

fn try_open(path: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(path, Options::default(), Arc::new(SystemClock::new()))
}

fn journal(store: SqliteStore) -> Arc<dyn Journal> {
    Arc::new(store)
}

/// Writes a bit of everything.
async fn populate(store: &Arc<dyn Journal>) {
    fill(store, &log("a"), 0, SEGMENT + 30).await;
    assert_eq!(store.truncate(&log("a"), Seq(SEGMENT)).await, Ok(Seq(SEGMENT)));
    fill(store, &log("b"), 0, 3).await;
    assert_eq!(store.close(&log("b")).await, Ok(Seq(3)));
    fill(store, &log("c"), 0, SEGMENT).await;
    assert_eq!(store.truncate(&log("c"), Seq(SEGMENT)).await, Ok(Seq(SEGMENT)));
    fill(store, &log("d"), 0, 3).await;
    assert_eq!(store.close(&log("d")).await, Ok(Seq(3)));
    assert_eq!(store.drop_closed(&log("d")).await, Ok(()));
    assert_eq!(store.put_snapshot_part(&log("a"), Seq(9), 0, noise(1, 100)).await, Ok(()));
    let sealed = pd::journal::Snapshot {
        at: Seq(9),
        previous: uuid::Uuid::from_u128(4),
        parts: 1,
        digest: [7; 32],
        taken_at: pd::domain::time::Timestamp::from_millis(5),
    };
    assert_eq!(store.seal_snapshot(&log("a"), sealed).await, Ok(()));
}

/// Finds all of it, and writes on.
async fn find_and_go_on(store: &Arc<dyn Journal>) {
    let extent = |first, next, closed| {
        Ok(Extent { first: Seq(first), next: Seq(next), bytes: (next - first) * 20, closed })
    };
    assert_eq!(store.extent(&log("a")).await, extent(SEGMENT, SEGMENT + 30, false));
    assert_eq!(store.extent(&log("b")).await, extent(0, 3, true));
    assert_eq!(store.extent(&log("c")).await, extent(SEGMENT, SEGMENT, false));
    assert_eq!(store.extent(&log("d")).await, extent(3, 3, true));
    assert_eq!(store.logs().await, Ok(["a", "b", "c"].map(log).to_vec()));
    assert_eq!(store.read(&log("a"), Seq(3), 9).await, Ok(Read::Truncated { first: Seq(SEGMENT) }));
    let (entries, _) = read_all(store, &log("a"), SEGMENT).await;
    assert_eq!(entries, (SEGMENT..SEGMENT + 30).map(|n| entry(n, 20)).collect::<Vec<_>>());
    assert_eq!(store.snapshots(&log("a")).await.unwrap()[0].digest, [7; 32]);
    assert_eq!(store.snapshot_part(&log("a"), Seq(9), 0).await, Ok(Some(noise(1, 100))));
    assert_eq!(store.append(&log("c"), Seq(1), entry(1, 20)).await, Ok(Append::Sealed));
    assert_eq!(store.append(&log("d"), Seq(3), entry(1, 20)).await, Ok(Append::Sealed));
    fill(store, &log("a"), SEGMENT, SEGMENT + 31).await;
    fill(store, &log("c"), SEGMENT, SEGMENT + 1).await;
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pd.db");
    populate(&journal(open(&path, Options::default()))).await;
    find_and_go_on(&journal(open(&path, Options::default()))).await;
}

#[tokio::test]
async fn a_copy_of_the_open_files_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pd.db");
    let store = journal(open(&path, Options::default()));
    populate(&store).await;
    // What a killed process leaves: the file and its log, not closed.
    let copy = folder.path().join("copy.db");
    for suffix in ["", "-wal"] {
        let of = |path: &Path| format!("{}{suffix}", path.display());
        std::fs::copy(of(&path), of(&copy)).unwrap();
    }
    find_and_go_on(&journal(open(&copy, Options::default()))).await;
}

#[tokio::test]
async fn a_backup_holds_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("pd.db"), Options::default());
    let to = folder.path().join("backup.db");
    let store = Arc::new(store);
    let shared: Arc<dyn Journal> = store.clone();
    populate(&shared).await;
    for n in 0..40 {
        assert_eq!(store.append(&log("big"), Seq(n), entry(n, 1 << 20)).await, Ok(Append::Appended));
    }
    let beside = async {
        for n in 40..60 {
            assert_eq!(store.append(&log("big"), Seq(n), entry(n, 1 << 20)).await, Ok(Append::Appended));
        }
    };
    let (copied, ()) = tokio::join!(store.backup_to(&to), beside);
    copied.unwrap();
    assert!(matches!(store.backup_to(&to).await, Err(BackupError::Exists(_))));
    let copy = journal(open(&to, Options::default()));
    let held = copy.extent(&log("big")).await.unwrap();
    assert!((40..=60).contains(&held.next.0) && held.bytes == held.next.0 << 20, "{held:?}");
    for n in 0..held.next.0 {
        let there = Read::Run { entries: vec![entry(n, 1 << 20)], closed: false };
        assert!(copy.read(&log("big"), Seq(n), 0).await == Ok(there), "{n}");
    }
    assert_eq!(copy.close(&log("big")).await, Ok(held.next));
    assert_eq!(copy.drop_closed(&log("big")).await, Ok(()));
    find_and_go_on(&copy).await;
}

#[tokio::test]
async fn a_store_that_nobody_has_open_is_copied_too() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("pd.db"), folder.path().join("copy.db"));
    populate(&journal(open(&from, Options::default()))).await;
    copy_file(&from, &to).unwrap();
    find_and_go_on(&journal(open(&to, Options::default()))).await;
    assert!(copy_file(&folder.path().join("none.db"), &folder.path().join("other.db")).is_err());
    let mut names = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap());
    assert!(
        names.all(|name| !name.contains(".part") && !name.contains("other")),
        "nothing half-done is left"
    );
}

#[tokio::test]
async fn a_second_open_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pd.db");
    let store = try_open(&path).unwrap();
    let refused = try_open(&path).unwrap_err();
    assert!(matches!(refused, OpenError::Locked { pid: Some(pid), .. } if pid == std::process::id()));
    assert!(refused.to_string().contains(&format!("in use by process {}", std::process::id())), "{refused}");
    drop(store);
    drop(try_open(&path).unwrap());
}

#[tokio::test]
async fn other_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let foreign = Connection::open(at("foreign.db")).unwrap();
    foreign.execute_batch("CREATE TABLE theirs (x)").unwrap();
    std::fs::write(at("text.db"), "not a database, but long enough to have been one: ".repeat(100)).unwrap();
    for name in ["foreign.db", "text.db"] {
        let before = std::fs::read(at(name)).unwrap();
        let refused = try_open(&at(name));
        assert!(matches!(refused, Err(OpenError::Foreign { .. })), "{name}: {refused:?}");
        assert!(std::fs::read(at(name)).unwrap() == before, "{name} is untouched");
    }
    drop(try_open(&at("newer.db")).unwrap());
    Connection::open(at("newer.db")).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(try_open(&at("newer.db")), Err(OpenError::Newer { .. })));
    let nowhere = try_open(&at("nowhere/pd.db"));
    assert!(matches!(nowhere, Err(OpenError::Io { .. })), "{nowhere:?}");
}

#[tokio::test]
async fn a_hole_is_found_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pd.db");
    fill(&journal(open(&path, Options::default())), &log("a"), 0, 5).await;
    Connection::open(&path).unwrap().execute("DELETE FROM entry WHERE slot & 255 = 2", []).unwrap();
    let damaged = try_open(&path);
    assert!(matches!(damaged, Err(OpenError::Damaged { .. })), "{damaged:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_appends_share_a_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder.path().join("pd.db"), Options::default()));
    let names = ["a", "b", "c", "d"].map(log);
    let before = store.commits();
    // Each slot is offered by its own task, in order, so all of them wait for the writer at once.
    let mut tasks = Vec::new();
    for n in 0..50 {
        for name in &names {
            let (store, name) = (Arc::clone(&store), name.clone());
            tasks.push(async move { store.append(&name, Seq(n), entry(n, 500)).await });
        }
    }
    // Unconstrained: a task that gave way in between would send its slots out of order.
    for answer in tokio::task::unconstrained(futures_util::future::join_all(tasks)).await {
        assert_eq!(answer, Ok(Append::Appended));
    }
    let commits = store.commits() - before;
    assert!((1..=20).contains(&commits), "200 appends took {commits} commits");
}

/// A refused operation does no harm to those in the same transaction.
#[tokio::test]
async fn neighbours_are_judged_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("pd.db"), Options::default());
    let (a, b) = (log("a"), log("b"));
    store.close(&b).await.unwrap();
    let before = store.commits();
    let answers = tokio::join!(
        store.append(&a, Seq(0), entry(0, 20)),
        store.append(&a, Seq(0), entry(1, 20)),
        store.append(&b, Seq(0), entry(2, 20)),
        store.append(&a, Seq(5), entry(3, 20)),
        store.append(&a, Seq(1), entry(4, 2 << 20)),
        store.append(&a, Seq(1), entry(5, 20)),
    );
    assert_eq!(answers.0, Ok(Append::Appended));
    assert_eq!(answers.1, Ok(Append::Taken(entry(0, 20))));
    assert_eq!(answers.2, Ok(Append::Sealed));
    assert!(matches!(answers.3, Err(Error::Invalid(_))));
    assert!(matches!(answers.4, Err(Error::Invalid(_))));
    assert_eq!(answers.5, Ok(Append::Appended));
    assert!(store.commits() - before <= 2, "the first may have gone ahead alone");
}

#[tokio::test]
async fn a_full_store_refuses_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pd.db");
    let options = || Options { bytes_max: Some(24 << 20), ..Options::default() };
    let store = journal(open(&path, options()));
    let (name, body) = (log("a"), 64 << 10);
    let mut next = 0;
    let refused = loop {
        match store.append(&name, Seq(next), entry(next, body)).await {
            Ok(answer) => assert_eq!(answer, Append::Appended),
            Err(refused) => break refused,
        }
        next += 1;
    };
    assert!(matches!(refused, Error::NoSpace { .. }), "{refused:?}");
    assert_eq!(refused.outcome(), Outcome::NotDone);
    assert!(next > SEGMENT, "{next}");
    // Nothing of it is there, and everything else is.
    assert_eq!(store.extent(&name).await.unwrap().next, Seq(next));
    let nothing = Read::Run { entries: vec![], closed: false };
    assert_eq!(store.read(&name, Seq(next), 100).await, Ok(nothing));
    assert_eq!(read_all(&store, &name, 0).await.0.len(), usize::try_from(next).unwrap());
    // Room is made, and it works again.
    assert_eq!(store.truncate(&name, Seq(SEGMENT)).await, Ok(Seq(SEGMENT)));
    assert_eq!(store.append(&name, Seq(next), entry(next, body)).await, Ok(Append::Appended));
    drop(store);
    let store = journal(open(&path, options()));
    assert_eq!(store.extent(&name).await.unwrap().next, Seq(next + 1));
}

#[tokio::test]
async fn truncated_room_is_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("pd.db"), Options::default());
    let name = log("a");
    for n in 0..SEGMENT {
        assert_eq!(store.append(&name, Seq(n), entry(n, 64 << 10)).await, Ok(Append::Appended));
    }
    let before = store.space().await.unwrap();
    assert!(before.disk_free > 0 && before.reusable < 1 << 20, "{before:?}");
    assert_eq!(store.truncate(&name, Seq(SEGMENT)).await, Ok(Seq(SEGMENT)));
    let after = store.space().await.unwrap();
    assert!(after.reusable > 15 << 20, "{after:?}");
    assert!(after.free() >= after.disk_free + after.reusable);
}

#[tokio::test]
async fn a_commit_that_fails_for_good_ends_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pd.db");
    let called = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&called);
    let on_fatal = Arc::new(move |reason: &str| {
        assert!(reason.contains("no such table"), "{reason}");
        counter.fetch_add(1, Ordering::SeqCst);
    });
    let store = open(&path, Options { on_fatal, ..Options::default() });
    assert_eq!(store.append(&log("a"), Seq(0), entry(0, 20)).await, Ok(Append::Appended));
    Connection::open(&path).unwrap().execute_batch("DROP TABLE entry").unwrap();
    let failed = store.append(&log("a"), Seq(1), entry(1, 20)).await.unwrap_err();
    assert_eq!(failed.outcome(), Outcome::Unknown, "{failed}");
    let refused = store.append(&log("a"), Seq(1), entry(1, 20)).await.unwrap_err();
    assert!(matches!(refused, Error::Unavailable { .. }), "{refused}");
    drop(store);
    assert_eq!(called.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_stays_short_under_load() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pd.db");
    let store = open(&path, Options::default());
    let wal = folder.path().join("pd.db-wal");
    let mut longest = 0;
    let body = noise(1, 256 << 10);
    for n in 0..800 {
        let entry = Entry { body: body.clone(), ..entry(n, 0) };
        assert_eq!(store.append(&log("a"), Seq(n), entry).await, Ok(Append::Appended));
        longest = longest.max(std::fs::metadata(&wal).unwrap().len());
    }
    assert!(longest < 100 << 20, "200 MiB were written, and the log grew to {} MiB", longest >> 20);
}

#[tokio::test]
async fn an_idle_store_touches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pd.db");
    let store = journal(open(&path, Options::default()));
    fill(&store, &log("a"), 0, 50).await;
    let touched = || {
        ["pd.db", "pd.db-wal", "pd.db-shm", "pd.db.lock"]
            .map(|name| std::fs::metadata(folder.path().join(name)).unwrap().modified().unwrap())
    };
    let before = touched();
    for _ in 0..100 {
        // Those who follow ask on and on.
        read_all(&store, &log("a"), 50).await;
        store.logs().await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(touched(), before);
}
