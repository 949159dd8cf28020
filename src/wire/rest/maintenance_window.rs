//! Maintenance windows; the condition and the recurrence are additions of `pd`.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::reference::{Ref, Reference, headed};
use crate::wire::present;

/// A time in which events are recorded and nobody is paged.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MaintenanceWindow {
    #[serde(flatten)]
    pub head: Reference,
    pub description: String,
    /// Of one that recurs: of the present or the next time.
    pub start_time: String,
    pub end_time: String,
    pub services: Vec<Reference>,
    #[serde(default)]
    pub teams: Vec<Reference>,
    #[serde(default)]
    pub created_by: Option<Reference>,
    /// `future`, `ongoing` or `past`.
    pub status: String,
    /// For which alerts; only there if not for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// When it comes again; only there if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<Recurrence>,
}

named! { MaintenanceWindow: "maintenance_window", "maintenance_windows"; }
headed!(MaintenanceWindow);

/// When a window comes again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Recurrence {
    /// `weekly`.
    #[serde(rename = "type", default = "weekly")]
    pub kind: String,
    /// An IANA name.
    pub time_zone: String,
    /// 1 is Monday, 7 is Sunday.
    pub days_of_week: Vec<u8>,
    /// `HH:MM` or `HH:MM:SS`.
    pub start_time_of_day: String,
    pub duration_seconds: u64,
    /// ISO 8601; never again from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

fn weekly() -> String {
    "weekly".to_owned()
}

/// What a window is to be.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct WindowUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services: Option<Vec<Ref>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub condition: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub recurrence: Option<Option<Recurrence>>,
}

named! { WindowUpdate: "maintenance_window", "maintenance_windows"; }
