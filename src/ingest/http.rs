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

use super::events::{Event, Events, Invalid, Refusal};
use super::{Refused, heartbeat};
use crate::clock::within;
use crate::domain::service::RoutingKey;
use crate::door::EVENT_BYTES_MAX;
use crate::wire::event::Answer;

/// The routes by which events come in.
pub fn router(events: Events) -> Router {
    Router::new()
        .route("/v2/enqueue", post(enqueue).fallback(wrong_method))
        .route("/heartbeat/{key}", get(heartbeat::success).post(heartbeat::success))
        .route("/heartbeat/{key}/{what}", get(heartbeat::what).post(heartbeat::what))
        .with_state(Arc::new(events))
}

async fn wrong_method(method: Method) -> Response {
    let errors = vec![format!("events are sent by POST, not by {method}")];
    let mut response = answer(StatusCode::METHOD_NOT_ALLOWED, &Answer::unrecognized(errors), None);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}

async fn enqueue(Extract(events): Extract<Arc<Events>>, request: Request<Body>) -> Response {
    match events.take(request).await {
        Ok(dedup_key) => answer(StatusCode::ACCEPTED, &Answer::accepted(dedup_key), None),
        Err(refusal) => events.refuse(refusal).await,
    }
}

impl Events {
    async fn take(&self, request: Request<Body>) -> Result<String, Refusal> {
        self.open()?;
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
        let routing_key = key_in_header(&head.headers)?;
        let sender = routing_key.map(|key| self.sender(key));
        let reading = self.admission.read(sender, announced).ok_or(Refused::Overloaded)?;
        let body = self.read(body).await?;
        drop(reading);
        self.accept(&Event { body, routing_key }).await
    }

    pub(super) async fn read(&self, body: Body) -> Result<Bytes, Refusal> {
        let whole = Limited::new(body, EVENT_BYTES_MAX).collect();
        match within(&*self.parts.clock, self.limits.body_timeout, whole).await {
            Some(Ok(body)) => Ok(body.to_bytes()),
            Some(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
            Some(Err(error)) => Err(invalid(
                StatusCode::BAD_REQUEST,
                Answer::unrecognized(vec![format!("the body could not be read: {error}")]),
            )),
            None => {
                let seconds = self.limits.body_timeout.as_secs();
                Err(invalid(
                    StatusCode::REQUEST_TIMEOUT,
                    Answer::unrecognized(vec![format!("the body did not arrive within {seconds} s")]),
                ))
            }
        }
    }

    pub(super) async fn refuse(&self, refusal: Refusal) -> Response {
        let refused = match refusal {
            Refusal::Invalid(Invalid { status, answer: body }) => return answer(status, &body, None),
            Refusal::Later(refused) => refused,
        };
        if let Some(_held) = self.admission.hold() {
            let pause = self.limits.refusal_pause;
            self.parts.clock.sleep(pause / 2 + self.parts.ids.jitter(pause / 2)).await;
        }
        let errors = vec![refused.to_string()];
        let after = Some(self.admission.retry_after(self.parts.ids.random()));
        match refused {
            Refused::Overloaded => answer(StatusCode::TOO_MANY_REQUESTS, &Answer::throttled(errors), after),
            Refused::Store(_) | Refused::Late | Refused::Unknown | Refused::ShuttingDown => {
                answer(StatusCode::SERVICE_UNAVAILABLE, &Answer::unavailable(errors), after)
            }
        }
    }
}

fn key_in_header(headers: &HeaderMap) -> Result<Option<RoutingKey>, Refusal> {
    let Some(value) = headers.get("x-routing-key") else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    text.parse()
        .map(Some)
        .map_err(|error| invalid(StatusCode::BAD_REQUEST, Answer::invalid(vec![format!("{error}")])))
}

pub(super) fn too_large() -> Refusal {
    invalid(
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

fn invalid(status: StatusCode, answer: Answer) -> Refusal {
    Invalid::new(status, answer).into()
}
