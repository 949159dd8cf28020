//! `pd simulate`: who would be paged for an event, when and how.

use std::path::PathBuf;

use http::Method;
use serde_json::{Value, json};

use super::error::Exit;
use super::output::{Tone, escape};
use super::sample::{self, Fields};
use super::session::Session;
use super::view::{items, text};
use super::when;
use crate::client::Request;
use crate::domain::time::Timestamp;

const EXAMPLES: &str = "\
Examples:
  $ pd simulate --summary 'disk full' --source db-1 -s critical
  $ pd simulate event.json
  $ ./make-event | pd simulate - -o json

  On Saturday night:
  $ pd simulate --at 2026-12-26T23:00 --summary 'disk full'";

/// Tell who would be paged for an event, when and how, if nobody acted; nobody is paged
///
/// The event goes through the event rules, holds, maintenance windows, the escalation policy and everybody's
/// notification rules as they are now, on a copy, with the clock moved on until all levels are through.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// A file with an event as it is sent to /v2/enqueue; `-` reads standard input
    #[arg(value_name = "EVENT", required_unless_present = "summary")]
    event: Option<PathBuf>,
    /// What is wrong, in one line, rather than a file
    #[arg(long, value_name = "SUMMARY", conflicts_with = "event")]
    summary: Option<String>,
    #[command(flatten)]
    fields: Fields,
    /// As if it came at this time (by the local clock, ISO 8601, or from now, such as 3h) rather than now
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let (now, zone) = (session.now(), when::local());
    let at = args.at.as_deref().filter(|typed| *typed != "now");
    let at = at.map(|typed| when::instant(typed, &zone, now)).transpose()?.map(Timestamp::to_iso_millis);
    let client = session.client().await?;
    let event = match &args.event {
        Some(file) => args.fields.complete(sample::read(file)?, &client),
        None => args.fields.compose(args.summary.as_deref().unwrap_or_default(), &client)?,
    };
    let request = Request::command(Method::POST, "/simulate", json!({ "event": event, "at": at }));
    let mut body: Value = client.send(&Request { repeatable: true, ..request }).await?.json()?;
    let simulation = body["simulation"].take();
    session.out.object("simulation", &simulation, |_| told(&simulation), now)?;
    Ok(Exit::Ok)
}

/// What becomes of the event first, then the plan, one line for each thing.
fn told(simulation: &Value) -> String {
    let mut lines = vec![format!(
        "at {}: {}",
        escape(text(&simulation["at"])),
        escape(text(&simulation["route"]["summary"]))
    )];
    let plan: Vec<_> = items(&simulation["plan"])
        .map(|it| (after(it["after_seconds"].as_u64().unwrap_or_default()), it))
        .collect();
    let width = plan.iter().map(|(after, _)| after.len()).max().unwrap_or(0);
    for (after, planned) in &plan {
        let said = escape(text(&planned["summary"]));
        lines.push(match &planned["message"] {
            Value::Null => format!("{after:<width$}    {}", Tone::Faint.paint(&said)),
            message => {
                let tone = if message["sent"] == json!(true) { Tone::Good } else { Tone::Bad };
                format!("{after:<width$}  > {}", tone.paint(&said))
            }
        });
    }
    if let Some(more) = simulation["more"].as_u64().filter(|more| *more > 0) {
        lines.push(format!("and {more} more"));
    }
    lines.push(escape(text(&simulation["end_summary"])));
    lines.join("\n")
}

/// `+0m`, `+90s`, `+1h30m`
fn after(seconds: u64) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, minutes, 0) => format!("+{minutes}m"),
        (0, 0, seconds) => format!("+{seconds}s"),
        (0, minutes, seconds) => format!("+{minutes}m{seconds}s"),
        (hours, 0, _) => format!("+{hours}h"),
        (hours, minutes, _) => format!("+{hours}h{minutes}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_short() {
        for (seconds, said) in
            [(0, "+0m"), (45, "+45s"), (90, "+1m30s"), (300, "+5m"), (3600, "+1h"), (5400, "+1h30m")]
        {
            assert_eq!(after(seconds), said);
        }
    }
}
