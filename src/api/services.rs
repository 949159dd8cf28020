//! `/services`

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::Path;

use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::fields::{contains, id_in_path, id_of, sort_by_name, timeout};
use super::parts::Parts;
use super::teams::OfTeams;
use super::{grouping, hours, reply};
use crate::archive::{Filter, Sort, SortBy};
use crate::domain::command::{Ask, Done, ServiceChange};
use crate::domain::id::ServiceId;
use crate::domain::service::Service;
use crate::domain::time::Timestamp;
use crate::journal;
use crate::wire::rest::envelope::One;
use crate::wire::rest::service::ServiceUpdate;

impl Context {
    /// The service with this id.
    pub(super) fn service(&self, id: &str) -> Result<Arc<Service>, Error> {
        let key: ServiceId = id_in_path("service", id)?;
        self.state.services.get(&key).cloned().ok_or_else(|| Error::no_such("service", id))
    }
}

/// `GET /services`, oldest first unless `sort_by=name`
pub(super) async fn list(cx: Context) -> Reply {
    let query = cx.query.one("query").unwrap_or("");
    let name = cx.query.one("name");
    let teams = OfTeams::of(&cx.query, &cx.state)?;
    let mut services: Vec<Arc<Service>> = cx
        .state
        .services
        .values()
        .filter(|service| teams.has_policy(service.escalation_policy) && contains(&service.name, query))
        .filter(|service| name.is_none_or(|name| service.name.eq_ignore_ascii_case(name)))
        .cloned()
        .collect();
    services.sort_by_key(|service| (service.created_at, service.id));
    sort_by_name(&mut services, cx.query.one("sort_by"), |service| &service.name)?;
    let (services, page) = cx.query.page()?.cut(services);
    let ids: Vec<ServiceId> = services.iter().map(|service| service.id).collect();
    let last = last_incidents(&cx, &ids).await;
    let view = cx.view()?;
    let shown = services.iter().map(|service| view.service(service, last.get(&service.id).copied()));
    reply::paged(shown.collect(), page)
}

/// `GET /services/{id}`
pub(super) async fn get(cx: Context, Path(id): Path<String>) -> Reply {
    reply::one(show(&cx, &id).await?)
}

/// `POST /services`
pub(super) async fn create(mut cx: Context, Body(One(new)): Body<One<ServiceUpdate>>) -> Reply {
    let done = cx.ask(Ask::CreateService(Box::new(change(new)?)), None).await?;
    let Done::Object(id) = done else {
        return Err(Error::internal("making a service came to something else"));
    };
    reply::created(show(&cx, id.as_str()).await?)
}

/// `PUT /services/{id}`
pub(super) async fn update(
    mut cx: Context,
    Path(id): Path<String>,
    Body(One(update)): Body<One<ServiceUpdate>>,
) -> Reply {
    let service = cx.service(&id)?.id;
    cx.ask(Ask::UpdateService { id: service, change: Box::new(change(update)?) }, Some(&id)).await?;
    reply::one(show(&cx, &id).await?)
}

/// `DELETE /services/{id}`
pub(super) async fn delete(mut cx: Context, Path(id): Path<String>) -> Reply {
    let service = cx.service(&id)?.id;
    cx.ask(Ask::DeleteService { id: service }, Some(&id)).await?;
    reply::nothing()
}

async fn show(cx: &Context, id: &str) -> Result<crate::wire::rest::service::Service, Error> {
    let service = cx.service(id)?;
    let last = last_incidents(cx, &[service.id]).await;
    Ok(cx.view()?.service(&service, last.get(&service.id).copied()))
}

/// When the latest incident of each of these services was opened. It is worth showing, but not worth failing for.
async fn last_incidents(cx: &Context, services: &[ServiceId]) -> BTreeMap<ServiceId, Timestamp> {
    let mut missing: BTreeSet<ServiceId> = services.iter().copied().collect();
    let mut last = BTreeMap::new();
    // Newest first, once for all of them.
    for incident in cx.state.incidents.values().rev() {
        if missing.is_empty() {
            break;
        }
        if missing.remove(&incident.service) {
            last.insert(incident.service, incident.created_at);
        }
    }
    for service in missing {
        if let Ok(Some(at)) = last_archived(cx.parts(), service).await {
            last.insert(service, at);
        }
    }
    last
}

/// When the latest archived incident of this service was opened.
pub(super) async fn last_archived(
    parts: &Parts,
    service: ServiceId,
) -> Result<Option<Timestamp>, journal::Error> {
    let archive = &parts.archive;
    let filter = Filter { services: vec![service], ..Filter::default() };
    let rows = archive.rows(&filter, Sort { by: SortBy::Number, descending: true }, 1).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(archive.get(row.number).await?.map(|closed| closed.incident.created_at))
}

fn change(update: ServiceUpdate) -> Result<ServiceChange, Error> {
    Ok(ServiceChange {
        name: update.name.map(Into::into),
        description: update.description.map(|text| text.map(Into::into)),
        disabled: update.status.map(|status| status == "disabled"),
        escalation_policy: update
            .escalation_policy
            .map(|policy| id_of("service.escalation_policy", &policy))
            .transpose()?,
        urgency_rule: update.incident_urgency_rule.map(hours::urgency_rule).transpose()?,
        acknowledgement_timeout: timeout(update.acknowledgement_timeout),
        auto_resolve_timeout: timeout(update.auto_resolve_timeout),
        reminder_interval: timeout(update.reminder_interval),
        hand_over: update.hand_over_acknowledged,
        reopen_within: timeout(update.reopen_within),
        support_hours: match update.support_hours {
            None => None,
            Some(None) => Some(None),
            Some(Some(hours)) => Some(Some(hours::support_hours(hours)?)),
        },
        scheduled_actions: update
            .scheduled_actions
            .map(|actions| hours::scheduled_actions(actions.unwrap_or_default()))
            .transpose()?,
        grouping: update.alert_grouping_parameters.map(grouping::read).transpose()?,
        auto_pause: update.auto_pause_notifications_parameters.map(grouping::read_pause).transpose()?,
    })
}
