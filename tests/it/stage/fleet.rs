//! Whole processes on one store: doors, both stages, and senders with transports that do what a test says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use pd::domain::command::{
    Actor, Ask, Command, Done, IncidentChange, NewContactMethod, NewIncident, RuleFields, StatusChange,
    Verdict,
};
use pd::domain::id::{ContactMethodId, UserId};
use pd::domain::incidents::input::Input;
use pd::domain::incidents::state::State;
use pd::domain::notify::NotificationId;
use pd::domain::service::RoutingKey;
use pd::domain::user::{Channel, Urgency};
use pd::incidents::Incidents;
use pd::ingest::{self, Admission, Commands, Limits, Newest, NoVerdict, Writer};
use pd::journal::{LogName, Seq};
use pd::keyring::Keyring;
use pd::notify::compose::Links;
use pd::notify::sender::{Means, sender};
use pd::notify::stage::Notify;
use pd::notify::transport::{Message, Outcome, Transport};
use pd::overload::Standpoint;
use pd::stage::{Bell, Company, Duty, Handle, Loop, Many, NoMark, Settings};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::real::founding;
use super::world::World;

/// What the transport of a process does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Way {
    /// It sends.
    #[default]
    Open,
    /// It cannot, for now.
    Broken,
    /// It takes the message and never answers.
    Hangs,
}

/// What was sent, or at least handed to a provider, in order: by which process, how, and which message.
pub(super) type Sent = Arc<Mutex<Vec<(u32, Channel, NotificationId)>>>;

/// Processes on one store.
pub(super) struct Fleet {
    pub(super) world: World,
    pub(super) processes: BTreeMap<u32, Process>,
    /// What transports did, but for those that were broken.
    pub(super) sent: Sent,
    pub(super) ways: Arc<Mutex<BTreeMap<(u32, Channel), Way>>>,
    keyring: Arc<Keyring>,
}

/// One of them.
pub(super) struct Process {
    pub(super) incidents: Handle<Incidents>,
    pub(super) notify: Handle<Notify>,
    pub(super) commands: Commands,
    tasks: Vec<JoinHandle<()>>,
}

struct Fake {
    process: u32,
    channel: Channel,
    sent: Sent,
    ways: Arc<Mutex<BTreeMap<(u32, Channel), Way>>>,
}

#[async_trait]
impl Transport for Fake {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(5)
    }

    async fn send(&self, message: &Message) -> Outcome {
        let way = self.ways.lock().unwrap().get(&(self.process, self.channel)).copied().unwrap_or_default();
        if way == Way::Broken {
            return Outcome::Retry { after: None, reason: Arc::from("no route") };
        }
        self.sent.lock().unwrap().push((self.process, self.channel, message.id));
        if way == Way::Hangs {
            std::future::pending::<()>().await;
        }
        Outcome::Sent { receipt: Arc::from("ok") }
    }
}

/// Knows what a handle knows.
struct Seen(Handle<Incidents>);

#[async_trait]
impl Newest for Seen {
    async fn newest(&self) -> Option<Arc<State>> {
        None
    }

    fn consumed(&self, log: &LogName) -> Seq {
        self.0.consumed(log)
    }

    fn standpoint(&self, _: &LogName) -> Standpoint {
        Standpoint::default()
    }
}

impl Fleet {
    /// Processes that are reached by e-mail and console, on an installation that was just founded.
    pub(super) async fn new(world: World, processes: &[u32]) -> Self {
        let mut fleet = Self {
            world,
            processes: BTreeMap::new(),
            sent: Sent::default(),
            ways: Arc::default(),
            keyring: Arc::new(Keyring::new([1; 32])),
        };
        for process in processes {
            fleet.start(*process, &[Channel::Email, Channel::Console]).await;
        }
        let Input::Command(command) = founding(&fleet.world, RoutingKey::from_random([7; 16])) else {
            panic!("not a command")
        };
        let Command { actor, ask, .. } = *command;
        let first = &fleet.processes[&processes[0]];
        assert!(matches!(first.commands.ask(actor, None, ask).await, Ok(Verdict::Done(_))));
        fleet.add_email(processes[0]).await;
        fleet
    }

    /// The founder is reached at once by e-mail too.
    async fn add_email(&self, process: u32) {
        let actor = self.actor();
        let user = actor.user.unwrap();
        let ask = async |ask| match self.processes[&process].commands.ask(actor, None, ask).await.unwrap() {
            Verdict::Done(Done::Object(id)) => id,
            other => panic!("{other:?}"),
        };
        let key = self.state().users[&user].key.clone();
        let method = NewContactMethod {
            channel: Channel::Email,
            label: "Default".into(),
            address: self.keyring.seal(&key, "ann@example.com", &*self.world.ids).unwrap(),
            country_code: None,
            send_short_email: false,
            secret: None,
        };
        let method = ask(Ask::CreateContactMethod { user, method: Box::new(method) }).await;
        for urgency in [Urgency::High, Urgency::Low] {
            let contact_method = ContactMethodId(method);
            let rule = RuleFields { urgency, delay: Duration::ZERO, contact_method };
            ask(Ask::CreateNotificationRule { user, rule }).await;
        }
    }

