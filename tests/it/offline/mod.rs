//! Backup, restore, recovery, looking into journals: on real stores, by what the command line calls.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pd::archive::sqlite::SqliteArchive;
use pd::archive::{Archive as _, Filter};
use pd::clock::{SharedClock, SystemClock};
use pd::config::Config;
use pd::incidents::Incidents;
use pd::journal::sqlite::{Options, SqliteStore, copy_file};
use pd::journal::{Journal, LogName};
use pd::offline::{self, Error, Installation, Query, RESTORED};
use pd::stage::Replica;
use serde_json::Value;

use crate::purge::bench::Bench;

/// What the command line has of an installation.
/// All journals in one file.
const ONE_FILE: &str = "[store]\ndoors = \"sqlite:pd.db\"\n";

fn installation(data: &Path, config: &str) -> Installation {
    Installation { config: Config::parse("test.toml", config).unwrap(), data: data.to_owned() }
}

fn clock() -> SharedClock {
    Arc::new(SystemClock::new())
}

fn open(path: PathBuf) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(path, Options::default(), clock()).unwrap())
}

/// A founded installation in one file, with an archive, and its bench, which has the stores open.
async fn founded(data: &Path) -> (Arc<SqliteStore>, Bench) {
    let store = open(data.join("pd.db"));
    let journal = Arc::clone(&store) as Arc<dyn Journal>;
    let bench = Bench::new(Arc::clone(&journal), journal, &data.join("key")).await;
    (store, bench)
}

