//! `/schedules`

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Path;

use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::fields::{contains, id_in_path, id_of, ids_of, sort_by_name};
use super::query::{Query, zoneless};
use super::reply;
use super::teams::OfTeams;
use super::view::Rendering;
use crate::domain::command::{Ask, Done};
use crate::domain::id::{ScheduleId, UserId};
use crate::domain::incidents::decide::preview as try_out;
use crate::domain::schedule::ask::{LayerFields, ScheduleChange};
use crate::domain::schedule::zone::Zone;
use crate::domain::schedule::{Restriction, Schedule, Span};
use crate::domain::time::Timestamp;
use crate::wire::rest::envelope::One;
use crate::wire::rest::schedule as wire;
use crate::wire::rest::schedule::{LayerUpdate, ScheduleUpdate};

/// How long a range may be that is rendered.
pub(super) const RANGE_MAX: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// How much work the rendering of one answer may be; more takes seconds.
pub(super) const COST_MAX: u64 = 2_000_000;
/// How long a range is of which one end is not said.
const RANGE_DEFAULT: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// How far ahead the next shift of a user is looked for.
const NEXT_WITHIN: Duration = Duration::from_secs(180 * 24 * 60 * 60);

impl Context {
    /// The schedule with this id.
    pub(super) fn schedule(&self, id: &str) -> Result<Arc<Schedule>, Error> {
        let key: ScheduleId = id_in_path("schedule", id)?;
        self.state.schedules.get(&key).cloned().ok_or_else(|| Error::no_such("schedule", id))
    }

    fn rendering(&self, schedule: &Schedule) -> Result<Rendering, Error> {
        let range = range(&self.query)?;
        affordable(range.map_or(0, |range| schedule.cost(range)))?;
        Ok(Rendering {
            range,
            overflow: self.query.flag("overflow")?,
            zone: self.query.zone()?.unwrap_or_else(|| Zone::known(&schedule.time_zone)),
        })
    }
}

/// `since` and `until`; `None` if neither is given.
fn range(query: &Query) -> Result<Option<Span>, Error> {
    let (start, end) = match (query.time("since")?, query.time("until")?) {
        (None, None) => return Ok(None),
        (Some(since), None) => (since, since.plus(RANGE_DEFAULT)),
        (None, Some(until)) => (until.minus(RANGE_DEFAULT), until),
        (Some(since), Some(until)) => (since, until),
    };
    bounded(Span { start, end }).map(Some)
}

/// A range that is not too long.
pub(super) fn bounded(range: Span) -> Result<Span, Error> {
    if range.is_empty() {
        return Err(Error::invalid("until: not after since"));
    }
    if range.end.since(range.start) > RANGE_MAX {
        let days = RANGE_MAX.as_secs() / 86_400;
        return Err(Error::invalid(format!("until: more than {days} days after since")));
    }
    Ok(range)
}

/// Refuses what would keep others waiting.
pub(super) fn affordable(cost: u64) -> Result<(), Error> {
    if cost > COST_MAX {
        return Err(Error::invalid(
            "until: the range is too long for so many and so short shifts: ask for less",
        ));
    }
    Ok(())
}

/// `GET /schedules`, by name
pub(super) async fn list(cx: Context) -> Reply {
    let query = cx.query.one("query").unwrap_or("");
    let teams = OfTeams::of(&cx.query, &cx.state)?;
    let schedules = cx.state.schedules.values();
    let mut schedules: Vec<&Arc<Schedule>> = schedules
        .filter(|schedule| teams.has_schedule(schedule.id) && contains(&schedule.name, query))
        .collect();
    schedules.sort_by_cached_key(|schedule| (schedule.name.to_lowercase(), schedule.id));
    sort_by_name(&mut schedules, cx.query.one("sort_by"), |schedule| &schedule.name)?;
    let (schedules, page) = cx.query.page()?.cut(schedules);
    let view = cx.view()?;
    let layers = cx.query.includes("schedule_layers") || cx.query.includes("final_schedule");
    if let Some(range) = range(&cx.query)?.filter(|_| layers) {
        affordable(schedules.iter().map(|schedule| schedule.cost(range)).sum())?;
    }
    let shown = schedules.into_iter().map(|schedule| {
        if layers {
            Ok(view.schedule_rendered(schedule, &cx.rendering(schedule)?))
        } else {
            Ok(view.schedule(schedule))
        }
    });
    reply::paged(shown.collect::<Result<_, Error>>()?, page)
}

