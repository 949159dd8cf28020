//! What `pd status` says of a cluster and of the processes that share it.

use std::time::Duration;

use serde_json::Value;

use crate::cli::output::{Moment, Tone, escape};
use crate::cli::view::{items, text};
use crate::domain::time::Timestamp;

/// A process writes about itself four times a minute; one that has missed several is shown as silent.
const SILENT: Duration = Duration::from_secs(60);

/// What follows a store's line: how many nodes answer, and how many may still be lost. Empty if it is no cluster.
pub(super) fn nodes_line(store: &Value) -> String {
    let nodes: Vec<&Value> = items(&store["nodes"]).collect();
    if nodes.is_empty() {
        return String::new();
    }
    let down: Vec<String> = nodes
        .iter()
        .filter(|node| node["up"] != Value::Bool(true))
        .map(|node| format!("{} ({})", escape(text(&node["address"])), escape(text(&node["datacenter"]))))
        .collect();
    let up = format!("; {} of {} nodes up", nodes.len() - down.len(), nodes.len());
    let margin = match store["margin"].as_i64() {
        Some(margin @ ..0) => Tone::Bad.paint(&format!(", {} missing for a quorum", -margin)),
        Some(0) => Tone::Bad.paint(", none more may be lost"),
        Some(margin) => format!(", {margin} more may be lost"),
        None => String::new(),
    };
    let missing = if down.is_empty() {
        String::new()
    } else {
        Tone::Watched.paint(&format!("; down: {}", down.join(", ")))
    };
    format!("{up}{margin}{missing}")
}

/// A process of the installation: who it is, how it is, and what it does. `status` is that of the process that was asked.
pub(super) fn process_lines(process: &Value, status: &Value, moment: &Moment) -> String {
    let told = text(&process["told_at"]);
    let (told_at, now) = (Timestamp::parse(told), Timestamp::parse(text(&status["now"])));
    let is_silent = told_at.zip(now).is_some_and(|(told_at, now)| now.since(told_at) > SILENT);
    let state = match (is_silent, process["ready"] == Value::Bool(true)) {
        (true, _) => Tone::Bad.paint(&format!("silent since {}", moment.show(told))),
        (_, true) => Tone::Good.paint("ready"),
        (_, false) => Tone::Bad.paint("not ready"),
    };
    let this = if process["process"] == status["process"] { " (this one)" } else { "" };
    let mut out = format!(
        "process {}{this}: {state}; pd {}, up since {}\n",
        escape(text(&process["node"])),
        escape(text(&process["version"])),
        moment.show(text(&process["started_at"])),
    );
    for stage in items(&process["stages"]) {
        let name = escape(text(&stage["name"]));
        if let Some(reason) = stage["stopped"].as_str() {
            out += &format!("  {name}: {}\n", Tone::Bad.paint(&format!("stopped: {}", escape(reason))));
            continue;
        }
        let works: Vec<&str> = items(&stage["works_on"]).map(text).collect();
        let does = if works.is_empty() { "follows".to_owned() } else { escape(&works.join(", ")) };
        let oldest = match stage["oldest_undone_seconds"].as_f64() {
            Some(age) if age > 0.0 => format!(", oldest work {age:.1}s old"),
            _ => String::new(),
        };
        let replica = stage["replica_age_seconds"].as_f64();
        let replica = replica.map_or(String::new(), |age| format!(", as of {age:.1}s ago"));
        out += &format!("  {name} at {}{replica}: {does}{oldest}\n", stage["position"]);
    }
    for reason in items(&process["why_not"]).chain(items(&process["hints"])) {
        out += &format!("  {}\n", Tone::Watched.paint(&escape(text(reason))));
    }
    out
}
