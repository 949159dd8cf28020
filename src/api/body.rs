//! Bodies of requests: bounded, and read with errors that name the field.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use super::error::Error;

/// How long a body may be.
const BODY_BYTES_MAX: usize = 1 << 20;

/// How long one that holds a whole configuration may be.
const CONFIGURATION_BYTES_MAX: usize = 16 << 20;

/// A body of JSON.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

/// A body of JSON that may hold a whole configuration.
#[derive(Debug)]
pub(crate) struct LargeBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        read(request, BODY_BYTES_MAX).await.map(Self)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for LargeBody<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        read(request, CONFIGURATION_BYTES_MAX).await.map(Self)
    }
}

async fn read<T: DeserializeOwned>(request: Request, bytes_max: usize) -> Result<T, Error> {
    let bytes = to_bytes(request.into_body(), bytes_max).await.map_err(|error| {
        let limited =
            std::error::Error::source(&error).is_some_and(|e| e.is::<http_body_util::LengthLimitError>());
        if limited {
            Error::too_large(format!("the body has more than {bytes_max} bytes"))
        } else {
            Error::invalid(format!("the body could not be received: {error}"))
        }
    })?;
    parse(&bytes)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        wrong(bytes, if path == "." { "the body" } else { &path }, &error.into_inner())
    })?;
    json.end().map_err(|error| Error::invalid(format!("the body is not JSON: {error}")))?;
    Ok(value)
}

fn wrong(bytes: &[u8], path: &str, error: &serde_json::Error) -> Error {
    let is_json = serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
    match error.classify() {
        Category::Data => Error::invalid(format!("{path}: {error}")),
        // Where a text out of a few is expected, the parser calls any other type a fault of the syntax.
        Category::Syntax if is_json => Error::invalid(format!(
            "{path}: expected a text at line {} column {}",
            error.line(),
            error.column()
        )),
        Category::Syntax | Category::Eof | Category::Io => {
            Error::invalid(format!("the body is not JSON: {error}"))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;
    use crate::wire::rest::envelope::{Many, One};
    use crate::wire::rest::incident::{IncidentCreate, IncidentUpdate};

    fn check<T: DeserializeOwned + std::fmt::Debug>(body: &str, error: &str) {
        let found = format!("{:?}", parse::<T>(body.as_bytes()).unwrap_err());
        assert!(found.contains(error), "{body}: {found}");
    }

    #[test]
    fn errors_name_the_field() {
        check::<One<IncidentCreate>>(
            "",
            "the body is not JSON: EOF while parsing a value at line 1 column 0",
        );
        check::<One<IncidentCreate>>("{\"a\":}", "the body is not JSON: expected value at line 1 column 6");
        check::<One<IncidentCreate>>("{}", "the body: missing field `incident`");
        check::<One<IncidentCreate>>(
            "[]",
            "the body: invalid type: sequence, expected an object with the key `incident`",
        );
        check::<One<IncidentCreate>>(
            r#"{"incident":{"title":5}}"#,
            "incident.title: invalid type: integer `5`",
        );
        check::<One<IncidentCreate>>(r#"{"incident":{"title":"a"}}"#, "incident: missing field `service`");
        check::<One<IncidentUpdate>>(
            r#"{"incident":{"urgency":"mid"}}"#,
            "incident.urgency: unknown variant `mid`, expected `high` or `low`",
        );
        check::<Many<IncidentUpdate>>(
            r#"{"incidents":[{"id":"Q"},{"status":1}]}"#,
            "incidents[1].status: expected a text at line 1 column ",
        );
        check::<One<IncidentUpdate>>(r#"{"incident":{}} x"#, "the body is not JSON: trailing characters");
    }
}
