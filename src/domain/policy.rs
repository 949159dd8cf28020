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

/// One level: all targets are paged at once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EscalationRule {
    /// Its id.
    pub id: EscalationRuleId,
    /// How long to wait for an acknowledgement before the next level.
    pub delay: Duration,
    /// Whom to page, 1 to 10.
    pub targets: Vec<Target>,
}

/// What a level pages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// This user.
    User(UserId),
    /// Whoever is on call in this schedule. There are no schedules yet, so such a target reaches nobody.
    Schedule(ScheduleId),
}
