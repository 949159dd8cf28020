//! Alerts of an incident.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::envelope::named;
use super::reference::{Linked, Ref, Reference, headed};
use super::service::Service;

/// How bad it is, as the sender says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Critical,
    Error,
    Warning,
    Info,
}

/// Whether it is still so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertStatus {
    Triggered,
    Resolved,
}

/// All events of one dedup key between its trigger and its resolve.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Alert {
    #[serde(flatten)]
    pub head: Reference,
    pub created_at: String,
    pub status: AlertStatus,
    #[serde(default)]
    pub resolved_at: Option<String>,
    pub alert_key: String,
    pub service: Linked<Service>,
    pub first_trigger_log_entry: Reference,
    pub incident: Reference,
    pub suppressed: bool,
    pub severity: Severity,
    pub integration: Reference,
    pub body: AlertBody,
    /// An addition of `pd`: how many triggers there were, and when the last of them came.
    #[serde(default)]
    pub events: u64,
    #[serde(default)]
    pub last_event_at: Option<String>,
}

named! { Alert: "alert", "alerts"; }
headed!(Alert);

/// What the alert's first event said.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AlertBody {
    #[serde(rename = "type")]
    pub kind: String,
    /// Its links and images.
    #[serde(default)]
    pub contexts: Vec<Context>,
    /// Its `custom_details`.
    #[serde(default)]
    pub details: Option<Value>,
    pub cef_details: CefDetails,
}

/// A link or an image.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Context {
    /// `link` or `image`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub src: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
}

/// The event in PagerDuty's common event format.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CefDetails {
    pub severity: Severity,
    pub dedup_key: String,
    pub description: String,
    #[serde(default)]
    pub source_origin: Option<String>,
    #[serde(default)]
    pub source_component: Option<String>,
    #[serde(default)]
    pub event_class: Option<String>,
    #[serde(default)]
    pub service_group: Option<String>,
    #[serde(default)]
    pub client: Option<String>,
    #[serde(default)]
    pub client_url: Option<String>,
    /// When it happened, as the sender said.
    #[serde(default)]
    pub creation_time: Option<String>,
    #[serde(default)]
    pub details: Option<Value>,
}

/// A change of an alert. In a list the id is needed.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct AlertUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<AlertStatus>,
    /// Another incident: to move an alert there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<Ref>,
}

named! { AlertUpdate: "alert", "alerts"; }
