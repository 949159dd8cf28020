//! Escalation policies, and who is on call, as clients see them.

use super::View;
use crate::domain::id::PolicyId;
use crate::domain::policy::{EscalationPolicy, EscalationRule, Target};
use crate::wire::rest::escalation_policy as wire;
use crate::wire::rest::oncall::Oncall;
use crate::wire::rest::reference::Linked;
use crate::wire::rest::user::User;

impl View<'_> {
    /// An escalation policy, itself if `include[]` has that name.
    pub(crate) fn policy_link(&self, id: PolicyId, include: &str) -> Linked<wire::EscalationPolicy> {
        match self.state.policies.get(&id) {
            Some(policy) if self.query.includes(include) => {
                Linked::Object(Box::new(self.policy_bare(policy)))
            }
            _ => Linked::Reference(self.policy_reference(id)),
        }
    }

    /// An escalation policy, with the services that use it.
    pub(crate) fn policy(&self, policy: &EscalationPolicy) -> wire::EscalationPolicy {
        let using = self.state.services.values().filter(|service| service.escalation_policy == policy.id);
        let services = using.map(|service| self.service_link(service.id, "services")).collect();
        wire::EscalationPolicy { services, ..self.policy_bare(policy) }
    }

    /// Without the services: a service may show its policy, which must not show its services again.
    fn policy_bare(&self, policy: &EscalationPolicy) -> wire::EscalationPolicy {
        let hand_off = if policy.hand_off_always { "always" } else { "if_has_services" };
        wire::EscalationPolicy {
            head: self.head("escalation_policy", "escalation_policies", policy.id, Some(&policy.name)),
            name: policy.name.to_string(),
            description: policy.description.as_deref().map(str::to_owned),
            num_loops: policy.num_loops,
            on_call_handoff_notifications: hand_off.to_owned(),
            escalation_rules: policy.rules.iter().map(|rule| self.escalation_rule(rule)).collect(),
            services: Vec::new(),
            teams: Vec::new(),
        }
    }

    fn escalation_rule(&self, rule: &EscalationRule) -> wire::EscalationRule {
        let strategies = self.query.includes("escalation_rule_assignment_strategies");
        wire::EscalationRule {
            id: rule.id.to_string(),
            escalation_delay_in_minutes: rule.delay.as_secs().div_ceil(60),
            escalation_delay_in_seconds: Some(rule.delay.as_secs()),
            targets: rule.targets.iter().map(|target| self.target(*target)).collect(),
            escalation_rule_assignment_strategy: strategies
                .then(|| wire::AssignmentStrategy { kind: "assign_to_everyone".to_owned() }),
        }
    }

    fn target(&self, target: Target) -> Linked<User> {
        match target {
            Target::User(id) => self.user_link(id, &["targets"]),
            Target::Schedule(id) => Linked::Reference(self.reference("schedule", "schedules", id, None)),
        }
    }

    /// Who is on call by this policy, level by level.
    pub(crate) fn oncalls(&self, policy: &EscalationPolicy) -> Vec<(crate::domain::id::UserId, Oncall)> {
        let levels = (1u32..).zip(&policy.rules);
        levels
            .flat_map(|(level, rule)| rule.targets.iter().map(move |target| (level, *target)))
            .filter_map(|(level, target)| match target {
                Target::User(id) => Some((id, self.oncall(policy.id, level, id))),
                // There are no schedules yet, so nobody is on call by one.
                Target::Schedule(_) => None,
            })
            .collect()
    }

    fn oncall(&self, policy: PolicyId, level: u32, user: crate::domain::id::UserId) -> Oncall {
        Oncall {
            escalation_policy: self.policy_link(policy, "escalation_policies"),
            escalation_level: level,
            schedule: None,
            user: self.user_link(user, &["users"]),
            start: None,
            end: None,
        }
    }
}
