//! Responders: people who were asked to help with an incident, beside those who are responsible.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::id::UserId;
use super::incident::Agent;
use super::time::Timestamp;

/// Somebody who was asked for help.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Responder {
    /// Who.
    pub user: UserId,
    /// Who asked.
    pub requested_by: Agent,
    /// When.
    pub requested_at: Timestamp,
    /// What was said; may be empty.
    #[serde(default)]
    pub message: Arc<str>,
    /// What the user answered.
    pub reply: Reply,
    /// When that changed last.
    pub updated_at: Timestamp,
}

/// What somebody who was asked for help has answered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Nothing yet.
    Pending,
    /// Helps.
    Joined,
    /// Does not.
    Declined,
    /// The request was taken back.
    Cancelled,
}

impl Reply {
    /// As it travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Joined => "joined",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
        }
    }
}
