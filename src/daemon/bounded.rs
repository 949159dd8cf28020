//! Bounds the REST requests that are worked on at a time: more are refused at once. Events have bounds of their own, so
//! that readers cannot keep an event out; commands have theirs, so that readers cannot keep an acknowledgement out; and
//! when the process is hard pressed, readers are the first who are asked to come again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, Method, StatusCode, header};

use super::load::Load;
use crate::ids::SharedIds;
use crate::overload::reads_allowed;

/// These say how the process is, from what it has in memory: they are wanted most when it is not well.
const ALWAYS: &[&str] = &["/health", "/metrics", "/status"];

struct Bounds {
    most: usize,
    reads: AtomicUsize,
    commands: AtomicUsize,
    load: Load,
    ids: SharedIds,
}

/// `router`, working on at most so many reads, and as many commands; on fewer reads while `load` is high.
pub(super) fn requests(router: Router, most: u64, load: Load, ids: SharedIds) -> Router {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let bounds = Bounds { most, reads: AtomicUsize::new(0), commands: AtomicUsize::new(0), load, ids };
    router.layer(from_fn_with_state(Arc::new(bounds), bounded))
}

/// One of those at work, until it is dropped.
struct AtWork<'a>(&'a AtomicUsize);

impl<'a> AtWork<'a> {
    fn enter(at_work: &'a AtomicUsize, most: usize) -> Option<Self> {
        let entered = Self(at_work);
        (at_work.fetch_add(1, SeqCst) < most).then_some(entered)
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

async fn bounded(State(bounds): State<Arc<Bounds>>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let (at_work, most) = match reads {
        true if ALWAYS.contains(&request.uri().path()) => (&bounds.reads, bounds.most),
        true => (&bounds.reads, reads_allowed(bounds.load.pressure(), bounds.most)),
        false => (&bounds.commands, bounds.most),
    };
    match AtWork::enter(at_work, most) {
        Some(_at_work) => next.run(request).await,
        None => refused(bounds.load.admission.retry_after(bounds.ids.random())),
    }
}

fn refused(retry_after: u64) -> Response {
    let body = r#"{"error":{"message":"Rate Limit Exceeded","code":2020,"errors":["too many requests are being worked on"]}}"#;
    let mut response = (StatusCode::TOO_MANY_REQUESTS, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
    response
}
