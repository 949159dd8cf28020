//! Commands about services and their integrations.

use std::sync::Arc;
use std::time::Duration;

use super::check::{self, Errors, LABEL_MAX, TEXT_MAX};
use super::incident;
use crate::domain::command::{Done, NewIntegration, Rejection, ServiceChange};
use crate::domain::id::{IntegrationId, ObjectId, ServiceId};
use crate::domain::incident::Agent;
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::fact::Fact;
use crate::domain::rule::{PAUSE_MAX, RuleScope};
use crate::domain::service::{Grouping, Integration, Service, UrgencyRule};
use crate::domain::user::Urgency;

const INTEGRATIONS_MAX: usize = 100;
const TIMEOUT_MIN: Duration = Duration::from_secs(1);
/// Nobody is told the same more often than this.
const REMINDER_MIN: Duration = Duration::from_secs(60);
/// After that a resolved incident may be archived.
const REOPEN_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// How long alerts may be joined by time, and how far apart by fields.
const GROUPING_MAX: Duration = Duration::from_secs(24 * 60 * 60);
const GROUPING_FIELDS_MAX: usize = 10;
const TIMEOUT_MAX: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub(super) fn create(draft: &mut Draft, change: &ServiceChange) -> Result<ObjectId, Rejection> {
    let (Some(name), Some(escalation_policy)) = (change.name.clone(), change.escalation_policy) else {
        let mut errors = Errors::default();
        errors.unless(change.name.is_some(), || "name cannot be empty: give the service a name".to_owned());
        errors.unless(change.escalation_policy.is_some(), || {
            "escalation_policy cannot be empty: give the escalation policy that is to page".to_owned()
        });
        errors.done()?;
        return Err(check::invalid("a service needs a name and an escalation policy"));
    };
    check_change(draft, None, change)?;
    let object = check::next_object(draft)?;
    let bare = Service {
        id: ServiceId(object),
        name,
        description: None,
        disabled: false,
        escalation_policy,
        urgency_rule: UrgencyRule::Constant(Urgency::High),
        acknowledgement_timeout: None,
        auto_resolve_timeout: None,
        reminder_interval: None,
        hand_over: false,
        reopen_within: None,
        support_hours: None,
        scheduled_actions: Vec::new(),
        grouping: None,
        auto_pause: None,
        created_at: draft.now,
        integrations: Vec::new(),
    };
    let service = changed(bare, change);
    check_hours(&service)?;
    draft.emit(Fact::ServiceCreated(Box::new(service)));
    Ok(object)
}

pub(super) fn update(draft: &mut Draft, id: ServiceId, change: &ServiceChange) -> Result<Done, Rejection> {
    let old = check::service(draft, id)?;
    check_change(draft, Some(id), change)?;
    let new = changed((*old).clone(), change);
    check_hours(&new)?;
    if new != *old {
        draft.emit(Fact::ServiceUpdated(Box::new(new)));
    }
    Ok(Done::Changed)
}

fn changed(mut service: Service, change: &ServiceChange) -> Service {
    let ServiceChange {
        name,
        description,
        disabled,
        escalation_policy,
        urgency_rule,
        acknowledgement_timeout,
        auto_resolve_timeout,
        reminder_interval,
        hand_over,
        reopen_within,
        support_hours,
        scheduled_actions,
        grouping,
        auto_pause,
    } = change.clone();
    service.name = name.unwrap_or(service.name);
    service.description = description.unwrap_or(service.description);
    service.disabled = disabled.unwrap_or(service.disabled);
    service.escalation_policy = escalation_policy.unwrap_or(service.escalation_policy);
    service.urgency_rule = urgency_rule.unwrap_or(service.urgency_rule);
    service.acknowledgement_timeout = acknowledgement_timeout.unwrap_or(service.acknowledgement_timeout);
    service.auto_resolve_timeout = auto_resolve_timeout.unwrap_or(service.auto_resolve_timeout);
    service.reminder_interval = reminder_interval.unwrap_or(service.reminder_interval);
    service.hand_over = hand_over.unwrap_or(service.hand_over);
    service.reopen_within = reopen_within.unwrap_or(service.reopen_within);
    service.support_hours = support_hours.unwrap_or(service.support_hours);
    service.scheduled_actions = scheduled_actions.unwrap_or(service.scheduled_actions);
    service.grouping = grouping.unwrap_or(service.grouping);
    service.auto_pause = auto_pause.unwrap_or(service.auto_pause);
    service
}

