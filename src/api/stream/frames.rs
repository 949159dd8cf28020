//! Things as the stream sends them: rendered once for everybody who used the same address.

use bytes::Bytes;
use serde::Serialize;

use super::changes::Changes;
use super::position::Position;
use crate::api::links::Links;
use crate::api::parts::Parts;
use crate::api::query::Query;
use crate::api::view::View;
use crate::domain::id::IncidentNumber;
use crate::domain::incidents::state::State;
use crate::domain::time::Timestamp;
use crate::wire::rest::envelope::One;

/// About how many bytes are handed on together.
pub(super) const CHUNK: usize = 64 << 10;

/// Writes events, one after the other.
#[derive(Debug, Default)]
pub(super) struct Frames {
    bytes: Vec<u8>,
    /// The last event has not been ended: it may still get an id.
    open: bool,
}

impl Frames {
    /// One more event. What cannot be written (there is nothing of that kind) is left out.
    pub(super) fn add(&mut self, name: &str, data: &impl Serialize) {
        self.end();
        let began = self.bytes.len();
        self.bytes.extend_from_slice(b"event: ");
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(b"\ndata: ");
        match serde_json::to_writer(&mut self.bytes, data) {
            Ok(()) => {
                self.bytes.push(b'\n');
                self.open = true;
            }
            Err(error) => {
                tracing::error!(%error, "an event of the stream could not be written");
                self.bytes.truncate(began);
            }
        }
    }

    /// Ends the last event; `at`: everything up to there was sent with it.
    pub(super) fn end_at(&mut self, at: Position) {
        if self.open {
            self.bytes.extend_from_slice(format!("id: {at}\n").as_bytes());
        }
        self.end();
    }

    fn end(&mut self) {
        if std::mem::take(&mut self.open) {
            self.bytes.push(b'\n');
        }
    }

    /// How many bytes wait.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// What was written; the last event may go on in what follows.
    pub(super) fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.bytes).into()
    }

    /// Everything, ended.
    pub(super) fn whole(mut self) -> Bytes {
        self.end();
        self.take()
    }
}

/// One event by itself.
pub(super) fn alone(name: &str, data: &impl Serialize) -> Bytes {
    let mut frames = Frames::default();
    frames.add(name, data);
    frames.whole()
}

/// What is to be sent, one by one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    Incident(IncidentNumber),
    Gone(IncidentNumber),
    Entry(IncidentNumber, u32),
}

/// Incidents first, so that an entry speaks of what is known.
pub(super) fn items(changes: &Changes) -> impl Iterator<Item = Item> {
    let incidents = changes.incidents.iter().map(|number| Item::Incident(*number));
    let entries = changes.entries.iter().map(|(_, number, index)| Item::Entry(*number, *index));
    incidents.chain(entries).chain(changes.gone.iter().map(|number| Item::Gone(*number)))
}

/// What everybody is sent who comes anew: the open incidents, those that are held among them, and the newest lines of all
/// timelines.
pub(super) fn picture(state: &State, entries_max: usize) -> Changes {
    let open = state.incidents.values().filter(|incident| incident.is_open());
    let mut picture =
        Changes { incidents: open.map(|incident| incident.number).collect(), ..Changes::default() };
    for incident in state.incidents.values() {
        let full = picture.entries.len() >= entries_max;
        let oldest = picture.entries.first().map_or(Timestamp::MIN, |(at, ..)| *at);
        if full && incident.updated_at < oldest {
            continue;
        }
        for (index, entry) in incident.log_entries().rev().take(entries_max) {
            picture.entries.insert((entry.at, incident.number, index));
            if picture.entries.len() > entries_max {
                picture.entries.pop_first();
            }
        }
    }
    picture
}

/// Shows things as they are in one state, with these links.
pub(super) struct Shower<'a> {
    state: &'a State,
    view: View<'a>,
}

impl<'a> Shower<'a> {
    /// `None` before the installation is founded.
    pub(super) fn new(
        parts: &'a Parts,
        state: &'a State,
        links: &'a Links,
        query: &'a Query,
    ) -> Option<Self> {
        let id_key = state.account.as_ref()?.id_key;
        let view = View { state, id_key, keyring: &parts.keyring, links, query, closed: None };
        Some(Self { state, view })
    }

    pub(super) fn view(&self) -> &View<'a> {
        &self.view
    }

    /// One more event, if there still is what it is about.
    pub(super) fn add(&self, frames: &mut Frames, item: Item) {
        match item {
            Item::Incident(number) => {
                if let Some(incident) = self.state.incidents.get(&number) {
                    frames.add("incident", &One(self.view.incident(incident)));
                }
            }
            Item::Entry(number, index) => {
                let Some(incident) = self.state.incidents.get(&number) else { return };
                if let Some(entry) = incident.log_entry(index) {
                    frames.add("log_entry", &One(self.view.log_entry(incident, index, entry)));
                }
            }
            Item::Gone(number) => {
                let id = self.view.incident_id(number);
                frames.add("incident_gone", &serde_json::json!({"id": id, "incident_number": number.0}));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn only_the_last_event_has_the_id() {
        let mut frames = Frames::default();
        frames.add("a", &1);
        frames.add("b", &"x\ny");
        let first = frames.take();
        frames.end_at(Position { epoch: 0, next: 7 });
        let text = String::from_utf8([first, frames.whole()].concat()).unwrap();
        assert_eq!(text, "event: a\ndata: 1\n\nevent: b\ndata: \"x\\ny\"\nid: 0-7\n\n");
        let mut nothing = Frames::default();
        nothing.end_at(Position::default());
        assert!(nothing.whole().is_empty());
    }
}
