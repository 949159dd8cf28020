//! Bounds the REST requests that are worked on at a time: more are refused at once. Events have bounds of their own, so
//! that readers cannot keep an event out.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use tokio::sync::Semaphore;

/// What a refused client is asked to wait.
const RETRY_AFTER_SECONDS: u64 = 1;

/// `router`, working on at most so many requests.
pub(super) fn requests(router: Router, most: u64) -> Router {
    let places = Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS)));
    router.layer(from_fn_with_state(places, bounded))
}

async fn bounded(State(places): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    match places.try_acquire_owned() {
        Ok(_place) => next.run(request).await,
        Err(_) => refused(),
    }
}

fn refused() -> Response {
    let body = r#"{"error":{"message":"Rate Limit Exceeded","code":2020,"errors":["too many requests are being worked on"]}}"#;
    let mut response = (StatusCode::TOO_MANY_REQUESTS, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
    response
}
