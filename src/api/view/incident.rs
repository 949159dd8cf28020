//! An incident as clients see it.

use super::View;
use crate::domain::id::{IncidentNumber, LongId};
use crate::domain::incident::{Agent, Happening, Hold, HoldReason, Incident, ResolveReason, Status};
use crate::domain::time::Timestamp;
use crate::domain::user::Urgency;
use crate::wire::rest::incident as wire;
use crate::wire::rest::reference::{Linked, Reference};
use crate::wire::rest::user::User;

/// As it travels.
pub(crate) fn urgency(urgency: Urgency) -> wire::Urgency {
    match urgency {
        Urgency::High => wire::Urgency::High,
        Urgency::Low => wire::Urgency::Low,
    }
}

/// As it travels.
fn status(status: &Status) -> wire::IncidentStatus {
    match status {
        Status::Triggered => wire::IncidentStatus::Triggered,
        Status::Acknowledged => wire::IncidentStatus::Acknowledged,
        Status::Resolved { .. } => wire::IncidentStatus::Resolved,
    }
}

impl View<'_> {
    /// A reference to an incident.
    pub(crate) fn incident_reference(&self, incident: &Incident) -> Reference {
        let head = self.incident_head(incident);
        Reference { kind: "incident_reference".to_owned(), ..head }
    }

    /// The link to the page about an incident, signed.
    pub(crate) fn incident_page(&self, number: IncidentNumber) -> String {
        self.links.html(format_args!("i/{number}?s={}", self.keyring.sign_link(number)))
    }

    fn incident_head(&self, incident: &Incident) -> Reference {
        let summary = format!("[#{}] {}", incident.number, incident.title);
        let head = self.head("incident", "incidents", self.incident_id(incident.number), Some(&summary));
        Reference { html_url: Some(self.incident_page(incident.number)), ..head }
    }

    /// An incident.
    pub(crate) fn incident(&self, incident: &Incident) -> wire::Incident {
        let resolved_at = match incident.status {
            Status::Resolved { at, .. } => Some(at.to_iso()),
            Status::Triggered | Status::Acknowledged => None,
        };
        let key = incident.incident_key.as_ref().or(incident.alerts.first().map(|alert| &alert.dedup_key));
        wire::Incident {
            head: self.incident_head(incident),
            incident_number: incident.number.0,
            title: incident.title.to_string(),
            description: Some(incident.title.to_string()),
            created_at: incident.created_at.to_iso(),
            updated_at: incident.updated_at.to_iso(),
            status: status(&incident.status),
            incident_key: key.map(ToString::to_string),
            urgency: urgency(incident.urgency),
            service: self.service_link(incident.service, "services"),
            assignments: self.assignments(incident),
            assigned_via: assigned_via(incident).to_owned(),
            acknowledgements: self.acknowledgements(incident),
            last_status_change_at: incident.status_changed_at.to_iso(),
            last_status_change_by: Some(self.agent_link(incident, incident.status_changed_by, "agents")),
            resolved_at,
            first_trigger_log_entry: self.first_trigger(incident),
            alert_counts: alert_counts(incident),
            escalation_policy: self.policy_link(incident.policy, "escalation_policies"),
            teams: self.teams(|team| team.policies.contains(&incident.policy)),
            pending_actions: pending_actions(incident),
            priority: incident.priority.and_then(|id| self.priority(id)),
            resolve_reason: self.resolve_reason(incident),
            is_mergeable: incident.is_open(),
            conference_bridge: None,
            incident_type: wire::IncidentType { name: "incident_default".to_owned() },
            incidents_responders: incident.responders.iter().map(|it| self.responder(incident, it)).collect(),
            responder_requests: self.responder_requests(incident),
            current_escalation_level: incident.escalation.level,
            snoozed_until: incident.unacknowledge_at.filter(|_| incident.snoozed).map(Timestamp::to_iso),
            alert_grouping: incident.group.as_ref().map(|_| "enabled".to_owned()),
            hold: incident.hold.as_ref().map(|hold| self.hold(hold)),
            body: incident.details.as_ref().map(|details| wire::IncidentBody {
                kind: "incident_body".to_owned(),
                details: Some(details.to_string()),
            }),
        }
    }

    fn resolve_reason(&self, incident: &Incident) -> Option<wire::ResolveReason> {
        let Status::Resolved { reason: ResolveReason::Merged { into }, .. } = incident.status else {
            return None;
        };
        // Also when the other one is archived by now.
        let summary = self.state.incidents.get(&into).map(|it| format!("[#{into}] {}", it.title));
        let id = self.incident_id(into);
        let reference = self.reference("incident", "incidents", id, summary.as_deref());
        let html_url = Some(self.incident_page(into));
        Some(wire::ResolveReason {
            kind: "merge_resolve_reason".to_owned(),
            incident: Some(Reference { html_url, ..reference }),
        })
    }

    /// Why nobody is paged for the time being.
    pub(crate) fn hold(&self, hold: &Hold) -> wire::Hold {
        let (kind, window) = match hold.reason {
            HoldReason::Suppressed => ("suppressed", None),
            HoldReason::Paused => ("paused", None),
            HoldReason::Maintenance(id) => ("maintenance", Some(id)),
        };
        wire::Hold {
            kind: kind.to_owned(),
            until: hold.until.map(|until| until.to_iso()),
            maintenance_window: window.map(|id| self.window_reference(id)),
        }
    }

    fn assignments(&self, incident: &Incident) -> Vec<wire::Assignment> {
        let assignments = incident.assignments.iter().filter(|_| incident.is_open());
        assignments
            .map(|assignment| wire::Assignment {
                at: assignment.at.to_iso(),
                assignee: self.user_link(assignment.user, &["assignees", "users"]),
            })
            .collect()
    }

    fn acknowledgements(&self, incident: &Incident) -> Vec<wire::Acknowledgement> {
        incident
            .acknowledgements
            .iter()
            .map(|acknowledgement| wire::Acknowledgement {
                at: acknowledgement.at.to_iso(),
                acknowledger: self.agent_link(incident, acknowledgement.by, "acknowledgers"),
            })
            .collect()
    }

    /// Whoever did something; the user itself if `include[]` says so.
    pub(crate) fn agent_link(&self, incident: &Incident, agent: Agent, include: &str) -> Linked<User> {
        match agent {
            Agent::User(id) => self.user_link(id, &[include, "users"]),
            _ => Linked::Reference(self.agent(incident.service, agent)),
        }
    }

    fn first_trigger(&self, incident: &Incident) -> Linked<crate::wire::rest::log_entry::LogEntry> {
        match incident.timeline.first() {
            Some(entry) if self.query.includes("first_trigger_log_entries") => {
                // A reference: an incident within its own entry within itself would have no end.
                let linked = Linked::Reference(self.incident_reference(incident));
                Linked::Object(Box::new(self.log_entry_in(incident, 0, entry, linked)))
            }
            _ => Linked::Reference(self.first_trigger_reference(incident)),
        }
    }

    /// A reference to the entry that the timeline begins with.
    pub(crate) fn first_trigger_reference(&self, incident: &Incident) -> Reference {
        let id = self.id_key.seal(LongId::LogEntry(incident.number, 0));
        let summary = incident.timeline.first().map(|entry| self.words(incident, entry));
        Reference {
            html_url: None,
            ..self.reference("trigger_log_entry", "log_entries", id, summary.as_deref())
        }
    }
}

