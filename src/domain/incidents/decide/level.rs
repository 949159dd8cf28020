//! A level of a policy at an instant: the users behind its targets, and by which schedules.

use std::collections::BTreeSet;

use super::escalation::unreachable;
use crate::domain::id::UserId;
use crate::domain::incidents::state::State;
use crate::domain::policy::{EscalationPolicy, EscalationRule, Strategy, Target};
use crate::domain::schedule::{Found, LevelOnCall};
use crate::domain::time::Timestamp;

/// What a level comes to.
#[derive(PartialEq, Debug, Default)]
pub(super) struct Level {
    /// Whom to page, each once.
    pub(super) users: Vec<UserId>,
    /// By which schedules.
    pub(super) on_call: LevelOnCall,
    /// In a round robin: the index of the target whose turn is next.
    pub(super) next: Option<u32>,
}

/// Whom a level pages at `now`. In a round robin that is the first target from the one whose turn it is that leads to
/// somebody who can be reached; if none does, all are told, so that it can be said why.
pub(super) fn resolve(state: &State, rule: &EscalationRule, now: Timestamp) -> Level {
    if rule.strategy == Strategy::RoundRobin {
        let len = rule.targets.len().max(1);
        let first = state.round_robin.get(&rule.id).map_or(0, |next| *next as usize) % len;
        for step in 0..rule.targets.len() {
            let index = (first + step) % len;
            let level = behind(state, std::slice::from_ref(&rule.targets[index]), now);
            if unreachable(state, &level.users).is_none() {
                let next = u32::try_from((index + 1) % len).unwrap_or(0);
                return Level { next: Some(next), ..level };
            }
        }
    }
    behind(state, &rule.targets, now)
}

/// Whether any level of the policy pages this user at `now`.
pub(super) fn reaches(state: &State, policy: &EscalationPolicy, user: UserId, now: Timestamp) -> bool {
    policy.rules.iter().any(|rule| behind(state, &rule.targets, now).users.contains(&user))
}

/// Who is on call for a level at `now`, each once. In a round robin that are all, whosever turn it is: work that somebody
/// has stays theirs as long as they are on call at all.
pub(super) fn on_call(state: &State, rule: &EscalationRule, now: Timestamp) -> Vec<UserId> {
    behind(state, &rule.targets, now).users
}

/// When other users may be on call for a level, after `now`; `None`: never.
pub(super) fn changes(state: &State, rule: &EscalationRule, now: Timestamp) -> Option<Timestamp> {
    let change = |target: &Target| match target {
        Target::User(_) => None,
        Target::Schedule(id) => state.rota(state.schedules.get(id)?).changes(now),
    };
    rule.targets.iter().filter_map(change).min()
}

/// The users behind targets, each once, in the order of the targets.
fn behind(state: &State, targets: &[Target], now: Timestamp) -> Level {
    let mut seen = BTreeSet::new();
    let mut level = Level::default();
    for target in targets {
        let user = match target {
            Target::User(user) => Some(*user),
            Target::Schedule(id) => {
                let on_call = state.schedules.get(id).and_then(|schedule| state.rota(schedule).on_call(now));
                match on_call.filter(|on_call| state.users.contains_key(&on_call.user)) {
                    Some(on_call) => level.on_call.found.push(Found { schedule: *id, on_call }),
                    None => level.on_call.gaps.push(*id),
                }
                on_call.map(|on_call| on_call.user)
            }
        };
        let known = user.filter(|user| state.users.contains_key(user));
        level.users.extend(known.filter(|user| seen.insert(*user)));
    }
    level
}
