//! `pd restore`: puts a backup in the place of an installation's data.

use std::path::PathBuf;

use super::error::Exit;
use super::serve::Place;
use super::session::Session;
use crate::offline;

const EXAMPLES: &str = "\
Examples:
  $ pd restore /var/backups/pd-2026-01-05
  $ pd restore --replace --data /var/lib/pd /mnt/pd";

/// Put a backup in the place of an installation's data
///
/// What was on its way when the backup was made is not sent again: its outcome counts as unknown.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The folder that `pd backup` made
    #[arg(value_name = "DIR")]
    from: PathBuf,
    /// Replace the data that is there
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let installation = args.place.installation(session)?;
    let look = || offline::restore_progress(&installation, &args.from);
    let bar = session.out.progress();
    let summary =
        bar.follow("restoring", look, || offline::restore(&installation, &args.from, args.replace))?;
    drop(bar);
    let object = serde_json::to_value(&summary)?;
    let now = session.now();
    session.out.object("restore", &object, |_| super::view::summary("restored", &summary), now)?;
    Ok(Exit::Ok)
}