/// Whether the policy or somebody by hand chose those who are responsible.
fn assigned_via(incident: &Incident) -> &'static str {
    let chosen = incident.timeline.iter().rev().find_map(|entry| match entry.what {
        Happening::Assigned { .. } => Some("direct_assignment"),
        Happening::Escalated { .. } => Some("escalation_policy"),
        _ => None,
    });
    chosen.unwrap_or("escalation_policy")
}

fn alert_counts(incident: &Incident) -> wire::AlertCounts {
    let here = || incident.alerts.iter().filter(|alert| alert.moved.is_none());
    let (all, triggered) = (here().count() as u64, here().filter(|alert| alert.is_open()).count() as u64);
    wire::AlertCounts { all, triggered, resolved: all - triggered }
}

/// What happens by itself, soonest first.
fn pending_actions(incident: &Incident) -> Vec<wire::PendingAction> {
    let change = incident.urgency_change;
    let mut pending = [
        ("unacknowledge", incident.unacknowledge_at, None),
        ("escalate", incident.escalation.next_at, None),
        ("resolve", incident.auto_resolve_at, None),
        ("urgency_change", change.map(|change| change.at), change.map(|change| change.to)),
        ("release", incident.hold.as_ref().and_then(|hold| hold.until), None),
    ]
    .map(|(kind, at, to)| at.filter(|_| incident.is_open()).map(|at| (at, kind, to)));
    pending.sort();
    let action = |(at, kind, to): (Timestamp, &str, Option<Urgency>)| wire::PendingAction {
        kind: kind.to_owned(),
        at: at.to_iso(),
        to: to.map(urgency),
    };
    pending.into_iter().flatten().map(action).collect()
}
