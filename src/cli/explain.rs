//! `pd explain`: why each person was paged about an incident, or was not.

use serde_json::{Value, json};

use super::error::Exit;
use super::output::{Moment, Tone, escape};
use super::session::{Session, incident};
use super::view::{items, text};
use crate::client::Request;

const EXAMPLES: &str = "\
Examples:
  $ pd explain 12
  $ pd explain disk-db-1 -o json";

/// Tell why each person was paged about an incident, or was not
///
/// For those who were: by which level, schedule and layer, by which notification rule, and what became of each message. For
/// those who were passed over: that they were not on call, that it was not their turn, or what had stopped the escalation.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Its number, id or dedup key
    #[arg(value_name = "INCIDENT")]
    incident: String,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let incident = incident(&client, args.incident).await?;
    let path = format!("/incidents/{}/explanation", text(&incident["id"]));
    let mut body: Value = client.send(&Request::get(path)).await?.json()?;
    let explanation = body["explanation"].take();
    let now = session.now();
    session.out.object("explanation", &explanation, |moment| told(&explanation, moment), now)?;
    Ok(Exit::Ok)
}

fn told(explanation: &Value, moment: &Moment) -> String {
    let mut lines = vec![escape(text(&explanation["summary"]))];
    for person in items(&explanation["people"]) {
        let (word, tone) = match (person["paged"] == json!(true), person["told"] == json!(true)) {
            (_, true) => ("paged and told", Tone::Good),
            (true, false) => ("paged, not told", Tone::Bad),
            (false, false) => ("not paged", Tone::Faint),
        };
        lines.push(format!("\n{}: {}", escape(text(&person["user"]["summary"])), tone.paint(word)));
        for reason in items(&person["reasons"]) {
            let when = reason["at"].as_str().map_or_else(|| "now".to_owned(), |at| moment.show(at));
            lines.push(format!("  {when}  {}", escape(text(&reason["summary"]))));
        }
    }
    if let Some(more) = explanation["more"].as_u64().filter(|more| *more > 0) {
        lines.push(format!("\nand {more} more people"));
    }
    lines.join("\n")
}
