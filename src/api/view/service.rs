//! Services and integrations as clients see them.

use super::View;
use crate::api::grouping;
use crate::domain::id::ServiceId;
use crate::domain::service::{HoursUrgency, Integration, Service, UrgencyRule};
use crate::domain::support_hours::{Edge, ScheduledAction, SupportHours};
use crate::domain::time::Timestamp;
use crate::wire::rest::integration as wire_integration;
use crate::wire::rest::reference::{Linked, Reference};
use crate::wire::rest::service as wire;

impl View<'_> {
    /// A service, itself if `include[]` has that name.
    pub(crate) fn service_link(&self, id: ServiceId, include: &str) -> Linked<wire::Service> {
        match self.state.services.get(&id) {
            Some(service) if self.query.includes(include) => {
                Linked::Object(Box::new(self.service(service, None)))
            }
            _ => Linked::Reference(self.service_reference(id)),
        }
    }

    /// A service. `last_incident` is when its latest incident was opened.
    pub(crate) fn service(&self, service: &Service, last_incident: Option<Timestamp>) -> wire::Service {
        wire::Service {
            head: self.head("service", "services", service.id, Some(&service.name)),
            name: service.name.to_string(),
            description: service.description.as_deref().map(str::to_owned),
            created_at: service.created_at.to_iso(),
            status: self.service_status(service).to_owned(),
            last_incident_timestamp: last_incident.map(Timestamp::to_iso),
            escalation_policy: self.policy_link_boxed(service),
            teams: self.teams(|team| team.policies.contains(&service.escalation_policy)),
            integrations: service.integrations.iter().map(|it| self.integration_link(service, it)).collect(),
            acknowledgement_timeout: service.acknowledgement_timeout.map(|timeout| timeout.as_secs()),
            auto_resolve_timeout: service.auto_resolve_timeout.map(|timeout| timeout.as_secs()),
            alert_creation: "create_alerts_and_incidents".to_owned(),
            alert_grouping: grouping::kind(service),
            alert_grouping_timeout: grouping::timeout_minutes(service),
            alert_grouping_parameters: grouping::shown(service),
            incident_urgency_rule: urgency_rule(service.urgency_rule),
            support_hours: service.support_hours.as_ref().map(support_hours),
            scheduled_actions: service.scheduled_actions.iter().map(scheduled_action).collect(),
            auto_pause_notifications_parameters: wire::AutoPause {
                enabled: service.auto_pause.is_some(),
                timeout: service.auto_pause.map(|pause| pause.as_secs()),
            },
            addons: Vec::new(),
            response_play: None,
            reminder_interval: service.reminder_interval.map(|interval| interval.as_secs()),
            hand_over_acknowledged: service.hand_over,
            reopen_within: service.reopen_within.map(|within| within.as_secs()),
        }
    }

    fn service_status(&self, service: &Service) -> &'static str {
        let open = self.state.open_counts.get(&service.id).copied().unwrap_or_default();
        match (service.disabled, open.triggered, open.acknowledged) {
            (true, _, _) => "disabled",
            (false, 0, 0) => "active",
            (false, 0, _) => "warning",
            (false, _, _) => "critical",
        }
    }

    fn policy_link_boxed(
        &self,
        service: &Service,
    ) -> Linked<Box<crate::wire::rest::escalation_policy::EscalationPolicy>> {
        match self.policy_link(service.escalation_policy, "escalation_policies") {
            Linked::Object(policy) => Linked::Object(Box::new(policy)),
            Linked::Reference(reference) => Linked::Reference(reference),
        }
    }

    fn integration_link(
        &self,
        service: &Service,
        integration: &Integration,
    ) -> Linked<wire_integration::Integration> {
        if self.query.includes("integrations") {
            Linked::Object(Box::new(self.integration(service, integration)))
        } else {
            Linked::Reference(self.integration_reference(service.id, integration.id))
        }
    }

    /// An integration, with its key.
    pub(crate) fn integration(
        &self,
        service: &Service,
        integration: &Integration,
    ) -> wire_integration::Integration {
        let collection = format!("services/{}/integrations", service.id);
        wire_integration::Integration {
            head: self.head(&integration.kind, &collection, integration.id, Some(&integration.name)),
            name: integration.name.to_string(),
            service: self.service_reference(service.id),
            created_at: integration.created_at.to_iso(),
            vendor: integration
                .vendor
                .map(|id| Reference { html_url: None, ..self.reference("vendor", "vendors", id, None) }),
            integration_key: integration.routing_key.to_string(),
        }
    }
}

fn urgency_rule(rule: UrgencyRule) -> wire::IncidentUrgencyRule {
    let constant = |urgency| wire::IncidentUrgencyRule {
        kind: "constant".to_owned(),
        urgency: Some(urgency),
        during_support_hours: None,
        outside_support_hours: None,
    };
    match rule {
        UrgencyRule::Constant(urgency) => constant(super::urgency(urgency).into()),
        UrgencyRule::SeverityBased => constant(wire::RuleUrgency::SeverityBased),
        UrgencyRule::SupportHours { during, outside } => wire::IncidentUrgencyRule {
            kind: "use_support_hours".to_owned(),
            urgency: None,
            during_support_hours: Some(hours_rule(during)),
            outside_support_hours: Some(hours_rule(outside)),
        },
    }
}

fn hours_rule(urgency: HoursUrgency) -> wire::HoursRule {
    let urgency = match urgency {
        HoursUrgency::High => wire::RuleUrgency::High,
        HoursUrgency::Low => wire::RuleUrgency::Low,
        HoursUrgency::SeverityBased => wire::RuleUrgency::SeverityBased,
    };
    wire::HoursRule { kind: "constant".to_owned(), urgency }
}

fn support_hours(hours: &SupportHours) -> wire::SupportHours {
    let time = |seconds: u32| format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    wire::SupportHours {
        kind: "fixed_time_per_day".to_owned(),
        time_zone: hours.time_zone.to_string(),
        days_of_week: hours.days.clone(),
        start_time: time(hours.start),
        end_time: time(hours.end),
    }
}

fn scheduled_action(action: &ScheduledAction) -> wire::ScheduledAction {
    let name = match action.at {
        Edge::Start => "support_hours_start",
        Edge::End => "support_hours_end",
    };
    wire::ScheduledAction {
        kind: "urgency_change".to_owned(),
        at: wire::NamedTime { kind: "named_time".to_owned(), name: name.to_owned() },
        to_urgency: super::urgency(action.to),
    }
}
