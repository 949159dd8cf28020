//! One life of a server, from opening its folder to its last answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use super::begin::{self, Beginning};
use super::clusters::{self, Cluster};
use super::folder::Folder;
use super::levers::Levers;
use super::listen::{self, Listener};
use super::load::{self, Load};
use super::newest::Replica;
use super::signals::{Asked, Signals};
use super::stages::{self, Ground, Stages};
use super::status::Watched;
use super::stores::{Kind, Stores};
use super::timed::Appends;
use super::watching::{self, Standing};
use super::{
    Error, ServeOptions, adapters, bounded, drilling, loading, metrics, peers, space, terminal, tls, work,
};
use crate::api;
use crate::clock::{Offset, SharedClock, SystemClock, within};
use crate::config::Config;
use crate::door::Whole;
use crate::drill::records::Records;
use crate::drill::{self, run::Drills};
use crate::ids::{SharedIds, SystemIds};
use crate::incidents::Incidents;
use crate::ingest::{self, Admission, Commands, Events, Limits, Parts, Writer};
use crate::journal;
use crate::notify::sender::Sender;
use crate::notify::stage::Notify;
use crate::pacer;
use crate::stage::{self, Handle, World};
use crate::watch::Watch;
use crate::watch::rules::Outlook;
use crate::wire::status::{Peer, Process};

/// How long messages that are being sent may take once the process is ending.
const SEND_DRAIN: Duration = Duration::from_secs(45);
/// How long the stages may take for the entry that they are appending.
const STAGE_DRAIN: Duration = Duration::from_secs(10);

/// Serves until a signal ends it. The stages run on the runtime `stages`.
pub(super) async fn serve(options: ServeOptions, stages: &tokio::runtime::Handle) -> Result<(), Error> {
    let levers = Levers::new(Offset::default());
    levers.clock.set(options.clock_offset);
    let clock: SharedClock = Arc::new(SystemClock::off_by(levers.clock.clone()));
    let ids: SharedIds = Arc::new(SystemIds);
    let mut signals = Signals::new().map_err(Error::Runtime)?;
    let folder = Folder::open(&options.data, options.config.node.as_deref(), &*ids)?;
    let certificate = options.config.tls.as_ref().map(tls::load).transpose()?.map(watch::channel);
    // Bound first: a second server is told so before it touches anything. What comes now waits in the system's queue.
    let address = options.config.listen;
    let listener = listen::bind(address).await.map_err(|reason| Error::Listen { address, reason })?;
    let address = listener.local_addr().map_err(|reason| Error::Listen { address, reason })?;
    let url = base_url(&options.config, address);

    let shutdown = CancellationToken::new();
    let stores =
        Stores::open(&options.config.store, &options.data, (&clock, &ids), &shutdown, options.controls)
            .await?;
    let world = World {
        process: ids.uuid(clock.now()),
        clock,
        ids,
        doors: Arc::clone(&stores.doors),
        incidents: Arc::clone(&stores.incidents),
        notify: Arc::clone(&stores.notify),
        shutdown,
    };
    let server = Server::build(&options, folder, stores, world, url.clone(), (stages, levers)).await?;
    let first = server.first_start(&options).await?;
    let router = server.router(&options.config);
    server.watch(&options.config)?;
    let (serving, publish_tls) = (server.serving.clone(), certificate.as_ref().map(|(send, _)| send.clone()));
    let listening = tokio::spawn(
        Listener {
            listener,
            router,
            tls: certificate.map(|(_, receive)| receive),
            connections: usize::try_from(options.config.limits.connections).unwrap_or(usize::MAX >> 4),
            clock: Arc::clone(&server.world.clock),
            shutdown: serving.clone(),
        }
        .run(),
    );
    terminal::say(&format!(
        "pd {} listening on {}",
        env!("CARGO_PKG_VERSION"),
        url.as_str().trim_end_matches('/')
    ));
    terminal::say(&match first {
        Some(context) => format!(
            "first start: made a user, a service and a token; the context `{context}` holds them\n\
             try it in another terminal: pd trigger \"hello\""
        ),
        None => "try it in another terminal: pd status".to_owned(),
    });
    loop {
        match signals.next().await {
            Asked::End => break,
            Asked::Reload => reload(&options, publish_tls.as_ref()),
        }
    }
    tracing::info!("draining; a second signal ends at once");
    tokio::select! {
        biased;
        () = second(&mut signals) => tracing::warn!("ended at once"),
        () = server.drain(listening) => tracing::info!("ended"),
    }
    Ok(())
}

async fn second(signals: &mut Signals) {
    while signals.next().await != Asked::End {}
}

