//! PagerDuty's V3 webhook: the body that a webhook contact method is sent.

use serde::{Deserialize, Serialize};

/// The largest body in bytes; PagerDuty's own bound, which receivers may rely on.
pub const BODY_BYTES_MAX: usize = 55 * 1024;

/// The whole body.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Body {
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// The same each time this is sent; also in the header `X-Webhook-Id`.
    pub id: String,
    /// Such as `incident.triggered`.
    pub event_type: String,
    /// `incident`; what exactly happened to it says `event_type`.
    pub resource_type: String,
    /// ISO 8601 with milliseconds.
    pub occurred_at: String,
    /// Who caused it.
    pub agent: Option<Reference>,
    /// The program that caused it; never known here, but receivers expect the field.
    pub client: Option<Client>,
    /// What it happened to.
    pub data: Data,
}

/// What an event is about, told apart by its `type`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Data {
    /// Somebody is asked to help.
    Responder(Box<Responder>),
    /// Subscribers are told how it stands.
    StatusUpdate(Box<StatusUpdate>),
    /// All else.
    Incident(Box<Incident>),
}

/// A request for help with an incident.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Responder {
    /// Always `incident_responder`.
    #[serde(rename = "type")]
    pub kind: String,
    /// With what.
    pub incident: Reference,
    /// Who is asked.
    pub user: Reference,
    /// Always null: policies are asked as the users on call there.
    pub escalation_policy: Option<Reference>,
    /// What was said.
    pub message: String,
    /// `pending`.
    pub state: String,
}

/// What subscribers are told.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct StatusUpdate {
    /// Always `incident_status_update`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Of what.
    pub incident: Reference,
    /// What it says, with who wrote it.
    pub message: String,
    /// Whether it was cut to fit.
    pub trimmed: bool,
}

/// A program that acted for somebody.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Client {
    /// What it calls itself.
    pub name: String,
}

/// An incident in a webhook: slimmer than in REST.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Incident {
    /// `Q` + 13.
    pub id: String,
    /// Always `incident`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The incident in REST.
    #[serde(rename = "self")]
    pub self_url: String,
    /// The incident's page for people.
    pub html_url: String,
    /// 1, 2, 3, …
    pub number: u64,
    /// `triggered`, `acknowledged` or `resolved`.
    pub status: String,
    /// Given by whoever opened it by hand, or the dedup key of its first alert.
    pub incident_key: Option<String>,
    /// ISO 8601 to the second.
    pub created_at: String,
    /// One line.
    pub title: String,
    /// What is broken.
    pub service: Reference,
    /// Who is responsible.
    pub assignees: Vec<Reference>,
    /// Who is paged.
    pub escalation_policy: Reference,
    /// Always empty; receivers expect the field.
    pub teams: Vec<Reference>,
    /// How much it matters at all.
    pub priority: Option<Reference>,
    /// `high` or `low`.
    pub urgency: String,
    /// Always null; receivers expect the field.
    pub conference_bridge: Option<Reference>,
    /// Always null; receivers expect the field.
    pub resolve_reason: Option<Reference>,
    /// The kind of incident.
    pub incident_type: IncidentType,
}

/// The kind of incident.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct IncidentType {
    /// Always `incident_default`.
    pub name: String,
}

/// Something that is named, not shown.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Reference {
    /// Its page for people.
    pub html_url: Option<String>,
    /// Its id.
    pub id: String,
    /// Where it is in REST.
    #[serde(rename = "self")]
    pub self_url: Option<String>,
    /// What it is called, if that is known.
    pub summary: Option<String>,
    /// Such as `service_reference`.
    #[serde(rename = "type")]
    pub kind: String,
}
