//! `/incidents/{id}/alerts`

use axum::extract::Path;

use super::Found;
use crate::api::body::Body;
use crate::api::context::Context;
use crate::api::error::{Error, Reply};
use crate::api::reply;
use crate::api::view::alert_status;
use crate::domain::command::Ask;
use crate::domain::id::LongId;
use crate::domain::incident::{Alert, Incident};
use crate::wire::rest::alert::{Alert as WireAlert, AlertStatus, AlertUpdate};
use crate::wire::rest::envelope::{Many, One, Page};

/// How many alerts are changed at once at most.
const MANY_MAX: usize = 250;

/// `GET /incidents/{id}/alerts`
pub(crate) async fn list(cx: Context, Path(id): Path<String>) -> Reply {
    let found = cx.find(&id).await?;
    let statuses = statuses(&cx)?;
    let key = cx.query.one("alert_key");
    let mut wanted: Vec<(u32, &Alert)> = (0u32..)
        .zip(&found.incident().alerts)
        .filter(|(_, alert)| alert.moved.is_none())
        .filter(|(_, alert)| statuses.is_empty() || statuses.contains(&alert_status(alert)))
        .filter(|(_, alert)| key.is_none_or(|key| *alert.dedup_key.0 == *key))
        .collect();
    sort(&cx, &mut wanted)?;
    let (wanted, page) = cx.query.page()?.cut(wanted);
    reply::paged(show(&cx, &found, &wanted).await?, page)
}

/// `GET /incidents/{id}/alerts/{alert_id}`
pub(crate) async fn get(cx: Context, Path((id, alert_id)): Path<(String, String)>) -> Reply {
    let found = cx.find(&id).await?;
    let index = index(&cx, found.incident(), &alert_id)?;
    one(&cx, &found, index).await
}

/// `PUT /incidents/{id}/alerts/{alert_id}`
pub(crate) async fn put_one(
    mut cx: Context,
    Path((id, alert_id)): Path<(String, String)>,
    Body(One(update)): Body<One<AlertUpdate>>,
) -> Reply {
    let incident = cx.changeable(&id).await?;
    let index = index(&cx, &incident, &alert_id)?;
    let resolve = resolves(&cx, &incident, index, &update, "alert")?;
    settle(&mut cx, &incident, resolve.then_some(index).into_iter().collect()).await?;
    let found = cx.find(&id).await?;
    one(&cx, &found, index).await
}

/// `PUT /incidents/{id}/alerts`
pub(crate) async fn put_many(
    mut cx: Context,
    Path(id): Path<String>,
    Body(Many(updates)): Body<Many<AlertUpdate>>,
) -> Reply {
    if updates.len() > MANY_MAX {
        return Err(Error::too_large(format!("alerts: more than {MANY_MAX} at once")));
    }
    let incident = cx.changeable(&id).await?;
    let (mut all, mut resolved) = (Vec::new(), Vec::new());
    for (n, update) in updates.iter().enumerate() {
        let alert_id =
            update.id.as_deref().ok_or_else(|| Error::invalid(format!("alerts[{n}]: missing field `id`")))?;
        let index = index(&cx, &incident, alert_id)?;
        all.push(index);
        if resolves(&cx, &incident, index, update, &format!("alerts[{n}]"))? {
            resolved.push(index);
        }
    }
    settle(&mut cx, &incident, resolved).await?;
    let found = cx.find(&id).await?;
    let alerts = &found.incident().alerts;
    let wanted: Vec<_> = all.iter().filter_map(|i| Some((*i, alerts.get(*i as usize)?))).collect();
    let page = Page { limit: MANY_MAX as u32, offset: 0, more: false, total: None };
    reply::paged(show(&cx, &found, &wanted).await?, page)
}

async fn settle(cx: &mut Context, incident: &Incident, alerts: Vec<u32>) -> Result<(), Error> {
    if alerts.is_empty() {
        return Ok(());
    }
    let ask = Ask::ResolveAlerts { incident: incident.number, alerts };
    cx.ask(ask, Some(&incident.number.to_string())).await?;
    Ok(())
}

/// Whether an alert is to be resolved. Nothing else can be done with one.
fn resolves(
    cx: &Context,
    incident: &Incident,
    index: u32,
    update: &AlertUpdate,
    path: &str,
) -> Result<bool, Error> {
    if let Some(other) = &update.incident
        && cx.number(&other.id)? != incident.number
    {
        return Err(Error::invalid(format!("{path}.incident: alerts cannot be moved to another incident")));
    }
    let open = incident.alerts.get(index as usize).is_some_and(|alert| alert.is_open());
    match update.status {
        Some(AlertStatus::Resolved) => Ok(open),
        Some(AlertStatus::Triggered) if !open => {
            Err(Error::invalid(format!("{path}.status: a resolved alert cannot be triggered again")))
        }
        Some(AlertStatus::Triggered) | None => Ok(false),
    }
}

fn index(cx: &Context, incident: &Incident, alert_id: &str) -> Result<u32, Error> {
    match cx.id_key()?.open(alert_id) {
        Some(LongId::Alert(number, index)) if number == incident.number => {
            match incident.alerts.get(index as usize).map(|alert| alert.moved) {
                Some(None) => Ok(index),
                Some(Some(place)) => Err(Error::not_found(format!(
                    "the alert {alert_id} is in incident #{} now, by a merge",
                    place.number
                ))),
                None => Err(Error::no_such("alert", alert_id)),
            }
        }
        _ => Err(Error::no_such("alert", alert_id)),
    }
}

fn statuses(cx: &Context) -> Result<Vec<AlertStatus>, Error> {
    cx.query
        .all("statuses")
        .map(|text| match text {
            "triggered" => Ok(AlertStatus::Triggered),
            "resolved" => Ok(AlertStatus::Resolved),
            _ => Err(Error::invalid(format!("statuses[]: `{text}` is not one of triggered, resolved"))),
        })
        .collect()
}

fn sort(cx: &Context, alerts: &mut [(u32, &Alert)]) -> Result<(), Error> {
    // They are kept in order of arrival.
    match cx.query.one("sort_by") {
        None | Some("created_at" | "created_at:asc") => {}
        Some("created_at:desc") => alerts.reverse(),
        Some("resolved_at" | "resolved_at:asc") => {
            alerts.sort_by_key(|(_, alert)| (alert.resolved_at.is_none(), alert.resolved_at))
        }
        Some("resolved_at:desc") => {
            alerts.sort_by_key(|(_, alert)| {
                std::cmp::Reverse((alert.resolved_at.is_none(), alert.resolved_at))
            });
        }
        Some(other) => {
            return Err(Error::invalid(format!(
                "sort_by: `{other}` is not one of created_at, resolved_at, with :asc or :desc"
            )));
        }
    }
    Ok(())
}

async fn one(cx: &Context, found: &Found, index: u32) -> Reply {
    let alert = found.incident().alerts.get(index as usize).map(|alert| (index, alert));
    let shown = show(cx, found, alert.as_slice()).await?.pop();
    reply::one(shown.ok_or_else(|| Error::not_found("the alert is gone"))?)
}

async fn show(cx: &Context, found: &Found, alerts: &[(u32, &Alert)]) -> Result<Vec<WireAlert>, Error> {
    let events = cx.events(found, alerts.iter().map(|(_, alert)| alert.first).collect()).await?;
    let view = cx.view_of(found.closed())?;
    let shown = alerts.iter().zip(&events);
    Ok(shown
        .map(|((index, alert), event)| view.alert(found.incident(), *index, alert, event.as_ref()))
        .collect())
}
