//! `pd link`: adds a link to an incident.

use http::Method;
use serde_json::json;

use super::dry::Dry;
use super::error::Exit;
use super::output::escape;
use super::session::{Session, incident};
use super::view::{self, text};
use crate::client::incidents;

const EXAMPLES: &str = "\
Examples:
  $ pd link 12 https://wiki.example.org/replica 'how to rebuild a replica'";

/// Link something to an incident
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Its number, id or dedup key
    #[arg(value_name = "INCIDENT")]
    incident: String,
    /// Where it leads: http or https
    #[arg(value_name = "URL")]
    href: String,
    /// What it is
    #[arg(value_name = "TEXT", default_value = "")]
    text: String,
    #[command(flatten)]
    dry: Dry,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let incident = incident(&client, args.incident).await?;
    let path = format!("/incidents/{}/links", text(&incident["id"]));
    let body = json!({"link": {"href": args.href, "text": args.text}});
    let what = format!("link {} to {}", escape(&args.href), view::headline(&incident));
    if let Some(exit) = args.dry.says(session, "link", &body["link"], &what)? {
        return Ok(exit);
    }
    let link = incidents::ask(&client, Method::POST, &path, body, "link").await?;
    let now = session.now();
    session.out.object("link", &link, |_| format!("linked to {}", view::headline(&incident)), now)?;
    Ok(Exit::Ok)
}
