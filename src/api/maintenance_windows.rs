//! `/maintenance_windows`

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Path;

use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::fields::{contains, id_in_path, ids_of};
use super::reply;
use super::teams::OfTeams;
use crate::domain::command::{Ask, Done};
use crate::domain::expression::Condition;
use crate::domain::id::{MaintenanceWindowId, ServiceId};
use crate::domain::maintenance::{MaintenanceWindow, Weekly, WindowChange};
use crate::domain::time::Timestamp;
use crate::wire::rest::envelope::One;
use crate::wire::rest::maintenance_window::{Recurrence, WindowUpdate};

impl Context {
    fn window(&self, id: &str) -> Result<Arc<MaintenanceWindow>, Error> {
        let key: MaintenanceWindowId = id_in_path("maintenance window", id)?;
        self.state.windows.get(&key).cloned().ok_or_else(|| Error::no_such("maintenance window", id))
    }

    fn show_window(
        &self,
        id: &str,
    ) -> Result<crate::wire::rest::maintenance_window::MaintenanceWindow, Error> {
        Ok(self.view()?.window(&*self.window(id)?, self.parts().clock.now()))
    }
}

/// `GET /maintenance_windows`, the earliest first
pub(super) async fn list(cx: Context) -> Reply {
    let now = cx.parts().clock.now();
    let wanted = filter(cx.query.one("filter"))?;
    let services: Vec<ServiceId> = cx.query.each("service_ids", "the id of a service")?;
    let query = cx.query.one("query").unwrap_or("");
    let teams = OfTeams::of(&cx.query, &cx.state)?;
    let theirs = |window: &MaintenanceWindow| {
        let mut services = window.services.iter().filter_map(|id| cx.state.services.get(id));
        !teams.is_asked() || services.any(|service| teams.has_policy(service.escalation_policy))
    };
    let mut windows: Vec<_> = cx
        .state
        .windows
        .values()
        .filter(|window| theirs(window) && wanted(window, now) && contains(&window.description, query))
        .filter(|window| services.is_empty() || services.iter().any(|service| window.covers(*service)))
        .cloned()
        .collect();
    windows.sort_by_key(|window| (window.start, window.id));
    let (windows, page) = cx.query.page()?.cut(windows);
    let view = cx.view()?;
    reply::paged(windows.iter().map(|window| view.window(window, now)).collect(), page)
}

type Wanted = fn(&MaintenanceWindow, Timestamp) -> bool;

fn filter(name: Option<&str>) -> Result<Wanted, Error> {
    match name {
        None | Some("all") => Ok(|_, _| true),
        Some("past") => Ok(|window, now| window.is_past(now)),
        Some("future") => Ok(|window, now| window.start > now),
        Some("ongoing") => Ok(|window, now| window.is_running(now)),
        Some("open") => Ok(|window, now| !window.is_past(now)),
        Some(other) => {
            Err(Error::invalid(format!("filter: `{other}` is not one of past, future, ongoing, open, all")))
        }
    }
}

/// `GET /maintenance_windows/{id}`
pub(super) async fn get(cx: Context, Path(id): Path<String>) -> Reply {
    reply::one(cx.show_window(&id)?)
}

/// `POST /maintenance_windows`
pub(super) async fn create(mut cx: Context, Body(One(new)): Body<One<WindowUpdate>>) -> Reply {
    let done = cx.ask(Ask::CreateWindow(Box::new(change(new)?)), None).await?;
    let Done::Object(id) = done else {
        return Err(Error::internal("making a maintenance window came to something else"));
    };
    reply::created(cx.show_window(id.as_str())?)
}

/// `PUT /maintenance_windows/{id}`
pub(super) async fn update(
    mut cx: Context,
    Path(id): Path<String>,
    Body(One(update)): Body<One<WindowUpdate>>,
) -> Reply {
    let window = cx.window(&id)?.id;
    cx.ask(Ask::UpdateWindow { id: window, change: Box::new(change(update)?) }, Some(&id)).await?;
    reply::one(cx.show_window(&id)?)
}

/// `PUT /maintenance_windows/{id}/end`: an addition of `pd`. One that recurs comes again.
pub(super) async fn end(mut cx: Context, Path(id): Path<String>) -> Reply {
    let window = cx.window(&id)?.id;
    cx.ask(Ask::EndWindow { id: window }, Some(&id)).await?;
    reply::one(cx.show_window(&id)?)
}

/// `DELETE /maintenance_windows/{id}`
pub(super) async fn delete(mut cx: Context, Path(id): Path<String>) -> Reply {
    let window = cx.window(&id)?.id;
    cx.ask(Ask::DeleteWindow { id: window }, Some(&id)).await?;
    reply::nothing()
}

fn change(update: WindowUpdate) -> Result<WindowChange, Error> {
    const PATH: &str = "maintenance_window";
    Ok(WindowChange {
        description: update.description.map(Into::into),
        services: update
            .services
            .map(|services| ids_of(&format!("{PATH}.services"), services.iter()))
            .transpose()?,
        condition: update
            .condition
            .map(|text| text.as_deref().filter(|text| !text.trim().is_empty()).map(Condition::new)),
        start: update.start_time.map(|text| time(&format!("{PATH}.start_time"), &text)).transpose()?,
        end: update.end_time.map(|text| time(&format!("{PATH}.end_time"), &text)).transpose()?,
        weekly: update.recurrence.map(|it| it.map(weekly).transpose()).transpose()?,
    })
}

fn time(path: &str, text: &str) -> Result<Timestamp, Error> {
    Timestamp::parse(text).ok_or_else(|| {
        Error::invalid(format!(
            "{path}: `{text}` is not a time; expected ISO 8601 such as 2026-01-05T07:00:00Z"
        ))
    })
}

fn weekly(recurrence: Recurrence) -> Result<Weekly, Error> {
    const PATH: &str = "maintenance_window.recurrence";
    let Recurrence { kind, time_zone, days_of_week, start_time_of_day, duration_seconds, until } = recurrence;
    if kind != "weekly" {
        return Err(Error::invalid(format!("{PATH}.type: `{kind}` is not offered; expected weekly")));
    }
    let at = start_time_of_day.parse::<jiff::civil::Time>().ok().filter(|at| at.second() == 0);
    let at = at.ok_or_else(|| {
        Error::invalid(format!("{PATH}.start_time_of_day: `{start_time_of_day}` is not a time such as 22:00"))
    })?;
    let mut days = days_of_week;
    days.sort_unstable();
    days.dedup();
    Ok(Weekly {
        time_zone: time_zone.into(),
        days,
        minute: u16::try_from(i32::from(at.hour()) * 60 + i32::from(at.minute())).unwrap_or(u16::MAX),
        duration: Duration::from_secs(duration_seconds),
        until: until.map(|text| time(&format!("{PATH}.until"), &text)).transpose()?,
    })
}
