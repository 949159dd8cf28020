//! What the process tells about itself: kept up to date for `GET /health`, `/status` and the metrics.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::clusters::Cluster;
use super::load::Load;
use super::stores::Kind;
use crate::clock::SharedClock;
use crate::config::Stores;
use crate::domain::notify::limits::CLOCK_BOUND;
use crate::domain::time::Timestamp;
use crate::drill::plan::Effect;
use crate::incidents::Incidents;
use crate::notify::room::CHANNELS;
use crate::notify::stage::Notify;
use crate::pacer::{self, Statuses};
use crate::stage::{self, Duty, Handle};
use crate::wire::status::{Health, Job, Process, Stage, Store, StoreNode};

/// How often what is told is looked at anew.
const EVERY: Duration = Duration::from_secs(1);

/// Work that is older than this is worth a hint.
const LATE: Duration = Duration::from_secs(30);

/// What the process watches of itself.
pub(super) struct Watched {
    pub(super) incidents: Handle<Incidents>,
    pub(super) notify: Handle<Notify>,
    /// Why no events are taken.
    pub(super) closed: watch::Receiver<Option<String>>,
    /// How the scheduled work is doing.
    pub(super) scheduled: watch::Receiver<Statuses>,
    /// How hard pressed the process is.
    pub(super) load: Load,
    pub(super) clock: SharedClock,
    pub(super) node: String,
    pub(super) process: String,
    pub(super) started_at: Timestamp,
    pub(super) stores: Stores,
    pub(super) kind: Kind,
    /// What keeps this process from doing its part.
    pub(super) problem: watch::Receiver<Option<String>>,
    /// What is made on purpose.
    pub(super) made: watch::Receiver<Option<Effect>>,
    pub(super) shutdown: CancellationToken,
}

impl Watched {
    /// What is to be told now.
    pub(super) fn look(&self) -> Process {
        let now = self.clock.now();
        let stages = vec![
            told("incidents", &self.incidents.status.borrow(), now),
            told("notify", &self.notify.status.borrow(), now),
        ];
        let closed = self.closed.borrow().clone();
        let mut why_not: Vec<String> = closed.iter().cloned().collect();
        let stopped = stages.iter().filter_map(|stage| {
            stage.stopped.as_ref().map(|reason| format!("the stage {} has stopped: {reason}", stage.name))
        });
        let stopped: Vec<String> = stopped.collect();
        // Among many, a process that is parked still takes events in, for the others to work on.
        let parked = if matches!(self.kind, Kind::Clusters(_)) {
            stopped
        } else {
            why_not.extend(stopped);
            Vec::new()
        };
        if self.shutdown.is_cancelled() {
            why_not.push("the process is shutting down".to_owned());
        }
        let late = stages.iter().filter(|stage| stage.oldest_undone_seconds > LATE.as_secs_f64());
        let mut hints: Vec<String> = late
            .map(|stage| format!("the stage {} is {:.0} s behind", stage.name, stage.oldest_undone_seconds))
            .collect();
        hints.extend(parked);
        hints.extend(self.problem.borrow().clone());
        hints.extend(self.made.borrow().as_ref().map(|made| format!("a drill is going on: {}", made.does())));
        hints.extend(self.clock_is_off());
        hints.extend(self.failed());
        hints.extend(self.incidents.status.borrow().blocked.clone());
        hints.extend(self.notify.status.borrow().blocked.clone());
        Process {
            health: Health { ready: why_not.is_empty(), why_not },
            version: env!("CARGO_PKG_VERSION").to_owned(),
            node: self.node.clone(),
            process: self.process.clone(),
            started_at: self.started_at.to_iso(),
            stages,
            stores: self.stores(closed.as_ref()),
            load: self.load.told(),
            jobs: self.scheduled.borrow().iter().map(|(name, status)| job(name, status)).collect(),
            hints,
        }
    }

    /// That the clock is so wrong that other processes go first.
    fn clock_is_off(&self) -> Option<String> {
        let Kind::Clusters(clusters) = &self.kind else { return None };
        let ahead =
            clusters.iter().filter_map(|cluster| cluster.store.borrow().there().ok()?.report().ahead_ms());
        let worst = ahead.max_by_key(|ahead| ahead.unsigned_abs())?;
        let off = Duration::from_millis(worst.unsigned_abs());
        let side = if worst < 0 { "ahead of" } else { "behind" };
        (off > CLOCK_BOUND).then(|| {
            let off = off.as_secs_f64();
            format!("this machine's clock is {off:.1} s {side} those of the store's nodes: other processes go first")
        })
    }

