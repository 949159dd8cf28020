//! `pd calendar`: holidays and leave, which take users off call.

use std::path::PathBuf;

use anyhow::Context as _;
use http::Method;
use serde_json::{Value, json};

use super::catalog;
use super::dry::Dry;
use super::error::Exit;
use super::named::{self, USER};
use super::output::{Cell, Column, escape};
use super::session::{Session, stdin};
use super::view::{items, text};
use crate::client::{Request, pages};

/// Calendars of holidays and leave, which take users off call
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Import(Import),
    List(List),
    Delete(Delete),
}

const IMPORT_EXAMPLES: &str = "\
Examples:
  Ann is off call on these days:
  $ pd calendar import leave.ics --name 'leave of ann' --user ann

  Public holidays of several people, read again:
  $ curl -s https://example.org/holidays.ics | pd calendar import - --name holidays --user ann --user bob";

/// Read an iCalendar file; one of the same name is replaced
///
/// While it has an event its users are off call, and the next of each rotation stands in.
#[derive(Debug, clap::Args)]
#[command(after_long_help = IMPORT_EXAMPLES)]
struct Import {
    /// The file; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What to call it
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Whose absences these are, by name, e-mail address or id; may be given several times
    #[arg(long, value_name = "USER", required = true)]
    user: Vec<String>,
    /// In which zone whole days are meant [default: the calendar's own, or UTC]
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    #[command(flatten)]
    dry: Dry,
}

/// List the calendars
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd calendar list")]
struct List {}

/// Delete a calendar: nobody is off call by it any more
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd calendar delete P1A2B3C")]
struct Delete {
    /// Its id
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    dry: Dry,
}

const COLUMNS: [Column; 4] = [
    Column { title: "NAME", wide: false, gives_way: true, cell: |it, _| Cell::new(text(&it["name"])) },
    Column { title: "USERS", wide: false, gives_way: true, cell: |it, _| Cell::new(users(it)) },
    Column {
        title: "EVENTS",
        wide: false,
        gives_way: false,
        cell: |it, _| Cell::new(items(&it["absences"]).count().to_string()),
    },
    Column { title: "ID", wide: false, gives_way: false, cell: |it, _| Cell::new(text(&it["id"])) },
];

fn users(calendar: &Value) -> String {
    items(&calendar["users"]).map(|user| text(&user["summary"])).collect::<Vec<_>>().join(", ")
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    match args.command {
        Command::Import(args) => import(session, args).await,
        Command::List(List {}) => list(session).await,
        Command::Delete(args) => delete(session, args).await,
    }
}

async fn import(session: &mut Session, args: Import) -> anyhow::Result<Exit> {
    let content = if args.file.as_os_str() == "-" {
        stdin()?
    } else {
        std::fs::read_to_string(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?
    };
    let client = session.client().await?;
    let ids = named::ids(&client, USER, &args.user).await?;
    let references: Vec<_> = ids.iter().map(|id| json!({"id": id, "type": "user_reference"})).collect();
    let mut calendar = json!({"name": args.name, "users": references, "ical": content});
    if let Some(zone) = args.zone {
        calendar["time_zone"] = zone.into();
    }
    let known = pages::list(&client, &Request::get("/calendars"), "calendars", 10_000).await?.items;
    let (method, path, to) = match known.iter().find(|it| text(&it["name"]) == args.name) {
        Some(known) => (Method::PUT, format!("/calendars/{}", text(&known["id"])), "replace"),
        None => (Method::POST, "/calendars".to_owned(), "make"),
    };
    let what = format!("{to} the calendar {}", escape(&args.name));
    if let Some(exit) = args.dry.says(session, "calendar", &calendar, &what)? {
        return Ok(exit);
    }
    let request =
        Request::command(method, path, json!({ "calendar": calendar })).with_key(session.fresh_key());
    let mut answer: Value = client.send(&request).await?.json()?;
    let made = answer["calendar"].take();
    let now = session.now();
    let said = |_: &super::output::Moment| {
        let (count, who) = (items(&made["absences"]).count(), escape(&users(&made)));
        format!("{count} events of {}: {who}", escape(text(&made["name"])))
    };
    session.out.object("calendar", &made, said, now)?;
    Ok(Exit::Ok)
}

async fn list(session: &mut Session) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let listed = pages::list(&client, &Request::get("/calendars"), "calendars", 10_000).await?;
    session.list("calendar", &listed.items, &COLUMNS, "no calendars")
}

async fn delete(session: &mut Session, args: Delete) -> anyhow::Result<Exit> {
    let what = format!("delete the calendar {}", escape(&args.id));
    let words = (what.as_str(), "the calendar is deleted");
    catalog::delete_by_id(session, ("calendar", "calendars"), &args.id, args.dry, words).await
}
