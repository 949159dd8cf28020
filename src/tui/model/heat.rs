//! How hot each service is: its open incidents, counted one by one as they change.

use std::collections::{BTreeMap, BTreeSet};

use super::incident::{Incident, Status};
use crate::domain::time::Timestamp;

/// The open incidents of a service.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Heat {
    /// Those that nobody has acknowledged, the oldest first.
    unacknowledged: BTreeSet<(Timestamp, u64)>,
    /// Snoozed ones too.
    pub acknowledged: usize,
    pub held: usize,
}

impl Heat {
    pub fn triggered(&self) -> usize {
        self.unacknowledged.len()
    }

    /// Since when one waits for somebody.
    pub fn waits_since(&self) -> Option<Timestamp> {
        self.unacknowledged.first().map(|(at, _)| *at)
    }
}

/// By the service's id; those without open incidents are not in it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Heats(BTreeMap<String, Heat>);

impl Heats {
    pub fn of(&self, service: &str) -> Option<&Heat> {
        self.0.get(service)
    }

    /// Counts an incident as it is, or no more.
    pub fn count(&mut self, incident: &Incident, by: isize) {
        if incident.status == Status::Resolved {
            return;
        }
        let heat = self.0.entry(incident.service.id.clone()).or_default();
        match incident.status {
            Status::Triggered if by > 0 => {
                heat.unacknowledged.insert((incident.created_at, incident.number));
            }
            Status::Triggered => {
                heat.unacknowledged.remove(&(incident.created_at, incident.number));
            }
            Status::Held => heat.held = heat.held.saturating_add_signed(by),
            _ => heat.acknowledged = heat.acknowledged.saturating_add_signed(by),
        }
        if *heat == Heat::default() {
            self.0.remove(&incident.service.id);
        }
    }
}
