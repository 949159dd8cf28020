//! Commands about schedules and their layers.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::check::{self, Errors, LABEL_MAX, TEXT_MAX};
use super::team::{self, Owned};
use crate::domain::command::{Done, Rejection};
use crate::domain::id::{LayerId, ScheduleId, UserId};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::fact::Fact;
use crate::domain::policy::Target;
use crate::domain::schedule::ask::{LayerFields, ScheduleChange};
use crate::domain::schedule::{Calendar, FeedOf, Layer, Restriction, Schedule, TIME_MAX, TIME_MIN};
use crate::domain::time::Timestamp;

const SCHEDULES_MAX: usize = 5_000;
const LAYERS_MAX: usize = 100;
const USERS_MAX: usize = 100;
const RESTRICTIONS_MAX: usize = 28;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A shorter turn would make a year more shifts than anybody can look at.
const TURN_MIN: Duration = Duration::from_secs(15 * 60);
const TURN_MAX: Duration = Duration::from_secs(366 * DAY.as_secs());
/// A layer that ended this long ago is forgotten when its schedule is changed.
pub(super) const ENDED_FOR: Duration = Duration::from_secs(400 * DAY.as_secs());
/// Terraform compares this text.
const IN_USE: &str = "Schedule can't be deleted if it's being used by escalation policies";

pub(super) fn create(draft: &mut Draft, change: &ScheduleChange) -> Result<Done, Rejection> {
    let mut errors = Errors::default();
    errors.unless(change.name.is_some(), || "name cannot be empty: give the schedule a name".to_owned());
    errors.unless(change.time_zone.is_some(), || {
        "time_zone cannot be empty: give an IANA time zone such as Europe/Berlin".to_owned()
    });
    errors.unless(draft.state.schedules.len() < SCHEDULES_MAX, || {
        format!("there are {SCHEDULES_MAX} schedules already: remove some first")
    });
    errors.done()?;
    let object = check::next_object(draft)?;
    let bare = Schedule {
        id: ScheduleId(object),
        name: "".into(),
        description: None,
        time_zone: "UTC".into(),
        layers: Vec::new(),
        overrides: Vec::new(),
        created_at: draft.now,
    };
    check_change(draft, None, change)?;
    // The schedule itself takes the first id.
    let schedule = changed(draft, bare, change, 1);
    draft.emit(Fact::ScheduleCreated(Box::new(schedule)));
    team::give(draft, Owned::Schedule(ScheduleId(object)), change.teams.as_deref());
    Ok(Done::Object(object))
}

pub(super) fn update(draft: &mut Draft, id: ScheduleId, change: &ScheduleChange) -> Result<Done, Rejection> {
    let old = check::schedule(draft, id)?;
    check_change(draft, Some(&old), change)?;
    let new = changed(draft, (*old).clone(), change, 0);
    if new != *old {
        draft.emit(Fact::ScheduleUpdated(Box::new(Schedule { overrides: Vec::new(), ..new })));
    }
    team::give(draft, Owned::Schedule(id), change.teams.as_deref());
    Ok(Done::Changed)
}

fn changed(draft: &Draft, mut schedule: Schedule, change: &ScheduleChange, taken: usize) -> Schedule {
    let ScheduleChange { name, description, time_zone, layers, teams: _ } = change.clone();
    schedule.name = name.unwrap_or(schedule.name);
    schedule.description = description.unwrap_or(schedule.description);
    schedule.time_zone = time_zone.unwrap_or(schedule.time_zone);
    if let Some(layers) = layers {
        let fresh = draft.next_objects().skip(taken).map(LayerId);
        schedule.layers = ScheduleChange::layered(&schedule.layers, layers, fresh, draft.now);
    }
    schedule
}

/// Tries a change out on a draft that is thrown away. Other schedules do not count, so that a copy may have any name.
pub(in crate::domain::incidents::decide) fn preview(
    draft: &mut Draft,
    id: Option<ScheduleId>,
    change: &ScheduleChange,
) -> Result<Schedule, Rejection> {
    let known = id.and_then(|id| draft.state.schedules.get(&id).cloned());
    draft.state.schedules = known.into_iter().map(|schedule| (schedule.id, schedule)).collect();
    let id = match id {
        Some(id) => update(draft, id, change).map(|_| id)?,
        None => match create(draft, change)? {
            Done::Object(id) => ScheduleId(id),
            _ => return Err(check::invalid("nothing came of it")),
        },
    };
    Ok((*check::schedule(draft, id)?).clone())
}

