//! Where objects are: `self` begins with the URL that the client used, because clients compare it with that.

use std::fmt::Display;

use http::{HeaderMap, Uri, header};
use url::Url;

use super::parts::Settings;

/// What links of one answer begin with; without a slash at the end.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Links {
    api: String,
    html: String,
}

impl Links {
    /// The links of an answer to a request with these headers.
    pub(crate) fn of(settings: &Settings, uri: &Uri, headers: &HeaderMap) -> Self {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .or_else(|| uri.authority().map(http::uri::Authority::as_str))
            .filter(|host| is_host(host));
        let public = settings.public_url.as_ref();
        let api = match (host, public) {
            (Some(host), Some(public)) if authority(public).eq_ignore_ascii_case(host) => trimmed(public),
            (Some(host), _) => format!("{}://{host}", if settings.tls { "https" } else { "http" }),
            (None, Some(public)) => trimmed(public),
            (None, None) => "http://localhost".to_owned(),
        };
        let html = settings.html_origin.as_ref().or(public).map_or_else(|| api.clone(), trimmed);
        Self { api, html }
    }

    /// The URL of an object in the API: `links.api("services", id)`.
    pub(crate) fn api(&self, collection: &str, id: impl Display) -> String {
        format!("{}/{collection}/{id}", self.api)
    }

    /// The URL of a page for people.
    pub(crate) fn html(&self, path: impl Display) -> String {
        format!("{}/{path}", self.html)
    }
}

/// Whether it is a host with or without a port. Anything else would end up in links as it is.
fn is_host(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'[' | b']'))
}

fn authority(url: &Url) -> &str {
    &url[url::Position::BeforeHost..url::Position::AfterPort]
}

fn trimmed(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn links_begin_with_what_the_client_used() {
        let public = "https://pd.example.com/".parse::<Url>().unwrap();
        for (host, public, tls, api, html) in [
            (Some("localhost:7433"), None, false, "http://localhost:7433", "http://localhost:7433"),
            (Some("api.pagerduty.com"), None, true, "https://api.pagerduty.com", "https://api.pagerduty.com"),
            (Some("10.0.0.1:80"), Some(&public), false, "http://10.0.0.1:80", "https://pd.example.com"),
            (
                Some("PD.example.com"),
                Some(&public),
                false,
                "https://pd.example.com",
                "https://pd.example.com",
            ),
            (Some("a/b\"c"), Some(&public), false, "https://pd.example.com", "https://pd.example.com"),
            (Some("a b"), None, false, "http://localhost", "http://localhost"),
            (None, None, false, "http://localhost", "http://localhost"),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(host) = host {
                headers.insert(header::HOST, host.parse().unwrap());
            }
            let settings = Settings { public_url: public.cloned(), tls, ..Settings::default() };
            let links = Links::of(&settings, &Uri::from_static("/x"), &headers);
            assert_eq!(links.api("users", "P"), format!("{api}/users/P"));
            assert_eq!(links.html("i/1"), format!("{html}/i/1"));
        }
    }
}
