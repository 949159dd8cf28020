//! Inputs that make the rules fail stop nobody.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use pd::journal::Seq;
use pd::journal::memory::NoFaults;
use pd::stage::{Mark, Place, Suspects};

use super::tally::{Fact, Line};
use super::world::{World, eager};

#[tokio::test(start_paused = true)]
async fn poison_is_quarantined_and_its_neighbours_go_on() {
    let world = World::new(1, NoFaults);
    let mut lines: Vec<_> = (0..40).map(|n| format!("event {n}")).collect();
    lines.insert(13, "boom 1".to_owned());
    lines.insert(31, "boom 2".to_owned());
    world.feed(&lines).await;
    let running = world.run(1).await;
    world
        .wait_until("all is done", || running.counted() == 40 && running.state().quarantined.len() == 2)
        .await;
    assert_eq!(running.handle.status.borrow().poisoned, 2);
    // The neighbours of the first one are in the entries right before and after its quarantine.
    let facts = world.facts().await;
    let at = facts.iter().position(|facts| *facts == [Fact::Quarantined { name: "boom 1".into() }]).unwrap();
    assert!(matches!(facts[at - 1].last(), Some(Fact::Counted { name, .. }) if &**name == "event 12"));
    assert!(matches!(&facts[at + 1][0], Fact::Counted { name, .. } if &**name == "event 13"));
    // What follows goes at full speed again, in one entry.
    let before = running.appends();
    let more: Vec<_> = (100..110).map(|n| format!("event {n}")).collect();
    world.feed(&more).await;
    world.wait_until("all is done", || running.counted() == 50).await;
    assert!(running.appends() - before <= 3, "{} entries", running.appends() - before);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_even_be_quarantined_is_passed_over() {
    let world = World::new(2, NoFaults);
    world.feed(&["event 1", "doom 1", "event 2"]).await;
    world.feed(&["doom 2"]).await;
    let running = world.run(1).await;
    world.wait_until("all is done", || running.counted() == 2).await;
    world.feed(&["event 3"]).await;
    world.wait_until("all is done", || running.counted() == 3).await;
    assert!(running.state().quarantined.is_empty());
    running.stop().await;
    world.assert_each_once(["event 1", "event 2", "event 3"].map(str::to_owned)).await;
    // Nor is it looked at again.
    let running = world.run(1).await;
    world.clock.sleep(Duration::from_secs(5)).await;
    assert_eq!(running.handle.status.borrow().poisoned, 0);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn poison_among_a_processs_own_inputs_is_dropped_and_nothing_else_is() {
    let world = World::new(3, NoFaults);
    let running = world.run(1).await;
    let own = |text: &str| running.handle.local.try_send(Line::Said(text.into())).unwrap();
    // All wait when the loop looks: one bad one among its own, and one in the door.
    ["own 1", "own 2", "boom own", "own 3"].into_iter().for_each(own);
    world.feed(&["event 1", "boom 1", "event 2"]).await;
    world
        .wait_until("all is done", || running.counted() == 5 && !running.state().quarantined.is_empty())
        .await;
    let names: Vec<_> = running.state().counts.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["event 1", "event 2", "own 1", "own 2", "own 3"]);
    assert!(running.state().counts.values().all(|n| *n == 1));
    assert_eq!(running.state().quarantined.keys().map(AsRef::as_ref).collect::<Vec<&str>>(), ["boom 1"]);
    running.stop().await;
}

/// A mark that a process before left, and what this one has written.
#[derive(Clone, Debug)]
struct Left(Suspects, Arc<Mutex<Vec<(usize, bool)>>>);

impl Mark for Left {
    fn begin(&mut self, places: &[Place], alone: bool) {
        self.1.lock().unwrap().push((places.len(), alone));
    }
    fn end(&mut self) {}
    fn suspects(&self) -> Suspects {
        self.0.clone()
    }
}

/// Starts with these suspects; how many entries the lines up to the suspect take, and what was quarantined.
async fn start(suspects: impl Fn(Place) -> Suspects) -> (Vec<Vec<Fact>>, Vec<String>, Vec<(usize, bool)>) {
    let world = World::new(4, NoFaults);
    world.feed(&["event 0", "event 1", "event 2", "event 3"]).await;
    world.feed(&["event 4", "event 5"]).await;
    let place = Place { log: world.door.clone(), seq: Seq(0), index: 2 };
    let written = Arc::default();
    let left = Left(suspects(place), Arc::clone(&written));
    let running = world.run_with(1, eager(), || Box::new(left.clone())).await.unwrap();
    world.wait_until("all is done", || running.counted() + running.state().quarantined.len() == 6).await;
    let quarantined = running.state().quarantined.keys().map(ToString::to_string).collect();
    running.stop().await;
    let marks = written.lock().unwrap().clone();
    (world.facts().await, quarantined, marks)
}

#[tokio::test(start_paused = true)]
async fn a_process_that_died_while_deciding_decides_one_by_one_at_first() {
    let (facts, quarantined, _) = start(|_| Suspects::None).await;
    assert_eq!((facts.len(), quarantined.len()), (1, 0), "nothing is suspected: {facts:?}");

    let (facts, quarantined, marks) = start(|place| Suspects::Some(vec![place])).await;
    let sizes: Vec<_> = facts.iter().map(Vec::len).collect();
    assert_eq!(sizes, [1, 1, 1, 3], "up to the suspect one by one, then together");
    assert_eq!(quarantined, Vec::<String>::new(), "it is innocent until it has killed twice");
    let alone: Vec<_> = marks.iter().map(|(_, alone)| *alone).collect();
    assert_eq!(alone, [true, true, true, false], "what dies now is known");

    let (facts, quarantined, _) = start(Suspects::One).await;
    assert_eq!(quarantined, ["event 2"]);
    assert_eq!(facts[2], [Fact::Quarantined { name: "event 2".into() }]);
}

#[tokio::test(start_paused = true)]
async fn a_single_input_is_not_guilty_of_the_first_death() {
    let world = World::new(5, NoFaults);
    let written = Arc::default();
    let left = Left(Suspects::None, Arc::clone(&written));
    let running = world.run_with(1, eager(), || Box::new(left.clone())).await.unwrap();
    world.feed(&["event 1"]).await;
    world.wait_until("it is counted", || running.counted() == 1).await;
    running.stop().await;
    // It happened to be the only one of its batch. Were the process killed now, it would deserve a second try.
    assert_eq!(*written.lock().unwrap(), [(1, false)]);
}

#[tokio::test(start_paused = true)]
async fn rules_that_fail_without_any_input_wait_and_lose_nothing() {
    let world = World::new(6, NoFaults);
    let running = world.run(1).await;
    world.feed(&["mine 50"]).await;
    world.wait_until("it is armed", || running.appends() == 1).await;
    world.clock.sleep(Duration::from_secs(1)).await;
    world.feed(&["event 1", "event 2"]).await;
    world.clock.sleep(Duration::from_secs(60)).await;
    let status = running.handle.status.borrow().clone();
    assert_eq!(status.blocked.as_deref(), Some("the rules failed: stepped on a mine"));
    assert!(!status.stopped);
    let consumed = running.handle.replica.borrow().cursors[&world.door].next;
    assert_eq!((consumed, running.appends()), (Seq(1), 1), "nothing was passed over");
    running.stop().await;
}
