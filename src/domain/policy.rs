//! Escalation policies: whom to page, and whom next.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::id::{EscalationRuleId, PolicyId, ScheduleId, UserId};
use super::time::Timestamp;

/// An ordered list of levels.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EscalationPolicy {
    /// Its id.
    pub id: PolicyId,
    /// Unique, at most 255 characters.
    pub name: Arc<str>,
    /// Free text.
    pub description: Option<Arc<str>>,
    /// How many times more the levels are gone through after the first time; at most 9.
    pub num_loops: u8,
    /// `true`: hand-offs are announced although no service uses the policy (`always`).
    pub hand_off_always: bool,
    /// The levels, 1 to 20.
    pub rules: Vec<EscalationRule>,
    /// When the policy was made.
    pub created_at: Timestamp,
}

/// One level.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EscalationRule {
    /// Its id.
    pub id: EscalationRuleId,
    /// How long to wait for an acknowledgement before the next level.
    pub delay: Duration,
    /// Whom to page, 1 to 10.
    pub targets: Vec<Target>,
    /// Who of them is paged.
    #[serde(default, skip_serializing_if = "Strategy::is_default")]
    pub strategy: Strategy,
}

/// Who of a level's targets is paged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// All of them at once.
    #[default]
    AssignToEveryone,
    /// One of them, each time the next. Those who lead to nobody who can be reached are passed over.
    RoundRobin,
}

impl Strategy {
    /// As PagerDuty spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AssignToEveryone => "assign_to_everyone",
            Self::RoundRobin => "round_robin",
        }
    }

    /// Whether it is what a level has that says nothing about it.
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What a level pages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// This user.
    User(UserId),
    /// Whoever is on call in this schedule at that moment.
    Schedule(ScheduleId),
}
