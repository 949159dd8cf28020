//! API tokens as clients see them.

use super::View;
use super::user::role;
use crate::domain::token::{Scope, Token};
use crate::wire::rest::reference::Reference;
use crate::wire::rest::token as wire;

impl View<'_> {
    /// A token; with `shown`, the token itself.
    pub(crate) fn token(&self, token: &Token, shown: Option<String>) -> wire::Token {
        let head = self.head("token", "tokens", token.id, Some(&token.label));
        wire::Token {
            head: Reference { html_url: None, ..head },
            label: token.label.to_string(),
            user: token.user.map(|user| self.user_reference(user)),
            scope: match token.scope {
                Scope::Full => wire::Scope::Full,
                Scope::Read => wire::Scope::Read,
            },
            role: token.role.map(role),
            created_at: token.created_at.to_iso(),
            expires_at: token.expires_at.map(|at| at.to_iso()),
            token: shown,
        }
    }
}
