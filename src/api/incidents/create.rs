//! `POST /incidents`: an incident is opened by hand.

use crate::api::body::Body;
use crate::api::context::Context;
use crate::api::error::{Error, Reply};
use crate::api::fields::{id_of, ids_of, urgency_of};
use crate::api::reply;
use crate::domain::command::{Ask, Done, NewIncident};
use crate::domain::event::DedupKey;
use crate::domain::id::PriorityId;
use crate::wire::rest::envelope::One;
use crate::wire::rest::incident::IncidentCreate;
use crate::wire::rest::reference::Ref;

/// `POST /incidents`
pub(crate) async fn create(mut cx: Context, Body(One(new)): Body<One<IncidentCreate>>) -> Reply {
    let ask = Ask::CreateIncident(Box::new(new_incident(&cx, new)?));
    match cx.ask(ask, None).await? {
        Done::Incident(number) => {
            // A request that is repeated much later finds its incident in the archive.
            let found = cx.find_number(number).await?;
            let found = found.ok_or_else(|| Error::no_such("incident", &number.to_string()))?;
            reply::created(cx.view_of(found.closed())?.incident(found.incident()))
        }
        done => Err(Error::internal(format!("opening an incident came to {done:?}"))),
    }
}

fn new_incident(cx: &Context, new: IncidentCreate) -> Result<NewIncident, Error> {
    let assignees = new.assignments.unwrap_or_default();
    Ok(NewIncident {
        title: new.title.into(),
        service: id_of("incident.service", &new.service)?,
        urgency: new.urgency.map(urgency_of),
        priority: new.priority.map(|priority| priority_of(cx, &priority)).transpose()?,
        details: new.body.and_then(|body| body.details).filter(|it| !it.is_empty()).map(Into::into),
        incident_key: new.incident_key.filter(|key| !key.is_empty()).map(|key| DedupKey(key.into())),
        assignees: ids_of("incident.assignments", assignees.iter().map(|it| &it.assignee))?,
        policy: new.escalation_policy.map(|it| id_of("incident.escalation_policy", &it)).transpose()?,
    })
}

/// The priority that a request means.
pub(super) fn priority_of(cx: &Context, priority: &Ref) -> Result<PriorityId, Error> {
    let id: PriorityId = id_of("incident.priority", priority)?;
    match cx.view()?.priority(id) {
        Some(_) => Ok(id),
        None => Err(Error::invalid(format!(
            "incident.priority.id: no priority with the id {id}; see GET /priorities"
        ))),
    }
}
