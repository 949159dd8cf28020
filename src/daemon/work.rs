//! What runs beside the pipeline: scheduled work at its pace, and the watch over the rules.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::load::Load;
use super::stores::Stores;
use crate::config::Config;
use crate::incidents::Incidents;
use crate::notify::stage::Notify;
use crate::pacer::{self, Pacer, Reporter};
use crate::purge;
use crate::stage::{DECIDE_MAX, Handle, Watchdog, World};

/// Snapshots, truncation, archiving and expiry, at their pace; where the heartbeat says how it is doing; and how all are.
pub(super) fn scheduled(
    config: &Config,
    world: &World,
    stores: &Stores,
    incidents: &Handle<Incidents>,
    notify: &Handle<Notify>,
    (load, pace): (&Load, pacer::Settings),
) -> (impl Future<Output = ()> + Send + use<>, Reporter, watch::Receiver<pacer::Statuses>) {
    let retention = &config.retention;
    let settings = purge::Settings {
        incidents: retention.incidents,
        archive: retention.archive,
        journal: retention.journal,
        ..purge::Settings::default()
    }
    .at_pace();
    let parts = purge::Parts {
        world: world.clone(),
        archive: Arc::clone(&stores.archive),
        incidents: incidents.clone(),
        notify: notify.clone(),
        settings,
    };
    let (clock, ids) = (Arc::clone(&world.clock), Arc::clone(&world.ids));
    let (pacer, statuses) = Pacer::new(clock, ids, world.shutdown.clone(), pace);
    let load = load.clone();
    let pacer = match pace.spread {
        true => pacer.yielding_to(Arc::new(move || load.foreground())),
        false => pacer,
    };
    let heartbeat = pacer.reporter("heartbeat");
    (pacer.run(purge::jobs(&parts)), heartbeat, statuses)
}

/// Ends the process when the rules of a stage run for too long: the next start decides more carefully.
pub(super) fn watch_deciding(watchdogs: Vec<Watchdog>, world: &World) {
    let clock = Arc::clone(&world.clock);
    let watch = move || loop {
        std::thread::sleep(Duration::from_secs(1));
        if watchdogs.iter().any(|watchdog| watchdog.running(clock.monotonic()) > DECIDE_MAX) {
            tracing::error!(
                "deciding one batch takes more than {} s: the process ends",
                DECIDE_MAX.as_secs()
            );
            std::process::abort();
        }
    };
    if let Err(error) = std::thread::Builder::new().name("pd-watchdog".to_owned()).spawn(watch) {
        tracing::error!(%error, "the rules are not watched");
    }
}
