//! Services of a file, with their integrations.

use std::sync::Arc;
use std::time::Duration;

use super::super::text::{EVENTS_V2, days, duration, seconds_of_day, value_of};
use super::{Reader, called};
use crate::domain::command::ServiceChange;
use crate::domain::service::{Grouping, HoursUrgency, UrgencyRule};
use crate::domain::support_hours::{Edge, ScheduledAction, SupportHours};
use crate::domain::user::Urgency;
use crate::domain::wanted::{Wanted, WantedIntegration, WantedService};
use crate::wire::configuration as file;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Reader<'_> {
    pub(super) fn service(&mut self, service: &file::Service) {
        let path = called("services", &service.name);
        let urgency_rule = self.urgency_rule(&path, service);
        let mut timeout = |name: &str, length: &Option<file::Length>| {
            let read = length.as_ref().map(duration);
            Some(read.and_then(|read| self.take(&format!("{path}.{name}"), read)))
        };
        let acknowledgement_timeout = timeout("acknowledgement_timeout", &service.acknowledgement_timeout);
        let auto_resolve_timeout = timeout("auto_resolve_timeout", &service.auto_resolve_timeout);
        let reminder_interval = timeout("reminder_interval", &service.reminder_interval);
        let reopen_within = timeout("reopen_within", &service.reopen_within);
        let auto_pause = timeout("auto_pause", &service.auto_pause);
        let hours = service.support_hours.as_ref();
        let support_hours = hours.and_then(|hours| self.hours(&format!("{path}.support_hours"), hours));
        let grouping = service.grouping.as_ref();
        let grouping = grouping.and_then(|it| self.grouping(&format!("{path}.grouping"), it));
        let change = ServiceChange {
            description: Some(service.description.as_deref().map(Into::into)),
            disabled: Some(service.disabled),
            urgency_rule,
            acknowledgement_timeout,
            auto_resolve_timeout,
            reminder_interval,
            hand_over: Some(service.hand_over_acknowledged),
            reopen_within,
            support_hours: Some(support_hours),
            scheduled_actions: Some(self.actions(&path, service)),
            grouping: Some(grouping),
            auto_pause,
            ..ServiceChange::default()
        };
        let integrations = service.integrations.as_ref().map(|integrations| {
            let all = integrations.iter().enumerate();
            all.filter_map(|(n, it)| self.integration(&format!("{path}.integrations[{n}]"), it)).collect()
        });
        let rules = service.event_rules.as_ref().map(|rules| self.rules(&path, rules));
        let wanted = WantedService {
            name: service.name.trim().into(),
            change,
            escalation_policy: service.escalation_policy.trim().into(),
            integrations,
            rules,
        };
        self.want(path, Wanted::Service(Box::new(wanted)));
    }

    fn urgency_rule(&mut self, path: &str, service: &file::Service) -> Option<UrgencyRule> {
        let hours = |word: &Option<String>, name: &str| {
            let expected = "high, low, severity_based";
            let word = word.as_deref().ok_or_else(|| format!("missing; expected one of {expected}"));
            word.and_then(|word| value_of::<HoursUrgency>(word, expected))
                .map_err(|error| (format!("{path}.{name}"), error))
        };
        let read = match service.urgency.as_deref() {
            None | Some("high") => Ok(UrgencyRule::Constant(Urgency::High)),
            Some("low") => Ok(UrgencyRule::Constant(Urgency::Low)),
            Some("severity_based") => Ok(UrgencyRule::SeverityBased),
            Some("support_hours") => {
                hours(&service.during_support_hours, "during_support_hours").and_then(|during| {
                    let outside = hours(&service.outside_support_hours, "outside_support_hours")?;
                    Ok(UrgencyRule::SupportHours { during, outside })
                })
            }
            Some(other) => Err((
                format!("{path}.urgency"),
                format!("`{other}` is not one of high, low, severity_based, support_hours"),
            )),
        };
        read.map_err(|(path, error)| self.wrong(&path, error)).ok()
    }

    fn hours(&mut self, path: &str, hours: &file::SupportHours) -> Option<SupportHours> {
        let days = self.take(&format!("{path}.days"), days(&hours.days));
        let start = self.take(&format!("{path}.start"), seconds_of_day(&hours.start));
        let end = self.take(&format!("{path}.end"), seconds_of_day(&hours.end));
        Some(SupportHours {
            time_zone: hours.time_zone.as_str().into(),
            days: days?,
            start: start?,
            end: end?,
        })
    }

    fn actions(&mut self, path: &str, service: &file::Service) -> Vec<ScheduledAction> {
        let edges = [
            (Edge::Start, "urgency_at_start", &service.urgency_at_start),
            (Edge::End, "urgency_at_end", &service.urgency_at_end),
        ];
        let mut actions = Vec::new();
        for (at, name, word) in edges {
            let read = word.as_deref().map(|word| value_of::<Urgency>(word, "high, low"));
            if let Some(to) = read.and_then(|read| self.take(&format!("{path}.{name}"), read)) {
                actions.push(ScheduledAction { at, to });
            }
        }
        actions
    }

    fn grouping(&mut self, path: &str, grouping: &file::Grouping) -> Option<Grouping> {
        let within = grouping.within.as_ref().map(duration);
        let within = match within {
            None => None,
            Some(read) => Some(self.take(&format!("{path}.within"), read)?),
        };
        Some(match &grouping.fields {
            None => Grouping::Time(within),
            Some(fields) => Grouping::Fields {
                fields: fields.iter().map(|field| Arc::from(field.trim())).collect(),
                all: !grouping.any,
                within: within.unwrap_or(DAY),
            },
        })
    }

    fn integration(&mut self, path: &str, integration: &file::Integration) -> Option<WantedIntegration> {
        let (routing_key, drawn) = self.key(&format!("{path}.key"), integration.key.as_deref())?;
        let kind = integration.kind.as_deref().unwrap_or(EVENTS_V2);
        Some(WantedIntegration {
            name: integration.name.trim().into(),
            kind: kind.into(),
            routing_key,
            drawn,
        })
    }
}
