//! What changes on the server, as it changes: a connection to `GET /stream`, read event by event.

pub mod decode;
mod follow;

use std::collections::VecDeque;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use self::decode::{Decoder, Sent};
pub use self::follow::{Follow, Step};
use super::error::Error;
use super::http::{Client, Connection};
use crate::clock::{SharedClock, within};
use crate::wire::stream::{Change, Event};

/// The server says something every ten seconds: who has heard nothing for so long hears nothing any more.
pub const SILENCE: Duration = Duration::from_secs(30);

/// A connection to `GET /stream`.
#[derive(Debug)]
pub struct Stream {
    connection: Connection,
    decoder: Decoder,
    read: VecDeque<Sent>,
    clock: SharedClock,
    /// When something came last; kept here, so that asking anew does not begin a new wait.
    heard_at: Duration,
}

impl Stream {
    /// Connects, once, through the first door that answers; `resume` is the id of the last event that was seen.
    ///
    /// # Errors
    /// As [`Client::send`]; a server without a stream answers [`Error::NotFound`].
    pub async fn open(client: &Client, resume: Option<&str>) -> Result<Self, Error> {
        let connection = client.connect("/stream", resume).await?;
        let clock = client.clock().clone();
        let heard_at = clock.monotonic();
        Ok(Self { connection, decoder: Decoder::default(), read: VecDeque::new(), clock, heard_at })
    }

    /// The next event. It may be given up and asked again; nothing is lost by that.
    ///
    /// # Errors
    /// When the connection has ended, says what makes no sense, or has been silent for [`SILENCE`]. It is of no use then.
    pub async fn next(&mut self) -> Result<Event, Error> {
        loop {
            if let Some(sent) = self.read.pop_front() {
                return understood(sent).map_err(|reason| self.garbled(reason));
            }
            let silent_for = self.clock.monotonic().saturating_sub(self.heard_at);
            let left = SILENCE.saturating_sub(silent_for);
            let Some(bytes) = within(&*self.clock, left, self.connection.chunk()).await else {
                let reason = format!("nothing came for {} seconds", SILENCE.as_secs());
                return Err(Error::Unreachable { url: self.url(), reason });
            };
            let bytes = bytes?;
            self.heard_at = self.clock.monotonic();
            self.decoder.take(&bytes, &mut self.read).map_err(|error| self.garbled(error.to_string()))?;
        }
    }

    /// The door that it goes through.
    pub fn url(&self) -> String {
        self.connection.url().to_owned()
    }

    fn garbled(&self, reason: String) -> Error {
        Error::Garbled { url: self.url(), reason }
    }
}

fn understood(sent: Sent) -> Result<Event, String> {
    fn json<T: DeserializeOwned>(sent: &Sent) -> Result<T, String> {
        serde_json::from_str(&sent.data).map_err(|error| format!("in an event `{}`: {error}", sent.name))
    }
    let value = || json::<Value>(&sent);
    let change = match sent.name.as_str() {
        "hello" => Change::Hello(json(&sent)?),
        "synced" => Change::Synced,
        "incident" => Change::Incident(value()?),
        "incident_gone" => Change::IncidentGone(value()?),
        "log_entry" => Change::LogEntry(value()?),
        "oncalls" => Change::Oncalls(value()?),
        "services" => Change::Services(value()?),
        "status" => Change::Status(value()?),
        "traffic" => Change::Traffic(value()?),
        other => Change::Other(other.to_owned()),
    };
    Ok(Event { id: sent.id, change })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn event(name: &str, data: &str) -> Result<Event, String> {
        understood(Sent { name: name.to_owned(), data: data.to_owned(), id: Some("1-2".to_owned()) })
    }

    #[test]
    fn understands_each_kind_or_says_what_is_wrong() {
        let whole = |change| Event { id: Some("1-2".to_owned()), change };
        let object = serde_json::json!({"a": 1});
        for (name, change) in [
            ("synced", Change::Synced),
            ("incident", Change::Incident(object.clone())),
            ("incident_gone", Change::IncidentGone(object.clone())),
            ("log_entry", Change::LogEntry(object.clone())),
            ("oncalls", Change::Oncalls(object.clone())),
            ("services", Change::Services(object.clone())),
            ("status", Change::Status(object.clone())),
            ("traffic", Change::Traffic(object)),
            ("of_next_year", Change::Other("of_next_year".to_owned())),
        ] {
            assert_eq!(event(name, r#"{"a":1}"#).unwrap(), whole(change), "{name}");
        }
        let hello = r#"{"version":"1","node":"a","at":"2026-01-01T00:00:00Z","resumed":true,"new":1}"#;
        let Change::Hello(hello) = event("hello", hello).unwrap().change else { panic!("no hello") };
        assert!(hello.resumed && hello.user.is_none() && !hello.may_act);
        assert!(event("hello", "{}").unwrap_err().contains("missing field"));
        assert!(event("incident", "{").unwrap_err().starts_with("in an event `incident`: "));
        // What is not known is not read.
        assert!(event("of_next_year", "{").is_ok());
    }
}
