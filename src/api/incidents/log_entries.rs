//! Log entries: of one incident, one by its id, or of all incidents.

use std::collections::BTreeMap;

use axum::extract::Path;

use super::Found;
use crate::api::context::Context;
use crate::api::error::{Error, Reply};
use crate::api::reply;
use crate::api::view::is_overview;
use crate::archive::{Filter, Sort, SortBy};
use crate::domain::id::{IncidentNumber, LongId};
use crate::domain::incident::{Incident, LogEntry};
use crate::domain::time::Timestamp;

/// Which entries are wanted.
struct Wanted {
    overview: bool,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Wanted {
    fn of(cx: &Context) -> Result<Self, Error> {
        Ok(Self {
            overview: cx.query.flag("is_overview")?,
            since: cx.query.time("since")?,
            until: cx.query.time("until")?,
        })
    }

    fn matches(&self, entry: &LogEntry) -> bool {
        (!self.overview || is_overview(&entry.what))
            && self.since.is_none_or(|since| since <= entry.at)
            && self.until.is_none_or(|until| entry.at < until)
    }
}

/// `GET /incidents/{id}/log_entries`, newest first
pub(crate) async fn of_incident(cx: Context, Path(id): Path<String>) -> Reply {
    let found = cx.find(&id).await?;
    let wanted = Wanted::of(&cx)?;
    let entries = found.incident().log_entries().rev().filter(|(_, entry)| wanted.matches(entry)).collect();
    let (entries, page) = cx.query.page()?.cut(entries);
    let view = cx.view_of(found.closed())?;
    let entries = entries.iter().map(|(index, entry)| view.log_entry(found.incident(), *index, entry));
    reply::paged(entries.collect(), page)
}

/// `GET /log_entries/{id}`
pub(crate) async fn get(cx: Context, Path(id): Path<String>) -> Reply {
    let unknown = || Error::no_such("log entry", &id);
    let Some(LongId::LogEntry(number, index)) = cx.id_key()?.open(&id) else { return Err(unknown()) };
    let found = cx.find_number(number).await?.ok_or_else(unknown)?;
    let entry = found.incident().log_entries().find(|(i, _)| *i == index);
    let (index, entry) = entry.ok_or_else(unknown)?;
    reply::one(cx.view_of(found.closed())?.log_entry(found.incident(), index, entry))
}

/// `GET /log_entries`: of all incidents, newest first.
pub(crate) async fn list(cx: Context) -> Reply {
    let (wanted, ask) = (Wanted::of(&cx)?, cx.query.page()?);
    if ask.total {
        return Err(Error::invalid("total: log entries are not counted over all incidents; ask without it"));
    }
    let mut newest = Newest::new(ask.end() + 1);
    let mut archived = BTreeMap::new();
    for incident in cx.state.incidents.values() {
        newest.take(incident, &wanted);
    }
    take_archived(&cx, &wanted, &mut newest, &mut archived).await?;
    let (places, page) = ask.cut(newest.places());
    let mut entries = Vec::with_capacity(places.len());
    for (number, index) in places {
        let found = match cx.state.incidents.get(&number) {
            Some(incident) => Found::Live(incident.clone()),
            None => match archived.remove(&number) {
                Some(found) => found,
                None => continue,
            },
        };
        if let Some((index, entry)) = found.incident().log_entries().find(|(i, _)| *i == index) {
            entries.push(cx.view_of(found.closed())?.log_entry(found.incident(), index, entry));
        }
        if found.closed().is_some() {
            archived.insert(number, found);
        }
    }
    reply::paged(entries, page)
}

/// Goes through the archive, latest resolved first, until nothing older can be among the newest.
async fn take_archived(
    cx: &Context,
    wanted: &Wanted,
    newest: &mut Newest,
    archived: &mut BTreeMap<IncidentNumber, Found>,
) -> Result<(), Error> {
    let filter = Filter { until: wanted.until, ..Filter::default() };
    let sort = Sort { by: SortBy::ResolvedAt, descending: true };
    // Every incident has at least one entry, so no more incidents than entries can be needed.
    let rows = cx.parts().archive.rows(&filter, sort, newest.max).await?;
    for row in rows {
        let too_old = wanted.since.is_some_and(|since| row.resolved_at < since);
        if too_old || newest.is_full_after(row.resolved_at) {
            break;
        }
        if cx.state.incidents.contains_key(&row.number) {
            continue;
        }
        if let Some(closed) = cx.parts().archive.get(row.number).await? {
            newest.take(&closed.incident, wanted);
            archived.insert(row.number, Found::Archived(Box::new(closed)));
        }
    }
    Ok(())
}

/// The newest entries that were seen, at most `max`.
struct Newest {
    max: usize,
    entries: BTreeMap<(Timestamp, IncidentNumber, u32), ()>,
}

impl Newest {
    fn new(max: usize) -> Self {
        Self { max, entries: BTreeMap::new() }
    }

    fn take(&mut self, incident: &Incident, wanted: &Wanted) {
        if self.is_full_after(incident.updated_at) {
            return;
        }
        for (index, entry) in incident.log_entries().rev().filter(|(_, entry)| wanted.matches(entry)) {
            self.entries.insert((entry.at, incident.number, index), ());
            if self.entries.len() > self.max {
                self.entries.pop_first();
            }
        }
    }

    /// Whether there are enough entries that are newer than `at`.
    fn is_full_after(&self, at: Timestamp) -> bool {
        self.entries.len() >= self.max
            && self.entries.first_key_value().is_some_and(|((oldest, _, _), ())| at < *oldest)
    }

    /// Where the entries are, newest first.
    fn places(self) -> Vec<(IncidentNumber, u32)> {
        self.entries.into_keys().rev().map(|(_, number, index)| (number, index)).collect()
    }
}
