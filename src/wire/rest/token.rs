//! An addition of `pd`: API tokens.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::reference::{Ref, Reference, headed};
use super::user::Role;

/// What a token may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Full,
    Read,
}

/// An API token.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Token {
    #[serde(flatten)]
    pub head: Reference,
    pub label: String,
    /// Whom it acts as; null: the account.
    #[serde(default)]
    pub user: Option<Reference>,
    pub scope: Scope,
    /// What it may do at most, beside what its user may; null: what its scope lets it.
    #[serde(default)]
    pub role: Option<Role>,
    pub created_at: String,
    /// Null: never.
    #[serde(default)]
    pub expires_at: Option<String>,
    /// The token itself: in the answer that made it, and never again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

named! { Token: "token", "tokens"; }
headed!(Token);

/// A token that is to be made.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct TokenCreate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Ref>,
    /// `full` if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// `owner` if not given: whatever its user may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

named! { TokenCreate: "token", "tokens"; }
