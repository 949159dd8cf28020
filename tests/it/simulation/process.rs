//! One life of a `pd` process: the real parts, put together as the server does it, from the start to the end.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use pd::archive::Archive;
use pd::clock::{SharedClock, within};
use pd::domain::incidents::input::Input;
use pd::domain::incidents::state::State;
use pd::domain::user::Channel;
use pd::ids::SharedIds;
use pd::incidents::Incidents;
use pd::ingest::{self, Admission, Commands, Events, Limits, Newest, Writer};
use pd::journal::{Journal, LogName, Seq};
use pd::notify::compose::Links;
use pd::notify::sender::{Means, sender};
use pd::notify::stage::Notify;
use pd::notify::standpoint;
use pd::notify::transport::Transport;
use pd::overload::Standpoint;
use pd::pacer::{self, Job, Pace, Pacer};
use pd::purge;
use pd::stage::{self, Bell, Company, Handle, Loop, Many, NoMark, Replica, Settings, Signal, Stage, World};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::clock::ProcessClock;
use super::founding::installation;
use super::gate::Gate;
use super::plan::Mode;
use super::providers::Provider;
use super::town::{Door, Life, Town, View, name};

/// As the server has them.
const SEND_DRAIN: Duration = Duration::from_secs(45);
const STAGE_DRAIN: Duration = Duration::from_secs(10);

/// How long a newer state is waited for before an unknown key is accepted; as the server has it.
const NEWEST_PATIENCE: Duration = Duration::from_secs(2);

/// How long what could not be sent from here is left to other processes.
const LEAVE_FOR: Duration = Duration::from_secs(10);

/// Which of a process's futures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    Doors,
    Sends,
    Stages,
    Work,
}

/// The futures of a process that have not ended.
struct Parts {
    running: FuturesUnordered<BoxFuture<'static, (Part, Result<(), stage::Error>)>>,
    left: Vec<Part>,
    town: Arc<Town>,
    machine: usize,
}

impl Parts {
    fn push(&mut self, part: Part, work: impl Future<Output = Result<(), stage::Error>> + Send + 'static) {
        self.left.push(part);
        self.running.push(Box::pin(async move { (part, work.await) }));
    }

    /// Runs all of it until the end of one part is seen.
    async fn step(&mut self) {
        let Some((part, ended)) = self.running.next().await else { return std::future::pending().await };
        if let Some(at) = self.left.iter().position(|left| *left == part) {
            self.left.swap_remove(at);
        }
        if let Err(error) = ended {
            self.town.check(|check, trace| check.stage_stopped(trace, self.machine, &error));
        }
    }

    /// Runs all of it until `other` is done.
    async fn until<T>(&mut self, other: impl Future<Output = T>) -> T {
        tokio::pin!(other);
        loop {
            tokio::select! {
                biased;
                done = &mut other => return done,
                () = self.step() => {}
            }
        }
    }

    /// Runs all of it until nothing of this kind is left, or the time is over.
    async fn drain(&mut self, part: Part, clock: &SharedClock, limit: Duration) {
        let done = async {
            while self.left.contains(&part) {
                self.step().await;
            }
        };
        within(&**clock, limit, done).await;
    }
}

/// Begins a life on this machine, which must be empty.
pub(super) fn start(town: &Arc<Town>, machine: usize) {
    let chance = town.chance.fork();
    let half = chance.draw().to_le_bytes();
    let mut random = [0; 16];
    random[..8].copy_from_slice(&half);
    random[8..].copy_from_slice(&half);
    let process = uuid::Builder::from_random_bytes(random);
    let life = Life {
        process: process.into_uuid(),
        gate: Gate::new(),
        stop: CancellationToken::new(),
        task: None,
        door: None,
        view: None,
    };
    let lives = town.machine(machine, |at| {
        at.lives += 1;
        at.life = Some(life.clone());
        at.lives
    });
    town.trace.say(name(machine), lives, || format!("starts as process {}", short(life.process)));
    let (gate, town_again) = (life.gate.clone(), Arc::clone(town));
    let living = live(Arc::clone(town), machine, life, Arc::new(chance));
    let task = tokio::spawn(gate.clone().gated(async move {
        living.await;
        // It has ended in order.
        town_again.trace.say(name(machine), lives, || "has ended".to_owned());
        gate.die();
        town_again.machine(machine, |at| at.life = None);
    }));
    town.machine(machine, |at| {
        if let Some(life) = &mut at.life {
            life.task = Some(task.abort_handle());
        }
    });
}

/// Ends the life on this machine at once, wherever it is.
pub(super) fn crash(town: &Town, machine: usize) {
    if let Some(life) = town.machine(machine, |at| at.life.take()) {
        town.trace.say(name(machine), "crash", || "crashes".to_owned());
        life.gate.die();
        if let Some(task) = life.task {
            task.abort();
        }
    }
}