fn reload(options: &ServeOptions, publish: Option<&watch::Sender<Arc<rustls::ServerConfig>>>) {
    let (Some(files), Some(publish)) = (&options.config.tls, publish) else {
        return tracing::info!("nothing to read again: no certificate is configured");
    };
    match tls::load(files) {
        Ok(config) => {
            publish.send_replace(config);
            tracing::info!("the certificate was read again");
        }
        Err(error) => tracing::error!(%error, "the certificate stays as it was"),
    }
}

/// The parts of a server.
struct Server {
    folder: Arc<Folder>,
    world: World,
    stores: Stores,
    url: Url,
    incidents: Handle<Incidents>,
    notify: Handle<Notify>,
    sender: Sender,
    parts: Parts,
    events: Events,
    commands: Commands,
    load: Load,
    /// Ends the listener.
    serving: CancellationToken,
    /// Ends the sending, while the stages still run.
    sending: CancellationToken,
    /// The door's tasks end when nobody can write any more.
    doors: JoinSet<()>,
    sends: JoinHandle<()>,
    /// How the scheduled work is doing.
    scheduled: watch::Receiver<pacer::Statuses>,
    heartbeat: pacer::Reporter,
    stages: JoinSet<Result<(), stage::Error>>,
    /// Before it is told, nothing is sent.
    epoch: watch::Sender<Option<u32>>,
    /// What a store of several nodes tells.
    outlook: watch::Receiver<Outlook>,
    /// What keeps this process from doing its part, and needs a person.
    problem: watch::Sender<Option<String>>,
    /// What the processes of the installation have told.
    peers: watch::Sender<Arc<Vec<Peer>>>,
    /// By what failures are made on purpose.
    levers: Levers,
}

impl Server {
    async fn build(
        options: &ServeOptions,
        folder: Folder,
        stores: Stores,
        world: World,
        url: Url,
        (stage_threads, levers): (&tokio::runtime::Handle, Levers),
    ) -> Result<Self, Error> {
        let config = &options.config;
        let appends = Appends::new(Arc::clone(&world.clock), levers.slow.clone());
        let stores = load::timed(stores, &appends);
        let world = World {
            doors: Arc::clone(&stores.doors),
            incidents: Arc::clone(&stores.incidents),
            notify: Arc::clone(&stores.notify),
            ..world
        };
        let (serving, sending) = (CancellationToken::new(), CancellationToken::new());
        let folder = Arc::new(folder);
        let mut running = JoinSet::new();
        let ground = Ground {
            config,
            folder: &folder,
            world: &world,
            stores: &stores,
            url: &url,
            threads: stage_threads,
            levers: &levers,
        };
        let Stages { incidents, notify, notify_loop, bell, sender, sends, epoch, outlook } =
            stages::build(&ground, &mut running).await?;

        let (publish_closed, closed) = watch::channel(None);
        let parts = Parts {
            journal: Arc::clone(&stores.doors),
            clock: Arc::clone(&world.clock),
            ids: Arc::clone(&world.ids),
            process: world.process,
            node: folder.node.clone(),
            bell: bell.clone(),
            state: incidents.state.clone(),
            newest: Arc::new(Replica {
                journal: Arc::clone(&stores.incidents),
                incidents: incidents.clone(),
                notify: notify.clone(),
                bell,
                clock: Arc::clone(&world.clock),
            }),
            closed,
        };
        let door = open_door(&parts, &stores, &incidents).await;
        let limits = if options.controls { limits(config) } else { Limits::without_controls() };
        // Commands have bounds of their own, so that events cannot keep an acknowledgement out.
        let admission = || Admission::new(&limits, Arc::clone(&world.clock));
        let of_events = admission().before(Arc::clone(&parts.newest), &limits);
        let of_commands = admission();
        let (events, events_task) = Writer::events(parts.clone(), door, of_events.clone());
        let (commands, commands_task) = Writer::commands(parts.clone(), door, of_commands.clone());
        let mut doors = JoinSet::new();
        doors.spawn(events_task);
        doors.spawn(commands_task);
        watch_intake(&stores.kind, config, &world, publish_closed);
        running.spawn_on(notify_loop.run(), stage_threads);
        let load =
            Load::measure(appends, of_events.clone(), Arc::clone(&world.clock), world.shutdown.clone());
        let (work, heartbeat, scheduled) =
            work::scheduled(config, &world, &stores, &incidents, &notify, (&load, options.pace()));
        running.spawn(async {
            work.await;
            Ok(())
        });
        let sends = tokio::spawn(sends.run(notify.local.clone(), sending.clone()));
        let commands = Commands::new(parts.clone(), commands, of_commands);
        let events = Events::new(parts.clone(), events, of_events, limits).doubling(levers.twice.subscribe());
        Ok(Self {
            folder,
            world,
            stores,
            url,
            incidents,
            notify,
            sender,
            parts,
            events,
            commands,
            load,
            serving,
            sending,
            doors,
            sends,
            scheduled,
            heartbeat,
            stages: running,
            epoch,
            outlook,
            problem: watch::Sender::new(None),
            peers: watch::Sender::new(Arc::default()),
            levers,
        })
    }

