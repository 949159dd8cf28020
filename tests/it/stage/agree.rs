//! Processes that cannot or must not go on, while the others do: a newer release's facts, rules that fail, and states
//! that differ.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use pd::archive::memory::MemoryArchive;
use pd::domain::command::Verdict;
use pd::domain::time::Timestamp;
use pd::ingest::NoVerdict;
use pd::journal::memory::NoFaults;
use pd::journal::{Entry, Journal as _, LogName, Seq, Snapshot};
use pd::pacer::{self, Pacer};
use pd::purge;
use pd::stage::{Arrival, Error, Lanes, Many, NoMark, Place, Stage};
use serde::{Deserialize, Serialize};

use super::fleet::Fleet;
use super::many::{TAKEOVER, many};
use super::tally::{self, Line, Record, State, Tally};
use super::world::{SENDER, World};

/// The counting stage as an older release had it: it has not heard of quarantine, and its rules fail on what is `new`.
struct Older(Tally);

#[derive(Serialize, Deserialize)]
enum OldFact {
    Counted { name: Arc<str>, filling: String },
}

impl Stage for Older {
    type State = State;
    type Fact = OldFact;
    type Input = Line;
    type Record = Record;

    fn decide(state: &State, _: &[Line], _: Timestamp) -> (Vec<OldFact>, State) {
        (Vec::new(), state.clone())
    }

    fn evolve(state: &mut State, OldFact::Counted { name, filling }: &OldFact) {
        assert!(!name.starts_with("new"), "{name} is unheard of");
        Tally::evolve(state, &tally::Fact::Counted { name: name.clone(), filling: filling.clone() });
    }

    fn records(state: &State) -> Box<dyn Iterator<Item = Record> + Send + '_> {
        Tally::records(state)
    }

    fn restore(records: &mut dyn Iterator<Item = Record>) -> State {
        Tally::restore(records)
    }

    fn next_due(&self, state: &State) -> Option<Timestamp> {
        self.0.next_due(state)
    }

    fn log(&self) -> LogName {
        self.0.log()
    }

    fn sources(&self, state: &State) -> Vec<LogName> {
        self.0.sources(state)
    }

    fn goes_first(&self, log: &LogName) -> bool {
        self.0.goes_first(log)
    }

    fn read(&self, log: &LogName, seq: Seq, entry: &Entry) -> Result<Vec<Arrival<Line>>, Error> {
        self.0.read(log, seq, entry)
    }

    fn poison(&self, place: &Place, input: &Line, reason: Arc<str>) -> Option<Line> {
        self.0.poison(place, input, reason)
    }

    fn drained(&self, _: &State, _: &[LogName]) -> Vec<Line> {
        Vec::new()
    }

    fn offers(&mut self, _: &State, _: &Lanes) -> Vec<Line> {
        Vec::new()
    }

    fn appended(&mut self, _: &[OldFact], _: &Arc<State>) {}
}

/// Why the older release stops when the newer one has consumed this line.
async fn parked_by(line: &str) -> Error {
    let world = World::new(1, NoFaults);
    let newer = world.run_with(1, many(Many::default()), || Box::new(NoMark)).await.unwrap();
    world.feed(&["event 0"]).await;
    world.wait_until("it is counted", || newer.counted() == 1).await;
    let given = world.process(2).0;
    let stage = || Older(world.tally());
    let older = world.run_stage(given, stage, many(Many::default()), || Box::new(NoMark)).await.unwrap();
    world.feed(&[line]).await;
    let error = older.stopped().await;
    // The other goes on.
    world.feed(&["event 1"]).await;
    world.wait_until("it is counted", || newer.state().counts.contains_key("event 1")).await;
    newer.stop().await;
    error
}

