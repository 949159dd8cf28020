//! `pd store copy`: moves an installation to other stores.

use serde_json::Value;

use super::Side;
use crate::cli::error::Exit;
use crate::cli::serve::Place;
use crate::cli::session::Session;
use crate::offline::{self, Move, Moved, Phase};

const EXAMPLES: &str = "\
Examples:
  From the file of the first day to a cluster, whose keyspace `pd store init` has made:
  $ pd store copy sqlite:pd.db 'cassandra://10.0.0.1,10.0.1.1/pd?dc=dc1' --data /var/lib/pd

  From one configuration to another:
  $ pd store copy /etc/pd/pd.toml /etc/pd/next.toml";

/// Move a stopped installation to other stores
///
/// FROM and TO are addresses as of `default` in [store], or configuration files whose [store] is meant. Stop all servers
/// first. When it was cut off, the same command goes on. At the end both sides are read again and compared; then FROM is
/// closed for ever, with a note of where it went, and no server takes it any more. The data folder stays in use: it holds
/// the key.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Where the installation is
    #[arg(value_name = "FROM")]
    from: Side,
    /// Where it goes: stores that were never used
    #[arg(value_name = "TO")]
    to: Side,
    /// Also when processes on a cluster were heard of within the last minute
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let Args { from, to, force, place } = args;
    let (from, to) = (from.stores(&place)?, to.stores(&place)?);
    let of = Move { from, to, data: place.data(session)?, force };
    let bar = session.out.progress();
    let moved = offline::copy(&of, &|progress| {
        let what = match progress.phase {
            Phase::Copying => "copying",
            Phase::Checking => "checking",
            Phase::Sealing => "sealing",
        };
        bar.show(what, progress.done, progress.total);
    })
    .await;
    drop(bar);
    let moved = moved?;
    let object: Value = serde_json::to_value(&moved)?;
    let now = session.now();
    session.out.object("move", &object, |_| describe(&moved), now)?;
    Ok(Exit::Ok)
}

fn describe(moved: &Moved) -> String {
    let Moved { from, to, journals, entries, incidents } = moved;
    format!(
        "moved {journals} journals with {entries} entries and {incidents} archived incidents\nfrom\t{}\nto\t{}\n\
         the same was read again on both sides; configure `to` as [store] and start the server",
        from.join(", "),
        to.join(", ")
    )
}
