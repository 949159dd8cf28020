//! An escalation policy as it is wanted.

use super::super::policy;
use super::{schedule_id, user_id};
use crate::domain::command::{EscalationRuleFields, PolicyChange, Rejection};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::policy::{EscalationRule, Target};
use crate::domain::wanted::{WantedLevel, WantedPolicy, WantedTarget};

pub(super) fn make(draft: &mut Draft, wanted: &WantedPolicy) -> Result<(), Rejection> {
    let known = super::policy_id(draft, &wanted.name, "").ok();
    let known = known.and_then(|id| draft.state.policies.get(&id).cloned());
    let old = known.as_ref().map(|known| known.rules.as_slice()).unwrap_or_default();
    let levels = wanted.levels.iter().enumerate();
    let rules: Vec<_> = levels
        .map(|(n, it)| level(draft, old.get(n), it, &format!("levels[{n}]")))
        .collect::<Result<_, _>>()?;
    let change = PolicyChange {
        name: Some(wanted.name.clone()),
        rules: Some(rules),
        teams: super::team_ids(draft, wanted.teams.as_deref())?,
        ..wanted.change.clone()
    };
    match known {
        Some(known) => policy::update(draft, known.id, &change).map(|_| ()),
        None => policy::create(draft, &change).map(|_| ()),
    }
}

/// A level keeps the id of the one in its place, and with it whose turn is next.
fn level(
    draft: &Draft,
    old: Option<&EscalationRule>,
    wanted: &WantedLevel,
    path: &str,
) -> Result<EscalationRuleFields, Rejection> {
    let target = |(n, it): (usize, &WantedTarget)| {
        let path = format!("{path}.targets[{n}]");
        Ok(match it {
            WantedTarget::User(email) => Target::User(user_id(draft, email, &path)?),
            WantedTarget::Schedule(name) => Target::Schedule(schedule_id(draft, name, &path)?),
        })
    };
    Ok(EscalationRuleFields {
        id: old.map(|old| old.id),
        delay: wanted.delay,
        targets: wanted.targets.iter().enumerate().map(target).collect::<Result<_, Rejection>>()?,
        strategy: wanted.strategy,
    })
}
