//! Users.

use serde::{Deserialize, Serialize};

use super::contact_method::ContactMethod;
use super::envelope::named;
use super::notification_rule::NotificationRule;
use super::reference::{Linked, Reference, headed};
use crate::wire::present;

/// What a user may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Owner,
    Admin,
    User,
    LimitedUser,
    Observer,
    ReadOnlyUser,
    ReadOnlyLimitedUser,
    RestrictedAccess,
}

/// A user.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct User {
    #[serde(flatten)]
    pub head: Reference,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub time_zone: String,
    #[serde(default)]
    pub color: Option<String>,
    #[serde(default)]
    pub job_title: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub avatar_url: Option<String>,
    #[serde(default)]
    pub created_at: Option<String>,
    pub billed: bool,
    pub invitation_sent: bool,
    #[serde(default)]
    pub teams: Vec<Reference>,
    #[serde(default)]
    pub contact_methods: Vec<Linked<ContactMethod>>,
    #[serde(default)]
    pub notification_rules: Vec<Linked<NotificationRule>>,
    #[serde(default)]
    pub coordinated_incidents: Vec<Reference>,
}

named! { User: "user", "users"; }
headed!(User);

/// What a user is to be.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct UserUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub job_title: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub description: Option<Option<String>>,
}

named! { UserUpdate: "user", "users"; }
