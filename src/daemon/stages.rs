//! Builds the two stages: alone on files, or as one of many on clusters.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use url::Url;

use super::folder::Folder;
use super::levers::Levers;
use super::stores::{Kind, Stores};
use super::{Error, channels, epoch, peers, work};
use crate::config::Config;
use crate::incidents::Incidents;
use crate::journal::{Journal, LogName};
use crate::notify::sender::{self, Sender};
use crate::notify::stage::Notify;
use crate::stage::{self, Bell, Company, FileMark, Handle, Loop, Settings, Stage, Watchdog, World};
use crate::watch::rules::Outlook;

/// The stages. That of incidents runs; the other is to be run once the doors are open.
pub(super) struct Stages {
    pub(super) incidents: Handle<Incidents>,
    pub(super) notify: Handle<Notify>,
    pub(super) notify_loop: Loop<Notify>,
    /// Wakes the incidents stage.
    pub(super) bell: Bell,
    pub(super) sender: Sender,
    pub(super) sends: sender::Task,
    /// Before it is told, nothing is sent. On files it is known already.
    pub(super) epoch: watch::Sender<Option<u32>>,
    /// What a store of several nodes tells.
    pub(super) outlook: watch::Receiver<Outlook>,
}

/// What the stages are built of.
pub(super) struct Ground<'a> {
    pub(super) config: &'a Config,
    pub(super) folder: &'a Arc<Folder>,
    pub(super) world: &'a World,
    pub(super) stores: &'a Stores,
    pub(super) url: &'a Url,
    pub(super) threads: &'a tokio::runtime::Handle,
    pub(super) levers: &'a Levers,
}

/// Builds them, and runs that of incidents in `running`.
pub(super) async fn build(
    ground: &Ground<'_>,
    running: &mut tokio::task::JoinSet<Result<(), stage::Error>>,
) -> Result<Stages, Error> {
    let Ground { folder, world, stores, threads, levers, .. } = *ground;
    let (incidents_bell, notify_bell) = (Bell::default(), Bell::default());
    let mark = |name: &str| FileMark::open(&folder.at(name)).map(Box::new).map_err(Error::Runtime);
    let (company, outlook) = match &stores.kind {
        // A file has nothing to tell.
        Kind::Files(_) => (Company::Alone, watch::channel(Outlook::default()).1),
        Kind::Clusters(clusters) => {
            let (clock, shutdown) = (Arc::clone(&world.clock), world.shutdown.clone());
            let (many, outlook) = peers::many(clusters.clone(), clock, shutdown);
            (Company::Many(many), outlook)
        }
    };
    let of_incidents = settings(&company, levers);
    // Somebody waits for the message: hardly any rest.
    let of_notify = Settings { rest: Duration::from_millis(1), ..settings(&company, levers) };
    work::watch_deciding(vec![of_incidents.watchdog.clone(), of_notify.watchdog.clone()], world);

    let stage = Incidents::new(notify_bell.clone());
    let (bell, its_mark) = (incidents_bell.clone(), mark("deciding-incidents")?);
    let (epoch, epoch_known) = watch::channel(None);
    let leave_for = match &company {
        Company::Alone => None,
        // It takes the others the patience for overdue work, and up to as long again, to step in.
        Company::Many(many) => Some(many.patience * 2),
    };
    let alone = leave_for.is_none();
    let (incidents_loop, incidents, notify_state) = if alone {
        // Both at once: this is what a start takes its time for.
        let incidents_state = load::<Incidents>(threads, &stores.incidents, LogName::incidents());
        let notify_state = load::<Notify>(threads, &stores.notify, LogName::notify());
        let (incidents_state, notify_state) = tokio::try_join!(incidents_state, notify_state)?;
        let (run, handle) = Loop::of(stage, world.clone(), of_incidents, bell, its_mark, incidents_state);
        (run, handle, Some(notify_state))
    } else {
        let (run, handle) = Loop::starting(stage, world.clone(), of_incidents, bell, its_mark);
        (run, handle, None)
    };
    running.spawn_on(incidents_loop.run(), threads);
    if alone {
        // Before anything can be sent: what a backup holds was perhaps sent already.
        epoch.send_replace(Some(epoch::epoch(folder, world, &incidents).await?));
    }
    let (sender, sends) =
        channels::sending(ground.config, folder, world, &incidents, ground.url, &levers.down)?;
    let stage = Notify::new(sender.clone(), incidents_bell.clone(), 0).once_known(epoch_known);
    let its_mark = mark("deciding-notify")?;
    let (notify_loop, notify) = match notify_state {
        Some(state) => Loop::of(stage, world.clone(), of_notify, notify_bell, its_mark, state),
        None => {
            let stage = stage.among_many(leave_for.unwrap_or_default());
            Loop::starting(stage, world.clone(), of_notify, notify_bell, its_mark)
        }
    };
    Ok(Stages { incidents, notify, notify_loop, bell: incidents_bell, sender, sends, epoch, outlook })
}

fn settings(company: &Company, levers: &Levers) -> Settings {
    let frozen = levers.frozen.subscribe();
    Settings { watchdog: Watchdog::default(), company: company.clone(), frozen, ..Settings::default() }
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
