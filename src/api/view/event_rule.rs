//! Event rules as clients see them.

use super::View;
use crate::domain::rule::{Actions, Rule, RuleRef, RuleScope};
use crate::wire::rest::event_rule as wire;
use crate::wire::rest::reference::Ref;

impl View<'_> {
    /// A rule, with what it did that no incident shows.
    pub(crate) fn event_rule(&self, scope: RuleScope, rule: &Rule) -> wire::EventRule {
        let name = RuleRef { scope, name: rule.name.clone() };
        let counts = self.state.rule_counts.get(&name).map(|counts| wire::RuleCounts {
            dropped: counts.dropped,
            failed: counts.failed,
            last_failure: counts.last_failure.as_deref().map(str::to_owned),
            last_at: Some(counts.last_at.to_iso()),
        });
        wire::EventRule {
            name: rule.name.to_string(),
            condition: rule.condition.as_ref().map(|condition| condition.source().to_string()),
            disabled: rule.disabled,
            stop: rule.stop,
            actions: actions(&rule.actions),
            counts: Some(counts.unwrap_or_default()),
        }
    }
}

fn actions(actions: &Actions) -> wire::RuleActions {
    let Actions { drop, suppress, pause, route, severity, priority, set, note } = actions;
    wire::RuleActions {
        drop: *drop,
        suppress: *suppress,
        pause: pause.map(|pause| pause.as_secs()),
        route_to: route.map(|service| Ref::new("service", service.to_string())),
        severity: severity.map(|severity| severity.as_str().to_owned()),
        priority: priority.map(|priority| Ref::new("priority", priority.to_string())),
        set: set.iter().map(|(field, it)| (field.as_str().to_owned(), it.source().to_string())).collect(),
        note: note.as_ref().map(|note| note.source().to_string()),
    }
}
