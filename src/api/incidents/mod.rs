//! Incidents: where they are found, and what can be done with them.

pub(crate) mod alerts;
pub(crate) mod change;
pub(crate) mod create;
mod filter;
pub(crate) mod linked;
pub(crate) mod list;
pub(crate) mod log_entries;
pub(crate) mod merging;
pub(crate) mod notes;
pub(crate) mod read;
pub(crate) mod responders;
pub(crate) mod snooze;
pub(crate) mod updates;

use std::sync::Arc;

use super::context::Context;
use super::error::Error;
use crate::domain::id::{IncidentNumber, LongId};
use crate::domain::incident::{ClosedIncident, Incident};

/// An incident, wherever it was found.
pub(crate) enum Found {
    /// In the state.
    Live(Arc<Incident>),
    /// In the archive.
    Archived(Box<ClosedIncident>),
}

impl Found {
    /// The incident.
    pub(crate) fn incident(&self) -> &Incident {
        match self {
            Self::Live(incident) => incident,
            Self::Archived(closed) => &closed.incident,
        }
    }

    /// What the archive knows besides.
    pub(crate) fn closed(&self) -> Option<&ClosedIncident> {
        match self {
            Self::Live(_) => None,
            Self::Archived(closed) => Some(closed),
        }
    }
}

/// The index of the log entry of this incident that an id names.
fn entry_of(cx: &Context, what: &str, incident: IncidentNumber, id: &str) -> Result<u32, Error> {
    match cx.id_key()?.open(id) {
        Some(LongId::LogEntry(number, entry)) if number == incident => Ok(entry),
        _ => Err(Error::no_such(what, id)),
    }
}

impl Context {
    /// The number that an id stands for: the id itself, or the number as people write it.
    pub(crate) fn number(&self, id: &str) -> Result<IncidentNumber, Error> {
        let unknown = || Error::no_such("incident", id);
        if id.bytes().all(|b| b.is_ascii_digit()) {
            return id.parse().map(IncidentNumber).map_err(|_| unknown());
        }
        match self.id_key()?.open(id) {
            Some(LongId::Incident(number)) => Ok(number),
            Some(LongId::Alert(..) | LongId::LogEntry(..)) | None => Err(unknown()),
        }
    }

    /// The incident with this id.
    pub(crate) async fn find(&self, id: &str) -> Result<Found, Error> {
        let number = self.number(id)?;
        self.find_number(number).await?.ok_or_else(|| Error::no_such("incident", id))
    }

    /// The incident with this number.
    pub(crate) async fn find_number(&self, number: IncidentNumber) -> Result<Option<Found>, Error> {
        if let Some(incident) = self.state.incidents.get(&number) {
            return Ok(Some(Found::Live(incident.clone())));
        }
        Ok(self.parts().archive.get(number).await?.map(|closed| Found::Archived(Box::new(closed))))
    }

    /// The number of an incident that can still be changed.
    pub(crate) async fn changeable(&self, id: &str) -> Result<Arc<Incident>, Error> {
        match self.find(id).await? {
            Found::Live(incident) => Ok(incident),
            Found::Archived(closed) => Err(Error::already_resolved(format!(
                "incident #{} is resolved and archived; it cannot be changed any more",
                closed.incident.number
            ))),
        }
    }
}
