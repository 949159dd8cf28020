//! What changes on the server, for the commands that follow it: by its stream, or by asking again and again where there is
//! none.

mod poll;
mod seen;

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::Value;

use self::poll::Poll;
pub(super) use self::seen::Seen;
use super::output::{Cell, Moment, escape};
use super::view::text;
use super::when;
use crate::client::stream::{Follow, Step};
use crate::client::{Client, Error};
use crate::domain::time::Timestamp;
use crate::wire::stream::Change;

/// How often a server without a stream is asked.
pub(super) const EVERY: Duration = Duration::from_secs(5);

/// What is wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// Incidents.
    pub(super) incidents: bool,
    /// Lines of timelines.
    pub(super) entries: bool,
    /// Only of the incident with this id.
    pub(super) of: Option<String>,
}

/// What is told.
#[derive(Debug)]
pub(super) enum News {
    /// Everything that is open follows as it is now, up to [`News::Synced`]: in the beginning, and whenever what was missed
    /// cannot be told one by one.
    Fresh,
    /// Everything that was to be known is known.
    Synced,
    /// An incident, as it is now.
    Incident(Value),
    /// A line of a timeline.
    Entry(Value),
    /// The server is away.
    Away { since: Timestamp, reason: String },
    /// It is back.
    Back { since: Timestamp },
    /// It has no stream.
    Polling,
}

impl News {
    /// What people are told of it; `None`: it is no news of the connection.
    pub(super) fn words(&self, now: Timestamp) -> Option<String> {
        match self {
            Self::Away { since, reason } => {
                Some(format!("offline since {}: {}; trying again", when::clock(*since, now), escape(reason)))
            }
            Self::Back { since } => Some(format!("online again after {} s", now.since(*since).as_secs())),
            Self::Polling => {
                Some(format!("this server has no stream: it is asked every {} seconds", EVERY.as_secs()))
            }
            Self::Fresh | Self::Synced | Self::Incident(_) | Self::Entry(_) => None,
        }
    }
}

/// Where news come from.
#[derive(Debug)]
enum Source {
    Stream(Box<Follow>),
    Poll(Box<Poll>),
}

/// News, one after the other.
#[derive(Debug)]
pub(super) struct Changes {
    client: Client,
    wanted: Wanted,
    source: Source,
    away: Option<Timestamp>,
    ready: VecDeque<News>,
    /// When the server began to tell, by its clock.
    began: Option<Timestamp>,
}

impl Changes {
    /// What `client`'s server tells. Nothing is asked yet.
    pub(super) fn new(client: &Client, wanted: Wanted) -> Self {
        let source = Source::Stream(Box::new(Follow::new(client.clone())));
        Self { client: client.clone(), wanted, source, away: None, ready: VecDeque::new(), began: None }
    }

    /// When the server began to tell, by its own clock if it says.
    pub(super) fn began(&self) -> Timestamp {
        self.began.unwrap_or_else(|| self.client.clock().now())
    }

    /// What comes next. It may be given up and asked again; nothing is lost by that.
    pub(super) async fn next(&mut self) -> Result<News, Error> {
        loop {
            if let Some(news) = self.ready.pop_front() {
                return Ok(news);
            }
            let follow = match &mut self.source {
                Source::Stream(follow) => follow,
                Source::Poll(poll) => return poll.next(&self.client).await,
            };
            match follow.next().await {
                Ok(Step::Event(event)) => self.sort(event.change),
                Ok(Step::Away { since, error }) => {
                    if self.away.replace(since).is_none() {
                        return Ok(News::Away { since, reason: error.to_string() });
                    }
                }
                Err(Error::NotFound { .. }) if self.began.is_none() => {
                    self.began = Some(self.client.clock().now());
                    self.source = Source::Poll(Box::new(Poll::new(self.wanted.clone())));
                    return Ok(News::Polling);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn sort(&mut self, change: Change) {
        let is_wanted = |id: &Value| self.wanted.of.as_ref().is_none_or(|wanted| text(id) == wanted);
        let news = match change {
            Change::Hello(hello) => {
                self.began = self.began.or_else(|| Timestamp::parse(&hello.at));
                self.ready.extend(self.away.take().map(|since| News::Back { since }));
                (!hello.resumed).then_some(News::Fresh)
            }
            Change::Synced => Some(News::Synced),
            Change::Incident(mut body) => Some(body["incident"].take())
                .filter(|incident| self.wanted.incidents && is_wanted(&incident["id"]))
                .map(News::Incident),
            Change::LogEntry(mut body) => Some(body["log_entry"].take())
                .filter(|entry| self.wanted.entries && is_wanted(&entry["incident"]["id"]))
                .map(News::Entry),
            Change::IncidentGone(_)
            | Change::Oncalls(_)
            | Change::Services(_)
            | Change::Status(_)
            | Change::Traffic(_)
            | Change::Other(_) => None,
        };
        self.ready.extend(news);
    }
}

/// When something was, for a line among others: by the clock on the wall for people, exact for programs.
pub(super) fn at(value: &Value, moment: &Moment) -> Cell {
    match Timestamp::parse(text(value)) {
        Some(at) if moment.relative => Cell::new(when::clock(at, moment.now)),
        _ => Cell::new(text(value)),
    }
}
