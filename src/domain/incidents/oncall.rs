//! Who is on call by which policy, level and schedule, at an instant or over a range.

use std::collections::{BTreeMap, BTreeSet};

use super::state::State;
use crate::domain::id::{PolicyId, ScheduleId, UserId};
use crate::domain::policy::Target;
use crate::domain::schedule::{Schedule, Span, joined};

/// What is asked; an empty list asks for all.
#[derive(Clone, PartialEq, Debug)]
pub struct Wanted {
    /// These users.
    pub users: Vec<UserId>,
    /// By these policies.
    pub policies: Vec<PolicyId>,
    /// By these schedules.
    pub schedules: Vec<ScheduleId>,
    /// When; its end may be its start, which asks for that instant.
    pub range: Span,
    /// Only the first for each policy, level and user.
    pub earliest: bool,
}

/// Somebody is on call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Serving {
    /// By which policy.
    pub policy: PolicyId,
    /// At which level, from 1.
    pub level: u32,
    /// Who.
    pub user: UserId,
    /// By which schedule, and from when until when; `None`: a target itself, at all times.
    pub shift: Option<(ScheduleId, Span)>,
}

/// Who is on call: policies oldest first, their levels in order, then by start. Every schedule is rendered once, however
/// many levels ask it.
pub fn serving(state: &State, wanted: &Wanted) -> Vec<Serving> {
    let mut policies: Vec<_> = state.policies.values().collect();
    policies.retain(|policy| wanted.policies.is_empty() || wanted.policies.contains(&policy.id));
    policies.sort_by_key(|policy| (policy.created_at, policy.id));
    let mut rendered: BTreeMap<ScheduleId, Vec<(Span, UserId)>> = BTreeMap::new();
    let mut seen: BTreeSet<(PolicyId, u32, UserId)> = BTreeSet::new();
    let mut found = Vec::new();
    for policy in policies {
        for (level, rule) in (1u32..).zip(&policy.rules) {
            let mut here: Vec<Serving> = Vec::new();
            for target in &rule.targets {
                let serving = |user, shift| Serving { policy: policy.id, level, user, shift };
                match target {
                    Target::User(user) if wanted.schedules.is_empty() => here.push(serving(*user, None)),
                    Target::User(_) => {}
                    Target::Schedule(id) => {
                        if !wanted.schedules.is_empty() && !wanted.schedules.contains(id) {
                            continue;
                        }
                        let Some(schedule) = state.schedules.get(id) else { continue };
                        let shifts =
                            rendered.entry(*id).or_insert_with(|| shifts(state, schedule, wanted.range));
                        here.extend(shifts.iter().map(|(span, user)| serving(*user, Some((*id, *span)))));
                    }
                }
            }
            here.retain(|it| wanted.users.is_empty() || wanted.users.contains(&it.user));
            here.sort_by_key(|it| it.shift.map(|(_, span)| span.start));
            here.retain(|it| !wanted.earliest || seen.insert((it.policy, it.level, it.user)));
            found.extend(here);
        }
    }
    found
}

/// The shifts that touch the range, with their true beginnings and ends.
fn shifts(state: &State, schedule: &Schedule, range: Span) -> Vec<(Span, UserId)> {
    let rota = state.rota(schedule);
    if range.is_empty() {
        return rota.shift(range.start).map(|shift| (shift.span, shift.on_call.user)).into_iter().collect();
    }
    joined(&rota.unclipped(rota.shifts(range), range))
}
