//! Commands about what people write on an incident: notes and links.

use std::sync::Arc;

use super::check::{self, Errors, LABEL_MAX};
use crate::domain::command::{Done, Rejection};
use crate::domain::id::IncidentNumber;
use crate::domain::incident::{Agent, Happening, Incident, LogEntry};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::fact::Fact;
use crate::domain::user::Role;

pub(super) const NOTE_MAX: usize = 25_000;
/// How many notes an incident has at most; notes are never left out of its timeline, nor are links and status updates.
pub(super) const NOTES_MAX: usize = 200;
const LINKS_MAX: usize = 50;
const HREF_MAX: usize = 2_048;

/// Whether there is room for one more note.
pub(in crate::domain::incidents::decide) fn takes_notes(draft: &Draft, number: IncidentNumber) -> bool {
    let notes = |what: &Happening| matches!(what, Happening::Annotated { .. });
    draft.incident(number).is_some_and(|incident| count(incident, notes) < NOTES_MAX)
}

/// A resolved incident takes notes too, as long as it is not archived: that is when people write what it was.
pub(super) fn add_note(
    draft: &mut Draft,
    by: Agent,
    number: IncidentNumber,
    content: &Arc<str>,
) -> Result<Done, Rejection> {
    let incident = check::incident(draft, number)?;
    let mut errors = Errors::default();
    errors.name("content", content, NOTE_MAX);
    let notes = count(&incident, |what| matches!(what, Happening::Annotated { .. }));
    errors.unless(notes < NOTES_MAX, || {
        format!("incident #{number} has {notes} notes: at most {NOTES_MAX} are allowed")
    });
    errors.done()?;
    let index = incident.log_entries_total();
    draft.emit(Fact::NoteAdded { number, by, content: content.clone(), at: draft.now });
    Ok(Done::Note(number, index))
}

pub(super) fn count(incident: &Incident, of: impl Fn(&Happening) -> bool) -> usize {
    incident.timeline.iter().filter(|entry| of(&entry.what)).count()
}

pub(super) fn edit_note(
    draft: &mut Draft,
    by: Agent,
    number: IncidentNumber,
    entry: u32,
    content: &Arc<str>,
) -> Result<Done, Rejection> {
    let incident = check::incident(draft, number)?;
    let old = own_note(draft, by, &incident, entry)?;
    let mut errors = Errors::default();
    errors.name("content", content, NOTE_MAX);
    errors.done()?;
    if !matches!(&old.what, Happening::Annotated { content: old, .. } if old == content) {
        draft.emit(Fact::NoteEdited { number, entry, by, content: content.clone(), at: draft.now });
    }
    Ok(Done::Changed)
}

pub(super) fn delete_note(
    draft: &mut Draft,
    by: Agent,
    number: IncidentNumber,
    entry: u32,
) -> Result<Done, Rejection> {
    let incident = check::incident(draft, number)?;
    own_note(draft, by, &incident, entry)?;
    draft.emit(Fact::NoteDeleted { number, entry, by, at: draft.now });
    Ok(Done::Changed)
}

/// A note of whoever asks. Owners and admins, and the account itself, may change those of others too.
fn own_note(draft: &Draft, by: Agent, incident: &Incident, entry: u32) -> Result<LogEntry, Rejection> {
    let found = incident.log_entry(entry).filter(|found| matches!(found.what, Happening::Annotated { .. }));
    let found = found.ok_or_else(|| check::not_found("note", nth(entry, incident.number)))?;
    let may = match by {
        Agent::User(id) => {
            let role = draft.state.users.get(&id).map(|user| user.role);
            found.agent == by || matches!(role, Some(Role::Owner | Role::Admin))
        }
        Agent::Account | Agent::Service(_) | Agent::Integration(_) => true,
    };
    if may {
        Ok(found.clone())
    } else {
        Err(check::invalid("only its author or an admin may change this note"))
    }
}

fn nth(entry: u32, number: IncidentNumber) -> String {
    format!("{entry} of incident #{number}")
}

pub(super) fn add_link(
    draft: &mut Draft,
    by: Agent,
    number: IncidentNumber,
    href: &Arc<str>,
    text: &Arc<str>,
) -> Result<Done, Rejection> {
    let incident = check::incident(draft, number)?;
    let mut errors = Errors::default();
    errors.name("href", href, HREF_MAX);
    let host = href.strip_prefix("https://").or_else(|| href.strip_prefix("http://"));
    let plain = !href.contains(|c: char| c.is_whitespace() || c.is_control());
    errors.unless(plain && host.is_some_and(|host| !host.is_empty()), || {
        "href must be an address that begins with http:// or https://, without spaces".to_owned()
    });
    errors.text("text", text, LABEL_MAX);
    let links = count(&incident, |what| matches!(what, Happening::Linked { .. }));
    errors.unless(links < LINKS_MAX, || {
        format!("incident #{number} has {links} links: at most {LINKS_MAX} are allowed")
    });
    errors.done()?;
    let known = |entry: &LogEntry| matches!(&entry.what, Happening::Linked { href: h, text: t } if h == href && t == text);
    if let Some((index, _)) = incident.log_entries().find(|(_, entry)| known(entry)) {
        return Ok(Done::Entry(number, index));
    }
    let index = incident.log_entries_total();
    let (href, text) = (href.clone(), text.clone());
    draft.emit(Fact::LinkAdded { number, by, href, text, at: draft.now });
    Ok(Done::Entry(number, index))
}

pub(super) fn remove_link(
    draft: &mut Draft,
    by: Agent,
    number: IncidentNumber,
    entry: u32,
) -> Result<Done, Rejection> {
    let incident = check::incident(draft, number)?;
    let found = incident.log_entry(entry).filter(|found| matches!(found.what, Happening::Linked { .. }));
    found.ok_or_else(|| check::not_found("link", nth(entry, number)))?;
    draft.emit(Fact::LinkRemoved { number, entry, by, at: draft.now });
    Ok(Done::Changed)
}
