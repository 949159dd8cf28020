//! An addition of `pd`: what the first and the latest event of each alert said, whole.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::envelope::named;
use super::reference::Reference;

/// Which event of an alert.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    First,
    Latest,
}

/// An event as it was received.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct KeptEvent {
    pub which: Which,
    pub alert: Reference,
    pub accepted_at: String,
    /// The body as it was received; null if it is not kept any more.
    pub event: Option<Value>,
}

named! { KeptEvent: "event", "events"; }
