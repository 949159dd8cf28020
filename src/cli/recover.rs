//! `pd recover`: lets stages go on that have stopped because a store does not fit their memory of it.

use serde_json::Value;

use super::error::Exit;
use super::output::{Cell, Column};
use super::serve::Place;
use super::session::Session;
use crate::offline;

const EXAMPLES: &str = "\
Examples:
  See what has stopped, and what would be done:
  $ pd recover

  Do it:
  $ pd recover --apply";

/// Find out why a stage has stopped, and let it go on
///
/// A stage stops when a journal that it reads is not the one it has read before, as after restoring an older backup of
/// one store. Going on may mean that some events are taken twice or not at all; nothing is done without --apply.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Do what is proposed
    #[arg(long)]
    apply: bool,
    #[command(flatten)]
    place: Place,
}

const COLUMNS: [Column; 3] = [
    Column { title: "LOG", wide: false, gives_way: false, cell: |item, _| text(item, "log") },
    Column { title: "PROBLEM", wide: false, gives_way: true, cell: |item, _| text(item, "problem") },
    Column { title: "REMEDY", wide: false, gives_way: true, cell: |item, _| text(item, "remedy") },
];

pub(super) fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let installation = args.place.installation(session)?;
    let findings = offline::recover(&installation, args.apply)?;
    let items = findings.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>()?;
    session.out.list("finding", &items, &COLUMNS, session.now())?;
    if items.is_empty() {
        session.out.note("nothing has stopped");
        return Ok(Exit::Ok);
    }
    if args.apply {
        return Ok(Exit::Ok);
    }
    session.out.note("nothing was changed: `pd recover --apply` does it");
    Ok(Exit::Failed)
}

fn text(item: &Value, key: &str) -> Cell {
    Cell::new(item[key].as_str().unwrap_or_default())
}
