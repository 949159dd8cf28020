//! Successful answers.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::error::{Error, Reply};
use crate::wire::rest::envelope::{Many, Named, One, Page, Paged};

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// A body of JSON.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => (status, [(header::CONTENT_TYPE, JSON)], bytes).into_response(),
        // Only a defect can bring us here; the answer to it is made of text, which always serialises.
        Err(error) => Error::internal(format!("an answer could not be written: {error}")).into_response(),
    }
}

/// 200 with one object.
pub(crate) fn one<T: Named + Serialize>(object: T) -> Reply {
    Ok(json(StatusCode::OK, &One(object)))
}

/// 201 with one object.
pub(crate) fn created<T: Named + Serialize>(object: T) -> Reply {
    Ok(json(StatusCode::CREATED, &One(object)))
}

/// 200 with a whole list.
pub(crate) fn many<T: Named + Serialize>(objects: Vec<T>) -> Reply {
    Ok(json(StatusCode::OK, &Many(objects)))
}

/// 200 with a page of a list.
pub(crate) fn paged<T: Named + Serialize>(items: Vec<T>, page: Page) -> Reply {
    Ok(json(StatusCode::OK, &Paged { items, page }))
}

/// 204.
pub(crate) fn nothing() -> Reply {
    Ok(StatusCode::NO_CONTENT.into_response())
}
