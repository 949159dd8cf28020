//! Equal processes on one journal: who works, who takes over, and what an idle system does.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pd::clock::SharedClock;
use pd::journal::memory::{Fault, NoFaults, Op, OpKind};
use pd::journal::{Journal as _, LogName, SEGMENT, Seq};
use pd::stage::{Company, Duty, Many, NoMark, Replica, Settings};
use tokio::sync::watch;

use super::tally::Tally;
use super::world::{Running, SENDER, World, eager};

/// Within this time another process takes the work over.
pub(super) const TAKEOVER: Duration = Duration::from_secs(15);

const PROCESSES: [u32; 3] = [1, 2, 3];

pub(super) fn many(many: Many) -> Settings {
    Settings { company: Company::Many(many), ..eager() }
}

/// Starts the counting stage in this process, as one of many.
async fn run(world: &World, process: u32) -> Running<Tally> {
    world.run_with(process, many(Many::default()), || Box::new(NoMark)).await.unwrap()
}

async fn run_three(world: &World) -> BTreeMap<u32, Running<Tally>> {
    let mut all = BTreeMap::new();
    for process in PROCESSES {
        all.insert(process, run(world, process).await);
    }
    all
}

fn appends(all: &BTreeMap<u32, Running<Tally>>) -> Vec<u64> {
    all.values().map(Running::appends).collect()
}

/// Feeds a line every `pause` for `span`.
async fn feed_for(world: &World, names: &mut Vec<String>, span: Duration, pause: Duration) {
    let until = world.clock.monotonic() + span;
    while world.clock.monotonic() < until {
        let name = format!("event {}", names.len());
        world.feed(&[&name]).await;
        names.push(name);
        world.clock.sleep(pause).await;
    }
}

async fn until_counted(world: &World, running: &Running<Tally>, names: &[String]) {
    world.wait_until("all are counted", || running.counted() == names.len()).await;
}

/// The process that consumes; there is one.
fn worker(all: &BTreeMap<u32, Running<Tally>>) -> u32 {
    let consumes = |running: &Running<Tally>| {
        let works_on = running.handle.status.borrow().works_on.clone().unwrap();
        works_on.contains(&Duty::Consuming)
    };
    let workers: Vec<_> = all.iter().filter(|(_, it)| consumes(it)).map(|(process, _)| *process).collect();
    assert_eq!(workers.len(), 1, "{workers:?} work");
    workers[0]
}

/// Processes that hang in whatever they ask of the store, until a moment.
#[derive(Clone)]
pub(super) struct Frozen {
    clock: SharedClock,
    until: Arc<Mutex<BTreeMap<u32, Duration>>>,
}

impl Frozen {
    pub(super) fn new(world: &World) -> Self {
        let frozen = Self { clock: Arc::clone(&world.clock), until: Arc::default() };
        let plan = frozen.clone();
        world.set_faults(move |op: &Op| plan.fault(op.process));
        frozen
    }

    pub(super) fn freeze(&self, process: u32, span: Duration) {
        self.until.lock().unwrap().insert(process, self.clock.monotonic() + span);
    }

