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

/// Undo the last own acknowledgement, assignment, escalation, snooze, merge or override
///
/// Incidents stand as before again, if nobody else has acted on them since; for 10 minutes. Escalation goes on where it
/// was. An override that was made is taken back, and one that was deleted is there again, from now on. What went out to
/// people stays out: nobody is told that it was undone.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Say what the last action was, and until when it can be undone
    #[arg(long, visible_alias = "dry-run")]
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
                    Some(until) if moment.relative => {
                        format!("can be undone for {}", moment.show(until).trim_start_matches("in "))
                    }
                    Some(until) => format!("can be undone until {}", escape(until)),
                    None => "cannot be undone".to_owned(),
                };
                let (action, at) = (text(&last["action"]).replace('_', " "), moment.when(text(&last["at"])));
                let cover = cover(&last).map(|it| format!(", {it}")).unwrap_or_default();
                format!("{action} {at}{}{cover}: {until}", named(&last))
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

/// `Ann in primary from … to …`
fn cover(action: &Value) -> Option<String> {
    let it = action.get("override").filter(|it| it.is_object())?;
    let name = |it: &Value| escape(text(&it["summary"]));
    let time = |it: &Value| escape(text(it));
    let (who, schedule) = (name(&it["user"]), name(&it["schedule"]));
    Some(format!("{who} in {schedule} from {} to {}", time(&it["start"]), time(&it["end"])))
}

fn describe(undone: &Value) -> String {
    let mut told = String::new();
    if let Some(cover) = cover(undone) {
        let made = text(&undone["action"]) == "create_override";
        told += &format!(
            "{} {cover}\n",
            if made { "took the override back:" } else { "the override is there again:" }
        );
    }
    for incident in items(&undone["incidents"]) {
        told += &format!("undid {} of {}\n", text(&undone["action"]), escape(text(&incident["summary"])));
    }
    for left in items(&undone["left"]) {
        let (incident, why) = (text(&left["incident"]["summary"]), text(&left["reason"]));
        told += &format!("left {} as it is: {}\n", escape(incident), escape(why));
    }
    told
}
