//! `pd note`: writes a note.

use super::error::{Complaint, Exit};
use super::session::{Session, stdin};
use super::view::{self, text};
use crate::client::incidents;

const EXAMPLES: &str = "\
Examples:
  $ pd note 12 'restarted the replica; watching it'
  $ ./diagnose.sh | pd note 12 -";

/// Write a note on an incident
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Its number, id or dedup key
    #[arg(value_name = "INCIDENT")]
    incident: String,
    /// What to write; `-` reads it from standard input
    #[arg(value_name = "TEXT")]
    text: String,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let content = if args.text == "-" { stdin()? } else { args.text };
    let content = content.trim();
    if content.is_empty() {
        anyhow::bail!(Complaint::usage("the note is empty", "write something"));
    }
    let client = session.client().await?;
    let name = super::session::names(vec![args.incident])?.remove(0);
    let incident = incidents::find(&client, &name).await?;
    let note = incidents::annotate(&client, text(&incident["id"]), content).await?;
    let now = session.now();
    session.out.object("note", &note, |_| format!("noted on {}", view::headline(&incident)), now)?;
    Ok(Exit::Ok)
}
