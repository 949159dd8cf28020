//! What the caller did last, and what an undo came to: additions of `pd`.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::reference::Reference;
use super::schedule::Override;

/// The caller's last action.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LastAction {
    /// `acknowledge`, `assign`, `escalate`, `snooze`, `merge`, `create_override`, `delete_override`; or one that cannot be undone: `open`, `unacknowledge`,
    /// `resolve`, `change`.
    pub action: String,
    pub at: String,
    /// Until when it can be undone; null: it cannot.
    #[serde(default)]
    pub undoable_until: Option<String>,
    /// What it was done to, as far as it can be undone.
    pub incidents: Vec<Reference>,
    /// The override that was made, or as it was before it was deleted.
    #[serde(rename = "override", default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<Cover>,
}

named! { LastAction: "last_action", "last_actions"; }

/// What an undo came to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Undo {
    /// What was undone.
    pub action: String,
    /// When it had been done.
    pub at: String,
    /// The incidents that stand as before again.
    pub incidents: Vec<Reference>,
    /// Those that were left as they are.
    pub left: Vec<Left>,
    /// The override that was taken back, or that is there again.
    #[serde(rename = "override", default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<Cover>,
}

named! { Undo: "undo", "undos"; }

/// An override, and of which schedule it is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Cover {
    #[serde(flatten)]
    pub entry: Override,
    pub schedule: Reference,
}

/// Why an incident was left as it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Left {
    pub incident: Reference,
    pub reason: String,
}