fn check_change(draft: &Draft, id: Option<ServiceId>, change: &ServiceChange) -> Result<(), Rejection> {
    let mut errors = Errors::default();
    if let Some(name) = &change.name {
        errors.name("name", name, LABEL_MAX);
        let same = |service: &&Arc<Service>| Some(service.id) != id && check::same_name(&service.name, name);
        let other = draft.state.services.values().find(same);
        errors.unless(other.is_none(), || {
            format!("Name has already been taken: there is a service `{}` already", name.trim())
        });
    }
    if let Some(Some(text)) = &change.description {
        errors.text("description", text, TEXT_MAX);
    }
    if let Some(policy) = change.escalation_policy {
        errors.unless(draft.state.policies.contains_key(&policy), || {
            format!("no escalation policy with the id {policy}: give one that exists")
        });
    }
    for (what, timeout, min, max) in [
        ("acknowledgement_timeout", change.acknowledgement_timeout, TIMEOUT_MIN, TIMEOUT_MAX),
        ("auto_resolve_timeout", change.auto_resolve_timeout, TIMEOUT_MIN, TIMEOUT_MAX),
        ("reminder_interval", change.reminder_interval, REMINDER_MIN, TIMEOUT_MAX),
        ("reopen_within", change.reopen_within, TIMEOUT_MIN, REOPEN_MAX),
    ] {
        if let Some(Some(timeout)) = timeout {
            errors.duration(what, timeout, min, max);
        }
    }
    if let Some(Some(grouping)) = &change.grouping {
        check_grouping(grouping, &mut errors);
    }
    if let Some(Some(pause)) = change.auto_pause {
        errors.duration("auto_pause_notifications_parameters.timeout", pause, TIMEOUT_MIN, PAUSE_MAX);
    }
    errors.done()
}

/// Support hours, and what depends on them, make sense together.
fn check_hours(service: &Service) -> Result<(), Rejection> {
    let mut errors = Errors::default();
    let needed = matches!(service.urgency_rule, UrgencyRule::SupportHours { .. })
        || !service.scheduled_actions.is_empty();
    errors.unless(!needed || service.support_hours.is_some(), || {
        "support_hours cannot be empty: the urgency rule and the scheduled actions go by them".to_owned()
    });
    if let Some(hours) = &service.support_hours {
        errors.unless(hours.zone_exists(), || {
            let zone = &hours.time_zone;
            format!("support_hours.time_zone `{zone}` does not exist: give an IANA time zone such as Europe/Berlin")
        });
        let ascending = hours.days.windows(2).all(|pair| pair[0] < pair[1]);
        let days = !hours.days.is_empty() && ascending && hours.days.iter().all(|day| (1..=7).contains(day));
        errors.unless(days, || {
            "support_hours.days_of_week must be days from 1 (Monday) to 7 (Sunday), each once".to_owned()
        });
        errors.unless(hours.start < 86_400 && hours.end < 86_400, || {
            "support_hours.start_time and end_time must be times of the day, such as 09:00:00".to_owned()
        });
    }
    let mut edges: Vec<_> = service.scheduled_actions.iter().map(|action| action.at).collect();
    edges.sort();
    errors.unless(edges.windows(2).all(|pair| pair[0] != pair[1]), || {
        "scheduled_actions must be at most one at each end of the support hours".to_owned()
    });
    errors.done()
}

fn check_grouping(grouping: &Grouping, errors: &mut Errors) {
    const PATH: &str = "alert_grouping_parameters.config";
    match grouping {
        Grouping::Time(None) => {}
        Grouping::Time(Some(window)) => {
            errors.duration(&format!("{PATH}.timeout"), *window, TIMEOUT_MIN, GROUPING_MAX);
        }
        Grouping::Fields { fields, within, all: _ } => {
            errors.unless((1..=GROUPING_FIELDS_MAX).contains(&fields.len()), || {
                format!("{PATH}.fields: {} fields: give 1 to {GROUPING_FIELDS_MAX}", fields.len())
            });
            for (index, field) in fields.iter().enumerate() {
                errors.unless(is_groupable(field), || {
                    format!(
                        "{PATH}.fields[{index}]: `{field}` is no field of an alert: give one of summary, source, \
                         severity, component, group, class, or custom_details.NAME"
                    )
                });
            }
            errors.duration(&format!("{PATH}.time_window"), *within, TIMEOUT_MIN, GROUPING_MAX);
        }
    }
}

