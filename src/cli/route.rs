//! `pd route`: where events go.

use std::path::PathBuf;

use anyhow::Context as _;
use http::Method;
use serde_json::{Map, Value, json};

use super::error::{Complaint, Exit};
use super::output::escape;
use super::session::{Session, stdin};
use super::trigger;
use super::view::text;
use crate::client::Request;

const EXAMPLES: &str = "\
Examples:
  $ pd route test 'disk full' --source db-1 -s warning -d env=test
  $ pd route test --event event.json
  $ ./make-event | pd route test --event - -o json

In a test suite, exit code 1 if it does not end at this service:
  $ pd route test 'disk full' --source db-1 --expect database";

/// Find out where events go
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Test(Box<Test>),
}

/// Tell what would become of an event, rule by rule; nothing is stored and nobody is paged
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
struct Test {
    /// What is wrong, in one line
    #[arg(value_name = "SUMMARY", required_unless_present = "event")]
    summary: Option<String>,
    /// A file with an event as it is sent to /v2/enqueue; `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["summary", "severity", "source", "component", "group", "class", "details"])]
    event: Option<PathBuf>,
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
    /// Fail unless it ends at this service, by name or id
    #[arg(long, value_name = "SERVICE")]
    expect: Option<String>,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let Command::Test(test) = args.command;
    let client = session.client().await?;
    let mut event = match &test.event {
        Some(file) => read(file)?,
        None => compose(&test),
    };
    let of_target = || client.target().routing_key.as_ref().map(|key| key.reveal().to_owned());
    let given = test.routing_key.clone();
    if let Some(key) = given.or_else(|| event.get("routing_key").is_none().then(of_target).flatten()) {
        event["routing_key"] = key.into();
    }
    if let Some(key) = &test.dedup_key {
        event["dedup_key"] = key.as_str().into();
    }
    let request = Request::command(Method::POST, "/event_rules/test", json!({ "event": event }));
    let mut body: Value = client.send(&Request { repeatable: true, ..request }).await?.json()?;
    let route = body["route"].take();
    let now = session.now();
    session.out.object("route", &route, |_| told(&route), now)?;
    let ended = [&route["service"]["id"], &route["service"]["summary"]].map(text);
    match test.expect {
        Some(expected) if !ended.iter().any(|name| name.eq_ignore_ascii_case(&expected)) => {
            let message = format!("it ends at the service {}, not at {expected}", escape(ended[1]));
            Err(Complaint::failed(message).into())
        }
        Some(_) | None => Ok(Exit::Ok),
    }
}

fn read(file: &PathBuf) -> anyhow::Result<Value> {
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

fn compose(test: &Test) -> Value {
    let mut payload = Map::new();
    let source = test.source.clone().unwrap_or_else(trigger::machine);
    let severity = test.severity.clone().unwrap_or_else(|| "error".to_owned());
    for (name, value) in [
        ("summary", test.summary.clone()),
        ("source", Some(source)),
        ("severity", Some(severity)),
        ("component", test.component.clone()),
        ("group", test.group.clone()),
        ("class", test.class.clone()),
    ] {
        if let Some(value) = value {
            payload.insert(name.to_owned(), value.into());
        }
    }
    let details: Map<String, Value> =
        test.details.iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
    if !details.is_empty() {
        payload.insert("custom_details".to_owned(), details.into());
    }
    json!({ "event_action": "trigger", "payload": payload, "client": "pd" })
}

/// The answer for people: the end first, then the way.
fn told(route: &Value) -> String {
    let mut lines = vec![escape(text(&route["summary"]))];
    lines.push(format!("dedup key: {}", escape(text(&route["dedup_key"]))));
    let steps = route["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    lines.push(if steps.is_empty() { "no event rules".to_owned() } else { "event rules:".to_owned() });
    for step in steps {
        let (scope, rule) = (text(&step["scope"]), escape(text(&step["rule"])));
        lines.push(format!("  {scope} `{rule}`: {}", escape(text(&step["detail"]))));
    }
    let timeline = route["timeline"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !timeline.is_empty() {
        lines.push("timeline:".to_owned());
    }
    lines.extend(timeline.iter().map(|line| format!("  {}", escape(text(line)))));
    lines.join("\n")
}
