//! `/heartbeats`: an addition of `pd`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Path;

use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::fields::{contains, id_in_path, id_of};
use super::reply;
use crate::domain::command::{Ask, Done};
use crate::domain::heartbeat::{Heartbeat, HeartbeatChange, NewHeartbeat};
use crate::domain::id::{HeartbeatId, ServiceId};
use crate::domain::service::RoutingKey;
use crate::wire::rest::envelope::One;
use crate::wire::rest::heartbeat::HeartbeatUpdate;

impl Context {
    fn heartbeat(&self, id: &str) -> Result<Arc<Heartbeat>, Error> {
        let key: HeartbeatId = id_in_path("heartbeat", id)?;
        self.state.heartbeats.get(&key).cloned().ok_or_else(|| Error::no_such("heartbeat", id))
    }
}

/// `GET /heartbeats`, by name
pub(super) async fn list(cx: Context) -> Reply {
    let services: Vec<ServiceId> = cx.query.each("service_ids", "the id of a service")?;
    let query = cx.query.one("query").unwrap_or("");
    let wanted = |heartbeat: &&Arc<Heartbeat>| {
        (services.is_empty() || services.contains(&heartbeat.service)) && contains(&heartbeat.name, query)
    };
    let mut found: Vec<_> = cx.state.heartbeats.values().filter(wanted).cloned().collect();
    found.sort_by_cached_key(|heartbeat| (heartbeat.name.to_lowercase(), heartbeat.id));
    let (found, page) = cx.query.page()?.cut(found);
    let view = cx.view()?;
    reply::paged(found.iter().map(|heartbeat| view.heartbeat(heartbeat)).collect(), page)
}

/// `GET /heartbeats/{id}`
pub(super) async fn get(cx: Context, Path(id): Path<String>) -> Reply {
    reply::one(cx.view()?.heartbeat(&*cx.heartbeat(&id)?))
}

/// `POST /heartbeats`
pub(super) async fn create(mut cx: Context, Body(One(new)): Body<One<HeartbeatUpdate>>) -> Reply {
    let service = new.service.as_ref().ok_or_else(|| {
        Error::invalid("heartbeat.service: say whose incident it is when the heartbeat is missed")
    })?;
    let service = id_of("heartbeat.service", service)?;
    let mut random = [0; 16];
    cx.parts().ids.fill(&mut random);
    let new = NewHeartbeat { key: RoutingKey::from_random(random), service, fields: change(new) };
    let Done::Object(id) = cx.ask(Ask::CreateHeartbeat(Box::new(new)), None).await? else {
        return Err(Error::internal("making a heartbeat came to something else"));
    };
    reply::created(cx.view()?.heartbeat(&*cx.heartbeat(id.as_str())?))
}

/// `PUT /heartbeats/{id}`
pub(super) async fn update(
    mut cx: Context,
    Path(id): Path<String>,
    Body(One(update)): Body<One<HeartbeatUpdate>>,
) -> Reply {
    let heartbeat = cx.heartbeat(&id)?;
    if let Some(service) = &update.service
        && id_of::<ServiceId>("heartbeat.service", service)? != heartbeat.service
    {
        return Err(Error::invalid(
            "heartbeat.service: a heartbeat stays with its service; make another one",
        ));
    }
    let change = Box::new(change(update));
    cx.ask(Ask::UpdateHeartbeat { id: heartbeat.id, change }, Some(&id)).await?;
    reply::one(cx.view()?.heartbeat(&*cx.heartbeat(&id)?))
}

/// `DELETE /heartbeats/{id}`
pub(super) async fn delete(mut cx: Context, Path(id): Path<String>) -> Reply {
    let heartbeat = cx.heartbeat(&id)?.id;
    cx.ask(Ask::DeleteHeartbeat { id: heartbeat }, Some(&id)).await?;
    reply::nothing()
}

fn change(update: HeartbeatUpdate) -> HeartbeatChange {
    HeartbeatChange {
        name: update.name.map(|name| name.trim().into()),
        period: update.period.map(Duration::from_secs),
        grace: update.grace.map(Duration::from_secs),
        max_runtime: update.max_runtime.map(|runtime| runtime.filter(|s| *s > 0).map(Duration::from_secs)),
        paused: update.paused,
    }
}
