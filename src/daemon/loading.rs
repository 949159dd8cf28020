//! While the state is still being read, REST says so: an empty state would tell every token that it is wrong.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use tokio::sync::watch;

use crate::stage::Status;

/// These ask for no token.
const OPEN: &[&str] = &["/health", "/metrics"];

/// Seconds after which a client may try again.
const RETRY_AFTER: u64 = 2;

/// `router`, once the state is there.
pub(super) fn once_loaded(router: Router, incidents: watch::Receiver<Status>) -> Router {
    router.layer(from_fn_with_state(incidents, loaded))
}

async fn loaded(State(incidents): State<watch::Receiver<Status>>, request: Request, next: Next) -> Response {
    let loading = incidents.borrow().loading;
    if !loading || OPEN.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let blocked = incidents.borrow().blocked.clone();
    let why = blocked.unwrap_or_else(|| "the state of the incidents is being read".to_owned());
    let body =
        serde_json::json!({"error": {"message": "Service Unavailable", "code": 2000, "errors": [why]}});
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
    response
}