/// The first digits of a process's id.
pub(super) fn short(process: Uuid) -> String {
    process.simple().to_string()[..6].to_owned()
}

async fn live(town: Arc<Town>, machine: usize, life: Life, ids: SharedIds) {
    let time = town.machine(machine, |at| Arc::clone(&at.time));
    let clock: SharedClock = Arc::new(ProcessClock { machine: time, gate: life.gate.clone() });
    let number = u32::try_from(machine).unwrap_or(u32::MAX);
    let doors: Arc<dyn Journal> = Arc::new(town.doors.handle(number));
    let stages: Arc<dyn Journal> = Arc::new(town.stages.handle(number));
    let world = World {
        clock,
        ids,
        process: life.process,
        doors,
        incidents: Arc::clone(&stages),
        notify: stages,
        shutdown: CancellationToken::new(),
    };
    let Some(incidents_state) = load::<Incidents>(&town, machine, &world, LogName::incidents()).await else {
        return;
    };
    let Some(notify_state) = load::<Notify>(&town, machine, &world, LogName::notify()).await else { return };
    let mut parts =
        Parts { running: FuturesUnordered::new(), left: Vec::new(), town: Arc::clone(&town), machine };
    let (incidents_bell, notify_bell) = (Bell::default(), Bell::default());
    let company = Company::Many(Many::default());
    let overload = town.plan.mode == Mode::Overload;
    // Slower than the doors, when everything is slow.
    let batch_max = if overload { 2 } else { Settings::default().batch_max };
    let (incidents_loop, incidents) = Loop::of(
        Incidents::new(notify_bell.clone()),
        world.clone(),
        Settings { company: company.clone(), batch_max, ..Settings::default() },
        incidents_bell.clone(),
        Box::new(NoMark),
        incidents_state,
    );
    parts.push(Part::Stages, incidents_loop.run());
    let restored = town.machine(machine, |at| at.restored);
    let Some(epoch) = parts.until(epoch(&world, &incidents, restored)).await else { return };
    town.machine(machine, |at| at.restored = false);
    let state = incidents.state.clone();
    let (sender, sends) = sender(Means {
        process: world.process,
        clock: Arc::clone(&world.clock),
        ids: Arc::clone(&world.ids),
        keyring: Arc::clone(&installation().keyring),
        links: Links::new("https://pd.example.org"),
        incidents: Arc::new(move || Arc::clone(&state.borrow())),
        transports: [Channel::Email, Channel::Webhook, Channel::Sms, Channel::Console]
            .map(|channel| (channel, provider(&town, machine, &life, &world, channel)))
            .into(),
    });
    let (notify_loop, notify) = Loop::of(
        Notify::new(sender, incidents_bell.clone(), epoch).among_many(LEAVE_FOR),
        world.clone(),
        Settings { rest: Duration::from_millis(1), company, ..Settings::default() },
        notify_bell,
        Box::new(NoMark),
        notify_state,
    );
    let view = View { incidents: incidents.clone(), notify: notify.clone() };
    town.machine(machine, |at| {
        if let Some(life) = &mut at.life {
            life.view = Some(view);
        }
    });
    let (_publish_closed, closed) = watch::channel(None);
    let door_parts = ingest::Parts {
        journal: Arc::clone(&world.doors),
        clock: Arc::clone(&world.clock),
        ids: Arc::clone(&world.ids),
        process: world.process,
        node: name(machine).to_owned(),
        bell: incidents_bell.clone(),
        state: incidents.state.clone(),
        newest: Arc::new(NewestKnown {
            journal: Arc::clone(&world.incidents),
            incidents: incidents.clone(),
            notify: notify.clone(),
            bell: incidents_bell,
            clock: Arc::clone(&world.clock),
        }),
        closed,
    };
    let door = parts.until(ingest::register(&door_parts)).await.ok();
    let limits = if overload { Limits { waiting_events: 8, ..Limits::default() } } else { Limits::default() };
    let admission = || Admission::new(&limits, Arc::clone(&world.clock));
    let of_events = admission().before(Arc::clone(&door_parts.newest), &limits);
    let of_commands = admission();
    let (events, events_task) = Writer::events(door_parts.clone(), door, of_events.clone());
    let (commands, commands_task) = Writer::commands(door_parts.clone(), door, of_commands.clone());
    for task in [Box::pin(events_task) as BoxFuture<'static, ()>, Box::pin(commands_task)] {
        parts.push(Part::Doors, async {
            task.await;
            Ok(())
        });
    }
    parts.push(Part::Stages, notify_loop.run());
    let jobs = purge::jobs(&purge::Parts {
        world: world.clone(),
        archive: Arc::clone(&town.archive) as Arc<dyn Archive>,
        incidents,
        notify: notify.clone(),
        settings: town.plan.purge,
    });
    let (clock, ids) = (Arc::clone(&world.clock), Arc::clone(&world.ids));
    let (pacer, _statuses) = Pacer::new(clock, ids, world.shutdown.clone(), pacer::Settings::default());
    let watch =
        |job| Box::new(Watched { job, town: Arc::clone(&town), process: world.process }) as Box<dyn Job>;
    let jobs = match town.plan.mode {
        Mode::Overload => jobs.into_iter().map(watch).collect(),
        Mode::Safety | Mode::Liveness => jobs,
    };
    parts.push(Part::Work, async {
        pacer.run(jobs).await;
        Ok(())
    });
    let sending = CancellationToken::new();
    let sends = sends.run(notify.local.clone(), sending.clone());
    parts.push(Part::Sends, async {
        sends.await;
        Ok(())
    });
    let asking = Commands::new(door_parts.clone(), commands, of_commands);
    let door = Door {
        events: ingest::router(Events::new(door_parts, events, of_events, limits)),
        commands: asking,
        gate: life.gate.clone(),
    };
    town.trace.say(name(machine), "serves", || "serves".to_owned());
    let put = |door: Option<Door>| {
        town.machine(machine, |at| {
            if let Some(life) = &mut at.life {
                life.door = door;
            }
        });
    };
    put(Some(door));
    parts.until(life.stop.cancelled()).await;
    // As the server ends: in the order of the pipeline.
    put(None);
    parts.drain(Part::Doors, &world.clock, STAGE_DRAIN).await;
    sending.cancel();
    parts.drain(Part::Sends, &world.clock, SEND_DRAIN).await;
    world.shutdown.cancel();
    parts.drain(Part::Stages, &world.clock, STAGE_DRAIN).await;
}