#[tokio::test(start_paused = true)]
async fn what_a_newer_release_wrote_parks_an_older_one() {
    match parked_by("boom 1").await {
        Error::Unreadable { seq, reason, .. } => {
            assert_eq!(seq, Seq(1));
            assert!(reason.contains("Quarantined"), "{reason}");
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn rules_that_fail_on_anothers_entry_park_the_process() {
    match parked_by("new 1").await {
        Error::Fails { seq, reason, .. } => {
            assert_eq!((seq, reason.as_str()), (Seq(1), "new 1 is unheard of"));
        }
        other => panic!("{other}"),
    }
}

/// One round of the job that takes snapshots of incidents, in this process.
async fn round(fleet: &Fleet, process: u32) -> Result<(), pacer::Error> {
    let world = fleet.world.process(process).0;
    let (clock, ids) = (Arc::clone(&world.clock), Arc::clone(&world.ids));
    let (pacer, _) = Pacer::new(clock, ids, world.shutdown.clone(), pacer::Settings::default());
    let parts = purge::Parts {
        world,
        archive: Arc::new(MemoryArchive::new()),
        incidents: fleet.processes[&process].incidents.clone(),
        notify: fleet.processes[&process].notify.clone(),
        settings: purge::Settings { snapshot_entries: 100, ..purge::Settings::default() },
    };
    let mut jobs = purge::jobs(&parts);
    let job = jobs.iter_mut().find(|job| job.name() == "incidents journal").unwrap();
    job.round(&mut pacer.pace(job.name())).await
}

/// Two processes that both remember a landmark; the one that works comes first.
async fn two() -> (Fleet, u32, u32, Seq) {
    let fleet = Fleet::new(World::new(2, NoFaults), &[1, 2]).await;
    for n in 0..70 {
        fleet.open(1, &format!("incident {n}")).await.unwrap();
    }
    fleet.world.clock.sleep(TAKEOVER).await;
    let (incidents, _) = fleet.who_consumes();
    let working = *incidents.first().unwrap();
    let passed = |process| {
        let landmarks = fleet.processes[&process].incidents.landmarks.borrow().clone();
        landmarks.beyond(Seq::FIRST).unwrap().next
    };
    let at = passed(working);
    assert_eq!((at, at.0 % 64), (passed(3 - working), 0));
    (fleet, working, 3 - working, at)
}

#[tokio::test(start_paused = true)]
async fn the_worker_takes_snapshots_and_the_others_agree() {
    let (fleet, working, other, at) = two().await;
    let snapshots = || async {
        let sealed = fleet.world.store.handle(SENDER).snapshots(&LogName::incidents()).await.unwrap();
        sealed.into_iter().map(|snapshot| snapshot.at).collect::<Vec<_>>()
    };
    round(&fleet, other).await.unwrap();
    assert_eq!(snapshots().await, [], "that is left to the worker");
    round(&fleet, working).await.unwrap();
    assert_eq!(snapshots().await, [at]);
    round(&fleet, other).await.unwrap();
    round(&fleet, working).await.unwrap();
    fleet.world.clock.sleep(Duration::from_secs(1)).await;
    for process in [working, other] {
        assert!(!fleet.processes[&process].incidents.status.borrow().stopped);
    }
    assert_eq!(snapshots().await, [at]);
    fleet.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_process_whose_state_differs_stops_and_still_accepts() {
    let (fleet, working, other, at) = two().await;
    let (journal, log) = (fleet.world.store.handle(SENDER), LogName::incidents());
    let previous = fleet.processes[&other].incidents.landmarks.borrow().at(at).unwrap().previous;
    let snapshot = Snapshot { at, previous, parts: 1, digest: [7; 32], taken_at: fleet.world.clock.now() };
    journal.put_snapshot_part(&log, at, 0, Bytes::from_static(b"{}\n")).await.unwrap();
    journal.seal_snapshot(&log, snapshot).await.unwrap();
    let failure = round(&fleet, other).await.unwrap_err().to_string();
    assert!(failure.contains("differs from the snapshot"), "{failure}");
    let stopped = |status: pd::stage::Status| status.stopped && status.blocked == Some(failure.clone());
    let process = &fleet.processes[&other];
    fleet
        .world
        .wait_until("both its stages stop", || {
            stopped(process.incidents.status.borrow().clone())
                && stopped(process.notify.status.borrow().clone())
        })
        .await;
    // It accepts, and the other judges.
    match fleet.open(other, "accepted").await {
        Err(NoVerdict::Pending { .. }) => {}
        answer => panic!("{answer:?}"),
    }
    assert!(matches!(fleet.open(working, "answered").await, Ok(Verdict::Done(_))));
    let state = fleet.processes[&working].incidents.state.clone();
    let is_open = || state.borrow().incidents.values().any(|incident| &*incident.title == "accepted");
    fleet.world.wait_until("what it accepted is an incident", is_open).await;
    fleet.end().await;
}
