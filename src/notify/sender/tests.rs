//! The task against transports that misbehave, with the rules deciding beside it, in paused time.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::*;
use crate::clock::{Clock, VirtualClock};
use crate::domain::id::{ContactMethodId, IdKey, ObjectId, ServiceId};
use crate::domain::incident::{Agent, CancelReason, Escalation, Incident, NotifyOutcome, PageId, Status};
use crate::domain::incidents::fact::{Fact as Said, PageStep, UserPaged};
use crate::domain::incidents::state::Account;
use crate::domain::notify::decide::decide;
use crate::domain::user::{ContactMethod, Role, Urgency, User};
use crate::ids::{Ids, SystemIds};
use crate::notify::transport::{self, Message};

const KEY: IdKey = IdKey([3, 4]);
const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const US: Uuid = Uuid::from_u128(1);

/// Randomness that repeats.
#[derive(Debug, Default)]
struct Dice(AtomicUsize);

impl Ids for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        let n = self.0.fetch_add(7_919, SeqCst).to_le_bytes();
        bytes.iter_mut().zip(n.iter().cycle()).for_each(|(byte, n)| *byte = *n);
    }
}

type Answer = Box<dyn Fn(&Message) -> (Duration, transport::Outcome) + Send + Sync>;

/// Answers as it is told, and writes down what it was given.
struct Fake {
    channel: Channel,
    timeout: Duration,
    answer: Answer,
    seen: Mutex<Vec<Message>>,
    now: AtomicUsize,
    most: AtomicUsize,
}

#[async_trait]
impl Transport for Fake {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn timeout(&self) -> Duration {
        self.timeout
    }

    async fn send(&self, message: &Message) -> transport::Outcome {
        self.seen.lock().unwrap().push(message.clone());
        self.most.fetch_max(self.now.fetch_add(1, SeqCst) + 1, SeqCst);
        let (pause, outcome) = (self.answer)(message);
        tokio::time::sleep(pause).await;
        self.now.fetch_sub(1, SeqCst);
        outcome
    }
}

fn fake(channel: Channel, answer: Answer) -> Arc<Fake> {
    let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Arc::new(Fake { channel, timeout: Duration::from_secs(5), answer, seen: Mutex::default(), now, most })
}

fn after(ms: u64, outcome: transport::Outcome) -> (Duration, transport::Outcome) {
    (Duration::from_millis(ms), outcome)
}

fn sent() -> transport::Outcome {
    transport::Outcome::Sent { receipt: Arc::from("ok") }
}

fn refused() -> transport::Outcome {
    transport::Outcome::Retry { after: None, reason: Arc::from("connection refused") }
}

fn object(n: u64) -> ObjectId {
    KEY.object(n)
}

fn user_id() -> UserId {
    UserId(object(1))
}

/// The user has one contact method per channel.
fn method_id(channel: Channel) -> ContactMethodId {
    ContactMethodId(object(10 + channel as u64))
}

fn incident(number: u64, status: Status) -> Incident {
    Incident {
        number: IncidentNumber(number),
        title: Arc::from(format!("incident {number}")),
        service: ServiceId(object(2)),
        urgency: if number.is_multiple_of(2) { Urgency::High } else { Urgency::Low },
        priority: None,
        policy: crate::domain::id::PolicyId(object(3)),
        incident_key: None,
        details: None,
        status,
        created_at: START,
        updated_at: START,
        status_changed_at: START,
        status_changed_by: Agent::Account,
        assignments: Vec::new(),
        acknowledgements: Vec::new(),
        escalation: Escalation::default(),
        unacknowledge_at: None,
        snoozed: false,
        remind_at: None,
        hand_over_at: None,
        auto_resolve_at: None,
        urgency_change: None,
        responders: Vec::new(),
        subscribers: Vec::new(),
        acted: None,
        hold: None,
        group: None,
        alerts: Vec::new(),
        timeline: Vec::new(),
        revision: 0,
    }
}

