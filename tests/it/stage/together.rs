//! What several processes make of commands, pages and failures together.

use std::collections::BTreeSet;
use std::time::Duration;

use pd::domain::command::Verdict;
use pd::domain::user::Channel;
use pd::journal::memory::NoFaults;

use super::fleet::{Fleet, Way};
use super::many::{Frozen, TAKEOVER};
use super::world::World;

async fn until_sent(fleet: &Fleet, channel: Channel, n: usize) {
    fleet.world.wait_until("it is sent", || fleet.sent_on(channel).len() >= n).await;
}

/// The one process that does all there is to do.
fn worker(fleet: &Fleet) -> u32 {
    let (incidents, notify) = fleet.who_consumes();
    assert_eq!((incidents.len(), &incidents), (1, &notify), "one does both");
    *incidents.first().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_thousand_commands_through_two_processes_that_race() {
    let world = World::new(1, NoFaults);
    let frozen = Frozen::new(&world);
    let fleet = Fleet::new(world, &[1, 2]).await;
    let mut asked = Vec::new();
    for round in 0..50_u32 {
        // Whoever works is away for longer than the other's patience, and comes back in the middle.
        frozen.freeze(1 + round % 2, Duration::from_millis(8_500 + 31 * u64::from(round)));
        for n in 0..20_u32 {
            let commands = fleet.processes[&(1 + n % 2)].commands.clone();
            let (actor, ask) = (fleet.actor(), fleet.incident(&format!("incident {round}-{n}")));
            asked.push(tokio::spawn(async move { commands.ask(actor, None, ask).await }));
            fleet.world.clock.sleep(Duration::from_millis(487)).await;
        }
    }
    let mut answered = 0;
    for ask in asked {
        match ask.await.unwrap() {
            Ok(Verdict::Done(_)) => answered += 1,
            Ok(Verdict::Rejected(rejection)) => panic!("{rejection:?}"),
            // Its process was away; it is judged all the same.
            Err(_) => {}
        }
    }
    assert!(answered > 700, "{answered} were answered in time");
    for process in fleet.processes.values() {
        let count = || process.incidents.state.borrow().incidents.len();
        fleet.world.wait_until("all are incidents", || count() == 1000).await;
        let state = process.incidents.state.borrow().clone();
        let numbers: Vec<u64> = state.incidents.keys().map(|number| number.0).collect();
        assert_eq!(numbers, (1..=1000).collect::<Vec<_>>(), "no number is skipped or doubled");
        let titles: BTreeSet<_> = state.incidents.values().map(|incident| incident.title.clone()).collect();
        assert_eq!(titles.len(), 1000);
    }
    let appends = fleet.processes.values().map(|it| it.incidents.status.borrow().appends);
    assert!(appends.clone().all(|n| n > 50), "{:?}", appends.collect::<Vec<_>>());
    fleet.assert_no_message_repeated();
    fleet.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_command_through_a_passive_process_is_answered_well_under_a_second() {
    let fleet = Fleet::new(World::new(2, NoFaults), &[1, 2, 3]).await;
    fleet.open(1, "first").await.unwrap();
    fleet.world.clock.sleep(TAKEOVER).await;
    let working = worker(&fleet);
    for n in 0..30_u32 {
        let began = fleet.world.clock.monotonic();
        fleet.open(1 + n % 3, &format!("incident {n}")).await.unwrap();
        let took = fleet.world.clock.monotonic() - began;
        assert!(took < Duration::from_millis(450), "{took:?}");
        fleet.world.clock.sleep(Duration::from_millis(137)).await;
    }
    assert_eq!(worker(&fleet), working);
    fleet.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_page_goes_out_in_time_although_the_worker_died() {
    for seed in 0..5 {
        let mut fleet = Fleet::new(World::new(seed, NoFaults), &[1, 2, 3]).await;
        fleet.open(1, "first").await.unwrap();
        until_sent(&fleet, Channel::Email, 1).await;
        // Its page is over.
        fleet.world.clock.sleep(Duration::from_secs(60)).await;
        let working = worker(&fleet);
        fleet.kill(working).await;
        let began = fleet.world.clock.monotonic();
        let other = *fleet.processes.keys().next().unwrap();
        fleet.open(other, "second").await.unwrap();
        until_sent(&fleet, Channel::Email, 2).await;
        until_sent(&fleet, Channel::Console, 2).await;
        let took = fleet.world.clock.monotonic() - began;
        assert!(took < TAKEOVER, "seed {seed}: {took:?}");
        fleet.assert_no_message_repeated();
        fleet.end().await;
    }
}

#[tokio::test(start_paused = true)]
async fn work_that_came_to_nothing_is_no_sign_that_its_worker_is_gone() {
    let fleet = Fleet::new(World::new(3, NoFaults), &[1, 2, 3]).await;
    fleet.open(1, "first").await.unwrap();
    fleet.world.clock.sleep(Duration::from_secs(60)).await;
    let working = worker(&fleet);
    let passive = *fleet.processes.keys().find(|process| **process != working).unwrap();
    for round in 0..12 {
        // The notify stage has nothing to do about it, and puts nothing on record: others wonder, and find that out.
        fleet.resolve(passive).await;
        fleet.world.clock.sleep(Duration::from_millis(5_000 + 250 * round)).await;
        fleet.open(passive, "another").await.unwrap();
        assert_eq!(worker(&fleet), working, "round {round}");
        fleet.world.clock.sleep(Duration::from_secs(60)).await;
    }
    fleet.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_broken_way_out_blocks_nobody() {
    let fleet = Fleet::new(World::new(3, NoFaults), &[1, 2]).await;
    fleet.open(1, "first").await.unwrap();
    until_sent(&fleet, Channel::Email, 1).await;
    fleet.world.clock.sleep(Duration::from_secs(60)).await;
    let working = worker(&fleet);
    fleet.ways.lock().unwrap().insert((working, Channel::Email), Way::Broken);
    let began = fleet.world.clock.monotonic();
    fleet.open(working, "second").await.unwrap();
    until_sent(&fleet, Channel::Email, 2).await;
    let took = fleet.world.clock.monotonic() - began;
    assert!(took < TAKEOVER, "{took:?}");
    assert_ne!(fleet.sent_on(Channel::Email)[1], working);
    // The next goes at once: the other does e-mail now, and nothing else.
    fleet.world.clock.sleep(Duration::from_secs(60)).await;
    let began = fleet.world.clock.monotonic();
    fleet.open(working, "third").await.unwrap();
    until_sent(&fleet, Channel::Email, 3).await;
    let took = fleet.world.clock.monotonic() - began;
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_eq!(worker(&fleet), working);
    assert_eq!(fleet.sent_on(Channel::Console), [working; 3]);
    fleet.assert_no_message_repeated();
    fleet.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_is_left_to_processes_that_have_it_and_given_up_if_none_has() {
    let mut fleet = Fleet::new(World::new(4, NoFaults), &[1]).await;
    // From now on nobody has a terminal.
    fleet.kill(1).await;
    fleet.start(2, &[Channel::Email]).await;
    fleet.start(3, &[Channel::Email]).await;
    fleet.open(2, "first").await.unwrap();
    let began = fleet.world.clock.monotonic();
    let notify = fleet.processes[&2].notify.state.clone();
    let counts = move || notify.borrow().counts;
    fleet.world.wait_until("it is given up", || counts().failed == 1 && counts().sent == 1).await;
    let took = fleet.world.clock.monotonic() - began;
    assert!(took < Duration::from_secs(60), "{took:?}");
    assert_eq!(fleet.sent_on(Channel::Email).len(), 1);
    // One that has a terminal is first, although it does nothing else.
    fleet.start(4, &[Channel::Email, Channel::Console]).await;
    fleet.open(2, "second").await.unwrap();
    until_sent(&fleet, Channel::Console, 1).await;
    assert_eq!(fleet.sent_on(Channel::Console), [4]);
    fleet.world.wait_until("all messages have ended", || counts().sent == 3).await;
    assert_eq!(counts().failed, 1);
    fleet.assert_no_message_repeated();
    fleet.end().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_dead_process_was_sending_is_settled_and_not_sent_again() {
    let mut fleet = Fleet::new(World::new(5, NoFaults), &[1, 2]).await;
    fleet.open(1, "first").await.unwrap();
    until_sent(&fleet, Channel::Email, 1).await;
    fleet.world.clock.sleep(Duration::from_secs(60)).await;
    let working = worker(&fleet);
    fleet.ways.lock().unwrap().insert((working, Channel::Email), Way::Hangs);
    fleet.open(1, "second").await.unwrap();
    until_sent(&fleet, Channel::Email, 2).await;
    until_sent(&fleet, Channel::Console, 2).await;
    // What came of the console is on record by then.
    fleet.world.clock.sleep(Duration::from_secs(1)).await;
    fleet.kill(working).await;
    let began = fleet.world.clock.monotonic();
    let left = fleet.processes.values().next().unwrap().notify.clone();
    assert_eq!(left.state.borrow().claims.len(), 1);
    fleet.world.wait_until("it is settled", || left.state.borrow().counts.unknown == 1).await;
    let took = fleet.world.clock.monotonic() - began;
    let range = Duration::from_secs(49)..Duration::from_secs(70);
    assert!(
        range.contains(&took),
        "{took:?}: deadline, the provider's time-out, the clocks' bound, and a takeover"
    );
    fleet.assert_no_message_repeated();
    fleet.end().await;
}
