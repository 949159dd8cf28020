//! `/health`, `/metrics` and `/status`: how the process and the installation are.

use std::sync::Arc;

use axum::extract::State as Extract;
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};

use super::context::{Api, Context};
use super::error::Reply;
use super::parts::Parts;
use super::reply;
use crate::domain::incidents::state::{OpenCount, State};
use crate::wire::status::{Door, IncidentCounts, Quarantine, Quarantined, Status};

/// How many quarantined inputs are shown.
const QUARANTINED_MAX: usize = 10;

/// `GET /health`, for everybody
pub(super) async fn health(Extract(api): Extract<Arc<Api>>) -> Response {
    let process = api.parts.process.borrow().clone();
    let status = if process.health.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    reply::json(status, &process.health)
}

/// `GET /metrics`, for everybody
pub(super) async fn metrics(Extract(api): Extract<Arc<Api>>) -> Response {
    let form = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, form)], (api.parts.metrics)()).into_response()
}

/// `GET /status`
pub(super) async fn status(cx: Context) -> Reply {
    reply::one(told(cx.parts(), &cx.state))
}

/// How the process and the installation are.
pub(super) fn told(parts: &Parts, state: &State) -> Status {
    let process = parts.process.borrow().clone();
    Status {
        process: process.as_ref().clone(),
        now: parts.clock.now().to_iso_millis(),
        incidents: counts(state),
        processes: parts.peers.borrow().to_vec(),
        doors: doors(state),
        quarantine: quarantine(state),
    }
}

fn counts(state: &State) -> IncidentCounts {
    let open = state.open_counts.values().fold(OpenCount::default(), |sum, count| OpenCount {
        triggered: sum.triggered + count.triggered,
        acknowledged: sum.acknowledged + count.acknowledged,
        held: sum.held + count.held,
    });
    let all = state.incidents.len() as u64;
    IncidentCounts {
        triggered: open.triggered,
        acknowledged: open.acknowledged,
        held: open.held,
        resolved: all.saturating_sub(open.triggered + open.acknowledged + open.held),
        opened: state.opened,
    }
}

fn doors(state: &State) -> Vec<Door> {
    let door = |(id, door): (&uuid::Uuid, &crate::domain::incidents::state::Door)| Door {
        door: id.to_string(),
        process: door.process.to_string(),
        opened_at: door.opened_at.to_iso(),
    };
    state.doors.iter().map(door).collect()
}

fn quarantine(state: &State) -> Quarantine {
    let newest = state.quarantine.iter().rev().take(QUARANTINED_MAX);
    Quarantine {
        total: state.quarantined_total,
        last: newest
            .map(|it| Quarantined {
                address: it.address.to_string(),
                command: it.command,
                reason: it.reason.to_string(),
                at: it.at.to_iso_millis(),
            })
            .collect(),
    }
}