pub(super) fn check_change(
    draft: &Draft,
    old: Option<&Schedule>,
    change: &ScheduleChange,
) -> Result<(), Rejection> {
    let mut errors = Errors::default();
    if let Some(name) = &change.name {
        errors.name("name", name, LABEL_MAX);
        let same = |other: &&Arc<Schedule>| {
            old.is_none_or(|old| old.id != other.id) && check::same_name(&other.name, name)
        };
        let other = draft.state.schedules.values().find(same);
        errors.unless(other.is_none(), || {
            format!("Name has already been taken: there is a schedule `{}` already", name.trim())
        });
    }
    if let Some(Some(text)) = &change.description {
        errors.text("description", text, TEXT_MAX);
    }
    if let Some(zone) = &change.time_zone {
        check::time_zone(zone, &mut errors);
    }
    let layers = change.layers.as_deref().unwrap_or_default();
    let known = old.map_or(0, |old| old.layers.len());
    errors.unless(layers.len() + known <= 2 * LAYERS_MAX && layers.len() <= LAYERS_MAX, || {
        format!("{} schedule_layers: at most {LAYERS_MAX} are allowed", layers.len())
    });
    for (index, layer) in layers.iter().enumerate() {
        check_layer(draft, old, &format!("schedule_layers[{index}]"), layer, &mut errors);
    }
    team::check_owners(draft, change.teams.as_deref(), &mut errors);
    errors.done()
}

fn check_layer(draft: &Draft, old: Option<&Schedule>, path: &str, layer: &LayerFields, errors: &mut Errors) {
    if let Some(name) = &layer.name {
        errors.text(&format!("{path}.name"), name, LABEL_MAX);
    }
    let known = layer.id.and_then(|id| old?.layer(id));
    let ended = layer.end.is_some_and(|end| end <= draft.now);
    errors.unless(!layer.users.is_empty(), || {
        format!("{path}.users is empty: a rotation needs at least one user")
    });
    errors.unless(layer.users.len() <= USERS_MAX, || {
        format!("{path}.users has {} entries: at most {USERS_MAX} are allowed", layer.users.len())
    });
    // Clients send ended layers back as they got them, with users who are gone.
    for (index, user) in layer.users.iter().enumerate().filter(|_| !(ended && known.is_some())) {
        errors.unless(draft.state.users.contains_key(user), || {
            format!("{path}.users[{index}]: no user with the id {user}")
        });
    }
    for (name, at) in [("start", layer.start), ("rotation_virtual_start", layer.rotation_virtual_start)]
        .into_iter()
        .chain(layer.end.map(|end| ("end", end)))
    {
        check_time(&format!("{path}.{name}"), at, errors);
    }
    // A layer that has not begun is taken away by an end before its start; for another that makes no sense.
    let withdrawn = known.is_some_and(|known| known.start > draft.now);
    errors.unless(withdrawn || layer.end.is_none_or(|end| end > layer.start), || {
        format!("{path}.end is not after its start: give a later end, or null for a layer without one")
    });
    errors.duration(&format!("{path}.rotation_turn_length_seconds"), layer.turn, TURN_MIN, TURN_MAX);
    errors.unless(layer.turn.subsec_nanos() == 0, || {
        format!("{path}.rotation_turn_length_seconds must be a whole number")
    });
    errors.unless(layer.restrictions.len() <= RESTRICTIONS_MAX, || {
        let given = layer.restrictions.len();
        format!("{path}.restrictions has {given} entries: at most {RESTRICTIONS_MAX} are allowed")
    });
    for (index, restriction) in layer.restrictions.iter().enumerate() {
        check_restriction(&format!("{path}.restrictions[{index}]"), *restriction, errors);
    }
}

pub(super) fn check_time(path: &str, at: Timestamp, errors: &mut Errors) {
    errors.unless((TIME_MIN..TIME_MAX).contains(&at), || format!("{path} must be between 1970 and 2200"));
}

