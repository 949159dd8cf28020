//! The server is away: what is shown, what is queued, what is sent later.

use std::time::Duration;

use super::*;
use crate::tui::message::Outcome;
use crate::tui::model::Link;
use ratatui::style::Modifier;

fn lose(world: &mut World) {
    let reason = "cannot reach http://a: connection refused".to_owned();
    world.happen(Message::Lost { reason, retry_in: Duration::from_secs(8) });
}

#[test]
fn a_banner_says_since_when_and_how_old_the_data_is() {
    let mut world = World::new(100, 24);
    world.wait(30);
    lose(&mut world);
    world.sees("offline 00:00, retry in 8 s, data as of 12:01: cannot reach http://a");
    world.wait(5);
    lose(&mut world);
    world.wait(3);
    world.sees("offline 00:08, retry in 5 s");
    let buffer = world.buffer();
    let row = (0..24).find(|y| line(&buffer, *y).contains("#5")).unwrap();
    assert!(buffer[(12, row)].modifier.contains(Modifier::DIM), "stale rows are dimmed");
    world.greet(true);
    world.sees_not("offline");
    world.sees("connected again");
    assert!(!world.buffer()[(12, row - 1)].modifier.contains(Modifier::DIM));
}

fn line(buffer: &Buffer, y: u16) -> String {
    (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect()
}

#[test]
fn acts_are_queued_shown_and_sent_in_order_with_the_same_keys() {
    let mut world = World::new(100, 24);
    lose(&mut world);
    world.press("ajs<enter>");
    assert!(world.acts().is_empty());
    world.sees("queued: snooze #4 for 15m");
    world.sees("2 acts queued");
    world.sees("…●T");
    let keys: Vec<String> = world.model.acts.queue.iter().map(|act| act.key.clone()).collect();
    world.greet(true);
    let first = world.acts();
    assert_eq!(first.len(), 1, "one at a time");
    assert_eq!(first[0].key, keys[0]);
    // It is lost again on the way: the same one is sent again, with the same key.
    let away = Outcome::Away { reason: "gone".into(), again_in: Duration::from_secs(2) };
    world.happen(Message::Acted { ticket: first[0].ticket, outcome: away });
    assert!(world.acts().is_empty());
    world.wait(3);
    let again = world.acts();
    assert_eq!((again[0].key.clone(), again[0].tries), (keys[0].clone(), 1));
    world.happen(Message::Acted { ticket: again[0].ticket, outcome: Outcome::Done(None) });
    assert_eq!(world.acts()[0].key, keys[1]);
}

#[test]
fn what_waits_is_taken_back_but_not_what_was_sent() {
    let mut world = World::new(100, 24);
    lose(&mut world);
    world.press("az");
    world.sees("taken back before it was sent: acknowledge #5");
    assert!(world.model.acts.queue.is_empty());
    world.press("z");
    world.sees("! offline: only the server can undo what it did");
    world.press("a");
    world.greet(true);
    let act = world.acts().remove(0);
    let away = Outcome::Away { reason: "gone".into(), again_in: Duration::from_secs(2) };
    world.happen(Message::Acted { ticket: act.ticket, outcome: away });
    lose(&mut world);
    world.press("z");
    assert_eq!(world.model.acts.queue.len(), 1, "it may have arrived");
}

#[test]
fn what_waits_is_not_lost_unasked() {
    let mut world = World::new(100, 24);
    lose(&mut world);
    world.press("aq");
    world.sees("! 1 act not sent yet would be lost: quit again if that is meant");
    world.press("jq");
    assert!(!world.model.quit);
    world.press("q");
    assert!(world.model.quit);
    // What is on its way is waited for.
    let mut world = World::new(100, 24);
    world.press("aq");
    assert!(!world.model.quit);
    let act = world.acts().remove(0);
    world.happen(Message::Acted { ticket: act.ticket, outcome: Outcome::Done(None) });
    assert!(world.model.quit);
}

#[test]
fn the_queue_is_bounded() {
    let mut world = World::new(100, 24);
    lose(&mut world);
    for _ in 0..150 {
        world.press("e");
    }
    assert_eq!(world.model.acts.queue.len(), crate::tui::model::act::WAITING_MAX);
    world.sees("100 acts wait already: nothing was queued");
}

#[test]
fn a_token_that_is_refused_is_said_with_what_to_do() {
    let mut world = World::bare(160, 24);
    world.happen(Message::Refused { reason: "Authentication failed".into() });
    world.sees("the token is not accepted (Authentication failed): set another in PD_TOKEN");
    world.press("<ctrl-r>");
    assert_eq!(world.commands.pop(), Some(Command::Reconnect));
}

#[test]
fn a_beginning_that_takes_a_while_is_said() {
    let mut world = World::bare(80, 24);
    world.sees("connecting ...");
    world.wait(5);
    world.sees("connecting to prod");
    lose(&mut world);
    world.sees("offline 00:05, retry in 8 s, no data yet");
    assert!(matches!(world.model.link, Link::Offline { .. }));
}

#[test]
fn what_waits_is_not_lost_by_turning_to_another_context_unless_that_is_meant() {
    let mut world = World::new(100, 24);
    world.model.settings.contexts = vec!["lab".into(), "prod".into()];
    lose(&mut world);
    world.press("a:context lab<enter>");
    world.sees("1 act not sent yet would be lost: once more if that is meant");
    assert!(!turns(&world));
    world.press("q");
    world.sees("would be lost: quit again if that is meant");
    world.press(":context lab<enter>");
    assert!(!turns(&world), "what was asked for before was another thing");
    world.press(":context lab<enter>");
    assert!(turns(&world));
}

fn turns(world: &World) -> bool {
    world.commands.contains(&Command::Turn("lab".into()))
}