/// `GET /schedules/{id}`, rendered from `since` to `until`
pub(super) async fn get(cx: Context, Path(id): Path<String>) -> Reply {
    let schedule = cx.schedule(&id)?;
    let how = cx.rendering(&schedule)?;
    let mut shown = cx.view()?.schedule_rendered(&schedule, &how);
    let user = cx.query.each::<UserId>("include_next_oncall_for_user", "the id of a user")?.pop();
    shown.next_oncall_for_user = user.map(|user| next(&cx, &schedule, user, &how)).transpose()?.flatten();
    reply::one(shown)
}

/// The user's present or next shift.
fn next(
    cx: &Context,
    schedule: &Schedule,
    user: UserId,
    how: &Rendering,
) -> Result<Option<wire::Entry>, Error> {
    let now = cx.parts().clock.now();
    let rota = cx.state.rota(schedule);
    let shifts = rota.shifts(Span { start: now, end: now.plus(NEXT_WITHIN) });
    let first = shifts.iter().find(|shift| shift.on_call.user == user);
    let whole = first.and_then(|shift| rota.shift(shift.span.start));
    let view = cx.view()?;
    Ok(whole.map(|shift| view.entry((shift.span.start, shift.span.end), user, &how.zone)))
}

/// `POST /schedules`
pub(super) async fn create(mut cx: Context, Body(One(new)): Body<One<ScheduleUpdate>>) -> Reply {
    let done = cx.ask(Ask::CreateSchedule(Box::new(change(None, new)?)), None).await?;
    let Done::Object(id) = done else {
        return Err(Error::internal("making a schedule came to something else"));
    };
    let schedule = cx.schedule(id.as_str())?;
    let how = cx.rendering(&schedule)?;
    reply::created(cx.view()?.schedule_rendered(&schedule, &how))
}

/// `POST /schedules/preview`: what would come of it. The body may name a schedule by its id, which it then changes.
pub(super) async fn preview(cx: Context, Body(One(new)): Body<One<ScheduleUpdate>>) -> Reply {
    let known = new.id.as_deref().and_then(|id| cx.schedule(id).ok());
    let mut new = change(known.as_deref(), new)?;
    if known.is_none() {
        new.name.get_or_insert_with(|| "Preview".into());
    }
    let now = cx.parts().clock.now();
    let made = try_out(&cx.state, known.map(|known| known.id), &new, now);
    let schedule = made.map_err(|rejection| Error::rejected(rejection, None))?;
    let how = cx.rendering(&schedule)?;
    reply::one(cx.view()?.schedule_rendered(&schedule, &how))
}

/// `PUT /schedules/{id}`
pub(super) async fn update(
    mut cx: Context,
    Path(id): Path<String>,
    Body(One(update)): Body<One<ScheduleUpdate>>,
) -> Reply {
    let old = cx.schedule(&id)?;
    let change = Box::new(change(Some(&old), update)?);
    cx.ask(Ask::UpdateSchedule { id: old.id, change }, Some(&id)).await?;
    let schedule = cx.schedule(&id)?;
    let how = cx.rendering(&schedule)?;
    reply::one(cx.view()?.schedule_rendered(&schedule, &how))
}

/// `DELETE /schedules/{id}`
pub(super) async fn delete(mut cx: Context, Path(id): Path<String>) -> Reply {
    let schedule = cx.schedule(&id)?.id;
    cx.ask(Ask::DeleteSchedule { id: schedule }, Some(&id)).await?;
    reply::nothing()
}

/// `GET /schedules/{id}/users`: who is on call between `since` and `until`, or now
pub(super) async fn users(cx: Context, Path(id): Path<String>) -> Reply {
    let schedule = cx.schedule(&id)?;
    let rota = cx.state.rota(&schedule);
    let serving: BTreeSet<UserId> = match range(&cx.query)? {
        Some(range) => rota.shifts(range).iter().map(|shift| shift.on_call.user).collect(),
        None => rota.on_call(cx.parts().clock.now()).map(|on_call| on_call.user).into_iter().collect(),
    };
    let view = cx.view()?;
    let known = serving.iter().filter_map(|id| cx.state.users.get(id));
    reply::many(known.map(|user| view.user(user)).collect())
}