    /// Starts a process that has providers for these channels.
    pub(super) async fn start(&mut self, process: u32, channels: &[Channel]) {
        let (given, _) = self.world.process(process);
        let (of_incidents, of_notify) = (Bell::default(), Bell::default());
        let many = Many::default();
        let settings = Settings { company: Company::Many(many.clone()), ..Settings::default() };
        let stage = Incidents::new(of_notify.clone());
        let mark = || Box::new(NoMark);
        let (incidents_loop, incidents) =
            Loop::load(stage, given.clone(), settings.clone(), of_incidents.clone(), mark()).await.unwrap();
        let transport = |channel: &Channel| {
            let (sent, ways) = (Arc::clone(&self.sent), Arc::clone(&self.ways));
            let fake = Fake { process, channel: *channel, sent, ways };
            (*channel, Arc::new(fake) as Arc<dyn Transport>)
        };
        let state = incidents.state.clone();
        let (sender, sends) = sender(Means {
            process: given.process,
            clock: Arc::clone(&given.clock),
            ids: Arc::clone(&given.ids),
            keyring: Arc::clone(&self.keyring),
            links: Links::new("https://pd.example"),
            incidents: Arc::new(move || Arc::clone(&state.borrow())),
            transports: channels.iter().map(transport).collect(),
        });
        let stage = Notify::new(sender, of_incidents.clone(), 0).among_many(many.patience * 2);
        let (notify_loop, notify) =
            Loop::load(stage, given.clone(), settings, of_notify, mark()).await.unwrap();
        let parts = ingest::Parts {
            journal: Arc::clone(&given.doors),
            clock: Arc::clone(&given.clock),
            ids: Arc::clone(&given.ids),
            process: given.process,
            node: format!("node {process}"),
            bell: of_incidents,
            state: incidents.state.clone(),
            newest: Arc::new(Seen(incidents.clone())),
            closed: watch::channel(None).1,
        };
        let door = ingest::register(&parts).await.unwrap();
        let admission = Admission::new(&Limits::default(), Arc::clone(&parts.clock));
        let (writer, writes) = Writer::commands(parts.clone(), Some(door), admission.clone());
        let commands = Commands::new(parts, writer, admission);
        let tasks = vec![
            tokio::spawn(async { drop(incidents_loop.run().await) }),
            tokio::spawn(async { drop(notify_loop.run().await) }),
            tokio::spawn(sends.run(notify.local.clone(), CancellationToken::new())),
            tokio::spawn(writes),
        ];
        self.processes.insert(process, Process { incidents, notify, commands, tasks });
    }

    /// It dies, with whatever it was doing.
    pub(super) async fn kill(&mut self, process: u32) {
        for task in self.processes.remove(&process).unwrap().tasks {
            task.abort();
            drop(task.await);
        }
    }

    /// Ends all.
    pub(super) async fn end(mut self) {
        for process in self.processes.keys().copied().collect::<Vec<_>>() {
            self.kill(process).await;
        }
    }

    /// What opens an incident with this title.
    pub(super) fn incident(&self, title: &str) -> Ask {
        let state = self.state();
        let service = *state.services.keys().next().unwrap();
        Ask::CreateIncident(Box::new(NewIncident {
            title: title.into(),
            service,
            urgency: None,
            priority: None,
            details: None,
            incident_key: None,
            assignees: Vec::new(),
            policy: None,
        }))
    }

    /// Opens an incident through this process.
    pub(super) async fn open(&self, process: u32, title: &str) -> Result<Verdict, NoVerdict> {
        self.processes[&process].commands.ask(self.actor(), None, self.incident(title)).await
    }

    /// Resolves all incidents through this process.
    pub(super) async fn resolve(&self, process: u32) {
        let change = |number| IncidentChange {
            status: Some(StatusChange::Resolved),
            if_open: true,
            ..IncidentChange::of(number)
        };
        let changes = self.state().incidents.keys().copied().map(change).collect();
        let ask = Ask::UpdateIncidents(changes);
        self.processes[&process].commands.ask(self.actor(), None, ask).await.unwrap();
    }

    pub(super) fn actor(&self) -> Actor {
        let user: UserId = *self.state().users.keys().next().unwrap();
        Actor { user: Some(user), token: None }
    }

    /// The state as some process sees it that has the account.
    fn state(&self) -> Arc<State> {
        let states = self.processes.values().map(|it| it.incidents.state.borrow().clone());
        states.into_iter().find(|state| state.account.is_some()).unwrap()
    }

    /// The processes that do this.
    pub(super) fn who_consumes(&self) -> (BTreeSet<u32>, BTreeSet<u32>) {
        let does = |works_on: Option<Vec<Duty>>| works_on.unwrap().contains(&Duty::Consuming);
        let of = |which: fn(&Process) -> Option<Vec<Duty>>| {
            self.processes.iter().filter(|(_, it)| does(which(it))).map(|(process, _)| *process).collect()
        };
        (
            of(|it| it.incidents.status.borrow().works_on.clone()),
            of(|it| it.notify.status.borrow().works_on.clone()),
        )
    }

    /// What was sent on this channel: by whom.
    pub(super) fn sent_on(&self, channel: Channel) -> Vec<u32> {
        let sent = self.sent.lock().unwrap();
        sent.iter().filter(|(_, on, _)| *on == channel).map(|(process, ..)| *process).collect()
    }

    /// No message was handed to providers twice.
    pub(super) fn assert_no_message_repeated(&self) {
        let sent = self.sent.lock().unwrap();
        let ids: BTreeSet<_> = sent.iter().map(|(_, _, id)| *id).collect();
        assert_eq!(ids.len(), sent.len(), "{sent:?}");
    }
}