/// A small installation: the rules, the task, and incidents that can be changed.
struct Bench {
    clock: Arc<VirtualClock>,
    keyring: Arc<Keyring>,
    incidents: watch::Sender<incidents::state::State>,
    state: State,
    sender: Sender,
    outcomes: mpsc::Receiver<Input>,
    facts: Vec<Fact>,
    inputs: Vec<Input>,
    shutdown: CancellationToken,
    task: Option<tokio::task::JoinHandle<()>>,
}

impl Bench {
    fn new(transports: &[Arc<Fake>]) -> Self {
        let (mut bench, work) = Self::at_rest(transports);
        bench.task = Some(tokio::spawn(work));
        bench
    }

    /// Nothing is sent before what comes with it is run.
    fn at_rest(transports: &[Arc<Fake>]) -> (Self, BoxFuture<'static, ()>) {
        let clock = Arc::new(VirtualClock::new(START));
        let keyring = Arc::new(Keyring::new([5; 32]));
        let account = Account { id_key: KEY, founded_at: START, fallback_user: user_id(), epoch: 0 };
        let state = incidents::state::State { account: Some(account), ..Default::default() };
        let (incidents, newest) = watch::channel(state);
        let means = Means {
            process: US,
            clock: clock.clone(),
            ids: Arc::new(Dice::default()),
            keyring: Arc::clone(&keyring),
            links: Links::new("https://pd.example.org"),
            incidents: Arc::new(move || Arc::new(newest.borrow().clone())),
            transports: transports.iter().map(|t| (t.channel, Arc::clone(t) as Arc<dyn Transport>)).collect(),
        };
        let (sender, task) = super::sender(means);
        let (outcomes_in, outcomes) = mpsc::channel(1_000);
        let shutdown = CancellationToken::new();
        let work = Box::pin(task.run(outcomes_in, shutdown.clone()));
        let (facts, inputs) = (Vec::new(), Vec::new());
        let state = State::default();
        let mut bench =
            Self { clock, keyring, incidents, state, sender, outcomes, facts, inputs, shutdown, task: None };
        bench.add_user();
        (bench, work)
    }

    fn add_user(&mut self) {
        let key = self.keyring.new_user_key(&SystemIds);
        let seal = |text: &str| self.keyring.seal(&key, text, &SystemIds).unwrap();
        let method = |channel: Channel| ContactMethod {
            id: method_id(channel),
            channel,
            label: Arc::from("Work"),
            address: seal(if channel == Channel::Webhook { "http://hook.test/x" } else { "ann@example.org" }),
            country_code: None,
            send_short_email: false,
            secret: (channel == Channel::Webhook).then(|| seal("s3cret")),
        };
        let contact_methods = CHANNELS.map(method).to_vec();
        let user = User {
            id: user_id(),
            email: seal("ann@example.org"),
            key,
            name: Arc::from("Ann"),
            role: Role::User,
            time_zone: Arc::from("UTC"),
            job_title: None,
            description: None,
            color: Arc::from("red"),
            created_at: START,
            contact_methods,
            notification_rules: Vec::new(),
        };
        self.incidents.send_modify(|state| {
            state.users.insert(user.id, Arc::new(user));
        });
    }

    /// Pages the user about the incidents 1 to `count`.
    fn page(&mut self, count: u64, steps: &[Channel]) {
        let user = Arc::clone(&self.incidents.borrow().users[&user_id()]);
        let step = |channel: &Channel| {
            let method = user.contact_method(method_id(*channel)).unwrap();
            let (id, channel) = (method.id, method.channel);
            let contact =
                PageContact { id, channel, address: method.address.clone(), secret: method.secret.clone() };
            PageStep { rule: None, due: START, contact }
        };
        for n in 1..=count {
            self.incidents.send_modify(|state| {
                state.incidents.insert(IncidentNumber(n), Arc::new(incident(n, Status::Triggered)));
                state.pages = n;
            });
            self.inputs.push(Input::Incidents(Said::UserPaged(Box::new(UserPaged {
                page: PageId { epoch: 0, n },
                number: IncidentNumber(n),
                service: ServiceId(object(2)),
                user: user_id(),
                urgency: Urgency::High,
                purpose: Purpose::Triggered,
                at: START,
                may_repeat: false,
                steps: steps.iter().map(step).collect(),
                spare: Vec::new(),
            }))));
        }
    }

