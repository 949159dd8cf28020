//! `/incidents/{id}/links`: an addition of `pd`.

use axum::extract::Path;

use super::entry_of;
use crate::api::body::Body;
use crate::api::context::Context;
use crate::api::error::{Error, Reply};
use crate::api::reply;
use crate::domain::command::{Ask, Done};
use crate::wire::rest::envelope::One;
use crate::wire::rest::link::LinkCreate;

/// `GET /incidents/{id}/links`, oldest first
pub(crate) async fn list(cx: Context, Path(id): Path<String>) -> Reply {
    let found = cx.find(&id).await?;
    let view = cx.view_of(found.closed())?;
    let entries = found.incident().log_entries();
    reply::many(entries.filter_map(|(index, entry)| view.link(found.incident(), index, entry)).collect())
}

/// `POST /incidents/{id}/links`: 201. A link that is there already is answered with as it is.
pub(crate) async fn create(
    mut cx: Context,
    Path(id): Path<String>,
    Body(One(link)): Body<One<LinkCreate>>,
) -> Reply {
    let incident = cx.changeable(&id).await?.number;
    let ask = Ask::AddLink { incident, href: link.href.into(), text: link.text.into() };
    let Done::Entry(number, index) = cx.ask(ask, Some(&incident.to_string())).await? else {
        return Err(Error::internal("adding a link came to something else"));
    };
    let found = cx.find_number(number).await?.ok_or_else(|| Error::no_such("incident", &id))?;
    let view = cx.view_of(found.closed())?;
    let link = found.incident().log_entry(index).and_then(|entry| view.link(found.incident(), index, entry));
    reply::created(link.ok_or_else(|| Error::internal("the link that was added is not there"))?)
}

/// `DELETE /incidents/{id}/links/{link_id}`
pub(crate) async fn delete(mut cx: Context, Path((id, link_id)): Path<(String, String)>) -> Reply {
    let incident = cx.changeable(&id).await?.number;
    let entry = entry_of(&cx, "link", incident, &link_id)?;
    let subject = format!("{entry} of incident #{incident}");
    cx.ask(Ask::RemoveLink { incident, entry }, Some(&subject)).await?;
    reply::nothing()
}
