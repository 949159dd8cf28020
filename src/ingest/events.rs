//! Takes one event in, whoever brings it: checked, admitted, made durable.

use std::sync::Arc;

use axum::http::StatusCode;
use bytes::Bytes;
use tokio::sync::watch;

use super::{Admission, Limits, Parts, Refused, Writer};
use crate::domain::event::DedupKey;
use crate::domain::service::RoutingKey;
use crate::door::{self, EventError, Head, Parsed};
use crate::wire::event::Answer;

/// The door for events.
#[derive(Clone)]
pub struct Events {
    pub(super) parts: Parts,
    pub(super) writer: Writer,
    pub(super) admission: Admission,
    pub(super) limits: Limits,
    /// Whether everything is stored twice on purpose, as by a sender that repeats itself.
    twice: watch::Receiver<bool>,
}

/// An event as it was brought.
#[derive(Clone, Debug)]
pub struct Event {
    /// As it was received.
    pub body: Bytes,
    /// The routing key, if it came by other means than the body.
    pub routing_key: Option<RoutingKey>,
}

/// Why an event will never be accepted.
#[derive(Clone, PartialEq, Debug)]
pub struct Invalid {
    pub(super) status: StatusCode,
    pub(super) answer: Answer,
}

impl Invalid {
    pub(super) fn new(status: StatusCode, answer: Answer) -> Self {
        Self { status, answer }
    }
}

/// Why an event is not accepted.
#[derive(Clone, PartialEq, Debug)]
pub enum Refusal {
    /// It will never be.
    Invalid(Invalid),
    /// It may be later.
    Later(Refused),
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        Self::Later(refused)
    }
}

impl From<Invalid> for Refusal {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl Events {
    /// With this door.
    pub fn new(parts: Parts, writer: Writer, admission: Admission, limits: Limits) -> Self {
        Self { parts, writer, admission, limits, twice: watch::channel(false).1 }
    }

    /// The same door, which stores every event twice while it is told to.
    #[must_use]
    pub fn doubling(self, twice: watch::Receiver<bool>) -> Self {
        Self { twice, ..self }
    }

    /// Why no events are taken at present.
    ///
    /// # Errors
    /// The reason.
    pub(super) fn open(&self) -> Result<(), Refused> {
        match self.parts.closed.borrow().as_ref() {
            Some(reason) => Err(Refused::Store(reason.clone())),
            None => Ok(()),
        }
    }

    /// Makes the event durable and returns its dedup key.
    ///
    /// # Errors
    /// Why it is not accepted.
    pub async fn accept(&self, event: &Event) -> Result<String, Refusal> {
        self.open()?;
        let Event { body, routing_key: given } = event;
        // Before it is parsed: who is turned away costs nothing. Whom it counts for is decided by what is parsed.
        let hint = given.or_else(|| hint(body)).map(|key| self.sender(key));
        if !self.admission.may_enter(hint, body.len()) {
            return Err(Refused::Overloaded.into());
        }
        let parsed = door::parse(body, given.is_some()).map_err(invalid)?;
        let sender = parsed.routing_key.or(*given).map(|key| self.sender(key));
        let place = self.admission.enter(sender, body.len()).ok_or(Refused::Overloaded)?;
        self.check_key(&parsed, *given).await?;

        let now = self.parts.clock.now();
        let id = self.parts.ids.uuid(now);
        let (made, dedup_key) = match &parsed.dedup_key {
            Some(key) => (None, key.to_string()),
            None => {
                let key = id.simple().to_string();
                (Some(DedupKey(Arc::from(key.as_str()))), key)
            }
        };
        let routing_key = given.filter(|_| parsed.routing_key.is_none());
        let head = Head { id, at: now, len: body.len(), dedup_key: made, routing_key, ping: None };
        self.store(sender, &head, body).await?;
        if *self.twice.borrow() {
            self.write_again(sender, &head, body).await;
        }
        drop(place);
        Ok(dedup_key)
    }

    async fn store(&self, sender: Option<RoutingKey>, head: &Head, body: &Bytes) -> Result<(), Refused> {
        let mut record = Vec::with_capacity(body.len() + 160);
        door::encode(head, body, &mut record);
        self.writer.write(sender, record, self.limits.answer_timeout).await.map(drop)
    }

    /// Stores what is stored already once more, as another event. Its sender has nothing to do with that.
    async fn write_again(&self, sender: Option<RoutingKey>, head: &Head, body: &Bytes) {
        let head = Head { id: self.parts.ids.uuid(head.at), ..head.clone() };
        if let Err(reason) = self.store(sender, &head, body).await {
            tracing::debug!(%reason, "an event was not stored a second time");
        }
    }

    /// Whom an event with this key counts for. Keys that are not known share one place: there is no end of them.
    pub(super) fn sender(&self, key: RoutingKey) -> RoutingKey {
        let state = self.parts.state.borrow();
        if state.routing.contains_key(&key) || state.heartbeat_keys.contains_key(&key) {
            key
        } else {
            RoutingKey::from_random([0; 16])
        }
    }

    /// Refuses a key that leads nowhere. One that this process does not know may be new: it looks again before it says
    /// no, and where it cannot look, it accepts.
    async fn check_key(&self, parsed: &Parsed<'_>, given: Option<RoutingKey>) -> Result<(), Refusal> {
        let Some(key) = parsed.routing_key.or(given) else { return Ok(()) };
        if self.parts.state.borrow().routing.contains_key(&key) {
            return Ok(());
        }
        match self.parts.newest.newest().await {
            // On a cluster it is being set up a while after the start, and its first key is in somebody's hands by then.
            Some(state) if state.account.is_none() => {
                Err(Refused::Store("this installation is not set up yet".into()).into())
            }
            Some(state) if !state.routing.contains_key(&key) => {
                let answer = Answer::invalid(vec!["Invalid routing key".to_owned()]);
                Err(Invalid::new(StatusCode::BAD_REQUEST, answer).into())
            }
            Some(_) | None => Ok(()),
        }
    }
}

fn invalid(error: EventError) -> Refusal {
    let answer = match error {
        EventError::Syntax(reason) => Answer::unrecognized(vec![format!("JSON parse error: {reason}")]),
        EventError::Invalid(errors) => Answer::invalid(errors),
    };
    Invalid::new(StatusCode::BAD_REQUEST, answer).into()
}

/// The routing key that a body seems to have, at the price of a look. A body that holds another one first is judged by
/// that here, and by its own once it is parsed: it can be refused for it, but never counts for it.
fn hint(body: &[u8]) -> Option<RoutingKey> {
    const NAME: &[u8] = b"\"routing_key\"";
    const KEY: usize = 32;
    let at = body.windows(NAME.len()).position(|bytes| bytes == NAME)? + NAME.len();
    let mut rest = body[at..].trim_ascii_start();
    rest = rest.strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
    std::str::from_utf8(rest.get(..KEY)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_seen_without_parsing() {
        const KEY: &str = "0123456789abcdef0123456789abcdef";
        for (body, seen) in [
            (format!("{{\"routing_key\":\"{KEY}\"}}"), true),
            (format!("{{ \"x\": 1,\n \"routing_key\" : \"{KEY}\", \"y\""), true),
            (format!("{{\"routing_key\":\"{}\"}}", &KEY[1..]), false),
            ("{\"routing_key\"".to_owned(), false),
            ("{\"routing_key\":1}".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(hint(body.as_bytes()).is_some(), seen, "{body}");
        }
    }
}
