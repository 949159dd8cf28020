//! One request: through the first door that answers, again while that is safe and the time lasts.

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, FROM, RETRY_AFTER, USER_AGENT};
use http::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::error::Error;
use super::ours;
use super::target::Target;
use crate::clock::SharedClock;
use crate::ids::SharedIds;

/// Longest wait for a connection to one door.
const CONNECT: Duration = Duration::from_secs(3);
/// The first pause before asking again is at most this; each further one at most twice the one before.
const PAUSE: Duration = Duration::from_millis(200);
/// No pause is longer.
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// The largest answer that is read.
const ANSWER_MAX: usize = 64 << 20;

/// How long to wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// For one answer.
    pub attempt: Duration,
    /// For all attempts together; none begins later.
    pub total: Duration,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    /// GET, POST, …
    pub method: Method,
    /// From the slash on; may have a query.
    pub path: String,
    /// Further parts of the query.
    pub query: Vec<(String, String)>,
    /// JSON.
    pub body: Option<Value>,
    /// Whether asking twice does no more than asking once.
    pub repeatable: bool,
    /// Makes a command repeatable: the server does what has this key once.
    pub key: Option<String>,
    /// Whether the token goes along; events need none.
    pub with_token: bool,
    /// Parts of the query that only `pd` understands; PagerDuty is not sent them.
    pub ours: Vec<(String, String)>,
}

impl Request {
    /// A question, which may be repeated.
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            query: Vec::new(),
            body: None,
            repeatable: true,
            key: None,
            with_token: true,
            ours: Vec::new(),
        }
    }

    /// A command, which is sent once unless a key is given.
    pub fn command(method: Method, path: impl Into<String>, body: Value) -> Self {
        Self { method, body: Some(body), repeatable: false, ..Self::get(path) }
    }

    /// With a further part of the query.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    /// With a further part of the query, unless the server is PagerDuty's, which does not know it.
    pub fn with_ours(mut self, name: &str, value: impl Into<String>) -> Self {
        self.ours.push((name.to_owned(), value.into()));
        self
    }

    /// With an idempotency key, which makes it repeatable.
    pub fn with_key(mut self, key: String) -> Self {
        self.key = Some(key);
        self.repeatable = true;
        self
    }
}

/// A success.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status, 200 to 299.
    pub status: u16,
    /// The whole body.
    pub body: Vec<u8>,
    /// The door that answered.
    pub url: String,
}

impl Answer {
    /// The body, understood.
    ///
    /// # Errors
    /// [`Error::Garbled`].
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Error::Garbled { url: self.url.clone(), reason: error.to_string() })
    }
}

/// Asks one server.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    target: Target,
    patience: Patience,
    clock: SharedClock,
    ids: SharedIds,
}

