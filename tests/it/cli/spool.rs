//! Events while the server is away.

#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::fake::{Fake, KEY};
use super::world::{Ran, World};

fn shown(ran: &Ran, fake: &Fake) -> String {
    ran.shown().replace(&fake.url(), "URL")
}

fn files(world: &World) -> Vec<std::path::PathBuf> {
    let Ok(folder) = std::fs::read_dir(world.spool()) else { return Vec::new() };
    let mut files: Vec<_> = folder.map(|file| file.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

#[tokio::test]
async fn events_wait_and_are_sent_first_and_in_order() {
    let mut fake = Fake::away();
    let world = World::with(&fake);
    assert_snapshot!(shown(&world.pd("trigger one -k a").await, &fake), @r"
    a
    ! warning: cannot reach URL: connection refused
    ! the event is spooled, not yet accepted; the next `pd` that reaches the server, or `pd spool flush`, sends it
    = 8
    ");
    let ran = world.pd("trigger two -k b -o json").await;
    assert_eq!((ran.code, ran.json()["status"].clone()), (8, json!("spooled")));
    assert_snapshot!(shown(&world.pd("resolve a").await, &fake), @r"
    resolve spooled: a
    ! warning: events before it are not accepted yet
    ! the event is spooled, not yet accepted; the next `pd` that reaches the server, or `pd spool flush`, sends it
    = 8
    ");
    assert_eq!(files(&world).len(), 3);
    let list = world.pd("spool list -o json").await.json();
    let original = list[0]["event"]["payload"]["timestamp"].clone();
    assert!(original.is_string());
    // Any other command says that the server is away, and leaves them.
    assert_eq!(world.pd("list").await.code, 6);
    assert_eq!(world.pd("spool flush").await.code, 6);
    assert_eq!(files(&world).len(), 3);

    fake.up();
    assert_snapshot!(shown(&world.pd("trigger three -k c").await, &fake), @r"
    c
    ! sent 3 events that waited in the spool
    ! accepted; `pd list` shows the incident
    = 0
    ");
    assert_eq!(fake.event_lines(), ["trigger a", "trigger b", "resolve a", "trigger c"]);
    assert_eq!(fake.events()[0]["payload"]["timestamp"], original);
    assert_eq!(files(&world).len(), 0);
    assert_snapshot!(shown(&world.pd("spool flush").await, &fake), @r"
    ! nothing to send
    = 0
    ");
}

#[tokio::test]
async fn a_question_sends_what_waits_too() {
    let mut fake = Fake::away();
    let world = World::with(&fake);
    assert_eq!(world.pd("trigger one -k a").await.code, 8);
    fake.up();
    let ran = world.pd("list -q").await;
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "sent 1 event that waited in the spool\n"));
    assert!(fake.asked()[0].starts_with("POST /v2/enqueue"));
}

#[tokio::test]
async fn busy_and_broken_servers_are_away() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    for status in [429, 500, 503] {
        fake.fail(1, status);
        assert_eq!(world.pd("trigger x -k a").await.code, 8, "{status}");
        assert_eq!(world.pd("spool flush").await.code, 0, "{status}");
    }
    assert_eq!(fake.events().len(), 3);
    fake.fail(2, 503);
    let patient = World::with(&fake).var("PD_RETRY", "20s");
    assert_eq!(patient.pd("trigger x -k a").await.code, 0);
    fake.fail(1, 503);
    assert_eq!(world.pd("trigger x -k a --no-spool").await.code, 6);
    assert_eq!(files(&world).len(), 0);
}

#[tokio::test]
async fn nothing_overtakes() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    fake.fail(1, 503);
    assert_eq!(world.pd("trigger one -k a").await.code, 8);
    // The flush before it fails: the second goes behind the first.
    fake.fail(1, 503);
    assert_eq!(world.pd("trigger two -k b").await.code, 8);
    assert_eq!(fake.event_lines(), Vec::<String>::new());
    assert_eq!(world.pd("spool flush").await.code, 0);
    assert_eq!(fake.event_lines(), ["trigger a", "trigger b"]);
}

#[tokio::test]
async fn old_events_need_a_word() {
    let mut fake = Fake::away();
    let world = World::with(&fake);
    assert_eq!(world.pd("trigger one -k a").await.code, 8);
    assert_eq!(world.pd("trigger two -k b").await.code, 8);
    let path = &files(&world)[0];
    let mut entry: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    entry["spooled_at"] = (entry["spooled_at"].as_i64().unwrap() - 25 * 60 * 60 * 1000).into();
    std::fs::write(path, entry.to_string()).unwrap();

    fake.up();
    assert_snapshot!(shown(&world.pd("spool flush").await, &fake), @r"
    ! sent 1 event that waited in the spool
    ! warning: 1 event in the spool older than a day: `pd spool flush --stale` sends, `pd spool drop --all` forgets
    = 0
    ");
    assert_eq!(world.pd("spool list -o json").await.json()[0]["state"], "stale");
    assert_snapshot!(shown(&world.pd("spool flush --stale").await, &fake), @r"
    ! sent 1 event that waited in the spool
    = 0
    ");
    assert_eq!(fake.event_lines(), ["trigger b", "trigger a"]);
}

#[tokio::test]
async fn what_is_refused_moves_aside() {
    let mut fake = Fake::away();
    let world = World::with(&fake);
    assert_eq!(world.pd("trigger bad -k a --routing-key 0").await.code, 8);
    assert_eq!(world.pd("trigger good -k b").await.code, 8);
    std::fs::write(world.spool().join("0000000000000003-x.json"), "{half").unwrap();
    fake.up();
    assert_snapshot!(shown(&world.pd("spool flush").await, &fake), @r"
    ! sent 1 event that waited in the spool
    ! warning: a spooled event was moved aside as rejected: a: the server refused with 400: Event object is invalid: Invalid routing key
    ! warning: a spooled event was moved aside as rejected: 0000000000000003-x: key must be a string at line 1 column 2
    = 7
    ");
    assert_eq!(fake.event_lines(), ["trigger b"]);
    let rejected = world.pd("spool list -o json").await.json();
    let states: Vec<_> =
        rejected.as_array().unwrap().iter().map(|it| it["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["rejected", "unreadable"]);
    assert!(rejected[0]["reason"].as_str().unwrap().contains("Invalid routing key"));
    assert_snapshot!(shown(&world.pd("spool drop --rejected").await, &fake), @r"
    ! dropped 2 events
    = 0
    ");
    assert_eq!(world.pd("spool list -q").await.stdout, "");
    assert_eq!(world.pd("spool drop ../../x").await.code, 2);
    assert_eq!(world.pd("spool drop 0000000000000001-none").await.code, 5);
}

#[tokio::test]
async fn events_go_only_to_the_server_they_were_meant_for() {
    let away = Fake::away();
    let world = World::with(&away);
    assert_eq!(world.pd("trigger one -k a").await.code, 8);
    let other = Fake::start().await;
    let ran = world.pd(&format!("trigger two -k b --url {} --routing-key {KEY}", other.url())).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(other.event_lines(), ["trigger b"]);
    assert_eq!(files(&world).len(), 1);
}

#[tokio::test]
async fn one_sender_at_a_time() {
    let mut fake = Fake::away();
    let world = World::with(&fake);
    assert_eq!(world.pd("trigger one -k a").await.code, 8);
    fake.up();
    let lock = std::fs::File::create(world.spool().join("send.lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    // Somebody else is sending: a new event goes behind what they send.
    assert_eq!(world.pd("trigger two -k b").await.code, 8);
    assert_eq!(fake.event_lines(), Vec::<String>::new());
    drop(lock);
    assert_eq!(world.pd("spool flush").await.code, 0);
    assert_eq!(fake.event_lines(), ["trigger a", "trigger b"]);
}

#[tokio::test]
async fn a_full_spool_says_so() {
    let fake = Fake::away();
    let world = World::with(&fake);
    std::fs::create_dir_all(world.spool()).unwrap();
    let entry =
        json!({"format": 1, "context": null, "urls": ["http://elsewhere/"], "spooled_at": 0, "event": {}});
    for n in 0..10_000 {
        std::fs::write(world.spool().join(format!("{n:016}-x.json")), entry.to_string()).unwrap();
    }
    assert_snapshot!(shown(&world.pd("trigger one -k a").await, &fake), @r"
    ! error: cannot spool the event: the spool is full: it holds 10000 events
    ! hint: `pd spool flush` sends what waits, `pd spool drop` gives it up
    = 1
    ");
}
