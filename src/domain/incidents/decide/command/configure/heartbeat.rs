//! A heartbeat as it is wanted. What is known of its pings is left alone.

use super::super::{check, heartbeat};
use crate::domain::command::Rejection;
use crate::domain::heartbeat::{HeartbeatChange, NewHeartbeat};
use crate::domain::incident::Agent;
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::wanted::WantedHeartbeat;

pub(super) fn make(draft: &mut Draft, by: Agent, wanted: &WantedHeartbeat) -> Result<(), Rejection> {
    let service = super::service_id(draft, &wanted.service, "service")?;
    let fields = HeartbeatChange { name: Some(wanted.name.clone()), ..wanted.change.clone() };
    let known = draft.state.heartbeats.values().find(|it| check::same_name(&it.name, &wanted.name));
    let Some(known) = known.cloned() else {
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
    heartbeat::update(draft, by, known.id, &fields).map(|_| ())
}
