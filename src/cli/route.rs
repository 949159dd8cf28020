//! `pd route`: where events go.

use std::path::PathBuf;

use http::Method;
use serde_json::{Value, json};

use super::error::{Complaint, Exit};
use super::output::escape;
use super::sample::{self, Fields};
use super::session::Session;
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
    #[command(flatten)]
    fields: Fields,
    /// Fail unless it ends at this service, by name or id
    #[arg(long, value_name = "SERVICE")]
    expect: Option<String>,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let Command::Test(test) = args.command;
    let client = session.client().await?;
    let event = match &test.event {
        Some(file) => test.fields.complete(sample::read(file)?, &client),
        None => test.fields.compose(test.summary.as_deref().unwrap_or_default(), &client)?,
    };
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
