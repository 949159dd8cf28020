//! `pd journal`: prints the entries of a journal.

use std::io;

use super::error::Exit;
use super::output::pretty;
use super::serve::Place;
use super::session::Session;
use crate::offline::{self, Query};

const EXAMPLES: &str = "\
Examples:
  Which journals there are:
  $ pd journal

  The facts of one, a line each:
  $ pd journal incidents --from 100 --limit 20 -o jsonl";

/// Print the entries of a journal, or which journals there are
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The journal: incidents, notify, door/index, …
    #[arg(value_name = "LOG")]
    log: Option<String>,
    /// Begin at this position, rather than at the oldest entry
    #[arg(long, value_name = "POSITION")]
    from: Option<u64>,
    /// At most so many
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: u64,
    #[command(flatten)]
    place: Place,
}

/// Entries are JSON in every form: a table would hide what they say. They are printed as they come.
pub(super) fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let installation = args.place.installation(session)?;
    let query = Query { log: args.log, from: args.from, limit: args.limit };
    let now = session.now();
    let out = &mut session.out;
    offline::journal(&installation, &query, &mut |entry| -> io::Result<()> {
        // What goes wrong with a filter or a column ends it as what goes wrong with the stream does.
        out.object("entry", &entry, |_| pretty(&entry), now).map_err(|error| {
            error.downcast::<io::Error>().unwrap_or_else(|error| io::Error::other(error.to_string()))
        })
    })?;
    Ok(Exit::Ok)
}
