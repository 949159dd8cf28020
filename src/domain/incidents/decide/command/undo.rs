//! Undoing the last own action. What it means is written in `docs/incidents.md`.

use std::sync::Arc;

use super::undo_override;
use crate::domain::action::{Action, ActionKind, Left, LeftWhy, Standing, UNDO_WITHIN, Undone};
use crate::domain::command::{Ask, Done, IncidentChange, Rejection, StatusChange};
use crate::domain::id::{IncidentNumber, UserId};
use crate::domain::incident::{Agent, Incident, Page, PageState, ResolveReason, Status, UnreachedReason};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::decide::{escalation, event, hold, page};
use crate::domain::incidents::fact::Fact;
use crate::domain::purpose::Purpose;

/// What a command does to incidents, and to which: so that it can be undone, or it can be said that it cannot.
pub(super) fn action(ask: &Ask) -> Option<(ActionKind, Vec<IncidentNumber>)> {
    Some(match ask {
        Ask::UpdateIncidents(changes) => {
            (kind(changes), changes.iter().map(|change| change.number).collect())
        }
        Ask::Snooze { incidents, .. } => (ActionKind::Snooze, incidents.clone()),
        Ask::Merge { into, sources } => {
            (ActionKind::Merge, sources.iter().copied().chain(std::iter::once(*into)).collect())
        }
        Ask::CreateIncident(_) => (ActionKind::Open, Vec::new()),
        Ask::ResolveAlerts { incident, .. } => (ActionKind::Resolve, vec![*incident]),
        _ => return None,
    })
}

/// The most that is done to any of them.
fn kind(changes: &[IncidentChange]) -> ActionKind {
    let any = |of: fn(&IncidentChange) -> bool| changes.iter().any(of);
    if any(|change| change.status == Some(StatusChange::Resolved)) {
        ActionKind::Resolve
    } else if any(|change| change.status == Some(StatusChange::Triggered)) {
        ActionKind::Unacknowledge
    } else if any(|change| change.assignees.is_some() || change.policy.is_some()) {
        ActionKind::Assign
    } else if any(|change| change.escalation_level.is_some()) {
        ActionKind::Escalate
    } else if any(|change| change.status == Some(StatusChange::Acknowledged)) {
        ActionKind::Acknowledge
    } else {
        ActionKind::Change
    }
}

pub(super) fn undo(draft: &mut Draft, by: Agent) -> Result<Done, Rejection> {
    let Agent::User(user) = by else {
        return Err(Rejection::NoRequester {
            reason: "only a user can undo an action: use a user's token, or name the user in From".into(),
        });
    };
    let action = last(draft, user)?;
    if let Some(cover) = &action.cover {
        return undo_override::undo(draft, &action, cover);
    }
    let mut restored = Vec::new();
    let mut left = Vec::new();
    let target = target(draft, &action);
    let held_back = held_back(draft, &action, target);
    for before in action.before.iter().filter(|before| Some(before.number) != target) {
        match restore(draft, &action, before) {
            Ok(()) => restored.push(before.number),
            Err(why) => left.push(Left { number: before.number, why }),
        }
    }
    if restored.is_empty() {
        let why = left.first().map_or_else(String::new, |left| why(draft, left));
        return Err(cannot(format!("nothing was undone: {why}")));
    }
    // Without what was merged into it, it is held back as before.
    if left.is_empty()
        && let Some(target) = held_back
        && draft.open(target.number).is_some()
    {
        draft.emit(Fact::IncidentRestored { number: target.number, by: user, at: draft.now });
        hold::resumed(draft, target.number);
        restored.push(target.number);
    }
    draft.emit(Fact::ActionUndone { by: user, at: draft.now });
    Ok(Done::Undone(Box::new(Undone { what: action.what, at: action.at, restored, left, cover: None })))
}

/// What the others were merged into.
fn target(draft: &Draft, action: &Action) -> Option<IncidentNumber> {
    let into = |before: &Standing| match draft.incident(before.number)?.status {
        Status::Resolved { reason: ResolveReason::Merged { into }, .. } => Some(into),
        _ => None,
    };
    action.before.iter().filter(|_| action.what == ActionKind::Merge).find_map(into)
}

/// What the others were merged into, if they ended its hold, and nobody has done anything with it since.
fn held_back(draft: &Draft, action: &Action, target: Option<IncidentNumber>) -> Option<Standing> {
    let before = action.before.iter().find(|before| Some(before.number) == target)?;
    let incident = draft.open(before.number).filter(|incident| incident.hold.is_none())?;
    check_untouched(incident, action).ok()?;
    check_known(draft, before).ok()?;
    Some(before.clone())
}

/// The last action, if it is one that can be undone.
fn last(draft: &Draft, user: UserId) -> Result<Arc<Action>, Rejection> {
    let action = draft.state.actions.get(&user).cloned();
    let action = action
        .ok_or_else(|| cannot("there is nothing to undo: your last action is undone or unknown".into()))?;
    let what = action.what.phrase();
    if !action.what.is_undoable() {
        let error = format!("your last action was to {what}, which cannot be undone");
        return Err(cannot(error));
    }
    if draft.now.since(action.at) > UNDO_WITHIN {
        let minutes = UNDO_WITHIN.as_secs() / 60;
        let error = format!(
            "your last action was to {what} at {}: it can be undone for {minutes} minutes only",
            action.at.to_iso()
        );
        return Err(cannot(error));
    }
    Ok(action)
}

pub(super) fn cannot(reason: String) -> Rejection {
    Rejection::CannotUndo { reason: reason.into() }
}

