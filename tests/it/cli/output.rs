//! Colour, and the first words.

#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;

use super::fake::Fake;
use super::world::World;

#[tokio::test]
async fn without_arguments_it_says_what_is_common() {
    assert_snapshot!(World::new().pd("").await.shown(), @r"
    On-call alerting that loses nothing.

    Usage: pd COMMAND

    Common commands:
      tui               Show what is open as it happens; `pd` alone does, on a terminal
      trigger SUMMARY   Tell that something is wrong
      list              List what is open
      show INCIDENT     Show one incident with its alerts and timeline
      watch             Say what opens, is acknowledged and is resolved
      ack INCIDENT...   Say that you look at it
      resolve INCIDENT  Say that it is over
      snooze INCIDENT   Be paged again later
      note INCIDENT     Write a note
      oncall            Show who is on call
      undo              Undo your last action
      status            Show how the server is
      doctor            Find out what is wrong
      demo              See what this is
      serve             Run a server

    An incident goes by its number, its id, or its dedup key.
    `pd --help` lists everything, `pd COMMAND --help` has examples.
    = 0
    ");
}

#[tokio::test]
async fn colour_is_as_asked() {
    let fake = Fake::start().await;
    let coloured = async |world: World, line: &str| world.pd(line).await.stdout.contains('\u{1b}');
    assert!(!coloured(World::with(&fake), "show 11").await, "a pipe has no colour");
    assert!(coloured(World::with(&fake), "show 11 --color always").await);
    assert!(coloured(World::with(&fake).var("PD_COLOR", "always"), "show 11").await);
    assert!(coloured(World::with(&fake).var("CLICOLOR_FORCE", "1"), "show 11").await);
    let forced = || World::with(&fake).var("CLICOLOR_FORCE", "1");
    assert!(!coloured(forced().var("NO_COLOR", "1"), "show 11").await);
    assert!(!coloured(forced().var("PD_NO_COLOR", "1"), "show 11").await);
    assert!(!coloured(forced(), "show 11 --color never").await);
}

#[tokio::test]
async fn what_others_wrote_does_not_steer_the_terminal() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    for format in ["table", "wide", "json", "jsonl", "yaml", "csv", "name"] {
        let ran = world.pd(&format!("show 12 -o {format}")).await;
        assert_eq!(ran.code, 0, "{format}: {}", ran.stderr);
        assert!(!ran.stdout.chars().any(|c| c.is_control() && c != '\n'), "{format}");
    }
}
