//! Stops intake before the disk is full, because the rest of it belongs to the stages, and while it takes no writes.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::SharedClock;
use crate::disk;
use crate::journal::Error;
use crate::journal::sqlite::{Space, SqliteStore};

/// How often the room is looked at. At a gigabyte a second the reserve of 256 MiB would be gone in between; SQLite then
/// refuses by itself.
const EVERY: Duration = Duration::from_millis(500);

/// Publishes why no events are taken at present: while the store has less room than `reserve` bytes, or takes no writes.
pub(super) async fn watch(
    store: Arc<SqliteStore>,
    reserve: u64,
    clock: SharedClock,
    publish: watch::Sender<Option<String>>,
    shutdown: CancellationToken,
) {
    let mut known = None;
    while !shutdown.is_cancelled() {
        let closed = match look(&store, &mut known).await {
            Ok(space) => full(space, reserve).or(refused(&store, space).await),
            Err(error) => Some(error.to_string()),
        };
        publish.send_if_modified(|told| {
            let new = told.is_some() != closed.is_some();
            if new {
                match &closed {
                    Some(reason) => tracing::error!(reason, "events are refused"),
                    None => tracing::info!("events are taken again"),
                }
            }
            let changed = *told != closed;
            *told = closed;
            changed
        });
        tokio::select! {
            biased;
            () = shutdown.cancelled() => {}
            () = clock.sleep(EVERY) => {}
        }
    }
}

fn full(space: Space, reserve: u64) -> Option<String> {
    (space.free() < reserve).then(|| {
        format!(
            "the disk is nearly full: {} MiB are free, and {} MiB are kept for pages; free some space",
            space.free() >> 20,
            reserve >> 20
        )
    })
}

/// Why the disk takes no writes although it has room.
async fn refused(store: &SqliteStore, space: Space) -> Option<String> {
    if space.read_only {
        return Some(disk::READ_ONLY.to_owned());
    }
    store.refusal().await.unwrap_or_else(|error| Some(error.to_string()))
}

/// The room; `known` is what it was, and after how many commits. An idle store is not asked again: that would wake its
/// threads.
async fn look(store: &SqliteStore, known: &mut Option<(Space, u64)>) -> Result<Space, Error> {
    let commits = store.commits();
    let space = match *known {
        Some((space, at)) if at == commits => store.space_with(space.reusable)?,
        _ => store.space().await?,
    };
    *known = Some((space, commits));
    Ok(space)
}
