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

use super::folder::Folder;
use super::listen::{self, Listener};
use super::newest::Replica;
use super::signals::{Asked, Signals};
use super::status::Watched;
use super::stores::Stores;
use super::{
    Error, ServeOptions, adapters, bounded, channels, epoch, first, metrics, space, terminal, tls, work,
};
use crate::api;
use crate::clock::{SharedClock, SystemClock, within};
use crate::config::Config;
use crate::door::Whole;
use crate::ids::{SharedIds, SystemIds};
use crate::incidents::Incidents;
use crate::ingest::{self, Admission, Commands, Limits, Parts, Writer};
use crate::journal::{self, Journal, LogName};
use crate::notify::sender::Sender;
use crate::notify::stage::Notify;
use crate::pacer;
use crate::stage::{self, Bell, Company, FileMark, Handle, Loop, Settings, Stage, Watchdog, World};

/// How long messages that are being sent may take once the process is ending.
const SEND_DRAIN: Duration = Duration::from_secs(45);
/// How long the stages may take for the entry that they are appending.
const STAGE_DRAIN: Duration = Duration::from_secs(10);

/// Serves until a signal ends it. The stages run on the runtime `stages`.
pub(super) async fn serve(options: ServeOptions, stages: &tokio::runtime::Handle) -> Result<(), Error> {
    let clock: SharedClock = Arc::new(SystemClock::new());
    let ids: SharedIds = Arc::new(SystemIds);
    let mut signals = Signals::new().map_err(Error::Runtime)?;
    let folder = Folder::open(&options.data, options.config.node.as_deref(), &*ids)?;
    let certificate = options.config.tls.as_ref().map(tls::load).transpose()?.map(watch::channel);
    // Bound first: a second server is told so before it touches anything. What comes now waits in the system's queue.
    let address = options.config.listen;
    let listener = listen::bind(address).await.map_err(|reason| Error::Listen { address, reason })?;
    let address = listener.local_addr().map_err(|reason| Error::Listen { address, reason })?;
    let url = base_url(&options.config, address);

    let stores = Stores::open(&options.config.store, &options.data, &clock)?;
    let server = Server::build(&options, folder, stores, clock, ids, url.clone(), stages).await?;
    let first = server.first_start(&options).await?;
    let router = server.router(&options.config);
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
    events: Writer,
    commands: Commands,
    admission: Admission,
    limits: Limits,
    /// Ends the listener.
    serving: CancellationToken,
    /// Ends the sending, while the stages still run.
    sending: CancellationToken,
    /// The door's tasks end when nobody can write any more.
    doors: JoinSet<()>,
    sends: JoinHandle<()>,
    /// How the scheduled work is doing.
    scheduled: watch::Receiver<pacer::Statuses>,
    stages: JoinSet<Result<(), stage::Error>>,
}

