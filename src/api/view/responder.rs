//! Who was asked to help with an incident, what was told to its subscribers, and its links, as clients see them.

use super::View;
use crate::domain::id::LongId;
use crate::domain::incident::{Happening, Incident, LogEntry};
use crate::domain::responder::Responder;
use crate::wire::rest::link::Link;
use crate::wire::rest::responder as wire;
use crate::wire::rest::status_update::StatusUpdate;

impl View<'_> {
    /// Somebody who was asked.
    pub(crate) fn responder(&self, incident: &Incident, responder: &Responder) -> wire::Responder {
        wire::Responder {
            state: responder.reply.as_str().to_owned(),
            user: self.user_reference(responder.user),
            incident: self.incident_reference(incident),
            updated_at: responder.updated_at.to_iso(),
            message: responder.message.to_string(),
            requester: self.agent(incident.service, responder.requested_by),
            requested_at: responder.requested_at.to_iso(),
        }
    }

    /// The requests, oldest first: those whom the same person asked at the same time are one.
    pub(crate) fn responder_requests(&self, incident: &Incident) -> Vec<wire::ResponderRequest> {
        let together = |a: &Responder, b: &Responder| {
            (a.requested_at, a.requested_by) == (b.requested_at, b.requested_by)
        };
        let request = |responders: &[Responder]| {
            let first = responders.first()?;
            Some(wire::ResponderRequest {
                incident: self.incident_reference(incident),
                requester: self.agent(incident.service, first.requested_by),
                requested_at: first.requested_at.to_iso(),
                message: first.message.to_string(),
                responder_request_targets: responders.iter().map(|it| self.asked(incident, it)).collect(),
            })
        };
        incident.responders.chunk_by(together).filter_map(request).collect()
    }

    fn asked(&self, incident: &Incident, responder: &Responder) -> wire::RequestTarget {
        wire::RequestTarget {
            responder_request_target: wire::Target {
                id: responder.user.to_string(),
                kind: "user".to_owned(),
                summary: Some(self.user_name(responder.user).to_owned()),
                incidents_responders: vec![self.responder(incident, responder)],
            },
        }
    }

    /// The status update that the entry with this index is; `None` if it is another kind of entry.
    pub(crate) fn status_update(
        &self,
        incident: &Incident,
        index: u32,
        entry: &LogEntry,
    ) -> Option<StatusUpdate> {
        let Happening::StatusUpdated { subject, message, .. } = &entry.what else { return None };
        Some(StatusUpdate {
            id: self.id_key.seal(LongId::LogEntry(incident.number, index)),
            subject: Some(subject.to_string()).filter(|subject| !subject.is_empty()),
            message: message.to_string(),
            created_at: entry.at.to_iso(),
            sender: self.agent(incident.service, entry.agent),
        })
    }

    /// The link that the entry with this index is; `None` if it is another kind of entry.
    pub(crate) fn link(&self, incident: &Incident, index: u32, entry: &LogEntry) -> Option<Link> {
        let Happening::Linked { href, text } = &entry.what else { return None };
        Some(Link {
            id: self.id_key.seal(LongId::LogEntry(incident.number, index)),
            href: href.to_string(),
            text: text.to_string(),
            user: self.agent(incident.service, entry.agent),
            created_at: entry.at.to_iso(),
        })
    }
}
