//! `pd list --watch`: the list as it changes.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::Args;
use crate::cli::error::Exit;
use crate::cli::follow::{self, Changes, News};
use crate::cli::session::Session;
use crate::cli::view::{self, text};
use crate::cli::when;
use crate::client::{Client, Request, pages};
use crate::clock::within;
use crate::domain::time::Timestamp;

/// A list on a terminal is drawn anew at most so often, and at least so often, because of the times in it.
const DRAW_MIN: Duration = Duration::from_millis(200);
const DRAW_MAX: Duration = Duration::from_secs(15);

/// Which incidents are wanted, as far as they themselves tell.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    statuses: Vec<String>,
    urgency: Option<String>,
    /// Ids.
    pub(super) services: Vec<String>,
    held: bool,
    key: Option<String>,
    since: Option<Timestamp>,
    limit: usize,
}

impl Wanted {
    /// As the options say; the services are left to the caller, who finds their ids.
    pub(super) fn of(args: &Args, now: Timestamp) -> Self {
        let statuses = match (args.all, args.status.is_empty()) {
            (true, _) => vec!["triggered", "acknowledged", "resolved"],
            (false, true) => vec!["triggered", "acknowledged"],
            (false, false) => args.status.iter().map(String::as_str).collect(),
        };
        Self {
            statuses: statuses.into_iter().map(str::to_owned).collect(),
            urgency: args.urgency.clone(),
            services: Vec::new(),
            held: args.held,
            key: args.dedup_key.clone(),
            since: args.since.map(|since| since.at(now)),
            limit: args.limit as usize,
        }
    }

    fn takes(&self, incident: &Value) -> bool {
        let since = || Timestamp::parse(text(&incident["created_at"]));
        self.statuses.iter().any(|status| status == text(&incident["status"]))
            && self.held == incident["hold"].is_object()
            && self.urgency.as_deref().is_none_or(|urgency| urgency == text(&incident["urgency"]))
            && (self.services.is_empty()
                || self.services.iter().any(|id| id == text(&incident["service"]["id"])))
            && self.key.as_deref().is_none_or(|key| key == text(&incident["incident_key"]))
            && self.since.is_none_or(|wanted| since().is_some_and(|at| wanted <= at))
    }
}

/// What is on the list, the newest first.
#[derive(Debug, Default)]
struct List(BTreeMap<Reverse<u64>, Value>);

impl List {
    /// Takes in an incident as it is now; whether that changes the list. One that was on it by what only the server can
    /// tell (the key of a further alert) stays while nothing else speaks against it.
    fn note(&mut self, incident: Value, wanted: &Wanted) -> bool {
        let number = Reverse(incident["incident_number"].as_u64().unwrap_or_default());
        let keyless = Wanted { key: None, ..wanted.clone() };
        let known = self.0.get(&number);
        let takes = wanted.takes(&incident) || (known.is_some() && keyless.takes(&incident));
        match (takes, known) {
            (true, Some(known)) if *known == incident => false,
            (true, _) => {
                self.0.insert(number, incident);
                while self.0.len() > wanted.limit {
                    self.0.pop_last();
                }
                true
            }
            (false, known) => {
                let was = known.is_some();
                self.0.remove(&number);
                was
            }
        }
    }
}

/// Shows the list until Ctrl-C.
pub(super) async fn run(
    session: &mut Session,
    client: &Client,
    request: &Request,
    wanted: Wanted,
) -> anyhow::Result<Exit> {
    let mut changes = Changes::new(client, follow::Wanted { incidents: true, ..follow::Wanted::default() });
    let mut shown =
        Live { wanted, list: List::default(), lines: BTreeMap::new(), listed: false, footer: None };
    let clock = session.clock().clone();
    let screen = session.out.is_screen();
    // When the list changed after it was drawn.
    let mut stale_since: Option<Duration> = None;
    loop {
        let now = clock.monotonic();
        let left = stale_since.map_or(DRAW_MAX, |since| (since + DRAW_MIN).saturating_sub(now));
        if left.is_zero() {
            stale_since = None;
            shown.draw(session)?;
            continue;
        }
        let Some(news) = within(&*clock, left, changes.next()).await else {
            if screen && shown.listed {
                stale_since = None;
                shown.draw(session)?;
            }
            continue;
        };
        let changed = shown.take(session, client, request, news?).await?;
        if changed && screen {
            stale_since = stale_since.or(Some(now));
        }
    }
}

/// What is shown.
struct Live {
    wanted: Wanted,
    list: List,
    /// What was last printed of each incident, where it goes line by line.
    lines: BTreeMap<u64, String>,
    listed: bool,
    /// What is to be said of the connection.
    footer: Option<String>,
}

