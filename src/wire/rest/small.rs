//! The small things without which clients stop: abilities, vendors, licences, teams.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::reference::{Reference, headed};

/// What the account can do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Abilities {
    pub abilities: Vec<String>,
}

/// Somebody's product that sends events.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Vendor {
    #[serde(flatten)]
    pub head: Reference,
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub website_url: Option<String>,
    #[serde(default)]
    pub logo_url: Option<String>,
    #[serde(default)]
    pub thumbnail_url: Option<String>,
    #[serde(default)]
    pub integration_guide_url: Option<String>,
}

named! { Vendor: "vendor", "vendors"; }
headed!(Vendor);

/// What a user's seat costs at PagerDuty. Here there is one, which every role may have.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct License {
    #[serde(flatten)]
    pub head: Reference,
    pub name: String,
    pub description: String,
    pub role_group: String,
    pub valid_roles: Vec<String>,
    /// How many users have it; not said of a single user's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_value: Option<u64>,
    /// Null: as many as there are.
    #[serde(default)]
    pub allocations_available: Option<u64>,
}

named! { License: "license", "licenses"; }
headed!(License);
