//! `pd snooze`: acknowledges, and has it trigger again later.

use std::time::Duration;

use super::bulk::{self, Bulk};
use super::dry::Dry;
use super::error::Exit;
use super::session::{Session, names};
use super::settle::{self, Goal};
use crate::config;

const EXAMPLES: &str = "\
Examples:
  Until the night is over:
  $ pd snooze 12 --for 8h

  Everything of a service that nobody looks at:
  $ pd snooze --service database --all --for 30m -y";

/// Acknowledge, and be paged again later
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Numbers, ids or dedup keys; `-` reads them from standard input, one a line
    #[arg(value_name = "INCIDENT", required_unless_present = "all")]
    incidents: Vec<String>,
    /// How long: 1s to 7d
    #[arg(long = "for", value_name = "DURATION", default_value = "1h", value_parser = config::duration)]
    duration: Duration,
    #[command(flatten)]
    dry: Dry,
    #[command(flatten)]
    bulk: Bulk,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let goal = Goal::Snoozed(args.duration.as_secs());
    if args.bulk.all {
        return bulk::run(session, goal, args.bulk, args.dry.is_wanted()).await;
    }
    settle::by_name(session, names(args.incidents)?, goal, args.dry.is_wanted(), false).await
}
