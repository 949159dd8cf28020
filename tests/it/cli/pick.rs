//! The picker, on a terminal of its own: keys go in, and what is on the screen is read.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::fake::Fake;
use super::world::World;
use crate::rig::screen::Screen;

#[tokio::test(flavor = "multi_thread")]
async fn a_command_without_an_incident_asks_which() {
    let fake = Fake::start().await;
    fake.storm(2);
    let world = World::with(&fake);
    let mut terminal = Screen::of(world.command("ack").as_std());
    terminal.sees("ack which?");
    terminal.sees("> [ ] #101");
    assert!(!terminal.text().contains("#11 "), "it is acknowledged already: {}", terminal.text());
    // Two are marked, by search and by arrow.
    terminal.press("disk");
    terminal.sees("ack which? disk");
    terminal.press("  ");
    terminal.sees("2 marked");
    terminal.press("\r");
    assert_eq!(terminal.ended(), Some(0), "{}", terminal.text());
    terminal.sees("acknowledged #101");
    terminal.sees("acknowledged #100");
    assert!(!terminal.text().contains("which?"), "the list is gone: {}", terminal.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn escape_leaves_everything_as_it_is() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    let mut terminal = Screen::of(world.command("resolve").as_std());
    terminal.sees("resolve which?");
    terminal.press("\u{1b}");
    assert_eq!(terminal.ended(), Some(130));
    assert!(!fake.asked().iter().any(|asked| asked.starts_with("PUT")), "{:?}", fake.asked());
    let mut terminal = Screen::of(world.command("show").as_std());
    terminal.sees("show which?");
    terminal.press("\u{3}");
    assert_eq!(terminal.ended(), Some(130));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_picked_where_one_is_taken() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    let mut terminal = Screen::of(world.command("show --color never").as_std());
    terminal.sees("show which?");
    terminal.press("queue\r");
    assert_eq!(terminal.ended(), Some(0), "{}", terminal.text());
    terminal.sees("#11 queue too long");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_asked_for_after_its_incident() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    let mut terminal = Screen::of(world.command("note").as_std());
    terminal.sees("note which?");
    terminal.press("queue\r");
    terminal.sees("Note:");
    terminal.press("drained by hand\r");
    assert_eq!(terminal.ended(), Some(0), "{}", terminal.text());
    terminal.sees("noted on #11");
}

#[tokio::test]
async fn without_a_terminal_it_is_a_mistake() {
    let fake = Fake::start().await;
    let ran = World::with(&fake).pd("ack").await;
    assert!(ran.code == 2 && ran.stderr.contains("<INCIDENT>"), "{ran:?}");
    assert!(fake.asked().is_empty(), "nobody was asked");
}