fn change(old: Option<&Schedule>, update: ScheduleUpdate) -> Result<ScheduleChange, Error> {
    let own = update.time_zone.as_deref().or(old.map(|old| &*old.time_zone)).unwrap_or("UTC");
    let zone = Zone::named(own).ok_or_else(|| {
        Error::invalid(format!(
            "schedule.time_zone: `{own}` does not exist: give an IANA time zone such as Europe/Berlin"
        ))
    })?;
    let layers = update.schedule_layers.map(|layers| {
        let layers = layers.into_iter().enumerate();
        layers.map(|(n, it)| layer(&zone, &format!("schedule.schedule_layers[{n}]"), it)).collect()
    });
    Ok(ScheduleChange {
        name: update.name.map(Into::into),
        description: update.description.map(|text| text.map(Into::into)),
        time_zone: update.time_zone.map(|_| zone.name().into()),
        layers: layers.transpose()?,
        teams: update.teams.map(|it| ids_of("schedule.teams", it.iter())).transpose()?,
    })
}

fn layer(zone: &Zone, path: &str, layer: LayerUpdate) -> Result<LayerFields, Error> {
    let users = layer.users.iter().enumerate();
    let start = time(zone, &format!("{path}.start"), &layer.start)?;
    let first = layer.rotation_virtual_start.as_deref();
    let first = first.map(|text| time(zone, &format!("{path}.rotation_virtual_start"), text));
    let restrictions = layer.restrictions.unwrap_or_default();
    let restrictions = restrictions.iter().enumerate();
    Ok(LayerFields {
        // An id that is not one of the schedule's is not kept anyway.
        id: layer.id.as_deref().and_then(|id| id.parse().ok()),
        name: layer.name.map(Into::into),
        start,
        end: layer.end.as_deref().map(|text| time(zone, &format!("{path}.end"), text)).transpose()?,
        users: users
            .map(|(n, member)| id_of(&format!("{path}.users[{n}].user"), &member.user))
            .collect::<Result<_, _>>()?,
        rotation_virtual_start: first.transpose()?.unwrap_or(start),
        turn: Duration::from_secs(layer.rotation_turn_length_seconds),
        restrictions: restrictions
            .map(|(n, it)| restriction(&format!("{path}.restrictions[{n}]"), it))
            .collect::<Result<_, _>>()?,
    })
}

fn restriction(path: &str, restriction: &wire::Restriction) -> Result<Restriction, Error> {
    let text = &restriction.start_time_of_day;
    let wrong =
        || Error::invalid(format!("{path}.start_time_of_day: `{text}` is not a time such as 09:00:00"));
    let time: jiff::civil::Time = text.parse().map_err(|_| wrong())?;
    let day_of_week = match (restriction.kind.as_str(), restriction.start_day_of_week) {
        ("daily_restriction", _) => None,
        ("weekly_restriction", Some(day)) => Some(day),
        ("weekly_restriction", None) => {
            return Err(Error::invalid(format!("{path}.start_day_of_week: missing, 1 is Monday")));
        }
        (other, _) => {
            return Err(Error::invalid(format!(
                "{path}.type: `{other}` is not one of daily_restriction, weekly_restriction"
            )));
        }
    };
    let part = |number: i8| u32::from(number.unsigned_abs());
    Ok(Restriction {
        day_of_week,
        start_seconds: part(time.hour()) * 3600 + part(time.minute()) * 60 + part(time.second()),
        duration_seconds: restriction.duration_seconds,
    })
}

/// An instant to the second; without a zone it is a time by this clock, which has to come.
pub(super) fn time(zone: &Zone, path: &str, text: &str) -> Result<Timestamp, Error> {
    let at = match zoneless(text) {
        Some(civil) => zone
            .exact(civil)
            .map_err(|skipped| Error::invalid(format!("{path}: {text} in {} {skipped}", zone.name())))?,
        None => Timestamp::parse(text).ok_or_else(|| {
            Error::invalid(format!(
                "{path}: `{text}` is not a time; expected ISO 8601 such as 2026-01-05T07:00:00Z"
            ))
        })?,
    };
    Ok(Timestamp::from_millis(at.as_millis().div_euclid(1000) * 1000))
}
