//! What people write on an incident, and whom they ask and tell.

use super::standing::change;
use super::timeline::write;
use crate::domain::action::Acted;
use crate::domain::incident::{Happening, Incident};
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::state::State;
use crate::domain::responder::{Reply, Responder};

pub(super) fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::NoteAdded { number, by, content, at } => change(state, *number, *at, |incident| {
            write(incident, *at, *by, Happening::Annotated { content: content.clone(), edited: None });
        }),
        Fact::NoteEdited { number, entry, by, content, at } => change(state, *number, *at, |incident| {
            let edited = Some(Acted { by: *by, at: *at });
            replace(incident, *entry, Happening::Annotated { content: content.clone(), edited });
        }),
        Fact::NoteDeleted { number, entry, by, at } => change(state, *number, *at, |incident| {
            replace(incident, *entry, Happening::NoteDeleted { deleted: Acted { by: *by, at: *at } });
        }),
        Fact::LinkAdded { number, by, href, text, at } => change(state, *number, *at, |incident| {
            let what = Happening::Linked { href: href.clone(), text: text.clone() };
            write(incident, *at, *by, what);
        }),
        Fact::LinkRemoved { number, entry, by, at } => change(state, *number, *at, |incident| {
            replace(incident, *entry, Happening::LinkRemoved { removed: Acted { by: *by, at: *at } });
        }),
        _ => people(state, fact),
    }
}

/// What an entry says from now on; where it stands, who wrote it and when do not change.
fn replace(incident: &mut Incident, index: u32, what: Happening) {
    let place = incident.log_entries().position(|(known, _)| known == index);
    if let Some(entry) = place.and_then(|place| incident.timeline.get_mut(place)) {
        entry.what = what;
    }
}

fn people(state: &mut State, fact: &Fact) {
    match fact {
        Fact::StatusUpdated { number, by, subject, message, at } => {
            change(state, *number, *at, |incident| {
                let subscribers = u32::try_from(incident.subscribers.len()).unwrap_or(u32::MAX);
                let (subject, message) = (subject.clone(), message.clone());
                write(incident, *at, *by, Happening::StatusUpdated { subject, message, subscribers });
            });
        }
        Fact::SubscribersChanged { number, by, added, removed, at } => {
            change(state, *number, *at, |incident| {
                incident.subscribers.retain(|user| !removed.contains(user));
                incident.subscribers.extend(added);
                let (added, removed) = (added.clone(), removed.clone());
                write(incident, *at, *by, Happening::SubscribersChanged { added, removed });
            });
        }
        Fact::RespondersRequested { number, by, users, message, at } => {
            change(state, *number, *at, |incident| {
                incident.responders.retain(|known| !users.contains(&known.user));
                incident.responders.extend(users.iter().map(|user| Responder {
                    user: *user,
                    requested_by: *by,
                    requested_at: *at,
                    message: message.clone(),
                    reply: Reply::Pending,
                    updated_at: *at,
                }));
                let (users, message) = (users.clone(), message.clone());
                write(incident, *at, *by, Happening::RespondersRequested { users, message });
            });
        }
        Fact::ResponderReplied { number, user, reply, by, at } => change(state, *number, *at, |incident| {
            if let Some(responder) = incident.responders.iter_mut().find(|known| known.user == *user) {
                responder.reply = *reply;
                responder.updated_at = *at;
            }
            write(incident, *at, *by, Happening::ResponderReplied { user: *user, reply: *reply });
        }),
        _ => {}
    }
}
