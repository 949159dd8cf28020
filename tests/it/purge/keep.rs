//! Archiving, expiry, and doors.

use std::sync::Arc;
use std::time::Duration;

use pd::archive::{Archive as _, Filter};
use pd::domain::id::IncidentNumber;
use pd::domain::incidents::input::Input;
use pd::journal::memory::MemoryStore;
use pd::journal::{Journal, LogName};
use uuid::Uuid;

use super::bench::Bench;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let journal: Arc<dyn Journal> = Arc::new(MemoryStore::new().handle(0));
    Bench::new(Arc::clone(&journal), journal, &folder.path().join("key")).await
}

fn told(bench: &mut Bench) -> Vec<Input> {
    std::iter::from_fn(|| bench.local.try_recv().ok()).collect()
}

#[tokio::test(start_paused = true)]
async fn closed_incidents_move_to_the_archive_whole_and_once() {
    let mut bench = bench().await;
    bench.accept("trigger", &["a", "b"]).await;
    bench.accept("trigger", &["a"]).await;
    bench.accept("resolve", &["a"]).await;
    bench.consume().await;
    bench.round().await;
    assert_eq!(told(&mut bench), [], "it was closed a moment ago");

    bench.clock.advance(DAY);
    bench.round().await;
    let inputs = told(&mut bench);
    let number = IncidentNumber(1);
    let revision = bench.incidents.state.incidents[&number].revision;
    assert_eq!(inputs, [Input::Archived { number, revision }]);
    let closed = bench.archive.get(number).await.unwrap().unwrap();
    assert_eq!(closed.incident, *bench.incidents.state.incidents[&number]);
    assert_eq!(&*closed.service_name, &*bench.incidents.state.services.values().next().unwrap().name);
    let names: Vec<_> = closed.users.iter().map(|(_, name)| &**name).collect();
    assert_eq!(names, ["ann"], "who was paged");
    let bodies: Vec<_> = closed.events.iter().map(|event| event.body.to_string()).collect();
    let sent: Vec<_> = bench.bodies.values().cloned().collect();
    assert_eq!(bodies, [sent[0].clone(), sent[2].clone()], "the first and the latest");

    // The process dies before the stage has heard of it: it is done again, to the same end.
    bench.round().await;
    assert_eq!(told(&mut bench), inputs);
    bench.decide(inputs, Vec::new()).await;
    assert_eq!(bench.incidents.state.incidents.len(), 1);
    bench.round().await;
    assert_eq!(told(&mut bench), []);
    assert_eq!(bench.archive.count(&Filter::default()).await, Ok(1));

    bench.clock.advance(398 * DAY);
    bench.round().await;
    assert_eq!(bench.archive.count(&Filter::default()).await, Ok(1));
    bench.clock.advance(2 * DAY);
    bench.round().await;
    assert_eq!(bench.archive.count(&Filter::default()).await, Ok(0));
}

#[tokio::test(start_paused = true)]
async fn a_stage_that_is_behind_is_waited_for() {
    let mut bench = bench().await;
    bench.accept("trigger", &["a"]).await;
    bench.accept("resolve", &["a"]).await;
    bench.consume().await;
    bench.clock.advance(DAY);
    let (pacer, statuses) = bench.pacer();
    let mut jobs = bench.jobs();
    let job = jobs.iter_mut().find(|job| job.name() == "archiving").unwrap();
    let mut pace = pacer.pace("archiving");
    for expected in [1, 0, 0] {
        job.round(&mut pace).await.unwrap();
        assert_eq!(told(&mut bench).len(), expected);
    }
    let waits_for = statuses.borrow()["archiving"].waits_for.clone();
    assert_eq!(waits_for.as_deref(), Some("the incidents stage to let go of what was archived"));
    bench.clock.advance(Duration::from_secs(61));
    job.round(&mut pace).await.unwrap();
    assert_eq!(told(&mut bench).len(), 1, "what it was told may have been lost with a batch");
}

#[tokio::test(start_paused = true)]
async fn silent_doors_are_closed_and_drained_ones_dropped() {
    let mut bench = bench().await;
    let mine = bench.door;
    let theirs = bench.open_door(Uuid::from_u128(2)).await;
    bench.door = theirs;
    bench.accept("trigger", &["a"]).await;
    bench.consume().await;
    let log = LogName::door_events(theirs);
    let closed = async |bench: &Bench, door| {
        bench.world.doors.extent(&LogName::door_events(door)).await.unwrap().closed
    };
    bench.clock.advance(DAY / 2);
    bench.accept("trigger", &["a"]).await;
    bench.consume().await;
    bench.clock.advance(DAY * 3 / 4);
    bench.round().await;
    assert!(!closed(&bench, theirs).await, "it was silent for less than a day");
    bench.clock.advance(DAY / 2);
    bench.round().await;
    assert!(closed(&bench, theirs).await);
    assert!(!closed(&bench, mine).await, "never one of this process");
    assert!(bench.world.doors.logs().await.unwrap().contains(&log), "it is still consumed");

    bench.decide(vec![Input::DoorDrained { door: theirs }], Vec::new()).await;
    bench.round().await;
    assert!(!bench.world.doors.logs().await.unwrap().contains(&log));
    bench.check().await;
}

#[tokio::test(start_paused = true)]
async fn a_door_that_was_never_read_is_not_dropped() {
    let mut bench = bench().await;
    // Registered, written and closed, before the stage has read the list of doors.
    let unknown = Uuid::from_u128(5);
    bench.door = unknown;
    bench.accept("trigger", &["a"]).await;
    let log = LogName::door_events(unknown);
    bench.world.doors.close(&log).await.unwrap();
    bench.clock.advance(3 * DAY);
    bench.round().await;
    assert!(bench.world.doors.logs().await.unwrap().contains(&log));
}
