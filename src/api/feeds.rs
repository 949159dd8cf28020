//! `/feeds` and `/ical`: an addition of `pd`. Calendar programs cannot log in, so what they may read is behind an
//! address that is a secret itself.

use std::time::Duration;

use axum::extract::{Path, State as Extract};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use std::sync::Arc;
use subtle::ConstantTimeEq as _;

use super::auth::sha256_hex;
use super::body::Body;
use super::context::{Api, Context};
use super::error::{Error, Reply};
use super::fields::{id_in_path, id_of};
use super::{ical, reply, tokens};
use crate::domain::command::{Ask, Done};
use crate::domain::id::FeedId;
use crate::domain::incidents::state::State;
use crate::domain::schedule::ask::NewFeed;
use crate::domain::schedule::{Feed, FeedOf, Span};
use crate::wire::rest::envelope::One;
use crate::wire::rest::feed::{self as wire, FeedCreate};
use crate::wire::rest::reference::Reference;

/// How far back and ahead a calendar goes.
const BACK: Duration = Duration::from_secs(30 * 24 * 60 * 60);
const AHEAD: Duration = Duration::from_secs(180 * 24 * 60 * 60);

/// `GET /feeds`, oldest first
pub(super) async fn list(cx: Context) -> Reply {
    let mut feeds: Vec<_> = cx.state.feeds.values().collect();
    feeds.sort_by_key(|feed| (feed.created_at, feed.id));
    let (feeds, page) = cx.query.page()?.cut(feeds);
    let shown = feeds.into_iter().map(|feed| shown(&cx, feed, None));
    reply::paged(shown.collect::<Result<_, _>>()?, page)
}

/// `GET /feeds/{id}`
pub(super) async fn get(cx: Context, Path(id): Path<String>) -> Reply {
    let key: FeedId = id_in_path("feed", &id)?;
    let feed = cx.state.feeds.get(&key).ok_or_else(|| Error::no_such("feed", &id))?;
    reply::one(shown(&cx, feed, None)?)
}

/// `POST /feeds`: the answer is the only one that ever shows the address.
pub(super) async fn create(mut cx: Context, Body(One(new)): Body<One<FeedCreate>>) -> Reply {
    let kind = new.of.kind.as_deref().unwrap_or_default();
    let of = match kind.strip_suffix("_reference").unwrap_or(kind) {
        "user" => FeedOf::User(id_of("feed.of", &new.of)?),
        "schedule" => FeedOf::Schedule(id_of("feed.of", &new.of)?),
        _ => {
            return Err(Error::invalid(format!(
                "feed.of.type: `{kind}` is not one of user_reference, schedule_reference"
            )));
        }
    };
    let ids = &cx.parts().ids;
    // Twice as long as a token: nobody limits how often an address is tried.
    let secret = format!("{}{}", tokens::draw(&**ids), tokens::draw(&**ids));
    let sha256: Arc<str> = sha256_hex(&secret).into();
    let ask = Ask::IssueFeed(Box::new(NewFeed { sha256: sha256.clone(), of }));
    let Done::Object(id) = cx.ask(ask, None).await? else {
        return Err(Error::internal("making a feed came to something else"));
    };
    let kept = cx.state.feeds.get(&FeedId(id)).ok_or_else(|| Error::no_such("feed", id.as_str()))?;
    // A request that is repeated with its idempotency key gets the feed that was made then, whose secret nobody knows.
    let url = (kept.sha256 == sha256).then(|| cx.links.api("ical", format_args!("{secret}.ics")));
    reply::created(shown(&cx, kept, url)?)
}

/// `DELETE /feeds/{id}`
pub(super) async fn delete(mut cx: Context, Path(id): Path<String>) -> Reply {
    let key: FeedId = id_in_path("feed", &id)?;
    cx.ask(Ask::RevokeFeed { id: key }, Some(&id)).await?;
    reply::nothing()
}

fn shown(cx: &Context, feed: &Feed, url: Option<String>) -> Result<wire::Feed, Error> {
    let view = cx.view()?;
    let of = match feed.of {
        FeedOf::User(id) => view.user_reference(id),
        FeedOf::Schedule(id) => view.schedule_reference(id),
    };
    let summary = of.summary.as_ref().map(|name| format!("shifts of {name}"));
    Ok(wire::Feed {
        head: Reference {
            kind: "feed".to_owned(),
            summary,
            self_url: Some(cx.links.api("feeds", feed.id)),
            html_url: None,
            id: feed.id.to_string(),
        },
        of,
        created_at: feed.created_at.to_iso(),
        url,
    })
}

/// `GET /ical/{secret}.ics`: no token, the address is the secret
pub(super) async fn ical(Extract(api): Extract<Arc<Api>>, Path(file): Path<String>) -> Response {
    let state = api.parts.incidents.borrow().clone();
    let Some(feed) = file.strip_suffix(".ics").and_then(|secret| find(&state, secret)) else {
        // Whatever was wrong with it: nothing is said about secrets.
        return Error::not_found("no such calendar").into_response();
    };
    let now = api.parts.clock.now();
    let range = Span { start: now.minus(BACK), end: now.plus(AHEAD) };
    let text = ical::write(&state, feed.of, range, now);
    let kind = HeaderValue::from_static("text/calendar; charset=utf-8");
    let private = HeaderValue::from_static("private, max-age=300");
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, private)];
    (StatusCode::OK, headers, text).into_response()
}

/// All feeds are looked at, so that the time tells nothing about which of them is near.
fn find(state: &State, secret: &str) -> Option<Arc<Feed>> {
    let hash = sha256_hex(secret);
    let mut found = None;
    for feed in state.feeds.values() {
        if bool::from(feed.sha256.as_bytes().ct_eq(hash.as_bytes())) {
            found = Some(feed);
        }
    }
    found.cloned()
}
