//! Grouping: which open incident of its service an alert joins.

use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::draft::Draft;
use crate::domain::expression::Fields;
use crate::domain::id::IncidentNumber;
use crate::domain::incident::Incident;
use crate::domain::service::{Grouping, Service};
use crate::domain::time::Timestamp;

/// How many alerts an incident has at most; a further one opens the next.
pub(super) const ALERTS_MAX: usize = 1_000;

/// What an alert with these fields has in common with others; empty: nothing, so it is alone.
pub(super) fn keys(grouping: &Grouping, fields: &Fields) -> Vec<Arc<str>> {
    match grouping {
        Grouping::Time(_) => vec!["time".into()],
        Grouping::Fields { fields: names, all: true, .. } => {
            let mut whole = Sha256::new();
            for name in names {
                // What is missing is equal to nothing.
                let Some(value) = fields.text(name) else { return Vec::new() };
                part(&mut whole, name, &value);
            }
            vec![hex("all", whole)]
        }
        Grouping::Fields { fields: names, all: false, .. } => {
            let key = |name: &Arc<str>| {
                let mut one = Sha256::new();
                part(&mut one, name, &fields.text(name)?);
                Some(hex("any", one))
            };
            names.iter().filter_map(key).collect()
        }
    }
}

fn part(hash: &mut Sha256, name: &str, value: &str) {
    for text in [name, value] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
}

fn hex(kind: &str, hash: Sha256) -> Arc<str> {
    let mut text = format!("{kind}:");
    for byte in &hash.finalize()[..16] {
        let _ = write!(text, "{byte:02x}");
    }
    text.into()
}

/// The open incident that an alert with these keys joins at `at`.
pub(super) fn find(
    draft: &Draft,
    service: &Service,
    keys: &[Arc<str>],
    at: Timestamp,
) -> Option<IncidentNumber> {
    let grouping = service.grouping.as_ref()?;
    let of_key = |key: &Arc<str>| draft.state.groups.get(&(service.id, key.clone())).copied();
    keys.iter()
        .filter_map(of_key)
        .find(|number| draft.open(*number).is_some_and(|incident| takes(incident, grouping, at)))
}

fn takes(incident: &Incident, grouping: &Grouping, at: Timestamp) -> bool {
    let within = match grouping {
        Grouping::Time(None) => true,
        Grouping::Time(Some(window)) => at.since(incident.created_at) <= *window,
        Grouping::Fields { within, .. } => {
            incident.group.as_ref().is_some_and(|group| at.since(group.last_at) <= *within)
        }
    };
    within && incident.alerts.len() < ALERTS_MAX
}
