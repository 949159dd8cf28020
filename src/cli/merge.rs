//! `pd merge`: makes several incidents one.

use http::Method;
use serde_json::{Value, json};

use super::dry::Dry;
use super::error::Exit;
use super::session::{Session, names};
use super::settle;
use super::view::{self, text};
use crate::client::incidents;

const EXAMPLES: &str = "\
Examples:
  13 and 14 end, and their alerts are 12's:
  $ pd merge 13 14 --into 12

  $ pd merge 13 14 --into 12 --dry-run";

/// Move the alerts of incidents into another one, and resolve them
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Numbers, ids or dedup keys; `-` reads them from standard input, one a line
    #[arg(value_name = "INCIDENT", required = true)]
    incidents: Vec<String>,
    /// The one that stays
    #[arg(long, value_name = "INCIDENT")]
    into: String,
    #[command(flatten)]
    dry: Dry,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let names = names(args.incidents)?;
    let client = session.client().await?;
    let into = incidents::find(&client, &args.into).await?;
    let mut found = Vec::new();
    for source in settle::find_all(&client, &names).await {
        found.push(source?);
    }
    let what = format!("merge {} into {}", view::numbers(&found), view::headline(&into));
    if let Some(exit) = args.dry.says(session, "incident", &into, &what)? {
        return Ok(exit);
    }
    let reference = |it: &Value| json!({"id": it["id"], "type": "incident_reference"});
    let sources: Vec<_> = found.iter().map(reference).collect();
    let count = sources.len();
    let path = format!("/incidents/{}/merge", text(&into["id"]));
    let body = json!({"source_incidents": sources});
    let merged = incidents::ask(&client, Method::PUT, &path, body, "incident").await?;
    let now = session.now();
    let describe = |_: &_| format!("merged {count} into {}", view::headline(&merged));
    session.out.object("incident", &merged, describe, now)?;
    Ok(Exit::Ok)
}
