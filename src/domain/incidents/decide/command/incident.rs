//! Commands about incidents.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::check::{self, Errors};
use super::writing::NOTE_MAX;
use crate::domain::command::{Done, IncidentChange, NewIncident, Rejection, StatusChange};
use crate::domain::event::ellipsis;
use crate::domain::id::{IncidentNumber, PolicyId, UserId};
use crate::domain::incident::{Agent, EscalateReason, Incident, ResolveReason, UnacknowledgeReason};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::decide::{acknowledged, escalation, event, urgency};
use crate::domain::incidents::fact::{Cause, Fact, IncidentOpened};
use crate::domain::purpose::Purpose;
use crate::domain::service::Service;

const TITLE_MAX: usize = 1024;
const DETAILS_BYTES_MAX: usize = 1024;
const ASSIGNEES_MAX: usize = 100;
const KEY_MAX: usize = 255;
/// How many incidents one command changes at most, so that what follows from it fits into an entry of the journal.
pub(super) const CHANGES_MAX: usize = 500;
/// How many incidents are resolved with their service at most, for the same reason.
const RESOLVED_MAX: u64 = 1_000;

pub(super) fn create(draft: &mut Draft, by: Agent, new: &NewIncident) -> Result<Done, Rejection> {
    let service = check::service(draft, new.service)?;
    let mut errors = Errors::default();
    errors.name("title", &new.title, TITLE_MAX);
    errors.unless(!service.disabled, || {
        format!("service `{}` is disabled: enable it to open incidents on it", service.name)
    });
    errors.unless(new.assignees.is_empty() || new.policy.is_none(), || {
        "assignments and an escalation policy exclude each other: give one of them".to_owned()
    });
    if let Some(key) = &new.incident_key {
        errors.name("incident_key", &key.0, KEY_MAX);
        let open = draft.state.open_keys.get(&(new.service, key.clone()));
        errors.unless(open.is_none(), || {
            let open = open.map_or(0, |number| number.0);
            format!("Open incident with matching dedup key already exists on this service: incident #{open}")
        });
    }
    check_assignees(draft, &new.assignees, &mut errors);
    errors.done()?;
    let policy = check::policy(draft, new.policy.unwrap_or(service.escalation_policy))?.id;
    let (number, at) = (draft.next_number(), draft.now);
    let urgency = new.urgency.unwrap_or_else(|| service.urgency(None, at));
    draft.emit(Fact::IncidentOpened(Box::new(IncidentOpened {
        number,
        service: service.id,
        policy,
        urgency,
        at,
        auto_resolve_at: service.auto_resolve_timeout.map(|after| at.plus(after)),
        urgency_change: service.next_urgency(urgency, at),
        cause: Cause::Request {
            by,
            title: event::one_line(&new.title),
            details: new.details.as_deref().map(|text| ellipsis(text, DETAILS_BYTES_MAX)),
            incident_key: new.incident_key.clone(),
            priority: new.priority,
        },
    })));
    if new.assignees.is_empty() {
        let service = Agent::Service(service.id);
        escalation::enter(draft, number, 1, 0, EscalateReason::Opened, service);
    } else {
        assign(draft, by, number, &new.assignees);
    }
    Ok(Done::Incident(number))
}

fn check_assignees(draft: &Draft, users: &[UserId], errors: &mut Errors) {
    errors.unless(users.len() <= ASSIGNEES_MAX, || {
        format!("{} assignees: at most {ASSIGNEES_MAX} are allowed", users.len())
    });
    for user in users.iter().filter(|user| !draft.state.users.contains_key(*user)) {
        errors.add(format!("no user with the id {user} to assign it to"));
    }
}

fn assign(draft: &mut Draft, by: Agent, number: IncidentNumber, users: &[UserId]) {
    let mut seen = BTreeSet::new();
    let users: Vec<_> = users.iter().copied().filter(|user| seen.insert(*user)).collect();
    draft.emit(Fact::IncidentAssigned { number, by, users, at: draft.now });
    draft.page_later(number, Purpose::Reassigned);
}

/// All of them or none: what was done before a rejection is rolled back by the caller.
pub(super) fn update(draft: &mut Draft, by: Agent, changes: &[IncidentChange]) -> Result<Done, Rejection> {
    if changes.len() > CHANGES_MAX {
        let given = changes.len();
        return Err(check::invalid(format!("{given} incidents at once: at most {CHANGES_MAX} are allowed")));
    }
    for change in changes {
        let incident = draft
            .incident(change.number)
            .cloned()
            .ok_or_else(|| check::not_found("incident", change.number))?;
        if !incident.is_open() {
            // Asked twice: it is so already.
            if change.if_open || asks_only_to_resolve(change) {
                continue;
            }
            return Err(Rejection::AlreadyResolved { number: change.number });
        }
        validate(draft, &incident, change)?;
        change_fields(draft, by, &incident, change);
        change_responsible(draft, by, &incident, change);
        change_status(draft, by, change);
    }
    Ok(Done::Changed)
}

fn asks_only_to_resolve(change: &IncidentChange) -> bool {
    let IncidentChange {
        number: _,
        status,
        title,
        urgency,
        priority,
        assignees,
        escalation_level,
        policy,
        ..
    } = change;
    *status == Some(StatusChange::Resolved)
        && title.is_none()
        && urgency.is_none()
        && priority.is_none()
        && assignees.is_none()
        && escalation_level.is_none()
        && policy.is_none()
}

