//! News of a server that has no stream: it is asked at a constant pace, and what is other than it was is news.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde_json::Value;

use super::super::view::text;
use super::{EVERY, News, Seen, Wanted};
use crate::client::{Client, Error, Request, pages};
use crate::domain::time::Timestamp;

/// How many open incidents, and how many new lines of timelines, are looked at in one round.
const INCIDENTS: usize = 1_000;
const ENTRIES: usize = 500;
/// Of how many incidents that are not open any more it is asked what became of them, in one round.
const ENDED: usize = 50;

/// A server that is asked again and again.
#[derive(Debug)]
pub(super) struct Poll {
    wanted: Wanted,
    /// The open incidents, by id; or the one that is wanted.
    known: BTreeMap<String, Value>,
    seen: Seen,
    /// When the newest line was written that was seen.
    since: Option<String>,
    begun: bool,
    away: Option<Timestamp>,
    again_at: Option<Duration>,
    ready: VecDeque<News>,
}

impl Poll {
    pub(super) fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            known: BTreeMap::new(),
            seen: Seen::default(),
            since: None,
            begun: false,
            away: None,
            again_at: None,
            ready: VecDeque::new(),
        }
    }

    pub(super) async fn next(&mut self, client: &Client) -> Result<News, Error> {
        let clock = client.clock().clone();
        loop {
            if let Some(news) = self.ready.pop_front() {
                return Ok(news);
            }
            if let Some(at) = self.again_at {
                clock.sleep(at.saturating_sub(clock.monotonic())).await;
            }
            self.again_at = Some(clock.monotonic() + EVERY);
            match self.round(client).await {
                Ok(()) => {
                    if let Some(since) = self.away.take() {
                        self.ready.push_front(News::Back { since });
                    }
                }
                Err(error) if !error.is_away() || !self.begun => return Err(error),
                Err(error) if self.away.is_none() => {
                    let since = clock.now();
                    self.away = Some(since);
                    self.ready.push_back(News::Away { since, reason: error.to_string() });
                }
                Err(_) => {}
            }
        }
    }

    /// Asks for everything once.
    async fn round(&mut self, client: &Client) -> Result<(), Error> {
        if !self.begun {
            self.ready.push_back(News::Fresh);
        }
        if self.wanted.incidents {
            self.incidents(client).await?;
        }
        if self.wanted.entries {
            self.entries(client).await?;
        }
        if !std::mem::replace(&mut self.begun, true) {
            self.ready.push_back(News::Synced);
        }
        Ok(())
    }

    async fn incidents(&mut self, client: &Client) -> Result<(), Error> {
        if let Some(id) = self.wanted.of.clone() {
            let incident = get(client, &id).await?;
            self.note(id, incident);
            return Ok(());
        }
        let request = Request::get("/incidents")
            .with("statuses[]", "triggered")
            .with("statuses[]", "acknowledged")
            .with("date_range", "all")
            .with("sort_by", "incident_number:desc");
        let listed = pages::list(client, &request, "incidents", INCIDENTS).await?.items;
        let mut gone: BTreeMap<String, ()> = self.known.keys().map(|id| (id.clone(), ())).collect();
        for incident in listed {
            let id = text(&incident["id"]).to_owned();
            gone.remove(&id);
            self.note(id, incident);
        }
        for id in gone.into_keys().take(ENDED) {
            match get(client, &id).await {
                Ok(incident) if incident["status"] == "resolved" => {
                    self.known.remove(&id);
                    self.ready.push_back(News::Incident(incident));
                }
                Ok(incident) => self.note(id, incident),
                Err(Error::NotFound { .. }) => _ = self.known.remove(&id),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn note(&mut self, id: String, incident: Value) {
        if self.known.get(&id) != Some(&incident) {
            self.known.insert(id, incident.clone());
            self.ready.push_back(News::Incident(incident));
        }
    }

    /// The first round only finds out where to begin: what was before is for the command to ask.
    async fn entries(&mut self, client: &Client) -> Result<(), Error> {
        let path = match &self.wanted.of {
            Some(id) => format!("/incidents/{id}/log_entries"),
            None => "/log_entries".to_owned(),
        };
        let mut request = Request::get(path);
        if let Some(since) = &self.since {
            request = request.with("since", since);
        }
        let most = if self.begun { ENTRIES } else { 100 };
        let listed = pages::list(client, &request, "log_entries", most).await?.items;
        for entry in listed.into_iter().rev() {
            if self.since.as_deref().is_none_or(|since| since < text(&entry["created_at"])) {
                self.since = Some(text(&entry["created_at"]).to_owned());
            }
            if self.seen.add(text(&entry["id"])) && self.begun {
                self.ready.push_back(News::Entry(entry));
            }
        }
        if self.since.is_none() {
            self.since = Some(client.clock().now().to_iso());
        }
        Ok(())
    }
}

async fn get(client: &Client, id: &str) -> Result<Value, Error> {
    let answer = client.send(&Request::get(format!("/incidents/{id}"))).await?;
    let mut body: Value = answer.json()?;
    Ok(body["incident"].take())
}
