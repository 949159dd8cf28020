//! Services.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::envelope::named;
use super::escalation_policy::EscalationPolicy;
use super::incident::Urgency;
use super::integration::Integration;
use super::reference::{Linked, Ref, Reference, headed};
use crate::wire::present;

/// A service.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Service {
    #[serde(flatten)]
    pub head: Reference,
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    pub created_at: String,
    /// `active`, `warning` (something is acknowledged), `critical` (something is triggered) or `disabled`.
    pub status: String,
    #[serde(default)]
    pub last_incident_timestamp: Option<String>,
    pub escalation_policy: Linked<Box<EscalationPolicy>>,
    #[serde(default)]
    pub teams: Vec<Reference>,
    #[serde(default)]
    pub integrations: Vec<Linked<Integration>>,
    /// Seconds; null: off.
    #[serde(default)]
    pub acknowledgement_timeout: Option<u64>,
    /// Seconds; null: off.
    #[serde(default)]
    pub auto_resolve_timeout: Option<u64>,
    pub alert_creation: String,
    #[serde(default)]
    pub alert_grouping: Option<String>,
    #[serde(default)]
    pub alert_grouping_timeout: Option<u64>,
    pub alert_grouping_parameters: AlertGrouping,
    pub incident_urgency_rule: IncidentUrgencyRule,
    #[serde(default)]
    pub support_hours: Option<Value>,
    #[serde(default)]
    pub scheduled_actions: Vec<Value>,
    pub auto_pause_notifications_parameters: AutoPause,
    #[serde(default)]
    pub addons: Vec<Reference>,
    #[serde(default)]
    pub response_play: Option<Reference>,
}

named! { Service: "service", "services"; }
headed!(Service);

/// How alerts are joined: `time` with `config.timeout` in minutes (0: until it is resolved), or `content_based` with
/// `config.fields`, `config.aggregate` and `config.time_window` in seconds; null: each is an incident of its own.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct AlertGrouping {
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    #[serde(default)]
    pub config: Option<Value>,
}

/// Whether transient alerts are held back, and for how many seconds.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AutoPause {
    #[serde(default)]
    pub enabled: bool,
    #[serde(default)]
    pub timeout: Option<u64>,
}

/// How urgent the incidents of a service are.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct IncidentUrgencyRule {
    /// `constant`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub urgency: Option<RuleUrgency>,
}

/// The urgency that a rule gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleUrgency {
    High,
    Low,
    SeverityBased,
}

impl From<Urgency> for RuleUrgency {
    fn from(urgency: Urgency) -> Self {
        match urgency {
            Urgency::High => Self::High,
            Urgency::Low => Self::Low,
        }
    }
}

/// What a service is to be.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct ServiceUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub description: Option<Option<String>>,
    /// `disabled` switches it off, anything else on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation_policy: Option<Ref>,
    /// Seconds; null or 0: off.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub acknowledgement_timeout: Option<Option<u64>>,
    /// Seconds; null or 0: off.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub auto_resolve_timeout: Option<Option<u64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident_urgency_rule: Option<IncidentUrgencyRule>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub alert_grouping_parameters: Option<Option<AlertGrouping>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub auto_pause_notifications_parameters: Option<Option<AutoPause>>,
}

named! { ServiceUpdate: "service", "services"; }