async fn lines(journal: &dyn Journal) -> Vec<Vec<u8>> {
    let replica = Replica::<Incidents>::load(journal, &LogName::incidents()).await.unwrap();
    replica.lines().collect()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn findings(of: &Installation, apply: bool) -> Vec<(String, String)> {
    let found = offline::recover(of, apply).unwrap();
    found.into_iter().map(|finding| (finding.log, finding.problem)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_busy_installation_is_one_moment_of_it() {
    let (from, to, kept) = (folder(), folder(), folder());
    let (_store, mut bench) = founded(from.path()).await;
    let archive = SqliteArchive::open(&from.path().join("pd-archive.db"), clock()).unwrap();
    let of = installation(from.path(), ONE_FILE);
    let backup = kept.path().join("backup");

    let (source, target) = (of.clone(), backup.clone());
    let copying = tokio::task::spawn_blocking(move || offline::backup(&source, &target).unwrap());
    let mut states = vec![lines(&*bench.world.incidents).await];
    while !copying.is_finished() {
        bench.accept("trigger", &["a", &format!("k{}", states.len())]).await;
        bench.consume().await;
        bench.notify().await;
        states.push(bench.incidents.lines().collect());
    }
    let summary = copying.await.unwrap();
    assert_eq!(summary.files, 4, "stores, archive, key, manifest");
    drop((bench, archive, _store));

    let restored = installation(&to.path().join("data"), ONE_FILE);
    let summary = offline::restore(&restored, &backup, false).unwrap();
    assert_eq!(summary.path, restored.data);
    assert_eq!(fs::read(restored.data.join("key")).unwrap(), fs::read(from.path().join("key")).unwrap());
    assert!(restored.data.join(RESTORED).is_file());
    assert_eq!(findings(&restored, false), []);
    let store = open(restored.data.join("pd.db"));
    let state = lines(&*store).await;
    assert!(states.contains(&state), "the state of one moment");
    let archive = SqliteArchive::open(&restored.data.join("pd-archive.db"), clock()).unwrap();
    assert_eq!(archive.count(&Filter::default()).await, Ok(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_separate_stores_fits_together() {
    const CONFIG: &str = "[store]\ndefault = \"sqlite:stages.db\"\ndoors = \"sqlite:doors.db\"";
    let (from, kept) = (folder(), folder());
    let (doors, stages) = (open(from.path().join("doors.db")), open(from.path().join("stages.db")));
    let mut bench = Bench::new(doors, stages, &from.path().join("key")).await;
    let of = installation(from.path(), CONFIG);
    let backup = kept.path().join("backup");
    let (source, target) = (of.clone(), backup.clone());
    let copying = tokio::task::spawn_blocking(move || offline::backup(&source, &target).unwrap());
    while !copying.is_finished() {
        bench.accept("trigger", &["a"]).await;
        bench.consume().await;
    }
    copying.await.unwrap();
    drop(bench);
    let restored = installation(&kept.path().join("data"), CONFIG);
    offline::restore(&restored, &backup, false).unwrap();
    assert_eq!(findings(&restored, false), []);

    let other = installation(&kept.path().join("other"), ONE_FILE);
    let refused = offline::restore(&other, &backup, false).unwrap_err();
    assert!(matches!(refused, Error::OtherStores(_)), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_replaces_only_when_told_and_only_by_what_is_whole() {
    let (from, kept) = (folder(), folder());
    let (store, mut bench) = founded(from.path()).await;
    let of = installation(from.path(), ONE_FILE);
    let backup = kept.path().join("backup");
    offline::backup(&of, &backup).unwrap();
    assert!(matches!(offline::backup(&of, &backup), Err(Error::Exists(_))));
    let then = bench.incidents.lines().collect::<Vec<_>>();
    bench.accept("trigger", &["later"]).await;
    bench.consume().await;

    let in_use = offline::restore(&of, &backup, true).unwrap_err();
    assert!(matches!(in_use, Error::InUse(_)), "{in_use}");
    drop((store, bench));
    let exists = offline::restore(&of, &backup, false).unwrap_err();
    assert!(matches!(exists, Error::Exists(_)), "{exists}");
    assert!(!from.path().join(RESTORED).exists());

    offline::restore(&of, &backup, true).unwrap();
    let store = open(from.path().join("pd.db"));
    assert_eq!(lines(&*store).await, then);
    drop(store);
    let aside: Vec<_> = fs::read_dir(from.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("replaced-"))
        .collect();
    assert_eq!(aside.len(), 1);
    let old = lines(&*open(aside[0].join("pd.db"))).await;
    assert_ne!(old, then, "what was there stays, aside");

    let key = backup.join("key");
    let whole = fs::read(&key).unwrap();
    fs::write(&key, "other").unwrap();
    let damaged = offline::restore(&of, &backup, true).unwrap_err();
    assert!(matches!(&damaged, Error::NotABackup { path, .. } if *path == key), "{damaged}");
    fs::write(&key, whole).unwrap();
    fs::remove_file(backup.join("backup.json")).unwrap();
    assert!(matches!(offline::restore(&of, &backup, true), Err(Error::NotABackup { .. })));
    assert_eq!(lines(&*open(from.path().join("pd.db"))).await, then, "what was there stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn recovery_goes_on_with_what_is_new_in_an_older_store() {
    const CONFIG: &str = "[store]\ndefault = \"sqlite:stages.db\"\ndoors = \"sqlite:doors.db\"";
    let data = folder();
    let path = |name: &str| data.path().join(name);
    let stages = open(path("stages.db"));
    let mut bench =
        Bench::new(open(path("doors.db")), Arc::clone(&stages) as Arc<dyn Journal>, &path("key")).await;
    for key in ["a", "b", "c"] {
        bench.accept("trigger", &[key]).await;
        bench.consume().await;
        if key == "a" {
            copy_file(&path("doors.db"), &path("old.db")).unwrap();
        }
    }
    let of = installation(data.path(), CONFIG);
    assert_eq!(findings(&of, false), []);

    // The doors' store is lost, and an older copy is put in its place: `b` and `c` are gone there. Then `d` comes.
    bench.world.doors = Arc::new(pd::journal::memory::MemoryStore::new().handle(0));
    for suffix in ["", "-wal", "-shm"] {
        drop(fs::remove_file(path(&format!("doors.db{suffix}"))));
    }
    fs::rename(path("old.db"), path("doors.db")).unwrap();
    bench.world.doors = open(path("doors.db"));
    bench.clock.advance(Duration::from_secs(1));
    bench.accept("trigger", &["d"]).await;
    bench.world.doors = Arc::new(pd::journal::memory::MemoryStore::new().handle(0));

    let log = LogName::door_events(bench.door);
    let expected =
        vec![("incidents".to_owned(), format!("{log} was read up to 3 and ends at 2: 1 entries are gone"))];
    assert_eq!(findings(&of, false), expected);
    assert_eq!(findings(&of, false), expected, "nothing was changed");
    assert!(!path(RESTORED).exists());
    let in_use = offline::recover(&of, true).unwrap_err();
    assert!(in_use.hint().is_some(), "{in_use}");

    bench.world.incidents = Arc::new(pd::journal::memory::MemoryStore::new().handle(0));
    bench.world.notify = Arc::clone(&bench.world.incidents);
    drop(stages);
    assert_eq!(findings(&of, true), expected);
    assert!(path(RESTORED).exists(), "an epoch begins");
    assert_eq!(findings(&of, false), []);

    // The stage goes on: `d` is opened, nothing is read twice.
    let stages = open(path("stages.db"));
    bench.world.doors = open(path("doors.db"));
    bench.world.incidents = Arc::clone(&stages) as Arc<dyn Journal>;
    let incidents = LogName::incidents();
    bench.incidents = Replica::load(&*stages, &incidents).await.unwrap();
    bench.consume().await;
    let titles: Vec<_> =
        bench.incidents.state.incidents.values().map(|i| i.alerts[0].dedup_key.to_string()).collect();
    assert_eq!(titles, ["a", "b", "c", "d"]);
    let events: u64 = bench.incidents.state.incidents.values().map(|i| i.alerts[0].events).sum();
    assert_eq!(events, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn journals_are_printed_while_a_server_has_them() {
    let data = folder();
    let (_store, mut bench) = founded(data.path()).await;
    bench.accept("trigger", &["a", "b"]).await;
    bench.consume().await;
    let of = installation(data.path(), ONE_FILE);
    let print = |log: Option<&str>, from, limit| -> Result<Vec<Value>, Error> {
        let query = Query { log: log.map(str::to_owned), from, limit };
        let mut lines = Vec::new();
        offline::journal(&of, &query, &mut |line| {
            lines.push(line);
            Ok(())
        })?;
        Ok(lines)
    };
    let list = print(None, None, 100).unwrap();
    let events = LogName::door_events(bench.door).to_string();
    let names: Vec<_> = list.iter().map(|line| line["log"].as_str().unwrap()).collect();
    assert_eq!(names, [&*events, "door/index", "incidents"]);
    assert_eq!(list[0]["next"], 1);

    let entries = print(Some(&events), None, 100).unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["events"][1]["body"]["dedup_key"], "b");
    let doors = print(Some("door/index"), None, 100).unwrap();
    assert_eq!(doors[0]["doors"][0]["node"], "here");
    let facts = print(Some("incidents"), Some(1), 100).unwrap();
    assert_eq!((facts.len(), &facts[0]["seq"]), (2, &Value::from(1)));
    assert!(facts[1]["cursors"][&events]["next"] == 1);
    assert!(facts[1]["facts"].to_string().contains("IncidentOpened"), "{}", facts[1]);
    assert_eq!(print(Some("incidents"), None, 1).unwrap().len(), 1);
    assert!(matches!(print(Some("nothing"), None, 1), Err(Error::NoJournal(_))));

    let nowhere = installation(&data.path().join("nowhere"), ONE_FILE);
    assert!(matches!(offline::recover(&nowhere, true), Err(Error::Nothing(_))));
    assert!(!nowhere.data.exists());
}
