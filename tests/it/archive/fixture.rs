//! Closed incidents that are small and easy to tell apart.

use std::sync::Arc;

use pd::domain::event::{DedupKey, EventAddress};
use pd::domain::id::{IncidentNumber, ServiceId, UserId};
use pd::domain::incident::{ClosedIncident, Incident, KeptEvent};
use pd::domain::time::Timestamp;
use pd::domain::user::Urgency;
use serde_json::json;
use uuid::Uuid;

/// What archives look at.
#[derive(Clone, Debug)]
pub(crate) struct Closed {
    pub(crate) number: u64,
    pub(crate) revision: u32,
    pub(crate) service: u16,
    pub(crate) urgency: Urgency,
    pub(crate) created_at: i64,
    pub(crate) resolved_at: i64,
    pub(crate) assigned: Vec<u16>,
    pub(crate) resolved_by: Option<u16>,
    pub(crate) incident_key: Option<String>,
    pub(crate) dedup_key: Option<String>,
}

pub(crate) fn service(n: u16) -> ServiceId {
    format!("PSV{n:04}").parse().unwrap()
}

pub(crate) fn user(n: u16) -> UserId {
    format!("PUS{n:04}").parse().unwrap()
}

pub(crate) fn key(text: &str) -> DedupKey {
    DedupKey(text.into())
}

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

impl Closed {
    /// The incident of this number, opened at `created_at` and resolved ten later.
    pub(crate) fn new(number: u64, created_at: i64) -> Self {
        Self {
            number,
            revision: 1,
            service: 1,
            urgency: Urgency::High,
            created_at,
            resolved_at: created_at + 10,
            assigned: vec![1],
            resolved_by: None,
            incident_key: None,
            dedup_key: None,
        }
    }

    /// The same as the archive is given it.
    pub(crate) fn build(&self) -> Arc<ClosedIncident> {
        let service = service(self.service);
        let resolver =
            self.resolved_by.map_or_else(|| json!({"service": service}), |n| json!({"user": user(n)}));
        let assigned: Vec<UserId> = self.assigned.iter().copied().map(user).collect();
        let address = EventAddress { door: Uuid::from_u128(7), seq: self.number, index: 0 };
        let alerts: Vec<_> = self
            .dedup_key
            .iter()
            .map(|key| {
                json!({
                    "integration": "PIN0001", "dedup_key": key, "created_at": self.created_at,
                    "digest": {"summary": "disk full", "source": "db1", "severity": "critical"},
                    "resolved_at": self.resolved_at, "first": address, "latest": address,
                    "latest_at": self.created_at, "events": 1,
                })
            })
            .collect();
        let incident: Incident = serde_json::from_value(json!({
            "number": self.number, "revision": self.revision, "title": "disk full", "service": service,
            "urgency": self.urgency, "policy": "PPO0001", "incident_key": self.incident_key,
            "status": {"resolved": {"at": self.resolved_at, "reason": "requested"}},
            "created_at": self.created_at, "updated_at": self.resolved_at,
            "status_changed_at": self.resolved_at, "status_changed_by": resolver,
            "assignments": [], "acknowledgements": [],
            "escalation": {"level": 1, "round": 0}, "alerts": alerts,
            "timeline": [
                {"at": self.created_at, "agent": {"service": service},
                 "what": {"escalated": {"level": 1, "round": 0, "reason": "opened", "users": assigned}}},
                {"at": self.resolved_at, "agent": resolver, "what": {"resolved": {"reason": "requested"}}},
            ],
        }))
        .unwrap();
        Arc::new(ClosedIncident {
            incident,
            service_name: "Database".into(),
            users: self.assigned.iter().map(|n| (user(*n), format!("User {n}").into())).collect(),
            events: Vec::new(),
        })
    }
}

/// An event of the door `door`.
pub(crate) fn event(door: u128, seq: u64, index: u32, accepted_at: i64) -> KeptEvent {
    KeptEvent {
        address: EventAddress { door: Uuid::from_u128(door), seq, index },
        accepted_at: at(accepted_at),
        body: format!("{{\"door\": {door}, \"seq\": {seq}, \"index\": {index}}}").into(),
    }
}

/// The numbers of these incidents.
pub(crate) fn numbers<const N: usize>(numbers: [u64; N]) -> Vec<IncidentNumber> {
    numbers.map(IncidentNumber).to_vec()
}
