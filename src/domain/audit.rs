//! The record of who changed what in the configuration: before and after, field by field.
//!
//! Secrets, contact data and keys are not in it: that such a field changed is. It keeps the last [`KEPT_MAX`] changes, and
//! none for longer than [`KEPT_FOR`].

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::command::Actor;
use super::id::ObjectId;
use super::time::Timestamp;

/// How many changes are kept.
pub const KEPT_MAX: usize = 5_000;
/// How long a change is kept.
pub const KEPT_FOR: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// How much of a value is kept, in characters.
pub const VALUE_MAX: usize = 400;

/// One change of one object.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Change {
    /// Which change it is, from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// To what kind of thing: `user`, `schedule`, …
    pub kind: Arc<str>,
    /// Which; `None`: the global event rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectId>,
    /// What people call it.
    pub name: Arc<str>,
    /// What is other than before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
}

/// What was done to an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It was made.
    Create,
    /// It was changed.
    Update,
    /// It was removed.
    Delete,
}

impl Action {
    /// As PagerDuty spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// One field, as JSON, cut to [`VALUE_MAX`] characters.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Field {
    /// Which.
    pub name: Arc<str>,
    /// What it was; `None`: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Arc<str>>,
    /// What it is; `None`: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Arc<str>>,
}
