//! Handing over acknowledged work: at the end of a shift, and when it is changed who is on call.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::{acknowledged, escalation, level};
use crate::domain::command::Ask;
use crate::domain::id::{EscalationRuleId, IncidentNumber, UserId};
use crate::domain::incident::{Agent, EscalateReason, Incident, Status, UnacknowledgeReason};
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::state::State;
use crate::domain::policy::{EscalationRule, Target};
use crate::domain::time::Timestamp;

/// How many incidents a change of who is on call is weighed for at most, so that what follows from it fits into one entry
/// of the journal. The others are looked at when their shift was to end before the change.
const LOOKED_AT_MAX: usize = 4_000;

/// Somebody else may be on call for the level now. If nobody who acknowledged is, and somebody is, the incident is
/// theirs: it triggers again, and they are paged. Work that was given to somebody by hand is not handed over.
pub(super) fn due(draft: &mut Draft, number: IncidentNumber) {
    let Some(incident) = draft.open(number).cloned() else { return };
    let by = Agent::Service(incident.service);
    let on_call = escalation::on_call(&draft.state, &incident, draft.now);
    let wanted = wanted(&draft.state, &incident);
    if !wanted || stays(&incident, &on_call) {
        let next_at = escalation::shift_end(&draft.state, &incident, draft.now).filter(|_| wanted);
        return draft.emit(Fact::HandOverPostponed { number, at: draft.now, next_at });
    }
    let (level, round) = (escalation::present_level(&draft.state, &incident), incident.escalation.round);
    if acknowledged::take_back(draft, number, by, UnacknowledgeReason::ShiftEnded) {
        escalation::enter(draft, number, level, round, EscalateReason::ShiftEnded, by);
    }
}

fn wanted(state: &State, incident: &Incident) -> bool {
    let service = state.services.get(&incident.service);
    service.is_some_and(|service| service.hand_over) && !incident.escalation.by_hand
}

fn stays(incident: &Incident, on_call: &[UserId]) -> bool {
    let acknowledgers = acknowledged::acknowledgers(incident);
    on_call.is_empty() || acknowledgers.is_empty() || acknowledgers.iter().any(|user| on_call.contains(user))
}

/// A command may have changed who is on call, or when that changes: what is acknowledged is looked at anew where it makes
/// a difference.
pub(super) fn look_again(draft: &mut Draft, ask: &Ask) {
    if !changes_who_is_on_call(ask) || draft.state.open_counts.values().all(|count| count.acknowledged == 0) {
        return;
    }
    // Many incidents are in few levels.
    let mut levels: BTreeMap<EscalationRuleId, (Vec<UserId>, Option<Timestamp>)> = BTreeMap::new();
    let (state, now) = (&draft.state, draft.now);
    let mut moves = |incident: &Incident| {
        if incident.status != Status::Acknowledged || !wanted(state, incident) {
            return false;
        }
        let Some(rule) = escalation::present_rule(state, incident).filter(|rule| names(ask, incident, rule))
        else {
            return false;
        };
        let (on_call, next) = levels
            .entry(rule.id)
            .or_insert_with(|| (level::on_call(state, rule, now), level::changes(state, rule, now)));
        !stays(incident, on_call) || *next != incident.hand_over_at
    };
    let numbers: Vec<_> = state
        .incidents
        .values()
        .filter(|incident| moves(incident))
        .map(|incident| incident.number)
        .take(LOOKED_AT_MAX)
        .collect();
    for number in numbers {
        draft.emit(Fact::HandOverPostponed { number, at: now, next_at: Some(now) });
    }
}

fn changes_who_is_on_call(ask: &Ask) -> bool {
    matches!(
        ask,
        Ask::UpdateSchedule { .. }
            | Ask::CreateOverride { .. }
            | Ask::DeleteOverride { .. }
            | Ask::CreateCalendar(_)
            | Ask::UpdateCalendar { .. }
            | Ask::DeleteCalendar { .. }
            | Ask::UpdatePolicy { .. }
            | Ask::UpdateService { .. }
            | Ask::DeleteUser { .. }
            | Ask::Configure(_)
    )
}

/// Whether the command may have changed who is on call for this level of this incident.
fn names(ask: &Ask, incident: &Incident, rule: &EscalationRule) -> bool {
    match ask {
        Ask::UpdateSchedule { id, .. } => rule.targets.contains(&Target::Schedule(*id)),
        Ask::CreateOverride { schedule, .. } | Ask::DeleteOverride { schedule, .. } => {
            rule.targets.contains(&Target::Schedule(*schedule))
        }
        Ask::UpdatePolicy { id, .. } => incident.policy == *id,
        Ask::UpdateService { id, .. } => incident.service == *id,
        _ => true,
    }
}
