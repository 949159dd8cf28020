//! What went wrong, in PagerDuty's form: `{"error": {"message", "code", "errors"}}`.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::parts::Refused;
use super::reply;
use crate::domain::command::Rejection;
use crate::journal;
use crate::wire::rest::envelope::One;
use crate::wire::rest::error::ApiError;

/// PagerDuty's error codes that clients look at.
mod code {
    pub(super) const INTERNAL: u32 = 2000;
    pub(super) const INVALID: u32 = 2001;
    pub(super) const UNAUTHENTICATED: u32 = 2006;
    pub(super) const DENIED: u32 = 2010;
    pub(super) const NO_ABILITY: u32 = 2014;
    pub(super) const TOO_MANY: u32 = 2020;
    pub(super) const NOT_FOUND: u32 = 2100;
    pub(super) const ALREADY_RESOLVED: u32 = 1001;
    pub(super) const NO_REQUESTER: u32 = 1008;
    pub(super) const INVALID_SNOOZE: u32 = 1013;
    pub(super) const ALREADY_MERGED: u32 = 1019;
}

/// An answer that is not a success.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Error {
    status: StatusCode,
    error: ApiError,
    retry_after: Option<Duration>,
}

/// What a handler returns.
pub(crate) type Reply = Result<Response, Error>;

impl Error {
    fn new(status: StatusCode, code: u32, message: &str, errors: Vec<String>) -> Self {
        Self { status, error: ApiError { message: message.to_owned(), code, errors }, retry_after: None }
    }

    fn after(mut self, retry_after: Duration) -> Self {
        self.retry_after = Some(retry_after);
        self
    }

    /// 400: what was asked makes no sense.
    pub(crate) fn invalid(error: impl Into<String>) -> Self {
        Self::invalid_all(vec![error.into()])
    }

