//! Paths as clients write them: doubled slashes and slashes at the end are answered directly, never by a redirect,
//! which some clients take for a fault of the server.

use axum::Router;
use axum::extract::Request;
use http::Uri;
use http::uri::PathAndQuery;
use tower::ServiceBuilder;
use tower::util::MapRequestLayer;

/// The router of the whole process, which then finds `//users/` at `/users`.
pub fn normalised(router: Router) -> Router {
    // A layer of the router itself would come after it has chosen the route.
    let inner = ServiceBuilder::new().layer(MapRequestLayer::new(mend)).service(router);
    Router::new().fallback_service(inner)
}

fn mend(mut request: Request) -> Request {
    if let Some(uri) = mended(request.uri()) {
        *request.uri_mut() = uri;
    }
    request
}

/// The URI with a plain path; `None` if its path is plain already.
fn mended(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let plain = !path.contains("//") && (path == "/" || !path.ends_with('/'));
    if plain {
        return None;
    }
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let text = format!("/{}{query}", segments.join("/"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn paths_are_made_plain() {
        for (given, plain) in [
            ("/users", None),
            ("/", None),
            ("/users?a=//", None),
            ("/users/", Some("/users")),
            ("//users//P1/", Some("/users/P1")),
            ("/users/?limit=1", Some("/users?limit=1")),
            ("/users/?", Some("/users?")),
            ("//", Some("/")),
            ("http://h/users/", Some("http://h/users")),
        ] {
            let uri: Uri = given.parse().unwrap();
            assert_eq!(mended(&uri).map(|uri| uri.to_string()).as_deref(), plain, "{given}");
        }
    }
}
