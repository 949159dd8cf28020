//! An installation whose stages are stepped by hand: the real rules, and stores that a test can look into.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use pd::archive::Archive;
use pd::archive::memory::MemoryArchive;
use pd::clock::{Clock, SharedClock};
use pd::domain::command::{Actor, Ask, Command, Founding, NewUser};
use pd::domain::event::EventAddress;
use pd::domain::id::IdKey;
use pd::domain::incidents::input::Input;
use pd::domain::service::RoutingKey;
use pd::domain::time::Timestamp;
use pd::domain::user::Role;
use pd::door::{self, Head, Whole};
use pd::ids::{Ids as _, SystemIds};
use pd::incidents::Incidents;
use pd::journal::{Append, Entry, Journal, LogName, Read, Seq};
use pd::keyring::Keyring;
use pd::notify::stage::Notify;
use pd::pacer::{self, Job, Pacer, Statuses};
use pd::purge::{self, Parts, Settings};
use pd::stage::{Bell, Body, Cursor, Handle, Replica, Stage, Status, World};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A clock that a test moves, on top of tokio's, which a test may pause.
#[derive(Debug)]
pub(crate) struct TestClock {
    began: tokio::time::Instant,
    moved: AtomicI64,
}

impl TestClock {
    #[expect(clippy::disallowed_methods, reason = "the clock of a test")]
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { began: tokio::time::Instant::now(), moved: AtomicI64::new(1_800_000_000_000) })
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.moved.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::Relaxed);
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.moved.load(Ordering::Relaxed)).plus(self.monotonic())
    }

    fn monotonic(&self) -> Duration {
        self.began.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// See the module.
pub(crate) struct Bench {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) world: World,
    pub(crate) archive: Arc<MemoryArchive>,
    pub(crate) settings: Settings,
    pub(crate) incidents: Replica<Incidents>,
    pub(crate) notify: Replica<Notify>,
    pub(crate) door: Uuid,
    pub(crate) local: mpsc::Receiver<Input>,
    /// What was sent, by address.
    pub(crate) bodies: BTreeMap<EventAddress, String>,
    stage: Incidents,
    key: RoutingKey,
    publish: Publish,
    handles: (Handle<Incidents>, Handle<Notify>),
}

struct Publish {
    incidents: watch::Sender<Arc<Replica<Incidents>>>,
    state: watch::Sender<Arc<<Incidents as Stage>::State>>,
    notify: watch::Sender<Arc<Replica<Notify>>>,
}

/// The handle of a stage that nobody runs.
#[expect(clippy::type_complexity, reason = "taken apart at once")]
fn handle<S: Stage>()
-> (watch::Sender<Arc<Replica<S>>>, watch::Sender<Arc<S::State>>, Handle<S>, mpsc::Receiver<S::Input>) {
    let (publish, replica) = watch::channel(Arc::new(Replica::default()));
    let (publish_state, state) = watch::channel(Arc::new(S::State::default()));
    let (_, status) = watch::channel(Status::default());
    let (local, inputs) = mpsc::channel(1024);
    let landmarks = watch::channel(Arc::default()).1;
    let halt = mpsc::channel(1).0;
    (publish, publish_state, Handle { replica, state, status, local, landmarks, halt }, inputs)
}

impl Bench {
    /// An installation that was just founded, with a door of this process.
    pub(crate) async fn new(
        doors: Arc<dyn Journal>,
        stages: Arc<dyn Journal>,
        key_file: &std::path::Path,
    ) -> Self {
        let clock = TestClock::new();
        let world = World {
            clock: Arc::clone(&clock) as SharedClock,
            ids: Arc::new(SystemIds),
            process: Uuid::from_u128(1),
            doors,
            incidents: Arc::clone(&stages),
            notify: stages,
            shutdown: CancellationToken::new(),
        };
        let (incidents, state, of_incidents, local) = handle();
        let (notify, _, of_notify, _) = handle();
        let settings = Settings {
            snapshot_entries: 1,
            part_bytes: 8 << 10,
            every: Duration::from_secs(1),
            ..Settings::default()
        };
        let mut bench = Self {
            clock,
            world,
            archive: Arc::new(MemoryArchive::new()),
            settings,
            incidents: Replica::default(),
            notify: Replica::default(),
            door: Uuid::nil(),
            local,
            bodies: BTreeMap::new(),
            stage: Incidents::new(Bell::default()),
            key: RoutingKey::from_random([7; 16]),
            publish: Publish { incidents, state, notify },
            handles: (of_incidents, of_notify),
        };
        bench.found(key_file).await;
        bench.door = bench.open_door(bench.world.process).await;
        bench
    }

