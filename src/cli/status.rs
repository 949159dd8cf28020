//! `pd status`: how the server is.

use serde_json::Value;

use super::error::Exit;
use super::output::{Moment, Tone, escape};
use super::session::Session;
use super::view::{items, text};
use crate::client::{Request, incidents};

const EXAMPLES: &str = "\
Examples:
  $ pd status
  $ pd status -o json";

/// Show how the server is: whether it accepts, how far its stages are, what needs a look
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {}

/// Fails if the server is not ready, so that scripts can ask.
pub(super) async fn run(session: &mut Session, _args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let answer = client.send(&Request::get("/status")).await?;
    let status = incidents::take(answer.json()?, "status", &answer.url)?;
    let now = session.now();
    let place = client.target().shown();
    session.out.object("status", &status, |moment| describe(&status, &place, moment), now)?;
    Ok(if status["ready"] == Value::Bool(true) { Exit::Ok } else { Exit::Failed })
}

fn describe(status: &Value, place: &str, moment: &Moment) -> String {
    let ready = if status["ready"] == Value::Bool(true) {
        Tone::Good.paint("ready")
    } else {
        Tone::Bad.paint("not ready")
    };
    let mut out = format!(
        "{} at {place}: {ready}; pd {}, up since {}\n",
        escape(text(&status["node"])),
        escape(text(&status["version"])),
        moment.show(text(&status["started_at"])),
    );
    for reason in items(&status["why_not"]) {
        out += &format!("  {}\n", Tone::Bad.paint(&escape(text(reason))));
    }
    let counts = &status["incidents"];
    let count = |name: &str| counts[name].as_u64().unwrap_or(0);
    out += &format!(
        "incidents: {} triggered, {} acknowledged, {} resolved lately, {} ever\n",
        count("triggered"),
        count("acknowledged"),
        count("resolved"),
        count("opened"),
    );
    for stage in items(&status["stages"]) {
        out += &format!("{}\n", stage_line(stage));
    }
    for store in items(&status["stores"]) {
        let state = match store["error"].as_str() {
            Some(error) => Tone::Bad.paint(&escape(error)),
            None => "ok".to_owned(),
        };
        out +=
            &format!("store {} at {}: {state}\n", escape(text(&store["name"])), escape(text(&store["url"])));
    }
    let quarantined = status["quarantine"]["total"].as_u64().unwrap_or(0);
    if quarantined > 0 {
        out +=
            &format!("{}\n", Tone::Watched.paint(&format!("quarantined so far: {quarantined}; the latest:")));
    }
    for input in items(&status["quarantine"]["last"]) {
        let when = moment.show(text(&input["at"]));
        out += &format!("  {when} {}: {}\n", escape(text(&input["address"])), escape(text(&input["reason"])));
    }
    for hint in items(&status["hints"]) {
        out += &format!("{}\n", Tone::Watched.paint(&escape(text(hint))));
    }
    out
}

fn stage_line(stage: &Value) -> String {
    let name = escape(text(&stage["name"]));
    if let Some(reason) = stage["stopped"].as_str() {
        return format!("stage {name}: {}", Tone::Bad.paint(&format!("stopped: {}", escape(reason))));
    }
    let role = if stage["working"] == Value::Bool(true) { "working" } else { "following" };
    let oldest = stage["oldest_undone_seconds"].as_f64().unwrap_or(0.0);
    let waiting = stage["backlog"].as_u64().unwrap_or(0);
    let backlog = if oldest > 0.0 {
        format!("oldest work {oldest:.1}s old, {waiting} waiting")
    } else {
        "all done".to_owned()
    };
    format!("stage {name}: {role} at {}, {backlog}", stage["position"])
}
