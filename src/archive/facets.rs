//! What lists need to know of a closed incident.

use serde::{Deserialize, Serialize};

use crate::domain::event::DedupKey;
use crate::domain::id::{IncidentNumber, ServiceId, UserId};
use crate::domain::incident::{Agent, ClosedIncident, Happening, Incident, Status};
use crate::domain::time::Timestamp;
use crate::domain::user::Urgency;
use crate::journal::Error;

/// The part of a closed incident that filters and orders look at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Facets {
    pub(super) number: IncidentNumber,
    pub(super) revision: u32,
    pub(super) service: ServiceId,
    pub(super) urgency: Urgency,
    pub(super) created_at: Timestamp,
    pub(super) resolved_at: Timestamp,
    /// Who was assigned to it, acknowledged or resolved it; in order, each once.
    pub(super) users: Vec<UserId>,
    /// Its incident key and the dedup keys of its alerts; in order, each once. Looked up in the store, so not written
    /// with the rest.
    #[serde(skip)]
    pub(super) keys: Vec<DedupKey>,
}

impl Facets {
    /// What lists need to know of `closed`; an incident that is open is refused.
    pub(super) fn of(closed: &ClosedIncident) -> Result<Self, Error> {
        let incident = &closed.incident;
        let Status::Resolved { at, .. } = incident.status else {
            let status = incident.status.as_str();
            return Err(Error::Invalid(format!(
                "incident {} is {status}: only resolved incidents are archived",
                incident.number
            )));
        };
        Ok(Self {
            number: incident.number,
            revision: incident.revision,
            service: incident.service,
            urgency: incident.urgency,
            created_at: incident.created_at,
            resolved_at: at,
            users: users(incident),
            keys: keys(incident),
        })
    }
}

fn keys(incident: &Incident) -> Vec<DedupKey> {
    let alerts = incident.alerts.iter().map(|alert| &alert.dedup_key);
    let mut keys: Vec<_> = incident.incident_key.iter().chain(alerts).cloned().collect();
    keys.sort();
    keys.dedup();
    keys
}

/// Assignments end with the incident, so the timeline is what knows them.
fn users(incident: &Incident) -> Vec<UserId> {
    let mut users: Vec<UserId> = incident.assignments.iter().map(|assignment| assignment.user).collect();
    for entry in &incident.timeline {
        match &entry.what {
            Happening::Escalated { users: assigned, .. } | Happening::Assigned { users: assigned } => {
                users.extend(assigned);
            }
            Happening::FallbackPaged { user } => users.push(*user),
            Happening::Acknowledged | Happening::Resolved { .. } => {
                if let Agent::User(user) = entry.agent {
                    users.push(user);
                }
            }
            Happening::Triggered { .. }
            | Happening::Repeated { .. }
            | Happening::Omitted { .. }
            | Happening::AlertAdded { .. }
            | Happening::AlertResolved { .. }
            | Happening::Unacknowledged { .. }
            | Happening::PathRepeated { .. }
            | Happening::PathExhausted
            | Happening::NobodyReached { .. }
            | Happening::Notified { .. }
            | Happening::NotificationsCancelled { .. }
            | Happening::Annotated { .. }
            | Happening::TitleChanged { .. }
            | Happening::UrgencyChanged { .. }
            | Happening::PriorityChanged { .. }
            | Happening::NoteDeleted { .. }
            | Happening::Linked { .. }
            | Happening::LinkRemoved { .. }
            | Happening::StatusUpdated { .. }
            | Happening::Snoozed { .. }
            | Happening::MergedFrom { .. }
            | Happening::MergeTakenBack { .. }
            | Happening::Reopened { .. }
            | Happening::Undone { .. }
            | Happening::SubscribersChanged { .. }
            | Happening::Reminded { .. }
            | Happening::RespondersRequested { .. }
            | Happening::ResponderReplied { .. }
            | Happening::PolicyChanged { .. }
            | Happening::RuleApplied { .. }
            | Happening::Held { .. }
            | Happening::Released { .. } => {}
        }
    }
    users.sort();
    users.dedup();
    users
}
