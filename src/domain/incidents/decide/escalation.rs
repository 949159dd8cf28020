//! Escalation: the way through the levels of a policy, which has no dead end.

use std::time::Duration;

use super::draft::Draft;
use super::level::{self, Level};
use super::page;
use crate::domain::id::{IncidentNumber, UserId};
use crate::domain::incident::{Agent, EscalateReason, Incident, Status, UnreachedReason};
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::state::State;
use crate::domain::policy::{EscalationPolicy, EscalationRule, Target};
use crate::domain::purpose::Purpose;
use crate::domain::time::Timestamp;

/// The shortest wait for an acknowledgement, whatever a policy says: a decision must not go through levels for ever.
const DELAY_MIN: Duration = Duration::from_secs(1);

/// Enters a level, and goes on at once through those that surely reach nobody, to the last resort if need be.
pub(super) fn enter(
    draft: &mut Draft,
    number: IncidentNumber,
    level: u8,
    round: u8,
    reason: EscalateReason,
    by: Agent,
) {
    let (mut level, mut round, mut reason, mut by) = (level, round, reason, by);
    while let Some(incident) = draft.open(number).cloned() {
        let policy = draft.state.policies.get(&incident.policy).cloned();
        let rule = policy.as_ref().and_then(|policy| policy.rules.get(usize::from(level).checked_sub(1)?));
        let Some(rule) = rule else {
            // A round in which no level was even waited for would go the same way again at once.
            let hopeless = reason == EscalateReason::NobodyReached && !incident.escalation.waited;
            if hopeless || policy.is_none_or(|policy| round >= policy.num_loops) {
                return exhaust(draft, number);
            }
            (level, round) = (1, round + 1);
            continue;
        };
        let Level { users, on_call, next } = level::resolve(&draft.state, rule, draft.now);
        if let Some(next) = next {
            draft.emit(Fact::RoundRobinAdvanced { rule: rule.id, next });
        }
        let unreached = unreachable(&draft.state, &users);
        draft.emit(Fact::LevelEntered {
            number,
            level,
            round,
            reason,
            by,
            users,
            on_call,
            at: draft.now,
            next_at: Some(draft.now.plus(rule.delay.max(DELAY_MIN))),
        });
        let Some(unreached) = unreached else { return draft.page_later(number, purpose(reason)) };
        draft.emit(Fact::NobodyReached { number, level, reason: unreached, at: draft.now });
        (level, reason, by) =
            (level.saturating_add(1), EscalateReason::NobodyReached, Agent::Service(incident.service));
    }
}

/// The present level has had its time.
pub(super) fn time_out(draft: &mut Draft, number: IncidentNumber) {
    let Some(incident) = draft.open(number) else { return };
    let (level, round, by) =
        (incident.escalation.level, incident.escalation.round, Agent::Service(incident.service));
    enter(draft, number, level.saturating_add(1), round, EscalateReason::Timeout, by);
}

/// Whoever was paged last cannot be reached: says so, and goes on at once.
pub(super) fn unreached(draft: &mut Draft, number: IncidentNumber, reason: UnreachedReason) {
    let Some(incident) = draft.open(number) else { return };
    let (now, by) = (draft.now, Agent::Service(incident.service));
    let escalation = &incident.escalation;
    let (level, round, by_hand) = (escalation.level, escalation.round, escalation.by_hand);
    let (exhausted, beside) = (escalation.exhausted, escalation.by_hand || escalation.fallback);
    let said = if beside { 0 } else { level };
    draft.emit(Fact::NobodyReached { number, level: said, reason, at: now });
    if by_hand {
        // The chosen assignees cannot be reached, so the policy steps in.
        enter(draft, number, 1, 0, EscalateReason::NobodyReached, by);
    } else if !exhausted {
        enter(draft, number, level.saturating_add(1), round, EscalateReason::NobodyReached, by);
    }
}

/// Pages an incident anew whose acknowledgement has ended: its assignees if they were chosen by hand, else the level
/// that it was in, from where it escalates on.
pub(super) fn again(draft: &mut Draft, number: IncidentNumber, by: Agent) {
    let Some(incident) = draft.open(number) else { return };
    let escalation = &incident.escalation;
    if escalation.by_hand {
        return draft.page_later(number, Purpose::Unacknowledged);
    }
    let (level, round) = (present_level(&draft.state, incident), escalation.round);
    enter(draft, number, level, round, EscalateReason::Unacknowledged, by);
}

