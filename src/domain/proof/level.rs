//! When a level of a policy surely reaches somebody, and who and what is to blame when it does not.

use std::collections::{BTreeMap, BTreeSet};

use super::reach::Reach;
use super::spans::{meet, minus, union};
use crate::domain::id::{ScheduleId, UserId};
use crate::domain::incidents::state::State;
use crate::domain::policy::{EscalationRule, Strategy, Target};
use crate::domain::schedule::{Span, joined};

/// The final schedules, each rendered once over the range that is looked at.
#[derive(Clone, PartialEq, Debug)]
pub struct Shifts {
    range: Span,
    rendered: BTreeMap<ScheduleId, Vec<(Span, UserId)>>,
}

impl Shifts {
    /// Nothing is rendered yet.
    pub fn new(range: Span) -> Self {
        Self { range, rendered: BTreeMap::new() }
    }

    /// What is looked at.
    pub fn range(&self) -> Span {
        self.range
    }

    /// Renders a schedule. This is where the time goes: whoever asks may stop between two.
    pub fn render(&mut self, state: &State, id: ScheduleId) {
        if let Some(schedule) = state.schedules.get(&id) {
            let shifts = joined(&state.rota(schedule).shifts(self.range));
            self.rendered.insert(id, shifts);
        }
    }

    /// When somebody who is known is on call by a schedule.
    pub(super) fn served(&self, state: &State, id: ScheduleId) -> Vec<Span> {
        self.of(&[Target::Schedule(id)], |user| state.users.contains_key(&user))
    }

    /// When these targets lead to users like that.
    fn of(&self, targets: &[Target], like: impl Fn(UserId) -> bool) -> Vec<Span> {
        let mut spans = Vec::new();
        for target in targets {
            match target {
                Target::User(user) if like(*user) => spans.push(self.range),
                Target::User(_) => {}
                Target::Schedule(id) => {
                    let shifts = self.rendered.get(id).into_iter().flatten();
                    spans.extend(shifts.filter(|(_, user)| like(*user)).map(|(span, _)| *span));
                }
            }
        }
        union(spans)
    }

    /// Who is on call by these targets at any time.
    pub(super) fn users(&self, targets: &[Target]) -> BTreeSet<UserId> {
        let mut users = BTreeSet::new();
        for target in targets {
            match target {
                Target::User(user) => _ = users.insert(*user),
                Target::Schedule(id) => {
                    users.extend(self.rendered.get(id).into_iter().flatten().map(|(_, user)| *user));
                }
            }
        }
        users
    }
}

/// Why a level reaches nobody.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Blame {
    /// Nobody is on call by this schedule.
    NobodyOnCall(ScheduleId),
    /// This user is on call, and cannot be reached.
    Unreachable(UserId),
    /// This user is gone.
    Removed(UserId),
}

/// When the level surely reaches somebody, whosever turn it is. In a round robin whose turn it is cannot be known, so
/// everybody whose turn it might be has to be reachable; those without any contact method are passed over.
pub(super) fn covered(
    shifts: &Shifts,
    rule: &EscalationRule,
    reaches: &BTreeMap<UserId, Reach>,
) -> Vec<Span> {
    let good = shifts.of(&rule.targets, |user| reaches.get(&user).is_some_and(Reach::is_reached));
    if rule.strategy == Strategy::AssignToEveryone {
        return good;
    }
    let deceptive = |user: UserId| matches!(reaches.get(&user), Some(Reach::NoProvider(_)));
    minus(&good, &shifts.of(&rule.targets, deceptive))
}

/// What is to blame for a level reaching nobody in these spans.
pub(super) fn blame(
    shifts: &Shifts,
    rule: &EscalationRule,
    reaches: &BTreeMap<UserId, Reach>,
    spans: &[Span],
) -> Vec<Blame> {
    let mut found = BTreeSet::new();
    let bad = |user: UserId| match reaches.get(&user) {
        None => Some(Blame::Removed(user)),
        Some(reach) => (!reach.is_reached()).then_some(Blame::Unreachable(user)),
    };
    for target in &rule.targets {
        match target {
            Target::User(user) => found.extend(bad(*user)),
            Target::Schedule(id) => {
                let served = shifts.rendered.get(id).map(Vec::as_slice).unwrap_or_default();
                let all = union(served.iter().map(|(span, _)| *span).collect());
                if meet(&minus(&[shifts.range], &all), spans) {
                    found.insert(Blame::NobodyOnCall(*id));
                }
                let then = served.iter().filter(|(span, _)| meet(&[*span], spans));
                found.extend(then.filter_map(|(_, user)| bad(*user)));
            }
        }
    }
    found.into_iter().collect()
}
