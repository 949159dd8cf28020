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
    pub support_hours: Option<SupportHours>,
    #[serde(default)]
    pub scheduled_actions: Vec<ScheduledAction>,
    pub auto_pause_notifications_parameters: AutoPause,
    #[serde(default)]
    pub addons: Vec<Reference>,
    #[serde(default)]
    pub response_play: Option<Reference>,
    /// An addition of `pd`: those who acknowledged are reminded every so many seconds; null: never.
    #[serde(default)]
    pub reminder_interval: Option<u64>,
    /// An addition of `pd`: acknowledged incidents are handed over at the end of a shift.
    #[serde(default)]
    pub hand_over_acknowledged: bool,
    /// An addition of `pd`: a trigger within so many seconds of the resolve reopens the incident; null: never.
    #[serde(default)]
    pub reopen_within: Option<u64>,
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
    /// `constant` or `use_support_hours`.
    #[serde(rename = "type")]
    pub kind: String,
    /// With `constant`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<RuleUrgency>,
    /// With `use_support_hours`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub during_support_hours: Option<HoursRule>,
    /// With `use_support_hours`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside_support_hours: Option<HoursRule>,
}

/// How urgent incidents are within support hours, or outside of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HoursRule {
    /// `constant`.
    #[serde(rename = "type", default = "constant")]
    pub kind: String,
    pub urgency: RuleUrgency,
}

fn constant() -> String {
    "constant".to_owned()
}

/// When incidents are urgent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SupportHours {
    /// `fixed_time_per_day`.
    #[serde(rename = "type", default = "fixed_time_per_day")]
    pub kind: String,
    pub time_zone: String,
    /// 1 is Monday, 7 Sunday.
    pub days_of_week: Vec<u8>,
    /// `HH:MM:SS`.
    pub start_time: String,
    /// `HH:MM:SS`; not after `start_time`: on the day after.
    pub end_time: String,
}

fn fixed_time_per_day() -> String {
    "fixed_time_per_day".to_owned()
}

/// What happens to open incidents as support hours begin or end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ScheduledAction {
    /// `urgency_change`.
    #[serde(rename = "type")]
    pub kind: String,
    pub at: NamedTime,
    pub to_urgency: Urgency,
}

/// When support hours begin or end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NamedTime {
    /// `named_time`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `support_hours_start` or `support_hours_end`.
    pub name: String,
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
    /// Null takes them away.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub support_hours: Option<Option<SupportHours>>,
    /// Replaced as a whole; null is an empty list.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub scheduled_actions: Option<Option<Vec<ScheduledAction>>>,
    /// Seconds; null or 0: off.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub reminder_interval: Option<Option<u64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_over_acknowledged: Option<bool>,
    /// Seconds; null or 0: off.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub reopen_within: Option<Option<u64>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub alert_grouping_parameters: Option<Option<AlertGrouping>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub auto_pause_notifications_parameters: Option<Option<AutoPause>>,
}

named! { ServiceUpdate: "service", "services"; }
