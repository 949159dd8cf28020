//! Stops intake before the disk is full: the rest of it belongs to the stages.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::SharedClock;
use crate::journal::Error;
use crate::journal::sqlite::{Space, SqliteStore};

/// How often the room is looked at. At a gigabyte a second the reserve of 256 MiB would be gone in between; SQLite then
/// refuses by itself.
const EVERY: Duration = Duration::from_millis(500);

/// Publishes why no events are taken at present, while the store has less room than `reserve` bytes.
pub(super) async fn watch(
    store: Arc<SqliteStore>,
    reserve: u64,
    clock: SharedClock,
    publish: watch::Sender<Option<String>>,
    shutdown: CancellationToken,
) {
    let mut known = None;
    while !shutdown.is_cancelled() {
        let looked = look(&store, known).await;
        known = looked.as_ref().ok().copied();
        let closed = match looked.map(|(space, _)| space) {
            Ok(space) if space.free() < reserve => Some(format!(
                "the disk is nearly full: {} MiB are free, and {} MiB are kept for pages",
                space.free() >> 20,
                reserve >> 20
            )),
            Ok(_) => None,
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

/// The room, and after how many commits it was so. An idle store is not asked again: that would wake its threads.
async fn look(store: &SqliteStore, known: Option<(Space, u64)>) -> Result<(Space, u64), Error> {
    let commits = store.commits();
    let space = match known {
        Some((space, at)) if at == commits => Space { disk_free: store.disk_free()?, ..space },
        _ => store.space().await?,
    };
    Ok((space, commits))
}
