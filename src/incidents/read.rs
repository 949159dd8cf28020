//! Entries of the journals that the incidents stage consumes, as inputs.

use std::sync::Arc;

use bytes::Bytes;
use uuid::Uuid;

use crate::domain::command::Command;
use crate::domain::event::{DedupKey, Event, EventAddress, Whole, ellipsis};
use crate::domain::heartbeat::{DETAIL_BYTES_MAX, Ping};
use crate::domain::incidents::input::{Input, Poison};
use crate::domain::notify;
use crate::door::{self, Record, Registered};
use crate::journal::{Entry, LogName, Seq};
use crate::stage::{Arrival, Error, wanted_facts};

/// Which of a door's journals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Events,
    Commands,
}

/// The door that a journal belongs to; `None` if it is not a door's.
pub(super) fn door_of(log: &LogName) -> Option<(Uuid, Kind)> {
    let (door, kind) = log.as_str().strip_prefix("door/")?.split_once('/')?;
    let kind = match kind {
        "events" => Kind::Events,
        "commands" => Kind::Commands,
        _ => return None,
    };
    Some((door.parse().ok()?, kind))
}

/// The inputs of an entry.
pub(super) fn arrivals(log: &LogName, seq: Seq, entry: &Entry) -> Result<Vec<Arrival<Input>>, Error> {
    if *log == LogName::notify() {
        return outcomes(log, seq, entry);
    }
    if entry.format != door::FORMAT {
        let reason = format!("its format is {}, and this release reads {}", entry.format, door::FORMAT);
        return Err(Error::Unreadable { log: log.clone(), seq, reason });
    }
    match door_of(log) {
        Some((door, Kind::Events)) => Ok(events(door, seq, entry)),
        Some((door, Kind::Commands)) => Ok(commands(door, seq, entry)),
        None => registrations(log, seq, entry),
    }
}

/// What the notify stage says, but only what concerns incidents: the rest is between that stage and its providers.
fn outcomes(log: &LogName, seq: Seq, entry: &Entry) -> Result<Vec<Arrival<Input>>, Error> {
    const WANTED: &[&str] = &["NotificationEnded", "NotificationsCancelled", "PageSettled"];
    let facts = wanted_facts::<notify::Fact>(log, seq, entry, WANTED, notify::Fact::NAMES)?;
    let arrival = |fact: Option<_>| Arrival { accepted_at: entry.at, input: fact.map(Input::Notify) };
    Ok(facts.into_iter().map(arrival).collect())
}

fn registrations(log: &LogName, seq: Seq, entry: &Entry) -> Result<Vec<Arrival<Input>>, Error> {
    door::lines(&entry.body)
        .map(|line| match serde_json::from_slice::<Registered>(line) {
            Ok(Registered { door, process, at, .. }) => {
                Ok(Arrival { accepted_at: at, input: Some(Input::DoorRegistered { door, process, at }) })
            }
            Err(error) => Err(Error::Unreadable { log: log.clone(), seq, reason: error.to_string() }),
        })
        .collect()
}

fn commands(door: Uuid, seq: Seq, entry: &Entry) -> Vec<Arrival<Input>> {
    (0..)
        .zip(door::lines(&entry.body))
        .map(|(index, line)| match serde_json::from_slice::<Command>(line) {
            Ok(command) => {
                Arrival { accepted_at: command.accepted_at, input: Some(Input::Command(Box::new(command))) }
            }
            Err(error) => {
                let id = serde_json::from_slice::<Identified>(line).map(|command| command.id).ok();
                let address = EventAddress { door, seq: seq.0, index };
                let reason = Arc::from(format!("the command cannot be read: {error}"));
                let command = Some(id.unwrap_or(Uuid::nil()));
                let poison = Poison { address, command, routing_key: None, reason };
                Arrival { accepted_at: entry.at, input: Some(Input::Poison(poison)) }
            }
        })
        .collect()
}

/// As much of a command as it takes to answer whoever asked.
#[derive(serde::Deserialize)]
struct Identified {
    id: Uuid,
}

fn events(door: Uuid, seq: Seq, entry: &Entry) -> Vec<Arrival<Input>> {
    (0..)
        .zip(door::records(&entry.body))
        .map(|(index, record)| {
            let address = EventAddress { door, seq: seq.0, index };
            match record {
                Ok(record) => {
                    let accepted_at = record.head.at;
                    let input = ping(address, &record).unwrap_or_else(|| event(address, record, &entry.body));
                    Arrival { accepted_at, input: Some(input) }
                }
                Err(damage) => {
                    let poison =
                        Poison { address, command: None, routing_key: None, reason: Arc::from(damage) };
                    Arrival { accepted_at: entry.at, input: Some(Input::Poison(poison)) }
                }
            }
        })
        .collect()
}

/// A heartbeat's ping, if it is one.
fn ping(address: EventAddress, record: &Record<'_>) -> Option<Input> {
    let head = &record.head;
    let said = head.ping.as_ref()?;
    // A text in JSON is that text.
    let text = serde_json::from_slice::<String>(record.body).ok();
    let text = text.unwrap_or_else(|| String::from_utf8_lossy(record.body).into_owned());
    let detail = Some(text.trim()).filter(|text| !text.is_empty());
    Some(Input::Ping(Ping {
        address,
        at: said.made_at.map_or(head.at, |at| at.min(head.at)),
        key: head.routing_key?,
        kind: said.kind,
        detail: detail.map(|text| ellipsis(text, DETAIL_BYTES_MAX)),
    }))
}

fn event(address: EventAddress, record: Record<'_>, entry: &Bytes) -> Input {
    let head = record.head;
    let poison = |routing_key, reason: String| {
        Input::Poison(Poison { address, command: None, routing_key, reason: Arc::from(reason) })
    };
    let parsed = match door::parse(record.body, head.routing_key.is_some()) {
        Ok(parsed) => parsed,
        // The door judged it by the same rules, so this is an event that another release accepted.
        Err(error) => return poison(head.routing_key, format!("the event cannot be read: {error}")),
    };
    let Some(routing_key) = parsed.routing_key.or(head.routing_key) else {
        return poison(None, "the event has no routing key".to_owned());
    };
    let given = parsed.dedup_key.map(|key| DedupKey(Arc::from(key.as_ref())));
    let Some(dedup_key) = given.or(head.dedup_key) else {
        return poison(Some(routing_key), "the event has no dedup key".to_owned());
    };
    Input::Event(Event {
        address,
        accepted_at: head.at,
        routing_key,
        action: parsed.action,
        dedup_key,
        digest: parsed.digest,
        whole: Whole(entry.slice_ref(record.body)),
    })
}
