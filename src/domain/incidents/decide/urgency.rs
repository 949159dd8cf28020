//! The urgency of open incidents: changed by hand, or as support hours begin and end.

use super::draft::Draft;
use super::escalation;
use crate::domain::id::IncidentNumber;
use crate::domain::incident::{Agent, CancelReason};
use crate::domain::incidents::fact::Fact;
use crate::domain::purpose::Purpose;
use crate::domain::user::Urgency;

/// Changes the urgency. If it is raised, those who are responsible and have not answered are paged by their rules for
/// high urgency; what was planned by the others is called back. If it is lowered, pages stay as they are.
pub(super) fn change(draft: &mut Draft, number: IncidentNumber, by: Agent, urgency: Urgency) {
    let Some(incident) = draft.open(number).filter(|incident| incident.urgency != urgency).cloned() else {
        return;
    };
    let at = draft.now;
    draft.emit(Fact::UrgencyChanged { number, by, urgency, at });
    let paged = !incident.escalation.pages.is_empty() && !incident.assignments.is_empty();
    if urgency == Urgency::High && escalation::is_triggered(&incident) && paged {
        draft.emit(Fact::PagesRecalled { number, reason: CancelReason::UrgencyRaised, at });
        draft.page_later(number, Purpose::Escalated);
    }
}

/// The support hours begin or end.
pub(super) fn scheduled(draft: &mut Draft, number: IncidentNumber) {
    let Some(incident) = draft.open(number).cloned() else { return };
    let Some(due) = incident.urgency_change else { return };
    change(draft, number, Agent::Service(incident.service), due.to);
    let service = draft.state.services.get(&incident.service);
    let next = service.and_then(|service| service.next_urgency(due.to, draft.now));
    draft.emit(Fact::UrgencyScheduled { number, change: next, at: draft.now });
}
