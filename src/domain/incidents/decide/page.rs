//! Pages: decided at the end of a batch, on what has become of the incident by then.

use super::draft::Draft;
use super::escalation;
use crate::domain::id::{ContactMethodId, IncidentNumber, UserId};
use crate::domain::incident::{Incident, Page, PageId, PageState, UnreachedReason};
use crate::domain::incidents::fact::{Fact, PageContact, PageStep, UserPaged};
use crate::domain::incidents::state::State;
use crate::domain::purpose::Purpose;
use crate::domain::time::Timestamp;
use crate::domain::user::{ContactMethod, NotificationRule, Urgency, User};

/// Pages the assignees of all incidents that were opened or escalated in this batch and are still triggered.
pub(super) fn decide(draft: &mut Draft) {
    // A page that has lost its last contact method within the batch escalates, which may ask for further pages.
    loop {
        let numbers = draft.take_to_page();
        if numbers.is_empty() {
            return;
        }
        for (number, purpose) in numbers {
            page(draft, number, purpose);
        }
    }
}

/// Whether a page to this user would have a message to send.
pub(super) fn reachable(state: &State, user: UserId) -> bool {
    state.users.get(&user).is_some_and(|user| !user.contact_methods.is_empty())
}

fn page(draft: &mut Draft, number: IncidentNumber, purpose: Purpose) {
    let Some(incident) = draft.open(number).cloned() else { return };
    if !escalation::is_triggered(&incident) {
        return;
    }
    let mut paged = false;
    for user in incident.assignments.iter().map(|assignment| assignment.user) {
        let Some(user) = draft.state.users.get(&user) else { continue };
        if let Some(fact) = plan(draft, &incident, user, purpose) {
            draft.emit(Fact::UserPaged(Box::new(fact)));
            paged = true;
        }
    }
    if !paged {
        escalation::unreached(draft, number, UnreachedReason::NoContactMethod);
    }
}

/// Tells a user of an incident beside its escalation, at once. Whether there is a contact method to tell it by.
pub(super) fn tell(draft: &mut Draft, number: IncidentNumber, user: UserId, purpose: Purpose) -> bool {
    let Some(incident) = draft.incident(number).cloned() else { return false };
    let fact = draft.state.users.get(&user).and_then(|user| plan(draft, &incident, user, purpose));
    let Some(fact) = fact else { return false };
    draft.emit(Fact::UserPaged(Box::new(fact)));
    true
}

/// Plans what is left of pages whose messages were called back: those that reached nobody yet, whole; of the others,
/// only what their users' rules had planned for later.
pub(super) fn resume(draft: &mut Draft, number: IncidentNumber, pages: &[Page]) {
    let Some(incident) = draft.open(number).cloned() else { return };
    for page in pages {
        let Some(user) = draft.state.users.get(&page.user) else { continue };
        let Some(mut fact) = plan(draft, &incident, user, Purpose::Triggered) else { continue };
        match (page.state, page.at) {
            (PageState::Pending, _) => {}
            (PageState::Reached, Some(at)) => {
                let since = draft.now.since(at);
                fact.steps.retain(|step| step.due.since(draft.now) > since);
                for step in &mut fact.steps {
                    step.due = step.due.minus(since);
                }
                if fact.steps.is_empty() {
                    continue;
                }
            }
            (PageState::Reached | PageState::Unreached, _) => continue,
        }
        draft.emit(Fact::UserPaged(Box::new(fact)));
    }
}

fn plan(draft: &Draft, incident: &Incident, user: &User, purpose: Purpose) -> Option<UserPaged> {
    let steps = steps(user, incident.urgency, draft.now);
    if steps.is_empty() {
        return None;
    }
    let used = |id: ContactMethodId| steps.iter().any(|step| step.contact.id == id);
    let spare = user.contact_methods.iter().filter(|method| !used(method.id)).map(contact).collect();
    Some(UserPaged {
        page: PageId {
            epoch: draft.state.account.as_ref().map_or(0, |account| account.epoch),
            n: draft.state.pages + 1,
        },
        number: incident.number,
        service: incident.service,
        user: user.id,
        urgency: incident.urgency,
        purpose,
        at: draft.now,
        may_repeat: incident.escalation.unsure.iter().any(|known| known.user == user.id),
        steps,
        spare,
    })
}

/// What a page at `now` plans, by time: the user's rules for this urgency; without any, the first contact method at once.
pub fn steps(user: &User, urgency: Urgency, now: Timestamp) -> Vec<PageStep> {
    let step = |rule: &NotificationRule| {
        let contact = contact(user.contact_method(rule.contact_method)?);
        Some(PageStep { rule: Some(rule.id), due: now.plus(rule.delay), contact })
    };
    let rules = user.notification_rules.iter().filter(|rule| rule.urgency == urgency);
    let mut steps: Vec<_> = rules.filter_map(step).collect();
    steps.sort_by_key(|step| step.due);
    if steps.is_empty() {
        let first = user.contact_methods.first();
        steps.extend(first.map(|method| PageStep { rule: None, due: now, contact: contact(method) }));
    }
    steps
}

fn contact(method: &ContactMethod) -> PageContact {
    PageContact {
        id: method.id,
        channel: method.channel,
        address: method.address.clone(),
        secret: method.secret.clone(),
    }
}