    fn fault(&self, process: u32) -> Fault {
        let until = self.until.lock().unwrap().get(&process).copied().unwrap_or_default();
        match until.saturating_sub(self.clock.monotonic()) {
            Duration::ZERO => Fault::None,
            left => Fault::Stall(left),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn idle_processes_read_at_a_constant_rate_and_write_nothing() {
    let world = World::new(1, NoFaults);
    let (reads, writes) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (r, w) = (Arc::clone(&reads), Arc::clone(&writes));
    world.set_faults(move |op: &Op| {
        if op.process != SENDER {
            let counter = if op.kind.writes() { &w } else { &r };
            counter.fetch_add(1, SeqCst);
        }
        Fault::None
    });
    let all = run_three(&world).await;
    world.clock.sleep(Duration::from_secs(60)).await;
    let count = || (reads.load(SeqCst), writes.load(SeqCst));
    let before = count();
    world.clock.sleep(Duration::from_secs(600)).await;
    let after = count();
    assert_eq!(after.1, 0, "appends: {:?}", appends(&all));
    // Each reads its journal five times a second, and each source once.
    let per_second = (after.0 - before.0) / 600;
    assert!((15..=19).contains(&per_second), "{per_second} reads a second");

    // With a worker it is the same, but that this one reads its sources more often.
    world.feed(&["event 0"]).await;
    world.wait_until("it is counted", || all.values().all(|it| it.counted() == 1)).await;
    let written = count().1;
    let before = count();
    world.clock.sleep(Duration::from_secs(600)).await;
    let after = count();
    assert_eq!((after.1, appends(&all).iter().sum::<u64>()), (written, 1));
    let per_second = (after.0 - before.0) / 600;
    assert!((19..=23).contains(&per_second), "{per_second} reads a second");
    for (_, running) in all {
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_steps_in_while_it_moves_and_all_see_it() {
    let world = World::new(2, NoFaults);
    let all = run_three(&world).await;
    let mut names = Vec::new();
    feed_for(&world, &mut names, TAKEOVER, Duration::from_millis(50)).await;
    world.wait_until("somebody works", || appends(&all).iter().sum::<u64>() > 0).await;
    feed_for(&world, &mut names, Duration::from_secs(10), Duration::from_millis(50)).await;
    let (working, before) = (worker(&all), appends(&all));
    // Slower than the patience too: what comes is done before it is overdue.
    feed_for(&world, &mut names, Duration::from_secs(120), Duration::from_millis(50)).await;
    feed_for(&world, &mut names, Duration::from_secs(600), Duration::from_secs(9)).await;
    let after = appends(&all);
    for (at, process) in PROCESSES.into_iter().enumerate() {
        assert_eq!(process == working, after[at] > before[at], "{working} works: {before:?} {after:?}");
    }
    // What the worker appended is seen everywhere well within a second.
    for round in 0..20 {
        feed_for(&world, &mut names, Duration::from_millis(1), Duration::from_millis(1)).await;
        let began = world.clock.monotonic();
        world.wait_until("all see it", || all.values().all(|it| it.counted() == names.len())).await;
        let took = world.clock.monotonic() - began;
        assert!(took < Duration::from_millis(450), "round {round}: {took:?}");
        world.clock.sleep(Duration::from_millis(77)).await;
    }
    for (_, running) in all {
        running.stop().await;
    }
    world.assert_each_once(names).await;
}

#[tokio::test(start_paused = true)]
async fn another_takes_over_from_a_process_that_died_or_hangs() {
    for seed in 0..8 {
        let world = World::new(seed, NoFaults);
        let frozen = Frozen::new(&world);
        let mut all = run_three(&world).await;
        let mut names = Vec::new();
        feed_for(&world, &mut names, TAKEOVER, Duration::from_millis(500)).await;
        let first = worker(&all);
        let dies = seed % 2 == 0;
        if dies {
            all.remove(&first).unwrap().kill().await;
        } else {
            frozen.freeze(first, Duration::from_secs(40));
        }
        let left = names.len();
        feed_for(&world, &mut names, TAKEOVER, Duration::from_millis(500)).await;
        let seen = all.iter().filter(|(process, _)| **process != first).map(|(_, it)| it.counted()).min();
        assert!(seen > Some(left), "seed {seed}: nobody took over from {first}");
        // It thaws, with what it had decided then, and finds it done.
        feed_for(&world, &mut names, Duration::from_secs(40), Duration::from_millis(500)).await;
        let second = worker(&all);
        assert_ne!(first, second, "seed {seed}");
        for running in all.values() {
            until_counted(&world, running, &names).await;
        }
        for (_, running) in all {
            running.stop().await;
        }
        world.assert_each_once(names).await;
    }
}

#[tokio::test(start_paused = true)]
async fn two_that_race_lose_nothing_and_double_nothing() {
    for seed in 0..2 {
        let world = World::new(seed, NoFaults);
        let frozen = Frozen::new(&world);
        let (one, two) = (run(&world, 1).await, run(&world, 2).await);
        let mut names = Vec::new();
        // Whoever works hangs for longer than the other's patience, again and again, and comes back in the middle.
        for round in 0..50 {
            let process = 1 + u32::from(round % 2 == 1);
            frozen.freeze(process, Duration::from_millis(9_000 + 37 * round));
            for _ in 0..20 {
                feed_for(&world, &mut names, Duration::from_millis(1), Duration::from_millis(487)).await;
            }
        }
        assert_eq!(names.len(), 1000);
        for running in [&one, &two] {
            until_counted(&world, running, &names).await;
        }
        assert!(one.appends() > 50 && two.appends() > 50, "{} and {}", one.appends(), two.appends());
        one.stop().await;
        two.stop().await;
        world.assert_each_once(names).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_timer_of_a_process_that_died_rings_once() {
    let world = World::new(4, NoFaults);
    let mut all = run_three(&world).await;
    world.feed(&["timer 60000"]).await;
    world.wait_until("it is armed", || all.values().all(|it| !it.state().timers.is_empty())).await;
    let at = *all[&1].state().timers.get_min().map(|(at, _)| at).unwrap();
    let first = worker(&all);
    all.remove(&first).unwrap().kill().await;
    world.wait_until("it rings", || all.values().all(|it| it.state().timers.is_empty())).await;
    let late = world.clock.now().since(at);
    assert!(late > Duration::from_secs(4) && late < TAKEOVER, "{late:?} late");
    assert_eq!(appends(&all).iter().sum::<u64>(), 1);
    for (_, running) in all {
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_whose_clock_is_off_steps_in_last() {
    for seed in 0..5 {
        let world = World::new(seed, NoFaults);
        let off = Many::new(watch::channel(Duration::ZERO).1, watch::channel(true).1);
        let off = world.run_with(1, many(off), || Box::new(NoMark)).await.unwrap();
        let right = run(&world, 2).await;
        world.feed(&["event 0"]).await;
        world.wait_until("it is counted", || off.counted() == 1).await;
        assert_eq!((off.appends(), right.appends()), (0, 1), "seed {seed}");
        // But it does step in.
        right.kill().await;
        world.feed(&["event 1"]).await;
        let began = world.clock.monotonic();
        world.wait_until("it is counted", || off.counted() == 2).await;
        let took = world.clock.monotonic() - began;
        assert!(took >= Duration::from_secs(10) && took < TAKEOVER, "seed {seed}: {took:?}");
        off.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn slow_appends_make_patient() {
    let world = World::new(6, NoFaults);
    let slow = Many::new(watch::channel(Duration::from_secs(1)).1, watch::channel(false).1);
    let most = slow.patience_max;
    let running = world.run_with(1, many(slow), || Box::new(NoMark)).await.unwrap();
    world.feed(&["event 0"]).await;
    let began = world.clock.monotonic();
    world.wait_until("it is counted", || running.counted() == 1).await;
    assert!(world.clock.monotonic() - began >= most);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_leads_to_nothing_makes_nobody_a_worker() {
    let world = World::new(7, NoFaults);
    let stage = || Tally { log: LogName::notify(), sources: vec![LogName::incidents()] };
    let mut all = Vec::new();
    for process in PROCESSES {
        let given = world.process(process).0;
        let settings = many(Many::default());
        all.push(world.run_stage(given, stage, settings, || Box::new(NoMark)).await.unwrap());
    }
    // What another stage says and this one has no answer to is not put on record, so it seems to stand still.
    let counting = run(&world, 4).await;
    let mut names = Vec::new();
    feed_for(&world, &mut names, Duration::from_secs(60), Duration::from_secs(7)).await;
    until_counted(&world, &counting, &names).await;
    world.clock.sleep(Duration::from_secs(60)).await;
    for running in &all {
        let status = running.handle.status.borrow().clone();
        assert_eq!((status.appends, status.works_on.as_deref()), (0, Some([].as_slice())), "{status:?}");
        assert_eq!(status.oldest_undone, None);
    }
    for running in all {
        running.stop().await;
    }
    counting.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_process_that_slept_for_a_day_goes_on_from_a_snapshot() {
    let world = World::new(8, NoFaults);
    let frozen = Frozen::new(&world);
    let (one, two) = (run(&world, 1).await, run(&world, 2).await);
    let mut names = Vec::new();
    feed_for(&world, &mut names, TAKEOVER, Duration::from_millis(500)).await;
    frozen.freeze(1, Duration::from_secs(400));
    while names.len() < 4 * usize::try_from(SEGMENT).unwrap() {
        feed_for(&world, &mut names, Duration::from_secs(10), Duration::from_millis(200)).await;
    }
    until_counted(&world, &two, &names).await;
    let (journal, log) = (world.store.handle(SENDER), LogName::incidents());
    super::ground::snapshot(&world).await;
    let read = Replica::<Tally>::load(&journal, &log).await.unwrap();
    journal.truncate(&log, Seq(read.next.0 - 1)).await.unwrap();
    journal.truncate(&world.door, Seq(read.cursors[&world.door].next.0 - 1)).await.unwrap();
    assert!(journal.extent(&log).await.unwrap().first > Seq(SEGMENT), "{read:?}");
    world.wait_until("it has thawed and caught up", || one.counted() == names.len()).await;
    feed_for(&world, &mut names, TAKEOVER, Duration::from_millis(500)).await;
    for running in [&one, &two] {
        until_counted(&world, running, &names).await;
    }
    one.stop().await;
    two.stop().await;
}

/// Its append failed for a while, and then another's entry stood in the slot: the store answers again.
#[tokio::test(start_paused = true)]
async fn a_process_that_is_answered_by_anothers_entry_is_not_blocked_any_more() {
    let world = World::new(11, NoFaults);
    let fails = |op: &Op| op.process == 1 && op.kind == OpKind::Append;
    world.set_faults(move |op: &Op| if fails(op) { Fault::Unavailable } else { Fault::None });
    let (one, two) = (world.run(1).await, world.run(2).await);
    world.feed(&["event 0"]).await;
    world.wait_until("one is blocked", || one.handle.status.borrow().blocked.is_some()).await;
    world.wait_until("two has counted it", || two.counted() == 1).await;
    world.set_faults(NoFaults);
    world.wait_until("one has seen it", || one.counted() == 1).await;
    assert_eq!((one.appends(), one.handle.status.borrow().blocked.clone()), (0, None));
    one.stop().await;
    two.stop().await;
}

/// A process was slow to read the snapshot that it had found; others have replaced it, and truncated what was below.
#[tokio::test(start_paused = true)]
async fn a_process_that_is_slow_to_load_takes_a_newer_snapshot() {
    let world = World::new(12, NoFaults);
    let mut names = Vec::new();
    let two = run(&world, 2).await;
    let segment = usize::try_from(SEGMENT).unwrap();
    while two.handle.replica.borrow().next.0 < 2 * SEGMENT {
        feed_for(&world, &mut names, Duration::from_secs(10), Duration::from_millis(200)).await;
    }
    super::ground::snapshot(&world).await;
    let slow = |op: &Op| op.process == 1 && op.kind == OpKind::ReadSnapshot && op.at > Seq::FIRST;
    let mut stalls = 1;
    world.set_faults(move |op: &Op| {
        if stalls > 0 && slow(op) {
            stalls -= 1;
            return Fault::Stall(Duration::from_secs(600));
        }
        Fault::None
    });
    let replaced = async {
        while names.len() < 4 * segment {
            feed_for(&world, &mut names, Duration::from_secs(10), Duration::from_millis(200)).await;
        }
        until_counted(&world, &two, &names).await;
        super::ground::snapshot(&world).await;
        let (journal, log) = (world.store.handle(SENDER), LogName::incidents());
        let newest = journal.snapshots(&log).await.unwrap()[0].at;
        journal.drop_snapshots(&log, newest).await.unwrap();
        journal.truncate(&log, Seq(newest.0 - 1)).await.unwrap();
        assert!(world.clock.monotonic() < Duration::from_secs(600), "while the other still reads");
    };
    let (one, ()) = tokio::join!(run(&world, 1), replaced);
    until_counted(&world, &one, &names).await;
    one.stop().await;
    two.stop().await;
}

/// Others have consumed the door and truncated it; a passive process that gets no answer about its own journal at that
/// moment does not know that yet, and must not take it for a restored store.
#[tokio::test(start_paused = true)]
async fn a_process_that_cannot_read_its_own_journal_waits_instead_of_stopping() {
    let world = World::new(10, NoFaults);
    let mut names = Vec::new();
    let two = run(&world, 2).await;
    feed_for(&world, &mut names, TAKEOVER, Duration::from_millis(500)).await;
    let one = run(&world, 1).await;
    until_counted(&world, &one, &names).await;
    let own_read =
        |op: &Op| op.process == 1 && op.kind == OpKind::Read && op.log == Some(LogName::incidents());
    world.set_faults(move |op: &Op| if own_read(op) { Fault::Unavailable } else { Fault::None });
    while names.len() < 2 * usize::try_from(SEGMENT).unwrap() {
        feed_for(&world, &mut names, Duration::from_secs(10), Duration::from_millis(100)).await;
    }
    until_counted(&world, &two, &names).await;
    let first = world.store.handle(SENDER).truncate(&world.door, Seq(names.len() as u64)).await.unwrap();
    assert!(first >= Seq(SEGMENT));
    world.clock.sleep(Duration::from_secs(120)).await;
    assert!(!one.handle.status.borrow().stopped, "{:?}", one.handle.status.borrow());
    world.set_faults(NoFaults);
    until_counted(&world, &one, &names).await;
    one.stop().await;
    two.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_was_restored_stops_every_process() {
    let world = World::new(9, NoFaults);
    let (one, two) = (run(&world, 1).await, run(&world, 2).await);
    let mut names = Vec::new();
    feed_for(&world, &mut names, TAKEOVER, Duration::from_secs(1)).await;
    let backup = world.store.copy();
    feed_for(&world, &mut names, TAKEOVER, Duration::from_secs(1)).await;
    until_counted(&world, &one, &names).await;
    until_counted(&world, &two, &names).await;
    world.store.restore(&backup);
    for running in [one, two] {
        assert!(matches!(running.stopped().await, pd::stage::Error::Restored { .. }));
    }
}

#[tokio::test(start_paused = true)]
async fn what_kind_of_operation_is_slow_does_not_matter() {
    // Reads take a second each, of everybody: following is late, and nothing is lost or done twice.
    let world = World::new(10, |op: &Op| match op.kind {
        OpKind::Read => Fault::Stall(Duration::from_secs(1)),
        _ => Fault::None,
    });
    let (one, two) = (run(&world, 1).await, run(&world, 2).await);
    let mut names = Vec::new();
    feed_for(&world, &mut names, Duration::from_secs(100), Duration::from_millis(300)).await;
    until_counted(&world, &one, &names).await;
    until_counted(&world, &two, &names).await;
    one.stop().await;
    two.stop().await;
    world.assert_each_once(names).await;
}