/// The level that an incident is in; the policy may have become shorter meanwhile.
pub(super) fn present_level(state: &State, incident: &Incident) -> u8 {
    let levels = state.policies.get(&incident.policy).map_or(0, |policy| policy.rules.len());
    incident.escalation.level.min(u8::try_from(levels).unwrap_or(u8::MAX)).max(1)
}

/// Who is on call now for the level that an incident is in.
pub(super) fn on_call(state: &State, incident: &Incident, now: Timestamp) -> Vec<UserId> {
    present_rule(state, incident).map_or_else(Vec::new, |rule| level::on_call(state, rule, now))
}

/// When somebody else may be on call for the level that an incident is in; `None`: never.
pub(super) fn shift_end(state: &State, incident: &Incident, now: Timestamp) -> Option<Timestamp> {
    level::changes(state, present_rule(state, incident)?, now)
}

/// The level that an incident is in.
pub(super) fn present_rule<'s>(state: &'s State, incident: &Incident) -> Option<&'s EscalationRule> {
    let policy = state.policies.get(&incident.policy)?;
    policy.rules.get(usize::from(present_level(state, incident)).checked_sub(1)?)
}

/// Why the users of a level are told, by the reason for which it was entered.
fn purpose(reason: EscalateReason) -> Purpose {
    match reason {
        EscalateReason::Opened => Purpose::Triggered,
        EscalateReason::Timeout | EscalateReason::NobodyReached | EscalateReason::Requested => {
            Purpose::Escalated
        }
        EscalateReason::Unacknowledged => Purpose::Unacknowledged,
        EscalateReason::Reopened => Purpose::Reopened,
        EscalateReason::ShiftEnded => Purpose::Reassigned,
    }
}

/// All rounds are through. If nobody was reached in any of them, the last resort is paged, unless it was tried in vain.
fn exhaust(draft: &mut Draft, number: IncidentNumber) {
    let Some(incident) = draft.open(number).cloned() else { return };
    let escalation = &incident.escalation;
    draft.page_nobody(number);
    if !escalation.reached
        && !escalation.fallback
        && let Some(user) = last_resort(&draft.state, &incident, draft.now)
    {
        let at = draft.now;
        if unreachable(&draft.state, &[user]).is_some() {
            draft.emit(Fact::NobodyReached {
                number,
                level: 0,
                reason: UnreachedReason::NoContactMethod,
                at,
            });
        } else {
            draft.emit(Fact::FallbackPaged { number, user, at });
            draft.page_later(number, Purpose::Escalated);
        }
    }
    draft.emit(Fact::EscalationExhausted { number, at: draft.now });
}

/// The fallback user, unless the policy has just tried it. One who may have been told by a message whose fate is
/// unknown is tried once more, by a page that says so.
fn last_resort(state: &State, incident: &Incident, now: Timestamp) -> Option<UserId> {
    let user = state.account.as_ref()?.fallback_user;
    state.users.get(&user)?;
    let policy = state.policies.get(&incident.policy);
    let tried = policy.is_some_and(|policy| level::reaches(state, policy, user, now));
    let unsure = incident.escalation.unsure.iter().any(|known| known.user == user && !known.again);
    (!tried || unsure).then_some(user)
}

/// Whether a level of the policy pages this user.
pub(super) fn names(policy: &EscalationPolicy, user: UserId) -> bool {
    policy.rules.iter().any(|rule| rule.targets.contains(&Target::User(user)))
}

/// The users who are asked for help when a policy is: those on call on its first level.
pub(super) fn first_level(state: &State, policy: &EscalationPolicy, now: Timestamp) -> Vec<UserId> {
    policy.rules.first().map_or_else(Vec::new, |rule| level::resolve(state, rule, now).users)
}

/// Why paging these users would reach nobody; `None` if it may reach somebody.
pub(super) fn unreachable(state: &State, users: &[UserId]) -> Option<UnreachedReason> {
    if users.is_empty() {
        return Some(UnreachedReason::NobodyOnCall);
    }
    let nobody = !users.iter().any(|user| page::reachable(state, *user));
    nobody.then_some(UnreachedReason::NoContactMethod)
}

/// Whether somebody is still to be paged about it.
pub(super) fn is_triggered(incident: &Incident) -> bool {
    incident.status == Status::Triggered
}
