//! `pd undo`: undoes the last own action.

use http::Method;
use serde_json::{Value, json};

use super::error::Exit;
use super::output::escape;
use super::session::Session;
use super::view::{items, text};
use crate::client::{Request, incidents};

const EXAMPLES: &str = "\
Examples:
  $ pd undo

  Only say what would be undone:
  $ pd undo --show";

/// Undo the last own acknowledgement, assignment, escalation, snooze or merge
///
/// Incidents stand as before again, if nobody else has acted on them since; for 10 minutes. Escalation goes on where it
/// was. What went out to people stays out: nobody is told that it was undone.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Say what the last action was, and until when it can be undone
    #[arg(long)]
    show: bool,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let now = session.now();
    if args.show {
        let answer = client.send(&Request::get("/undo")).await?;
        let last = incidents::take(answer.json()?, "last_action", &answer.url)?;
        session.out.object(
            "last_action",
            &last,
            |moment| {
                let until = match last["undoable_until"].as_str() {
                    Some(until) => format!("can be undone until {}", moment.show(until)),
                    None => "cannot be undone".to_owned(),
                };
                format!(
                    "{} {}{}: {until}",
                    text(&last["action"]),
                    moment.when(text(&last["at"])),
                    named(&last)
                )
            },
            now,
        )?;
        return Ok(Exit::Ok);
    }
    let undone = incidents::ask(&client, Method::POST, "/undo", json!({}), "undo").await?;
    session.out.object("undo", &undone, |_| describe(&undone), now)?;
    let left = items(&undone["left"]).count();
    Ok(if left > 0 { Exit::Partly } else { Exit::Ok })
}

fn named(action: &Value) -> String {
    let names: Vec<_> = items(&action["incidents"]).map(|it| escape(text(&it["summary"]))).collect();
    if names.is_empty() { String::new() } else { format!(", {}", names.join(", ")) }
}

fn describe(undone: &Value) -> String {
    let mut told = String::new();
    for incident in items(&undone["incidents"]) {
        told += &format!("undid {} of {}\n", text(&undone["action"]), escape(text(&incident["summary"])));
    }
    for left in items(&undone["left"]) {
        let (incident, why) = (text(&left["incident"]["summary"]), text(&left["reason"]));
        told += &format!("left {} as it is: {}\n", escape(incident), escape(why));
    }
    told
}
