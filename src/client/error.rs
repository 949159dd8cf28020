//! Why the server did not do what it was asked.

use std::time::Duration;

use serde_json::Value;

/// Why a request came to nothing.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No door answered. Whether a request that is not repeatable arrived is not known.
    #[error("cannot reach {url}: {reason}")]
    Unreachable {
        /// The door that was tried last.
        url: String,
        /// Why it did not answer.
        reason: String,
    },
    /// The server answered that it cannot now: 408, 425, 429 or 5xx.
    #[error("the server at {url} answered {status}: {message}")]
    Unavailable {
        /// Which door.
        url: String,
        /// The HTTP status.
        status: u16,
        /// Its words.
        message: String,
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// 401, 402 or 403.
    #[error("the server did not accept the token: {message}")]
    Auth {
        /// Its words.
        message: String,
    },
    /// 404.
    #[error("{message}")]
    NotFound {
        /// Its words.
        message: String,
        /// What was asked for: the path, without the query.
        path: String,
    },
    /// Several things begin as it was named.
    #[error("`{name}` may be any of {}{}", candidates.len(), listed(candidates))]
    Ambiguous {
        /// As it was named.
        name: String,
        /// Each with its id and what it is about.
        candidates: Vec<String>,
    },
    /// The server does not know what only `pd` has.
    #[error("this server has no {path}: it is an addition of `pd`")]
    Foreign {
        /// What was asked for.
        path: String,
    },
    /// Any other status that is not a success.
    #[error("the server refused with {status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its words.
        message: String,
        /// What was wrong, one by one; may be empty.
        errors: Vec<String>,
    },
    /// The answer is not what the API promises.
    #[error("the answer of {url} makes no sense: {reason}")]
    Garbled {
        /// Which door.
        url: String,
        /// What is odd about it.
        reason: String,
    },
    /// This machine cannot ask at all.
    #[error("cannot set up HTTP: {0}")]
    Setup(String),
}

impl Error {
    /// Whether the server is away for now, so that asking again later may help.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Unavailable { .. })
    }

    /// The error for an answer whose status is not a success.
    pub(crate) fn from_answer(
        (url, path): (&str, &str),
        status: u16,
        retry_after: Option<Duration>,
        body: &[u8],
    ) -> Self {
        let message = words(status, body);
        match status {
            401..=403 => Self::Auth { message },
            404 => Self::NotFound { message, path: path.split('?').next().unwrap_or_default().to_owned() },
            408 | 425 | 429 | 500.. => {
                Self::Unavailable { url: url.to_owned(), status, message, retry_after }
            }
            _ => Self::Refused { status, message, errors: details(body) },
        }
    }
}

/// How many candidates are told.
const CANDIDATES: usize = 10;

fn listed(candidates: &[String]) -> String {
    let mut lines: String = candidates.iter().take(CANDIDATES).map(|it| format!("\n  {it}")).collect();
    if candidates.len() > CANDIDATES {
        lines += &format!("\n  and {} more", candidates.len() - CANDIDATES);
    }
    lines
}

/// What REST says was wrong, one by one.
fn details(body: &[u8]) -> Vec<String> {
    let parsed: Option<Value> = serde_json::from_slice(body).ok();
    let errors = parsed.as_ref().and_then(|value| value["error"]["errors"].as_array());
    errors.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What an error body says, in REST's form, in that of events, or in its first line.
fn words(status: u16, body: &[u8]) -> String {
    let parsed: Option<Value> = serde_json::from_slice(body).ok();
    let said = parsed.as_ref().and_then(|value| {
        let error = value.get("error").unwrap_or(value);
        let message = error.as_str().or_else(|| error.get("message")?.as_str())?;
        let details = error.get("errors").and_then(Value::as_array).into_iter().flatten();
        let details: Vec<_> = details.filter_map(Value::as_str).collect();
        Some(if details.is_empty() {
            message.to_owned()
        } else {
            format!("{message}: {}", details.join("; "))
        })
    });
    said.unwrap_or_else(|| {
        let text = String::from_utf8_lossy(body);
        let line = text.lines().next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with('<') {
            http::StatusCode::from_u16(status)
                .ok()
                .and_then(|status| status.canonical_reason())
                .unwrap_or("no reason given")
                .to_owned()
        } else {
            line.chars().take(200).collect()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn says_what_the_server_said() {
        for (status, body, expected) in [
            (
                401,
                r#"{"error":{"message":"Authentication failed","code":2006}}"#,
                "the server did not accept the token: Authentication failed",
            ),
            (
                400,
                r#"{"error":{"message":"Invalid Input Provided","code":2001,"errors":["a","b"]}}"#,
                "the server refused with 400: Invalid Input Provided: a; b",
            ),
            (
                400,
                r#"{"status":"invalid event","message":"Event object is invalid","errors":["no key"]}"#,
                "the server refused with 400: Event object is invalid: no key",
            ),
            (
                400,
                r#"{"error":"an account-level access token"}"#,
                "the server refused with 400: an account-level access token",
            ),
            (404, "", "Not Found"),
            (502, "<html>", "the server at u answered 502: Bad Gateway"),
            (503, "disk full\nmore", "the server at u answered 503: disk full"),
        ] {
            assert_eq!(Error::from_answer(("u", "/p"), status, None, body.as_bytes()).to_string(), expected);
        }
    }
}
