//! What the server said: all of it bounded, all of it cleaned.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use super::heat::Heats;
use super::incident::Incident;
use super::read::{Named, items, some, text, time};
use crate::domain::time::Timestamp;
use crate::wire::status::Status;
use crate::wire::stream::Hello;

/// So many incidents are known at most; of more, the oldest are left out.
pub const INCIDENTS_MAX: usize = 50_000;
/// So many of those that were resolved are kept.
pub const RESOLVED_MAX: usize = 500;
/// So many log entries of all incidents are kept.
pub const LOG_MAX: usize = 1000;
/// So many services, and so many people on call, are known at most.
pub const LISTED_MAX: usize = 2000;
/// The minutes that traffic is told of.
pub const MINUTES: usize = 60;

/// What the server said.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// What the connection began with.
    pub hello: Option<Hello>,
    /// When anything came last.
    pub as_of: Option<Timestamp>,
    /// By number.
    pub incidents: BTreeMap<u64, Incident>,
    /// How many of them are open, by status.
    pub counts: Counts,
    /// The same for each service.
    pub heats: Heats,
    /// Those that are resolved, in the order in which that became known.
    pub resolved: VecDeque<u64>,
    pub oncalls: Vec<Oncall>,
    pub services: Vec<Service>,
    pub status: Option<Status>,
    /// Events taken in each of the last minutes, the newest last.
    pub traffic: Vec<u64>,
    /// The newest last.
    pub log: VecDeque<LogLine>,
    /// Whether all of it was sent once.
    pub synced: bool,
    /// What was sent again since a connection that began anew; none: it did not.
    pub seen_anew: Option<std::collections::BTreeSet<u64>>,
}

/// How many incidents are open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    pub triggered: usize,
    /// Snoozed ones too.
    pub acknowledged: usize,
    pub held: usize,
}

/// A user is on call at a level of a policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Oncall {
    pub policy: Named,
    pub level: u64,
    pub schedule: Option<Named>,
    pub user: Named,
    /// None: since ever, and for ever.
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
}

impl Oncall {
    /// Of `{"oncalls": […]}`.
    pub fn read_all(value: &Value) -> Vec<Self> {
        let one = |it: &Value| Self {
            policy: Named::of(&it["escalation_policy"]),
            level: it["escalation_level"].as_u64().unwrap_or(1),
            schedule: Named::some(&it["schedule"]),
            user: Named::of(&it["user"]),
            start: time(&it["start"]),
            end: time(&it["end"]),
        };
        let mut all: Vec<_> = items(&value["oncalls"]).take(LISTED_MAX).map(one).collect();
        all.sort_by(|a, b| {
            (&a.policy.name, a.level, &a.user.name).cmp(&(&b.policy.name, b.level, &b.user.name))
        });
        all
    }
}

/// A service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Service {
    pub id: String,
    pub name: String,
    /// `active`, `warning`, `critical`, `disabled`, `maintenance`.
    pub status: String,
    pub policy: Named,
    pub teams: Vec<Named>,
    pub last_incident_at: Option<Timestamp>,
}

impl Service {
    /// Of `{"services": […]}`.
    pub fn read_all(value: &Value) -> Vec<Self> {
        let one = |it: &Value| Self {
            id: text(&it["id"]),
            name: some(&it["name"]).unwrap_or_else(|| text(&it["summary"])),
            status: text(&it["status"]),
            policy: Named::of(&it["escalation_policy"]),
            teams: items(&it["teams"]).take(20).map(Named::of).collect(),
            last_incident_at: time(&it["last_incident_timestamp"]),
        };
        let mut all: Vec<_> = items(&value["services"]).take(LISTED_MAX).map(one).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }
}

/// A line of a timeline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogLine {
    pub id: String,
    pub at: Timestamp,
    /// `trigger`, `notify`, `acknowledge`, …
    pub kind: String,
    /// In words.
    pub summary: String,
    pub agent: Named,
    pub note: Option<String>,
    /// The incident, if it was said.
    pub number: Option<u64>,
    pub incident: Named,
    pub service: Named,
    /// What came of a message.
    pub notification: Option<Notification>,
    /// Of how many it stands for, and when the last one was.
    pub repeats: Option<(u64, Option<Timestamp>)>,
}

/// What came of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notification {
    /// `email`, `webhook`, …
    pub kind: String,
    /// `success`, `failed`, `unknown`, `cancelled`.
    pub status: String,
    pub detail: Option<String>,
    pub user: Named,
}

impl LogLine {
    /// Of `{"log_entry": …}` or of what is in it; none without an id and a time.
    pub fn read(value: &Value) -> Option<Self> {
        let it = value.get("log_entry").unwrap_or(value);
        let sent = &it["channel"]["notification"];
        let incident = Named::of(&it["incident"]);
        let number = it["incident"]["incident_number"].as_u64().or_else(|| numbered(&incident.name));
        Some(Self {
            id: some(&it["id"])?,
            at: time(&it["created_at"])?,
            kind: text(&it["type"]).trim_end_matches("_log_entry").to_owned(),
            summary: text(&it["summary"]),
            agent: Named::of(&it["agent"]),
            note: some(&it["note"]),
            number,
            incident,
            service: Named::of(&it["service"]),
            notification: sent.is_object().then(|| Notification {
                kind: text(&sent["type"]),
                status: text(&sent["status"]),
                detail: some(&sent["detail"]),
                user: Named::of(&it["user"]),
            }),
            repeats: it["repeats"]["count"].as_u64().map(|count| (count, time(&it["repeats"]["last_at"]))),
        })
    }

    /// What happened, with the note and how often.
    pub fn words(&self) -> String {
        let mut words =
            if self.summary.is_empty() { self.kind.replace('_', " ") } else { self.summary.clone() };
        if let Some(note) = self.note.as_ref().filter(|note| !words.contains(note.as_str())) {
            words = format!("{words}: {note}");
        }
        if let Some((count, _)) = self.repeats {
            words = format!("{words} ({count} times)");
        }
        words
    }
}

/// The number in `[#12] disk full`.
fn numbered(summary: &str) -> Option<u64> {
    summary.strip_prefix("[#")?.split(']').next()?.parse().ok()
}

impl Data {
    /// The id of whoever asks.
    pub fn me(&self) -> Option<&str> {
        self.hello.as_ref()?.user.as_ref()?["id"].as_str()
    }

    /// Counts an incident, or no more.
    pub fn count(&mut self, incident: &Incident, by: isize) {
        use super::incident::Status;
        self.heats.count(incident, by);
        let counter = match incident.status {
            Status::Triggered => &mut self.counts.triggered,
            Status::Acknowledged | Status::Snoozed => &mut self.counts.acknowledged,
            Status::Held => &mut self.counts.held,
            Status::Resolved => return,
        };
        *counter = counter.saturating_add_signed(by);
    }
}