impl Server {
    async fn build(
        options: &ServeOptions,
        folder: Folder,
        stores: Stores,
        clock: SharedClock,
        ids: SharedIds,
        url: Url,
        stage_threads: &tokio::runtime::Handle,
    ) -> Result<Self, Error> {
        let config = &options.config;
        let world = World {
            process: ids.uuid(clock.now()),
            clock,
            ids,
            doors: Arc::clone(&stores.doors),
            incidents: Arc::clone(&stores.incidents),
            notify: Arc::clone(&stores.notify),
            shutdown: CancellationToken::new(),
        };
        let (serving, sending) = (CancellationToken::new(), CancellationToken::new());
        let folder = Arc::new(folder);
        let (incidents_bell, notify_bell) = (Bell::default(), Bell::default());
        // The folder's lock says that nobody else uses an embedded store.
        let company = Company::Alone;
        let settings =
            || Settings { watchdog: Watchdog::default(), company: company.clone(), ..Settings::default() };
        let mark = |name: &str| FileMark::open(&folder.at(name)).map(Box::new).map_err(Error::Runtime);

        // Both at once: this is what a start takes its time for.
        let incidents_state = load::<Incidents>(stage_threads, &stores.incidents, LogName::incidents());
        let notify_state = load::<Notify>(stage_threads, &stores.notify, LogName::notify());
        let (incidents_state, notify_state) = tokio::try_join!(incidents_state, notify_state)?;
        let of_incidents = settings();
        let watchdogs = vec![of_incidents.watchdog.clone()];
        let (incidents_loop, incidents) = Loop::of(
            Incidents::new(notify_bell.clone()),
            world.clone(),
            of_incidents,
            incidents_bell.clone(),
            mark("deciding-incidents")?,
            incidents_state,
        );
        let mut stages = JoinSet::new();
        stages.spawn_on(incidents_loop.run(), stage_threads);
        // Before anything can be sent: what a backup holds was perhaps sent already.
        let epoch = epoch::epoch(&folder, &world, &incidents).await?;
        let (sender, sends) = channels::sending(config, &folder, &world, &incidents, &url)?;
        // Somebody waits for the message: hardly any rest.
        let of_notify = Settings { rest: Duration::from_millis(1), ..settings() };
        let watchdogs = [watchdogs, vec![of_notify.watchdog.clone()]].concat();
        let (notify_loop, notify) = Loop::of(
            match &company {
                Company::Alone => Notify::new(sender.clone(), incidents_bell.clone(), epoch),
                Company::Many(many) => {
                    Notify::new(sender.clone(), incidents_bell.clone(), epoch).among_many(many.patience * 2)
                }
            },
            world.clone(),
            of_notify,
            notify_bell,
            mark("deciding-notify")?,
            notify_state,
        );
        work::watch_deciding(watchdogs, &world);

        let (publish_closed, closed) = watch::channel(None);
        let parts = Parts {
            journal: Arc::clone(&stores.doors),
            clock: Arc::clone(&world.clock),
            ids: Arc::clone(&world.ids),
            process: world.process,
            node: folder.node.clone(),
            bell: incidents_bell.clone(),
            state: incidents.state.clone(),
            newest: Arc::new(Replica {
                journal: Arc::clone(&stores.incidents),
                incidents: incidents.clone(),
                bell: incidents_bell,
                clock: Arc::clone(&world.clock),
            }),
            closed,
        };
        let door = open_door(&parts, &stores, &incidents, &company).await;
        let (events, events_task) = Writer::events(parts.clone(), door);
        let (commands, commands_task) = Writer::commands(parts.clone(), door);
        let mut doors = JoinSet::new();
        doors.spawn(events_task);
        doors.spawn(commands_task);
        tokio::spawn(space::watch(
            Arc::clone(&stores.intake),
            config.limits.free_disk_bytes,
            Arc::clone(&world.clock),
            publish_closed,
            world.shutdown.clone(),
        ));
        stages.spawn_on(notify_loop.run(), stage_threads);
        let (work, scheduled) = work::scheduled(config, &world, &stores, &incidents, &notify);
        stages.spawn(async {
            work.await;
            Ok(())
        });
        let sends = tokio::spawn(sends.run(notify.local.clone(), sending.clone()));
        let limits = Limits {
            waiting_bytes: usize::try_from(config.limits.waiting_bytes).unwrap_or(usize::MAX),
            ..Limits::default()
        };
        let admission = Admission::new(&limits);
        let commands = Commands::new(parts.clone(), commands, Admission::new(&limits));
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
            admission,
            limits,
            serving,
            sending,
            doors,
            sends,
            scheduled,
            stages,
        })
    }

    /// Sets an empty installation up; the name of the context that was made then.
    async fn first_start(&self, options: &ServeOptions) -> Result<Option<String>, Error> {
        if self.incidents.state.borrow().account.is_some() {
            return Ok(None);
        }
        let ids = &*self.world.ids;
        let contexts = options.contexts.as_deref();
        Ok(Some(first::found(&self.commands, &self.folder.keyring, ids, contexts, &self.url).await?))
    }

    fn router(&self, config: &Config) -> Router {
        let (publish, process) = watch::channel(Arc::new(self.watched(config).look()));
        tokio::spawn(self.watched(config).run(publish));
        let store = Arc::clone(&self.stores.intake);
        let whole = Whole::new(Arc::clone(&self.stores.doors), Arc::clone(&self.stores.archive));
        let rest = api::router(api::parts::Parts {
            incidents: self.incidents.state.clone(),
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
            },
            process,
            metrics: metrics::renderer(self.watched(config), Arc::clone(self.sender.metrics()), move || {
                store.commits()
            }),
        });
        let rest = bounded::requests(rest, config.limits.requests);
        let doors =
            ingest::router(self.parts.clone(), self.events.clone(), self.admission.clone(), self.limits);
        api::normalised(doors.fallback_service(rest))
    }

    fn watched(&self, config: &Config) -> Watched {
        Watched {
            incidents: self.incidents.clone(),
            notify: self.notify.clone(),
            closed: self.parts.closed.clone(),
            scheduled: self.scheduled.clone(),
            clock: Arc::clone(&self.world.clock),
            node: self.folder.node.clone(),
            process: self.world.process.to_string(),
            started_at: self.world.clock.now(),
            stores: config.store.clone(),
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
async fn open_door(
    parts: &Parts,
    stores: &Stores,
    incidents: &Handle<Incidents>,
    company: &Company,
) -> Option<Uuid> {
    let open = async {
        let door = ingest::register(parts).await?;
        let state = incidents.state.borrow().clone();
        // The doors of the process before are done with; those of other processes are theirs.
        if matches!(company, Company::Alone) {
            ingest::close_others(&*stores.doors, &state, door).await?;
        }
        Ok::<_, journal::Error>(door)
    };
    open.await.inspect_err(|error| tracing::warn!(%error, "no door could be opened yet")).ok()
}

/// The state of a stage as its journal has it, read on the threads of the stages.
async fn load<S: Stage>(
    threads: &tokio::runtime::Handle,
    journal: &Arc<dyn Journal>,
    log: LogName,
) -> Result<stage::Replica<S>, Error> {
    let journal = Arc::clone(journal);
    let loading = threads.spawn(async move { stage::Replica::load(&*journal, &log).await });
    Ok(loading.await.map_err(|error| Error::Runtime(error.into()))??)
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
