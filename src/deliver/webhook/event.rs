//! A message as the V3 event that a webhook is sent.

use std::sync::Arc;

use crate::domain::event::ellipsis;
use crate::domain::id::UserId;
use crate::domain::incident::{Agent, Incident, Status};
use crate::domain::purpose::Purpose;
use crate::domain::time::Timestamp;
use crate::notify::transport::{About, Message};
use crate::wire::webhook;

/// How many assignees are listed; by this and the bounds of texts a body keeps to `BODY_BYTES_MAX`.
const ASSIGNEES_MAX: usize = 20;
/// How long a text may be, in bytes.
const TEXT_BYTES_MAX: usize = 1024;
/// How long a name may be, in bytes.
const NAME_BYTES_MAX: usize = 255;
/// How long a status update may be, in bytes.
const UPDATE_BYTES_MAX: usize = 4096;

/// What names the event for ever: the incident, so that no two installations share a name, and the message.
pub(super) fn id(message: &Message, about: &About) -> String {
    format!("{}-{}", about.id, message.id)
}

/// The body for the message.
pub(super) fn body(message: &Message, about: &About) -> webhook::Body {
    webhook::Body {
        event: webhook::Event {
            id: id(message, about),
            event_type: event_type(about),
            resource_type: "incident".to_owned(),
            occurred_at: occurred_at(message, about).to_iso_millis(),
            agent: agent(about),
            client: None,
            data: data(message, about),
        },
    }
}

/// Why the user is told, as PagerDuty names it. It knows no reminders: those say that it is acknowledged.
fn event_type(about: &About) -> String {
    let what = match about.purpose {
        Purpose::Triggered | Purpose::Reminder => about.incident.status.as_str(),
        Purpose::Escalated => "escalated",
        Purpose::Unacknowledged => "unacknowledged",
        Purpose::Reassigned => "reassigned",
        Purpose::Reopened => "reopened",
        Purpose::Responder => "responder.added",
        Purpose::StatusUpdate { .. } => "status_update_published",
    };
    format!("incident.{what}")
}

fn occurred_at(message: &Message, about: &About) -> Timestamp {
    let incident = &about.incident;
    match about.purpose {
        Purpose::Responder => {
            let asked = incident.responders.iter().find(|known| known.user == message.user);
            asked.map_or(message.at, |asked| asked.requested_at)
        }
        Purpose::StatusUpdate { entry } => incident.log_entry(entry).map_or(message.at, |entry| entry.at),
        Purpose::Escalated | Purpose::Reassigned => {
            incident.assignments.iter().map(|it| it.at).max().unwrap_or(incident.status_changed_at)
        }
        _ => incident.status_changed_at,
    }
}

fn data(message: &Message, about: &About) -> webhook::Data {
    let (base, why) = (base(about), about.why.as_deref().unwrap_or_default());
    let title = format!("[#{}] {}", about.incident.number, about.incident.title);
    let incident = || webhook::Reference {
        html_url: Some(about.html_url.clone()),
        ..reference(base, "incident", "incidents", &about.id, &title)
    };
    match about.purpose {
        Purpose::Responder => webhook::Data::Responder(Box::new(webhook::Responder {
            kind: "incident_responder".to_owned(),
            incident: incident(),
            user: reference(base, "user", "users", &message.user.to_string(), &message.user_name),
            escalation_policy: None,
            message: cut(why, TEXT_BYTES_MAX),
            state: "pending".to_owned(),
        })),
        Purpose::StatusUpdate { .. } => webhook::Data::StatusUpdate(Box::new(webhook::StatusUpdate {
            kind: "incident_status_update".to_owned(),
            incident: incident(),
            message: cut(why, UPDATE_BYTES_MAX),
            trimmed: why.len() > UPDATE_BYTES_MAX,
        })),
        _ => webhook::Data::Incident(Box::new(incident_data(about))),
    }
}

fn incident_data(about: &About) -> webhook::Incident {
    let incident = &about.incident;
    let base = base(about);
    webhook::Incident {
        id: about.id.clone(),
        kind: "incident".to_owned(),
        self_url: about.self_url.clone(),
        html_url: about.html_url.clone(),
        number: incident.number.0,
        status: incident.status.as_str().to_owned(),
        incident_key: key(incident),
        created_at: incident.created_at.to_iso(),
        title: cut(&incident.title, TEXT_BYTES_MAX),
        service: reference(base, "service", "services", &incident.service.to_string(), &about.service_name),
        assignees: assignees(about, base),
        escalation_policy: reference(
            base,
            "escalation_policy",
            "escalation_policies",
            &incident.policy.to_string(),
            &about.policy_name,
        ),
        teams: Vec::new(),
        priority: incident
            .priority
            .map(|priority| nameless(base, "priority", "priorities", &priority.to_string())),
        urgency: incident.urgency.as_str().to_owned(),
        conference_bridge: None,
        resolve_reason: None,
        incident_type: webhook::IncidentType { name: "incident_default".to_owned() },
    }
}

