//! `pd feed`: secret addresses under which calendar programs read shifts.

use http::Method;
use serde_json::{Value, json};

use super::catalog;
use super::dry::Dry;
use super::error::Exit;
use super::named::{self, SCHEDULE, USER};
use super::output::{Cell, Column, escape};
use super::session::Session;
use super::view::text;
use crate::client::{Request, pages};

/// Secret addresses under which calendar programs read shifts
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
  $ pd feed create --user ann
  $ pd feed create --schedule primary";

/// Make an address; it is shown once
#[derive(Debug, clap::Args)]
#[command(after_long_help = CREATE_EXAMPLES)]
struct Create {
    #[command(flatten)]
    of: Of,
    #[command(flatten)]
    dry: Dry,
}

/// Whose shifts.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Of {
    /// The shifts of this user in all schedules
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// All shifts of this schedule
    #[arg(long, value_name = "SCHEDULE")]
    schedule: Option<String>,
}

/// List the addresses, without their secrets
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd feed list")]
struct List {}

/// Make an address stop to work
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd feed delete P1A2B3C")]
struct Delete {
    /// Its id
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    dry: Dry,
}

const COLUMNS: [Column; 3] = [
    Column { title: "OF", wide: false, gives_way: true, cell: |it, _| Cell::new(text(&it["of"]["summary"])) },
    Column {
        title: "CREATED",
        wide: false,
        gives_way: false,
        cell: |it, at| Cell::new(at.show(text(&it["created_at"]))),
    },
    Column { title: "ID", wide: false, gives_way: false, cell: |it, _| Cell::new(text(&it["id"])) },
];

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    match args.command {
        Command::Create(args) => create(session, args).await,
        Command::List(List {}) => list(session).await,
        Command::Delete(args) => delete(session, args).await,
    }
}

async fn create(session: &mut Session, args: Create) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    // One of them is given: the parser sees to that.
    let (kind, name, given) = match (args.of.user, args.of.schedule) {
        (Some(user), _) => (USER, "user", user),
        (None, schedule) => (SCHEDULE, "schedule", schedule.unwrap_or_default()),
    };
    let of = named::find(&client, kind, &given).await?;
    let body = json!({"feed": {"of": {"id": of["id"], "type": format!("{name}_reference")}}});
    let what = format!("make an address for the shifts of {}", escape(text(&of["name"])));
    if let Some(exit) = args.dry.says(session, "feed", &body["feed"], &what)? {
        return Ok(exit);
    }
    let mut answer: Value = client.send(&Request::command(Method::POST, "/feeds", body)).await?.json()?;
    let feed = answer["feed"].take();
    let now = session.now();
    session.out.object("feed", &feed, |_| escape(text(&feed["url"])), now)?;
    if session.out.is_text() {
        session.out.note("whoever has this address can read the shifts; it is not shown again");
    }
    Ok(Exit::Ok)
}

async fn list(session: &mut Session) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let listed = pages::list(&client, &Request::get("/feeds"), "feeds", 10_000).await?;
    session.list("feed", &listed.items, &COLUMNS, "no feeds")
}

async fn delete(session: &mut Session, args: Delete) -> anyhow::Result<Exit> {
    let what = format!("make the address {} stop to work", escape(&args.id));
    let words = (what.as_str(), "the address does not work any more");
    catalog::delete_by_id(session, ("feed", "feeds"), &args.id, args.dry, words).await
}
