//! Events that are tried out rather than sent: read from a file, or made of flags.

use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::error::Complaint;
use super::problem::Problem;
use super::session::stdin;
use super::trigger;
use crate::client::Client;

/// What flags say of an event.
#[derive(Debug, clap::Args)]
pub(super) struct Fields {
    #[command(flatten)]
    problem: Problem,
    /// What joins events about the same problem
    #[arg(short = 'k', long, value_name = "KEY", value_parser = trigger::dedup_key)]
    dedup_key: Option<String>,
    /// Where the event comes in, rather than where the context says
    #[arg(long, value_name = "KEY")]
    routing_key: Option<String>,
}

impl Fields {
    /// An event with this summary.
    pub(super) fn compose(&self, summary: &str, client: &Client) -> anyhow::Result<Value> {
        let details = self.problem.details();
        let details =
            if details.is_empty() { None } else { Some(serde_json::value::to_raw_value(&details)?) };
        let payload = self.problem.payload(summary, None, details.as_deref());
        let event = json!({ "event_action": "trigger", "payload": payload, "client": "pd" });
        Ok(self.complete(event, client))
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
