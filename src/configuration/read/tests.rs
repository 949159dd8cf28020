//! Files against the rules, in memory: what is read of them is what was shown.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use serde_json::{Value, json};

use super::*;
use crate::domain::id::PriorityId;
use crate::domain::incidents::state::State;
use crate::domain::time::Timestamp;
use crate::ids::SystemIds;
use crate::keyring::Keyring;

fn said(file: Value) -> String {
    let (state, keyring) = (State::default(), Keyring::new([7; 32]));
    let priorities = BTreeMap::from([("P1".to_owned(), PriorityId("P000001".parse().unwrap()))]);
    let world = World {
        state: &state,
        keyring: &keyring,
        ids: &SystemIds,
        priorities: &priorities,
        now: Timestamp::from_millis(1_767_225_600_000),
    };
    match read(world, &serde_json::from_value(file).unwrap()) {
        Ok(read) => format!("{}; {}", read.called.join(", "), read.notes.join(", ")),
        Err(errors) => errors.join("; "),
    }
}

#[test]
fn objects_are_wanted_in_an_order_in_which_each_finds_what_it_names() {
    let file = json!({
        "maintenance_windows": [{"description": "w", "services": ["s"], "end": "2027-01-01T00:00:00Z"}],
        "event_rules": [],
        "heartbeats": [{"name": "h", "service": "s", "period": "1h"}],
        "services": [{"name": "s", "escalation_policy": "p"}],
        "escalation_policies": [{"name": "p", "levels": [{"delay": "5m", "targets": [{"schedule": "c"}]}]}],
        "teams": [{"name": "t", "members": [{"user": "ann@example.org"}]}],
        "schedules": [{"name": "c", "time_zone": "UTC", "layers": []}],
        "users": [{"email": "ann@example.org", "name": "Ann"}],
    });
    assert_eq!(
        said(file),
        "users[\"ann@example.org\"], teams[\"t\"], schedules[\"c\"], escalation_policies[\"p\"], services[\"s\"], heartbeats[\"h\"], event_rules, \
         maintenance_windows[\"w\"]; "
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let file = json!({
        "users": [{"email": "ann", "name": "Ann"}],
        "services": [{"name": "s", "escalation_policy": "p", "urgency": "x", "auto_pause": "y", "urgency_at_end": "z"}],
    });
    let errors = said(file);
    for part in [
        "users[0].email",
        "services[\"s\"].urgency:",
        "services[\"s\"].auto_pause",
        "services[\"s\"].urgency_at_end",
    ] {
        assert!(errors.contains(part), "{part}: {errors}");
    }
}
