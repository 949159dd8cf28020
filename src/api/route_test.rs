//! `POST /event_rules/test`: where an event would go, and why; nothing is stored.

use std::sync::Arc;

use uuid::Uuid;

use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::view::View;
use super::{reply, words_rules};
use crate::domain::event::{DedupKey, Event, EventAddress, Whole};
use crate::domain::id::{IncidentNumber, IntegrationId, ServiceId};
use crate::domain::incident::Incident;
use crate::domain::incidents::decide::{Outcome, Rehearsal, Step, rehearse};
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::state::State;
use crate::domain::rule::RuleScope;
use crate::domain::time::Timestamp;
use crate::door;
use crate::wire::rest::event_rule as wire;

/// `POST /event_rules/test`
pub(super) async fn test(cx: Context, Body(test): Body<wire::RouteTest>) -> Reply {
    let event = event(&test.event, cx.parts().clock.now())?;
    let Some((service, integration)) = cx.state.routing.get(&event.routing_key).copied() else {
        return Err(Error::invalid("event.routing_key: Invalid routing key"));
    };
    let rehearsal = rehearse(&cx.state, &event, event.accepted_at);
    reply::one(shown(&cx, &cx.state, &event, &rehearsal, (service, integration))?)
}

/// Reads an event as it would be sent, and accepted at this time.
pub(super) fn event(given: &serde_json::Value, accepted_at: Timestamp) -> Result<Event, Error> {
    let body = serde_json::to_vec(given)
        .map_err(|error| Error::invalid(format!("event: it could not be read: {error}")))?;
    let parsed = door::parse(&body, false).map_err(|error| match error {
        door::EventError::Invalid(errors) => {
            Error::invalid_all(errors.into_iter().map(|error| format!("event: {error}")).collect())
        }
        door::EventError::Syntax(error) => Error::invalid(format!("event: {error}")),
    })?;
    let routing_key = parsed.routing_key.ok_or_else(|| Error::invalid("event: 'routing_key' is missing"))?;
    let key = parsed.dedup_key.as_deref().unwrap_or("(made by the server)");
    Ok(Event {
        address: EventAddress { door: Uuid::nil(), seq: 0, index: 0 },
        accepted_at,
        routing_key,
        action: parsed.action,
        dedup_key: DedupKey(key.into()),
        digest: parsed.digest.clone(),
        whole: Whole(body.clone().into()),
    })
}

/// What becomes of an event that comes in by this integration, in the state before it.
pub(super) fn shown(
    cx: &Context,
    before: &State,
    event: &Event,
    rehearsal: &Rehearsal,
    (service, integration): (ServiceId, IntegrationId),
) -> Result<wire::Route, Error> {
    let view = View { state: &rehearsal.state, ..cx.view()? };
    let (outcome, number) = outcome(rehearsal);
    let incident = number.and_then(|number| rehearsal.state.incidents.get(&number));
    let before = number.and_then(|number| before.incidents.get(&number));
    let routed = incident.map_or_else(|| routed(&rehearsal.steps).unwrap_or(service), |it| it.service);
    let key = incident.and_then(|it| key_of(it, before)).unwrap_or_else(|| event.dedup_key.clone());
    Ok(wire::Route {
        outcome: outcome.to_owned(),
        summary: summary(&view, outcome, incident, before, rehearsal),
        service: view.service_reference(routed),
        integration: view.integration_reference(service, integration),
        dedup_key: key.to_string(),
        incident: incident.map(|incident| wire::RouteIncident {
            existing: before.map(|before| view.incident_reference(before)),
            title: incident.title.to_string(),
            urgency: super::view::urgency(incident.urgency),
            priority: incident.priority.and_then(|id| view.priority(id)).map(|priority| priority.name),
            hold: incident.hold.as_ref().map(|hold| view.hold(hold)),
        }),
        pages: pages(&view, rehearsal),
        steps: rehearsal.steps.iter().map(|step| shown_step(&view, step)).collect(),
        timeline: incident.map(|incident| timeline(&view, incident, before)).unwrap_or_default(),
    })
}

