//! The picker, on a terminal of its own: keys go in, and what is on the screen is read.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::process::{Child, Command};

use super::fake::Fake;
use super::world::World;
use crate::rig::{poll, pseudo_terminal};

const SOON: Duration = Duration::from_secs(30);

/// A program on a terminal, and what is on it.
struct Terminal {
    child: Child,
    keys: File,
    screen: Arc<Mutex<vt100::Parser>>,
}

impl Terminal {
    fn run(mut command: Command) -> Self {
        let (ours, theirs) = pseudo_terminal();
        command
            .env("TERM", "xterm-256color")
            .stdin(Stdio::from(theirs.try_clone().unwrap()))
            .stdout(Stdio::from(theirs.try_clone().unwrap()))
            .stderr(Stdio::from(theirs));
        let child = command.spawn().unwrap();
        drop(command);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(24, 80, 100)));
        let (mut reading, shown) = (ours.try_clone().unwrap(), Arc::clone(&screen));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = reading.read(&mut bytes) {
                shown.lock().unwrap().process(&bytes[..read]);
            }
        });
        Self { child, keys: ours, screen }
    }

    fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    fn shows(&self, what: &str) {
        assert!(poll(SOON, || self.text().contains(what)), "no {what:?} on the screen:\n{}", self.text());
    }

    async fn code(&mut self) -> i32 {
        self.child.wait().await.unwrap().code().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_without_an_incident_asks_which() {
    let fake = Fake::start().await;
    fake.storm(2);
    let world = World::with(&fake);
    let mut terminal = Terminal::run(world.command("ack"));
    terminal.shows("ack which?");
    terminal.shows("> [ ] #101");
    assert!(!terminal.text().contains("#11 "), "it is acknowledged already: {}", terminal.text());
    // Two are marked, by search and by arrow.
    terminal.press("disk");
    terminal.shows("ack which? disk");
    terminal.press("  ");
    terminal.shows("2 marked");
    terminal.press("\r");
    assert_eq!(terminal.code().await, 0, "{}", terminal.text());
    terminal.shows("acknowledged #101");
    terminal.shows("acknowledged #100");
    assert!(!terminal.text().contains("which?"), "the list is gone: {}", terminal.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn escape_leaves_everything_as_it_is() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    let mut terminal = Terminal::run(world.command("resolve"));
    terminal.shows("resolve which?");
    terminal.press("\u{1b}");
    assert_eq!(terminal.code().await, 130);
    assert!(!fake.asked().iter().any(|asked| asked.starts_with("PUT")), "{:?}", fake.asked());
    let mut terminal = Terminal::run(world.command("show"));
    terminal.shows("show which?");
    terminal.press("\u{3}");
    assert_eq!(terminal.code().await, 130);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_picked_where_one_is_taken() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    let mut terminal = Terminal::run(world.command("show --color never"));
    terminal.shows("show which?");
    terminal.press("queue\r");
    assert_eq!(terminal.code().await, 0, "{}", terminal.text());
    terminal.shows("#11 queue too long");
}

#[tokio::test]
async fn without_a_terminal_it_is_a_mistake() {
    let fake = Fake::start().await;
    let ran = World::with(&fake).pd("ack").await;
    assert!(ran.code == 2 && ran.stderr.contains("<INCIDENT>"), "{ran:?}");
    assert!(fake.asked().is_empty(), "nobody was asked");
}