/// The state of a stage; while the store does not answer, a supervisor starts the process again.
async fn load<S: Stage>(town: &Town, machine: usize, world: &World, log: LogName) -> Option<Replica<S>> {
    loop {
        match Replica::load(&*world.store(&log), &log).await {
            Ok(replica) => return Some(replica),
            Err(stage::Error::Store(_)) => {
                let pause = world.ids.jitter(Duration::from_secs(2));
                world.clock.sleep(pause).await;
            }
            Err(error) => {
                town.check(|check, trace| check.stage_stopped(trace, machine, &error));
                return None;
            }
        }
    }
}

/// As the server begins an epoch after a restore; `None` when that is not durable in time and the process ends.
async fn epoch(world: &World, incidents: &Handle<Incidents>, restored: bool) -> Option<u32> {
    let of = |state: &State| state.account.as_ref().map_or(0, |account| account.epoch);
    let epoch = of(&incidents.state.borrow());
    if !restored {
        return Some(epoch);
    }
    let mut state = incidents.state.clone();
    let begun = async {
        incidents.local.send(Input::Restored).await.ok()?;
        state.wait_for(|state| of(state) > epoch).await.ok().map(|state| of(&state))
    };
    within(&*world.clock, Duration::from_secs(10), begun).await.flatten()
}

fn provider(
    town: &Arc<Town>,
    machine: usize,
    life: &Life,
    world: &World,
    channel: Channel,
) -> Arc<dyn Transport> {
    Arc::new(Provider {
        town: Arc::clone(town),
        machine,
        process: life.process,
        gate: life.gate.clone(),
        clock: Arc::clone(&world.clock),
        channel,
    })
}

/// A job whose rounds the checks are told of.
struct Watched {
    job: Box<dyn Job>,
    town: Arc<Town>,
    process: Uuid,
}

#[async_trait::async_trait]
impl Job for Watched {
    fn name(&self) -> &'static str {
        self.job.name()
    }

    fn every(&self) -> Duration {
        self.job.every()
    }

    async fn round(&mut self, pace: &mut Pace) -> Result<(), pacer::Error> {
        let (name, every) = (self.name(), self.every());
        self.town.check(|check, trace| check.round_begins(trace, self.process, name));
        let done = self.job.round(pace).await;
        self.town.check(|check, _| check.round_ends(self.process, name, every));
        done
    }
}

/// Waits for the replica to be as new as the journal, as the server does.
struct NewestKnown {
    journal: Arc<dyn Journal>,
    incidents: Handle<Incidents>,
    notify: Handle<Notify>,
    bell: Bell,
    clock: SharedClock,
}

#[async_trait::async_trait]
impl Newest for NewestKnown {
    async fn newest(&self) -> Option<Arc<State>> {
        let end = self.journal.extent(&LogName::incidents()).await.ok()?.next;
        self.bell.ring(Signal::Own);
        let mut replica = self.incidents.replica.clone();
        let newer =
            within(&*self.clock, NEWEST_PATIENCE, replica.wait_for(|known| known.next >= end)).await?;
        newer.ok().map(|replica| Arc::clone(&replica.state))
    }

    fn consumed(&self, log: &LogName) -> Seq {
        self.incidents.consumed(log)
    }

    fn standpoint(&self, log: &LogName) -> Standpoint {
        standpoint(&self.incidents, &self.notify, log)
    }
}
