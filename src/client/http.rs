//! One request: through the first door that answers, again while that is safe and the time lasts.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::error::Error;
use super::target::Target;
use crate::clock::{SharedClock, within};
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

    /// How long it waits.
    pub fn patience(&self) -> Patience {
        self.patience
    }

    /// A pause of at most `limit`, each as likely as any other.
    pub(super) fn jitter(&self, limit: Duration) -> Duration {
        self.ids.jitter(limit)
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

    /// Opens an answer that does not end, of server-sent events, through the first door that answers; asks each once.
    ///
    /// # Errors
    /// That of the last door.
    pub(super) async fn connect(&self, path: &str, last_event_id: Option<&str>) -> Result<Connection, Error> {
        let mut last = None;
        for base in &self.target.urls {
            match self.connect_through(base, path, last_event_id).await {
                Err(error) if error.is_away() => last = Some(error),
                done => return done,
            }
        }
        Err(last.expect("a target has at least one URL"))
    }

    async fn connect_through(
        &self,
        base: &Url,
        path: &str,
        last_event_id: Option<&str>,
    ) -> Result<Connection, Error> {
        let mut call = self.call(base, Method::GET, path, true).header(ACCEPT, "text/event-stream");
        if let Some(id) = last_event_id {
            call = call.header("Last-Event-ID", id);
        }
        let url = base.as_str().trim_end_matches('/').to_owned();
        let unreachable = |reason| Error::Unreachable { url: url.clone(), reason };
        let late = || unreachable("no answer in time".to_owned());
        // The answer has no end, so the time-out is not the request's.
        let begun = within(&*self.clock, self.patience.attempt, call.send()).await.ok_or_else(late)?;
        let response = begun.map_err(|error| unreachable(reason(&error)))?;
        if response.status().is_success() {
            let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
            if kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
                return Ok(Connection { response, url });
            }
            let reason = "it is no stream of events".to_owned();
            return Err(Error::Garbled { url, reason });
        }
        let (status, retry_after) = (response.status().as_u16(), retry_after(&response));
        let body = within(&*self.clock, self.patience.attempt, read(response)).await.ok_or_else(late)?;
        Err(Error::from_answer(&url, status, retry_after, &body.unwrap_or_default()))
    }

    fn call(&self, base: &Url, method: Method, path: &str, with_token: bool) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", base.as_str().trim_end_matches('/'));
        let call =
            self.http.request(method, &url).header(USER_AGENT, concat!("pd/", env!("CARGO_PKG_VERSION")));
        match self.target.token.as_ref().filter(|_| with_token) {
            Some(token) => call.header(AUTHORIZATION, format!("Token token={}", token.reveal())),
            None => call,
        }
    }

    async fn through(&self, base: &Url, request: &Request, limit: Duration) -> Result<Answer, Failure> {
        let mut call = self
            .call(base, request.method.clone(), &request.path, request.with_token)
            .timeout(limit)
            .header(ACCEPT, "application/vnd.pagerduty+json;version=2");
        if !request.query.is_empty() {
            call = call.query(&request.query);
        }
        if let Some(key) = &request.key {
            call = call.header("Idempotency-Key", key);
        }
        if let Some(body) = &request.body {
            call = call.json(body);
        }
        let shown = base.as_str().trim_end_matches('/').to_owned();
        let unreachable = |error: &reqwest::Error| Failure {
            // A connection that was never made carried nothing.
            again: request.repeatable || error.is_connect(),
            error: Error::Unreachable { url: shown.clone(), reason: reason(error) },
        };
        let response = call.send().await.map_err(|error| unreachable(&error))?;
        let status = response.status();
        let retry_after = retry_after(&response);
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
        let error = Error::from_answer(&shown, status.as_u16(), retry_after, &body);
        Err(Failure { again: request.repeatable && error.is_away(), error })
    }
}

/// An attempt that came to nothing, and whether another is worth it.
struct Failure {
    again: bool,
    error: Error,
}

/// An answer that does not end.
#[derive(Debug)]
pub(super) struct Connection {
    response: reqwest::Response,
    url: String,
}

impl Connection {
    /// The next bytes, at least one.
    ///
    /// # Errors
    /// When it has ended after all.
    pub(super) async fn chunk(&mut self) -> Result<Bytes, Error> {
        let ended = |reason| Error::Unreachable { url: self.url.clone(), reason };
        match self.response.chunk().await {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(ended("the server ended the connection".to_owned())),
            // What of its framing was cut tells nobody anything.
            Err(_) => Err(ended("the connection broke off".to_owned())),
        }
    }

    /// The door.
    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

/// When it wants to be asked again.
fn retry_after(response: &reqwest::Response) -> Option<Duration> {
    let seconds = |name: &str| response.headers().get(name)?.to_str().ok()?.trim().parse().ok();
    // The vendor says only the latter when it is asked too often.
    let asked_too_often = response.status() == StatusCode::TOO_MANY_REQUESTS;
    seconds(RETRY_AFTER.as_str())
        .or_else(|| seconds("ratelimit-reset").filter(|_| asked_too_often))
        .map(Duration::from_secs)
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
