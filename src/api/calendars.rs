//! `/calendars`: an addition of `pd`. Holidays and leave, which take users off call.

use std::sync::Arc;

use axum::extract::Path;

use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::fields::{id_in_path, ids_of};
use super::{ical_read, reply};
use crate::domain::command::{Ask, Done};
use crate::domain::id::CalendarId;
use crate::domain::schedule::ask::CalendarChange;
use crate::domain::schedule::zone::Zone;
use crate::domain::schedule::{Calendar, Span};
use crate::domain::time::Timestamp;
use crate::wire::rest::envelope::One;
use crate::wire::rest::feed::{self as wire, CalendarUpdate};
use crate::wire::rest::reference::Reference;

impl Context {
    fn calendar(&self, id: &str) -> Result<Arc<Calendar>, Error> {
        let key: CalendarId = id_in_path("calendar", id)?;
        self.state.calendars.get(&key).cloned().ok_or_else(|| Error::no_such("calendar", id))
    }
}

/// `GET /calendars`, oldest first
pub(super) async fn list(cx: Context) -> Reply {
    let mut calendars: Vec<_> = cx.state.calendars.values().collect();
    calendars.sort_by_key(|calendar| (calendar.created_at, calendar.id));
    let (calendars, page) = cx.query.page()?.cut(calendars);
    let shown = calendars.into_iter().map(|calendar| shown(&cx, calendar));
    reply::paged(shown.collect::<Result<_, _>>()?, page)
}

/// `GET /calendars/{id}`
pub(super) async fn get(cx: Context, Path(id): Path<String>) -> Reply {
    reply::one(shown(&cx, &*cx.calendar(&id)?)?)
}

/// `POST /calendars`
pub(super) async fn create(mut cx: Context, Body(One(new)): Body<One<CalendarUpdate>>) -> Reply {
    let now = cx.parts().clock.now();
    let Done::Object(id) = cx.ask(Ask::CreateCalendar(Box::new(change(new, now)?)), None).await? else {
        return Err(Error::internal("making a calendar came to something else"));
    };
    reply::created(shown(&cx, &*cx.calendar(id.as_str())?)?)
}

/// `PUT /calendars/{id}`
pub(super) async fn update(
    mut cx: Context,
    Path(id): Path<String>,
    Body(One(update)): Body<One<CalendarUpdate>>,
) -> Reply {
    let key = cx.calendar(&id)?.id;
    let now = cx.parts().clock.now();
    cx.ask(Ask::UpdateCalendar { id: key, change: Box::new(change(update, now)?) }, Some(&id)).await?;
    reply::one(shown(&cx, &*cx.calendar(&id)?)?)
}

/// `DELETE /calendars/{id}`
pub(super) async fn delete(mut cx: Context, Path(id): Path<String>) -> Reply {
    let key = cx.calendar(&id)?.id;
    cx.ask(Ask::DeleteCalendar { id: key }, Some(&id)).await?;
    reply::nothing()
}

fn change(update: CalendarUpdate, now: Timestamp) -> Result<CalendarChange, Error> {
    let CalendarUpdate { name, users, absences, ical, time_zone } = update;
    let unknown = |name: &str| {
        Error::invalid(format!(
            "calendar.time_zone: `{name}` does not exist: give an IANA time zone such as Europe/Berlin"
        ))
    };
    let zone = time_zone.map(|name| Zone::named(&name).ok_or_else(|| unknown(&name))).transpose()?;
    let absences = match (absences, ical) {
        (Some(_), Some(_)) => {
            return Err(Error::invalid("calendar: give either `absences` or `ical`, not both"));
        }
        (Some(absences), None) => Some(spans(zone.unwrap_or_else(Zone::utc), &absences)?),
        (None, Some(text)) => {
            let wrong = |error| Error::invalid(format!("calendar.ical: {error}"));
            Some(ical_read::read(&text, zone, now).map_err(wrong)?)
        }
        (None, None) => None,
    };
    let users = users.map(|users| ids_of("calendar.users", users.iter())).transpose()?;
    Ok(CalendarChange { name: name.map(Into::into), users, absences })
}

fn spans(zone: Zone, absences: &[wire::Absence]) -> Result<Vec<Span>, Error> {
    let absences = absences.iter().enumerate();
    let span = |(n, absence): (usize, &wire::Absence)| {
        let at = |field: &str, text: &str| {
            super::schedules::time(&zone, &format!("calendar.absences[{n}].{field}"), text)
        };
        Ok(Span { start: at("start", &absence.start)?, end: at("end", &absence.end)? })
    };
    absences.map(span).collect()
}

fn shown(cx: &Context, calendar: &Calendar) -> Result<wire::Calendar, Error> {
    let view = cx.view()?;
    let absence = |span: &Span| wire::Absence { start: span.start.to_iso(), end: span.end.to_iso() };
    Ok(wire::Calendar {
        head: Reference {
            kind: "calendar".to_owned(),
            summary: Some(calendar.name.to_string()),
            self_url: Some(cx.links.api("calendars", calendar.id)),
            html_url: None,
            id: calendar.id.to_string(),
        },
        name: calendar.name.to_string(),
        users: calendar.users.iter().map(|id| view.user_reference(*id)).collect(),
        absences: calendar.absences.iter().map(absence).collect(),
        read_at: calendar.read_at.to_iso(),
    })
}