/// The first fact that says what became of the event.
fn outcome(rehearsal: &Rehearsal) -> (&'static str, Option<IncidentNumber>) {
    let found = rehearsal.facts.iter().find_map(|fact| match fact {
        Fact::IncidentOpened(opened) => Some(("opens", Some(opened.number))),
        Fact::AlertAdded { number, .. } => Some(("joins", Some(*number))),
        Fact::AlertRepeated { number, .. } => Some(("repeats", Some(*number))),
        Fact::IncidentAcknowledged { number, .. } => Some(("acknowledges", Some(*number))),
        Fact::AlertResolved { number, .. } => Some(("resolves", Some(*number))),
        Fact::RuleCounted { more, .. } if more.dropped > 0 => Some(("drops", None)),
        _ => None,
    });
    let known = |number: &IncidentNumber| rehearsal.state.incidents.contains_key(number);
    let (outcome, number) = found.unwrap_or(("nothing", None));
    (outcome, number.filter(known))
}

fn routed(steps: &[Step]) -> Option<ServiceId> {
    steps.iter().find_map(|step| match &step.outcome {
        Outcome::Applied(effects) => effects.iter().find_map(|effect| match effect {
            crate::domain::rule::Effect::Routed(service) => Some(*service),
            _ => None,
        }),
        _ => None,
    })
}

/// The dedup key of the alert that the event became, or came to.
fn key_of(incident: &Incident, before: Option<&Arc<Incident>>) -> Option<DedupKey> {
    let old = before.map_or(0, |before| before.alerts.len());
    let newest = incident.alerts.get(old).or_else(|| {
        let changed = |alert: &&crate::domain::incident::Alert| {
            before.is_some_and(|before| !before.alerts.contains(alert))
        };
        incident.alerts.iter().find(changed)
    });
    newest.map(|alert| alert.dedup_key.clone())
}

fn summary(
    view: &View<'_>,
    outcome: &str,
    incident: Option<&Arc<Incident>>,
    before: Option<&Arc<Incident>>,
    rehearsal: &Rehearsal,
) -> String {
    let number = before.map_or_else(String::new, |before| format!(" #{}", before.number));
    let what = match outcome {
        "opens" => "it would open an incident".to_owned(),
        "joins" => format!("it would join the open incident{number}"),
        "repeats" => format!("it would repeat an alert of the open incident{number}"),
        "acknowledges" => format!("it would acknowledge the incident{number}"),
        "resolves" => format!("it would resolve an alert of the incident{number}"),
        "drops" => return "it would be dropped: counted, and nothing else".to_owned(),
        _ => {
            return "nothing would come of it: nothing with its dedup key is open, or the service is disabled"
                .to_owned();
        }
    };
    let service = incident.map_or("", |incident| view.service_name(incident.service));
    let pages = pages(view, rehearsal);
    let whom = match (incident.and_then(|incident| incident.hold.as_ref()), pages.is_empty()) {
        (Some(hold), true) => words_rules::held(view, hold).to_lowercase_first(),
        (_, true) => "nobody would be paged".to_owned(),
        (_, false) => format!("it would page {}", pages.join(", ")),
    };
    format!("{what} of the service {service}; {whom}")
}

/// Makes a sentence go on within another.
trait LowercaseFirst {
    fn to_lowercase_first(self) -> String;
}

impl LowercaseFirst for String {
    fn to_lowercase_first(self) -> String {
        let mut chars = self.chars();
        chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
    }
}

fn pages(view: &View<'_>, rehearsal: &Rehearsal) -> Vec<String> {
    let page = |fact: &Fact| match fact {
        Fact::UserPaged(paged) => Some(view.user_name(paged.user).to_owned()),
        _ => None,
    };
    rehearsal.facts.iter().filter_map(page).collect()
}

fn timeline(view: &View<'_>, incident: &Incident, before: Option<&Arc<Incident>>) -> Vec<String> {
    let old = before.map_or(0, |before| before.log_entries_total());
    incident
        .log_entries()
        .filter(|(index, _)| *index >= old)
        .map(|(_, it)| view.words(incident, it))
        .collect()
}

fn shown_step(view: &View<'_>, step: &Step) -> wire::RouteStep {
    let (outcome, detail) = match &step.outcome {
        Outcome::Applied(effects) => ("applied", words_rules::effects(view, effects)),
        Outcome::NotMatched => ("not_matched", "its condition does not hold".to_owned()),
        Outcome::Disabled => ("disabled", "it is disabled".to_owned()),
        Outcome::Failed(reason) => {
            ("failed", format!("it could not be evaluated and was passed over: {reason}"))
        }
        Outcome::Passed => ("passed_over", "an earlier rule ended the list".to_owned()),
    };
    wire::RouteStep {
        scope: match step.rule.scope {
            RuleScope::Global => "global".to_owned(),
            RuleScope::Service(_) => "service".to_owned(),
        },
        rule: step.rule.name.to_string(),
        outcome: outcome.to_owned(),
        detail,
    }
}
