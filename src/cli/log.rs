//! `pd log`: what happened to an incident, and why.

use serde_json::Value;

use super::error::Exit;
use super::follow::{self, Changes, News, Seen, Wanted};
use super::output::{Cell, Column};
use super::session::{Session, incident};
use super::view::{self, text};
use crate::client::pages::Listed;
use crate::client::{self, Client, Request, pages};

const EXAMPLES: &str = "\
Examples:
  $ pd log 12
  $ pd log disk-db-1 -o jsonl

  Go on as it happens:
  $ pd log 12 -f

  Everything that happens, for a program:
  $ pd log -f -o jsonl";

/// How many lines are shown before what comes, of an incident and of everything.
const OF_ONE: u32 = 1_000;
const OF_ALL: u32 = 10;
/// How many lines may have been written while the server was away.
const MISSED: usize = 1_000;

/// The columns of lines that are shown as they come.
pub(super) const LINE: [Column; 5] = [
    Column {
        title: "WHEN",
        wide: false,
        gives_way: false,
        cell: |it, moment| follow::at(&it["created_at"], moment),
    },
    Column { title: "INCIDENT", wide: false, gives_way: false, cell: |it, _| Cell::new(of(it)) },
    Column {
        title: "WHAT",
        wide: false,
        gives_way: true,
        cell: |it, moment| Cell::new(view::happened(it, moment)),
    },
    Column {
        title: "WHO",
        wide: true,
        gives_way: false,
        cell: |it, _| Cell::new(text(&it["agent"]["summary"])),
    },
    Column { title: "ID", wide: true, gives_way: false, cell: |it, _| Cell::new(text(&it["id"])) },
];

/// `#12`: the number that the summary of an incident begins with.
fn of(entry: &Value) -> &str {
    let summary = text(&entry["incident"]["summary"]);
    let number = summary.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    number.map_or(summary, |(number, _)| number)
}

/// Show what happened to an incident, and why, from its beginning
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Its number, id or dedup key; with --follow none means everything
    #[arg(value_name = "INCIDENT", required_unless_present = "follow")]
    incident: Option<String>,
    /// Go on with what happens from now on, until Ctrl-C
    #[arg(short, long)]
    follow: bool,
    /// At most so many of the latest entries [default: 1000; 10 of everything]
    #[arg(short = 'n', long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: Option<u32>,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let id = match args.incident {
        Some(name) => Some(text(&incident(&client, name).await?["id"]).to_owned()),
        None => None,
    };
    let limit = args.limit.unwrap_or(if id.is_some() { OF_ONE } else { OF_ALL }) as usize;
    if args.follow {
        return follow(session, &client, id.as_deref(), limit).await;
    }
    let mut log = latest(&client, id.as_deref(), limit).await?;
    log.items.reverse();
    session.out.list("log_entry", &log.items, &view::LOG, session.now())?;
    if log.more {
        session.out.note("there are earlier ones: give a higher --limit");
    }
    Ok(Exit::Ok)
}

/// The latest lines of an incident or of everything, the newest first.
pub(super) async fn latest(client: &Client, id: Option<&str>, limit: usize) -> Result<Listed, client::Error> {
    pages::list(client, &request(id), "log_entries", limit).await
}

fn request(id: Option<&str>) -> Request {
    match id {
        Some(id) => Request::get(format!("/incidents/{id}/log_entries")),
        None => Request::get("/log_entries"),
    }
}

async fn follow(
    session: &mut Session,
    client: &Client,
    id: Option<&str>,
    limit: usize,
) -> anyhow::Result<Exit> {
    let wanted = Wanted { entries: true, of: id.map(str::to_owned), ..Wanted::default() };
    let mut changes = Changes::new(client, wanted);
    let mut shown = Shown::default();
    // Everything as it is comes from what is listed, so that it is neither too much nor too little.
    let mut listed = false;
    loop {
        match changes.next().await? {
            News::Fresh => listed = false,
            News::Synced => {
                if !std::mem::replace(&mut listed, true) {
                    let missed = shown.missed(client, id, limit).await?;
                    for entry in missed {
                        shown.show(session, &entry)?;
                    }
                }
            }
            News::Entry(entry) if listed => shown.show(session, &entry)?,
            News::Entry(_) | News::Incident(_) => {}
            news => {
                let now = session.now();
                news.words(now).inspect(|words| session.out.note(words));
            }
        }
    }
}

/// What was shown so far.
#[derive(Default)]
struct Shown {
    seen: Seen,
    /// When the newest of it was written.
    newest: Option<String>,
}

impl Shown {
    /// What was written since, in order: in the beginning the latest lines.
    async fn missed(
        &self,
        client: &Client,
        id: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Value>, client::Error> {
        let mut listed = match &self.newest {
            None => latest(client, id, limit).await?,
            Some(newest) => {
                pages::list(client, &request(id).with("since", newest), "log_entries", MISSED).await?
            }
        };
        listed.items.reverse();
        Ok(listed.items)
    }

    fn show(&mut self, session: &mut Session, entry: &Value) -> anyhow::Result<()> {
        if !self.seen.add(text(&entry["id"])) {
            return Ok(());
        }
        let at = text(&entry["created_at"]);
        if self.newest.as_deref().is_none_or(|newest| newest < at) {
            self.newest = Some(at.to_owned());
        }
        let now = session.now();
        session.out.line("log_entry", entry, &LINE, now)?;
        Ok(())
    }
}
