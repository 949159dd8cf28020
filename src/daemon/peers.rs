//! What a process on a cluster knows of its store, and tells the other processes of itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::clusters::Cluster;
use super::late::Opening;
use crate::cassandra::{Presence, Store};
use crate::clock::SharedClock;
use crate::domain::notify::limits::CLOCK_BOUND;
use crate::stage::Many;
use crate::watch::rules::Outlook;
use crate::wire::status::{Peer, Process};

/// How often it is looked what appends take, and whether the clock is right.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often a process writes its row.
const TELL_EVERY: Duration = Duration::from_secs(15);

/// How often it reads those of the others.
const READ_EVERY: Duration = Duration::from_secs(5);

/// Of a process that was not heard of for so long nothing is told any more.
const FORGOTTEN: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How this process lives with others, and what is known of its stores; both kept up to date until the shutdown.
pub(super) fn many(
    clusters: Vec<Cluster>,
    clock: SharedClock,
    shutdown: CancellationToken,
) -> (Many, watch::Receiver<Outlook>) {
    let (publish_p99, p99) = watch::channel(Duration::ZERO);
    let (publish_outlook, outlook) = watch::channel(Outlook::default());
    let (publish_off, off) = watch::channel(false);
    for cluster in &clusters {
        let (store, shutdown) = (cluster.store.clone(), shutdown.clone());
        tokio::spawn(async move {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => {}
                () = watch_nodes(store) => {}
            }
        });
    }
    tokio::spawn(async move {
        while !shutdown.is_cancelled() {
            let open: Vec<_> = clusters.iter().filter_map(open).collect();
            publish_p99.send_replace(open.iter().map(|store| store.write_p99()).max().unwrap_or_default());
            let reports: Vec<_> = open.iter().map(|store| store.report()).collect();
            let ahead = reports.iter().filter_map(|report| report.ahead_ms());
            let skew = ahead.map(|ahead| Duration::from_millis(ahead.unsigned_abs())).max();
            let margin = reports.iter().filter_map(|report| report.margin()).min();
            let margin = margin.map(|margin| u32::try_from(margin).unwrap_or(0));
            publish_outlook.send_replace(Outlook { margin, skew });
            let is_off = skew.is_some_and(|skew| skew > CLOCK_BOUND);
            publish_off.send_if_modified(|told| {
                let new = *told != is_off;
                if new && is_off {
                    tracing::error!(
                        "this machine's clock differs from those of the store's nodes by more than {} s: other \
                         processes go first",
                        CLOCK_BOUND.as_secs()
                    );
                }
                *told = is_off;
                new
            });
            tokio::select! {
                biased;
                () = shutdown.cancelled() => {}
                () = clock.sleep(LOOK_EVERY) => {}
            }
        }
    });
    (Many::new(p99, off), outlook)
}

/// Has the nodes asked about themselves now and then, once the store is open.
async fn watch_nodes(mut store: watch::Receiver<Opening<Arc<Store>>>) {
    let open = |opening: &Opening<Arc<Store>>| matches!(opening, Opening::There(_));
    let opened = store.wait_for(open).await.ok().and_then(|opening| opening.there().ok());
    if let Some(store) = opened {
        store.watch_nodes().await;
    }
}

fn open(cluster: &Cluster) -> Option<Arc<Store>> {
    cluster.store.borrow().there().ok()
}

/// Tells the others about this process, and learns about them, until the shutdown. Nothing depends on it: it is for
/// people. `doors` is where the rows are.
pub(super) async fn tell(
    doors: Cluster,
    me: watch::Receiver<Arc<Process>>,
    publish: watch::Sender<Arc<Vec<Peer>>>,
    clock: SharedClock,
    shutdown: CancellationToken,
) {
    let mut told_at: Option<Duration> = None;
    let mut presence = None;
    while !shutdown.is_cancelled() {
        if let (None, Some(store)) = (&presence, open(&doors)) {
            presence = Presence::open(store).await.ok();
        }
        if let Some(presence) = &presence {
            let now = clock.monotonic();
            if told_at.is_none_or(|at| now.saturating_sub(at) >= TELL_EVERY) {
                told_at = Some(now);
                let mut row = Process::clone(&me.borrow());
                // What is of interest to whoever asks this process itself.
                row.jobs.clear();
                let text = serde_json::to_string(&row).expect("numbers and strings");
                if let Err(failure) = presence.tell(&row.node, clock.now(), &text).await {
                    tracing::debug!(%failure, "the others are not told about this process now");
                }
            }
            match presence.told().await {
                Ok(rows) => {
                    let oldest = clock.now().minus(FORGOTTEN);
                    let peers = rows.into_iter().filter(|row| row.at >= oldest).filter_map(|row| {
                        let process = serde_json::from_str(&row.text).ok()?;
                        Some(Peer { process, told_at: row.at.to_iso() })
                    });
                    publish.send_replace(Arc::new(peers.collect()));
                }
                Err(failure) => tracing::debug!(%failure, "the other processes are not known now"),
            }
        }
        tokio::select! {
            biased;
            () = shutdown.cancelled() => {}
            () = clock.sleep(READ_EVERY) => {}
        }
    }
}
