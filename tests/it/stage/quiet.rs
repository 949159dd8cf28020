//! Two stages that consume each other come to rest.

use std::time::Duration;

use pd::journal::LogName;
use pd::journal::memory::NoFaults;
use pd::stage::{NoMark, Signal};

use super::tally::Tally;
use super::world::{Running, World, eager};

/// The pair: the one reads the door and the other's journal, the other reads the first one's.
async fn pair(world: &World) -> (Running<Tally>, Running<Tally>) {
    let one = || Tally { log: LogName::incidents(), sources: vec![LogName::notify(), world.door.clone()] };
    let two = || Tally { log: LogName::notify(), sources: vec![LogName::incidents()] };
    let mark = || Box::new(NoMark) as Box<_>;
    let (first, second) = (world.process(1).0, world.process(2).0);
    let one = world.run_stage(first, one, eager(), mark).await.unwrap();
    let two = world.run_stage(second, two, eager(), mark).await.unwrap();
    (one, two)
}

#[tokio::test(start_paused = true)]
async fn stages_do_not_answer_each_others_answers() {
    let world = World::new(1, NoFaults);
    let (one, two) = pair(&world).await;
    // Enough that cursors alone are put on record, which the other stage then reads.
    for name in 0..700 {
        world.feed(&[format!("event {name}")]).await;
        world.clock.sleep(Duration::from_millis(1)).await;
        world.ring(Signal::Stage);
        world.clock.sleep(Duration::from_millis(1)).await;
    }
    world.wait_until("all are counted", || one.counted() == 700).await;
    world.clock.sleep(Duration::from_secs(10)).await;
    let appends = (one.appends(), two.appends());
    assert!(appends.0 >= 600, "each event had an entry of its own, about: {appends:?}");
    assert!((1..20).contains(&appends.1), "cursors are on record now and then only: {appends:?}");
    world.clock.sleep(Duration::from_secs(3600)).await;
    assert_eq!((one.appends(), two.appends()), appends, "nothing happens, and still something is written");

    // What is not on record is consumed again after a start, and comes to nothing again.
    one.kill().await;
    two.kill().await;
    let (one, two) = pair(&world).await;
    world.clock.sleep(Duration::from_secs(3600)).await;
    assert!(one.appends() + two.appends() <= 2, "{} and {}", one.appends(), two.appends());
    one.stop().await;
    two.stop().await;
    world.assert_each_once((0..700).map(|name| format!("event {name}"))).await;
}

#[tokio::test(start_paused = true)]
async fn a_timer_rings_on_time_and_once() {
    let world = World::new(2, NoFaults);
    let running = world.run(1).await;
    world.feed(&["timer 90000"]).await;
    world.wait_until("it is armed", || !running.state().timers.is_empty()).await;
    let at = *running.state().timers.get_min().map(|(at, _)| at).unwrap();
    world.wait_until("it rings", || running.state().timers.is_empty()).await;
    let late = world.clock.now().since(at);
    assert!(late <= Duration::from_millis(10), "{late:?} late");
    assert_eq!(running.appends(), 2);
    world.clock.sleep(Duration::from_secs(600)).await;
    assert_eq!(running.appends(), 2);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn inputs_that_lead_to_nothing_are_consumed_all_the_same() {
    let world = World::new(3, NoFaults);
    let running = world.run(1).await;
    world.feed(&["quiet 1", "quiet 2"]).await;
    world.wait_until("the cursor is on record", || running.appends() == 1).await;
    let cursor = running.handle.replica.borrow().cursors[&world.door].clone();
    assert_eq!((cursor.next.0, cursor.skip), (1, 0));
    running.stop().await;
}
