//! `GET /incidents/{id}`, and what the events of its alerts said.

use axum::extract::Path;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::Found;
use crate::api::context::Context;
use crate::api::error::{Error, Reply};
use crate::api::reply;
use crate::domain::event::EventAddress;
use crate::domain::incident::{Alert, KeptEvent};
use crate::wire::rest::event::Which;

/// How many events are read at a time.
const READS: usize = 8;

/// `GET /incidents/{id}`
pub(crate) async fn get(cx: Context, Path(id): Path<String>) -> Reply {
    let found = cx.find(&id).await?;
    reply::one(cx.view_of(found.closed())?.incident(found.incident()))
}

/// `GET /incidents/{id}/events`: an addition of `pd`. The first and the latest event of each alert, whole; one list if
/// they are the same.
pub(crate) async fn events(cx: Context, Path(id): Path<String>) -> Reply {
    let found = cx.find(&id).await?;
    let alerts = (0u32..).zip(&found.incident().alerts);
    let wanted: Vec<(u32, &Alert, Which, EventAddress)> = alerts
        .flat_map(|(index, alert)| {
            let first = (index, alert, Which::First, alert.first);
            let latest = (index, alert, Which::Latest, alert.latest);
            [Some(first), (alert.latest != alert.first).then_some(latest)]
        })
        .flatten()
        .collect();
    let (wanted, page) = cx.query.page()?.cut(wanted);
    let kept = cx.events(&found, wanted.iter().map(|(_, _, _, address)| *address).collect()).await?;
    let view = cx.view_of(found.closed())?;
    let events = wanted
        .iter()
        .zip(&kept)
        .map(|((index, alert, which, _), kept)| {
            view.kept_event(found.incident(), (*index, alert), *which, kept.as_ref())
        })
        .collect();
    reply::paged(events, page)
}

impl Context {
    /// The events at these addresses, in order; `None` for what is kept nowhere any more.
    pub(crate) async fn events(
        &self,
        found: &Found,
        addresses: Vec<EventAddress>,
    ) -> Result<Vec<Option<KeptEvent>>, Error> {
        stream::iter(addresses)
            .map(|address| async move {
                let archived =
                    found.closed().and_then(|closed| closed.events.iter().find(|e| e.address == address));
                match archived {
                    Some(event) => Ok(Some(event.clone())),
                    None => Ok::<_, Error>(self.parts().events.event(address).await?),
                }
            })
            .buffered(READS)
            .try_collect()
            .await
    }
}
