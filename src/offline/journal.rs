//! Prints what journals hold.

use std::io;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::stores::{self, Journals};
use super::{Error, Installation, Query};
use crate::door;
use crate::journal::sqlite::Look;
use crate::journal::{Entry, Extent, Journal as _, LogName, Read, Seq};
use crate::stage::Body;

/// Bodies read at a time.
const READ_BYTES: usize = 4 << 20;

type Each<'a> = &'a mut dyn FnMut(Value) -> io::Result<()>;

pub(super) fn run(of: &Installation, query: &Query, each: Each<'_>) -> Result<(), Error> {
    let looks = stores::look(of)?;
    match &query.log {
        None => list(&looks)?.into_iter().take(limit(query)).try_for_each(each).map_err(Error::Output),
        Some(name) => {
            let log: LogName = name.parse().map_err(|_| Error::NoJournal(name.clone()))?;
            entries(&Journals::new(&looks), &log, query, each)
        }
    }
}

fn limit(query: &Query) -> usize {
    usize::try_from(query.limit).unwrap_or(usize::MAX)
}

/// A line per journal.
fn list(looks: &[(Arc<Look>, Vec<String>)]) -> Result<Vec<Value>, Error> {
    stores::wait(async {
        let mut lines = Vec::new();
        for (look, _) in looks {
            for log in look.logs().await? {
                let Extent { first, next, bytes, closed } = look.extent(&log).await?;
                let snapshots: Vec<_> = look
                    .snapshots(&log)
                    .await?
                    .iter()
                    .map(|s| json!({"at": s.at, "parts": s.parts, "taken_at": s.taken_at.to_iso_millis()}))
                    .collect();
                lines.push(json!({
                    "log": log, "first": first, "next": next, "bytes": bytes, "closed": closed,
                    "snapshots": snapshots,
                }));
            }
        }
        Ok(lines)
    })
}

/// A line per entry.
fn entries(journals: &Journals, log: &LogName, query: &Query, each: Each<'_>) -> Result<(), Error> {
    let journal = journals.of(log);
    let (known, extent) =
        stores::wait(async { Ok((journal.logs().await?.contains(log), journal.extent(log).await?)) })?;
    if !known {
        return Err(Error::NoJournal(log.to_string()));
    }
    let mut at = Seq(query.from.unwrap_or(extent.first.0));
    let mut left = limit(query);
    while left > 0 {
        let run = stores::wait(async { Ok(journal.read(log, at, READ_BYTES).await?) })?;
        let entries = match run {
            Read::Run { entries, .. } => entries,
            Read::Truncated { first } => {
                return Err(Error::Truncated { log: log.to_string(), first: first.0 });
            }
        };
        if entries.is_empty() {
            break;
        }
        for entry in entries.iter().take(left) {
            each(line(log, at, entry))?;
            at = at.next();
        }
        left = left.saturating_sub(entries.len());
    }
    Ok(())
}

/// One entry: who wrote it and when, and what it says.
fn line(log: &LogName, seq: Seq, entry: &Entry) -> Value {
    let mut line = Map::new();
    line.insert("log".to_owned(), json!(log));
    line.insert("seq".to_owned(), json!(seq));
    line.insert("id".to_owned(), json!(entry.id));
    line.insert("writer".to_owned(), json!(entry.writer));
    line.insert("at".to_owned(), json!(entry.at.to_iso_millis()));
    line.insert("format".to_owned(), json!(entry.format));
    line.extend(said(log, seq, entry).unwrap_or_else(|reason| {
        [("unreadable".to_owned(), json!(reason)), ("bytes".to_owned(), json!(entry.body.len()))]
            .into_iter()
            .collect()
    }));
    Value::Object(line)
}

fn said(log: &LogName, seq: Seq, entry: &Entry) -> Result<Map<String, Value>, String> {
    if [LogName::moved(), LogName::copying()].contains(log) {
        return serde_json::from_slice(&entry.body).map_err(|error| error.to_string());
    }
    if !log.as_str().starts_with("door/") {
        let Body { cursors, dropped, facts } =
            Body::<Value>::decode(log, seq, entry).map_err(|error| error.to_string())?;
        let cursors: Map<String, Value> =
            cursors.into_iter().map(|(log, cursor)| (log.to_string(), json!(cursor))).collect();
        let mut said =
            Map::from_iter([("cursors".to_owned(), cursors.into()), ("facts".to_owned(), facts.into())]);
        if !dropped.is_empty() {
            said.insert("dropped".to_owned(), json!(dropped));
        }
        return Ok(said);
    }
    if entry.format != door::FORMAT {
        return Err(format!("its format is {}, and this release reads {}", entry.format, door::FORMAT));
    }
    let (what, items) = if log.as_str().ends_with("/events") {
        ("events", door::records(&entry.body).map(|record| event(record?)).collect::<Result<Vec<_>, _>>()?)
    } else {
        let lines = door::lines(&entry.body).map(serde_json::from_slice::<Value>).collect::<Result<_, _>>();
        let what = if *log == LogName::door_index() { "doors" } else { "commands" };
        (what, lines.map_err(|error| error.to_string())?)
    };
    Ok([(what.to_owned(), Value::from(items))].into_iter().collect())
}

/// An event: its body as JSON if it is that, else as text.
fn event(record: door::Record<'_>) -> Result<Value, String> {
    let mut event = serde_json::to_value(&record.head).map_err(|error| error.to_string())?;
    event["body"] = serde_json::from_slice(record.body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(record.body).into_owned()));
    Ok(event)
}
