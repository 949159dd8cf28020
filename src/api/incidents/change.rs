//! `PUT /incidents` and `PUT /incidents/{id}`: acknowledge, resolve, reassign, escalate, rename.

use axum::extract::Path;

use super::create::priority_of;
use crate::api::body::Body;
use crate::api::context::Context;
use crate::api::error::{Error, Reply};
use crate::api::fields::{id_of, ids_of, urgency_of};
use crate::api::reply;
use crate::domain::command::{Ask, IncidentChange, StatusChange};
use crate::domain::id::{IncidentNumber, UserId};
use crate::domain::incident::Incident;
use crate::wire::rest::envelope::{Many, One, Page};
use crate::wire::rest::incident::{IncidentStatus, IncidentUpdate, NewAssignment};

/// How many incidents are changed at once at most.
const MANY_MAX: usize = 250;

/// `PUT /incidents/{id}`
pub(crate) async fn one(
    mut cx: Context,
    Path(id): Path<String>,
    Body(One(update)): Body<One<IncidentUpdate>>,
) -> Reply {
    let incident = cx.changeable(&id).await?;
    let change = change(&cx, &incident, update)?;
    cx.ask(Ask::UpdateIncidents(vec![change]), Some(&incident.number.to_string())).await?;
    let found = cx.find(&id).await?;
    reply::one(cx.view_of(found.closed())?.incident(found.incident()))
}

/// `PUT /incidents`: all of them, or none.
pub(crate) async fn many(mut cx: Context, Body(Many(updates)): Body<Many<IncidentUpdate>>) -> Reply {
    if updates.len() > MANY_MAX {
        return Err(Error::too_large(format!("incidents: more than {MANY_MAX} at once")));
    }
    let mut changes = Vec::with_capacity(updates.len());
    for (index, update) in updates.into_iter().enumerate() {
        let missing = || Error::invalid(format!("incidents[{index}]: missing field `id`"));
        let id = update.id.clone().ok_or_else(missing)?;
        let incident = cx.changeable(&id).await?;
        changes.push(change(&cx, &incident, update)?);
    }
    if changes.is_empty() {
        return Err(Error::invalid("incidents: expected at least one"));
    }
    let numbers: Vec<IncidentNumber> = changes.iter().map(|change| change.number).collect();
    cx.ask(Ask::UpdateIncidents(changes), None).await?;
    show(&cx, numbers).await
}

/// These incidents, as they are by now.
pub(super) async fn show(cx: &Context, numbers: Vec<IncidentNumber>) -> Reply {
    let mut incidents = Vec::with_capacity(numbers.len());
    for number in numbers {
        if let Some(found) = cx.find_number(number).await? {
            incidents.push(cx.view_of(found.closed())?.incident(found.incident()));
        }
    }
    let page = Page { limit: MANY_MAX as u32, offset: 0, more: false, total: None };
    reply::paged(incidents, page)
}

/// What is to be changed. Some clients send back the whole object that they were given: what is so already is left out,
/// because giving an incident to those who have it, say, would stop its escalation.
fn change(cx: &Context, incident: &Incident, update: IncidentUpdate) -> Result<IncidentChange, Error> {
    let priority = match update.priority {
        None => None,
        Some(None) => Some(None),
        Some(Some(priority)) => Some(Some(priority_of(cx, &priority)?)),
    };
    let policy = update.escalation_policy.map(|it| id_of("incident.escalation_policy", &it)).transpose()?;
    Ok(IncidentChange {
        number: incident.number,
        status: update.status.map(status),
        title: update.title.filter(|title| **title != *incident.title).map(Into::into),
        urgency: update.urgency.map(urgency_of).filter(|urgency| *urgency != incident.urgency),
        priority: priority.filter(|priority| *priority != incident.priority),
        assignees: assignees(incident, update.assignments)?,
        escalation_level: update.escalation_level,
        policy: policy.filter(|policy| *policy != incident.policy),
        if_open: update.if_open,
        resolution: update.resolution.filter(|text| !text.trim().is_empty()).map(Into::into),
    })
}

fn status(status: IncidentStatus) -> StatusChange {
    match status {
        IncidentStatus::Triggered => StatusChange::Triggered,
        IncidentStatus::Acknowledged => StatusChange::Acknowledged,
        IncidentStatus::Resolved => StatusChange::Resolved,
    }
}

fn assignees(incident: &Incident, given: Option<Vec<NewAssignment>>) -> Result<Option<Vec<UserId>>, Error> {
    let Some(given) = given.filter(|given| !given.is_empty()) else { return Ok(None) };
    let mut users: Vec<UserId> = ids_of("incident.assignments", given.iter().map(|it| &it.assignee))?;
    users.sort();
    users.dedup();
    let mut present: Vec<UserId> = incident.assignments.iter().map(|it| it.user).collect();
    present.sort();
    Ok((users != present).then_some(users))
}
