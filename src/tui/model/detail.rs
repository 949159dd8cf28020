//! Timelines, as far as they were asked for, and the incident that is shown whole.

use std::collections::{BTreeMap, VecDeque};

use super::data::LogLine;
use super::read::{items, text, time};
use crate::domain::time::Timestamp;
use serde_json::Value;

/// So many timelines are kept, the latest ones that were looked at.
const KEPT: usize = 64;
/// A timeline has at most so many lines; the latest are kept.
pub const LINES: usize = 500;

/// Something that is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Loaded<T> {
    Loading,
    Ready(T),
    Failed(String),
}

/// Timelines by the incident's number, oldest line first.
#[derive(Clone, Debug, Default)]
pub struct Timelines {
    known: BTreeMap<u64, Loaded<Vec<LogLine>>>,
    /// In the order in which they were asked for.
    order: VecDeque<u64>,
    /// What is asked for at present: one at a time.
    pub asking: Option<u64>,
    /// How many lines the pane is scrolled up from the end.
    pub scrolled: usize,
}

impl Timelines {
    pub fn get(&self, number: u64) -> Option<&Loaded<Vec<LogLine>>> {
        self.known.get(&number)
    }

    /// Remembers what came of asking.
    pub fn put(&mut self, number: u64, timeline: Loaded<Vec<LogLine>>) {
        if self.known.insert(number, timeline).is_none() {
            self.order.push_back(number);
            if self.order.len() > KEPT
                && let Some(oldest) = self.order.pop_front()
            {
                self.known.remove(&oldest);
            }
        }
    }

    /// Forgets what was known: it may have gone on meanwhile.
    pub fn forget(&mut self) {
        self.known.retain(|_, it| matches!(it, Loaded::Loading));
        self.order.retain(|number| self.known.contains_key(number));
    }

    /// Forgets one that could not be had.
    pub fn retry(&mut self, number: u64) {
        if matches!(self.known.get(&number), Some(Loaded::Failed(_))) {
            self.known.remove(&number);
            self.order.retain(|it| *it != number);
        }
    }

    /// A line is new, or says more than it did.
    pub fn add(&mut self, line: &LogLine) {
        let Some(Loaded::Ready(lines)) = line.number.and_then(|number| self.known.get_mut(&number)) else {
            return;
        };
        match lines.iter().rposition(|it| it.id == line.id) {
            Some(place) => lines[place] = line.clone(),
            None => {
                let place = lines.partition_point(|it| it.at <= line.at);
                lines.insert(place, line.clone());
                if lines.len() > LINES {
                    lines.remove(0);
                }
            }
        }
    }
}

/// An alert, as far as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alert {
    pub summary: String,
    pub key: String,
    pub severity: String,
    pub open: bool,
    pub events: u64,
    pub created_at: Option<Timestamp>,
    pub last_event_at: Option<Timestamp>,
    pub source: String,
    /// What the event said beside that, as `key: value`.
    pub details: Vec<(String, String)>,
}

/// So many details of an alert are shown.
const DETAILS: usize = 30;
/// Longer values of details are cut.
const VALUE: usize = 400;

impl Alert {
    pub fn read(it: &Value) -> Self {
        let body = &it["body"];
        let shown = |value: &Value| match value {
            Value::String(_) => text(value),
            other => crate::tui::text::clean(&other.to_string()),
        };
        let details = body["details"].as_object().into_iter().flatten().take(DETAILS);
        Self {
            summary: text(&it["summary"]),
            key: text(&it["alert_key"]),
            severity: text(&it["severity"]),
            open: it["status"] != "resolved",
            events: it["events"].as_u64().unwrap_or(1),
            created_at: time(&it["created_at"]),
            last_event_at: time(&it["last_event_at"]),
            source: text(&body["cef_details"]["source_origin"]),
            details: details
                .map(|(key, value)| {
                    (crate::tui::text::clean(key), shown(value).chars().take(VALUE).collect())
                })
                .collect(),
        }
    }

    /// All of an answer's.
    pub fn read_all(answer: &Value) -> Vec<Self> {
        items(answer).map(Self::read).collect()
    }
}

/// The incident that is shown whole.
#[derive(Clone, Debug)]
pub struct Detail {
    pub number: u64,
    pub offset: usize,
    /// Whether the end is looked at: it stays in sight when lines are added.
    pub at_end: bool,
    pub alerts: Loaded<Vec<Alert>>,
}