fn check_restriction(path: &str, restriction: Restriction, errors: &mut Errors) {
    let Restriction { day_of_week, start_seconds, duration_seconds } = restriction;
    errors.unless(u64::from(start_seconds) < DAY.as_secs(), || {
        format!("{path}.start_time_of_day must be between 00:00:00 and 23:59:59")
    });
    errors.unless(day_of_week.is_none_or(|day| (1..=7).contains(&day)), || {
        format!("{path}.start_day_of_week must be between 1 (Monday) and 7 (Sunday)")
    });
    let max = if day_of_week.is_some() { 7 * DAY } else { DAY };
    let duration = Duration::from_secs(u64::from(duration_seconds));
    errors.duration(&format!("{path}.duration_seconds"), duration, Duration::from_secs(1), max);
}

impl ScheduleChange {
    /// The layers that come of it: those with known ids stay where they are, also when they are not named; new ones
    /// come on top. One that is withdrawn before it began is dropped, and one that ended more than 400 days ago.
    pub fn layered(
        old: &[Layer],
        layers: Vec<LayerFields>,
        mut fresh: impl Iterator<Item = LayerId>,
        now: Timestamp,
    ) -> Vec<Layer> {
        let mut result: Vec<Layer> = old.to_vec();
        let mut named: BTreeSet<LayerId> = BTreeSet::new();
        for fields in layers {
            let place = fields.id.filter(|id| named.insert(*id));
            let place = place.and_then(|id| result.iter().position(|layer| layer.id == id));
            match place {
                Some(place) => result[place] = fields.applied(Some(&result[place]), result[place].id, 0),
                None => {
                    let Some(id) = fresh.next() else { continue };
                    let number = result.len() + 1;
                    result.push(fields.applied(None, id, number));
                }
            }
        }
        result.retain(|layer| layer.end.is_none_or(|end| end > layer.start && end > now.minus(ENDED_FOR)));
        result
    }
}

impl LayerFields {
    pub(super) fn applied(self, old: Option<&Layer>, id: LayerId, number: usize) -> Layer {
        let name = self.name.filter(|name| !name.trim().is_empty());
        let named = || old.map_or_else(|| format!("Layer {number}").into(), |old| old.name.clone());
        Layer {
            id,
            name: name.unwrap_or_else(named),
            start: self.start,
            end: self.end,
            users: self.users,
            rotation_virtual_start: self.rotation_virtual_start,
            turn: self.turn,
            restrictions: self.restrictions,
        }
    }
}

pub(super) fn delete(draft: &mut Draft, id: ScheduleId) -> Result<Done, Rejection> {
    check::schedule(draft, id)?;
    let asks = |target: &Target| *target == Target::Schedule(id);
    let mut policies = draft.state.policies.values();
    let mut errors = Errors::default();
    errors.unless(
        !policies.any(|policy| policy.rules.iter().any(|rule| rule.targets.iter().any(asks))),
        || IN_USE.to_owned(),
    );
    errors.in_use()?;
    revoke_feeds(draft, FeedOf::Schedule(id));
    draft.emit(Fact::ScheduleDeleted { id });
    Ok(Done::Changed)
}

fn revoke_feeds(draft: &mut Draft, of: FeedOf) {
    let feeds = draft.state.feeds.values().filter(|feed| feed.of == of);
    for id in feeds.map(|feed| feed.id).collect::<Vec<_>>() {
        draft.emit(Fact::FeedRevoked { id });
    }
}

/// Ends the feeds of a user who is removed, and takes it off the calendars.
pub(super) fn forget_user(draft: &mut Draft, user: UserId) {
    revoke_feeds(draft, FeedOf::User(user));
    let theirs = draft.state.calendars.values().filter(|calendar| calendar.users.contains(&user));
    for calendar in theirs.cloned().collect::<Vec<_>>() {
        let users: Vec<_> = calendar.users.iter().copied().filter(|known| *known != user).collect();
        let fact = if users.is_empty() {
            Fact::CalendarRemoved { id: calendar.id }
        } else {
            Fact::CalendarSet(Box::new(Calendar { users, ..(*calendar).clone() }))
        };
        draft.emit(fact);
    }
}
