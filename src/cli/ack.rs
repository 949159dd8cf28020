//! `pd ack`: says that somebody looks at it.

use super::bulk::{self, Bulk};
use super::dry::Dry;
use super::error::Exit;
use super::session::{Session, names};
use super::settle::{self, Goal};

const EXAMPLES: &str = "\
Examples:
  By number, id or dedup key:
  $ pd ack 12
  $ pd ack 12 Q1A2B3C4D5E6F7 disk-db-1

  Everything that is triggered:
  $ pd ack --all

  In a storm, everything of one service, without a question:
  $ pd ack --service database --all -y";

/// Say that you look at it: nobody else is paged
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Numbers, ids or dedup keys; `-` reads them from standard input, one a line
    #[arg(value_name = "INCIDENT", required_unless_present = "all")]
    incidents: Vec<String>,
    /// Exit with 3 if all of them were acknowledged already
    #[arg(long)]
    error_unchanged: bool,
    #[command(flatten)]
    dry: Dry,
    #[command(flatten)]
    bulk: Bulk,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    if args.bulk.all {
        return bulk::run(session, Goal::Acknowledged, args.bulk, args.dry.is_wanted()).await;
    }
    let names = names(args.incidents)?;
    settle::by_name(session, names, Goal::Acknowledged, args.dry.is_wanted(), args.error_unchanged).await
}
