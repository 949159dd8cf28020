//! Services and heartbeats as files say them.

use super::super::World;
use super::super::text::{EVENTS_V2, day, length, time_of_day, word};
use crate::domain::heartbeat::Heartbeat;
use crate::domain::rule::RuleScope;
use crate::domain::service::{Grouping, Integration, Service, UrgencyRule};
use crate::domain::support_hours::{Edge, SupportHours};
use crate::wire::configuration as file;

impl World<'_> {
    pub(super) fn service(self, service: &Service) -> file::Service {
        let rules = self.state.rules.get(&RuleScope::Service(service.id));
        let rules = rules.map(|rules| rules.as_slice()).unwrap_or_default();
        let policy = self.state.policies.get(&service.escalation_policy);
        let (urgency, during, outside) = urgency(service.urgency_rule);
        let at = |edge: Edge| {
            let action = service.scheduled_actions.iter().find(|action| action.at == edge);
            action.map(|action| action.to.as_str().to_owned())
        };
        file::Service {
            name: service.name.to_string(),
            description: service.description.as_deref().map(str::to_owned),
            disabled: service.disabled,
            escalation_policy: policy
                .map_or_else(|| service.escalation_policy.to_string(), |it| it.name.to_string()),
            urgency: Some(urgency),
            during_support_hours: during,
            outside_support_hours: outside,
            acknowledgement_timeout: service.acknowledgement_timeout.map(length),
            auto_resolve_timeout: service.auto_resolve_timeout.map(length),
            reminder_interval: service.reminder_interval.map(length),
            hand_over_acknowledged: service.hand_over,
            reopen_within: service.reopen_within.map(length),
            auto_pause: service.auto_pause.map(length),
            support_hours: service.support_hours.as_ref().map(hours),
            urgency_at_start: at(Edge::Start),
            urgency_at_end: at(Edge::End),
            grouping: service.grouping.as_ref().map(grouping),
            integrations: Some(service.integrations.iter().map(integration).collect()),
            event_rules: Some(rules.iter().map(|rule| self.rule(rule)).collect()),
        }
    }
}

impl World<'_> {
    /// Without what is known of its pings.
    pub(super) fn heartbeat(self, heartbeat: &Heartbeat) -> file::Heartbeat {
        file::Heartbeat {
            name: heartbeat.name.to_string(),
            service: self.service_name(heartbeat.service),
            period: length(heartbeat.period),
            grace: Some(length(heartbeat.grace)),
            max_runtime: heartbeat.max_runtime.map(length),
            paused: Some(heartbeat.paused),
            key: Some(heartbeat.key.to_string()),
        }
    }
}

fn urgency(rule: UrgencyRule) -> (String, Option<String>, Option<String>) {
    match rule {
        UrgencyRule::Constant(urgency) => (urgency.as_str().to_owned(), None, None),
        UrgencyRule::SeverityBased => ("severity_based".to_owned(), None, None),
        UrgencyRule::SupportHours { during, outside } => {
            ("support_hours".to_owned(), Some(word(during)), Some(word(outside)))
        }
    }
}

fn hours(hours: &SupportHours) -> file::SupportHours {
    file::SupportHours {
        time_zone: hours.time_zone.to_string(),
        days: hours.days.iter().map(|number| day(*number)).collect(),
        start: time_of_day(hours.start),
        end: time_of_day(hours.end),
    }
}

fn grouping(grouping: &Grouping) -> file::Grouping {
    match grouping {
        Grouping::Time(within) => file::Grouping { fields: None, any: false, within: within.map(length) },
        Grouping::Fields { fields, all, within } => file::Grouping {
            fields: Some(fields.iter().map(ToString::to_string).collect()),
            any: !all,
            within: Some(length(*within)),
        },
    }
}

fn integration(integration: &Integration) -> file::Integration {
    file::Integration {
        name: integration.name.to_string(),
        kind: (&*integration.kind != EVENTS_V2).then(|| integration.kind.to_string()),
        key: Some(integration.routing_key.to_string()),
    }
}
