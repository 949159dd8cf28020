//! `GET|POST /heartbeat/KEY`, with `/start`, `/fail` or an exit status behind it: pings.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State as Extract};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use url::form_urlencoded;

use super::Refused;
use super::events::{Events, Invalid, Refusal};
use super::http::{answer, too_large};
use crate::domain::heartbeat::PingKind;
use crate::domain::service::RoutingKey;
use crate::domain::time::Timestamp;
use crate::door::{self, EVENT_BYTES_MAX, Head, Pinged};
use crate::wire::event::Answer;

/// How much of a body is kept; a longer one is cut, because a ping is worth more than what comes with it.
const BODY_KEPT: usize = 8 << 10;

/// `/heartbeat/{key}`
pub(super) async fn success(
    Extract(door): Extract<Arc<Events>>,
    Path(key): Path<String>,
    request: Request<Body>,
) -> Response {
    respond(&door, &key, Some(PingKind::Success), request).await
}

/// `/heartbeat/{key}/{what}`
pub(super) async fn what(
    Extract(door): Extract<Arc<Events>>,
    Path((key, what)): Path<(String, String)>,
    request: Request<Body>,
) -> Response {
    let kind = match what.as_str() {
        "success" => Some(PingKind::Success),
        "start" => Some(PingKind::Start),
        "fail" => Some(PingKind::Fail),
        status => status.parse().ok().map(PingKind::Exit),
    };
    respond(&door, &key, kind, request).await
}

async fn respond(door: &Events, key: &str, kind: Option<PingKind>, request: Request<Body>) -> Response {
    let Some(kind) = kind else {
        let error = "after the key comes nothing, `start`, `fail` or an exit status from 0 to 255".to_owned();
        return answer(StatusCode::NOT_FOUND, &Answer::invalid(vec![error]), None);
    };
    match accept(door, key, kind, request).await {
        Ok(()) => answer(StatusCode::OK, &Answer::heard(), None),
        Err(refusal) => door.refuse(refusal).await,
    }
}

/// Makes a ping durable.
async fn accept(door: &Events, key: &str, kind: PingKind, request: Request<Body>) -> Result<(), Refusal> {
    door.open()?;
    let key = known(door, key).await?;
    let made_at = made_at(request.uri().query().unwrap_or(""))?;
    let sender = Some(door.sender(key));
    let reading = door.admission.read(sender, BODY_KEPT).ok_or(Refused::Overloaded)?;
    let body = door.read(request.into_body()).await?;
    if body.len() > EVENT_BYTES_MAX {
        return Err(too_large());
    }
    drop(reading);
    let body = &body[..body.len().min(BODY_KEPT)];
    let place = door.admission.enter(sender, body.len()).ok_or(Refused::Overloaded)?;
    let now = door.parts.clock.now();
    let head = Head {
        id: door.parts.ids.uuid(now),
        at: now,
        len: body.len(),
        dedup_key: None,
        routing_key: Some(key),
        ping: Some(Pinged { kind, made_at }),
    };
    let mut record = Vec::with_capacity(body.len() + 200);
    door::encode(&head, body, &mut record);
    door.writer.write(sender, record, door.limits.answer_timeout).await?;
    drop(place);
    Ok(())
}

/// Refuses a key that no heartbeat has. One that this process does not know may be new: it looks again before it says
/// no, and where it cannot look, it accepts.
async fn known(door: &Events, text: &str) -> Result<RoutingKey, Refusal> {
    let unknown = || {
        let error = "no heartbeat has this key: `pd heartbeat list` shows those that there are".to_owned();
        Refusal::from(Invalid::new(StatusCode::NOT_FOUND, Answer::invalid(vec![error])))
    };
    let key: RoutingKey = text.parse().map_err(|_| unknown())?;
    if door.parts.state.borrow().heartbeat_keys.contains_key(&key) {
        return Ok(key);
    }
    match door.parts.newest.newest().await {
        Some(state) if !state.heartbeat_keys.contains_key(&key) => Err(unknown()),
        Some(_) | None => Ok(key),
    }
}

/// `?at=`: when a ping was made that had to wait.
fn made_at(query: &str) -> Result<Option<Timestamp>, Refusal> {
    let at = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "at");
    let Some((_, text)) = at else { return Ok(None) };
    Timestamp::parse(&text).map(Some).ok_or_else(|| {
        let error = "at: expected ISO 8601 such as 2026-01-05T07:00:00Z".to_owned();
        Refusal::from(Invalid::new(StatusCode::BAD_REQUEST, Answer::invalid(vec![error])))
    })
}
