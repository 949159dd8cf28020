//! `pd backup`: copies an installation.

use std::path::PathBuf;

use super::error::Exit;
use super::serve::Place;
use super::session::Session;
use crate::offline;

const EXAMPLES: &str = "\
Examples:
  $ pd backup /var/backups/pd-2026-01-05
  $ pd backup --data /var/lib/pd /mnt/pd -o json";

/// Copy an installation, its key file included, into a new folder
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The folder to make; it must not exist
    #[arg(value_name = "DIR")]
    to: PathBuf,
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let installation = args.place.installation(session)?;
    let look = || offline::backup_progress(&installation, &args.to);
    let bar = session.out.progress();
    let summary = bar.follow("copying", look, || offline::backup(&installation, &args.to))?;
    drop(bar);
    let object = serde_json::to_value(&summary)?;
    let now = session.now();
    session.out.object("backup", &object, |_| super::view::summary("wrote", &summary), now)?;
    Ok(Exit::Ok)
}
