//! Moves: what arrives, what stays, where they go on, and what they refuse.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use pd::config::Stores;
use pd::journal::sqlite::{Options, SqliteStore};
use pd::journal::{Journal as _, LogName, Note, Refused, refused};
use pd::offline::{self, Error, Move, Moved, Phase, Progress};

use super::content::{entry, fill, in_files, log, make, on_cluster, stores};
use crate::cluster::{Datacenter, Shared, shared};

fn of(from: &Stores, to: &Stores, data: &Path) -> Move {
    Move { from: from.clone(), to: to.clone(), data: data.to_owned(), force: false }
}

async fn run(of: &Move) -> Result<Moved, Error> {
    offline::copy(of, &|_| ()).await
}

/// Runs it, and cuts it off as soon as it is so far; what it came to if it was quicker.
async fn cut(of: &Move, at: impl Fn(Progress) -> bool + Send + Sync) -> Option<Result<Moved, Error>> {
    let reached = AtomicBool::new(false);
    let report = |progress| {
        if at(progress) {
            reached.store(true, Ordering::SeqCst);
        }
    };
    // Looked at whenever the move has waited for anything.
    let until = std::future::poll_fn(|_| match reached.load(Ordering::SeqCst) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    });
    tokio::select! {
        biased;
        () = until => None,
        done = offline::copy(of, &report) => Some(done),
    }
}

/// A keyspace that was just made.
async fn keyspace(cluster: &Shared) -> Stores {
    let url = cluster.url(&cluster.keyspace_name(), Datacenter::One);
    let stores = stores(&url);
    let done = offline::init(&stores, None).await.unwrap();
    assert_eq!((done.len(), done[0].keyspace, done[0].tables.len()), (1, true, 9), "{done:?}");
    let again = offline::init(&stores, None).await.unwrap();
    assert_eq!((again[0].keyspace, again[0].tables.len()), (false, 0), "{again:?}");
    stores
}

async fn marks(data: &Path, file: &str) -> Option<Refused> {
    let store = open(data, file);
    refused(&store).await.unwrap()
}

