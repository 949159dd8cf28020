//! Which incidents a list is about, and in which order, as the query says.

use crate::api::error::Error;
use crate::api::query::Query;
use crate::api::teams::OfTeams;
use crate::archive::{self, Row, Sort, SortBy};
use crate::domain::event::DedupKey;
use crate::domain::id::{ServiceId, UserId};
use crate::domain::incident::{Incident, Status};
use crate::domain::incidents::state::State;
use crate::domain::time::Timestamp;
use crate::domain::user::Urgency;

/// Which incidents are wanted. Empty lists mean "any".
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Wanted {
    statuses: Vec<&'static str>,
    services: Vec<ServiceId>,
    urgencies: Vec<Urgency>,
    users: Vec<UserId>,
    key: Option<DedupKey>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    /// Which of those about which nobody is paged for the time being.
    held: Held,
    /// Something was asked for that nothing has, such as a team.
    nothing: bool,
}

impl Wanted {
    /// What the query asks for. Without `since` and `until` it is everything, however old.
    pub(super) fn of(query: &Query) -> Result<Self, Error> {
        let all_dates = query.one("date_range") == Some("all");
        let time = |name| if all_dates { Ok(None) } else { query.time(name) };
        Ok(Self {
            statuses: statuses(query)?,
            services: query.each("service_ids", "the id of a service")?,
            urgencies: urgencies(query)?,
            users: query.each("user_ids", "the id of a user")?,
            key: query.one("incident_key").map(|key| DedupKey(key.into())),
            since: time("since")?,
            until: time("until")?,
            held: held(query)?,
            nothing: query.one("team_ids").is_some(),
        })
    }

    /// With what `team_ids[]` asks for: an incident belongs to the teams of its service.
    pub(super) fn of_teams(mut self, query: &Query, state: &State) -> Result<Self, Error> {
        let teams = OfTeams::of(query, state)?;
        if !teams.is_asked() {
            return Ok(self);
        }
        let theirs = state.services.values().filter(|service| teams.has_policy(service.escalation_policy));
        let named = |id: &ServiceId| self.services.is_empty() || self.services.contains(id);
        self.services = theirs.map(|service| service.id).filter(named).collect();
        self.nothing = self.services.is_empty();
        Ok(self)
    }

    /// Whether this incident is wanted.
    pub(super) fn matches(&self, incident: &Incident) -> bool {
        !self.nothing
            && self.held.takes(incident.hold.is_some())
            && (self.statuses.is_empty() || self.statuses.contains(&incident.status.as_str()))
            && (self.services.is_empty() || self.services.contains(&incident.service))
            && (self.urgencies.is_empty() || self.urgencies.contains(&incident.urgency))
            && (self.users.is_empty() || self.is_assigned(incident))
            && self.since.is_none_or(|since| since <= incident.created_at)
            && self.until.is_none_or(|until| incident.created_at < until)
            && self.key.as_ref().is_none_or(|key| has_key(incident, key))
    }

    fn is_assigned(&self, incident: &Incident) -> bool {
        incident.is_open() && incident.assignments.iter().any(|it| self.users.contains(&it.user))
    }

    /// What to ask the archive for; `None`: nothing there can be wanted.
    pub(super) fn archived(&self) -> Option<archive::Filter> {
        let resolved = self.statuses.is_empty() || self.statuses.contains(&"resolved");
        // Nobody is responsible for a resolved incident any more.
        let any_user = self.users.is_empty();
        let not_held = self.held != Held::Only;
        (resolved && any_user && not_held && !self.nothing).then(|| archive::Filter {
            services: self.services.clone(),
            urgencies: self.urgencies.clone(),
            key: self.key.clone(),
            users: Vec::new(),
            since: self.since,
            until: self.until,
        })
    }
}

/// An addition of `pd`: `held=only` lists what pages nobody for the time being, `held=all` those and the others.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Held {
    /// Not in the list, since clients take what is triggered for something that somebody is paged about.
    #[default]
    Hidden,
    All,
    Only,
}

impl Held {
    fn takes(self, held: bool) -> bool {
        match self {
            Self::Hidden => !held,
            Self::All => true,
            Self::Only => held,
        }
    }
}

fn held(query: &Query) -> Result<Held, Error> {
    match query.one("held") {
        None => Ok(Held::Hidden),
        Some("all") => Ok(Held::All),
        Some("only") => Ok(Held::Only),
        Some(other) => Err(Error::invalid(format!("held: `{other}` is not one of all, only"))),
    }
}

