//! API tokens: who may do what over REST.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::id::{TokenId, UserId};
use super::time::Timestamp;
use super::user::Role;

/// An API token. The token itself, 20 base62 characters, is shown once and never stored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// SHA-256 of the token, as hex. Compared in constant time.
    pub sha256: Arc<str>,
    /// Whom it acts as; `None`: the account.
    pub user: Option<UserId>,
    /// What it may do.
    pub scope: Scope,
    /// The role that it acts in at most; `None`: it is from before tokens had roles, and may what its scope lets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// What people call it.
    pub label: Arc<str>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops to work; `None`: never.
    pub expires_at: Option<Timestamp>,
}

/// What a token may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read and change.
    Full,
    /// Read.
    Read,
}