fn assignees(about: &About, base: Option<&str>) -> Vec<webhook::Reference> {
    // Who is responsible while it is open; a resolved incident is nobody's.
    if matches!(about.incident.status, Status::Resolved { .. }) {
        return Vec::new();
    }
    let user = |(id, name): &(UserId, Arc<str>)| reference(base, "user", "users", &id.to_string(), name);
    about.assignees.iter().take(ASSIGNEES_MAX).map(user).collect()
}

fn agent(about: &About) -> Option<webhook::Reference> {
    let base = base(about);
    match about.incident.status_changed_by {
        Agent::User(id) => {
            let name = about.assignees.iter().find(|(user, _)| *user == id).map(|(_, name)| name);
            Some(match name {
                Some(name) => reference(base, "user", "users", &id.to_string(), name),
                None => nameless(base, "user", "users", &id.to_string()),
            })
        }
        Agent::Integration(id) => {
            let path = format!("services/{}/integrations", about.incident.service);
            Some(nameless(base, "events_api_v2_inbound_integration", &path, &id.to_string()))
        }
        Agent::Service(id) => {
            Some(reference(base, "service", "services", &id.to_string(), &about.service_name))
        }
        Agent::Account => None,
    }
}

/// The key that was given by hand, or that of the alert that opened it.
fn key(incident: &Incident) -> Option<String> {
    let alert = || incident.alerts.first().map(|alert| &alert.dedup_key);
    incident.incident_key.as_ref().or_else(alert).map(|key| cut(&key.0, TEXT_BYTES_MAX))
}

/// The root of REST, as far as the incident's address tells.
fn base(about: &About) -> Option<&str> {
    about.self_url.strip_suffix(about.id.as_str())?.strip_suffix("/incidents/")
}

fn reference(base: Option<&str>, kind: &str, path: &str, id: &str, name: &str) -> webhook::Reference {
    webhook::Reference { summary: Some(cut(name, NAME_BYTES_MAX)), ..nameless(base, kind, path, id) }
}

fn nameless(base: Option<&str>, kind: &str, path: &str, id: &str) -> webhook::Reference {
    webhook::Reference {
        html_url: None,
        id: id.to_owned(),
        self_url: base.map(|base| format!("{base}/{path}/{id}")),
        summary: None,
        kind: format!("{kind}_reference"),
    }
}

fn cut(text: &str, bytes_max: usize) -> String {
    ellipsis(text, bytes_max).as_ref().to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]

    use super::*;
    use crate::deliver::fixture;

    #[test]
    fn an_event_has_the_v3_form() {
        let message = fixture::message();
        insta::assert_json_snapshot!(body(&message, &message.about[0]), @r##"
        {
          "event": {
            "id": "Q2QCLW7JVJBWFX-0-12-0",
            "event_type": "incident.triggered",
            "resource_type": "incident",
            "occurred_at": "2026-01-05T07:00:00.250Z",
            "agent": {
              "html_url": null,
              "id": "PINT001",
              "self": "https://pd.example.com/services/PSERV01/integrations/PINT001",
              "summary": null,
              "type": "events_api_v2_inbound_integration_reference"
            },
            "client": null,
            "data": {
              "id": "Q2QCLW7JVJBWFX",
              "type": "incident",
              "self": "https://pd.example.com/incidents/Q2QCLW7JVJBWFX",
              "html_url": "https://pd.example.com/i/7?key=abc&x=1",
              "number": 7,
              "status": "triggered",
              "incident_key": "db1/disk",
              "created_at": "2026-01-05T07:00:00Z",
              "title": "disk full on db1",
              "service": {
                "html_url": null,
                "id": "PSERV01",
                "self": "https://pd.example.com/services/PSERV01",
                "summary": "Shop",
                "type": "service_reference"
              },
              "assignees": [
                {
                  "html_url": null,
                  "id": "PANN001",
                  "self": "https://pd.example.com/users/PANN001",
                  "summary": "Ann Ångström",
                  "type": "user_reference"
                }
              ],
              "escalation_policy": {
                "html_url": null,
                "id": "PPOL001",
                "self": "https://pd.example.com/escalation_policies/PPOL001",
                "summary": "default",
                "type": "escalation_policy_reference"
              },
              "teams": [],
              "priority": null,
              "urgency": "high",
              "conference_bridge": null,
              "resolve_reason": null,
              "incident_type": {
                "name": "incident_default"
              }
            }
          }
        }
        "##);
    }

    #[test]
    fn the_largest_body_keeps_to_its_bound() {
        // Control characters are the widest in JSON: six bytes for one.
        let worst: Arc<str> = "\u{1}".repeat(5000).into();
        let message = fixture::message();
        let mut about = fixture::about(7, &worst);
        about.service_name = worst.clone();
        about.policy_name = worst.clone();
        let user = about.assignees[0].0;
        about.assignees = vec![(user, worst); 1000];
        about.self_url = format!("https://{}/incidents/{}", "x".repeat(250), about.id);
        let bytes = serde_json::to_vec(&body(&message, &about)).unwrap();
        assert!(bytes.len() <= webhook::BODY_BYTES_MAX, "{}", bytes.len());
    }
}