fn is_groupable(field: &str) -> bool {
    let detail = field.strip_prefix("custom_details.");
    detail.is_some_and(|name| !name.is_empty() && name.chars().count() <= LABEL_MAX)
        || ["summary", "source", "severity", "component", "group", "class"].contains(&field)
}

/// What would be left without it: rules that route to it, and heartbeats that nobody would hear of.
fn check_unused(draft: &Draft, id: ServiceId) -> Result<(), Rejection> {
    let mut errors = Errors::default();
    let rules = draft.state.rules.get(&RuleScope::Global).map(|rules| rules.as_slice()).unwrap_or_default();
    for rule in rules.iter().filter(|rule| rule.actions.route == Some(id)) {
        errors.add(format!("the global event rule `{}` routes to it: change the rule first", rule.name));
    }
    for heartbeat in draft.state.heartbeats.values().filter(|heartbeat| heartbeat.service == id) {
        errors.add(format!("the heartbeat `{}` is its: delete the heartbeat first", heartbeat.name));
    }
    errors.in_use()
}

/// What is open there is resolved first; closed incidents stay until they are archived.
pub(super) fn delete(draft: &mut Draft, by: Agent, id: ServiceId) -> Result<Done, Rejection> {
    let service = check::service(draft, id)?;
    check_unused(draft, id)?;
    incident::resolve_all(draft, by, &service)?;
    draft.emit(Fact::ServiceDeleted { id });
    Ok(Done::Changed)
}

pub(super) fn create_integration(
    draft: &mut Draft,
    service_id: ServiceId,
    new: &NewIntegration,
) -> Result<Done, Rejection> {
    let service = check::service(draft, service_id)?;
    let mut errors = Errors::default();
    errors.name("name", &new.name, LABEL_MAX);
    errors.name("type", &new.kind, LABEL_MAX);
    errors.unless(service.integrations.len() < INTEGRATIONS_MAX, || {
        format!("a service has at most {INTEGRATIONS_MAX} integrations: remove one first")
    });
    errors.unless(!draft.state.routing.contains_key(&new.routing_key), || {
        "integration_key is in use already: draw another one".to_owned()
    });
    errors.done()?;
    let object = check::next_object(draft)?;
    let integration = integration(draft, IntegrationId(object), new);
    draft.emit(Fact::IntegrationSet { service: service_id, integration: Box::new(integration) });
    Ok(Done::Object(object))
}

fn integration(draft: &Draft, id: IntegrationId, new: &NewIntegration) -> Integration {
    Integration {
        id,
        name: new.name.clone(),
        kind: new.kind.clone(),
        routing_key: new.routing_key,
        vendor: new.vendor,
        created_at: draft.now,
    }
}

pub(super) fn update_integration(
    draft: &mut Draft,
    service_id: ServiceId,
    id: IntegrationId,
    name: Option<&Arc<str>>,
) -> Result<Done, Rejection> {
    let service = check::service(draft, service_id)?;
    let old = service.integration(id).ok_or_else(|| check::not_found("integration", id))?;
    let Some(name) = name.filter(|name| **name != old.name) else { return Ok(Done::Changed) };
    let mut errors = Errors::default();
    errors.name("name", name, LABEL_MAX);
    errors.done()?;
    let integration = Box::new(Integration { name: name.clone(), ..old.clone() });
    draft.emit(Fact::IntegrationSet { service: service_id, integration });
    Ok(Done::Changed)
}

pub(super) fn delete_integration(
    draft: &mut Draft,
    service_id: ServiceId,
    id: IntegrationId,
) -> Result<Done, Rejection> {
    let service = check::service(draft, service_id)?;
    service.integration(id).ok_or_else(|| check::not_found("integration", id))?;
    draft.emit(Fact::IntegrationRemoved { service: service_id, id });
    Ok(Done::Changed)
}
