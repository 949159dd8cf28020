//! What the caller did last, and what an undo came to: additions of `pd`.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::reference::Reference;

/// The caller's last action.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LastAction {
    /// `acknowledge`, `assign`, `escalate`, `snooze`, `merge`; or one that cannot be undone: `open`, `unacknowledge`,
    /// `resolve`, `change`.
    pub action: String,
    pub at: String,
    /// Until when it can be undone; null: it cannot.
    #[serde(default)]
    pub undoable_until: Option<String>,
    /// What it was done to, as far as it can be undone.
    pub incidents: Vec<Reference>,
}

named! { LastAction: "last_action", "last_actions"; }

/// What an undo came to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Undo {
    /// What was undone.
    pub action: String,
    /// When it had been done.
    pub at: String,
    /// The incidents that stand as before again.
    pub incidents: Vec<Reference>,
    /// Those that were left as they are.
    pub left: Vec<Left>,
}

named! { Undo: "undo", "undos"; }

/// Why an incident was left as it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Left {
    pub incident: Reference,
    pub reason: String,
}
