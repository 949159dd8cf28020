//! REST: PagerDuty's API v2 with a few additions, over the replica of the incidents stage and the archive.
//!
//! [`router`] builds it from [`parts::Parts`]: everything that it needs is handed in. A request is read from one
//! consistent state; a command goes through [`parts::Commands`] and is answered from the state that shows its verdict.
//! [`normalised`] goes around the router of the whole process.
//!
//! Reading order: [`parts`], `context`, `auth`, `query`, `body`, then a file per resource; `view` shows things, `words`
//! says them, `stream` tells what changes.

mod audit;
mod auth;
mod body;
mod calendars;
mod check;
mod configuration;
mod contact_methods;
mod context;
mod drills;
mod error;
mod event_rules;
mod explanation;
mod feeds;
mod fields;
mod grouping;
mod heartbeats;
mod hours;
mod ical;
mod ical_read;
mod ical_recur;
mod incidents;
mod integrations;
mod links;
mod maintenance_windows;
mod merge;
mod notification_rules;
mod oncalls;
mod overrides;
mod page;
pub mod parts;
mod paths;
mod permission;
mod policies;
mod query;
mod reply;
mod route_test;
mod schedules;
mod services;
mod simulate;
mod small;
mod status;
pub mod stream;
mod teams;
pub mod tokens;
mod undo;
mod users;
mod view;
mod words;
mod words_explained;
mod words_proof;
mod words_rules;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State as Extract};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post, put};
use http::HeaderValue;

use self::auth::RateLimit;
pub(crate) use self::auth::sha256_hex;
use self::context::Api;
use self::error::Error;
use self::incidents::{
    alerts, change, create, linked, list, log_entries, merging, notes, read, responders, snooze, updates,
};
use self::parts::Parts;
pub use self::paths::normalised;

/// The API. It answers every path that it does not know with 404 in PagerDuty's form.
pub fn router(parts: Parts) -> Router {
    let limit = RateLimit::new(parts.settings.requests_per_minute);
    let api = Arc::new(Api { parts, limit });
    let authenticated = incident_routes()
        .merge(configuration_routes())
        .merge(schedule_routes())
        .merge(rule_routes())
        .merge(user_routes())
        .merge(team_routes())
        .merge(small_routes())
        .route_layer(from_fn_with_state(api.clone(), auth::require));
    Router::new()
        .merge(authenticated)
        .route("/health", get(status::health))
        .route("/metrics", get(status::metrics))
        .route("/i/{number}", get(page::page))
        .route("/ical/{file}", get(feeds::ical))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(api.clone(), name_request))
        .with_state(api)
}

fn incident_routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/incidents", get(list::list).post(create::create).put(change::many))
        .route("/incidents/{id}", get(read::get).put(change::one))
        .route("/incidents/{id}/events", get(read::events))
        .route("/incidents/{id}/notes", get(notes::list).post(notes::create))
        .route("/incidents/{id}/notes/{note_id}", put(notes::update).delete(notes::delete))
        .route("/incidents/snooze", post(snooze::many))
        .route("/incidents/{id}/snooze", post(snooze::one))
        .route("/incidents/{id}/merge", put(merging::merge))
        .route("/incidents/{id}/responder_requests", post(responders::create))
        .route("/incidents/{id}/responder_requests/cancel", put(responders::cancel))
        .route("/incidents/{id}/responder_requests/reply", put(responders::answer))
        .route("/incidents/{id}/status_updates", get(updates::list).post(updates::create))
        .route(
            "/incidents/{id}/status_updates/subscribers",
            get(updates::subscribers).post(updates::subscribe),
        )
        .route("/incidents/{id}/status_updates/unsubscribe", post(updates::unsubscribe))
        .route("/incidents/{id}/links", get(linked::list).post(linked::create))
        .route("/incidents/{id}/links/{link_id}", delete(linked::delete))
        .route("/incidents/{id}/explanation", get(explanation::explain))
        .route("/undo", get(undo::last).post(undo::undo))
        .route("/incidents/{id}/alerts", get(alerts::list).put(alerts::put_many))
        .route("/incidents/{id}/alerts/{alert_id}", get(alerts::get).put(alerts::put_one))
        .route("/incidents/{id}/log_entries", get(log_entries::of_incident))
        .route("/log_entries", get(log_entries::list))
        .route("/log_entries/{id}", get(log_entries::get))
}

fn configuration_routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/services", get(services::list).post(services::create))
        .route("/services/{id}", get(services::get).put(services::update).delete(services::delete))
        .route("/services/{id}/integrations", get(integrations::list).post(integrations::create))
        .route(
            "/services/{id}/integrations/{integration_id}",
            get(integrations::get).put(integrations::update).delete(integrations::delete),
        )
        .route("/escalation_policies", get(policies::list).post(policies::create))
        .route("/escalation_policies/{id}", get(policies::get).put(policies::update).delete(policies::delete))
        .route("/oncalls", get(oncalls::list))
        .route("/tokens", get(tokens::list).post(tokens::create))
        .route("/tokens/{id}", get(tokens::get).delete(tokens::delete))
}

