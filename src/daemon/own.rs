//! What `pd` keeps for itself in an installation, and says through its own door: services of its own, and events for
//! them.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::domain::command::{Actor, Ask, Done, NewIntegration, Verdict};
use crate::domain::id::ServiceId;
use crate::domain::incidents::state::State;
use crate::domain::service::{Integration, RoutingKey, Service};
use crate::ids::Ids;
use crate::ingest::{Commands, Event, Events, Refusal};

/// What a trigger says.
pub(super) struct Trigger<'a> {
    pub(super) summary: &'a str,
    /// The name of this process.
    pub(super) node: &'a str,
    pub(super) severity: &'static str,
    pub(super) class: &'static str,
}

/// Asks as `pd` itself.
pub(super) async fn ask(commands: &Commands, ask: Ask) -> Result<Done, String> {
    match commands.ask(Actor { user: None, token: None }, None, ask).await {
        Ok(Verdict::Done(done)) => Ok(done),
        Ok(Verdict::Rejected(rejection)) => Err(rejection.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// The service of this name.
pub(super) fn service<'a>(state: &'a State, name: &str) -> Option<&'a Arc<Service>> {
    state.services.values().find(|service| &*service.name == name)
}

/// By what events reach it.
pub(super) fn integration<'a>(state: &'a State, service_name: &str) -> Option<&'a Integration> {
    service(state, service_name)?.integrations.first()
}

/// Gives a service an integration with a fresh key.
pub(super) async fn add_integration(
    commands: &Commands,
    ids: &dyn Ids,
    service: ServiceId,
    name: &str,
) -> Result<(), String> {
    let mut key = [0; 16];
    ids.fill(&mut key);
    let integration = NewIntegration {
        name: name.into(),
        kind: "events_api_v2_inbound_integration".into(),
        routing_key: RoutingKey::from_random(key),
        vendor: None,
    };
    ask(commands, Ask::CreateIntegration { service, integration: Box::new(integration) }).await.map(drop)
}

/// Sends an event through this process's own door; without `trigger` it resolves the key.
pub(super) async fn send(
    events: &Events,
    routing_key: RoutingKey,
    dedup_key: &str,
    trigger: Option<&Trigger<'_>>,
) -> Result<(), String> {
    let body = event(routing_key, dedup_key, trigger).to_string().into();
    match events.accept(&Event { body, routing_key: None }).await {
        Ok(_) => Ok(()),
        Err(Refusal::Later(refused)) => Err(refused.to_string()),
        Err(Refusal::Invalid(invalid)) => Err(format!("{invalid:?}")),
    }
}

fn event(routing_key: RoutingKey, dedup_key: &str, trigger: Option<&Trigger<'_>>) -> Value {
    let action = if trigger.is_some() { "trigger" } else { "resolve" };
    let mut event = json!({ "routing_key": routing_key, "event_action": action, "dedup_key": dedup_key });
    if let Some(Trigger { summary, node, severity, class }) = trigger {
        event["payload"] = json!({
            "summary": summary, "source": node, "severity": severity, "component": "pd", "class": class,
        });
    }
    event
}
