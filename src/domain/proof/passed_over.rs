//! Those whom an incident's policy might have paged and did not: not on call, not their turn, or stopped before.

use std::collections::BTreeSet;

use super::explanation::{Because, Reason, Stopped};
use crate::domain::id::UserId;
use crate::domain::incident::{Happening, Incident, LogEntry};
use crate::domain::incidents::state::State;
use crate::domain::policy::{EscalationPolicy, EscalationRule, Strategy, Target};
use crate::domain::schedule::{LevelOnCall, Schedule};
use crate::domain::time::Timestamp;

/// How many times that a level was entered are told of each person; later ones say the same.
const ENTRIES_MAX: usize = 3;

/// Why those of the present policy who were not paged by one of its levels were not, by level.
pub(super) fn reasons(state: &State, incident: &Incident) -> Vec<(UserId, Reason)> {
    let Some(policy) = state.policies.get(&incident.policy) else { return Vec::new() };
    let stopped = stopped(incident);
    let mut found = Vec::new();
    for (level, rule) in (1u8..).zip(&policy.rules) {
        let entered: Vec<Entered<'_>> =
            incident.timeline.iter().filter_map(|it| entered(it, level)).collect();
        for target in &rule.targets {
            for user in behind(state, target, incident.created_at) {
                if entered.iter().any(|it| it.users.contains(&user)) {
                    continue;
                }
                let push = |(at, because)| (user, Reason { at, because });
                if entered.is_empty() {
                    let stopped = waits(policy, incident, level).unwrap_or_else(|| stopped.clone());
                    let schedule = match target {
                        Target::Schedule(id) => Some(*id),
                        Target::User(_) => None,
                    };
                    found.push(push((None, Because::NotYet { level, schedule, stopped })));
                }
                let passed = entered.iter().filter_map(|it| passed(it, rule, target, user, level));
                found.extend(passed.take(ENTRIES_MAX).map(push));
            }
        }
    }
    found
}

/// A time that a level was entered.
struct Entered<'a> {
    at: Timestamp,
    users: &'a [UserId],
    on_call: &'a LevelOnCall,
}

fn entered(entry: &LogEntry, of: u8) -> Option<Entered<'_>> {
    match &entry.what {
        Happening::Escalated { level, users, on_call, .. } if *level == of => {
            Some(Entered { at: entry.at, users, on_call })
        }
        _ => None,
    }
}

/// Everybody who may ever come to a level by this target.
fn behind(state: &State, target: &Target, since: Timestamp) -> BTreeSet<UserId> {
    match target {
        Target::User(user) => BTreeSet::from([*user]),
        Target::Schedule(id) => state.schedules.get(id).map(|it| members(it, since)).unwrap_or_default(),
    }
}

fn members(schedule: &Schedule, since: Timestamp) -> BTreeSet<UserId> {
    let layers = schedule.layers.iter().filter(|layer| layer.end.is_none_or(|end| end > since));
    let overrides = schedule.overrides.iter().filter(|entry| entry.end > since);
    layers.flat_map(|layer| &layer.users).copied().chain(overrides.map(|entry| entry.user)).collect()
}

/// Why a level that was entered did not page this user by this target.
fn passed(
    entered: &Entered<'_>,
    rule: &EscalationRule,
    target: &Target,
    user: UserId,
    level: u8,
) -> Option<(Option<Timestamp>, Because)> {
    let others_turn = rule.strategy == Strategy::RoundRobin;
    let because = match target {
        Target::Schedule(schedule) => {
            let found = entered.on_call.found.iter().find(|found| found.schedule == *schedule);
            match found {
                Some(found) => Because::NotOnCall {
                    level,
                    schedule: *schedule,
                    instead: Some(found.on_call.user),
                    absent: found.on_call.instead_of == Some(user),
                },
                None if entered.on_call.gaps.contains(schedule) => {
                    Because::NotOnCall { level, schedule: *schedule, instead: None, absent: false }
                }
                None if others_turn => Because::OthersTurn { level },
                // The schedule was not a target then.
                None => return None,
            }
        }
        Target::User(_) if others_turn => Because::OthersTurn { level },
        Target::User(_) => return None,
    };
    Some((Some(entered.at), because))
}

/// When a level comes at the earliest, if the incident is on its way there.
fn waits(policy: &EscalationPolicy, incident: &Incident, level: u8) -> Option<Stopped> {
    let next = incident.escalation.next_at.filter(|_| !incident.escalation.by_hand)?;
    let present = usize::from(incident.escalation.level);
    let between = policy.rules.iter().take(usize::from(level).saturating_sub(1)).skip(present);
    let delay = between.map(|rule| rule.delay).sum();
    (usize::from(level) > present).then(|| Stopped::Waits(next.plus(delay)))
}

/// What stopped the escalation first, since it went on last.
fn stopped(incident: &Incident) -> Stopped {
    let mut stopped: Option<Stopped> = None;
    for entry in &incident.timeline {
        let (by, at) = (entry.agent, entry.at);
        let now = match &entry.what {
            Happening::Escalated { .. } | Happening::Released { .. } | Happening::Unacknowledged { .. } => {
                stopped = None;
                continue;
            }
            // A hold that is changed is another; a snooze is an acknowledgement with an end.
            Happening::Held { hold } => {
                stopped = Some(Stopped::Held(hold.clone()));
                continue;
            }
            Happening::Snoozed { until } => {
                stopped = Some(Stopped::Snoozed { by, until: *until });
                continue;
            }
            Happening::Acknowledged => Stopped::Acknowledged { by, at },
            Happening::Resolved { .. } => Stopped::Resolved { at },
            Happening::Assigned { .. } => Stopped::ByHand { by, at },
            _ => continue,
        };
        stopped = stopped.or(Some(now));
    }
    stopped.unwrap_or(Stopped::Ended)
}