    /// Sets an empty installation up; the name of the context that was made then. On clusters, whose state may take its
    /// time, that goes on beside everything else.
    async fn first_start(&self, options: &ServeOptions) -> Result<Option<String>, Error> {
        if let Kind::Clusters(clusters) = &self.stores.kind {
            self.begin(options, clusters);
            return Ok(None);
        }
        let (ids, contexts) = (&*self.world.ids, options.contexts.as_deref());
        let first = if self.incidents.state.borrow().account.is_some() {
            None
        } else {
            let by = (&self.commands, &self.incidents);
            begin::found(by, &self.folder, ids, contexts, &self.url).await?
        };
        let state = Arc::clone(&self.incidents.state.borrow());
        watching::ensure_service(&self.commands, &state, ids, &self.world.clock).await;
        Ok(first)
    }

    fn begin(&self, options: &ServeOptions, clusters: &[Cluster]) {
        let beginning = Beginning {
            folder: Arc::clone(&self.folder),
            world: self.world.clone(),
            incidents: self.incidents.clone(),
            commands: self.commands.clone(),
            contexts: options.contexts.clone(),
            url: self.url.clone(),
            epoch: self.epoch.clone(),
            problem: self.problem.clone(),
        };
        let shutdown = self.serving.clone();
        tokio::spawn(async move {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => {}
                () = beginning.run() => {}
            }
        });
        let doors = clusters.iter().find(|cluster| cluster.uses.contains(&"doors"));
        if let Some(doors) = doors.cloned() {
            let (clock, shutdown) = (Arc::clone(&self.world.clock), self.world.shutdown.clone());
            let me = self.told(&options.config);
            tokio::spawn(peers::tell(doors, me, self.peers.clone(), clock, shutdown));
        }
    }

    /// What this process tells of itself, kept up to date.
    fn told(&self, config: &Config) -> watch::Receiver<Arc<Process>> {
        let (publish, process) = watch::channel(Arc::new(self.watched(config).look()));
        tokio::spawn(self.watched(config).run(publish));
        process
    }

    fn router(&self, config: &Config) -> Router {
        let process = self.told(config);
        let doors = match &self.stores.kind {
            Kind::Files(doors) => Some(Arc::clone(doors)),
            Kind::Clusters(_) => None,
        };
        let whole = Whole::new(Arc::clone(&self.stores.doors), Arc::clone(&self.stores.archive));
        let (streams, joins) = api::stream::door();
        let parts = api::parts::Parts {
            incidents: self.incidents.state.clone(),
            moments: Arc::new(adapters::Seen(self.incidents.replica.clone())),
            streams,
            archive: Arc::clone(&self.stores.archive),
            events: Arc::new(adapters::Events(whole)),
            commands: Arc::new(adapters::Asking(self.commands.clone())),
            keyring: Arc::clone(&self.folder.keyring),
            ids: Arc::clone(&self.world.ids),
            clock: Arc::clone(&self.world.clock),
            settings: api::parts::Settings {
                public_url: config.public_url.clone(),
                html_origin: config.html_origin.clone(),
                tls: config.tls.is_some(),
                requests_per_minute: config.limits.requests_per_minute,
                streams: usize::try_from(config.limits.streams).unwrap_or(usize::MAX),
                channels: super::channels::configured(config),
            },
            process,
            peers: self.peers.subscribe(),
            drills: Arc::new(adapters::Drilling(self.drills(config))),
            metrics: metrics::renderer(self.watched(config), Arc::clone(self.sender.metrics()), move || {
                doors.as_ref().map(|doors| doors.commits())
            }),
        };
        tokio::spawn(api::stream::Hub::new(parts.clone(), joins).run(self.serving.clone()));
        let rest = loading::once_loaded(api::router(parts), self.incidents.status.clone());
        let ids = Arc::clone(&self.world.ids);
        let rest = bounded::requests(rest, config.limits.requests, self.load.clone(), ids);
        let doors = ingest::router(self.events.clone());
        api::normalised(doors.fallback_service(rest))
    }

    /// Has the process watch itself, for as long as it serves.
    fn watch(&self, config: &Config) -> Result<(), Error> {
        let messages = Arc::clone(self.sender.metrics());
        let ground =
            Standing::new(config, self.watched(config), messages, self.events.clone(), self.outlook.clone())?;
        let watch = Watch {
            ground: Arc::new(ground),
            clock: Arc::clone(&self.world.clock),
            ids: Arc::clone(&self.world.ids),
            settings: watching::settings(&config.watch, &self.folder.node),
            reporter: self.heartbeat.clone(),
            shutdown: self.serving.clone(),
        };
        tokio::spawn(watch.run());
        Ok(())
    }

    /// What makes failures on purpose, for as long as the process serves.
    fn drills(&self, config: &Config) -> Drills {
        let ground = drilling::Standing {
            watched: self.watched(config),
            levers: self.levers.clone(),
            events: self.events.clone(),
            commands: self.commands.clone(),
            keyring: Arc::clone(&self.folder.keyring),
            ids: Arc::clone(&self.world.ids),
            channels: super::channels::configured(config),
            peers: self.peers.subscribe(),
        };
        let (drills, task) = drill::run::drills(drill::run::Parts {
            ground: Arc::new(ground),
            clock: Arc::clone(&self.world.clock),
            ids: Arc::clone(&self.world.ids),
            node: self.folder.node.clone(),
            records: Records::at(&self.folder.at("drills.json")),
            shutdown: self.serving.clone(),
        });
        tokio::spawn(task.run());
        drills
    }

    fn watched(&self, config: &Config) -> Watched {
        Watched {
            incidents: self.incidents.clone(),
            notify: self.notify.clone(),
            closed: self.parts.closed.clone(),
            scheduled: self.scheduled.clone(),
            load: self.load.clone(),
            clock: Arc::clone(&self.world.clock),
            node: self.folder.node.clone(),
            process: self.world.process.to_string(),
            started_at: self.world.clock.now(),
            stores: config.store.clone(),
            kind: self.stores.kind.clone(),
            problem: self.problem.subscribe(),
            made: self.levers.made.subscribe(),
            shutdown: self.serving.clone(),
        }
    }

    /// Lets what was begun come to its end, in the order of the pipeline.
    async fn drain(mut self, listening: JoinHandle<()>) {
        self.serving.cancel();
        // The listener bounds its own drain.
        let _ = listening.await;
        drop((self.events, self.commands));
        let clock = Arc::clone(&self.world.clock);
        let doors = async { while self.doors.join_next().await.is_some() {} };
        if within(&*clock, STAGE_DRAIN, doors).await.is_none() {
            tracing::warn!("the store does not take what came in; its senders were told");
        }
        self.sending.cancel();
        if within(&*clock, SEND_DRAIN, self.sends).await.is_none() {
            tracing::warn!("some messages were still being sent; their fate is settled at the next start");
        }
        self.world.shutdown.cancel();
        let stages = async { while self.stages.join_next().await.is_some() {} };
        if within(&*clock, STAGE_DRAIN, stages).await.is_none() {
            tracing::warn!("a stage did not end in time; it goes on where it was at the next start");
        }
    }
}