fn has_key(incident: &Incident, key: &DedupKey) -> bool {
    incident.incident_key.as_ref() == Some(key) || incident.alerts.iter().any(|alert| alert.dedup_key == *key)
}

fn statuses(query: &Query) -> Result<Vec<&'static str>, Error> {
    let known = ["triggered", "acknowledged", "resolved"];
    query
        .all("statuses")
        .map(|text| {
            known.into_iter().find(|status| *status == text).ok_or_else(|| {
                Error::invalid(format!(
                    "statuses[]: `{text}` is not one of triggered, acknowledged, resolved"
                ))
            })
        })
        .collect()
}

fn urgencies(query: &Query) -> Result<Vec<Urgency>, Error> {
    query
        .all("urgencies")
        .map(|text| match text {
            "high" => Ok(Urgency::High),
            "low" => Ok(Urgency::Low),
            _ => Err(Error::invalid(format!("urgencies[]: `{text}` is not one of high, low"))),
        })
        .collect()
}

/// The order that `sort_by=field[:asc|desc]` asks for; by number, oldest first, if nothing is asked for. A further field
/// can only be the number in the same direction, which decides between equals anyway.
pub(super) fn sort(query: &Query) -> Result<Sort, Error> {
    let fields = query.all("sort_by").flat_map(|text| text.split(','));
    let mut fields = fields.map(field).collect::<Result<Vec<_>, _>>()?.into_iter();
    let Some(first) = fields.next() else { return Ok(Sort::default()) };
    for next in fields {
        if next != (Sort { by: SortBy::Number, ..first }) {
            return Err(Error::invalid(
                "sort_by: only one field can be sorted by; equal ones follow their numbers in the same direction",
            ));
        }
    }
    Ok(first)
}

fn field(text: &str) -> Result<Sort, Error> {
    let (name, direction) = text.trim().split_once(':').unwrap_or((text.trim(), "asc"));
    let by = match name {
        // Numbers are given in order of opening.
        "incident_number" | "created_at" => SortBy::Number,
        "resolved_at" => SortBy::ResolvedAt,
        "urgency" => SortBy::Urgency,
        _ => {
            return Err(Error::invalid(format!(
                "sort_by: `{name}` is not one of incident_number, created_at, resolved_at, urgency"
            )));
        }
    };
    match direction {
        "asc" => Ok(Sort { by, descending: false }),
        "desc" => Ok(Sort { by, descending: true }),
        _ => Err(Error::invalid(format!("sort_by: `{direction}` is neither asc nor desc"))),
    }
}

/// What an incident is sorted by. One that is open comes after all that are resolved.
pub(super) fn row(incident: &Incident) -> Row {
    let resolved_at = match incident.status {
        Status::Resolved { at, .. } => at,
        Status::Triggered | Status::Acknowledged => Timestamp::from_millis(i64::MAX),
    };
    Row { number: incident.number, urgency: incident.urgency, resolved_at }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn orders() {
        for (query, expected) in [
            ("", Some((SortBy::Number, false))),
            ("sort_by=created_at:desc", Some((SortBy::Number, true))),
            ("sort_by=urgency:desc,incident_number:desc", Some((SortBy::Urgency, true))),
            ("sort_by[]=resolved_at", Some((SortBy::ResolvedAt, false))),
            ("sort_by=urgency:desc,created_at:asc", None),
            ("sort_by=urgency,resolved_at", None),
            ("sort_by=title", None),
            ("sort_by=urgency:up", None),
        ] {
            let found = sort(&Query::parse(query)).ok().map(|sort| (sort.by, sort.descending));
            assert_eq!(found, expected, "{query}");
        }
    }

    #[test]
    fn the_archive_is_asked_only_for_what_can_be_there() {
        for (query, asked) in [
            ("", true),
            ("statuses[]=resolved&statuses[]=triggered", true),
            ("statuses[]=triggered&statuses[]=acknowledged", false),
            ("user_ids[]=P123456", false),
            ("team_ids[]=P123456", false),
            ("service_ids[]=P123456", true),
        ] {
            assert_eq!(Wanted::of(&Query::parse(query)).unwrap().archived().is_some(), asked, "{query}");
        }
        for query in ["statuses[]=open", "urgencies[]=mid", "user_ids[]=ann", "since=soon"] {
            assert!(Wanted::of(&Query::parse(query)).is_err(), "{query}");
        }
    }
}
