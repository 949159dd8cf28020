//! Teams: who belongs together, and what is theirs. A service belongs to the teams of its escalation policy, and an
//! incident to those of the policy by which it is escalated.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::command::present;
use super::id::{PolicyId, ScheduleId, TeamId, UserId};
use super::time::Timestamp;

/// A team.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Unique, 1 to 100 characters.
    pub name: Arc<str>,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Arc<str>>,
    /// Who belongs to it, in order of joining.
    pub members: Vec<Member>,
    /// Its escalation policies, and with them their services.
    pub policies: Vec<PolicyId>,
    /// Its schedules.
    pub schedules: Vec<ScheduleId>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Somebody in a team.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// As what. It says who answers for the team, and gives no rights: those are the user's.
    pub role: TeamRole,
}

/// What somebody is in a team.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamRole {
    /// Answers for it.
    #[default]
    Manager,
    /// Looks after its incidents.
    Responder,
    /// Looks.
    Observer,
}

/// What a team is to be; `None` keeps what is.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TeamChange {
    /// Unique, 1 to 100 characters.
    pub name: Option<Arc<str>>,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub description: Option<Option<Arc<str>>>,
    /// Somebody who joins, or is something else from now on.
    pub join: Option<Member>,
    /// Somebody who leaves.
    pub leave: Option<UserId>,
    /// An escalation policy, and whether it is the team's.
    pub policy: Option<(PolicyId, bool)>,
    /// A schedule, and whether it is the team's.
    pub schedule: Option<(ScheduleId, bool)>,
}
