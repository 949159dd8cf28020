//! Commands about escalation policies.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::check::{self, Errors, LABEL_MAX, TEXT_MAX};
use super::team::{self, Owned};
use crate::domain::command::{Done, EscalationRuleFields, PolicyChange, Rejection};
use crate::domain::id::{EscalationRuleId, ObjectId, PolicyId};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::fact::Fact;
use crate::domain::policy::{EscalationPolicy, EscalationRule, Target};

const LOOPS_MAX: u8 = 9;
const RULES_MAX: usize = 20;
const TARGETS_MAX: usize = 10;
const DELAY_MIN: Duration = Duration::from_secs(1);
const DELAY_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

pub(super) fn create(draft: &mut Draft, change: &PolicyChange) -> Result<ObjectId, Rejection> {
    let mut errors = Errors::default();
    errors.unless(change.name.is_some(), || "name cannot be empty: give the policy a name".to_owned());
    errors.unless(change.rules.is_some(), || {
        "escalation_rules cannot be empty: give at least one level".to_owned()
    });
    errors.done()?;
    check_change(draft, None, change)?;
    let object = check::next_object(draft)?;
    let bare = EscalationPolicy {
        id: PolicyId(object),
        name: "".into(),
        description: None,
        num_loops: 0,
        hand_off_always: false,
        rules: Vec::new(),
        created_at: draft.now,
    };
    // The policy itself takes the first id.
    let policy = changed(draft, bare, change, 1);
    draft.emit(Fact::PolicyCreated(Box::new(policy)));
    team::give(draft, Owned::Policy(PolicyId(object)), change.teams.as_deref());
    Ok(object)
}

pub(super) fn update(draft: &mut Draft, id: PolicyId, change: &PolicyChange) -> Result<Done, Rejection> {
    let old = check::policy(draft, id)?;
    check_change(draft, Some(id), change)?;
    let new = changed(draft, (*old).clone(), change, 0);
    if new != *old {
        draft.emit(Fact::PolicyUpdated(Box::new(new)));
    }
    team::give(draft, Owned::Policy(id), change.teams.as_deref());
    Ok(Done::Changed)
}

fn changed(
    draft: &Draft,
    mut policy: EscalationPolicy,
    change: &PolicyChange,
    taken: usize,
) -> EscalationPolicy {
    let PolicyChange { name, description, num_loops, hand_off_always, rules, teams: _ } = change.clone();
    policy.name = name.unwrap_or(policy.name);
    policy.description = description.unwrap_or(policy.description);
    policy.num_loops = num_loops.unwrap_or(policy.num_loops);
    policy.hand_off_always = hand_off_always.unwrap_or(policy.hand_off_always);
    if let Some(rules) = rules {
        policy.rules = levels(draft, &policy.rules, rules, taken);
    }
    policy
}

/// A level that names one that the policy has keeps that id; the others, and a second of the same id, get new ones.
fn levels(
    draft: &Draft,
    old: &[EscalationRule],
    rules: Vec<EscalationRuleFields>,
    taken: usize,
) -> Vec<EscalationRule> {
    let mut known: BTreeSet<_> = old.iter().map(|rule| rule.id).collect();
    let mut fresh = draft.next_objects().skip(taken).map(EscalationRuleId);
    let level = |EscalationRuleFields { id, delay, targets, strategy }| {
        let id = id.filter(|id| known.remove(id)).or_else(|| fresh.next())?;
        Some(EscalationRule { id, delay, targets, strategy })
    };
    rules.into_iter().filter_map(level).collect()
}

fn check_change(draft: &Draft, id: Option<PolicyId>, change: &PolicyChange) -> Result<(), Rejection> {
    let mut errors = Errors::default();
    if let Some(name) = &change.name {
        errors.name("name", name, LABEL_MAX);
        let same =
            |policy: &&Arc<EscalationPolicy>| Some(policy.id) != id && check::same_name(&policy.name, name);
        let other = draft.state.policies.values().find(same);
        errors.unless(other.is_none(), || {
            format!("Name has already been taken: there is an escalation policy `{}` already", name.trim())
        });
    }
    if let Some(Some(text)) = &change.description {
        errors.text("description", text, TEXT_MAX);
    }
    if let Some(loops) = change.num_loops {
        errors
            .unless(loops <= LOOPS_MAX, || format!("num_loops is {loops}: at most {LOOPS_MAX} are allowed"));
    }
    if let Some(rules) = &change.rules {
        errors.unless((1..=RULES_MAX).contains(&rules.len()), || {
            format!("{} escalation rules: give 1 to {RULES_MAX}", rules.len())
        });
        for (level, rule) in (1..).zip(rules) {
            check_level(draft, level, rule, &mut errors);
        }
    }
    team::check_owners(draft, change.teams.as_deref(), &mut errors);
    errors.done()
}

fn check_level(draft: &Draft, level: usize, rule: &EscalationRuleFields, errors: &mut Errors) {
    errors.duration(&format!("the delay of level {level}"), rule.delay, DELAY_MIN, DELAY_MAX);
    errors.unless((1..=TARGETS_MAX).contains(&rule.targets.len()), || {
        format!("level {level} has {} targets: give 1 to {TARGETS_MAX}", rule.targets.len())
    });
    for target in &rule.targets {
        match target {
            Target::User(user) => errors.unless(draft.state.users.contains_key(user), || {
                format!("level {level}: no user with the id {user}")
            }),
            Target::Schedule(schedule) => errors.unless(draft.state.schedules.contains_key(schedule), || {
                format!("level {level}: no schedule with the id {schedule}")
            }),
        }
    }
}

pub(super) fn delete(draft: &mut Draft, id: PolicyId) -> Result<Done, Rejection> {
    let policy = check::policy(draft, id)?;
    let mut errors = Errors::default();
    for service in draft.state.services.values().filter(|service| service.escalation_policy == id) {
        errors.add(format!(
            "escalation policy `{}` can't be deleted as service `{}` uses it: give the service another one first",
            policy.name, service.name
        ));
    }
    let open = draft.state.incidents.values().find(|incident| incident.is_open() && incident.policy == id);
    if let Some(incident) = open {
        errors.add(format!(
            "escalation policy `{}` can't be deleted as open incident #{} is escalated by it: resolve it first",
            policy.name, incident.number
        ));
    }
    errors.in_use()?;
    draft.emit(Fact::PolicyDeleted { id });
    Ok(Done::Changed)
}