fn why(draft: &Draft, left: &Left) -> String {
    let number = left.number;
    match left.why {
        LeftWhy::ActedSince(Agent::User(id)) => {
            let name = draft.state.users.get(&id).map_or("a removed user", |user| &user.name);
            format!("{name} has acted on incident #{number} since")
        }
        LeftWhy::ActedSince(_) => format!("incident #{number} has moved on since"),
        LeftWhy::Gone => format!("incident #{number} is archived"),
        LeftWhy::TargetClosed(into) => {
            format!("incident #{into}, into which #{number} was merged, is not open any more")
        }
        LeftWhy::KeyTaken(other) => {
            format!("incident #{other} has the key of incident #{number} by now")
        }
        LeftWhy::Removed => {
            format!("a user or the escalation policy that incident #{number} had then was removed")
        }
    }
}

fn restore(draft: &mut Draft, action: &Action, before: &Standing) -> Result<(), LeftWhy> {
    let number = before.number;
    let incident = draft.incident(number).cloned().ok_or(LeftWhy::Gone)?;
    check_untouched(&incident, action)?;
    check_known(draft, before)?;
    check_key(draft, &incident)?;
    if action.what == ActionKind::Merge {
        return_alerts(draft, action, &incident)?;
    }
    draft.emit(Fact::IncidentRestored { number, by: action.by, at: draft.now });
    let emptied = |incident: &Arc<Incident>| {
        let mut here = incident.alerts.iter().filter(|alert| alert.moved.is_none()).peekable();
        here.peek().is_some() && here.all(|alert| !alert.is_open())
    };
    if draft.open(number).is_some_and(emptied) {
        // Its sender has said meanwhile that it is over.
        let by = Agent::Service(incident.service);
        event::resolve(draft, number, by, ResolveReason::AlertsResolved);
    }
    if before.hold.is_some() {
        hold::resumed(draft, number);
    } else {
        page_again(draft, number, before);
    }
    Ok(())
}

/// The key that it was opened with may be another's by now.
fn check_key(draft: &Draft, incident: &Incident) -> Result<(), LeftWhy> {
    let Some(key) = &incident.incident_key else { return Ok(()) };
    match draft.state.open_keys.get(&(incident.service, key.clone())) {
        Some(other) if *other != incident.number => Err(LeftWhy::KeyTaken(*other)),
        Some(_) | None => Ok(()),
    }
}

/// Nobody and nothing may have acted on it since. What the same moment brought with it is undone as well.
fn check_untouched(incident: &Incident, action: &Action) -> Result<(), LeftWhy> {
    let Some(acted) = incident.acted else { return Ok(()) };
    let mine = matches!(acted.by, Agent::Service(_)) || acted.by == Agent::User(action.by);
    if acted.at > action.at || (acted.at == action.at && !mine) {
        return Err(LeftWhy::ActedSince(acted.by));
    }
    Ok(())
}

/// Whoever was responsible must still be there.
fn check_known(draft: &Draft, before: &Standing) -> Result<(), LeftWhy> {
    let user = |user| draft.state.users.contains_key(&user);
    let users = before.assignments.iter().all(|assignment| user(assignment.user));
    let policy = draft.state.policies.contains_key(&before.policy);
    if users && policy { Ok(()) } else { Err(LeftWhy::Removed) }
}

/// The other incident keeps what it had of its own, and is resolved if that is over.
fn return_alerts(draft: &mut Draft, action: &Action, source: &Incident) -> Result<(), LeftWhy> {
    let Status::Resolved { reason: ResolveReason::Merged { into }, .. } = source.status else {
        return Err(LeftWhy::ActedSince(source.status_changed_by));
    };
    let target = draft.open(into).cloned().ok_or(LeftWhy::TargetClosed(into))?;
    let (to, by) = (source.number, Agent::User(action.by));
    draft.emit(Fact::AlertsReturned { from: into, to, by, at: draft.now });
    let own: Vec<_> = match draft.open(into) {
        Some(target) => target.alerts.iter().filter(|alert| alert.moved.is_none()).cloned().collect(),
        None => Vec::new(),
    };
    if !own.is_empty() && own.iter().all(|alert| !alert.is_open()) {
        event::resolve(draft, into, Agent::Service(target.service), ResolveReason::AlertsResolved);
    }
    Ok(())
}

/// Messages that the action had called back are planned anew; what went out is not sent again.
fn page_again(draft: &mut Draft, number: IncidentNumber, before: &Standing) {
    let Some(incident) = draft.open(number) else { return };
    if !escalation::is_triggered(incident) {
        return;
    }
    let pages = &before.escalation.pages;
    if pages.is_empty() && !before.escalation.exhausted {
        // It was acknowledged in the moment in which it was opened or escalated: nobody has been paged yet.
        return draft.page_later(number, Purpose::Triggered);
    }
    page::resume(draft, number, pages);
    let waits = |page: &Page| page.state != PageState::Unreached;
    let in_vain = |incident: &Arc<Incident>| !incident.escalation.pages.iter().any(waits);
    if pages.iter().any(waits) && draft.open(number).is_some_and(in_vain) {
        // Those who were to be paged have no contact method any more.
        escalation::unreached(draft, number, UnreachedReason::NoContactMethod);
    }
}

/// Which of these incidents a command has changed.
pub(super) fn changed(
    draft: &Draft,
    checkpoint: &crate::domain::incidents::decide::draft::Checkpoint,
    of: &[IncidentNumber],
) -> Vec<IncidentNumber> {
    let mut changed: Vec<_> =
        of.iter().copied().filter(|number| draft.incident_changed_since(checkpoint, *number)).collect();
    changed.sort();
    changed.dedup();
    changed
}
