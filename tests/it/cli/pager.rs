//! The pager: on a terminal, for what is long, and no trouble if it is missing.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::Read as _;

use super::fake::Fake;
use super::world::World;
use crate::rig::pseudo_terminal;

/// What a person sees who runs this.
async fn seen(world: &World, line: &str) -> String {
    let (mut ours, theirs) = pseudo_terminal();
    let mut command = world.command(line);
    command.stdout(theirs.try_clone().unwrap()).stderr(theirs);
    let reader = std::thread::spawn(move || {
        let (mut all, mut part) = (Vec::new(), [0; 4096]);
        // The end of it is an error on Linux.
        while let Ok(count @ 1..) = ours.read(&mut part) {
            all.extend_from_slice(&part[..count]);
        }
        String::from_utf8_lossy(&all).into_owned()
    });
    let status = command.spawn().unwrap().wait().await.unwrap();
    drop(command);
    assert!(status.success(), "{line}");
    tokio::task::spawn_blocking(move || reader.join().unwrap()).await.unwrap()
}

#[tokio::test]
async fn what_is_long_goes_through_the_pager() {
    let fake = Fake::start().await;
    fake.storm(60);
    let world = || World::with(&fake).var("TERM", "xterm").var("PD_PAGER", "sed 's/^/PAGED /'");
    let long = seen(&world(), "list").await;
    assert!(long.lines().count() > 60 && long.lines().all(|line| line.contains("PAGED")), "{long}");
    assert!(long.contains("\u{1b}[31m"), "colours stay: {long:?}");
    for line in ["list -n 5", "list --no-pager", "list -o json", "context list"] {
        assert!(!seen(&world(), line).await.contains("PAGED"), "{line}");
    }
    let help = seen(&world(), "list --help").await;
    assert!(help.contains("PAGED") && help.contains("Usage"), "help is long: {help:?}");
    assert!(!world().pd("list").await.stdout.contains("PAGED"), "a pipe needs none");
    assert!(!seen(&world().var("PD_PAGER", "cat"), "list").await.contains("PAGED"));
}

#[tokio::test]
async fn a_pager_that_is_missing_or_quits_is_no_error() {
    let fake = Fake::start().await;
    fake.storm(60);
    let world = World::with(&fake).var("TERM", "xterm").var("PD_PAGER", "/nowhere/pager");
    let shown = seen(&world, "list").await;
    assert!(shown.contains("#100") && shown.contains("#12"), "{shown}");
    let world = World::with(&fake).var("TERM", "xterm").var("PD_PAGER", "head -n 1");
    assert!(seen(&world, "list").await.contains("NUMBER"));
}
