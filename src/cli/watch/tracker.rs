//! What has happened to an incident, told by how it is now and how it was seen last. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::view::text;
use crate::domain::time::Timestamp;

/// What has happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Happened {
    Opened,
    Acknowledged,
    /// Again, after it was acknowledged or resolved.
    Triggered,
    Resolved,
}

impl Happened {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Acknowledged => "acknowledged",
            Self::Triggered => "triggered",
            Self::Resolved => "resolved",
        }
    }
}

/// How an incident was seen last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Status {
    /// Nobody is paged for the time being.
    Held,
    Triggered,
    Acknowledged,
}

/// The open incidents, as they were seen last.
#[derive(Debug, Default)]
pub(super) struct Tracker {
    known: BTreeMap<String, Status>,
    /// When this began. What was opened before is no news.
    began: Option<Timestamp>,
    /// Those of whom it is not known yet whether they are still open, while everything is told anew.
    doubtful: Option<BTreeSet<String>>,
    /// Everything was told once.
    synced: bool,
}

impl Tracker {
    /// Everything that is open is told anew.
    pub(super) fn fresh(&mut self, began: Timestamp) {
        self.began.get_or_insert(began);
        self.doubtful = Some(self.known.keys().cloned().collect());
    }

    /// Whether everything is told for the first time.
    pub(super) fn is_first(&self) -> bool {
        !self.synced
    }

    /// How many are open and not held.
    pub(super) fn open(&self) -> usize {
        self.known.values().filter(|status| **status != Status::Held).count()
    }

    /// Everything was told; which are not among what is open any more.
    pub(super) fn synced(&mut self) -> BTreeSet<String> {
        self.synced = true;
        self.doubtful.take().unwrap_or_default()
    }

    /// Takes in how an incident is now.
    pub(super) fn note(&mut self, incident: &Value) -> Vec<Happened> {
        let id = text(&incident["id"]);
        if let Some(doubtful) = &mut self.doubtful {
            doubtful.remove(id);
        }
        let known = self.known.get(id).copied();
        let status = match text(&incident["status"]) {
            "triggered" if incident["hold"].is_object() => Some(Status::Held),
            "triggered" => Some(Status::Triggered),
            "acknowledged" => Some(Status::Acknowledged),
            _ => None,
        };
        match status {
            Some(status) => _ = self.known.insert(id.to_owned(), status),
            None => _ = self.known.remove(id),
        }
        if !self.synced {
            return Vec::new();
        }
        use Happened::{Acknowledged, Opened, Resolved, Triggered};
        match (known, status) {
            (None | Some(Status::Held), Some(Status::Triggered)) => vec![Opened],
            (None | Some(Status::Held), Some(Status::Acknowledged)) => vec![Opened, Acknowledged],
            // It came and went between two looks.
            (None, None) if self.is_new(incident) => vec![Opened, Resolved],
            (None | Some(Status::Held), Some(Status::Held) | None) => Vec::new(),
            (Some(Status::Acknowledged), Some(Status::Triggered)) => vec![Triggered],
            (Some(Status::Triggered), Some(Status::Acknowledged)) => vec![Acknowledged],
            (Some(Status::Triggered | Status::Acknowledged), None) => vec![Resolved],
            (Some(Status::Triggered | Status::Acknowledged), Some(_)) => Vec::new(),
        }
    }

    fn is_new(&self, incident: &Value) -> bool {
        let created = Timestamp::parse(text(&incident["created_at"]));
        // Times of incidents have no fractions of seconds.
        let second = std::time::Duration::from_secs(1);
        created.is_some_and(|at| self.began.is_some_and(|began| began <= at.plus(second)))
            && !incident["hold"].is_object()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn incident(id: &str, status: &str, created_at: &str) -> Value {
        let hold = if status == "held" { json!({"type": "paused"}) } else { Value::Null };
        let status = if status == "held" { "triggered" } else { status };
        json!({"id": id, "status": status, "created_at": created_at, "hold": hold})
    }

    const BEFORE: &str = "2026-01-05T06:00:00Z";
    const AFTER: &str = "2026-01-05T08:00:00Z";

    fn tracker() -> Tracker {
        let mut tracker = Tracker::default();
        tracker.fresh(Timestamp::parse("2026-01-05T07:00:00Z").unwrap_or(Timestamp::EPOCH));
        for (id, status) in [("t", "triggered"), ("a", "acknowledged"), ("h", "held")] {
            assert!(tracker.is_first());
            assert_eq!(tracker.note(&incident(id, status, BEFORE)), []);
        }
        assert_eq!((tracker.open(), tracker.synced().len(), tracker.is_first()), (2, 0, false));
        tracker
    }

    #[test]
    fn tells_what_has_happened() {
        for (id, statuses, created_at, expected) in [
            (
                "n",
                vec!["triggered", "acknowledged", "triggered", "resolved"],
                AFTER,
                vec!["opened", "acknowledged", "triggered", "resolved"],
            ),
            ("n", vec!["triggered", "triggered"], AFTER, vec!["opened"]),
            ("n", vec!["acknowledged"], AFTER, vec!["opened", "acknowledged"]),
            ("n", vec!["resolved"], AFTER, vec!["opened", "resolved"]),
            ("n", vec!["held", "held", "resolved"], AFTER, vec![]),
            ("n", vec!["held", "triggered"], AFTER, vec!["opened"]),
            // A note on something that was over long ago.
            ("n", vec!["resolved"], BEFORE, vec![]),
            // It was reopened.
            ("n", vec!["triggered"], BEFORE, vec!["opened"]),
            ("t", vec!["triggered", "resolved", "triggered"], BEFORE, vec!["resolved", "opened"]),
            ("a", vec!["acknowledged", "resolved"], BEFORE, vec!["resolved"]),
            ("h", vec!["triggered", "held"], BEFORE, vec!["opened"]),
        ] {
            let mut tracker = tracker();
            let told: Vec<_> = statuses
                .iter()
                .flat_map(|status| tracker.note(&incident(id, status, created_at)))
                .map(Happened::as_str)
                .collect();
            assert_eq!(told, expected, "{id} {statuses:?}");
        }
    }

    #[test]
    fn what_happened_while_nobody_told_is_told_afterwards() {
        let mut tracker = tracker();
        tracker.fresh(Timestamp::EPOCH);
        assert_eq!(tracker.note(&incident("t", "acknowledged", BEFORE)), [Happened::Acknowledged]);
        assert_eq!(tracker.note(&incident("n", "triggered", AFTER)), [Happened::Opened]);
        assert_eq!(tracker.note(&incident("h", "held", BEFORE)), []);
        let doubtful: Vec<_> = tracker.synced().into_iter().collect();
        assert_eq!(doubtful, ["a"]);
        assert_eq!(tracker.note(&incident("a", "resolved", BEFORE)), [Happened::Resolved]);
    }
}
