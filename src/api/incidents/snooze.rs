//! Snoozing: acknowledged, and triggered again later.

use std::time::Duration;

use axum::extract::Path;
use serde::Deserialize;

use crate::api::body::Body;
use crate::api::context::Context;
use crate::api::error::{Error, Reply};
use crate::api::reply;
use crate::domain::command::Ask;
use crate::domain::id::IncidentNumber;
use crate::wire::rest::reference::Ref;

/// How many incidents are snoozed at once at most.
const MANY_MAX: usize = 250;

/// What is asked of one.
#[derive(Debug, Deserialize)]
pub(crate) struct One {
    duration: u64,
}

/// What is asked of several.
#[derive(Debug, Deserialize)]
pub(crate) struct Many {
    duration: u64,
    incidents: Vec<Ref>,
    #[serde(default)]
    if_open: bool,
}

/// `POST /incidents/{id}/snooze`
pub(crate) async fn one(mut cx: Context, Path(id): Path<String>, Body(asked): Body<One>) -> Reply {
    let number = cx.changeable(&id).await?.number;
    let duration = Duration::from_secs(asked.duration);
    let ask = Ask::Snooze { incidents: vec![number], duration, if_open: false };
    cx.ask(ask, Some(&number.to_string())).await?;
    let found = cx.find(&id).await?;
    reply::created(cx.view_of(found.closed())?.incident(found.incident()))
}

/// `POST /incidents/snooze`: an addition of `pd`. All of them, or none; with `if_open` the resolved ones are passed over.
pub(crate) async fn many(mut cx: Context, Body(asked): Body<Many>) -> Reply {
    if asked.incidents.len() > MANY_MAX {
        return Err(Error::too_large(format!("incidents: more than {MANY_MAX} at once")));
    }
    if asked.incidents.is_empty() {
        return Err(Error::invalid("incidents: expected at least one"));
    }
    let mut incidents: Vec<IncidentNumber> = Vec::with_capacity(asked.incidents.len());
    for incident in &asked.incidents {
        incidents.push(cx.changeable(&incident.id).await?.number);
    }
    let (numbers, duration) = (incidents.clone(), Duration::from_secs(asked.duration));
    cx.ask(Ask::Snooze { incidents, duration, if_open: asked.if_open }, None).await?;
    super::change::show(&cx, numbers).await
}
