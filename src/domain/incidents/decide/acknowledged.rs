//! What becomes of acknowledged incidents: they trigger again, are snoozed, handed over, and people are reminded.

use super::draft::Draft;
use super::{escalation, page};
use crate::domain::id::{IncidentNumber, UserId};
use crate::domain::incident::{Agent, Incident, Status, UnacknowledgeReason};
use crate::domain::incidents::fact::Fact;
use crate::domain::purpose::Purpose;
use crate::domain::responder::Reply;
use crate::domain::time::Timestamp;

/// Acknowledges an open incident, unless this agent has done so already. A snooze goes on: its end does not move. Who
/// acknowledges and was asked to help, helps.
pub(super) fn acknowledge(draft: &mut Draft, number: IncidentNumber, by: Agent) {
    let Some(incident) = draft.open(number).cloned() else { return };
    if incident.status == Status::Acknowledged && incident.acknowledgements.iter().any(|known| known.by == by)
    {
        return;
    }
    let service = draft.state.services.get(&incident.service);
    let after = |wait: Option<std::time::Duration>| wait.map(|wait| draft.now.plus(wait));
    let (unacknowledge_at, remind_at) = if incident.snoozed {
        (incident.unacknowledge_at, None)
    } else {
        let timeout = service.and_then(|service| service.acknowledgement_timeout);
        (after(timeout), after(service.and_then(|service| service.reminder_interval)))
    };
    let hands_over = service.is_some_and(|service| service.hand_over) && !incident.escalation.by_hand;
    let hand_over_at =
        if hands_over { escalation::shift_end(&draft.state, &incident, draft.now) } else { None };
    draft.emit(Fact::IncidentAcknowledged {
        number,
        by,
        at: draft.now,
        unacknowledge_at,
        remind_at,
        hand_over_at,
    });
    if let Agent::User(user) = by
        && incident.responders.iter().any(|known| known.user == user && known.reply == Reply::Pending)
    {
        draft.emit(Fact::ResponderReplied { number, user, reply: Reply::Joined, by, at: draft.now });
    }
}

/// Acknowledges an open incident and leaves it alone until then.
pub(super) fn snooze(draft: &mut Draft, number: IncidentNumber, by: Agent, until: Timestamp) {
    acknowledge(draft, number, by);
    if draft.open(number).is_some() {
        draft.emit(Fact::IncidentSnoozed { number, by, until, at: draft.now });
    }
}

/// The acknowledgement has had its time, or the snooze.
pub(super) fn time_out(draft: &mut Draft, number: IncidentNumber, by: Agent) {
    let snoozed = draft.open(number).is_some_and(|incident| incident.snoozed);
    let reason = if snoozed { UnacknowledgeReason::SnoozeEnded } else { UnacknowledgeReason::Timeout };
    unacknowledge(draft, number, by, reason);
}

/// Ends the acknowledgement and pages anew.
pub(super) fn unacknowledge(
    draft: &mut Draft,
    number: IncidentNumber,
    by: Agent,
    reason: UnacknowledgeReason,
) {
    if take_back(draft, number, by, reason) {
        escalation::again(draft, number, by);
    }
}

/// Ends the acknowledgement, if there is one. Who is paged then is for the caller to say.
pub(super) fn take_back(
    draft: &mut Draft,
    number: IncidentNumber,
    by: Agent,
    reason: UnacknowledgeReason,
) -> bool {
    let acknowledged = draft.open(number).is_some_and(|incident| incident.status == Status::Acknowledged);
    if acknowledged {
        draft.emit(Fact::IncidentUnacknowledged { number, by, reason, at: draft.now });
    }
    acknowledged
}

/// Reminds those who acknowledged; where it was not a person who did, those who are responsible.
pub(super) fn remind(draft: &mut Draft, number: IncidentNumber) {
    let Some(incident) = draft.open(number).cloned() else { return };
    let mut users = acknowledgers(&incident);
    if users.is_empty() {
        users.extend(incident.assignments.iter().map(|assignment| assignment.user));
    }
    let service = draft.state.services.get(&incident.service);
    let interval = service.and_then(|service| service.reminder_interval);
    let next_at = interval.map(|interval| draft.now.plus(interval));
    draft.emit(Fact::AcknowledgersReminded { number, users: users.clone(), at: draft.now, next_at });
    for user in users {
        page::tell(draft, number, user, Purpose::Reminder);
    }
}

/// The users who acknowledged.
pub(super) fn acknowledgers(incident: &Incident) -> Vec<UserId> {
    let user = |by| if let Agent::User(user) = by { Some(user) } else { None };
    incident.acknowledgements.iter().filter_map(|known| user(known.by)).collect()
}
