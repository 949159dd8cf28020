//! Incidents.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::escalation_policy::EscalationPolicy;
use super::log_entry::LogEntry;
use super::priority::Priority;
use super::reference::{Linked, Ref, Reference, headed};
use super::responder::{Responder, ResponderRequest};
use super::service::Service;
use super::user::User;
use crate::wire::present;

/// How much it matters that somebody looks now.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    High,
    Low,
}

/// Where an incident stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IncidentStatus {
    Triggered,
    Acknowledged,
    Resolved,
}

/// An incident. The summary is `[#number] title`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Incident {
    #[serde(flatten)]
    pub head: Reference,
    pub incident_number: u64,
    pub title: String,
    #[serde(default)]
    pub description: Option<String>,
    pub created_at: String,
    pub updated_at: String,
    pub status: IncidentStatus,
    #[serde(default)]
    pub incident_key: Option<String>,
    pub urgency: Urgency,
    pub service: Linked<Service>,
    #[serde(default)]
    pub assignments: Vec<Assignment>,
    pub assigned_via: String,
    #[serde(default)]
    pub acknowledgements: Vec<Acknowledgement>,
    pub last_status_change_at: String,
    #[serde(default)]
    pub last_status_change_by: Option<Linked<User>>,
    #[serde(default)]
    pub resolved_at: Option<String>,
    pub first_trigger_log_entry: Linked<LogEntry>,
    pub alert_counts: AlertCounts,
    pub escalation_policy: Linked<EscalationPolicy>,
    #[serde(default)]
    pub teams: Vec<Reference>,
    #[serde(default)]
    pub pending_actions: Vec<PendingAction>,
    #[serde(default)]
    pub priority: Option<Priority>,
    #[serde(default)]
    pub resolve_reason: Option<ResolveReason>,
    pub is_mergeable: bool,
    #[serde(default)]
    pub conference_bridge: Option<ConferenceBridge>,
    pub incident_type: IncidentType,
    #[serde(default)]
    pub incidents_responders: Vec<Responder>,
    #[serde(default)]
    pub responder_requests: Vec<ResponderRequest>,
    #[serde(default)]
    pub alert_grouping: Option<String>,
    /// An addition of `pd`: why nobody is paged for the time being; only there if nobody is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// What was written when it was opened by hand; only there if something was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<IncidentBody>,
    /// An addition of `pd`: the level of the policy that it is in; 0: none was paged yet. Not `escalation_level`: clients
    /// send back what they were given, and that would page the level again.
    #[serde(default)]
    pub current_escalation_level: u8,
    /// An addition of `pd`: until when it is snoozed; only there if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<String>,
}

named! { Incident: "incident", "incidents"; }
headed!(Incident);

/// Why nobody is paged for the time being.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hold {
    /// `suppressed`, `paused` or `maintenance`.
    #[serde(rename = "type")]
    pub kind: String,
    /// ISO 8601; null: until an event comes that no rule suppresses.
    #[serde(default)]
    pub until: Option<String>,
    /// The maintenance window.
    #[serde(default)]
    pub maintenance_window: Option<Reference>,
}

/// Who is responsible, and since when.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Assignment {
    pub at: String,
    pub assignee: Linked<User>,
}

/// Who looks at it, and since when.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Acknowledgement {
    pub at: String,
    pub acknowledger: Linked<User>,
}

/// How many alerts an incident has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AlertCounts {
    pub all: u64,
    pub triggered: u64,
    pub resolved: u64,
}

/// What happens by itself, unless somebody does something.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PendingAction {
    /// `unacknowledge`, `escalate`, `resolve`, or (additions of `pd`) `urgency_change` and `release`: a hold ends.
    #[serde(rename = "type")]
    pub kind: String,
    pub at: String,
    /// The urgency that it gets; with `urgency_change` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Urgency>,
}

/// Why an incident was resolved, where PagerDuty says so: by a merge only.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ResolveReason {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub incident: Option<Reference>,
}

/// Where people talk about it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConferenceBridge {
    #[serde(default)]
    pub conference_number: Option<String>,
    #[serde(default)]
    pub conference_url: Option<String>,
}

/// What kind of incident it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct IncidentType {
    pub name: String,
}

/// What is written about an incident that was opened by hand. The details are text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct IncidentBody {
    #[serde(rename = "type", default = "incident_body")]
    pub kind: String,
    #[serde(default)]
    pub details: Option<String>,
}

fn incident_body() -> String {
    "incident_body".to_owned()
}

/// An incident that is to be opened by hand.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct IncidentCreate {
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    pub title: String,
    pub service: Ref,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Ref>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<IncidentBody>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignments: Option<Vec<NewAssignment>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation_policy: Option<Ref>,
}

named! { IncidentCreate: "incident", "incidents"; }

/// Who is to be responsible.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NewAssignment {
    pub assignee: Ref,
}

/// A change of an incident. In a list the id is needed.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct IncidentUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<IncidentStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    /// Null takes the priority away.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub priority: Option<Option<Ref>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignments: Option<Vec<NewAssignment>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation_level: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation_policy: Option<Ref>,
    /// An addition of `pd`: leave it alone if it is resolved, rather than to refuse the whole request.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub if_open: bool,
}

named! { IncidentUpdate: "incident", "incidents"; }
