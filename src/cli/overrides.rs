//! `pd override`: puts somebody on call for a while.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::dry::Dry;
use super::error::{Complaint, Exit};
use super::named::{self, SCHEDULE, USER};
use super::output::{Cell, Column, Moment, escape};
use super::session::Session;
use super::view::text;
use super::when;
use crate::client::Request;
use crate::config::duration;

/// How far ahead `list` looks unless it is told.
const AHEAD: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Put somebody on call for a while
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Create(Create),
    List(List),
    Delete(Delete),
}

const CREATE_EXAMPLES: &str = "\
Examples:
  Take over from now on for four hours:
  $ pd override create primary --user ann --for 4h

  A weekend, by the schedule's clock:
  $ pd override create primary --user bob --start 2026-12-25T18:00 --end 2026-12-28T09:00";

/// Put somebody on call for a while
#[derive(Debug, clap::Args)]
#[command(after_long_help = CREATE_EXAMPLES)]
struct Create {
    /// In which schedule, by name or id
    #[arg(value_name = "SCHEDULE")]
    schedule: String,
    /// Whom, by name, e-mail address or id
    #[arg(long, value_name = "USER")]
    user: String,
    /// From when: by the schedule's clock, ISO 8601, or from now, such as 3h
    #[arg(long, value_name = "TIME", default_value = "now")]
    start: String,
    /// Until when
    #[arg(long, value_name = "TIME", required_unless_present = "length")]
    end: Option<String>,
    /// For how long, instead of an end
    #[arg(long = "for", value_name = "DURATION", conflicts_with = "end", value_parser = duration)]
    length: Option<Duration>,
    #[command(flatten)]
    dry: Dry,
}

const LIST_EXAMPLES: &str = "\
Examples:
  $ pd override list primary
  $ pd override list primary --since 2026-12-01 --until 2027-01-01 -o json";

/// List the overrides of a schedule
#[derive(Debug, clap::Args)]
#[command(after_long_help = LIST_EXAMPLES)]
struct List {
    /// Of which schedule, by name or id
    #[arg(value_name = "SCHEDULE")]
    schedule: String,
    /// From when
    #[arg(long, value_name = "TIME", default_value = "now")]
    since: String,
    /// Until when [default: 90 days after]
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

const DELETE_EXAMPLES: &str = "\
Examples:
  $ pd override delete primary P1A2B3C";

/// Take an override back; one that has begun ends now
#[derive(Debug, clap::Args)]
#[command(after_long_help = DELETE_EXAMPLES)]
struct Delete {
    /// Of which schedule, by name or id
    #[arg(value_name = "SCHEDULE")]
    schedule: String,
    /// Its id
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    dry: Dry,
}

const COLUMNS: [Column; 4] = [
    Column {
        title: "USER",
        wide: false,
        gives_way: true,
        cell: |it, _| Cell::new(text(&it["user"]["summary"])),
    },
    Column { title: "FROM", wide: false, gives_way: false, cell: |it, at| shown(&it["start"], at) },
    Column { title: "UNTIL", wide: false, gives_way: false, cell: |it, at| shown(&it["end"], at) },
    Column { title: "ID", wide: false, gives_way: false, cell: |it, _| Cell::new(text(&it["id"])) },
];

fn shown(time: &Value, moment: &Moment) -> Cell {
    Cell::new(moment.show(text(time)))
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    match args.command {
        Command::Create(args) => create(session, args).await,
        Command::List(args) => list(session, args).await,
        Command::Delete(args) => delete(session, args).await,
    }
}

async fn create(session: &mut Session, args: Create) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let now = session.now();
    let schedule = named::find(&client, SCHEDULE, &args.schedule).await?;
    let user = named::find(&client, USER, &args.user).await?;
    let zone = when::zone(text(&schedule["time_zone"]))?;
    let start = when::instant(&args.start, &zone, now)?;
    let end = match (&args.end, args.length) {
        (Some(typed), _) => when::instant(typed, &zone, now)?,
        (None, length) => start.plus(length.unwrap_or_default()),
    };
    if end <= start {
        let message = "the override would end before it begins";
        return Err(Complaint::usage(message, "give a later --end, or --for how long").into());
    }
    let (who, name) = (escape(text(&user["name"])), escape(text(&schedule["name"])));
    let (from, to) = (when::short(start, &zone), when::short(end, &zone));
    let shift = format!("in {name} from {from} to {to} ({})", text(&schedule["time_zone"]));
    let cover = json!({"start": start.to_iso(), "end": end.to_iso(),
        "user": {"id": user["id"], "type": "user_reference"}});
    if let Some(exit) = args.dry.says(session, "override", &cover, &format!("put {who} on call {shift}"))? {
        return Ok(exit);
    }
    let body = json!({ "override": cover });
    let path = format!("/schedules/{}/overrides", text(&schedule["id"]));
    let request = Request::command(Method::POST, path, body).with_key(session.fresh_key());
    let mut answer: Value = client.send(&request).await?.json()?;
    let made = answer["override"].take();
    session.out.object("override", &made, |_| format!("{who} is on call {shift}"), now)?;
    Ok(Exit::Ok)
}

async fn list(session: &mut Session, args: List) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let now = session.now();
    let schedule = named::find(&client, SCHEDULE, &args.schedule).await?;
    let zone = when::zone(text(&schedule["time_zone"]))?;
    let since = when::instant(&args.since, &zone, now)?;
    let until = match &args.until {
        Some(typed) => when::instant(typed, &zone, now)?,
        None => since.plus(AHEAD),
    };
    let request = Request::get(format!("/schedules/{}/overrides", text(&schedule["id"])))
        .with("since", since.to_iso())
        .with("until", until.to_iso())
        .with("overflow", "true")
        .with("time_zone", "UTC");
    let mut answer: Value = client.send(&request).await?.json()?;
    let overrides = answer["overrides"].as_array_mut().map(std::mem::take).unwrap_or_default();
    session.list("override", &overrides, &COLUMNS, "no overrides")
}

async fn delete(session: &mut Session, args: Delete) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let now = session.now();
    let schedule = named::find(&client, SCHEDULE, &args.schedule).await?;
    let gone = json!({"id": args.id, "type": "override"});
    let what = format!("delete the override {} of {}", escape(&args.id), escape(text(&schedule["name"])));
    if let Some(exit) = args.dry.says(session, "override", &gone, &what)? {
        return Ok(exit);
    }
    let path = format!("/schedules/{}/overrides/{}", text(&schedule["id"]), args.id);
    let request = Request::command(Method::DELETE, path, json!({})).with_key(session.fresh_key());
    let answer = client.send(&request).await?;
    let ended = answer.status == 200;
    let of_server = if ended { answer.json::<Value>()?["override"].take() } else { Value::Null };
    let gone = if of_server.is_null() { gone } else { of_server };
    let said =
        |_: &Moment| if ended { "the override ends now" } else { "the override is deleted" }.to_owned();
    session.out.object("override", &gone, said, now)?;
    Ok(Exit::Ok)
}
