//! A message to test channels with.

use std::sync::Arc;

use uuid::Uuid;

use super::domain::event::{DedupKey, EventAddress, EventDigest, Severity};
use super::domain::id::{IdKey, IncidentNumber, IntegrationId, LongId};
use super::domain::incident::{Agent, Alert, Assignment, Escalation, Incident, PageId, Status};
use super::domain::notify::NotificationId;
use super::domain::purpose::Purpose;
use super::domain::time::Timestamp;
use super::domain::user::Urgency;
use super::transport::{About, Message};

const OPENED: Timestamp = Timestamp::from_millis(1_767_596_400_250);

/// A page about one incident, to Ann.
pub(crate) fn message() -> Message {
    Message {
        id: NotificationId { page: PageId { epoch: 0, n: 12 }, n: 0 },
        user: "PANN001".parse().expect("an id"),
        user_name: "Ann Ångström".into(),
        address: "ann@example.com".to_owned(),
        secret: None,
        may_repeat: false,
        at: OPENED,
        about: vec![about(7, "disk full on db1")],
    }
}

/// An incident that was opened by one alert.
pub(crate) fn about(number: u64, title: &str) -> About {
    let number = IncidentNumber(number);
    let id = IdKey([1, 2]).seal(LongId::Incident(number));
    let user = "PANN001".parse().expect("an id");
    About {
        purpose: Purpose::Triggered,
        why: None,
        incident: Arc::new(incident(number, title)),
        service_name: "Shop".into(),
        policy_name: "default".into(),
        assignees: vec![(user, "Ann Ångström".into())],
        self_url: format!("https://pd.example.com/incidents/{id}"),
        html_url: format!("https://pd.example.com/i/{number}?key=abc&x=1"),
        id,
    }
}

fn incident(number: IncidentNumber, title: &str) -> Incident {
    let integration: IntegrationId = "PINT001".parse().expect("an id");
    Incident {
        number,
        title: title.into(),
        service: "PSERV01".parse().expect("an id"),
        urgency: Urgency::High,
        priority: None,
        policy: "PPOL001".parse().expect("an id"),
        incident_key: None,
        details: None,
        status: Status::Triggered,
        created_at: OPENED,
        updated_at: OPENED,
        status_changed_at: OPENED,
        status_changed_by: Agent::Integration(integration),
        assignments: vec![Assignment { user: "PANN001".parse().expect("an id"), at: OPENED }],
        acknowledgements: Vec::new(),
        escalation: Escalation::default(),
        unacknowledge_at: None,
        snoozed: false,
        remind_at: None,
        hand_over_at: None,
        auto_resolve_at: None,
        urgency_change: None,
        responders: Vec::new(),
        subscribers: Vec::new(),
        acted: None,
        hold: None,
        group: None,
        alerts: vec![alert(integration, title)],
        timeline: Vec::new(),
        revision: 1,
    }
}

fn alert(integration: IntegrationId, title: &str) -> Alert {
    let event = EventAddress { door: Uuid::nil(), seq: 1, index: 0 };
    Alert {
        integration,
        dedup_key: DedupKey("db1/disk".into()),
        digest: EventDigest {
            summary: title.into(),
            source: "db1".into(),
            severity: Severity::Critical,
            component: Some("postgres".into()),
            group: None,
            class: Some("disk".into()),
        },
        resolved_at: None,
        created_at: OPENED,
        first: event,
        latest: event,
        latest_at: OPENED,
        events: 1,
        moved: None,
        amended: None,
    }
}
