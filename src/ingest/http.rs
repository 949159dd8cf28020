//! `POST /v2/enqueue`: PagerDuty's Events v2.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State as Extract;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};

use super::{Admission, Limits, Parts, Refused, Writer, heartbeat};
use crate::clock::within;
use crate::domain::event::DedupKey;
use crate::domain::service::RoutingKey;
use crate::door::{self, EVENT_BYTES_MAX, EventError, Head, Parsed};
use crate::wire::event::Answer;

/// What senders are asked to wait, at least, when the store is the cause.
const RETRY_AFTER_STORE: u64 = 5;
/// The same when there is too much.
const RETRY_AFTER_LOAD: u64 = 1;

#[derive(Clone)]
pub(super) struct Door {
    pub(super) parts: Parts,
    pub(super) writer: Writer,
    pub(super) admission: Admission,
    pub(super) limits: Limits,
}

/// The routes by which events come in.
pub fn router(parts: Parts, writer: Writer, admission: Admission, limits: Limits) -> Router {
    let door = Arc::new(Door { parts, writer, admission, limits });
    Router::new()
        .route("/v2/enqueue", post(enqueue).fallback(wrong_method))
        .route("/heartbeat/{key}", get(heartbeat::success).post(heartbeat::success))
        .route("/heartbeat/{key}/{what}", get(heartbeat::what).post(heartbeat::what))
        .with_state(door)
}

async fn wrong_method(method: Method) -> Response {
    let errors = vec![format!("events are sent by POST, not by {method}")];
    let mut response = answer(StatusCode::METHOD_NOT_ALLOWED, &Answer::unrecognized(errors), None);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}

async fn enqueue(Extract(door): Extract<Arc<Door>>, request: Request<Body>) -> Response {
    match door.accept(request).await {
        Ok(dedup_key) => answer(StatusCode::ACCEPTED, &Answer::accepted(dedup_key), None),
        Err(refusal) => door.refuse(refusal).await,
    }
}

/// Why an event is not accepted.
pub(super) enum Refusal {
    /// It will never be; by which status.
    Invalid(StatusCode, Answer),
    /// It may be later.
    Later(Refused),
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        Self::Later(refused)
    }
}

impl Door {
    /// Makes the event durable and returns its dedup key.
    async fn accept(&self, request: Request<Body>) -> Result<String, Refusal> {
        if let Some(reason) = self.parts.closed.borrow().as_ref() {
            return Err(Refused::Store(reason.clone()).into());
        }
        let (head, body) = request.into_parts();
        // A place is taken before the body is read: what is refused costs nothing.
        let announced = head
            .headers
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse::<usize>().ok())
            .unwrap_or(EVENT_BYTES_MAX);
        if announced > EVENT_BYTES_MAX {
            return Err(too_large());
        }
        let place = self.admission.enter(announced).ok_or(Refused::Overloaded)?;
        let body = self.read(body).await?;
        let given = key_in_header(&head.headers)?;
        let parsed = door::parse(&body, given.is_some()).map_err(invalid)?;
        self.check_key(&parsed, given).await?;

        let now = self.parts.clock.now();
        let id = self.parts.ids.uuid(now);
        let (made, dedup_key) = match &parsed.dedup_key {
            Some(key) => (None, key.to_string()),
            None => {
                let key = id.simple().to_string();
                (Some(DedupKey(Arc::from(key.as_str()))), key)
            }
        };
        let routing_key = given.filter(|_| parsed.routing_key.is_none());
        let head = Head { id, at: now, len: body.len(), dedup_key: made, routing_key, ping: None };
        let mut record = Vec::with_capacity(body.len() + 160);
        door::encode(&head, &body, &mut record);
        let written = within(&*self.parts.clock, self.limits.answer_timeout, self.writer.write(record)).await;
        written.unwrap_or(Err(Refused::Unknown))?;
        drop(place);
        Ok(dedup_key)
    }

    pub(super) async fn read(&self, body: Body) -> Result<Bytes, Refusal> {
        let whole = Limited::new(body, EVENT_BYTES_MAX).collect();
        match within(&*self.parts.clock, self.limits.body_timeout, whole).await {
            Some(Ok(body)) => Ok(body.to_bytes()),
            Some(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
            Some(Err(error)) => Err(Refusal::Invalid(
                StatusCode::BAD_REQUEST,
                Answer::unrecognized(vec![format!("the body could not be read: {error}")]),
            )),
            None => {
                let seconds = self.limits.body_timeout.as_secs();
                Err(Refusal::Invalid(
                    StatusCode::REQUEST_TIMEOUT,
                    Answer::unrecognized(vec![format!("the body did not arrive within {seconds} s")]),
                ))
            }
        }
    }

    /// Refuses a key that leads nowhere. One that this process does not know may be new: it looks again before it says
    /// no, and where it cannot look, it accepts.
    async fn check_key(&self, parsed: &Parsed<'_>, given: Option<RoutingKey>) -> Result<(), Refusal> {
        let Some(key) = parsed.routing_key.or(given) else { return Ok(()) };
        if self.parts.state.borrow().routing.contains_key(&key) {
            return Ok(());
        }
        match self.parts.newest.newest().await {
            Some(state) if !state.routing.contains_key(&key) => Err(Refusal::Invalid(
                StatusCode::BAD_REQUEST,
                Answer::invalid(vec!["Invalid routing key".to_owned()]),
            )),
            Some(_) | None => Ok(()),
        }
    }

    pub(super) async fn refuse(&self, refusal: Refusal) -> Response {
        let refused = match refusal {
            Refusal::Invalid(status, body) => return answer(status, &body, None),
            Refusal::Later(refused) => refused,
        };
        if let Some(_held) = self.admission.hold() {
            let pause = self.limits.refusal_pause;
            self.parts.clock.sleep(pause / 2 + self.parts.ids.jitter(pause / 2)).await;
        }
        let errors = vec![refused.to_string()];
        match refused {
            Refused::Overloaded => {
                answer(StatusCode::TOO_MANY_REQUESTS, &Answer::throttled(errors), Some(RETRY_AFTER_LOAD))
            }
            Refused::Store(_) | Refused::Unknown | Refused::ShuttingDown => {
                answer(StatusCode::SERVICE_UNAVAILABLE, &Answer::unavailable(errors), Some(RETRY_AFTER_STORE))
            }
        }
    }
}

fn key_in_header(headers: &HeaderMap) -> Result<Option<RoutingKey>, Refusal> {
    let Some(value) = headers.get("x-routing-key") else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    text.parse()
        .map(Some)
        .map_err(|error| Refusal::Invalid(StatusCode::BAD_REQUEST, Answer::invalid(vec![format!("{error}")])))
}

fn invalid(error: EventError) -> Refusal {
    let answer = match error {
        EventError::Syntax(at) => Answer::unrecognized(vec![format!("JSON parse error: {at}")]),
        EventError::Invalid(errors) => Answer::invalid(errors),
    };
    Refusal::Invalid(StatusCode::BAD_REQUEST, answer)
}

pub(super) fn too_large() -> Refusal {
    Refusal::Invalid(
        StatusCode::PAYLOAD_TOO_LARGE,
        Answer::invalid(vec![format!("the event is larger than {EVENT_BYTES_MAX} bytes")]),
    )
}

pub(super) fn answer(status: StatusCode, body: &Answer, retry_after: Option<u64>) -> Response {
    let bytes = serde_json::to_vec(body).expect("strings only");
    let mut response = (status, bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
