//! `pd store init`: makes keyspaces.

use crate::cassandra::Replication;
use crate::cli::error::Exit;
use crate::cli::serve::Place;
use crate::cli::session::Session;
use crate::config::StoreUrl;
use crate::offline::{self, Done};

const EXAMPLES: &str = "\
Examples:
  What the configuration names:
  $ pd store init --config /etc/pd/pd.toml

  A keyspace, with replicas as you want them:
  $ pd store init cassandra://10.0.0.1,10.0.1.1/pd --replication dc1=2,dc2=2,dc3=1";

/// Make the keyspace and the tables of a cluster
///
/// Without --replication, five replicas (or as many as there are nodes) are dealt out to the datacenters that the cluster
/// has. What is there already stays; a keyspace that differs is not touched.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The store [default: all of the configuration's]
    #[arg(value_name = "URL")]
    store: Option<StoreUrl>,
    /// How many replicas each datacenter holds
    #[arg(long, value_name = "DC=N,...")]
    replication: Option<Replication>,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let stores = super::stores(&args.place, args.store)?;
    let done = offline::init(&stores, args.replication.as_ref()).await?;
    if session.out.is_text() {
        let lines: Vec<String> = done.iter().map(line).collect();
        session.out.text(&lines.join("\n"))?;
        return Ok(Exit::Ok);
    }
    let items = done.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>()?;
    let now = session.now();
    session.out.list("store", &items, &[], now)?;
    Ok(Exit::Ok)
}

fn line(done: &Done) -> String {
    let store = &done.store;
    match &done.replication {
        None => format!("{store}: a file, which `pd serve` makes"),
        Some(replication) if done.keyspace => {
            format!("{store}: made the keyspace ({replication}) and {} tables", done.tables.len())
        }
        Some(_) if done.tables.is_empty() => format!("{store}: all is there already"),
        Some(_) => format!("{store}: made the missing tables {}", done.tables.join(", ")),
    }
}
