//! Reopening: a trigger soon after the resolve is the same trouble, where a service says so.

use super::draft::Draft;
use crate::domain::event::{DedupKey, Event};
use crate::domain::id::{IncidentNumber, IntegrationId};
use crate::domain::incident::{Agent, Status};
use crate::domain::incidents::fact::Fact;
use crate::domain::service::Service;

/// Reopens the latest incident of this alert, if it was resolved no longer ago than the service allows, and
/// returns it and the alert's index there. Whom to page is for the caller.
pub(super) fn reopen(
    draft: &mut Draft,
    service: &Service,
    integration: IntegrationId,
    key: &DedupKey,
    event: &Event,
) -> Option<(IncidentNumber, u32)> {
    let (number, alert) = latest(draft, service, integration, key)?;
    let incident = draft.incident(number)?;
    let urgency_change = service.next_urgency(incident.urgency, draft.now);
    draft.emit(Fact::IncidentReopened {
        number,
        alert,
        by: Agent::Integration(integration),
        accepted_at: event.accepted_at,
        address: event.address,
        at: draft.now,
        auto_resolve_at: service.auto_resolve_timeout.map(|after| draft.now.plus(after)),
        urgency_change,
    });
    Some((number, alert))
}

fn latest(
    draft: &Draft,
    service: &Service,
    integration: IntegrationId,
    dedup_key: &DedupKey,
) -> Option<(IncidentNumber, u32)> {
    let within = service.reopen_within?;
    let key = |number| (integration, dedup_key.clone(), IncidentNumber(number));
    let mut known = draft.state.closed_alerts.range(key(0)..=key(u64::MAX));
    let number = known.next_back()?.2;
    let incident = draft.incident(number)?;
    let Status::Resolved { at, .. } = incident.status else { return None };
    // It may have been another service's, merged with this one's alert; then its own rules do not ask for it.
    let recent = incident.service == service.id && draft.now.since(at) <= within;
    let is_it = |alert: &crate::domain::incident::Alert| {
        alert.moved.is_none() && alert.integration == integration && alert.dedup_key == *dedup_key
    };
    let alert = incident.alerts.iter().rposition(is_it)?;
    // One with this incident's own key may have been opened by hand since.
    let taken = incident
        .incident_key
        .as_ref()
        .is_some_and(|key| draft.state.open_keys.contains_key(&(service.id, key.clone())));
    (recent && !taken).then_some((number, u32::try_from(alert).ok()?))
}
