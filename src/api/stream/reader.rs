//! One connection: first what its client does not know yet, then what comes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::frames::{CHUNK, Frames, Item, Shower, alone};
use super::hub::Joined;
use super::position::Position;
use crate::api::links::Links;
use crate::api::parts::Parts;
use crate::api::query::Query;
use crate::domain::token::Token;
use crate::wire::stream::Hello;

/// How many pieces may wait for a reader, and how many bytes: who is slower is ended, and comes back by its id.
const QUEUE: usize = 1_024;
const QUEUE_BYTES: usize = 4 << 20;
/// Something is sent at least so often, and the token is looked at again.
const EVERY: Duration = Duration::from_secs(10);
/// What is sent when there is nothing to say.
const NOTHING: Bytes = Bytes::from_static(b":\n\n");

/// The hub's end of a reader's queue.
#[derive(Debug)]
pub(super) struct Outlet {
    queue: mpsc::Sender<Bytes>,
    waiting: Arc<AtomicUsize>,
}

/// The reader's end.
#[derive(Debug)]
pub(super) struct Inlet {
    queue: mpsc::Receiver<Bytes>,
    waiting: Arc<AtomicUsize>,
}

/// A queue.
pub(super) fn queue() -> (Outlet, Inlet) {
    let ((send, receive), waiting) = (mpsc::channel(QUEUE), Arc::default());
    (Outlet { queue: send, waiting: Arc::clone(&waiting) }, Inlet { queue: receive, waiting })
}

impl Outlet {
    /// Hands on; `false`: the reader has gone or is too slow, and is not to be sent anything more.
    pub(super) fn send(&self, bytes: &Bytes) -> bool {
        let before = self.waiting.fetch_add(bytes.len(), SeqCst);
        before + bytes.len() <= QUEUE_BYTES && self.queue.try_send(bytes.clone()).is_ok()
    }

    /// Whether the reader has gone.
    pub(super) fn is_closed(&self) -> bool {
        self.queue.is_closed()
    }
}

impl Inlet {
    async fn next(&mut self) -> Option<Bytes> {
        let bytes = self.queue.recv().await?;
        self.waiting.fetch_sub(bytes.len(), SeqCst);
        Some(bytes)
    }
}

/// One connection.
pub(super) struct Reader {
    parts: Parts,
    links: Links,
    token: Arc<Token>,
    query: Query,
    /// What comes before everything else.
    first: VecDeque<Bytes>,
    /// What the client does not know yet; `None` once it knows everything up to `at`.
    unknown: Option<std::vec::IntoIter<Item>>,
    at: Position,
    live: Inlet,
    checked_at: Duration,
}

impl Reader {
    pub(super) fn new(parts: Parts, links: Links, token: Arc<Token>, hello: &Hello, joined: Joined) -> Self {
        let first = [alone("hello", hello)].into_iter().chain(joined.first).collect();
        Self {
            checked_at: parts.clock.monotonic(),
            parts,
            links,
            token,
            query: Query::default(),
            first,
            unknown: Some(joined.unknown.into_iter()),
            at: joined.at,
            live: joined.live,
        }
    }

    /// The next bytes; `None`: the connection ends.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        if self.live.queue.is_closed() || !self.may_listen() {
            return None;
        }
        if let Some(bytes) = self.first.pop_front() {
            return Some(bytes);
        }
        if let Some(unknown) = self.unknown.take() {
            return Some(self.more(unknown));
        }
        tokio::select! {
            biased;
            bytes = self.live.next() => bytes,
            () = self.parts.clock.sleep(EVERY) => Some(NOTHING),
        }
    }

    /// Some of what is not known yet, as it is now.
    fn more(&mut self, mut unknown: std::vec::IntoIter<Item>) -> Bytes {
        let state = self.parts.moments.moment().state;
        let mut frames = Frames::default();
        if let Some(shower) = Shower::new(&self.parts, &state, &self.links, &self.query) {
            for item in unknown.by_ref() {
                shower.add(&mut frames, item);
                if frames.len() >= CHUNK {
                    self.unknown = Some(unknown);
                    return frames.whole();
                }
            }
        }
        frames.add("synced", &serde_json::json!({}));
        frames.end_at(self.at);
        frames.whole()
    }

    /// Whether the token is still one; asked now and then, since a connection may last for days.
    fn may_listen(&mut self) -> bool {
        let now = self.parts.clock.monotonic();
        if now.saturating_sub(self.checked_at) < EVERY {
            return true;
        }
        self.checked_at = now;
        let state = self.parts.incidents.borrow();
        let token = state.tokens.get(&self.token.id);
        token.is_some_and(|token| token.expires_at.is_none_or(|at| self.parts.clock.now() < at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_does_not_read_is_ended() {
        let (outlet, mut inlet) = queue();
        let piece = Bytes::from(vec![0; QUEUE_BYTES / 4]);
        assert_eq!((0..6).take_while(|_| outlet.send(&piece)).count(), 4);

        let (outlet, mut reading) = queue();
        for _ in 0..20 {
            assert!(outlet.send(&piece));
            assert_eq!(reading.next().await.map(|bytes| bytes.len()), Some(piece.len()));
        }
        let small = Bytes::from_static(b"x");
        assert_eq!((0..2 * QUEUE).take_while(|_| outlet.send(&small)).count(), QUEUE);
        drop(reading);
        assert!(outlet.is_closed() && !outlet.send(&small));
        assert_eq!(inlet.next().await.map(|bytes| bytes.len()), Some(piece.len()));
    }
}
