//! A founded installation behind the router.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, Response, StatusCode};
use pd::api::parts::{
    Commands, DrillRefused, Drills, EventSource, Moment, Moments, Parts, Refused, Settings,
};
use pd::api::stream::{self, Hub, Joins};
use pd::archive::Archive;
use pd::archive::memory::MemoryArchive;
use pd::clock::{Clock, VirtualClock};
use pd::domain::command::{Actor, Ask, Command, Founding, NewUser, Verdict};
use pd::domain::event::{Action, DedupKey, Event, EventAddress, EventDigest, Severity, Whole};
use pd::domain::id::{IdKey, IncidentNumber};
use pd::domain::incident::{ClosedIncident, KeptEvent};
use pd::domain::incidents::decide::decide;
use pd::domain::incidents::input::Input;
use pd::domain::incidents::state::State;
use pd::domain::service::RoutingKey;
use pd::domain::time::Timestamp;
use pd::domain::user::Role;
use pd::ids::Ids;
use pd::journal;
use pd::keyring::Keyring;
use pd::wire::rest::drill::{Drill, DrillKind, NewDrill};
use pd::wire::status::{Health, Process};
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use uuid::Uuid;

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000;
/// The first token.
pub(super) const TOKEN: &str = "abcdefghijklmnopqrst";
/// Its SHA-256.
const TOKEN_SHA256: &str = "dd65eea0329dcb94b17187af9dff28c31a1d78026737a16af75979a1fa4618e5";

/// Stands still but for what passes on purpose, and for the runtime's time where that counts.
#[derive(Debug, Default)]
struct Still(AtomicI64, Option<VirtualClock>);

#[async_trait]
impl Clock for Still {
    fn now(&self) -> Timestamp {
        let passed = self.1.as_ref().map_or(Duration::ZERO, |clock| clock.monotonic());
        Timestamp::from_millis(START + self.0.load(Ordering::Relaxed)).plus(passed)
    }
    fn monotonic(&self) -> Duration {
        let passed = self.1.as_ref().map_or(Duration::ZERO, |clock| clock.monotonic());
        passed + Duration::from_millis(self.0.load(Ordering::Relaxed).unsigned_abs())
    }
    async fn sleep(&self, duration: Duration) {
        if let Some(clock) = &self.1 {
            clock.sleep(duration).await;
        }
    }
}

#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Ids for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let n = self.0.fetch_add(1, Ordering::Relaxed);
            *byte = (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8;
        }
    }
}

#[derive(Default)]
struct Kept(Mutex<BTreeMap<EventAddress, KeptEvent>>);

#[async_trait]
impl EventSource for Kept {
    async fn event(&self, address: EventAddress) -> Result<Option<KeptEvent>, journal::Error> {
        Ok(self.0.lock().unwrap().get(&address).cloned())
    }
}

/// What makes no failures.
struct NoDrills;

#[async_trait]
impl Drills for NoDrills {
    fn all(&self) -> Vec<Drill> {
        Vec::new()
    }

    async fn kinds(&self) -> Result<Vec<DrillKind>, DrillRefused> {
        Ok(Vec::new())
    }

    async fn start(&self, new: NewDrill) -> Result<Drill, DrillRefused> {
        match new.seconds {
            0 => Err(DrillRefused::Invalid("seconds: too few".to_owned())),
            _ => Err(DrillRefused::NotNow("not here".to_owned())),
        }
    }

    async fn stop(&self, id: String) -> Result<Drill, DrillRefused> {
        Err(DrillRefused::Unknown(id))
    }
}

/// The stage, as far as commands notice: judged at once, or refused.
struct Stage {
    state: watch::Sender<Arc<State>>,
    clock: Arc<Still>,
    ids: Arc<Counting>,
    refuses: Mutex<Option<Refused>>,
    /// The state, and where in a journal it would be.
    moment: Mutex<Moment>,
}

impl Moments for Stage {
    fn moment(&self) -> Moment {
        self.moment.lock().unwrap().clone()
    }
}

impl Stage {
    fn decide(&self, input: Input) {
        let decision = decide(&self.state.borrow().clone(), &[input], self.clock.now());
        let state = Arc::new(decision.state);
        let mut moment = self.moment.lock().unwrap();
        *moment = Moment { next: moment.next + 1, state: Arc::clone(&state) };
        self.state.send_replace(state);
    }