fn schedule_routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/schedules", get(schedules::list).post(schedules::create))
        .route("/schedules/preview", post(schedules::preview))
        .route("/schedules/{id}", get(schedules::get).put(schedules::update).delete(schedules::delete))
        .route("/schedules/{id}/users", get(schedules::users))
        .route("/schedules/{id}/overrides", get(overrides::list).post(overrides::create))
        .route("/schedules/{id}/overrides/{override_id}", delete(overrides::delete))
        .route("/feeds", get(feeds::list).post(feeds::create))
        .route("/feeds/{id}", get(feeds::get).delete(feeds::delete))
        .route("/calendars", get(calendars::list).post(calendars::create))
        .route("/calendars/{id}", get(calendars::get).put(calendars::update).delete(calendars::delete))
}

fn rule_routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/event_rules", get(event_rules::global).put(event_rules::set_global))
        .route("/event_rules/test", post(route_test::test))
        .route("/services/{id}/event_rules", get(event_rules::of_service).put(event_rules::set_of_service))
        .route("/maintenance_windows", get(maintenance_windows::list).post(maintenance_windows::create))
        .route(
            "/maintenance_windows/{id}",
            get(maintenance_windows::get)
                .put(maintenance_windows::update)
                .delete(maintenance_windows::delete),
        )
        .route("/maintenance_windows/{id}/end", put(maintenance_windows::end))
        .route("/drills", get(drills::list).post(drills::create))
        .route("/drills/kinds", get(drills::kinds))
        .route("/drills/{id}", get(drills::get))
        .route("/drills/{id}/stop", put(drills::stop))
        .route("/heartbeats", get(heartbeats::list).post(heartbeats::create))
        .route("/heartbeats/{id}", get(heartbeats::get).put(heartbeats::update).delete(heartbeats::delete))
}

fn user_routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/users", get(users::list).post(users::create))
        .route("/users/me", get(users::me))
        .route("/users/{id}", get(users::get).put(users::update).delete(users::delete))
        .route("/users/{id}/license", get(users::license))
        .route("/users/{id}/contact_methods", get(contact_methods::list).post(contact_methods::create))
        .route(
            "/users/{id}/contact_methods/{method_id}",
            get(contact_methods::get).put(contact_methods::update).delete(contact_methods::delete),
        )
        .route(
            "/users/{id}/notification_rules",
            get(notification_rules::list).post(notification_rules::create),
        )
        .route(
            "/users/{id}/notification_rules/{rule_id}",
            get(notification_rules::get).put(notification_rules::update).delete(notification_rules::delete),
        )
}

fn team_routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/teams", get(teams::list).post(teams::create))
        .route("/teams/{id}", get(teams::get).put(teams::update).delete(teams::delete))
        .route("/teams/{id}/members", get(teams::members))
        .route("/teams/{id}/users/{user_id}", put(teams::join).delete(teams::leave))
        .route(
            "/teams/{id}/escalation_policies/{policy_id}",
            put(teams::take_policy).delete(teams::drop_policy),
        )
        .route("/teams/{id}/schedules/{schedule_id}", put(teams::take_schedule).delete(teams::drop_schedule))
}

fn small_routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/abilities", get(small::abilities))
        .route("/abilities/{name}", get(small::ability))
        .route("/licenses", get(small::licenses))
        .route("/priorities", get(small::priorities))
        .route("/priorities/{id}", get(small::priority))
        .route("/vendors", get(small::vendors))
        .route("/vendors/{id}", get(small::vendor))
        .route("/status", get(status::status))
        .route("/stream", get(stream::open))
        .route("/audit/records", get(audit::records))
        .route("/configuration", get(configuration::export).post(configuration::apply))
        .route("/check", get(check::check))
        .route("/simulate", post(simulate::simulate))
}

/// Gives every answer the id by which it is found in the logs.
async fn name_request(Extract(api): Extract<Arc<Api>>, request: Request, next: Next) -> Response {
    let id = api.parts.ids.uuid(api.parts.clock.now()).to_string();
    tracing::debug!(request = %id, method = %request.method(), path = request.uri().path(), "asked");
    let mut response = next.run(request).await;
    tracing::debug!(request = %id, status = response.status().as_u16(), "answered");
    let id = HeaderValue::from_str(&id).expect("a UUID is a header value");
    response.headers_mut().insert("x-request-id", id);
    response
}

async fn unknown_path(request: Request) -> Response {
    Error::not_found(format!("there is nothing at {}", request.uri().path())).into_response()
}

async fn wrong_method(request: Request) -> Response {
    let error = format!("{} does not take {}", request.uri().path(), request.method());
    Error::wrong_method(error).into_response()
}
