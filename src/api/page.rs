//! `/i/<number>`: one incident and its timeline for people, read-only, behind a signed link.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts as _, Path, Request, State as Extract};
use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderName, StatusCode, header};

use super::context::Api;
use super::incidents::Found;
use super::links::Links;
use super::query::Query;
use super::view::View;
use crate::domain::id::IncidentNumber;
use crate::domain::incident::Status;

/// The page about an incident.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>#{{ number }} {{ title }}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff }
h1 { font-size: 1.4rem; overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem }
dt { color: #666 }
dd { margin: 0; overflow-wrap: anywhere }
ol { list-style: none; padding: 0 }
li { padding: .3rem 0; border-top: 1px solid #ddd; overflow-wrap: anywhere; white-space: pre-line }
time { color: #666; font-variant-numeric: tabular-nums; margin-right: 1em }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818 } dt, time { color: #999 } li { border-color: #333 } }
</style>
</head>
<body>
<h1>#{{ number }} {{ title }}</h1>
<dl>
<dt>Status</dt><dd>{{ status }}</dd>
<dt>Urgency</dt><dd>{{ urgency }}</dd>
<dt>Service</dt><dd>{{ service }}</dd>
<dt>Opened</dt><dd>{{ opened }}</dd>
{% if !responsible.is_empty() %}<dt>Responsible</dt><dd>{{ responsible }}</dd>{% endif %}
{% if let Some(details) = details %}<dt>Details</dt><dd>{{ details }}</dd>{% endif %}
</dl>
<ol>
{% for (at, text) in entries %}<li><time>{{ at }}</time>{{ text }}</li>
{% endfor %}</ol>
</body>
</html>
"#
)]
struct Page {
    number: IncidentNumber,
    title: String,
    status: &'static str,
    urgency: &'static str,
    service: String,
    opened: String,
    responsible: String,
    details: Option<String>,
    /// Newest first.
    entries: Vec<(String, String)>,
}

/// Nothing may be loaded, kept or told on: the link is the permission.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// `GET /i/{number}?s=…`
pub(super) async fn page(Extract(api): Extract<Arc<Api>>, request: Request) -> Response {
    let (mut head, _) = request.into_parts();
    let number = Path::<u64>::from_request_parts(&mut head, &()).await.ok().map(|Path(n)| IncidentNumber(n));
    let query = Query::parse(head.uri.query().unwrap_or(""));
    let signature = query.one("s").unwrap_or("");
    let Some(number) = number.filter(|number| api.parts.keyring.link_is_ours(*number, signature)) else {
        return refuse(
            StatusCode::FORBIDDEN,
            "This link is not valid. Open the one in the message, or use pd show.",
        );
    };
    let links = Links::of(&api.parts.settings, &head.uri, &head.headers);
    let state = api.parts.incidents.borrow().clone();
    let found = match state.incidents.get(&number) {
        Some(incident) => Some(Found::Live(incident.clone())),
        None => match api.parts.archive.get(number).await {
            Ok(closed) => closed.map(|closed| Found::Archived(Box::new(closed))),
            Err(_) => {
                return refuse(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "The archive cannot be read. Try again later.",
                );
            }
        },
    };
    let (Some(found), Some(account)) = (found, &state.account) else {
        return refuse(StatusCode::NOT_FOUND, "This incident is not kept any more.");
    };
    let view = View {
        state: &state,
        id_key: account.id_key,
        keyring: &api.parts.keyring,
        links: &links,
        query: &query,
        closed: found.closed(),
    };
    match show(&view, &found).render() {
        Ok(html) => (HEADERS, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the page of an incident could not be written");
            refuse(StatusCode::INTERNAL_SERVER_ERROR, "The page could not be written.")
        }
    }
}

fn refuse(status: StatusCode, text: &'static str) -> Response {
    (status, HEADERS, Html(text)).into_response()
}

fn show(view: &View<'_>, found: &Found) -> Page {
    let incident = found.incident();
    let users: Vec<_> = incident.assignments.iter().map(|assignment| assignment.user).collect();
    let status = match incident.status {
        Status::Triggered => "triggered: nobody has acknowledged it",
        Status::Acknowledged => "acknowledged",
        Status::Resolved { .. } => "resolved",
    };
    Page {
        number: incident.number,
        title: incident.title.to_string(),
        status,
        urgency: incident.urgency.as_str(),
        service: view.service_name(incident.service).to_owned(),
        opened: incident.created_at.to_iso(),
        responsible: if incident.is_open() { view.user_names(&users) } else { String::new() },
        details: incident.details.as_deref().map(str::to_owned),
        entries: incident
            .log_entries()
            .rev()
            .map(|(_, entry)| (entry.at.to_iso(), view.words(incident, entry)))
            .collect(),
    }
}
