//! `pd store check`: whether stores may be relied on.

use serde_json::Value;

use crate::cli::error::Exit;
use crate::cli::output::{Cell, Column, Tone};
use crate::cli::serve::Place;
use crate::cli::session::Session;
use crate::config::StoreUrl;
use crate::offline::{self, Verdict};

const EXAMPLES: &str = "\
Examples:
  $ pd store check --config /etc/pd/pd.toml
  $ pd store check 'cassandra://10.0.0.1/pd?dc=dc1' -o json";

/// Check whether the stores may be relied on
///
/// Of a cluster: releases, replication, schema, clocks, commit logs, Paxos variant, what an append takes from here, and
/// how many more nodes may be lost. Of a file: whether it is sound, and how much room there is. The server may run
/// meanwhile. The exit code is 1 if something must not be relied on.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The store [default: all of the configuration's]
    #[arg(value_name = "URL")]
    store: Option<StoreUrl>,
    #[command(flatten)]
    place: Place,
}

const COLUMNS: [Column; 4] = [
    Column { title: "STORE", wide: true, gives_way: true, cell: |item, _| text(item, "store") },
    Column { title: "CHECK", wide: false, gives_way: false, cell: |item, _| text(item, "check") },
    Column { title: "VERDICT", wide: false, gives_way: false, cell: |item, _| verdict(item) },
    Column { title: "RESULT", wide: false, gives_way: true, cell: |item, _| text(item, "result") },
];

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let stores = super::stores(&args.place, args.store)?;
    let data = args.place.data(session)?;
    let checks = offline::check(&stores, &data).await?;
    let items = checks.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>()?;
    let now = session.now();
    if session.out.is_text() {
        for items in items.chunk_by(|a, b| a["store"] == b["store"]) {
            let store = items.first().and_then(|item| item["store"].as_str()).unwrap_or_default();
            session.out.note(store);
            session.out.list("check", items, &COLUMNS, now)?;
        }
    } else {
        session.out.list("check", &items, &COLUMNS, now)?;
    }
    let is_bad = checks.iter().any(|check| check.verdict == Verdict::Bad);
    Ok(if is_bad { Exit::Failed } else { Exit::Ok })
}

fn text(item: &Value, key: &str) -> Cell {
    Cell::new(item[key].as_str().unwrap_or_default())
}

fn verdict(item: &Value) -> Cell {
    let tone = match item["verdict"].as_str() {
        Some("ok") => Tone::Plain,
        Some("warning") => Tone::Watched,
        _ => Tone::Bad,
    };
    text(item, "verdict").tone(tone)
}