    async fn found(&mut self, key_file: &std::path::Path) {
        let keyring = Keyring::create(key_file, &SystemIds).unwrap();
        let key = keyring.new_user_key(&SystemIds);
        let founding = Founding {
            id_key: IdKey([1, 2]),
            console: keyring.seal(&key, "console", &SystemIds).unwrap(),
            user: NewUser {
                email: keyring.seal(&key, "ann@localhost", &SystemIds).unwrap(),
                key,
                name: "ann".into(),
                role: Role::Owner,
                time_zone: "UTC".into(),
                job_title: None,
                description: None,
                color: None,
            },
            routing_key: self.key,
            token_sha256: "0".repeat(64).into(),
        };
        let command = Command {
            id: Uuid::from_u128(9),
            actor: Actor { user: None, token: None },
            accepted_at: self.clock.now(),
            idempotency_key: None,
            ask: Ask::Found(Box::new(founding)),
        };
        self.decide(vec![Input::Command(Box::new(command))], Vec::new()).await;
        assert_eq!(self.incidents.state.services.len(), 1, "founded");
    }

    pub(crate) async fn open_door(&mut self, process: Uuid) -> Uuid {
        let (door, at) = (SystemIds.uuid(self.clock.now()), self.clock.now());
        let registered = door::Registered { door, process, at, node: "here".to_owned() };
        let mut body = serde_json::to_vec(&registered).unwrap();
        body.push(b'\n');
        self.append(&*Arc::clone(&self.world.doors), &LogName::door_index(), door::FORMAT, body.into()).await;
        self.consume().await;
        door
    }

    pub(crate) async fn append(
        &self,
        journal: &dyn Journal,
        log: &LogName,
        format: u16,
        body: Bytes,
    ) -> Entry {
        let at = self.clock.now();
        let entry = Entry { id: SystemIds.uuid(at), writer: self.world.process, at, format, body };
        let slot = journal.extent(log).await.unwrap().next;
        assert_eq!(journal.append(log, slot, entry.clone()).await.unwrap(), Append::Appended);
        entry
    }

    /// One entry of the door, with an event per key.
    pub(crate) async fn accept(&mut self, action: &str, keys: &[&str]) {
        let log = LogName::door_events(self.door);
        let seq = self.world.doors.extent(&log).await.unwrap().next.0;
        let mut batch = Vec::new();
        for (index, key) in (0..).zip(keys) {
            let body = serde_json::json!({
                "routing_key": self.key.as_str(), "event_action": action, "dedup_key": key,
                "payload": {
                    "summary": format!("{key} at {seq}"), "source": "s", "severity": "critical",
                    "custom_details": {"seq": seq, "index": index},
                },
            })
            .to_string();
            let head = Head {
                id: SystemIds.uuid(self.clock.now()),
                at: self.clock.now(),
                len: body.len(),
                dedup_key: None,
                routing_key: None,
                ping: None,
            };
            door::encode(&head, body.as_bytes(), &mut batch);
            self.bodies.insert(EventAddress { door: self.door, seq, index }, body);
        }
        self.append(&*Arc::clone(&self.world.doors), &log, door::FORMAT, batch.into()).await;
    }

    /// The incidents stage decides about everything that the doors hold.
    pub(crate) async fn consume(&mut self) {
        let (mut inputs, mut cursors) = (Vec::new(), Vec::new());
        for log in self.stage.sources(&self.incidents.state) {
            let mut cursor = self.incidents.cursors.get(&log).cloned().unwrap_or_default();
            let store = self.world.store(&log);
            let Read::Run { entries, .. } = store.read(&log, cursor.next, 4 << 20).await.unwrap() else {
                panic!("{log} was truncated at its cursor")
            };
            if entries.is_empty() {
                continue;
            }
            for entry in entries {
                let arrivals = self.stage.read(&log, cursor.next, &entry).unwrap();
                inputs.extend(arrivals.into_iter().filter_map(|arrival| arrival.input));
                cursor = Cursor { next: cursor.next.next(), skip: 0, previous: entry.id };
            }
            cursors.push((log, cursor));
        }
        self.decide(inputs, cursors).await;
    }

