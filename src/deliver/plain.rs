//! Plain HTTP requests to URLs of the configuration: who wrote those may reach whatever this machine can.

use std::time::Duration;

use reqwest::{Response, Url, redirect};
use serde::Serialize;

use crate::clock::{SharedClock, within};

/// Sends them.
#[derive(Debug)]
pub struct Plain {
    client: reqwest::Client,
    timeout: Duration,
    clock: SharedClock,
}

/// Why one did not succeed. It never shows the URL, which may hold a token.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connection, or what was said on it.
    #[error("{0}")]
    Http(String),
    /// It took too long.
    #[error("no answer within {} s", .0.as_secs())]
    TooSlow(Duration),
    /// The receiver does not want it.
    #[error("the receiver answered {0}")]
    Status(reqwest::StatusCode),
}

impl Plain {
    /// A client that gives each request so long.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new(timeout: Duration, clock: SharedClock) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("pd/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::limited(3))
            .connect_timeout(timeout)
            .pool_max_idle_per_host(1)
            .build()?;
        Ok(Self { client, timeout, clock })
    }

    /// Asks for a URL.
    ///
    /// # Errors
    /// When the answer is not a success, or does not come.
    pub async fn get(&self, url: Url) -> Result<(), Error> {
        self.done(self.client.get(url)).await
    }

    /// Posts JSON to a URL.
    ///
    /// # Errors
    /// When the answer is not a success, or does not come.
    pub async fn post(&self, url: Url, body: &impl Serialize) -> Result<(), Error> {
        let body = serde_json::to_vec(body).map_err(|error| Error::Http(error.to_string()))?;
        let json = (reqwest::header::CONTENT_TYPE, "application/json");
        self.done(self.client.post(url).header(json.0, json.1).body(body)).await
    }

    async fn done(&self, request: reqwest::RequestBuilder) -> Result<(), Error> {
        let answer = within(&*self.clock, self.timeout, request.send()).await;
        let answer: Response = answer
            .ok_or(Error::TooSlow(self.timeout))?
            .map_err(|error| Error::Http(causes(&error.without_url())))?;
        if answer.status().is_success() { Ok(()) } else { Err(Error::Status(answer.status())) }
    }
}

fn causes(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
