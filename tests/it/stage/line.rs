//! The line behind a door: what is accepted is what can be worked off in time.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pd::clock::SharedClock;
use pd::domain::incidents::state::State;
use pd::domain::service::RoutingKey;
use pd::ingest::{self, Admission, Limits, Newest, Writer};
use pd::journal::memory::{Fault, Op, OpKind};
use pd::journal::{LogName, Seq};
use pd::mutants::{self, Mutant};
use pd::overload::{Pressure, Standpoint};

use super::door::parts;
use super::world::World;

/// How long an append takes.
const APPEND: Duration = Duration::from_millis(10);
/// The stages work off one entry in so long: a third of those that the store takes.
const WORK: Duration = Duration::from_millis(30);
/// Senders, each of which waits for its answer, and a little after a refusal.
const SENDERS: u8 = 40;
const PAUSE: Duration = Duration::from_millis(200);

/// Stages that are slower than the door.
struct Slow {
    clock: SharedClock,
    began: Duration,
}

impl Slow {
    fn done(&self) -> u64 {
        u64::try_from(self.clock.monotonic().saturating_sub(self.began).as_millis() / WORK.as_millis())
            .unwrap()
    }
}

#[async_trait]
impl Newest for Slow {
    async fn newest(&self) -> Option<Arc<State>> {
        None
    }

    fn consumed(&self, _: &LogName) -> Seq {
        Seq(self.done())
    }

    fn standpoint(&self, _: &LogName) -> Standpoint {
        Standpoint { door: self.done(), incidents: self.done(), notify: self.done() }
    }
}

/// What came of two minutes.
#[derive(Debug)]
struct Seen {
    accepted: usize,
    refused: usize,
    /// In how long what was accepted would be worked off.
    line: Duration,
    pressure: Pressure,
    /// In how many seconds who is refused is to come again.
    again: u64,
}

async fn two_minutes() -> Seen {
    let slow = |op: &Op| if op.kind == OpKind::Append { Fault::Stall(APPEND) } else { Fault::None };
    let world = World::new(1, slow);
    let clock = Arc::clone(&world.clock);
    let stages = Arc::new(Slow { clock: Arc::clone(&clock), began: clock.monotonic() });
    let parts = parts(&world, Arc::clone(&stages) as Arc<dyn Newest>);
    let door = ingest::register(&parts).await.unwrap();
    let limits = Limits::default();
    let admission =
        Admission::new(&limits, Arc::clone(&clock)).before(Arc::clone(&stages) as Arc<dyn Newest>, &limits);
    let (writer, task) = Writer::events(parts, Some(door), admission.clone());
    let task = tokio::spawn(task);
    let until = clock.monotonic() + Duration::from_secs(120);
    let senders: Vec<_> = (0..SENDERS)
        .map(|n| {
            let (writer, admission, clock) = (writer.clone(), admission.clone(), Arc::clone(&clock));
            tokio::spawn(async move {
                let sender = Some(RoutingKey::from_random([n; 16]));
                let (mut accepted, mut refused, mut last) = (0, 0, Seq::FIRST);
                while clock.monotonic() < until {
                    let Some(place) = admission.enter(sender, 10) else {
                        refused += 1;
                        clock.sleep(PAUSE).await;
                        continue;
                    };
                    last = writer.write(sender, vec![b'x'; 10], Duration::from_secs(60)).await.unwrap().seq;
                    accepted += 1;
                    drop(place);
                }
                (accepted, refused, last)
            })
        })
        .collect();
    drop(writer);
    let (mut accepted, mut refused, mut last) = (0, 0, Seq::FIRST);
    for sender in senders {
        let (its, not, at) = sender.await.unwrap();
        (accepted, refused, last) = (accepted + its, refused + not, last.max(at));
    }
    let left = u32::try_from(last.0.saturating_sub(stages.done())).unwrap();
    let (pressure, again) = (admission.pressure(Duration::ZERO), admission.retry_after(0));
    task.await.unwrap();
    Seen { accepted, refused, line: WORK * left, pressure, again }
}

#[tokio::test(start_paused = true)]
async fn what_is_accepted_waits_no_longer_than_it_may() {
    let seen = two_minutes().await;
    assert!(seen.line < Duration::from_secs(23) && seen.refused > 0, "{seen:?}");
    // Entries of forty events each, and so many of them are worked off in that time.
    assert!(seen.accepted > 40 * 4_000 * 9 / 10, "{seen:?}");
    assert_ne!(seen.pressure, Pressure::None, "{seen:?}");
    assert!((4..=20).contains(&seen.again), "{seen:?}");

    mutants::set(Some(Mutant::BacklogWithoutBound));
    let without = two_minutes().await;
    mutants::set(None);
    assert!(without.line > Duration::from_secs(60) && without.refused == 0, "{without:?}");
}