impl Live {
    /// Takes news in; whether a screen is to be drawn anew.
    async fn take(
        &mut self,
        session: &mut Session,
        client: &Client,
        request: &Request,
        news: News,
    ) -> anyhow::Result<bool> {
        match news {
            News::Fresh => self.listed = false,
            // Which of those that are resolved belong to the list, only the server knows.
            News::Synced if !self.listed => {
                let mut before = std::mem::take(&mut self.list);
                for incident in pages::list(client, request, "incidents", self.wanted.limit).await?.items {
                    let number = Reverse(incident["incident_number"].as_u64().unwrap_or_default());
                    if before.0.remove(&number).as_ref() != Some(&incident) {
                        self.print(session, &incident)?;
                    }
                    self.list.0.insert(number, incident);
                }
                self.listed = true;
                return Ok(true);
            }
            News::Incident(incident) if self.listed => {
                let changed = self.list.note(incident.clone(), &self.wanted);
                if changed {
                    self.print(session, &incident)?;
                }
                return Ok(changed);
            }
            News::Synced | News::Incident(_) | News::Entry(_) => {}
            news => {
                let words = news.words(session.now());
                if session.out.is_screen() {
                    self.footer = words.filter(|_| !matches!(news, News::Back { .. }));
                    return Ok(true);
                }
                words.inspect(|words| session.out.note(words));
            }
        }
        Ok(false)
    }

    /// Prints an incident where it goes line by line, unless people would see in its line what the one before said.
    fn print(&mut self, session: &mut Session, incident: &Value) -> anyhow::Result<()> {
        if session.out.is_screen() {
            return Ok(());
        }
        let number = incident["incident_number"].as_u64().unwrap_or_default();
        let now = session.now();
        if !session.out.is_whole() {
            let moment = session.out.moment(now);
            let cells = view::INCIDENTS.iter().map(|column| (column.cell)(incident, &moment).to_string());
            let line = cells.collect::<Vec<_>>().join("\t");
            if self.lines.get(&number) == Some(&line) {
                return Ok(());
            }
            self.lines.insert(number, line);
            while self.lines.len() > 4 * self.wanted.limit {
                self.lines.pop_first();
            }
        }
        session.out.line("incident", incident, &view::INCIDENTS, now)?;
        Ok(())
    }

    fn draw(&self, session: &mut Session) -> anyhow::Result<()> {
        let now = session.now();
        let items: Vec<Value> = self.list.0.values().cloned().collect();
        let count = match items.len() {
            0 => "no incidents".to_owned(),
            1 => "1 incident".to_owned(),
            count => format!("{count} incidents"),
        };
        let below = match &self.footer {
            Some(footer) => format!("{count}; {footer}"),
            None => format!("{count} at {}", when::clock(now, now)),
        };
        session.out.screen(&items, &view::INCIDENTS, &below, now)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wanted() -> Wanted {
        Wanted {
            statuses: vec!["triggered".to_owned(), "acknowledged".to_owned()],
            urgency: Some("high".to_owned()),
            services: vec!["PS".to_owned()],
            held: false,
            key: Some("k".to_owned()),
            since: Timestamp::parse("2026-01-05T07:00:00Z"),
            limit: 2,
        }
    }

    fn incident(number: u64) -> Value {
        json!({
            "incident_number": number, "status": "triggered", "urgency": "high", "service": {"id": "PS"},
            "incident_key": "k", "created_at": "2026-01-05T07:00:00Z", "hold": null,
        })
    }

    #[test]
    fn takes_what_the_server_would_list() {
        assert!(wanted().takes(&incident(1)));
        for (field, value) in [
            ("status", json!("resolved")),
            ("urgency", json!("low")),
            ("service", json!({"id": "PT"})),
            ("incident_key", json!("other")),
            ("created_at", json!("2026-01-05T06:59:59Z")),
            ("hold", json!({"type": "paused"})),
        ] {
            let mut other = incident(1);
            other[field] = value;
            assert!(!wanted().takes(&other), "{field}");
        }
        let any = Wanted { urgency: None, services: Vec::new(), key: None, since: None, ..wanted() };
        assert!(any.takes(&json!({"status": "acknowledged"})));
    }

    #[test]
    fn a_list_changes_when_it_looks_different() {
        let mut list = List::default();
        let mut note = |incident: Value| list.note(incident, &wanted());
        assert!(note(incident(1)));
        assert!(!note(incident(1)));
        let mut other_key = incident(1);
        other_key["incident_key"] = json!("later");
        assert!(note(other_key.clone()));
        other_key["incident_number"] = json!(9);
        assert!(!note(other_key));
        assert!(note(incident(2)) && note(incident(3)));
        let mut resolved = incident(3);
        resolved["status"] = json!("resolved");
        assert!(note(resolved.clone()) && !note(resolved));
        let numbers: Vec<u64> = list.0.keys().map(|number| number.0).collect();
        assert_eq!(numbers, [2]);
    }
}
