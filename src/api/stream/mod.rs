//! `GET /stream`: what changes, as it changes, over server-sent events.
//!
//! One task, the [`Hub`], compares the newest state with the one that it saw before, renders what has changed once for
//! everybody who used the same address, and hands it to each reader's bounded queue. Who comes in is first shown everything
//! as it is now, or what has changed since the event that was seen last, from the state as it is when there is room to send
//! it; nobody holds an old state.
//!
//! Reading order: `position`, `changes`, `ring`, `frames`, `hub`, `reader`.

mod changes;
mod frames;
mod hub;
mod position;
mod reader;
mod ring;
mod traffic;

use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, header};
use tokio::sync::{mpsc, oneshot};

pub use self::hub::Hub;
use self::hub::Joined;
use self::position::Position;
use self::reader::Reader;
use super::context::Context;
use super::error::{Error, Reply};
use super::links::Links;
use super::parts::Parts;
use crate::clock::within;
use crate::domain::access::Access;
use crate::wire::stream::Hello;

/// How many may be waiting to be let in.
const WAITING: usize = 64;
/// When somebody for whom there is no place may ask again.
const RETRY_AFTER: Duration = Duration::from_secs(15);
/// How long this process may take to see what another has sent already.
const BEHIND_MAX: Duration = Duration::from_secs(2);
/// How often it is looked at meanwhile.
const BEHIND_EVERY: Duration = Duration::from_millis(50);

/// Where those who want to be told are let in.
#[derive(Clone, Debug)]
pub struct Door(mpsc::Sender<Join>);

/// Those who wait at the door.
#[derive(Debug)]
pub struct Joins(mpsc::Receiver<Join>);

/// A door, and for the hub those who come.
pub fn door() -> (Door, Joins) {
    let (send, receive) = mpsc::channel(WAITING);
    (Door(send), Joins(receive))
}

/// Somebody who wants to be told.
#[derive(Debug)]
struct Join {
    links: Links,
    resume: Option<Position>,
    /// `None`: there is no place.
    reply: oneshot::Sender<Option<Joined>>,
}

/// `GET /stream`
pub(super) async fn open(cx: Context, headers: HeaderMap) -> Reply {
    let resume = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.trim().parse().ok());
    if let Some(position) = resume {
        caught_up(cx.parts(), position).await;
    }
    let (reply, answer) = oneshot::channel();
    let join = Join { links: cx.links.clone(), resume, reply };
    let closing = || Error::unavailable("no changes are told by this process now", RETRY_AFTER);
    cx.parts().streams.0.send(join).await.map_err(|_| closing())?;
    let joined = answer.await.map_err(|_| closing())?.ok_or_else(|| {
        let most = cx.parts().settings.streams;
        Error::unavailable(format!("{most} are told of changes already, and no more may be"), RETRY_AFTER)
    })?;
    let hello = hello(&cx, joined.resumed)?;
    let reader = Reader::new(cx.parts().clone(), cx.links, cx.token, &hello, joined);
    Ok(events(reader))
}

/// Waits until this process has seen as much as the one that sent this id, but not for long.
async fn caught_up(parts: &Parts, position: Position) {
    let seen = async {
        while parts.moments.moment().next < position.next {
            parts.clock.sleep(BEHIND_EVERY).await;
        }
    };
    within(&*parts.clock, BEHIND_MAX, seen).await;
}

fn hello(cx: &Context, resumed: bool) -> Result<Hello, Error> {
    let user = cx.token.user.and_then(|id| cx.state.users.get(&id));
    let view = cx.view()?;
    let shown = user.map(|user| serde_json::to_value(view.user(user))).transpose();
    let process = cx.parts().process.borrow();
    Ok(Hello {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        node: process.node.clone(),
        at: cx.parts().clock.now().to_iso_millis(),
        resumed,
        user: shown.map_err(|error| Error::internal(error.to_string()))?,
        may_act: Access::of_token(&cx.token, user.map(|user| &**user)) >= Access::Respond,
    })
}

fn events(reader: Reader) -> Response {
    let chunks = stream::unfold(reader, |mut reader| async move {
        let bytes = reader.next().await?;
        Some((Ok::<_, std::convert::Infallible>(bytes), reader))
    })
    .fuse();
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        // Some proxies gather answers before they pass them on, unless they are told.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::from_stream(chunks)).into_response()
}
