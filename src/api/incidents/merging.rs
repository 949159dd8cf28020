//! `PUT /incidents/{id}/merge`

use axum::extract::Path;
use serde::Deserialize;

use crate::api::body::Body;
use crate::api::context::Context;
use crate::api::error::Reply;
use crate::api::reply;
use crate::domain::command::Ask;
use crate::wire::rest::reference::Ref;

/// What is asked.
#[derive(Debug, Deserialize)]
pub(crate) struct Merge {
    source_incidents: Vec<Ref>,
}

/// Moves the alerts of the sources into this one, and resolves them.
pub(crate) async fn merge(mut cx: Context, Path(id): Path<String>, Body(asked): Body<Merge>) -> Reply {
    let into = cx.changeable(&id).await?.number;
    let mut sources = Vec::with_capacity(asked.source_incidents.len());
    for source in &asked.source_incidents {
        sources.push(cx.changeable(&source.id).await?.number);
    }
    cx.ask(Ask::Merge { into, sources }, Some(&into.to_string())).await?;
    let found = cx.find(&id).await?;
    reply::one(cx.view_of(found.closed())?.incident(found.incident()))
}
