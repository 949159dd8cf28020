//! `/schedules/{id}/overrides`

use axum::extract::Path;
use http::StatusCode;

use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::fields::{id_in_path, id_of};
use super::reply;
use super::schedules::{bounded, time};
use crate::domain::command::{Ask, Done};
use crate::domain::id::OverrideId;
use crate::domain::schedule::ask::NewOverride;
use crate::domain::schedule::zone::Zone;
use crate::domain::schedule::{Schedule, Span, clip};
use crate::wire::rest::envelope::One;
use crate::wire::rest::schedule as wire;
use crate::wire::rest::schedule::{OverrideCreate, OverrideOutcome, OverridesCreate};

/// How many overrides one request makes.
const MANY_MAX: usize = 100;

/// `GET /schedules/{id}/overrides`: those that touch the range, which has to be given, cut to it unless `overflow`
pub(super) async fn list(cx: Context, Path(id): Path<String>) -> Reply {
    let schedule = cx.schedule(&id)?;
    let needed = |name: &str| {
        cx.query.time(name)?.ok_or_else(|| Error::invalid(format!("{name}: missing, give since and until")))
    };
    let range = bounded(Span { start: needed("since")?, end: needed("until")? })?;
    let (overflow, editable) = (cx.query.flag("overflow")?, cx.query.flag("editable")?);
    let zone = cx.query.zone()?.unwrap_or_else(|| Zone::known(&schedule.time_zone));
    let now = cx.parts().clock.now();
    let view = cx.view()?;
    let mut found: Vec<_> = schedule
        .overrides
        .iter()
        .filter(|entry| !editable || entry.end > now)
        .filter_map(|entry| {
            let whole = Span { start: entry.start, end: entry.end };
            let cut = clip(whole, range)?;
            Some((entry, if overflow { whole } else { cut }))
        })
        .collect();
    found.sort_by_key(|(entry, _)| (entry.start, entry.id));
    reply::many(found.into_iter().map(|(entry, span)| view.over_ride(entry, span, &zone)).collect())
}

/// `POST /schedules/{id}/overrides`: one, or several of which each is done or not
pub(super) async fn create(
    mut cx: Context,
    Path(id): Path<String>,
    Body(new): Body<OverridesCreate>,
) -> Reply {
    let schedule = cx.schedule(&id)?;
    match new {
        OverridesCreate { one: Some(new), many: None } => {
            reply::created(make(&mut cx, &schedule, "override", &new).await?)
        }
        OverridesCreate { one: None, many: Some(new) } => many(cx, &schedule, &new).await,
        OverridesCreate { .. } => {
            Err(Error::invalid("the body: give either `override` or a list of `overrides`"))
        }
    }
}

/// Each is judged by itself, as PagerDuty does it.
async fn many(mut cx: Context, schedule: &Schedule, new: &[OverrideCreate]) -> Reply {
    if new.len() > MANY_MAX {
        let given = new.len();
        return Err(Error::invalid(format!("overrides: {given} at once, at most {MANY_MAX} are allowed")));
    }
    if cx.has_idempotency_key() && new.len() > 1 {
        return Err(Error::invalid("Idempotency-Key: one key stands for one override, not for several"));
    }
    let mut outcomes = Vec::with_capacity(new.len());
    for (index, new) in new.iter().enumerate() {
        outcomes.push(match make(&mut cx, schedule, &format!("overrides[{index}]"), new).await {
            Ok(made) => OverrideOutcome { status: 201, made: Some(made), errors: None },
            Err(error) if error.is_invalid() => {
                OverrideOutcome { status: 400, made: None, errors: Some(error.into_errors()) }
            }
            Err(error) => return Err(error),
        });
    }
    Ok(reply::json(StatusCode::CREATED, &outcomes))
}

async fn make(
    cx: &mut Context,
    schedule: &Schedule,
    path: &str,
    new: &OverrideCreate,
) -> Result<wire::Override, Error> {
    let zone = Zone::known(&schedule.time_zone);
    let new = NewOverride {
        user: id_of(&format!("{path}.user"), &new.user)?,
        start: time(&zone, &format!("{path}.start"), &new.start)?,
        end: time(&zone, &format!("{path}.end"), &new.end)?,
    };
    let done = cx.ask(Ask::CreateOverride { schedule: schedule.id, new }, None).await?;
    let Done::Object(id) = done else {
        return Err(Error::internal("making an override came to something else"));
    };
    let schedule = cx.schedule(&schedule.id.to_string())?;
    let made = schedule.overrides.iter().find(|entry| entry.id == OverrideId(id));
    let made = made.ok_or_else(|| Error::no_such("override", id.as_str()))?;
    Ok(cx.view()?.over_ride(made, Span { start: made.start, end: made.end }, &zone))
}

/// `DELETE /schedules/{id}/overrides/{override_id}`: 204; one that has begun ends now, which is 200 with what is left
pub(super) async fn delete(mut cx: Context, Path((id, entry)): Path<(String, String)>) -> Reply {
    let schedule = cx.schedule(&id)?;
    let key: OverrideId = id_in_path("override", &entry)?;
    cx.ask(Ask::DeleteOverride { schedule: schedule.id, id: key }, Some(&entry)).await?;
    let schedule = cx.schedule(&id)?;
    let zone = Zone::known(&schedule.time_zone);
    match schedule.overrides.iter().find(|entry| entry.id == key) {
        None => reply::nothing(),
        Some(left) => {
            let shown = cx.view()?.over_ride(left, Span { start: left.start, end: left.end }, &zone);
            Ok(reply::json(StatusCode::OK, &One(shown)))
        }
    }
}
