//! `pd log`: what happened to an incident, and why.

use super::error::Exit;
use super::session::{Session, incident};
use super::view::{self, text};
use crate::client::{Request, pages};

const EXAMPLES: &str = "\
Examples:
  $ pd log 12
  $ pd log disk-db-1 -o jsonl";

/// Show what happened to an incident, and why, from its beginning
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Its number, id or dedup key
    #[arg(value_name = "INCIDENT")]
    incident: String,
    /// At most so many of the latest entries
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let incident = incident(&client, args.incident).await?;
    let request = Request::get(format!("/incidents/{}/log_entries", text(&incident["id"])));
    let mut log = pages::list(&client, &request, "log_entries", args.limit as usize).await?;
    log.items.reverse();
    session.out.expect_long();
    session.out.list("log_entry", &log.items, &view::LOG, session.now())?;
    if log.more {
        session.out.note("there are earlier ones: give a higher --limit");
    }
    Ok(Exit::Ok)
}