/// This process's door. A store that takes none now (its disk is full, say) does not keep the process from showing what
/// there is: the door is opened when something comes in.
async fn open_door(parts: &Parts, stores: &Stores, incidents: &Handle<Incidents>) -> Option<Uuid> {
    let open = async {
        let door = ingest::register(parts).await?;
        if matches!(stores.kind, Kind::Files(_)) {
            let state = incidents.state.borrow().clone();
            // The folder's lock says that nobody else uses this store: the doors of the process before are done with.
            ingest::close_others(&*stores.doors, &state, door).await?;
        }
        Ok::<_, journal::Error>(door)
    };
    open.await.inspect_err(|error| tracing::warn!(%error, "no door could be opened yet")).ok()
}

/// Publishes why no events are taken at present.
fn watch_intake(kind: &Kind, config: &Config, world: &World, publish: watch::Sender<Option<String>>) {
    let (clock, shutdown) = (Arc::clone(&world.clock), world.shutdown.clone());
    match kind {
        Kind::Files(doors) => {
            let reserve = config.limits.free_disk_bytes;
            tokio::spawn(space::watch(Arc::clone(doors), reserve, clock, publish, shutdown));
        }
        Kind::Clusters(clusters) => {
            tokio::spawn(clusters::watch_doors(clusters.clone(), publish, shutdown));
        }
    }
}

fn limits(config: &Config) -> Limits {
    let waiting_bytes = usize::try_from(config.limits.waiting_bytes).unwrap_or(usize::MAX);
    Limits { waiting_bytes, ..Limits::default() }
}

/// What clients on this machine begin with.
fn base_url(config: &Config, address: SocketAddr) -> Url {
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let host = match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => format!("127.0.0.1:{}", v4.port()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("[::1]:{}", v6.port()),
        other => other.to_string(),
    };
    Url::parse(&format!("{scheme}://{host}")).expect("an address makes a URL")
}
