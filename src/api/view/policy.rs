//! Escalation policies, and who is on call, as clients see them.

use super::View;
use crate::domain::id::PolicyId;
use crate::domain::incidents::oncall::Serving;
use crate::domain::policy::{EscalationPolicy, EscalationRule, Target};
use crate::domain::schedule::zone::Zone;
use crate::domain::time::Timestamp;
use crate::wire::rest::escalation_policy as wire;
use crate::wire::rest::oncall::Oncall;
use crate::wire::rest::reference::Linked;

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
            teams: self.teams(|team| team.policies.contains(&policy.id)),
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
                .then(|| wire::AssignmentStrategy { kind: rule.strategy.as_str().to_owned() }),
        }
    }

    fn target(&self, target: Target) -> wire::TargetLink {
        match target {
            Target::User(id) => match self.user_link(id, &["targets"]) {
                Linked::Object(user) => wire::TargetLink::User(user),
                Linked::Reference(reference) => wire::TargetLink::Reference(reference),
            },
            Target::Schedule(id) => match self.schedule_link(id, "targets") {
                Linked::Object(schedule) => wire::TargetLink::Schedule(schedule),
                Linked::Reference(reference) => wire::TargetLink::Reference(reference),
            },
        }
    }

    /// Who is on call, with times by this clock, or by the schedule's own.
    pub(crate) fn oncall(&self, serving: &Serving, zone: Option<&Zone>) -> Oncall {
        let shift = serving.shift.map(|(id, span)| {
            let own =
                || self.state.schedules.get(&id).map_or_else(Zone::utc, |it| Zone::known(&it.time_zone));
            let zone = zone.cloned().unwrap_or_else(own);
            let end = (span.end < Timestamp::MAX).then(|| zone.to_iso(span.end));
            (self.schedule_link(id, "schedules"), zone.to_iso(span.start), end)
        });
        let (schedule, start, end) = match shift {
            Some((schedule, start, end)) => (Some(schedule), Some(start), end),
            None => (None, None, None),
        };
        Oncall {
            escalation_policy: self.policy_link(serving.policy, "escalation_policies"),
            escalation_level: serving.level,
            schedule,
            user: self.user_link(serving.user, &["users"]),
            start,
            end,
        }
    }
}