impl Client {
    /// A client of `target`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Setup`], for example when no root certificates are found and a door needs them.
    pub fn new(
        target: Target,
        patience: Patience,
        clock: SharedClock,
        ids: SharedIds,
    ) -> Result<Self, Error> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT.min(patience.attempt))
            // A redirect could lead the token elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never());
        if target.urls.iter().all(|url| url.scheme() == "http") {
            // Plain HTTP works on a machine without root certificates, and need not read them.
            let bare = rustls::ClientConfig::builder()
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth();
            builder = builder.tls_backend_preconfigured(bare);
        }
        let http = builder.build().map_err(|error| Error::Setup(innermost(&error)))?;
        Ok(Self { http, target, patience, clock, ids })
    }

    /// Whom it asks.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The same client with other patience.
    pub fn with_patience(&self, patience: Patience) -> Self {
        Self { patience, ..self.clone() }
    }

    /// A fresh key for a command or an event: 32 hexadecimal digits.
    pub fn fresh_key(&self) -> String {
        self.ids.uuid(self.clock.now()).simple().to_string()
    }

    /// The clock that it waits by.
    pub fn clock(&self) -> &SharedClock {
        &self.clock
    }

    /// Asks, again while it is safe and the patience lasts.
    ///
    /// # Errors
    /// That of the last attempt.
    pub async fn send(&self, request: &Request) -> Result<Answer, Error> {
        if self.target.is_pagerduty() && ours::is_ours(&request.path) {
            let path = request.path.split('?').next().unwrap_or_default().to_owned();
            return Err(Error::Foreign { path });
        }
        let started = self.clock.monotonic();
        let mut pause_max = PAUSE;
        loop {
            let left = self.patience.total.saturating_sub(self.clock.monotonic() - started);
            // Without a second attempt there is nothing to save the time for.
            let limit = if self.patience.total.is_zero() {
                self.patience.attempt
            } else {
                self.patience.attempt.min(left.max(PAUSE))
            };
            let error = match self.through_any_door(request, limit).await {
                Ok(answer) => return Ok(answer),
                Err(failure) if !failure.again => return Err(failure.error),
                Err(failure) => failure.error,
            };
            let asked = match &error {
                Error::Unavailable { retry_after, .. } => retry_after.unwrap_or_default(),
                _ => Duration::ZERO,
            };
            let pause = self.ids.jitter(pause_max).max(asked);
            if self.clock.monotonic() - started + pause >= self.patience.total {
                return Err(error);
            }
            self.clock.sleep(pause).await;
            pause_max = (pause_max * 2).min(PAUSE_MAX);
        }
    }

    async fn through_any_door(&self, request: &Request, limit: Duration) -> Result<Answer, Failure> {
        let mut last = None;
        for base in &self.target.urls {
            match self.through(base, request, limit).await {
                Err(failure) if failure.again => last = Some(failure),
                done => return done,
            }
        }
        Err(last.expect("a target has at least one URL"))
    }

    async fn through(&self, base: &Url, request: &Request, limit: Duration) -> Result<Answer, Failure> {
        let url = format!("{}{}", base.as_str().trim_end_matches('/'), request.path);
        let mut call = self
            .http
            .request(request.method.clone(), &url)
            .timeout(limit)
            .header(USER_AGENT, concat!("pd/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, "application/vnd.pagerduty+json;version=2");
        if !request.query.is_empty() {
            call = call.query(&request.query);
        }
        if let Some(token) = self.target.token.as_ref().filter(|_| request.with_token) {
            call = call.header(AUTHORIZATION, authorization(token.reveal(), self.target.is_pagerduty()));
        }
        if self.target.is_pagerduty() {
            // Whoever asks with a token of the account has to say in whose name.
            let from = self.target.from.as_ref().filter(|_| request.with_token);
            if let Some(from) = from.filter(|_| request.method != Method::GET) {
                call = call.header(FROM, from);
            }
        } else {
            if !request.ours.is_empty() {
                call = call.query(&request.ours);
            }
            if let Some(key) = &request.key {
                call = call.header("Idempotency-Key", key);
            }
        }
        if let Some(body) = &request.body {
            call = call.json(body);
        }
        let shown = base.as_str().trim_end_matches('/').to_owned();
        let unreachable = |error: &reqwest::Error| Failure {
            // A connection that was never made carried nothing.
            again: self.may_repeat(request) || error.is_connect(),
            error: Error::Unreachable { url: shown.clone(), reason: reason(error) },
        };
        let response = call.send().await.map_err(|error| unreachable(&error))?;
        let status = response.status();
        // The vendor says only the latter when it is asked too often.
        let seconds = |name: &str| response.headers().get(name)?.to_str().ok()?.trim().parse().ok();
        let asked_too_often = status == StatusCode::TOO_MANY_REQUESTS;
        let retry_after = seconds(RETRY_AFTER.as_str())
            .or_else(|| seconds("ratelimit-reset").filter(|_| asked_too_often))
            .map(Duration::from_secs);
        let body = read(response).await.map_err(|error| match error {
            Some(error) => unreachable(&error),
            None => Failure {
                again: false,
                error: Error::Garbled { url: shown.clone(), reason: "it is larger than 64 MiB".to_owned() },
            },
        })?;
        if status.is_success() {
            return Ok(Answer { status: status.as_u16(), body, url: shown });
        }
        let error = Error::from_answer((&shown, &request.path), status.as_u16(), retry_after, &body);
        Err(Failure { again: self.may_repeat(request) && error.is_away(), error })
    }

    /// Whether asking twice does no more than asking once: by a key only where the server heeds it.
    fn may_repeat(&self, request: &Request) -> bool {
        let by_key = request.key.is_some() && !matches!(request.method, Method::PUT | Method::DELETE);
        request.repeatable && !(by_key && self.target.is_pagerduty())
    }
}

/// What proves who asks. PagerDuty has two kinds of tokens, and tells them by the header; a key has 20 characters.
fn authorization(token: &str, pagerduty: bool) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-+/=".contains(c);
    let is_key = token.len() == 20 && token.chars().all(plain);
    if pagerduty && !is_key { format!("Bearer {token}") } else { format!("Token token={token}") }
}

/// An attempt that came to nothing, and whether another is worth it.
struct Failure {
    again: bool,
    error: Error,
}

/// The whole body; `None` as the error if it is too large.
async fn read(mut response: reqwest::Response) -> Result<Vec<u8>, Option<reqwest::Error>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Some)? {
        if body.len() + chunk.len() > ANSWER_MAX {
            return Err(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() { "no answer in time".to_owned() } else { innermost(error) }
}

/// The cause at the bottom of a chain, without the system's error number.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let text = cause.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::authorization;

    #[test]
    fn a_token_is_shown_as_its_server_wants_it() {
        let (key, other) = ("y_NbAkKc66ryYTWUXYEu", "pdus+_0XBPWQQ_abcdef-0123456789");
        assert_eq!(authorization(key, true), format!("Token token={key}"));
        assert_eq!(authorization(other, true), format!("Bearer {other}"));
        assert_eq!(authorization(other, false), format!("Token token={other}"));
    }
}
