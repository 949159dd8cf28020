//! A door that others close while its process still writes into it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pd::domain::incidents::state::State;
use pd::ingest::{self, Admission, Limits, Newest, Refused, Writer};
use pd::journal::memory::{Fault, NoFaults, Op, OpKind};
use pd::journal::{Journal as _, LogName, Seq};
use pd::overload::Standpoint;
use pd::stage::Bell;
use tokio::sync::watch;
use uuid::Uuid;

use super::world::{SENDER, World};

/// How long a caller waits; the faults are over long before.
const PATIENCE: Duration = Duration::from_secs(600);

/// A replica that has consumed so much of every door.
struct Consumed(Seq);

#[async_trait]
impl Newest for Consumed {
    async fn newest(&self) -> Option<Arc<State>> {
        None
    }

    fn consumed(&self, _: &LogName) -> Seq {
        self.0
    }

    fn standpoint(&self, _: &LogName) -> Standpoint {
        Standpoint::default()
    }
}

/// What a door of the first process needs.
pub(super) fn parts(world: &World, newest: Arc<dyn Newest>) -> ingest::Parts {
    ingest::Parts {
        journal: Arc::new(world.store.handle(1)),
        clock: Arc::clone(&world.clock),
        ids: Arc::clone(&world.ids),
        process: Uuid::from_u128(1),
        node: "one".to_owned(),
        bell: Bell::default(),
        state: watch::channel(Arc::new(State::default())).1,
        newest,
        closed: watch::channel(None).1,
    }
}

/// What others do with the door while it is not known whether the second entry was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Meanwhile {
    Closed,
    ClosedAndDropped,
}

/// Writes `one`, then `two` with this fault while others do something; gives all that stands in doors, door by door.
async fn written(fault: Fault, meanwhile: Meanwhile, consumed: Seq) -> Vec<Vec<String>> {
    let world = World::new(1, NoFaults);
    let parts = parts(&world, Arc::new(Consumed(consumed)));
    let door = ingest::register(&parts).await.unwrap();
    let admission = Admission::new(&Limits::default(), Arc::clone(&parts.clock));
    let (writer, task) = Writer::events(parts, Some(door), admission);
    let task = tokio::spawn(task);
    let first = writer.write(None, b"one\n".to_vec(), PATIENCE).await.unwrap();
    assert_eq!((first.door, first.seq), (door, Seq(0)));

    // Once, then nothing works until the others are done.
    let mut once = Some(fault);
    world.set_faults(move |op: &Op| match (op.kind, once.take()) {
        (OpKind::Append, Some(fault)) => fault,
        _ => Fault::Unavailable,
    });
    let write = tokio::spawn({
        let writer = writer.clone();
        async move { writer.write(None, b"two\n".to_vec(), PATIENCE).await }
    });
    world.clock.sleep(Duration::from_secs(1)).await;
    let others = world.store.handle(SENDER);
    let log = LogName::door_events(door);
    others.close(&log).await.unwrap();
    if meanwhile == Meanwhile::ClosedAndDropped {
        others.drop_closed(&log).await.unwrap();
    }
    world.set_faults(NoFaults);
    // The sender may have been told that nobody knows; the entry is settled all the same.
    let told = write.await.unwrap();
    assert!(matches!(told, Ok(_) | Err(Refused::Unknown)), "{told:?}");
    writer.write(None, b"three\n".to_vec(), PATIENCE).await.unwrap();
    drop(writer);
    task.await.unwrap();

    let mut doors = Vec::new();
    for log in others.logs().await.unwrap() {
        if log.as_str().ends_with("/events") {
            let entries = world.entries(&log).await;
            let text = entries.iter().map(|entry| String::from_utf8(entry.body.to_vec()).unwrap());
            doors.push((log != LogName::door_events(door), text.collect::<Vec<_>>()));
        }
    }
    doors.sort();
    doors.into_iter().map(|(_, texts)| texts).collect()
}

#[tokio::test(start_paused = true)]
async fn what_was_accepted_before_the_door_was_closed_is_not_written_again() {
    let both = vec![vec!["one\n".to_owned(), "two\n".to_owned()], vec!["three\n".to_owned()]];
    assert_eq!(written(Fault::LostReply, Meanwhile::Closed, Seq(0)).await, both);
    assert_eq!(written(Fault::LostReply, Meanwhile::Closed, Seq(2)).await, both);
    // It was drained and dropped: what is left of it is its end.
    let dropped = written(Fault::LostReply, Meanwhile::ClosedAndDropped, Seq(0)).await;
    assert_eq!(dropped.concat(), ["three\n"]);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_is_written_into_a_fresh_door() {
    let moved = vec![vec!["one\n".to_owned()], vec!["two\n".to_owned(), "three\n".to_owned()]];
    // It arrives at a door that is closed by then.
    let late = Fault::Late { told: Duration::from_millis(50), applied: Duration::from_secs(5) };
    assert_eq!(written(late.clone(), Meanwhile::Closed, Seq(0)).await, moved);
    assert_eq!(written(late.clone(), Meanwhile::Closed, Seq(1)).await, moved);
    assert_eq!(written(late, Meanwhile::ClosedAndDropped, Seq(1)).await.concat(), ["two\n", "three\n"]);
}
