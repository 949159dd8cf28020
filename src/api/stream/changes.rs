//! What lies between two states, as far as the stream tells it. Pure.

use std::collections::BTreeSet;

use imbl::ordmap::DiffItem;

use crate::domain::id::IncidentNumber;
use crate::domain::incident::{Happening, Incident};
use crate::domain::incidents::state::State;
use crate::domain::time::Timestamp;

/// What has changed: names, not contents, since only the newest content is ever sent.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Changes {
    /// Incidents that are new or other than they were.
    pub(super) incidents: BTreeSet<IncidentNumber>,
    /// Those that are in the archive now.
    pub(super) gone: BTreeSet<IncidentNumber>,
    /// Lines of timelines that are new or other than they were, in order of happening.
    pub(super) entries: BTreeSet<(Timestamp, IncidentNumber, u32)>,
    /// Services, or how many open incidents they have.
    pub(super) services: bool,
    /// What decides who is on call.
    pub(super) oncalls: bool,
    /// How many events came.
    pub(super) events: u64,
}

impl Changes {
    /// What makes `new` of `old`.
    pub(super) fn between(old: &State, new: &State) -> Self {
        let mut changes = Self {
            services: !old.services.ptr_eq(&new.services)
                || !old.open_counts.ptr_eq(&new.open_counts)
                || !old.windows.ptr_eq(&new.windows),
            oncalls: !old.policies.ptr_eq(&new.policies)
                || !old.schedules.ptr_eq(&new.schedules)
                || !old.users.ptr_eq(&new.users)
                || !old.calendars.ptr_eq(&new.calendars),
            ..Self::default()
        };
        // An alert that a merge moves away leaves one incident and comes to another: only the sum tells what is new.
        let mut grown = Grown::default();
        for item in old.incidents.diff(&new.incidents) {
            match item {
                DiffItem::Add(_, new) => {
                    grown.add(None, new);
                    changes.incident(None, new);
                }
                DiffItem::Update { old: (_, old), new: (_, new) } => {
                    grown.add(Some(old), new);
                    changes.incident(Some(old), new);
                }
                DiffItem::Remove(number, _) => {
                    changes.gone.insert(*number);
                }
            }
        }
        // Before the installation was founded, or before its state was read, nothing is known that could have grown.
        if old.account.is_some() {
            let dropped = new.dropped_total.saturating_sub(old.dropped_total);
            changes.events = grown.total().saturating_add(dropped);
        }
        changes
    }

    fn incident(&mut self, old: Option<&Incident>, new: &Incident) {
        self.incidents.insert(new.number);
        let mut before = old.into_iter().flat_map(Incident::log_entries).peekable();
        for (index, entry) in new.log_entries() {
            while before.next_if(|(earlier, _)| *earlier < index).is_some() {}
            let known = before.next_if(|(same, known)| *same == index && *known == entry).is_some();
            // What was left out of a timeline is nothing that happened.
            if !known && !matches!(entry.what, Happening::Omitted { .. }) {
                self.entries.insert((entry.at, new.number, index));
            }
        }
    }

    /// With what has changed after that.
    pub(super) fn then(&mut self, later: &Self) {
        self.incidents.extend(&later.incidents);
        self.gone.extend(&later.gone);
        self.incidents.retain(|number| !later.gone.contains(number));
        self.gone.retain(|number| !later.incidents.contains(number));
        self.entries.extend(&later.entries);
        self.services |= later.services;
        self.oncalls |= later.oncalls;
        self.events = self.events.saturating_add(later.events);
    }

    /// How many things it names.
    pub(super) fn len(&self) -> usize {
        self.incidents.len() + self.gone.len() + self.entries.len()
    }
}

/// How many events alerts count, before and after.
#[derive(Default)]
struct Grown {
    before: u64,
    after: u64,
}

impl Grown {
    fn add(&mut self, old: Option<&Incident>, new: &Incident) {
        let events = |incident: &Incident| -> u64 {
            let here = incident.alerts.iter().filter(|alert| alert.moved.is_none());
            here.map(|alert| alert.events).fold(0, u64::saturating_add)
        };
        self.before = self.before.saturating_add(old.map_or(0, events));
        self.after = self.after.saturating_add(events(new));
    }

