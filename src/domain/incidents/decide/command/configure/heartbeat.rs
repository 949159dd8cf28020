//! A heartbeat as it is wanted. What is known of its pings is left alone.

use std::sync::Arc;

use super::super::{check, heartbeat};
use crate::domain::command::Rejection;
use crate::domain::heartbeat::{Heartbeat, HeartbeatChange, NewHeartbeat};
use crate::domain::incident::Agent;
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::wanted::WantedHeartbeat;

pub(super) fn make(draft: &mut Draft, by: Agent, wanted: &WantedHeartbeat) -> Result<(), Rejection> {
    let service = super::service_id(draft, &wanted.service, "service")?;
    let Some(known) = known(draft, wanted) else {
        let fields = HeartbeatChange { name: Some(wanted.name.clone()), ..wanted.change.clone() };
        let new = NewHeartbeat { key: wanted.key, service, fields };
        return heartbeat::create(draft, &new).map(|_| ());
    };
    if known.service != service {
        return Err(check::invalid(
            "service: a heartbeat stays with its service: give it another name, which makes another one",
        ));
    }
    if !wanted.drawn && wanted.key != known.key {
        return Err(check::invalid(
            "key: the heartbeat has another key: leave it out, or remove the heartbeat",
        ));
    }
    // A name that is as it was need not be looked for among all others.
    let name = (known.name != wanted.name).then(|| wanted.name.clone());
    heartbeat::update(draft, by, known.id, &HeartbeatChange { name, ..wanted.change.clone() }).map(|_| ())
}

/// The one of that name; by its key it is found at once.
fn known(draft: &Draft, wanted: &WantedHeartbeat) -> Option<Arc<Heartbeat>> {
    let all = &draft.state.heartbeats;
    let same = |it: &&Arc<Heartbeat>| check::same_name(&it.name, &wanted.name);
    let by_key = draft.state.heartbeat_keys.get(&wanted.key).and_then(|id| all.get(id)).filter(same);
    by_key.or_else(|| all.values().find(same)).cloned()
}