    /// Decides, appends, and publishes.
    pub(crate) async fn decide(&mut self, inputs: Vec<Input>, cursors: Vec<(LogName, Cursor)>) {
        let (facts, _) = Incidents::decide(&self.incidents.state, &inputs, self.clock.now());
        let body = Body { cursors, dropped: Vec::new(), facts }.encode();
        let log = LogName::incidents();
        let entry = self.append(&*Arc::clone(&self.world.incidents), &log, pd::stage::FORMAT, body).await;
        self.incidents.apply(&log, &entry).unwrap();
        self.publish.incidents.send_replace(Arc::new(self.incidents.clone()));
        self.publish.state.send_replace(Arc::clone(&self.incidents.state));
    }

    /// The notify stage puts on record that it has read all of the incidents journal.
    pub(crate) async fn notify(&mut self) {
        let cursor = Cursor { next: self.incidents.next, skip: 0, previous: self.incidents.previous };
        let body = Body::<()> {
            cursors: vec![(LogName::incidents(), cursor)],
            dropped: Vec::new(),
            facts: Vec::new(),
        }
        .encode();
        let log = LogName::notify();
        let entry = self.append(&*Arc::clone(&self.world.notify), &log, pd::stage::FORMAT, body).await;
        self.notify.apply(&log, &entry).unwrap();
        self.publish.notify.send_replace(Arc::new(self.notify.clone()));
    }

    pub(crate) fn parts(&self) -> Parts<Incidents, Notify> {
        Parts {
            world: self.world.clone(),
            archive: Arc::clone(&self.archive) as Arc<dyn Archive>,
            incidents: self.handles.0.clone(),
            notify: self.handles.1.clone(),
            settings: self.settings,
        }
    }

    pub(crate) fn jobs(&self) -> Vec<Box<dyn Job>> {
        purge::jobs(&self.parts())
    }

    pub(crate) fn pacer(&self) -> (Pacer, watch::Receiver<Statuses>) {
        let (clock, ids) = (Arc::clone(&self.world.clock), Arc::clone(&self.world.ids));
        let settings = pacer::Settings { pause: Duration::from_millis(1), ..pacer::Settings::default() };
        Pacer::new(clock, ids, self.world.shutdown.clone(), settings)
    }

    /// One round of every job, of a process that has just begun.
    pub(crate) async fn round(&self) {
        let (pacer, _) = self.pacer();
        for mut job in self.jobs() {
            job.round(&mut pacer.pace(job.name())).await.unwrap();
        }
    }

    /// Nothing that somebody still needs is gone: both states can be loaded and are what they were; the entry before
    /// every cursor is there; the first and latest event of every alert can be read whole.
    pub(crate) async fn check(&self) {
        let loaded = Replica::<Incidents>::load(&*self.world.incidents, &LogName::incidents()).await.unwrap();
        assert!(loaded.lines().eq(self.incidents.lines()), "the incidents state");
        let loaded = Replica::<Notify>::load(&*self.world.notify, &LogName::notify()).await.unwrap();
        assert!(loaded.lines().eq(self.notify.lines()), "the notify state");
        let of_notify = self.notify.cursors.iter();
        for (log, cursor) in self.incidents.cursors.iter().chain(of_notify) {
            let known = log.as_str().starts_with("door/") && log.as_str() != "door/index";
            let open = self
                .incidents
                .state
                .doors
                .keys()
                .any(|door| *log == LogName::door_events(*door) || *log == LogName::door_commands(*door));
            if known && !open {
                continue;
            }
            let before = self.world.store(log).read(log, Seq(cursor.next.0 - 1), 1).await.unwrap();
            let Read::Run { entries, .. } = before else { panic!("{log} lost the entry before its cursor") };
            assert_eq!(entries[0].id, cursor.previous, "{log}");
        }
        let whole = Whole::new(Arc::clone(&self.world.doors), Arc::clone(&self.archive) as Arc<dyn Archive>);
        for alert in self.incidents.state.incidents.values().flat_map(|incident| incident.alerts.iter()) {
            for address in [alert.first, alert.latest] {
                let event = whole.event(address).await.unwrap();
                let event = event.unwrap_or_else(|| panic!("the event {address} is gone"));
                assert_eq!(*event.body, *self.bodies[&address]);
            }
        }
    }

    pub(crate) async fn first(&self, log: &LogName) -> u64 {
        self.world.store(log).extent(log).await.unwrap().first.0
    }
}
