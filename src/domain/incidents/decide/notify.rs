//! What the notify stage says: it is written into the timeline, and when nobody was reached, escalation goes on.

use super::draft::Draft;
use super::escalation;
use crate::domain::id::IncidentNumber;
use crate::domain::incident::{PageId, PageState, UnreachedReason};
use crate::domain::incidents::fact::Fact;
use crate::domain::notify;
use crate::domain::purpose::Purpose;
use crate::domain::responder::Reply;

pub(super) fn decide(draft: &mut Draft, fact: &notify::Fact) {
    match fact {
        notify::Fact::NotificationEnded { number, user, channel, contact_method, outcome, at, .. } => {
            if draft.incident(*number).is_none() {
                return;
            }
            draft.flush_incident(*number);
            draft.emit(Fact::NotificationNoted {
                number: *number,
                user: *user,
                channel: *channel,
                contact_method: *contact_method,
                outcome: outcome.clone(),
                at: *at,
            });
        }
        notify::Fact::NotificationsCancelled { ids, number, user, reason, at } => {
            if draft.incident(*number).is_none() {
                return;
            }
            draft.flush_incident(*number);
            let count = u32::try_from(ids.len()).unwrap_or(u32::MAX);
            let (number, user, reason, at) = (*number, *user, *reason, *at);
            draft.emit(Fact::CancellationNoted { number, user, count, reason, at });
        }
        notify::Fact::PageSettled { number, page, reached, purpose, .. } if purpose.escalates() => {
            settled(draft, *number, *page, *reached);
        }
        notify::Fact::PageSettled { number, reached: false, purpose: Purpose::Responder, .. } => {
            unreached_responder(draft, *number);
        }
        notify::Fact::PageSettled { .. } => {}
        notify::Fact::PagePlanned(_)
        | notify::Fact::NotificationPlanned { .. }
        | notify::Fact::NotificationAdvanced { .. }
        | notify::Fact::NotificationsClaimed { .. }
        | notify::Fact::NotificationPostponed { .. }
        | notify::Fact::EpochStarted { .. } => {}
    }
}

/// A page of an earlier level counts only for whether anybody was reached at all.
fn settled(draft: &mut Draft, number: IncidentNumber, page: PageId, reached: bool) {
    let Some(incident) = draft.open(number) else { return };
    let pages = &incident.escalation.pages;
    let present = pages.iter().any(|known| known.id == page && known.state == PageState::Pending);
    if !present && !reached {
        return;
    }
    draft.flush_incident(number);
    draft.emit(Fact::PageSettled { number, page, reached, at: draft.now });
    let Some(incident) = draft.open(number) else { return };
    let in_vain = incident.escalation.pages.iter().all(|known| known.state == PageState::Unreached);
    if present && in_vain && escalation::is_triggered(incident) {
        escalation::unreached(draft, number, UnreachedReason::EveryMessageFailed);
    }
}

/// Said only while somebody still waits for an answer: messages that were not needed any more reach nobody either.
fn unreached_responder(draft: &mut Draft, number: IncidentNumber) {
    let waiting = |incident: &crate::domain::incident::Incident| {
        incident.responders.iter().any(|known| known.reply == Reply::Pending)
    };
    if draft.open(number).is_some_and(|incident| waiting(incident)) {
        draft.flush_incident(number);
        let (level, reason, at) = (0, UnreachedReason::EveryMessageFailed, draft.now);
        draft.emit(Fact::NobodyReached { number, level, reason, at });
    }
}
