//! Events that are tried out rather than sent: read from a file, or made of flags.

use std::path::Path;

use anyhow::Context as _;
use serde_json::{Map, Value, json};

use super::error::Complaint;
use super::session::stdin;
use super::trigger;
use crate::client::Client;

/// What flags say of an event.
#[derive(Debug, clap::Args)]
pub(super) struct Fields {
    /// How bad it is [default: error]
    #[arg(short, long, value_name = "SEVERITY", value_parser = ["critical", "error", "warning", "info"])]
    severity: Option<String>,
    /// What is affected [default: the name of this machine]
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// The part of the source that is affected
    #[arg(long, value_name = "NAME")]
    component: Option<String>,
    /// What the source belongs to
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// The kind of problem
    #[arg(long, value_name = "NAME")]
    class: Option<String>,
    /// More about it: KEY=VALUE, or a JSON object; may be given several times
    #[arg(short, long, value_name = "DETAILS", value_parser = trigger::details)]
    details: Vec<Map<String, Value>>,
    /// What joins events about the same problem
    #[arg(short = 'k', long, value_name = "KEY", value_parser = trigger::dedup_key)]
    dedup_key: Option<String>,
    /// Where the event comes in, rather than where the context says
    #[arg(long, value_name = "KEY")]
    routing_key: Option<String>,
}

impl Fields {
    /// An event with this summary.
    pub(super) fn compose(&self, summary: &str, client: &Client) -> Value {
        let mut payload = Map::new();
        let source = self.source.clone().unwrap_or_else(trigger::machine);
        let severity = self.severity.clone().unwrap_or_else(|| "error".to_owned());
        for (name, value) in [
            ("summary", Some(summary.to_owned())),
            ("source", Some(source)),
            ("severity", Some(severity)),
            ("component", self.component.clone()),
            ("group", self.group.clone()),
            ("class", self.class.clone()),
        ] {
            if let Some(value) = value {
                payload.insert(name.to_owned(), value.into());
            }
        }
        let details: Map<String, Value> =
            self.details.iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
        if !details.is_empty() {
            payload.insert("custom_details".to_owned(), details.into());
        }
        self.complete(json!({ "event_action": "trigger", "payload": payload, "client": "pd" }), client)
    }

    /// An event with the routing key and the dedup key that are given; without a routing key, with the context's.
    pub(super) fn complete(&self, mut event: Value, client: &Client) -> Value {
        let of_target = || client.target().routing_key.as_ref().map(|key| key.reveal().to_owned());
        let given = self.routing_key.clone();
        if let Some(key) = given.or_else(|| event.get("routing_key").is_none().then(of_target).flatten()) {
            event["routing_key"] = key.into();
        }
        if let Some(key) = &self.dedup_key {
            event["dedup_key"] = key.as_str().into();
        }
        event
    }
}

/// Reads an event from a file; `-` is standard input.
pub(super) fn read(file: &Path) -> anyhow::Result<Value> {
    let given = if file.as_os_str() == "-" {
        stdin()?
    } else {
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?
    };
    let event: Value = serde_json::from_str(&given).map_err(|error| {
        Complaint::usage(format!("the event is not JSON: {error}"), "give it as it is sent")
    })?;
    if !event.is_object() {
        anyhow::bail!(Complaint::usage(
            "the event is no JSON object",
            "give it as it is sent to /v2/enqueue"
        ));
    }
    Ok(event)
}