    fn judge(&self, actor: Actor, idempotency_key: Option<Arc<str>>, ask: Ask) -> Verdict {
        let (id, accepted_at) = (self.ids.uuid(self.clock.now()), self.clock.now());
        self.decide(Input::Command(Box::new(Command { id, actor, accepted_at, idempotency_key, ask })));
        self.state.borrow().verdicts[&id].clone()
    }
}

#[async_trait]
impl Commands for Stage {
    async fn ask(&self, actor: Actor, key: Option<Arc<str>>, ask: Ask) -> Result<Verdict, Refused> {
        if let Some(refused) = self.refuses.lock().unwrap().clone() {
            return Err(refused);
        }
        Ok(self.judge(actor, key, ask))
    }
}

/// A founded installation: the user `eve`, the service and policy `default`, and [`TOKEN`].
pub(super) struct World {
    router: Router,
    stage: Arc<Stage>,
    events: Arc<Kept>,
    pub(super) archive: Arc<MemoryArchive>,
    pub(super) keyring: Arc<Keyring>,
    pub(super) process: watch::Sender<Arc<Process>>,
    seq: AtomicU64,
    /// Those who want to be told of changes wait there.
    joins: Mutex<Option<Joins>>,
    parts: Parts,
    pub(super) shutdown: CancellationToken,
}

