//! Teams and their members.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::reference::{Reference, headed};
use crate::wire::present;

/// A team.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Team {
    #[serde(flatten)]
    pub head: Reference,
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub parent: Option<Reference>,
    pub default_role: String,
}

named! { Team: "team", "teams"; }
headed!(Team);

/// What a team is to be.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct TeamUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub description: Option<Option<String>>,
}

named! { TeamUpdate: "team", "teams"; }

/// Somebody in a team.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Member {
    pub user: Reference,
    /// `manager`, `responder` or `observer`.
    pub role: String,
}

named! { Member: "member", "members"; }

/// The body of `PUT /teams/{id}/users/{user_id}`.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Membership {
    pub role: Option<String>,
}
