//! Webhooks: a POST in PagerDuty's V3 form, signed, to a URL that a user gave.
//!
//! The receiver can tell repetitions by `X-Webhook-Id`, so that nothing is ever `Unknown` here: whatever was not
//! answered may be sent again.

mod addresses;
mod event;
mod resolver;
mod signature;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, StatusCode, Url, redirect};
use url::Host;

use self::addresses::{Reach, Refused};
use self::resolver::Resolver;
use super::text;
use crate::clock::{SharedClock, within};
use crate::config::Cidr;
use crate::domain::user::Channel;
use crate::notify::transport::{Message, Outcome, Transport};

/// The header that names the message; the same on each attempt.
const ID_HEADER: &str = "x-webhook-id";
/// How much of an answer is read, so that its connection can be used again.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// How long the rest of an answer is waited for: what it means is known by then.
const ANSWER_REST_MAX: Duration = Duration::from_millis(250);
/// How many unused connections are kept per receiver, and for how long.
const IDLE_CONNECTIONS_MAX: usize = 64;
const IDLE_TIME: Duration = Duration::from_secs(30);
/// The longest pause that a receiver may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3600);

/// How webhooks are sent.
#[derive(Clone, Debug)]
pub struct WebhookConfig {
    /// Which addresses other than public ones may be reached.
    pub allow: Vec<Cidr>,
    /// How long one attempt may take, connecting included.
    pub timeout: Duration,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self { allow: Vec::new(), timeout: Duration::from_secs(5) }
    }
}

/// Why webhooks cannot be sent at all.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for webhooks cannot be made: {0}")]
pub struct Error(#[from] reqwest::Error);

/// The webhook channel.
#[derive(Debug)]
pub struct Webhook {
    client: reqwest::Client,
    reach: Arc<Reach>,
    timeout: Duration,
    clock: SharedClock,
}

impl Webhook {
    /// The channel, not connected to anything yet.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new(config: WebhookConfig, clock: SharedClock) -> Result<Self, Error> {
        let reach = Arc::new(Reach::new(config.allow));
        let client = reqwest::Client::builder()
            .user_agent(concat!("pd/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Resolver::new(reach.clone())))
            // A proxy would connect on our behalf, to addresses that it resolves itself.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .http1_only()
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            .pool_idle_timeout(IDLE_TIME)
            .connect_timeout(config.timeout)
            .build()?;
        Ok(Self { client, reach, timeout: config.timeout, clock })
    }

    async fn attempt(&self, message: &Message) -> Outcome {
        let [about] = message.about.as_slice() else {
            return permanent("a webhook carries exactly one incident, this message several");
        };
        let url = match self.target(&message.address) {
            Ok(url) => url,
            Err(reason) => return permanent(&reason),
        };
        let body = match serde_json::to_vec(&event::body(message, about)) {
            Ok(body) => body,
            Err(error) => return permanent(&format!("the body cannot be written: {error}")),
        };
        let mut request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(ID_HEADER, event::id(message, about));
        if let Some(secret) = &message.secret {
            request = request.header(signature::HEADER, signature::sign(secret, &body));
        }
        let clock = self.clock.as_ref();
        match within(clock, self.timeout, request.body(body).send()).await {
            Some(Ok(response)) => {
                let outcome = judge(&response);
                within(clock, ANSWER_REST_MAX, drain(response)).await;
                outcome
            }
            Some(Err(error)) => failed(error, &message.address),
            None => retry(None, &format!("no answer within {} ms", self.timeout.as_millis())),
        }
    }

    /// The URL, if it is one that may be posted to. A name is judged when it is resolved.
    fn target(&self, address: &str) -> Result<Url, String> {
        let url: Url = address.trim().parse().map_err(|error| format!("the URL is not one: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("the URL's scheme is `{}`: expected https or http", url.scheme()));
        }
        let checked = match url.host() {
            Some(Host::Ipv4(address)) => self.reach.check(address.into()),
            Some(Host::Ipv6(address)) => self.reach.check(address.into()),
            Some(Host::Domain(_)) | None => Ok(()),
        };
        checked.map_err(refused)?;
        Ok(url)
    }
}

#[async_trait]
impl Transport for Webhook {
    fn channel(&self) -> Channel {
        Channel::Webhook
    }

    fn timeout(&self) -> Duration {
        self.timeout + ANSWER_REST_MAX
    }

    async fn send(&self, message: &Message) -> Outcome {
        self.attempt(message).await
    }
}

/// What an answer means.
fn judge(response: &Response) -> Outcome {
    let status = response.status();
    let said = format!("the receiver answered {status}");
    match status {
        status if status.is_success() => Outcome::Sent { receipt: status.to_string().into() },
        status if status.is_redirection() => permanent(&format!("{said}: redirects are not followed")),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            retry(wish(response), &said)
        }
        status if status.is_client_error() => permanent(&said),
        _ => retry(wish(response), &said),
    }
}

/// The pause that the receiver asks for, if it says so in seconds.
fn wish(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

/// Reads an answer to its end, if that is not far: a connection whose answer was not read is closed.
async fn drain(mut response: Response) {
    let mut read = 0;
    while read <= ANSWER_BYTES_MAX
        && let Ok(Some(chunk)) = response.chunk().await
    {
        read += chunk.len();
    }
}

fn failed(error: reqwest::Error, address: &str) -> Outcome {
    if let Some(refusal) = resolver::refusal(&error) {
        return permanent(&refused(refusal));
    }
    // A URL may carry a password or a token: it is contact data.
    let error = error.without_url();
    let permanently = error.is_builder();
    let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    let said = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    let reason = text::reason(&said, address);
    if permanently { Outcome::Permanent { reason } } else { Outcome::Retry { after: None, reason } }
}

fn refused(refused: Refused) -> String {
    format!("not sent: {refused}")
}

fn permanent(reason: &str) -> Outcome {
    Outcome::Permanent { reason: reason.into() }
}

fn retry(after: Option<Duration>, reason: &str) -> Outcome {
    Outcome::Retry { after, reason: reason.into() }
}