    fn total(&self) -> u64 {
        self.after.saturating_sub(self.before)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::domain::id::{IdKey, UserId};
    use crate::domain::incident::{Agent, Alert, AlertPlace, LogEntry};
    use crate::domain::incidents::state::Account;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_767_225_600_000 + seconds * 1_000)
    }

    fn alert(events: u64) -> Alert {
        let address = json!({"door": uuid::Uuid::nil(), "seq": 1, "index": 0});
        serde_json::from_value(json!({
            "integration": "PINTEGR", "dedup_key": "k", "created_at": at(0), "latest_at": at(0), "events": events,
            "digest": {"summary": "s", "source": "s", "severity": "critical"}, "first": address, "latest": address,
        }))
        .unwrap()
    }

    fn incident(number: u64, alerts: Vec<Alert>, timeline: &[(i64, Happening)]) -> Arc<Incident> {
        let timeline: Vec<LogEntry> = timeline
            .iter()
            .map(|(second, what)| LogEntry { at: at(*second), agent: Agent::Account, what: what.clone() })
            .collect();
        let incident = serde_json::from_value(json!({
            "number": number, "title": "t", "service": "PSERVIC", "urgency": "high", "policy": "PPOLICY",
            "status": "triggered", "created_at": at(0), "updated_at": at(0), "status_changed_at": at(0),
            "status_changed_by": "account", "assignments": [], "acknowledgements": [],
            "escalation": {"level": 1, "round": 0}, "alerts": alerts, "timeline": timeline, "revision": 1,
        }));
        Arc::new(incident.unwrap())
    }

    fn state(incidents: &[Arc<Incident>], dropped: u64) -> State {
        State {
            account: Some(Account {
                id_key: IdKey([1, 2]),
                founded_at: at(0),
                fallback_user: UserId("PUSER12".parse().unwrap()),
                epoch: 0,
            }),
            incidents: incidents.iter().map(|incident| (incident.number, Arc::clone(incident))).collect(),
            dropped_total: dropped,
            ..State::default()
        }
    }

    /// `1,2 gone 3; 1/0 1/1; 4 events`.
    fn shown(changes: &Changes) -> String {
        let numbers = |set: &BTreeSet<IncidentNumber>| {
            set.iter().map(|number| number.0.to_string()).collect::<Vec<_>>().join(",")
        };
        let entries = changes.entries.iter().map(|(_, number, index)| format!("{}/{index}", number.0));
        format!(
            "{} gone {}; {}; {} events",
            numbers(&changes.incidents),
            numbers(&changes.gone),
            entries.collect::<Vec<_>>().join(" "),
            changes.events
        )
    }

    #[test]
    fn sees_what_has_changed_and_nothing_else() {
        let opened = (0, Happening::Triggered { alert: Some(0) });
        let acked = (5, Happening::Acknowledged);
        let repeats = |count| (3, Happening::Repeated { alert: 0, count, last_at: at(4) });
        let omitted = |count| (1, Happening::Omitted { count });
        let moved = Alert { moved: Some(AlertPlace { number: IncidentNumber(2), index: 1 }), ..alert(3) };
        let one = incident(1, vec![alert(3)], std::slice::from_ref(&opened));
        let two = incident(2, vec![alert(1)], std::slice::from_ref(&opened));
        let both = || vec![one.clone(), two.clone()];
        let with = |first: Arc<Incident>| vec![first, two.clone()];
        for (what, old, new, expected) in [
            ("nothing", both(), both(), " gone ; ; 0 events"),
            ("opened", vec![], both(), "1,2 gone ; 1/0 2/0; 4 events"),
            ("archived", both(), vec![two.clone()], " gone 1; ; 0 events"),
            (
                "acknowledged",
                both(),
                with(incident(1, vec![alert(3)], &[opened.clone(), acked.clone()])),
                "1 gone ; 1/1; 0 events",
            ),
            (
                "repeated",
                with(incident(1, vec![alert(4)], &[opened.clone(), repeats(3), acked.clone()])),
                with(incident(1, vec![alert(9)], &[opened.clone(), repeats(8), acked.clone()])),
                "1 gone ; 1/1; 5 events",
            ),
            (
                "cut",
                with(incident(1, vec![], &[opened.clone(), repeats(1), acked.clone(), acked.clone()])),
                with(incident(1, vec![], &[opened.clone(), omitted(2), acked.clone(), acked.clone()])),
                "1 gone ; 1/4; 0 events",
            ),
            (
                "merged",
                both(),
                vec![
                    incident(1, vec![moved], std::slice::from_ref(&opened)),
                    incident(2, vec![alert(1), alert(3)], std::slice::from_ref(&opened)),
                ],
                "1,2 gone ; ; 0 events",
            ),
        ] {
            assert_eq!(shown(&Changes::between(&state(&old, 0), &state(&new, 0))), expected, "{what}");
        }
        let dropped = Changes::between(&state(&both(), 2), &state(&both(), 5));
        assert_eq!((dropped.events, dropped.len()), (3, 0));
        // A state that has just been read is no news.
        assert_eq!(Changes::between(&State::default(), &state(&both(), 5)).events, 0);
    }

    #[test]
    fn services_and_duties_are_others_when_their_maps_are() {
        let old = state(&[], 0);
        let mut new = old.clone();
        let flags = |new: &State| {
            let changes = Changes::between(&old, new);
            (changes.services, changes.oncalls)
        };
        assert_eq!(flags(&new), (false, false));
        new.open_counts
            .insert("PSERVIC".parse().unwrap(), crate::domain::incidents::state::OpenCount::default());
        assert_eq!(flags(&new), (true, false));
        let mut new = old.clone();
        let schedule =
            json!({"id": "PSCHEDU", "name": "s", "time_zone": "UTC", "layers": [], "created_at": 0});
        new.schedules.insert("PSCHEDU".parse().unwrap(), Arc::new(serde_json::from_value(schedule).unwrap()));
        assert_eq!(flags(&new), (false, true));
    }
}
