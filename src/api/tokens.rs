//! `/tokens`: an addition of `pd`.

use axum::extract::Path;

use super::auth::sha256_hex;
use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::fields::{id_in_path, id_of};
use super::reply;
use super::users::role_of;
use crate::domain::command::{Ask, Done, NewToken};
use crate::domain::id::TokenId;
use crate::domain::time::Timestamp;
use crate::domain::token::Scope;
use crate::domain::user::Role;
use crate::ids::Ids;
use crate::wire::rest::envelope::One;
use crate::wire::rest::token::{self as wire, TokenCreate};

/// `GET /tokens`, oldest first
pub(super) async fn list(cx: Context) -> Reply {
    let mut tokens: Vec<_> = cx.state.tokens.values().collect();
    tokens.sort_by_key(|token| (token.created_at, token.id));
    let (tokens, page) = cx.query.page()?.cut(tokens);
    let view = cx.view()?;
    reply::paged(tokens.into_iter().map(|token| view.token(token, None)).collect(), page)
}

/// `GET /tokens/{id}`
pub(super) async fn get(cx: Context, Path(id): Path<String>) -> Reply {
    let key: TokenId = id_in_path("token", &id)?;
    let token = cx.state.tokens.get(&key).ok_or_else(|| Error::no_such("token", &id))?;
    reply::one(cx.view()?.token(token, None))
}

/// `POST /tokens`: the answer is the only one that ever shows the token.
pub(super) async fn create(mut cx: Context, Body(One(new)): Body<One<TokenCreate>>) -> Reply {
    let token = draw(&*cx.parts().ids);
    let role = new.role.map_or(Role::Owner, role_of);
    let ask = Ask::IssueToken(Box::new(NewToken {
        sha256: sha256_hex(&token).into(),
        user: new.user.map(|user| id_of("token.user", &user)).transpose()?,
        scope: match new.scope {
            None | Some(wire::Scope::Full) => Scope::Full,
            Some(wire::Scope::Read) => Scope::Read,
        },
        role: Some(role),
        label: new.label.unwrap_or_else(|| "API token".to_owned()).into(),
        expires_at: new.expires_at.as_deref().map(|text| expiry(&cx, text)).transpose()?,
    }));
    let Done::Object(id) = cx.ask(ask, None).await? else {
        return Err(Error::internal("making a token came to something else"));
    };
    let kept = cx.state.tokens.get(&TokenId(id)).ok_or_else(|| Error::no_such("token", id.as_str()))?;
    // A request that is repeated with its idempotency key gets the token that was made then, whose text nobody knows.
    let shown = (*kept.sha256 == *sha256_hex(&token)).then_some(token);
    reply::created(cx.view()?.token(kept, shown))
}

/// `DELETE /tokens/{id}`
pub(super) async fn delete(mut cx: Context, Path(id): Path<String>) -> Reply {
    let key: TokenId = id_in_path("token", &id)?;
    cx.ask(Ask::RevokeToken { id: key }, Some(&id)).await?;
    reply::nothing()
}

fn expiry(cx: &Context, text: &str) -> Result<Timestamp, Error> {
    let at = Timestamp::parse(text).ok_or_else(|| {
        Error::invalid(format!("token.expires_at: `{text}` is not a time; expected ISO 8601"))
    })?;
    if at <= cx.parts().clock.now() {
        return Err(Error::invalid(format!("token.expires_at: {at} is in the past")));
    }
    Ok(at)
}

/// 20 characters of base62, each equally likely: the length by which some clients tell a token.
pub fn draw(ids: &dyn Ids) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut token = String::with_capacity(20);
    while token.len() < 20 {
        let mut bytes = [0; 32];
        ids.fill(&mut bytes);
        // 248 is the largest multiple of 62 in a byte; what is above it would favour the first letters.
        let fair = bytes.into_iter().filter(|byte| *byte < 248);
        let digits = fair.map(|byte| char::from(ALPHABET[usize::from(byte % 62)]));
        token.extend(digits.take(20 - token.len()));
    }
    token
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SystemIds;

    #[test]
    fn tokens_have_the_shape_that_clients_expect() {
        let (one, other) = (draw(&SystemIds), draw(&SystemIds));
        assert_eq!(one.len(), 20);
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{one}");
        assert_ne!(one, other);
    }
}
