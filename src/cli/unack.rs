//! `pd unack`: takes an acknowledgement back.

use super::dry::Dry;
use super::error::Exit;
use super::session::{Session, names};
use super::settle::{self, Goal};

const EXAMPLES: &str = "\
Examples:
  $ pd unack 12";

/// Take an acknowledgement or a snooze back: whoever is responsible is paged again
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Numbers, ids or dedup keys; `-` reads them from standard input, one a line
    #[arg(value_name = "INCIDENT", required = true)]
    incidents: Vec<String>,
    #[command(flatten)]
    dry: Dry,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    settle::by_name(session, names(args.incidents)?, Goal::Triggered, args.dry.is_wanted(), false).await
}
