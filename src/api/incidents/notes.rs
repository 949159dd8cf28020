//! `/incidents/{id}/notes`

use axum::extract::Path;

use super::entry_of;
use crate::api::body::Body;
use crate::api::context::Context;
use crate::api::error::{Error, Reply};
use crate::api::reply;
use crate::domain::command::{Ask, Done};
use crate::wire::rest::envelope::One;
use crate::wire::rest::note::NoteCreate;

/// `GET /incidents/{id}/notes`, newest first
pub(crate) async fn list(cx: Context, Path(id): Path<String>) -> Reply {
    let found = cx.find(&id).await?;
    let view = cx.view_of(found.closed())?;
    let entries = found.incident().log_entries().rev();
    reply::many(entries.filter_map(|(index, entry)| view.note(found.incident(), index, entry)).collect())
}

/// `POST /incidents/{id}/notes`: answers 200, as PagerDuty does.
pub(crate) async fn create(
    mut cx: Context,
    Path(id): Path<String>,
    Body(One(note)): Body<One<NoteCreate>>,
) -> Reply {
    let incident = cx.changeable(&id).await?.number;
    let subject = incident.to_string();
    let ask = Ask::AddNote { incident, content: note.content.into() };
    let Done::Note(number, index) = cx.ask(ask, Some(&subject)).await? else {
        return Err(Error::internal("writing a note came to something else"));
    };
    let found = cx.find_number(number).await?.ok_or_else(|| Error::no_such("incident", &id))?;
    let view = cx.view_of(found.closed())?;
    let entry = found.incident().log_entries().find(|(i, _)| *i == index);
    let note = entry.and_then(|(index, entry)| view.note(found.incident(), index, entry));
    reply::one(note.ok_or_else(|| Error::internal("the note that was written is not there"))?)
}

/// `PUT /incidents/{id}/notes/{note_id}`
pub(crate) async fn update(
    mut cx: Context,
    Path((id, note_id)): Path<(String, String)>,
    Body(One(note)): Body<One<NoteCreate>>,
) -> Reply {
    let incident = cx.changeable(&id).await?.number;
    let entry = entry_of(&cx, "note", incident, &note_id)?;
    let subject = format!("{entry} of incident #{incident}");
    cx.ask(Ask::EditNote { incident, entry, content: note.content.into() }, Some(&subject)).await?;
    let found = cx.find(&id).await?;
    let view = cx.view_of(found.closed())?;
    let note = found.incident().log_entry(entry).and_then(|it| view.note(found.incident(), entry, it));
    reply::one(note.ok_or_else(|| Error::no_such("note", &note_id))?)
}

/// `DELETE /incidents/{id}/notes/{note_id}`
pub(crate) async fn delete(mut cx: Context, Path((id, note_id)): Path<(String, String)>) -> Reply {
    let incident = cx.changeable(&id).await?.number;
    let entry = entry_of(&cx, "note", incident, &note_id)?;
    let subject = format!("{entry} of incident #{incident}");
    cx.ask(Ask::DeleteNote { incident, entry }, Some(&subject)).await?;
    reply::nothing()
}
