//! A new incident.

use std::sync::Arc;

use crate::domain::event::EventDigest;
use crate::domain::incident::{Agent, Alert, Escalation, Happening, Incident, Status};
use crate::domain::incidents::fact::{Cause, IncidentOpened};
use crate::domain::incidents::state::State;

use super::{standing, timeline};

pub(super) fn open(state: &mut State, opened: &IncidentOpened) {
    state.opened = state.opened.max(opened.number.0);
    let mut incident = bare(opened);
    let (agent, alert) = match &opened.cause {
        Cause::Event { integration, .. } => (Agent::Integration(*integration), Some(0)),
        Cause::Request { by, .. } => (*by, None),
    };
    incident.status_changed_by = agent;
    timeline::write(&mut incident, opened.at, agent, Happening::Triggered { alert });
    standing::insert(state, Arc::new(incident));
}

fn bare(opened: &IncidentOpened) -> Incident {
    let mut incident = Incident {
        number: opened.number,
        title: "".into(),
        service: opened.service,
        urgency: opened.urgency,
        priority: None,
        policy: opened.policy,
        incident_key: None,
        details: None,
        status: Status::Triggered,
        created_at: opened.at,
        updated_at: opened.at,
        status_changed_at: opened.at,
        status_changed_by: Agent::Service(opened.service),
        assignments: Vec::new(),
        acknowledgements: Vec::new(),
        escalation: Escalation::default(),
        unacknowledge_at: None,
        snoozed: false,
        remind_at: None,
        hand_over_at: None,
        auto_resolve_at: opened.auto_resolve_at,
        urgency_change: opened.urgency_change,
        responders: Vec::new(),
        subscribers: Vec::new(),
        acted: None,
        hold: None,
        group: None,
        alerts: Vec::new(),
        timeline: Vec::new(),
        revision: 1,
    };
    match &opened.cause {
        Cause::Event { digest, .. } => {
            incident.title = digest.summary.clone();
            incident.alerts.extend(alert(&opened.cause, digest));
        }
        Cause::Request { title, details, incident_key, priority, .. } => {
            incident.title = title.clone();
            incident.details = details.clone();
            incident.incident_key = incident_key.clone();
            incident.priority = *priority;
        }
    }
    incident
}

fn alert(cause: &Cause, digest: &EventDigest) -> Option<Alert> {
    let Cause::Event { integration, dedup_key, accepted_at, address, .. } = cause else { return None };
    Some(Alert {
        integration: *integration,
        dedup_key: dedup_key.clone(),
        digest: digest.clone(),
        resolved_at: None,
        created_at: *accepted_at,
        first: *address,
        latest: *address,
        latest_at: *accepted_at,
        events: 1,
        moved: None,
        amended: None,
    })
}
