//! Who asks: the token, and how much it may ask.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State as Extract};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, header};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::context::Api;
use super::error::Error;
use super::permission;
use crate::domain::access::Access;
use crate::domain::id::TokenId;
use crate::domain::incidents::state::State;
use crate::domain::time::Timestamp;
use crate::domain::token::Token;
use crate::keyring::hex;

const WINDOW: Duration = Duration::from_secs(60);

/// Lets only those through that have a token which may do what they ask, and not too often.
pub(crate) async fn require(Extract(api): Extract<Arc<Api>>, mut request: Request, next: Next) -> Response {
    let state = api.parts.incidents.borrow().clone();
    let token = match authenticate(&state, request.headers(), api.parts.clock.now()) {
        Ok(token) => token,
        Err(error) => return error.into_response(),
    };
    if let Err(error) = allowed(&state, &token, &request) {
        return error.into_response();
    }
    let usage = api.limit.take(token.id, api.parts.clock.monotonic());
    let mut response = match usage {
        Some(Usage { over: true, reset, .. }) => Error::too_many(reset).into_response(),
        Some(_) | None => {
            request.extensions_mut().insert(token);
            next.run(request).await
        }
    };
    if let Some(usage) = usage {
        usage.tell(response.headers_mut());
    }
    response
}

/// Whether the token, as its user, may do what the request asks.
fn allowed(state: &State, token: &Token, request: &Request) -> Result<(), Error> {
    let user = token.user.and_then(|id| state.users.get(&id));
    let own = token.user.map(|id| id.to_string());
    let access = Access::of_token(token, user.map(|user| &**user));
    if access >= permission::needed(request.method(), request.uri().path(), own.as_deref()) {
        return Ok(());
    }
    Err(Error::denied(format!("the token `{}` may only {}", token.label, access.only())))
}

/// The token that the request shows.
fn authenticate(state: &State, headers: &HeaderMap, now: Timestamp) -> Result<Arc<Token>, Error> {
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(shown)
        .ok_or_else(Error::unauthenticated)?;
    let hash = sha256_hex(shown);
    // All tokens are looked at, so that the time tells nothing about which of them is near.
    let mut found = None;
    for token in state.tokens.values() {
        if bool::from(token.sha256.as_bytes().ct_eq(hash.as_bytes())) {
            found = Some(token);
        }
    }
    found
        .filter(|token| token.expires_at.is_none_or(|at| now < at))
        .cloned()
        .ok_or_else(Error::unauthenticated)
}

/// The token in `Token token=KEY`, `Token token="KEY"` or `Bearer KEY`.
fn shown(value: &str) -> Option<&str> {
    let (scheme, rest) = value.trim().split_once(' ')?;
    let rest = rest.trim();
    let key = match scheme.to_ascii_lowercase().as_str() {
        "token" => rest.strip_prefix("token=").unwrap_or(rest),
        "bearer" => rest,
        _ => return None,
    };
    Some(key.trim_matches('"')).filter(|key| !key.is_empty())
}

/// SHA-256 as tokens are kept: lower-case hex.
pub(crate) fn sha256_hex(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Counts the requests of each token in windows of a minute.
#[derive(Debug)]
pub(crate) struct RateLimit {
    per_minute: Option<u32>,
    // A lock of its own rather than a task: it is held for one look-up, and never across an await.
    windows: Mutex<BTreeMap<TokenId, Window>>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    began: Duration,
    used: u32,
}

/// How much of its limit a token has used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Usage {
    limit: u32,
    remaining: u32,
    reset: Duration,
    over: bool,
}

impl RateLimit {
    /// Allows so many requests a minute to each token.
    pub(crate) fn new(per_minute: Option<u32>) -> Self {
        Self { per_minute, windows: Mutex::default() }
    }

    /// Counts a request; `None` if there is no limit.
    fn take(&self, token: TokenId, now: Duration) -> Option<Usage> {
        let limit = self.per_minute?;
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        // Tokens come and go; what is left of old ones must not grow for ever.
        windows.retain(|_, window| now.saturating_sub(window.began) < WINDOW);
        let window = windows.entry(token).or_insert(Window { began: now, used: 0 });
        let over = window.used >= limit;
        window.used = window.used.saturating_add(1);
        let reset = WINDOW.saturating_sub(now.saturating_sub(window.began));
        Some(Usage { limit, remaining: limit.saturating_sub(window.used), reset, over })
    }
}

impl Usage {
    fn tell(self, headers: &mut HeaderMap) {
        let reset = self.reset.as_millis().div_ceil(1000);
        let reset = u64::try_from(reset).unwrap_or(u64::MAX);
        headers.insert("ratelimit-limit", HeaderValue::from(self.limit));
        headers.insert("ratelimit-remaining", HeaderValue::from(self.remaining));
        headers.insert("ratelimit-reset", HeaderValue::from(reset));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_shown_in_many_ways() {
        for (value, key) in [
            ("Token token=abc", Some("abc")),
            ("Token token=\"abc\"", Some("abc")),
            ("token  token=abc ", Some("abc")),
            ("Bearer abc", Some("abc")),
            ("Token abc", Some("abc")),
            ("Basic abc", None),
            ("abc", None),
            ("Token token=", None),
            ("", None),
        ] {
            assert_eq!(shown(value), key, "{value}");
        }
    }

    #[test]
    fn a_window_ends_after_a_minute() {
        let token = TokenId("PTOKEN1".parse().expect("an id"));
        let limit = RateLimit::new(Some(2));
        let at = Duration::from_secs;
        let over = |now| limit.take(token, now).map(|usage| (usage.over, usage.remaining));
        assert_eq!(over(at(0)), Some((false, 1)));
        assert_eq!(over(at(59)), Some((false, 0)));
        assert_eq!(over(at(59)), Some((true, 0)));
        assert_eq!(over(at(60)), Some((false, 1)));
        assert_eq!(RateLimit::new(None).take(token, at(0)), None);
    }
}
