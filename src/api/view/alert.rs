//! An alert as clients see it.

use serde_json::Value;

use super::View;
use crate::domain::event::Severity;
use crate::domain::id::LongId;
use crate::domain::incident::{Alert, HoldReason, Incident, KeptEvent};
use crate::wire::event::{Enqueue, Image, Link, Text};
use crate::wire::rest::alert as wire;
use crate::wire::rest::event::{KeptEvent as WireEvent, Which};
use crate::wire::rest::reference::Reference;

fn severity(severity: Severity) -> wire::Severity {
    match severity {
        Severity::Critical => wire::Severity::Critical,
        Severity::Error => wire::Severity::Error,
        Severity::Warning => wire::Severity::Warning,
        Severity::Info => wire::Severity::Info,
    }
}

/// As it travels.
pub(crate) fn alert_status(alert: &Alert) -> wire::AlertStatus {
    match alert.resolved_at {
        None => wire::AlertStatus::Triggered,
        Some(_) => wire::AlertStatus::Resolved,
    }
}

impl View<'_> {
    /// The alert with this index. `first` is what its first event said, if that is still kept.
    pub(crate) fn alert(
        &self,
        incident: &Incident,
        index: u32,
        alert: &Alert,
        first: Option<&KeptEvent>,
    ) -> wire::Alert {
        wire::Alert {
            head: self.alert_head(incident, index, alert),
            created_at: alert.created_at.to_iso(),
            status: alert_status(alert),
            resolved_at: alert.resolved_at.map(|at| at.to_iso()),
            alert_key: alert.dedup_key.to_string(),
            service: self.service_link(incident.service, "services"),
            first_trigger_log_entry: self.first_trigger_reference(incident),
            incident: self.incident_reference(incident),
            suppressed: incident.hold.as_ref().is_some_and(|hold| hold.reason == HoldReason::Suppressed),
            severity: severity(alert.severity()),
            integration: self.integration_reference(incident.service, alert.integration),
            body: body(alert, first),
            events: alert.events,
            last_event_at: Some(alert.latest_at.to_iso()),
        }
    }

    fn alert_head(&self, incident: &Incident, index: u32, alert: &Alert) -> Reference {
        let collection = format!("incidents/{}/alerts", self.incident_id(incident.number));
        let id = self.id_key.seal(LongId::Alert(incident.number, index));
        let head = self.head("alert", &collection, id, Some(alert.summary()));
        Reference { html_url: Some(self.incident_page(incident.number)), ..head }
    }

    /// An event of an alert, as it was received.
    pub(crate) fn kept_event(
        &self,
        incident: &Incident,
        (index, alert): (u32, &Alert),
        which: Which,
        event: Option<&KeptEvent>,
    ) -> WireEvent {
        let at = match which {
            Which::First => alert.created_at,
            Which::Latest => alert.latest_at,
        };
        WireEvent {
            which,
            alert: Reference {
                kind: "alert_reference".to_owned(),
                ..self.alert_head(incident, index, alert)
            },
            accepted_at: at.to_iso_millis(),
            // What is kept was read as JSON before it was accepted; if it is not, it is shown as it is.
            event: event.map(|event| {
                serde_json::from_str(&event.body).unwrap_or_else(|_| Value::String(event.body.to_string()))
            }),
        }
    }
}

fn body(alert: &Alert, first: Option<&KeptEvent>) -> wire::AlertBody {
    let said: Enqueue<'_> =
        first.and_then(|event| serde_json::from_str(&event.body).ok()).unwrap_or_default();
    let payload = said.payload.clone().unwrap_or_default();
    let details: Option<Value> =
        payload.custom_details.and_then(|details| serde_json::from_str(details.get()).ok());
    let digest = &alert.digest;
    let text = |text: Option<Text<'_>>| text.map(|text| text.0.into_owned());
    wire::AlertBody {
        kind: "alert_body".to_owned(),
        contexts: contexts(&said),
        details: details.clone(),
        cef_details: wire::CefDetails {
            severity: severity(digest.severity),
            dedup_key: alert.dedup_key.to_string(),
            // The state keeps a cut text.
            description: text(payload.summary).unwrap_or_else(|| digest.summary.to_string()),
            source_origin: Some(text(payload.source).unwrap_or_else(|| digest.source.to_string())),
            source_component: digest.component.as_deref().map(str::to_owned),
            event_class: digest.class.as_deref().map(str::to_owned),
            service_group: digest.group.as_deref().map(str::to_owned),
            client: text(said.client),
            client_url: text(said.client_url),
            creation_time: text(payload.timestamp),
            details,
        },
    }
}

fn contexts(event: &Enqueue<'_>) -> Vec<wire::Context> {
    let text = |text: &Option<Text<'_>>| text.as_ref().map(|text| text.as_str().to_owned());
    let link = |link: &Link<'_>| wire::Context {
        kind: "link".to_owned(),
        href: text(&link.href),
        text: text(&link.text),
        src: None,
        alt: None,
    };
    let image = |image: &Image<'_>| wire::Context {
        kind: "image".to_owned(),
        href: text(&image.href),
        text: None,
        src: text(&image.src),
        alt: text(&image.alt),
    };
    let links = event.links.iter().flatten().map(link);
    links.chain(event.images.iter().flatten().map(image)).collect()
}
