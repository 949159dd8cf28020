//! Schedules, their layers and overrides.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::escalation_policy::EscalationPolicy;
use super::reference::{Linked, Ref, Reference, headed};
use crate::wire::present;

/// A schedule. Layers and what is rendered are only in answers about one schedule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Schedule {
    #[serde(flatten)]
    pub head: Reference,
    pub name: String,
    pub time_zone: String,
    #[serde(default)]
    pub description: Option<String>,
    /// From the highest to the lowest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_layers: Option<Vec<Layer>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrides_subschedule: Option<Subschedule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_schedule: Option<Subschedule>,
    /// Only with `include_next_oncall_for_user`: the next shift of that user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_oncall_for_user: Option<Entry>,
    #[serde(default)]
    pub users: Vec<Reference>,
    #[serde(default)]
    pub escalation_policies: Vec<Linked<EscalationPolicy>>,
    #[serde(default)]
    pub teams: Vec<Reference>,
}

named! { Schedule: "schedule", "schedules"; }
headed!(Schedule);

/// Users who take turns.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Layer {
    pub id: String,
    pub name: String,
    pub start: String,
    #[serde(default)]
    pub end: Option<String>,
    pub users: Vec<Member>,
    pub rotation_virtual_start: String,
    pub rotation_turn_length_seconds: u64,
    #[serde(default)]
    pub restrictions: Vec<Restriction>,
    #[serde(default)]
    pub rendered_schedule_entries: Vec<Entry>,
    #[serde(default)]
    pub rendered_coverage_percentage: Option<f64>,
}

/// A user of a layer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Member {
    pub user: Reference,
}

/// When a layer serves.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Restriction {
    /// `daily_restriction` or `weekly_restriction`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `HH:MM:SS`.
    pub start_time_of_day: String,
    /// 1: Monday … 7: Sunday; of a weekly restriction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_day_of_week: Option<u8>,
    pub duration_seconds: u32,
}

/// What comes of all layers and overrides, or of the overrides alone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Subschedule {
    pub name: String,
    #[serde(default)]
    pub rendered_schedule_entries: Vec<Entry>,
    #[serde(default)]
    pub rendered_coverage_percentage: Option<f64>,
    /// An addition of `pd`: when nobody is on call; of the final schedule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
}

/// Nobody is on call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Gap {
    pub start: String,
    pub end: String,
}

/// Somebody is on call.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    pub start: String,
    /// Null: there is no end to it.
    #[serde(default)]
    pub end: Option<String>,
    pub user: Reference,
}

/// Somebody who is on call for a while instead of whoever it would be.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Override {
    pub id: String,
    #[serde(rename = "type", default)]
    pub kind: String,
    pub start: String,
    pub end: String,
    pub user: Reference,
}

named! { Override: "override", "overrides"; }

/// What a schedule is to be.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct ScheduleUpdate {
    /// Only a preview looks at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub description: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_layers: Option<Vec<LayerUpdate>>,
    /// Whose it is, and nobody else's; not given: as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teams: Option<Vec<Ref>>,
}

named! { ScheduleUpdate: "schedule", "schedules"; }

/// What a layer is to be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LayerUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub start: String,
    #[serde(default)]
    pub end: Option<String>,
    pub users: Vec<MemberUpdate>,
    /// Not given: the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation_virtual_start: Option<String>,
    pub rotation_turn_length_seconds: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restrictions: Option<Vec<Restriction>>,
}

/// A user of a layer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MemberUpdate {
    pub user: Ref,
}

/// An override that is to be made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OverrideCreate {
    pub start: String,
    pub end: String,
    pub user: Ref,
}

/// Both shapes of a request to make overrides.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct OverridesCreate {
    #[serde(rename = "override", default, skip_serializing_if = "Option::is_none")]
    pub one: Option<OverrideCreate>,
    #[serde(rename = "overrides", default, skip_serializing_if = "Option::is_none")]
    pub many: Option<Vec<OverrideCreate>>,
}

/// What became of one of several overrides.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OverrideOutcome {
    pub status: u16,
    #[serde(rename = "override", default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Override>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<String>>,
}