fn open(data: &Path, file: &str) -> SqliteStore {
    SqliteStore::open(data.join(file), Options::default(), Arc::new(pd::clock::SystemClock::new())).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installation_moves_to_the_cluster_and_back() {
    let Some(cluster) = shared() else { return };
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    make(data).await;
    let before = in_files(data, "pd").await;
    let (files, middle, back) = (stores("sqlite:pd.db"), keyspace(&cluster).await, stores("sqlite:back.db"));

    // Cut off here and there on the way: each time the same call goes on.
    let there = of(&files, &middle, data);
    for at in [(Phase::Copying, 300), (Phase::Copying, 600), (Phase::Checking, 200)] {
        let done = cut(&there, |progress| progress.phase == at.0 && progress.done >= at.1).await;
        assert!(done.is_none(), "{at:?}: {done:?}");
        assert_eq!(in_files(data, "pd").await, before, "the source is as it was");
        assert_eq!(marks(data, "pd.db").await, None);
    }
    let moved = run(&there).await.unwrap();
    assert_eq!((moved.journals as usize, moved.incidents), (before.logs.len(), 100));
    assert_eq!(before.counts().1, 100);
    assert_eq!(before.counts().2, 11, "of archived incidents, and one of an open one");
    assert_eq!(on_cluster(&middle.incidents).await, before);
    assert_eq!(in_files(data, "pd").await, in_files(data, "pd").await.sealed());
    assert!(matches!(marks(data, "pd-doors.db").await, Some(Refused::Moved(_))));

    run(&of(&middle, &back, data)).await.unwrap();
    assert_eq!(in_files(data, "back").await, before);
    assert_eq!((marks(data, "back.db").await, marks(data, "back-doors.db").await), (None, None));
    let again = run(&of(&middle, &stores("sqlite:third.db"), data)).await.unwrap_err();
    assert!(
        matches!(&again, Error::Refused { refused: Refused::Moved(note), .. }
        if note.stores.iter().any(|store| store.ends_with("back.db"))),
        "{again}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_between_files_goes_on_wherever_it_was_cut_off() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    make(data).await;
    let before = in_files(data, "pd").await;
    let of = of(&stores("sqlite:pd.db"), &stores("sqlite:next/b.db"), data);
    for at in [(Phase::Copying, 0), (Phase::Copying, 100), (Phase::Copying, 640), (Phase::Checking, 50)] {
        if cut(&of, |progress| progress.phase == at.0 && progress.done >= at.1).await.is_some() {
            panic!("{at:?} was passed");
        }
        assert!(matches!(marks(data, "next/b.db").await, Some(Refused::Unfinished(_))), "{at:?}");
        assert_eq!(marks(data, "pd.db").await, None, "{at:?}");
    }
    // While it is closed: from here on the source is not served any more, nor is the destination before the end.
    assert!(cut(&of, |progress| progress.phase == Phase::Sealing && progress.done >= 2).await.is_none());
    assert!(matches!(marks(data, "pd.db").await, Some(Refused::Moved(_))));
    assert!(matches!(marks(data, "next/b.db").await, Some(Refused::Unfinished(_))));
    run(&of).await.unwrap();
    assert_eq!(in_files(&data.join("next"), "b").await, before);
    assert_eq!(in_files(data, "pd").await, before.sealed());
    for file in ["next/b.db", "next/b-doors.db"] {
        assert_eq!(marks(data, file).await, None, "{file}");
    }
    for file in ["pd.db", "pd-doors.db"] {
        let refused = marks(data, file).await;
        assert!(matches!(&refused, Some(Refused::Moved(note)) if note.stores.len() == 2), "{refused:?}");
    }
    let again = run(&of).await.unwrap_err();
    assert!(matches!(again, Error::Refused { refused: Refused::Moved(_), .. }), "{again}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_until_the_source_was_closed_goes_along() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    make(data).await;
    let of = of(&stores("sqlite:pd.db"), &stores("sqlite:b.db"), data);
    assert!(cut(&of, |progress| progress.phase == Phase::Checking && progress.done >= 50).await.is_none());
    // As if the move had been cut off right after it marked the source, and something had come in before that.
    let late = log("door/aa/events");
    let (source, target) = (open(data, "pd-doors.db"), open(data, "b-doors.db"));
    let stages = open(data, "pd.db");
    let next = source.extent(&late).await.unwrap().next;
    source.append(&late, next, entry(9000)).await.unwrap();
    let Some(Refused::Unfinished(begun)) = refused(&target).await.unwrap() else { panic!("not begun") };
    let names = ["b-doors.db", "b.db"].map(|file| format!("sqlite:{}", data.join(file).display()));
    let note = Note { stores: names.to_vec(), at: begun.at };
    for store in [&source, &stages] {
        note.write(store, &LogName::moved(), entry(1).id, entry(1).at).await.unwrap();
    }
    drop((source, target, stages));
    run(&of).await.unwrap();
    let (from, to) = (in_files(data, "pd").await, in_files(data, "b").await);
    assert_eq!(to.logs[&late].3.last(), Some(&entry(9000)));
    assert_eq!(to.sealed(), from);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_destination_that_holds_something_else_is_refused() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    make(one.path()).await;
    make(two.path()).await;
    let (first, second) = (stores("sqlite:pd.db"), in_files(two.path(), "pd").await);
    let at = |folder: &Path| stores(&format!("sqlite:{}", folder.join("pd.db").display()));
    let used = run(&of(&first, &at(two.path()), one.path())).await.unwrap_err();
    assert!(matches!(used, Error::Occupied(_)), "{used}");
    let same = run(&of(&first, &first, one.path())).await.unwrap_err();
    assert!(same.to_string().contains("in use"), "{same}");
    let nothing = run(&of(&stores("sqlite:none.db"), &stores("sqlite:c.db"), one.path())).await.unwrap_err();
    assert!(matches!(nothing, Error::Nothing(_)), "{nothing}");
    assert!(!one.path().join("none.db").exists());

    // Another installation goes where a copy was begun.
    let target = stores(&format!("sqlite:{}", one.path().join("b.db").display()));
    let begun = of(&first, &target, one.path());
    assert!(cut(&begun, |progress| progress.phase == Phase::Checking && progress.done >= 9).await.is_none());
    let other = run(&of(&at(two.path()), &target, two.path())).await.unwrap_err();
    assert!(matches!(other, Error::OtherContent { .. }), "{other}");

    // One entry differs, in the middle, where only the comparison sees it.
    let three = tempfile::tempdir().unwrap();
    let (a, b) = (stores("sqlite:pd.db"), stores("sqlite:b.db"));
    make(three.path()).await;
    let doubtful = open(three.path(), "b.db");
    let note = Note { stores: Vec::new(), at: String::new() };
    note.write(&doubtful, &LogName::copying(), entry(1).id, entry(1).at).await.unwrap();
    let doors = open(three.path(), "b-doors.db");
    let name = log("door/aa/commands");
    fill(&doors, &name, 20).await;
    let odd = pd::journal::Entry { body: "odd".into(), ..entry(20) };
    doors.append(&name, pd::journal::Seq(20), odd).await.unwrap();
    doors.append(&name, pd::journal::Seq(21), entry(21)).await.unwrap();
    drop((doubtful, doors));
    let differs = run(&of(&a, &b, three.path())).await.unwrap_err();
    assert!(
        matches!(&differs, Error::Differs(what) if what.contains("entry 20 of door/aa/commands")),
        "{differs}"
    );
    assert_eq!(in_files(two.path(), "pd").await, second);
}