    /// Scheduled work whose last round failed.
    fn failed(&self) -> Vec<String> {
        let scheduled = self.scheduled.borrow();
        let failed = scheduled.iter().filter_map(|(job, status)| Some((job, status.failure.as_ref()?)));
        failed.map(|(job, reason)| format!("{job} was not finished, and is tried again: {reason}")).collect()
    }

    fn stores(&self, closed: Option<&String>) -> Vec<Store> {
        let store = |name: &str, url: &crate::config::StoreUrl, error: Option<String>| Store {
            name: name.to_owned(),
            url: url.to_string(),
            error,
            ..self.cluster(name)
        };
        vec![
            store("doors", &self.stores.doors, closed.cloned()),
            store("incidents", &self.stores.incidents, self.incidents.status.borrow().blocked.clone()),
            store("notify", &self.stores.notify, self.notify.status.borrow().blocked.clone()),
            store("archive", &self.stores.archive, None),
        ]
    }

    /// What is known of the cluster that is used for this.
    fn cluster(&self, usage: &str) -> Store {
        let Kind::Clusters(clusters) = &self.kind else { return Store::default() };
        let used = clusters.iter().find(|cluster| cluster.uses.contains(&usage));
        used.map(nodes).unwrap_or_default()
    }

    /// Keeps `publish` up to date until the shutdown.
    pub(super) async fn run(self, publish: watch::Sender<Arc<Process>>) {
        while !self.shutdown.is_cancelled() {
            let now = self.look();
            publish.send_if_modified(|told| {
                let new = **told != now;
                if new {
                    *told = Arc::new(now);
                }
                new
            });
            tokio::select! {
                biased;
                () = self.shutdown.cancelled() => {}
                () = self.clock.sleep(EVERY) => {}
            }
        }
    }
}

fn told(name: &str, status: &stage::Status, now: Timestamp) -> Stage {
    Stage {
        name: name.to_owned(),
        position: status.next.0,
        oldest_undone_seconds: status.oldest_undone.map_or(0.0, |at| now.since(at).as_secs_f64()),
        backlog: status.waiting as u64,
        working: !status.stopped && status.works_on.as_ref().is_none_or(|duties| !duties.is_empty()),
        works_on: status.works_on.as_ref().map(|duties| duties.iter().map(duty).collect()),
        replica_age_seconds: status.followed_at.map(|at| now.since(at).as_secs_f64()),
        stopped: status.blocked.clone().filter(|_| status.stopped),
    }
}

fn job(name: &str, status: &pacer::Status) -> Job {
    Job {
        name: name.to_owned(),
        every_seconds: status.every.as_secs_f64(),
        rounds: status.rounds,
        steps: status.steps,
        round_steps: status.round_steps,
        last_step_at: status.stepped_at.map(Timestamp::to_iso_millis),
        last_step_seconds: status.step_took.as_secs_f64(),
        rest_seconds: status.rested.as_secs_f64(),
        next_round_at: status.next_round_at.map(Timestamp::to_iso_millis),
        waits_for: status.held.clone().or_else(|| status.waits_for.clone()),
        failure: status.failure.clone(),
    }
}

/// What a kind of work is called.
fn duty(duty: &Duty) -> String {
    match duty {
        Duty::Consuming => "consuming".to_owned(),
        Duty::Timers => "timers".to_owned(),
        Duty::Lane(kind) => {
            let channel = CHANNELS.get(usize::from(*kind));
            format!(
                "sending {}",
                channel.map_or(String::new(), |channel| format!("{channel:?}").to_lowercase())
            )
        }
    }
}

/// A cluster's nodes, and how many of them may still be lost.
fn nodes(cluster: &Cluster) -> Store {
    let Ok(store) = cluster.store.borrow().there() else { return Store::default() };
    let report = store.report();
    let nodes = report.nodes.iter().map(|node| StoreNode {
        address: node.address.clone(),
        datacenter: node.datacenter.clone(),
        up: node.said.is_some(),
        version: node.said.as_ref().map(|said| said.version.clone()),
        ahead_ms: node.said.as_ref().map(|said| said.ahead_ms),
    });
    Store { margin: report.margin(), nodes: nodes.collect(), ..Store::default() }
}
