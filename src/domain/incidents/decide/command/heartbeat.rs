//! Commands about heartbeats.

use std::sync::Arc;
use std::time::Duration;

use super::check::{self, Errors, LABEL_MAX};
use crate::domain::command::{Done, Rejection};
use crate::domain::heartbeat::{Beat, Health, Heartbeat, HeartbeatChange, NewHeartbeat};
use crate::domain::id::HeartbeatId;
use crate::domain::incident::{Agent, ResolveReason};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::decide::{event, heartbeat as beats};
use crate::domain::incidents::fact::Fact;

const HEARTBEATS_MAX: usize = 10_000;
const PERIOD_MIN: Duration = Duration::from_secs(10);
const GRACE_MIN: Duration = Duration::from_secs(1);
const YEAR: Duration = Duration::from_secs(366 * 24 * 60 * 60);

pub(super) fn create(draft: &mut Draft, new: &NewHeartbeat) -> Result<Done, Rejection> {
    let service = check::service(draft, new.service)?.id;
    let mut errors = Errors::default();
    errors.unless(new.fields.name.is_some(), || "name cannot be empty: give the heartbeat a name".to_owned());
    errors.unless(new.fields.period.is_some(), || {
        "period cannot be empty: say how many seconds two pings are apart".to_owned()
    });
    errors.unless(draft.state.heartbeats.len() < HEARTBEATS_MAX, || {
        format!("there are {HEARTBEATS_MAX} heartbeats: remove one first")
    });
    errors.unless(!draft.state.heartbeat_keys.contains_key(&new.key), || {
        "key is in use already: draw another one".to_owned()
    });
    errors.done()?;
    check_change(draft, None, &new.fields)?;
    let object = check::next_object(draft)?;
    let period = new.fields.period.unwrap_or(PERIOD_MIN);
    let bare = Heartbeat {
        id: HeartbeatId(object),
        service,
        name: "".into(),
        key: new.key,
        period,
        grace: Heartbeat::grace_of(period),
        max_runtime: None,
        paused: false,
        created_at: draft.now,
        beat: Beat::default(),
    };
    draft.emit(Fact::HeartbeatSet(Box::new(changed(bare, &new.fields))));
    Ok(Done::Object(object))
}

/// What is expected next follows from the latest ping. A heartbeat that is paused has nothing to answer for.
pub(super) fn update(
    draft: &mut Draft,
    by: Agent,
    id: HeartbeatId,
    change: &HeartbeatChange,
) -> Result<Done, Rejection> {
    let old = heartbeat(draft, id)?;
    check_change(draft, Some(id), change)?;
    let new = changed((*old).clone(), change);
    if new == *old {
        return Ok(Done::Changed);
    }
    draft.emit(Fact::HeartbeatSet(Box::new(new.clone())));
    if new.paused {
        resolve(draft, by, &new);
    }
    if let Some(last) = &old.beat.last
        && !beats::is_ill(&old)
        && !new.paused
    {
        // One that was paused is expected from now on.
        let since = if old.paused { draft.now } else { last.at };
        let due_at = new.due_after(since).max(draft.now);
        draft.emit(Fact::HeartbeatPostponed { id, due_at });
    }
    Ok(Done::Changed)
}

fn changed(mut heartbeat: Heartbeat, change: &HeartbeatChange) -> Heartbeat {
    let HeartbeatChange { name, period, grace, max_runtime, paused } = change.clone();
    heartbeat.name = name.unwrap_or(heartbeat.name);
    heartbeat.period = period.unwrap_or(heartbeat.period);
    heartbeat.grace = grace.unwrap_or(heartbeat.grace);
    heartbeat.max_runtime = max_runtime.unwrap_or(heartbeat.max_runtime);
    heartbeat.paused = paused.unwrap_or(heartbeat.paused);
    if heartbeat.paused {
        heartbeat.beat.due_at = None;
        heartbeat.beat.health = Health::New;
    }
    heartbeat
}

fn check_change(draft: &Draft, id: Option<HeartbeatId>, change: &HeartbeatChange) -> Result<(), Rejection> {
    let mut errors = Errors::default();
    if let Some(name) = &change.name {
        errors.name("name", name, LABEL_MAX);
        let same = |other: &&Arc<Heartbeat>| Some(other.id) != id && check::same_name(&other.name, name);
        errors.unless(!draft.state.heartbeats.values().any(|other| same(&other)), || {
            format!("Name has already been taken: there is a heartbeat `{}` already", name.trim())
        });
    }
    if let Some(period) = change.period {
        errors.duration("period", period, PERIOD_MIN, YEAR);
    }
    if let Some(grace) = change.grace {
        errors.duration("grace", grace, GRACE_MIN, YEAR);
    }
    if let Some(Some(runtime)) = change.max_runtime {
        errors.duration("max_runtime", runtime, GRACE_MIN, YEAR);
    }
    errors.done()
}

pub(super) fn delete(draft: &mut Draft, by: Agent, id: HeartbeatId) -> Result<Done, Rejection> {
    let old = heartbeat(draft, id)?;
    resolve(draft, by, &old);
    draft.emit(Fact::HeartbeatDeleted { id });
    Ok(Done::Changed)
}

fn resolve(draft: &mut Draft, by: Agent, heartbeat: &Heartbeat) {
    let open = draft.state.open_keys.get(&(heartbeat.service, beats::key(heartbeat.id))).copied();
    if let Some(number) = open {
        event::resolve(draft, number, by, ResolveReason::Requested);
    }
}

fn heartbeat(draft: &Draft, id: HeartbeatId) -> Result<Arc<Heartbeat>, Rejection> {
    draft.state.heartbeats.get(&id).cloned().ok_or_else(|| check::not_found("heartbeat", id))
}