    /// One decision; what it claims is sent.
    fn turn(&mut self) {
        let mut inputs = std::mem::take(&mut self.inputs);
        while let Ok(input) = self.outcomes.try_recv() {
            inputs.push(input);
        }
        inputs.push(self.sender.offer());
        let decision = decide(&self.state, &inputs, self.clock.now());
        self.state = decision.state;
        self.sender.claimed(&decision.facts, &self.state);
        self.facts.extend(decision.facts);
    }

    /// Decides until no message is open. Answers how long that took.
    async fn drain(&mut self) -> Duration {
        let began = self.clock.monotonic();
        self.turn();
        while !self.state.messages.is_empty() {
            assert!(self.clock.monotonic() < began + Duration::from_secs(3_600), "{:#?}", self.state);
            if let Some(Some(outcome)) =
                crate::clock::within(&*self.clock, Duration::from_millis(50), self.outcomes.recv()).await
            {
                self.inputs.push(outcome);
            }
            self.turn();
        }
        self.clock.monotonic() - began
    }

    fn counts(&self, channel: Channel) -> crate::notify::metrics::Counts {
        self.sender.metrics().counts().find(|(of, _)| *of == channel).unwrap().1
    }

    fn reasons(&self) -> Vec<String> {
        let ended = self.facts.iter().filter_map(|fact| match fact {
            Fact::NotificationEnded {
                outcome: NotifyOutcome::Failed { reason } | NotifyOutcome::Unknown { reason },
                ..
            } => Some(reason.to_string()),
            _ => None,
        });
        ended.collect()
    }
}

#[tokio::test(start_paused = true)]
async fn sends_what_is_claimed_with_all_that_it_needs() {
    let hook = fake(Channel::Webhook, Box::new(|_| after(20, sent())));
    let mut bench = Bench::new(&[Arc::clone(&hook)]);
    bench.page(1, &[Channel::Webhook]);
    bench.drain().await;
    let seen = hook.seen.lock().unwrap();
    let message = &seen[0];
    assert_eq!((seen.len(), message.id.to_string().as_str()), (1, "0-1-0"));
    assert_eq!((message.address.as_str(), message.secret.as_deref()), ("http://hook.test/x", Some("s3cret")));
    assert_eq!((&*message.user_name, message.may_repeat), ("Ann", false));
    let about = &message.about[0];
    assert_eq!(about.self_url, format!("https://pd.example.org/incidents/{}", about.id));
    assert!(about.html_url.starts_with("https://pd.example.org/i/1?s="), "{}", about.html_url);
    assert!(matches!(bench.facts.last(), Some(Fact::PageSettled { reached: true, .. })), "{:?}", bench.facts);
}

