//! Priorities.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::reference::{Reference, headed};

/// How much an incident matters at all.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Priority {
    #[serde(flatten)]
    pub head: Reference,
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    pub order: u64,
    /// Six hex digits without `#`.
    pub color: String,
}

named! { Priority: "priority", "priorities"; }
headed!(Priority);