fn validate(draft: &Draft, incident: &Incident, change: &IncidentChange) -> Result<(), Rejection> {
    let mut errors = Errors::default();
    if let Some(title) = &change.title {
        errors.name("title", title, TITLE_MAX);
    }
    if let Some(assignees) = &change.assignees {
        errors.unless(!assignees.is_empty(), || {
            "assignments cannot be empty: an open incident needs at least one assignee".to_owned()
        });
        errors.unless(change.policy.is_none() && change.escalation_level.is_none(), || {
            "assignments exclude an escalation policy and an escalation level: give one of them".to_owned()
        });
        check_assignees(draft, assignees, &mut errors);
    }
    if let Some(resolution) = &change.resolution {
        errors.unless(change.status == Some(StatusChange::Resolved), || {
            "a resolution needs the status `resolved`".to_owned()
        });
        errors.text("resolution", resolution, NOTE_MAX);
    }
    errors.done()?;
    let policy = check::policy(draft, change.policy.unwrap_or(incident.policy))?;
    if let Some(level) = change.escalation_level
        && !(1..=policy.rules.len()).contains(&usize::from(level))
    {
        let (name, levels) = (&policy.name, policy.rules.len());
        return Err(check::invalid(format!(
            "escalation_level is {level}: escalation policy `{name}` has the levels 1 to {levels}"
        )));
    }
    Ok(())
}

fn change_fields(draft: &mut Draft, by: Agent, incident: &Incident, change: &IncidentChange) {
    let (number, at) = (incident.number, draft.now);
    if let Some(title) = change.title.as_ref().map(event::one_line).filter(|title| *title != incident.title) {
        draft.emit(Fact::TitleChanged { number, by, title, at });
    }
    if let Some(new) = change.urgency {
        urgency::change(draft, number, by, new);
    }
    if let Some(priority) = change.priority.filter(|priority| *priority != incident.priority) {
        draft.emit(Fact::PriorityChanged { number, by, priority, at });
    }
}

/// Whoever gives an incident to others means them to look: an acknowledgement ends with it.
fn change_responsible(draft: &mut Draft, by: Agent, incident: &Incident, change: &IncidentChange) {
    let (number, at) = (incident.number, draft.now);
    let policy: Option<PolicyId> = change.policy.filter(|policy| *policy != incident.policy);
    if let Some(policy) = policy {
        draft.emit(Fact::PolicyChanged { number, by, policy, at });
    }
    let level = change.escalation_level.or(policy.map(|_| 1));
    if level.is_some() || change.assignees.is_some() {
        acknowledged::take_back(draft, number, by, UnacknowledgeReason::Requested);
    }
    if let Some(level) = level {
        escalation::enter(draft, number, level, 0, EscalateReason::Requested, by);
    }
    if let Some(assignees) = &change.assignees {
        assign(draft, by, number, assignees);
    }
}

fn change_status(draft: &mut Draft, by: Agent, change: &IncidentChange) {
    let number = change.number;
    match change.status {
        None => {}
        Some(StatusChange::Triggered) => {
            acknowledged::unacknowledge(draft, number, by, UnacknowledgeReason::Requested);
        }
        Some(StatusChange::Acknowledged) => acknowledged::acknowledge(draft, number, by),
        Some(StatusChange::Resolved) => {
            if let Some(content) = change.resolution.clone().filter(|text| !text.trim().is_empty()) {
                draft.emit(Fact::NoteAdded { number, by, content, at: draft.now });
            }
            event::resolve(draft, number, by, ResolveReason::Requested);
        }
    }
}

pub(super) fn resolve_alerts(
    draft: &mut Draft,
    by: Agent,
    number: IncidentNumber,
    alerts: &[u32],
) -> Result<Done, Rejection> {
    let incident = draft.incident(number).cloned().ok_or_else(|| check::not_found("incident", number))?;
    for index in alerts {
        let Some(alert) = incident.alerts.get(*index as usize) else {
            return Err(check::not_found("alert", format!("{index} of incident #{number}")));
        };
        // Named twice, or resolved already: it is so.
        let open = |incident: &Arc<Incident>| {
            incident.alerts.get(*index as usize).is_some_and(|alert| alert.is_open())
        };
        if let Some(place) = alert.moved {
            return Err(check::invalid(format!(
                "alert {index} of incident #{number} is in incident #{} now, by a merge",
                place.number
            )));
        }
        if alert.is_open() && draft.open(number).is_some_and(open) {
            event::resolve_alert(draft, number, *index, by, None);
        }
    }
    Ok(Done::Changed)
}

/// Resolves whatever is open on a service.
pub(super) fn resolve_all(draft: &mut Draft, by: Agent, service: &Service) -> Result<(), Rejection> {
    let count = draft.state.open_counts.get(&service.id).copied().unwrap_or_default();
    let count = count.triggered + count.acknowledged + count.held;
    let mut errors = Errors::default();
    errors.unless(count <= RESOLVED_MAX, || {
        let name = &service.name;
        format!(
            "service `{name}` has {count} open incidents: resolve them first, until {RESOLVED_MAX} are left"
        )
    });
    errors.in_use()?;
    if count == 0 {
        return Ok(());
    }
    let open = draft.state.incidents.values().filter(|i| i.service == service.id && i.is_open());
    for number in open.map(|incident| incident.number).collect::<Vec<_>>() {
        event::resolve(draft, number, by, ResolveReason::Requested);
    }
    Ok(())
}