/// An answer, taken apart.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Answer {
    /// The body as JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body, which must have come with this status.
    pub(super) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// The error's code and texts, which must have come with this status.
    pub(super) fn error(&self, status: u16) -> (u64, String) {
        let body = self.expect(status);
        let texts = body["error"]["errors"].as_array().cloned().unwrap_or_default();
        let texts: Vec<&str> = texts.iter().map(|text| text.as_str().unwrap()).collect();
        (body["error"]["code"].as_u64().unwrap(), texts.join("; "))
    }
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(super) fn with(settings: Settings) -> Self {
        Self::by(Still::default(), settings)
    }

    /// Whose time is the runtime's, and where changes are told.
    pub(super) fn telling(settings: Settings) -> Self {
        let clock = VirtualClock::new(Timestamp::from_millis(START));
        let world = Self::by(Still(AtomicI64::new(0), Some(clock)), settings);
        world.tell();
        world
    }

    /// Has changes told.
    fn tell(&self) {
        let joins = self.joins.lock().unwrap().take().unwrap();
        tokio::spawn(Hub::new(self.parts.clone(), joins).run(self.shutdown.clone()));
    }

    fn by(clock: Still, settings: Settings) -> Self {
        let clock = Arc::new(clock);
        let ids = Arc::new(Counting::default());
        let keyring = Arc::new(Keyring::new([7; 32]));
        let (state, incidents) = watch::channel(Arc::new(State::default()));
        let stage = Arc::new(Stage {
            state,
            clock: clock.clone(),
            ids: ids.clone(),
            refuses: Mutex::new(None),
            moment: Mutex::new(Moment { next: 0, state: Arc::default() }),
        });
        let (streams, joins) = stream::door();
        let (events, archive) = (Arc::new(Kept::default()), Arc::new(MemoryArchive::new()));
        let (process, told) = watch::channel(Arc::new(ready()));
        let parts = Parts {
            incidents,
            moments: stage.clone(),
            streams,
            archive: archive.clone(),
            events: events.clone(),
            commands: stage.clone(),
            keyring: keyring.clone(),
            ids: ids.clone(),
            clock,
            settings,
            process: told,
            peers: watch::channel(Arc::default()).1,
            drills: Arc::new(NoDrills),
            metrics: Arc::new(|| "pd_up 1\n# EOF\n".to_owned()),
        };
        let router = pd::api::normalised(pd::api::router(parts.clone()));
        let founding = founding(&keyring, &*ids);
        let actor = Actor { user: None, token: None };
        let verdict = stage.judge(actor, None, Ask::Found(Box::new(founding)));
        assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
        let (joins, shutdown) = (Mutex::new(Some(joins)), CancellationToken::new());
        let seq = AtomicU64::new(0);
        Self { router, stage, events, archive, keyring, process, seq, joins, parts, shutdown }
    }

    pub(super) fn state(&self) -> Arc<State> {
        self.stage.state.borrow().clone()
    }

    /// From now on commands are refused.
    pub(super) fn refuse(&self, refused: Refused) {
        *self.stage.refuses.lock().unwrap() = Some(refused);
    }

    /// Lets time pass.
    pub(super) fn pass(&self, seconds: i64) {
        self.stage.clock.0.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    /// An event for the service `default`; it is kept whole.
    pub(super) fn event(&self, action: Action, key: &str) {
        let seq = self.seq.fetch_add(1, Ordering::Relaxed);
        let (address, accepted_at) =
            (EventAddress { door: Uuid::nil(), seq, index: 0 }, self.stage.clock.now());
        let body = format!(
            r#"{{"event_action":"trigger","dedup_key":"{key}","client":"probe","links":[{{"href":"https://a","text":""}}],"payload":{{"summary":"{key} is down","source":"host","severity":"critical","custom_details":{{"n":{seq}}}}}}}"#
        );
        self.events
            .0
            .lock()
            .unwrap()
            .insert(address, KeptEvent { address, accepted_at, body: body.as_str().into() });
        let digest = EventDigest {
            summary: format!("{key} is down").into(),
            source: "host".into(),
            severity: Severity::Critical,
            component: None,
            group: Some("g".into()),
            class: None,
        };
        self.stage.decide(Input::Event(Event {
            address,
            accepted_at,
            routing_key: routing_key(),
            action,
            dedup_key: DedupKey(key.into()),
            digest: (action == Action::Trigger).then_some(digest),
            whole: Whole(body.into()),
        }));
    }

    /// Moves a resolved incident into the archive.
    pub(super) async fn put_away(&self, number: u64) {
        let number = IncidentNumber(number);
        self.copy_away(number).await;
        let revision = self.state().incidents[&number].revision;
        self.stage.decide(Input::Archived { number, revision });
        assert!(!self.state().incidents.contains_key(&number));
    }

    /// Puts an incident into the archive; the state still has it.
    pub(super) async fn copy_away(&self, number: IncidentNumber) {
        let state = self.state();
        let incident = state.incidents[&number].as_ref().clone();
        let closed = ClosedIncident {
            service_name: state.services[&incident.service].name.clone(),
            users: state.users.values().map(|user| (user.id, user.name.clone())).collect(),
            events: Vec::new(),
            incident,
        };
        self.archive.put(vec![Arc::new(closed)]).await.unwrap();
    }

    /// A request with the first token.
    pub(super) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let token = format!("Token token={TOKEN}");
        self.send(method, path, &[("authorization", &token)], body.map(|body| body.to_string())).await
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        self.call("GET", path, None).await.expect(200)
    }

    /// A request as it is.
    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "pd.test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.raw(request.body(Body::from(body.unwrap_or_default())).unwrap()).await
    }

    /// The beginning of the answer to a request with this token, and a body that may have no end.
    pub(super) async fn begin(&self, path: &str, token: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let mut request = Request::builder().uri(path).header("authorization", format!("Bearer {token}"));
        for (name, value) in [("host", "pd.test")]
            .iter()
            .filter(|_| headers.iter().all(|(name, _)| *name != "host"))
            .chain(headers)
        {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    /// A request that was made elsewhere.
    pub(super) async fn raw(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: head.status,
            headers: head.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    /// The id of the first object of this collection.
    pub(super) async fn first(&self, collection: &str) -> String {
        self.get(&format!("/{collection}")).await[collection][0]["id"].as_str().unwrap().to_owned()
    }

    /// Opens an incident by hand and returns its id.
    pub(super) async fn open(&self, title: &str) -> String {
        let service = self.first("services").await;
        let body = serde_json::json!({"incident": {"type": "incident", "title": title, "service": {"id": service, "type": "service_reference"}}});
        let made = self.call("POST", "/incidents", Some(body)).await.expect(201);
        made["incident"]["id"].as_str().unwrap().to_owned()
    }
}

pub(super) fn routing_key() -> RoutingKey {
    RoutingKey::from_random([1; 16])
}

fn ready() -> Process {
    Process {
        health: Health { ready: true, why_not: Vec::new() },
        node: "a".to_owned(),
        ..Process::default()
    }
}

fn founding(keyring: &Keyring, ids: &dyn Ids) -> Founding {
    let key = keyring.new_user_key(ids);
    let seal = |text: &str| keyring.seal(&key, text, ids).unwrap();
    let (email, console) = (seal("Eve@example.org"), seal("console"));
    Founding {
        id_key: IdKey([1, 2]),
        user: NewUser {
            key,
            name: "eve".into(),
            email,
            role: Role::Owner,
            time_zone: "Europe/Berlin".into(),
            job_title: None,
            description: None,
            color: None,
        },
        console,
        routing_key: routing_key(),
        token_sha256: TOKEN_SHA256.into(),
    }
}
