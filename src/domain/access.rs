//! What somebody may do: a ladder, on which each step may what those below it may.

use super::token::{Scope, Token};
use super::user::{Role, User};

/// How much somebody may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Access {
    /// Look.
    Observe,
    /// Act on incidents, put people on call for a while, and change how one is reached oneself.
    Respond,
    /// Change services, schedules, policies, rules and windows.
    Configure,
    /// Make and remove users and tokens, and read the audit record.
    Administer,
}

impl Access {
    /// Everything, from the least on.
    pub const ALL: [Access; 4] = [Self::Observe, Self::Respond, Self::Configure, Self::Administer];

    /// What a role may do.
    pub fn of_role(role: Role) -> Self {
        match role {
            Role::Owner | Role::Admin => Self::Administer,
            Role::User => Self::Configure,
            Role::LimitedUser => Self::Respond,
            Role::Observer | Role::ReadOnlyUser | Role::ReadOnlyLimitedUser | Role::RestrictedAccess => {
                Self::Observe
            }
        }
    }

    /// What a token may do as this user: no more than its own role and the user's. A token from before tokens had roles
    /// is what it was: it may everything that its scope lets it.
    pub fn of_token(token: &Token, user: Option<&User>) -> Self {
        let by_scope = match token.scope {
            Scope::Full => Self::Administer,
            Scope::Read => Self::Observe,
        };
        let Some(role) = token.role else { return by_scope };
        let by_user = user.map_or(Self::Administer, |user| Self::of_role(user.role));
        by_scope.min(Self::of_role(role)).min(by_user)
    }

    /// What that is called in sentences: "may only …".
    pub fn only(self) -> &'static str {
        match self {
            Self::Observe => "read",
            Self::Respond => "act on incidents and overrides",
            Self::Configure => "configure, and neither users nor tokens",
            Self::Administer => "do everything",
        }
    }
}
