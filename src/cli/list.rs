//! `pd list`: lists incidents.

mod live;

use super::error::Exit;
use super::lookup;
use super::session::Session;
use super::view;
use crate::client::{Request, pages};
use crate::config::duration;
use crate::domain::time::Timestamp;

const EXAMPLES: &str = "\
Examples:
  What is open:
  $ pd list

  The same, drawn anew when it changes:
  $ pd list --watch

  A line of JSON for each change of what is urgent:
  $ pd list -w --urgency high -o jsonl

  What nobody looks at, of one service:
  $ pd list --status triggered --service database

  Last week, for a program:
  $ pd list --all --since 7d --limit 1000 -o jsonl

  Only their ids, for another command:
  $ pd list --status triggered -q";

/// List incidents, the newest first
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Only with this status; may be given several times [default: triggered and acknowledged]
    #[arg(long, value_name = "STATUS", value_parser = ["triggered", "acknowledged", "resolved"])]
    status: Vec<String>,
    /// Resolved ones, too
    #[arg(short, long, conflicts_with = "status")]
    all: bool,
    /// Only with this urgency
    #[arg(long, value_name = "URGENCY", value_parser = ["high", "low"])]
    urgency: Option<String>,
    /// Only of this service, by name or id; may be given several times
    #[arg(long, value_name = "SERVICE")]
    service: Vec<String>,
    /// Those about which nobody is paged for the time being: suppressed, paused or in maintenance
    #[arg(long)]
    held: bool,
    /// Only with this dedup key
    #[arg(short = 'k', long, value_name = "KEY")]
    dedup_key: Option<String>,
    /// Only those opened since then: a time (ISO 8601), or how long ago (7d)
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Since>,
    /// Only those opened before then
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Since>,
    /// Go on as it changes, until Ctrl-C: on a terminal the list is drawn anew, otherwise each change is a line
    #[arg(short, long, conflicts_with = "until")]
    watch: bool,
    /// At most so many
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
}

/// A time as typed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Since {
    At(Timestamp),
    Ago(std::time::Duration),
}

pub(super) fn time(text: &str) -> Result<Since, String> {
    if let Ok(ago) = duration(text) {
        return Ok(Since::Ago(ago));
    }
    Timestamp::parse(text)
        .map(Since::At)
        .ok_or_else(|| "expected a time such as 2026-01-05T07:00:00Z, or how long ago, such as 7d".to_owned())
}

impl Since {
    pub(super) fn at(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Ago(ago) => now.minus(ago),
        }
    }

    fn iso(self, now: Timestamp) -> String {
        self.at(now).to_iso()
    }
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let now = session.now();
    let mut request = Request::get("/incidents").with("sort_by", "incident_number:desc");
    let mut live = live::Wanted::of(&args, now);
    let statuses = match (args.all, args.status.is_empty()) {
        (true, _) => Vec::new(),
        (false, true) => vec!["triggered".to_owned(), "acknowledged".to_owned()],
        (false, false) => args.status,
    };
    for status in statuses {
        request = request.with("statuses[]", status);
    }
    if let Some(urgency) = args.urgency {
        request = request.with("urgencies[]", urgency);
    }
    for service in &args.service {
        let id = lookup::id(&client, "services", service).await?;
        live.services.push(id.clone());
        request = request.with("service_ids[]", id);
    }
    if args.held {
        request = request.with("held", "only");
    }
    if let Some(key) = args.dedup_key {
        request = request.with("incident_key", key);
    }
    request = match (args.since, args.until) {
        (None, None) => request.with("date_range", "all"),
        (since, until) => {
            let epoch = Since::At(Timestamp::EPOCH);
            let request = request.with("since", since.unwrap_or(epoch).iso(now));
            request.with("until", until.unwrap_or(Since::At(now)).iso(now))
        }
    };
    if args.watch {
        return live::run(session, &client, &request, live).await;
    }
    let listed = pages::list(&client, &request, "incidents", args.limit as usize).await?;
    session.out.list("incident", &listed.items, &view::INCIDENTS, now)?;
    if listed.items.is_empty() && session.out.is_text() {
        session.out.note("no incidents");
    }
    if listed.more {
        session
            .out
            .note(&format!("there are more: --limit {} shows the first {0}", (args.limit * 10).min(10_000)));
    }
    Ok(Exit::Ok)
}
