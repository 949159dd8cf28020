//! `pd spool`: the events that wait on this machine.

use std::time::Duration;

use serde_json::{Value, json};

use super::error::{Complaint, Exit};
use super::output::{Cell, Column};
use super::session::{Session, events};
use super::view::text;
use crate::client::spool::{self, Spooled};

/// Look after the events that wait on this machine for the server
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(List),
    Flush(Flush),
    Drop(Drop),
}

/// List what waits, and what the server has rejected
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd spool list\n  $ pd spool list -o json")]
struct List {}

/// Send what waits, in order
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd spool flush\n  $ pd spool flush --stale")]
struct Flush {
    /// Also what is older than a day
    #[arg(long)]
    stale: bool,
}

/// Forget events
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd spool drop --rejected\n  $ pd spool drop --all")]
#[command(group = clap::ArgGroup::new("which").required(true))]
struct Drop {
    /// Their ids, as `pd spool list -q` prints them
    #[arg(value_name = "ID", group = "which")]
    ids: Vec<String>,
    /// What the server has rejected
    #[arg(long, group = "which")]
    rejected: bool,
    /// Everything
    #[arg(long, group = "which")]
    all: bool,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    match args.command {
        None | Some(Command::List(_)) => list(session),
        Some(Command::Flush(args)) => flush(session, args.stale).await,
        Some(Command::Drop(args)) => forget(session, args).await,
    }
}

const COLUMNS: [Column; 6] = [
    Column { title: "STATE", wide: false, gives_way: false, cell: |it, _| Cell::new(text(&it["state"])) },
    Column {
        title: "SPOOLED",
        wide: false,
        gives_way: false,
        cell: |it, at| it["spooled_at"].as_str().map(|iso| Cell::new(at.show(iso))).unwrap_or_default(),
    },
    Column {
        title: "ACTION",
        wide: false,
        gives_way: false,
        cell: |it, _| Cell::new(text(&it["event"]["event_action"])),
    },
    Column {
        title: "DEDUP KEY",
        wide: false,
        gives_way: false,
        cell: |it, _| Cell::new(text(&it["event"]["dedup_key"])),
    },
    Column { title: "WHAT", wide: false, gives_way: true, cell: |it, _| Cell::new(what(it)) },
    Column { title: "ID", wide: true, gives_way: false, cell: |it, _| Cell::new(text(&it["id"])) },
];

/// The summary, or why it was rejected.
fn what(item: &Value) -> String {
    let summary = text(&item["event"]["payload"]["summary"]);
    match item["reason"].as_str() {
        Some(reason) if summary.is_empty() => reason.to_owned(),
        Some(reason) => format!("{reason} ({summary})"),
        None => summary.to_owned(),
    }
}

fn list(session: &mut Session) -> anyhow::Result<Exit> {
    let spool = session.spool()?;
    let now = session.now();
    let item = |file: Spooled, rejected: bool| match file.entry {
        Ok(entry) => {
            let state = match (rejected, entry.is_stale(now)) {
                (true, _) => "rejected",
                (false, true) => "stale",
                (false, false) => "waiting",
            };
            json!({
                "id": file.id, "state": state, "context": entry.context, "urls": entry.urls,
                "spooled_at": entry.spooled_at.to_iso_millis(), "event": entry.event, "reason": entry.rejected,
            })
        }
        Err(reason) => json!({"id": file.id, "state": "unreadable", "reason": reason}),
    };
    let waiting = spool.list()?.into_iter().map(|file| item(file, false));
    let rejected = spool.rejected()?.into_iter().map(|file| item(file, true));
    let items: Vec<_> = waiting.chain(rejected).collect();
    session.out.list("event", &items, &COLUMNS, now)?;
    if items.is_empty() && session.out.is_text() {
        session.out.note("nothing waits");
    }
    Ok(Exit::Ok)
}

async fn flush(session: &mut Session, stale: bool) -> anyhow::Result<Exit> {
    let client = session.client_for_events()?;
    let spool = session.spool()?;
    let flushed = spool::flush(&spool, &client, stale, Duration::from_secs(5)).await?;
    session.tell(&flushed);
    if flushed.elsewhere > 0 {
        let events = events(flushed.elsewhere);
        session.out.note(&format!("{events} for other servers: `pd spool flush --context NAME` sends them"));
    }
    if flushed.busy {
        return Err(spool::Error::Busy.into());
    }
    if let Some(error) = flushed.stopped {
        let context = format!("{} still wait", events(flushed.left));
        return Err(anyhow::Error::from(error).context(context));
    }
    if flushed.sent == 0 && flushed.rejected.is_empty() {
        session.out.note("nothing to send");
    }
    Ok(if flushed.rejected.is_empty() { Exit::Ok } else { Exit::Partly })
}

async fn forget(session: &mut Session, args: Drop) -> anyhow::Result<Exit> {
    let spool = session.spool()?;
    let rejected = spool.rejected()?.into_iter().map(|file| file.id);
    let ids: Vec<_> = match (args.all, args.rejected) {
        (true, _) => spool.waiting()?.into_iter().chain(rejected).collect(),
        (false, true) => rejected.collect(),
        (false, false) => args.ids,
    };
    // Nobody may be sending what is dropped.
    let sender = session.sender(&spool).await?;
    if sender.is_none() {
        return Err(spool::Error::Busy.into());
    }
    let mut dropped = 0;
    for id in &ids {
        let name = id.strip_prefix("event/").unwrap_or(id);
        // An id becomes part of a path.
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            anyhow::bail!(Complaint::usage(
                format!("`{name}` is not an id"),
                "`pd spool list -q` prints them"
            ));
        }
        dropped += usize::from(spool.remove(name)?);
    }
    session.out.note(&format!("dropped {}", events(dropped)));
    if dropped == 0 && !ids.is_empty() {
        anyhow::bail!(Complaint::not_found("nothing of this id waits", "`pd spool list` shows what does"));
    }
    Ok(Exit::Ok)
}
