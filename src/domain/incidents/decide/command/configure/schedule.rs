//! A schedule as it is wanted. Its overrides are left alone.

use std::sync::Arc;

use super::super::team::{self, Owned};
use super::super::{check, schedule};
use super::user_id;
use crate::domain::command::{Done, Rejection};
use crate::domain::id::{LayerId, ScheduleId};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::fact::Fact;
use crate::domain::schedule::ask::{LayerFields, ScheduleChange};
use crate::domain::schedule::{Layer, Schedule};
use crate::domain::time::Timestamp;
use crate::domain::wanted::{WantedLayer, WantedSchedule};

pub(super) fn make(draft: &mut Draft, wanted: &WantedSchedule) -> Result<(), Rejection> {
    let known = super::schedule_id(draft, &wanted.name, "").ok();
    let known = known.and_then(|id| draft.state.schedules.get(&id).cloned());
    let change = ScheduleChange {
        name: Some(wanted.name.clone()),
        description: Some(wanted.description.clone()),
        time_zone: Some(wanted.time_zone.clone()),
        layers: Some(layers(draft, known.as_deref(), wanted)?),
        teams: super::team_ids(draft, wanted.teams.as_deref())?,
    };
    match known {
        None => {
            let Done::Object(_) = schedule::create(draft, &change)? else {
                return Err(check::invalid("nothing came of it"));
            };
            Ok(())
        }
        Some(known) => update(draft, &known, change),
    }
}

/// The layers of the file that are not over, with the ids of those that are there.
fn layers(
    draft: &Draft,
    known: Option<&Schedule>,
    wanted: &WantedSchedule,
) -> Result<Vec<LayerFields>, Rejection> {
    let mut known: Vec<&Layer> = known.map(|it| serving(it, draft.now).collect()).unwrap_or_default();
    let mut layers = Vec::new();
    for (index, layer) in wanted.layers.iter().enumerate() {
        // One that is over may stay in the file; it does not come back.
        if layer.end.is_some_and(|end| end <= draft.now) {
            continue;
        }
        let place = known.iter().position(|it| check::same_name(&it.name, &layer.name));
        let old = place.map(|place| known.remove(place));
        layers.push(fields(draft, old, layer, &format!("layers[{index}]"))?);
    }
    Ok(layers)
}

fn fields(
    draft: &Draft,
    old: Option<&Layer>,
    wanted: &WantedLayer,
    path: &str,
) -> Result<LayerFields, Rejection> {
    let users = wanted.users.iter().enumerate();
    let now = Timestamp::from_millis(draft.now.as_millis().div_euclid(1000) * 1000);
    Ok(LayerFields {
        id: old.map(|old| old.id),
        name: Some(wanted.name.clone()),
        start: wanted.start.or(old.map(|old| old.start)).unwrap_or(now),
        end: wanted.end,
        users: users
            .map(|(n, email)| user_id(draft, email, &format!("{path}.users[{n}]")))
            .collect::<Result<_, _>>()?,
        rotation_virtual_start: wanted.rotation_virtual_start,
        turn: wanted.turn,
        restrictions: wanted.restrictions.clone(),
    })
}

/// Those that are not over, from the lowest to the highest.
fn serving(schedule: &Schedule, now: Timestamp) -> impl Iterator<Item = &Layer> {
    schedule.layers.iter().filter(move |layer| layer.end.is_none_or(|end| end > now))
}

/// Unlike a change by REST this puts the layers into the order of the file, and ends those that it does not have: what
/// they served stays to be seen.
fn update(draft: &mut Draft, old: &Arc<Schedule>, change: ScheduleChange) -> Result<(), Rejection> {
    schedule::check_change(draft, Some(old), &change)?;
    let now = draft.now;
    let fields = change.layers.unwrap_or_default();
    let kept: Vec<LayerId> = fields.iter().filter_map(|layer| layer.id).collect();
    let mut layers: Vec<Layer> = old.layers.iter().filter(|it| !kept.contains(&it.id)).cloned().collect();
    for layer in layers.iter_mut().filter(|it| it.end.is_none_or(|end| end > now)) {
        layer.end = Some(now);
    }
    let mut fresh = draft.next_objects().map(LayerId);
    for it in fields {
        let known = it.id.and_then(|id| old.layer(id));
        let Some(id) = known.map(|known| known.id).or_else(|| fresh.next()) else { continue };
        let number = layers.len() + 1;
        layers.push(it.applied(known, id, number));
    }
    layers.retain(|it| it.end.is_none_or(|end| end > it.start && end > now.minus(schedule::ENDED_FOR)));
    let new = Schedule {
        id: ScheduleId(old.id.0),
        name: change.name.unwrap_or_else(|| old.name.clone()),
        description: change.description.unwrap_or_else(|| old.description.clone()),
        time_zone: change.time_zone.unwrap_or_else(|| old.time_zone.clone()),
        layers,
        overrides: Vec::new(),
        created_at: old.created_at,
    };
    if (Schedule { overrides: old.overrides.clone(), ..new.clone() }) != **old {
        draft.emit(Fact::ScheduleUpdated(Box::new(new)));
    }
    team::give(draft, Owned::Schedule(old.id), change.teams.as_deref());
    Ok(())
}
