//! The stream without end: whenever a connection breaks, another is made, with back-off, and resumes by id.

use std::time::Duration;

use super::Stream;
use crate::client::error::Error;
use crate::client::http::Client;
use crate::domain::time::Timestamp;
use crate::wire::stream::{Change, Event};

/// The first pause before connecting again is at most this; each further one at most twice the one before.
const PAUSE: Duration = Duration::from_millis(500);
/// No pause is longer, unless the server asks for it.
const PAUSE_MAX: Duration = Duration::from_secs(20);

/// What one is told.
#[derive(Clone, Debug)]
pub enum Step {
    /// As it was sent. After [`Step::Away`] the first is a `hello`.
    Event(Event),
    /// There is no connection, and another will be tried.
    Away {
        /// Since when.
        since: Timestamp,
        /// What became of the latest.
        error: Error,
    },
}

/// Follows the stream of one server, whatever happens to connections.
#[derive(Debug)]
pub struct Follow {
    client: Client,
    stream: Option<Stream>,
    resume: Option<String>,
    began: Duration,
    /// Something was heard, ever.
    heard: bool,
    away_since: Option<Timestamp>,
    /// When another connection is tried.
    again_at: Option<Duration>,
    pause_max: Duration,
}

impl Follow {
    /// Follows what `client` asks. Nothing is sent yet.
    pub fn new(client: Client) -> Self {
        let began = client.clock().monotonic();
        Self {
            client,
            stream: None,
            resume: None,
            began,
            heard: false,
            away_since: None,
            again_at: None,
            pause_max: PAUSE,
        }
    }

    /// What comes next. It may be given up and asked again; nothing is lost by that.
    ///
    /// # Errors
    /// What does not get better by itself: a token that is not accepted, a server without a stream, an answer that makes
    /// no sense. And a server that cannot be reached in the beginning, once the client's patience is over.
    pub async fn next(&mut self) -> Result<Step, Error> {
        loop {
            if let Some(stream) = &mut self.stream {
                match stream.next().await {
                    Ok(event) => return Ok(Step::Event(self.noted(event))),
                    Err(error) if error.is_away() => {
                        self.stream = None;
                        return Ok(self.lost(error));
                    }
                    Err(error) => return Err(error),
                }
            }
            let clock = self.client.clock().clone();
            if let Some(at) = self.again_at {
                clock.sleep(at.saturating_sub(clock.monotonic())).await;
                self.again_at = None;
            }
            match Stream::open(&self.client, self.resume.as_deref()).await {
                Ok(stream) => self.stream = Some(stream),
                Err(error) if !error.is_away() => return Err(error),
                Err(error) if self.heard => return Ok(self.lost(error)),
                Err(error) => {
                    self.lost(error.clone());
                    let until = self.began + self.client.patience().total;
                    if self.again_at.is_none_or(|at| at >= until) {
                        return Err(error);
                    }
                }
            }
        }
    }

    fn noted(&mut self, event: Event) -> Event {
        self.heard = true;
        self.away_since = None;
        match &event.change {
            // What was seen before means nothing any more.
            Change::Hello(hello) if !hello.resumed => self.resume = None,
            // Not before: a server that accepts connections and then drops them is not to be asked without a pause.
            Change::Synced => self.pause_max = PAUSE,
            _ => {}
        }
        if event.id.is_some() {
            self.resume.clone_from(&event.id);
        }
        event
    }

    fn lost(&mut self, error: Error) -> Step {
        let asked = match &error {
            Error::Unavailable { retry_after, .. } => retry_after.unwrap_or_default(),
            _ => Duration::ZERO,
        };
        let pause = self.client.jitter(self.pause_max).max(asked);
        self.pause_max = (self.pause_max * 2).min(PAUSE_MAX);
        let clock = self.client.clock();
        self.again_at = Some(clock.monotonic() + pause);
        let since = *self.away_since.get_or_insert(clock.now());
        Step::Away { since, error }
    }
}
