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