    /// 400, for several reasons.
    pub(crate) fn invalid_all(errors: Vec<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code::INVALID, "Invalid Input Provided", errors)
    }

    /// 400: `From` names nobody.
    pub(crate) fn no_requester(email: &str) -> Self {
        let error = format!("From: no user has the e-mail address `{email}`");
        Self::new(StatusCode::BAD_REQUEST, code::NO_REQUESTER, "Requester User Not Found", vec![error])
    }

    /// 400: `requester_id` names nobody.
    pub(crate) fn unknown_requester(id: &str) -> Self {
        let error = format!("requester_id: no user with the id {id}");
        Self::new(StatusCode::BAD_REQUEST, code::NO_REQUESTER, "Requester User Not Found", vec![error])
    }

    /// 400: it is over.
    pub(crate) fn already_resolved(error: String) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code::ALREADY_RESOLVED, "Incident Already Resolved", vec![error])
    }

    /// 409: not as things are, or not any more as they were when somebody looked.
    pub(crate) fn conflict(error: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code::INVALID, "Conflict", vec![error.into()])
    }

    /// With one more line.
    pub(crate) fn and(mut self, line: String) -> Self {
        self.error.errors.push(line);
        self
    }

    /// Whether it is 400: the request was wrong, and its neighbours may be right.
    pub(crate) fn is_invalid(&self) -> bool {
        self.status == StatusCode::BAD_REQUEST
    }

    /// What was wrong, line by line.
    pub(crate) fn into_errors(self) -> Vec<String> {
        self.error.errors
    }

    /// 401.
    pub(crate) fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code::UNAUTHENTICATED, "Authentication failed", Vec::new())
    }

    /// 402: the account cannot do this.
    pub(crate) fn no_ability(ability: &str) -> Self {
        let error = format!("`{ability}` is not one of this installation's abilities");
        Self::new(
            StatusCode::PAYMENT_REQUIRED,
            code::NO_ABILITY,
            "Account Does Not Have Ability",
            vec![error],
        )
    }

    /// 403: this token may not.
    pub(crate) fn denied(error: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code::DENIED, "Access Denied", vec![error.into()])
    }

    /// 404: there is no such thing.
    pub(crate) fn not_found(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code::NOT_FOUND, "Not Found", vec![error.into()])
    }

    /// 404: `what` has no such id.
    pub(crate) fn no_such(what: &str, id: &str) -> Self {
        Self::not_found(format!("no {what} with the id {id}"))
    }

    /// 405.
    pub(crate) fn wrong_method(error: String) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, code::INVALID, "Method Not Allowed", vec![error])
    }

    /// 413: the body, or a list in it, is too long.
    pub(crate) fn too_large(error: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, code::INVALID, "Request Too Large", vec![error.into()])
    }

    /// 429: too many requests.
    pub(crate) fn too_many(retry_after: Duration) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, code::TOO_MANY, "Rate Limit Exceeded", Vec::new())
            .after(retry_after)
    }

    /// 503: not now.
    pub(crate) fn unavailable(error: impl Into<String>, retry_after: Duration) -> Self {
        let errors = vec![error.into()];
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code::INTERNAL, "Service Unavailable", errors)
            .after(retry_after)
    }

    /// 500: a defect.
    pub(crate) fn internal(error: impl Into<String>) -> Self {
        let error = error.into();
        tracing::error!(%error, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, code::INTERNAL, "Internal Server Error", vec![error])
    }

    /// What a command that was not done is answered with. `subject` is the id in the path: that it does not exist is
    /// 404; that something does not exist which the body names is 400.
    pub(crate) fn rejected(rejection: Rejection, subject: Option<&str>) -> Self {
        let text = rejection.to_string();
        match rejection {
            Rejection::NotFound { id, .. } if subject.is_some_and(|subject| *id == *subject) => {
                Self::not_found(text)
            }
            Rejection::NotFound { .. } | Rejection::AlreadyFounded => Self::invalid(text),
            Rejection::Invalid { errors } | Rejection::InUse { errors } => Self::invalid_all(errors),
            Rejection::AlreadyResolved { .. } => Self::already_resolved(text),
            Rejection::AlreadyMerged { .. } => Self::new(
                StatusCode::BAD_REQUEST,
                code::ALREADY_MERGED,
                "Incident Already Merged",
                vec![text],
            ),
            Rejection::InvalidSnooze { errors } => {
                Self::new(StatusCode::BAD_REQUEST, code::INVALID_SNOOZE, "Incident Snooze Is Invalid", errors)
            }
            Rejection::NoRequester { .. } => {
                let message = "Requester User Not Found";
                Self::new(StatusCode::BAD_REQUEST, code::NO_REQUESTER, message, vec![text])
            }
            Rejection::CannotUndo { .. } => {
                Self::new(StatusCode::CONFLICT, code::INVALID, "Cannot Be Undone", vec![text])
            }
            Rejection::Quarantined { .. } => Self::internal(text),
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let text = refused.to_string();
        match refused {
            Refused::Unavailable { retry_after, .. } => {
                let error = format!("{text}; nothing was done: try again later");
                Self::unavailable(error, retry_after)
            }
            Refused::Overloaded { retry_after } => Self::too_many(retry_after),
            Refused::Pending { .. } => {
                let error = format!(
                    "{text}: look whether it was done before you ask again, or use an Idempotency-Key"
                );
                Self::new(StatusCode::GATEWAY_TIMEOUT, code::INTERNAL, "Not Judged In Time", vec![error])
            }
        }
    }
}

impl From<journal::Error> for Error {
    fn from(error: journal::Error) -> Self {
        match error {
            journal::Error::Unavailable { .. } | journal::Error::NoSpace { .. } => {
                Self::unavailable(format!("{error}; try again later"), Duration::from_secs(1))
            }
            journal::Error::Invalid(_) | journal::Error::Damaged(_) => Self::internal(error.to_string()),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = reply::json(self.status, &One(self.error));
        if let Some(after) = self.retry_after {
            let seconds = after.as_millis().div_ceil(1000).max(1);
            let value = HeaderValue::from_str(&seconds.to_string()).expect("digits are a header value");
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        response
    }
}
