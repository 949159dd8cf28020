//! Commands about API tokens.

use super::check::{self, Errors, LABEL_MAX};
use crate::domain::command::{Done, NewToken, Rejection};
use crate::domain::id::TokenId;
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::fact::Fact;
use crate::domain::token::Token;

const TOKENS_MAX: usize = 10_000;

pub(super) fn issue(draft: &mut Draft, new: &NewToken) -> Result<Done, Rejection> {
    if let Some(user) = new.user {
        check::user(draft, user)?;
    }
    let mut errors = Errors::default();
    errors.text("label", &new.label, LABEL_MAX);
    errors.unless(new.sha256.len() == 64 && new.sha256.bytes().all(|b| b.is_ascii_hexdigit()), || {
        "sha256 must be 64 hex digits".to_owned()
    });
    let twice = draft.state.tokens.values().any(|token| token.sha256 == new.sha256);
    errors.unless(!twice, || "this token exists already: draw another one".to_owned());
    errors.unless(new.expires_at.is_none_or(|at| at > draft.now), || {
        "expires_at is in the past: give a later time, or none".to_owned()
    });
    errors.unless(draft.state.tokens.len() < TOKENS_MAX, || {
        format!("there are {TOKENS_MAX} tokens already: revoke some first")
    });
    errors.done()?;
    let object = check::next_object(draft)?;
    draft.emit(Fact::TokenIssued(Token {
        id: TokenId(object),
        sha256: new.sha256.clone(),
        user: new.user,
        scope: new.scope,
        role: new.role,
        label: new.label.clone(),
        created_at: draft.now,
        expires_at: new.expires_at,
    }));
    Ok(Done::Object(object))
}

pub(super) fn revoke(draft: &mut Draft, id: TokenId) -> Result<Done, Rejection> {
    if !draft.state.tokens.contains_key(&id) {
        return Err(check::not_found("token", id));
    }
    draft.emit(Fact::TokenRevoked { id });
    Ok(Done::Changed)
}
