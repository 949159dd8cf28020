//! Commands about event rules.

use std::collections::BTreeSet;

use super::check::{self, Errors};
use crate::domain::command::{Done, Rejection};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::fact::Fact;
use crate::domain::rule::{Actions, NAME_MAX, PAUSE_MAX, RULES_MAX, Rule, RuleScope};
use crate::domain::wanted::folded;

/// Replaces a list as a whole, or not at all.
pub(super) fn set(draft: &mut Draft, scope: RuleScope, rules: &[Rule]) -> Result<Done, Rejection> {
    if let RuleScope::Service(id) = scope {
        check::service(draft, id)?;
    }
    let mut errors = Errors::default();
    errors.unless(rules.len() <= RULES_MAX, || {
        format!("event_rules: {} rules: at most {RULES_MAX} are allowed", rules.len())
    });
    let mut names = BTreeSet::new();
    for (index, rule) in rules.iter().enumerate().take(RULES_MAX) {
        let path = format!("event_rules[{index}]");
        check_rule(draft, scope, rule, &path, &mut errors);
        errors.unless(names.insert(folded(&rule.name)), || {
            format!("{path}.name: there is another rule `{}`: give each its own name", rule.name)
        });
    }
    errors.done()?;
    let same = draft.state.rules.get(&scope).map_or(rules.is_empty(), |old| old.as_slice() == rules);
    if !same {
        draft.emit(Fact::RulesSet { scope, rules: rules.to_vec() });
    }
    Ok(Done::Changed)
}

fn check_rule(draft: &Draft, scope: RuleScope, rule: &Rule, path: &str, errors: &mut Errors) {
    errors.name(&format!("{path}.name"), &rule.name, NAME_MAX);
    let called = format!("{path} (`{}`)", rule.name);
    if let Some(invalid) = rule.condition.as_ref().and_then(|condition| condition.invalid()) {
        errors.add(format!("{called}.condition: {invalid}"));
    }
    let actions = &rule.actions;
    for (field, template) in &actions.set {
        if let Some(invalid) = template.invalid() {
            errors.add(format!("{called}.actions.{}: {invalid}", field.as_str()));
        }
    }
    if let Some(invalid) = actions.note.as_ref().and_then(|note| note.invalid()) {
        errors.add(format!("{called}.actions.note: {invalid}"));
    }
    if let Some(pause) = actions.pause {
        let what = format!("{called}.actions.pause");
        errors.duration(&what, pause, std::time::Duration::from_secs(1), PAUSE_MAX);
    }
    if let Some(service) = actions.route {
        errors.unless(scope == RuleScope::Global, || {
            format!("{called}.actions.route: only a global rule may route, so that no event goes round in a circle")
        });
        errors.unless(draft.state.services.contains_key(&service), || {
            format!("{called}.actions.route: no service with the id {service}: give one that exists")
        });
    }
    errors.unless(!actions.drop || is_only_drop(rule), || {
        format!("{called}.actions: what is dropped is gone, so `drop` goes with no other action")
    });
    let nothing = *actions == Actions::default() && !rule.stop;
    errors.unless(!nothing, || format!("{called}.actions: it does nothing: give an action, or `stop`"));
}

fn is_only_drop(rule: &Rule) -> bool {
    let mut others = rule.actions.clone();
    others.drop = false;
    others == Actions::default()
}