#[tokio::test(start_paused = true)]
async fn many_webhooks_to_one_receiver_go_side_by_side_within_their_bounds() {
    let hook = fake(Channel::Webhook, Box::new(|_| after(20, sent())));
    let mut bench = Bench::new(&[Arc::clone(&hook)]);
    bench.page(2_000, &[Channel::Webhook]);
    let took = bench.drain().await;
    assert_eq!(bench.counts(Channel::Webhook).sent, 2_000);
    assert_eq!(hook.most.load(SeqCst), Bounds::of(Channel::Webhook).per_destination);
    // 2,000 of 20 ms each, 64 at a time: 0.63 s if no place is ever idle.
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn the_last_look_finds_what_is_not_needed() {
    let mail = fake(Channel::Email, Box::new(|_| after(20, sent())));
    let mut bench = Bench::new(&[Arc::clone(&mail)]);
    bench.page(5, &[Channel::Email]);
    bench.turn();
    // The first page is on its way alone; the others wait. Meanwhile they change.
    bench.incidents.send_modify(|state| {
        state.incidents.insert(IncidentNumber(1), Arc::new(incident(1, Status::Acknowledged)));
        state.incidents.remove(&IncidentNumber(3));
    });
    bench.drain().await;
    let told: Vec<Vec<u64>> = (mail.seen.lock().unwrap().iter())
        .map(|message| message.about.iter().map(|about| about.incident.number.0).collect())
        .collect();
    assert_eq!(told, [vec![2, 4, 5]]);
    let cancelled: Vec<_> = (bench.facts.iter())
        .filter_map(|fact| match fact {
            Fact::NotificationsCancelled { number, reason, .. } => Some((number.0, *reason)),
            _ => None,
        })
        .collect();
    assert_eq!(cancelled, [(1, CancelReason::Acknowledged), (3, CancelReason::Resolved)]);
    assert_eq!(bench.counts(Channel::Email).cancelled, 2);
}

#[tokio::test(start_paused = true)]
async fn a_state_that_is_behind_is_waited_for() {
    let hook = fake(Channel::Webhook, Box::new(|_| after(20, sent())));
    let mut bench = Bench::new(&[Arc::clone(&hook)]);
    bench.page(1, &[Channel::Webhook]);
    bench.incidents.send_modify(|state| {
        state.pages = 0;
        state.incidents.clear();
    });
    bench.turn();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(hook.seen.lock().unwrap().is_empty());
    bench.page(1, &[Channel::Webhook]);
    bench.inputs.clear();
    let took = bench.drain().await;
    assert_eq!(hook.seen.lock().unwrap().len(), 1);
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_begun_by_its_deadline_is_not_sent() {
    let hook = fake(Channel::Webhook, Box::new(|_| after(20, sent())));
    let mut bench = Bench::new(&[Arc::clone(&hook)]);
    bench.page(1, &[Channel::Webhook]);
    bench.incidents.send_modify(|state| state.pages = 0);
    bench.turn();
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert_eq!(bench.counts(Channel::Webhook).postponed, 1);
    assert!(hook.seen.lock().unwrap().is_empty());
    // An append that took longer than the deadline.
    let claim = Fact::NotificationsClaimed {
        ids: vec!["0-1-0".parse().unwrap()],
        process: US,
        deadline: bench.clock.now().minus(Duration::from_millis(1)),
        at: bench.clock.now(),
    };
    bench.incidents.send_modify(|state| state.pages = 1);
    bench.sender.claimed(&[claim], &bench.state);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(bench.counts(Channel::Webhook).postponed, 2);
    assert!(hook.seen.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_transport_that_hangs_is_given_up_and_the_fate_is_unknown() {
    let mail = fake(Channel::Email, Box::new(|_| after(3_600_000, sent())));
    let mut bench = Bench::new(&[mail]);
    bench.page(1, &[Channel::Email]);
    let took = bench.drain().await;
    assert_eq!(bench.reasons(), ["no answer within 6 s"]);
    assert!(took < Duration::from_secs(7), "{took:?}");
    assert!(matches!(bench.facts.last(), Some(Fact::PageSettled { reached: false, unknown: true, .. })));
}

#[tokio::test(start_paused = true)]
async fn a_channel_without_a_provider_fails() {
    let mut bench = Bench::new(&[]);
    bench.page(1, &[Channel::Sms]);
    bench.drain().await;
    assert_eq!(bench.reasons(), ["no provider for SMS is configured"]);
}

#[tokio::test(start_paused = true)]
async fn a_relay_that_refuses_is_left_alone_and_probed() {
    let down = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let is_down = Arc::clone(&down);
    let answer = move |_: &Message| after(5, if is_down.load(SeqCst) { refused() } else { sent() });
    let mail = fake(Channel::Email, Box::new(answer));
    let mut bench = Bench::new(&[Arc::clone(&mail)]);
    bench.page(1, &[Channel::Email]);
    for _ in 0..40 * 20 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        bench.turn();
    }
    // Five failures in some seconds, then probes after pauses of 5, 10, 20 s.
    let tried = mail.seen.lock().unwrap().len();
    assert!((5..=8).contains(&tried), "{tried}");
    down.store(false, SeqCst);
    bench.drain().await;
    assert_eq!(bench.counts(Channel::Email).sent + bench.counts(Channel::Email).failed, 1);
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_refuses_does_not_use_up_the_attempts_of_all() {
    let up_at = START.plus(Duration::from_secs(120));
    let answer = move |message: &Message| after(5, if message.at < up_at { refused() } else { sent() });
    let hook = fake(Channel::Webhook, Box::new(answer));
    let mut bench = Bench::new(&[Arc::clone(&hook)]);
    bench.page(300, &[Channel::Webhook]);
    bench.drain().await;
    let counts = bench.counts(Channel::Webhook);
    // All but a few that were probes time and again.
    assert!(counts.sent > 290, "{counts:?}");
    assert_eq!(counts.sent + counts.failed, 300);
    let refusals = hook.seen.lock().unwrap().iter().filter(|message| message.at < up_at).count();
    assert!(refusals < 300, "{refusals}");
}

#[tokio::test(start_paused = true)]
async fn what_was_postponed_together_does_not_come_back_together() {
    let asked = AtomicUsize::new(0);
    let every_other = move |_: &Message| {
        let works = asked.fetch_add(1, SeqCst).is_multiple_of(2);
        after(1_000, if works { sent() } else { refused() })
    };
    let hook = fake(Channel::Webhook, Box::new(every_other));
    let mut bench = Bench::new(&[Arc::clone(&hook)]);
    bench.page(300, &[Channel::Webhook]);
    bench.drain().await;
    let seen = hook.seen.lock().unwrap();
    let mut ids = BTreeSet::new();
    let (first, again): (Vec<_>, Vec<_>) = seen.iter().partition(|message| ids.insert(message.id));
    // 64 at a time, a second each: what was never tried does not wait because others are tried again.
    let last = first.iter().map(|message| message.at.since(START)).max().unwrap();
    assert!(first.len() == 300 && last < Duration::from_secs(6), "{} until {last:?}", first.len());
    let beside =
        |at| again.iter().filter(|it| it.at >= at && it.at.since(at) < Duration::from_secs(1)).count();
    let most = again.iter().map(|message| beside(message.at)).max().unwrap();
    assert!((1..=6).contains(&most), "{most} at once, {} in all", again.len());
}

#[tokio::test(start_paused = true)]
async fn what_is_on_its_way_is_finished_at_the_end() {
    let mail = fake(Channel::Email, Box::new(|_| after(2_000, sent())));
    let mut bench = Bench::new(&[mail]);
    bench.page(1, &[Channel::Email]);
    bench.turn();
    bench.shutdown.cancel();
    bench.task.take().unwrap().await.unwrap();
    let Input::Offer { channels, .. } = bench.sender.offer() else { panic!("not an offer") };
    assert!(channels.iter().all(|(_, room)| *room == 0), "{channels:?}");
    bench.turn();
    assert!(bench.state.messages.is_empty());
    assert_eq!(bench.counts(Channel::Email).sent, 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_on_its_way_is_finished_without_haste_when_the_stage_is_gone() {
    let mail = fake(Channel::Email, Box::new(|_| after(2_000, sent())));
    let (mut bench, mut work) = Bench::at_rest(&[Arc::clone(&mail)]);
    bench.page(1, &[Channel::Email]);
    bench.turn();
    let Bench { sender, outcomes: _outcomes, .. } = bench;
    drop(sender);
    let mut polls = 0;
    let ended = std::future::poll_fn(|cx| {
        polls += 1;
        // Virtual time stands still while somebody is busy, so this would never end.
        assert!(polls < 100, "it asks again and again instead of waiting");
        work.as_mut().poll(cx)
    });
    ended.await;
    assert_eq!(mail.seen.lock().unwrap().len(), 1);
}
