//! Entries that earlier releases wrote are read for ever, and mean what they meant. A file here is never changed; a new
//! format gets a folder of its own.
//!
//! The `more` files hold what the recorded session did not come to.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use pd::domain::command::Command;
use pd::domain::incidents::fact::Fact;
use pd::domain::incidents::state::State;
use pd::domain::incidents::{evolve::evolve, snapshot};
use pd::domain::notify;
use pd::domain::time::Timestamp;
use pd::door::{self, Registered};
use pd::journal::{Entry, LogName, Seq};
use pd::stage::{Body, FORMAT};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/1")
}

fn lines(file: &str) -> Vec<String> {
    let text = fs::read_to_string(folder().join(file)).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn entry(body: &str) -> Entry {
    let body = Bytes::from(body.to_owned());
    Entry { id: Uuid::nil(), writer: Uuid::nil(), at: Timestamp::EPOCH, format: FORMAT, body }
}

/// Reads a stage's entries; what is written of them again must be what was read.
fn facts<F: Serialize + DeserializeOwned>(files: &[&str], log: &LogName) -> Vec<F> {
    let mut facts = Vec::new();
    for (at, line) in files.iter().flat_map(|file| lines(file)).enumerate() {
        let body = Body::<F>::decode(log, Seq(at as u64), &entry(&line)).unwrap();
        let again: Value = serde_json::from_slice(&body.encode()).unwrap();
        assert_eq!(again, serde_json::from_str::<Value>(&line).unwrap(), "{log} entry {at}");
        facts.extend(body.facts);
    }
    facts
}

/// The names of an enum's variants, from its source: so that a new one cannot be forgotten here.
fn variants(source: &str, of: &str) -> BTreeSet<String> {
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(source)).unwrap();
    let body = source.split_once(&format!("pub enum {of} {{\n")).unwrap().1.split_once("\n}\n").unwrap().0;
    let name = |line: &str| {
        let name =
            line.strip_prefix("    ").filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))?;
        Some(name.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned())
    };
    body.lines().filter_map(name).collect()
}

fn names<T: Serialize>(values: &[T]) -> BTreeSet<String> {
    let name = |value: &T| match serde_json::to_value(value).unwrap() {
        Value::Object(object) => object.keys().next().unwrap().clone(),
        other => other.as_str().unwrap().to_owned(),
    };
    values.iter().map(name).collect()
}

#[test]
fn facts_of_incidents_are_read_and_mean_what_they_meant() {
    let facts: Vec<Fact> = facts(
        &[
            "incidents.jsonl",
            "more-incidents.jsonl",
            "schedules-incidents.jsonl",
            "closes-incidents.jsonl",
            "configured-incidents.jsonl",
            "covered-incidents.jsonl",
        ],
        &LogName::incidents(),
    );
    assert_eq!(names(&facts), variants("src/domain/incidents/fact.rs", "Fact"));
    assert_eq!(Fact::NAMES.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(), names(&facts));
    let mut state = State::default();
    for fact in &facts {
        evolve(&mut state, fact);
    }
    let account = state.account.as_ref().unwrap();
    assert_eq!((account.epoch, state.opened, state.quarantined_total), (1, 3, 1));
    assert_eq!((state.users.len(), state.services.len(), state.policies.len()), (1, 1, 1));
    assert!(state.doors.is_empty());
    let first = state.incidents.values().next().unwrap();
    assert_eq!(first.title.as_ref(), "disk very full");
    assert_eq!(first.alerts[0].events, 4);
    assert_eq!((state.schedules.len(), state.feeds.len(), state.calendars.len()), (1, 1, 1));
    let schedule = state.schedules.values().next().unwrap();
    assert_eq!((schedule.name.as_ref(), schedule.layers.len(), schedule.overrides.len()), ("Nights", 2, 1));
    assert_eq!((state.audit.len(), state.audited), (2, 2));
    let restored = snapshot::restore(snapshot::records(&state));
    assert_eq!(restored, state);
}

#[test]
fn snapshots_of_incidents_are_read() {
    let mut records = lines("snapshot-incidents.jsonl");
    records.extend(lines("schedules-snapshot.jsonl"));
    records.extend(lines("configured-snapshot.jsonl"));
    let parsed: Vec<snapshot::Record> =
        records.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let again: Vec<Value> = parsed.iter().map(|record| serde_json::to_value(record).unwrap()).collect();
    let before: Vec<Value> = records.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(again, before);
    let state = snapshot::restore(parsed.into_iter());
    assert_eq!((state.opened, state.incidents.len(), state.users.len()), (3, 3, 1));
    assert_eq!((state.schedules.len(), state.round_robin.len(), state.feeds.len()), (1, 1, 1));
    assert_eq!(state.absences.of(*state.users.keys().next().unwrap()).len(), 1);
}

#[test]
fn facts_of_notifications_are_read() {
    let facts: Vec<notify::Fact> = facts(&["notify.jsonl", "more-notify.jsonl"], &LogName::notify());
    assert_eq!(names(&facts), variants("src/domain/notify/fact.rs", "Fact"));
    assert_eq!(
        notify::Fact::NAMES.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(),
        names(&facts)
    );
}

#[test]
fn commands_are_read() {
    let commands: Vec<Command> = [
        "commands.jsonl",
        "more-commands.jsonl",
        "schedules-commands.jsonl",
        "configured-commands.jsonl",
        "owned-commands.jsonl",
    ]
    .iter()
    .flat_map(|file| lines(file))
    .map(|line| serde_json::from_str(&line).unwrap())
    .collect();
    let asks: Vec<_> = commands.iter().map(|command| &command.ask).collect();
    let snake = |name: String| {
        name.char_indices().fold(String::new(), |mut text, (at, c)| {
            if at > 0 && c.is_ascii_uppercase() {
                text.push('_');
            }
            text.push(c.to_ascii_lowercase());
            text
        })
    };
    let known: BTreeSet<_> = variants("src/domain/command.rs", "Ask").into_iter().map(snake).collect();
    assert_eq!(names(&asks), known);
}

#[test]
fn doors_are_read() {
    let batch = fs::read(folder().join("events.bin")).unwrap();
    let events: Vec<_> = door::records(&batch).map(Result::unwrap).collect();
    assert_eq!(events.len(), 6);
    for event in &events {
        assert_eq!(event.head.len, event.body.len());
        door::parse(event.body, event.head.routing_key.is_some()).unwrap();
    }
    let mut again = Vec::new();
    for event in &events {
        door::encode(&event.head, event.body, &mut again);
    }
    assert_eq!(again, batch);
    for line in lines("index.jsonl") {
        serde_json::from_str::<Registered>(&line).unwrap();
    }
}
