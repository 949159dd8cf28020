//! `/incidents/{id}/status_updates`, and who is sent them.

use axum::extract::Path;
use http::StatusCode;

use crate::api::body::Body;
use crate::api::context::Context;
use crate::api::error::{Error, Reply};
use crate::api::reply;
use crate::domain::command::{Ask, Done};
use crate::domain::id::UserId;
use crate::wire::rest::status_update::{
    StatusUpdateCreate, Subscriber, Subscribers, Subscription, Unsubscribed,
};

/// `GET /incidents/{id}/status_updates`, newest first: an addition of `pd`.
pub(crate) async fn list(cx: Context, Path(id): Path<String>) -> Reply {
    let found = cx.find(&id).await?;
    let view = cx.view_of(found.closed())?;
    let entries = found.incident().log_entries().rev();
    reply::many(
        entries.filter_map(|(index, entry)| view.status_update(found.incident(), index, entry)).collect(),
    )
}

/// `POST /incidents/{id}/status_updates`: answers 200, as PagerDuty does.
pub(crate) async fn create(
    mut cx: Context,
    Path(id): Path<String>,
    Body(new): Body<StatusUpdateCreate>,
) -> Reply {
    let incident = cx.changeable(&id).await?.number;
    let subject = new.subject.unwrap_or_default().into();
    let ask = Ask::UpdateStatus { incident, subject, message: new.message.into() };
    let Done::Entry(number, index) = cx.ask(ask, Some(&incident.to_string())).await? else {
        return Err(Error::internal("a status update came to something else"));
    };
    let found = cx.find_number(number).await?.ok_or_else(|| Error::no_such("incident", &id))?;
    let entry = found.incident().log_entry(index);
    let view = cx.view_of(found.closed())?;
    let update = entry.and_then(|entry| view.status_update(found.incident(), index, entry));
    reply::one(update.ok_or_else(|| Error::internal("the status update that was written is not there"))?)
}

/// `GET /incidents/{id}/status_updates/subscribers`
pub(crate) async fn subscribers(cx: Context, Path(id): Path<String>) -> Reply {
    let found = cx.find(&id).await?;
    let view = cx.view_of(found.closed())?;
    let subscribers = found.incident().subscribers.iter().map(|user| Subscriber {
        subscriber_id: user.to_string(),
        subscriber_type: "user".to_owned(),
        summary: Some(view.user_name(*user).to_owned()),
    });
    let (subscribers, page) = cx.query.page()?.cut(subscribers.collect());
    reply::paged(subscribers, page)
}

/// `POST /incidents/{id}/status_updates/subscribers`
pub(crate) async fn subscribe(
    mut cx: Context,
    Path(id): Path<String>,
    Body(asked): Body<Subscribers>,
) -> Reply {
    let incident = cx.changeable(&id).await?.number;
    let add = users(&asked)?;
    let ask = Ask::ChangeSubscribers { incident, add, remove: Vec::new() };
    cx.ask(ask, Some(&incident.to_string())).await?;
    let subscribable_id = cx.view()?.incident_id(incident);
    let subscription = |subscriber: &Subscriber| Subscription {
        subscriber_id: subscriber.subscriber_id.clone(),
        subscriber_type: "user".to_owned(),
        subscribable_id: subscribable_id.clone(),
        subscribable_type: "incident".to_owned(),
        result: "success".to_owned(),
    };
    reply::many(asked.subscribers.iter().map(subscription).collect())
}

/// `POST /incidents/{id}/status_updates/unsubscribe`
pub(crate) async fn unsubscribe(
    mut cx: Context,
    Path(id): Path<String>,
    Body(asked): Body<Subscribers>,
) -> Reply {
    let incident = cx.changeable(&id).await?;
    let remove = users(&asked)?;
    let known = remove.iter().filter(|user| incident.subscribers.contains(user)).count();
    let unknown = remove.len() - known;
    let ask = Ask::ChangeSubscribers { incident: incident.number, add: Vec::new(), remove };
    cx.ask(ask, Some(&incident.number.to_string())).await?;
    let came = Unsubscribed { deleted_count: known, unauthorized_count: 0, non_existent_count: unknown };
    Ok(reply::json(StatusCode::OK, &came))
}

fn users(asked: &Subscribers) -> Result<Vec<UserId>, Error> {
    if asked.subscribers.is_empty() {
        return Err(Error::invalid("subscribers: expected at least one"));
    }
    let user = |(index, subscriber): (usize, &Subscriber)| {
        let path = format!("subscribers[{index}]");
        if subscriber.subscriber_type != "user" {
            let kind = &subscriber.subscriber_type;
            return Err(Error::invalid(format!("{path}.subscriber_type: `{kind}` is not user")));
        }
        let id = subscriber.subscriber_id.parse();
        id.map_err(|error| Error::invalid(format!("{path}.subscriber_id: {error}")))
    };
    asked.subscribers.iter().enumerate().map(user).collect()
}
