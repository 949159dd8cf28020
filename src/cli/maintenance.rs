//! `pd maintenance`: times in which nobody is paged.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::dry::Dry;
use super::error::{Complaint, Exit};
use super::list::{Since, time};
use super::lookup;
use super::output::{Cell, Column, Tone, escape};
use super::session::Session;
use super::view::text;
use crate::client::{Client, Request, pages};
use crate::config;

const CREATE_EXAMPLES: &str = "\
Examples:
  $ pd maintenance create 'database upgrade' --service database --for 2h
  $ pd maintenance create 'move' --service web --service api --start 2027-01-05T22:00:00Z --end 2027-01-06T02:00:00Z
  $ pd maintenance create 'lab' --if \"source is matching('lab-*')\" --for 1d
  $ pd maintenance create 'patch night' --service web --weekly tue,thu --at 22:00 --zone Europe/Berlin --for 3h";

/// Plan times in which events are recorded and nobody is paged
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Create(Box<Create>),
    List(List),
    End(End),
    Delete(Delete),
}

/// Make a maintenance window
///
/// What opens while it runs is recorded and pages nobody; what still fires when it ends is paged once.
#[derive(Debug, clap::Args)]
#[command(after_long_help = CREATE_EXAMPLES)]
struct Create {
    /// What it is for
    #[arg(value_name = "DESCRIPTION", default_value = "")]
    description: String,
    /// For this service, by name or id; may be given several times
    #[arg(long, value_name = "SERVICE", required_unless_present = "condition")]
    service: Vec<String>,
    /// Only for alerts for which this holds, see `pd rule --help`
    #[arg(long = "if", id = "condition", value_name = "CONDITION")]
    condition: Option<String>,
    /// When it begins [default: now]
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "weekly")]
    start: Option<Since>,
    /// When it ends
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with_all = ["length", "weekly"])]
    end: Option<Since>,
    /// How long it is
    #[arg(long = "for", id = "length", value_name = "DURATION", value_parser = config::duration, required_unless_present = "end")]
    length: Option<Duration>,
    /// On these days of every week: mon,tue,wed,thu,fri,sat,sun
    #[arg(long, value_name = "DAYS", value_delimiter = ',', value_parser = day, requires_all = ["at", "zone"])]
    weekly: Vec<u8>,
    /// From this time of those days on: HH:MM
    #[arg(long, value_name = "TIME", requires = "weekly")]
    at: Option<String>,
    /// By the clock of this time zone, such as Europe/Berlin
    #[arg(long, value_name = "ZONE", requires = "weekly")]
    zone: Option<String>,
    #[command(flatten)]
    dry: Dry,
}

/// List maintenance windows: those that run or will, the earliest first
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd maintenance list\n  $ pd maintenance list --all -o json")]
struct List {
    /// Those that are over, too
    #[arg(short, long)]
    all: bool,
    /// Only of this service, by name or id
    #[arg(long, value_name = "SERVICE")]
    service: Option<String>,
}

/// End a running window now; one that comes every week comes again
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd maintenance end P1A2B3C")]
struct End {
    /// Its id
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    dry: Dry,
}

/// Remove a window that has not begun, or end a running one for good
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd maintenance delete P1A2B3C")]
struct Delete {
    /// Its id
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    dry: Dry,
}

fn day(text: &str) -> Result<u8, String> {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let found = days.iter().position(|day| text.to_ascii_lowercase().starts_with(day));
    found
        .and_then(|at| u8::try_from(at + 1).ok())
        .ok_or_else(|| format!("expected one of {}", days.join(", ")))
}

const COLUMNS: [Column; 6] = [
    Column { title: "ID", wide: false, gives_way: false, cell: |it, _| Cell::new(text(&it["id"])) },
    Column { title: "STATUS", wide: false, gives_way: false, cell: |it, _| status(it) },
    Column {
        title: "START",
        wide: false,
        gives_way: false,
        cell: |it, at| Cell::new(at.show(text(&it["start_time"]))),
    },
    Column {
        title: "END",
        wide: false,
        gives_way: false,
        cell: |it, at| Cell::new(at.show(text(&it["end_time"]))),
    },
    Column { title: "FOR", wide: false, gives_way: true, cell: |it, _| Cell::new(services(it)) },
    Column {
        title: "DESCRIPTION",
        wide: false,
        gives_way: true,
        cell: |it, _| Cell::new(text(&it["description"])),
    },
];

fn status(window: &Value) -> Cell {
    let status = text(&window["status"]);
    let tone = match status {
        "ongoing" => Tone::Watched,
        "past" => Tone::Faint,
        _ => Tone::Plain,
    };
    let again = if window["recurrence"].is_object() { " (weekly)" } else { "" };
    Cell::new(format!("{status}{again}")).tone(tone)
}

fn services(window: &Value) -> String {
    let services = window["services"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names: Vec<_> = services.iter().map(|service| text(&service["summary"])).collect();
    let names = if names.is_empty() { "all services".to_owned() } else { names.join(", ") };
    match text(&window["condition"]) {
        "" => names,
        condition => format!("{names} if {condition}"),
    }
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    match args.command {
        Command::Create(create) => make(session, &client, *create).await,
        Command::List(args) => list(session, &client, args).await,
        Command::End(End { id, dry }) => {
            let path = format!("/maintenance_windows/{}", segment(&id)?);
            dry.finds(&client, &path).await?;
            if let Some(exit) = would(session, dry, &id, "end")? {
                return Ok(exit);
            }
            let path = format!("{path}/end");
            let request = Request::command(Method::PUT, path, json!({})).with_key(client.fresh_key());
            show(session, client.send(&request).await?.json()?, "ended")
        }
        Command::Delete(Delete { id, dry }) => {
            let path = format!("/maintenance_windows/{}", segment(&id)?);
            dry.finds(&client, &path).await?;
            if let Some(exit) = would(session, dry, &id, "delete")? {
                return Ok(exit);
            }
            let request = Request::command(Method::DELETE, path, json!({})).with_key(client.fresh_key());
            client.send(&request).await?;
            session.out.note(&format!("deleted {}", escape(&id)));
            Ok(Exit::Ok)
        }
    }
}

/// As [`Dry::says`], of the window with this id.
fn would(session: &mut Session, dry: Dry, id: &str, verb: &str) -> anyhow::Result<Option<Exit>> {
    let window = json!({"id": id, "type": "maintenance_window"});
    let what = format!("{verb} the maintenance window {}", escape(id));
    dry.says(session, "maintenance_window", &window, &what)
}

/// An id as a part of a path.
pub(super) fn segment(id: &str) -> anyhow::Result<&str> {
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        anyhow::bail!(Complaint::usage(format!("`{id}` is no id"), "an id looks like P1A2B3C"));
    }
    Ok(id)
}

fn show(session: &mut Session, mut body: Value, what: &str) -> anyhow::Result<Exit> {
    let window = body["maintenance_window"].take();
    let now = session.now();
    let line = || {
        let (start, end) = (text(&window["start_time"]), text(&window["end_time"]));
        format!("{what} {} from {} to {}", escape(text(&window["id"])), escape(start), escape(end))
    };
    session.out.object("maintenance_window", &window, |_| line(), now)?;
    Ok(Exit::Ok)
}

async fn make(session: &mut Session, client: &Client, args: Create) -> anyhow::Result<Exit> {
    let now = session.now();
    let of = if args.service.is_empty() { "all services".to_owned() } else { args.service.join(", ") };
    let mut services = Vec::new();
    for service in &args.service {
        services.push(
            json!({ "id": lookup::id(client, "services", service).await?, "type": "service_reference" }),
        );
    }
    let mut window =
        json!({ "type": "maintenance_window", "description": args.description, "services": services });
    if let Some(condition) = args.condition {
        window["condition"] = condition.into();
    }
    if args.weekly.is_empty() {
        let start = args.start.map_or(now, |start| start.at(now));
        let end = args.end.map(|end| end.at(now)).or_else(|| args.length.map(|length| start.plus(length)));
        window["start_time"] = start.to_iso().into();
        window["end_time"] = end.map_or(Value::Null, |end| end.to_iso().into());
    } else {
        window["recurrence"] = json!({
            "type": "weekly",
            "time_zone": args.zone,
            "days_of_week": args.weekly,
            "start_time_of_day": args.at,
            "duration_seconds": args.length.map_or(0, |length| length.as_secs()),
        });
    }
    let body = json!({ "maintenance_window": window });
    let what = format!("make a maintenance window for {}", escape(&of));
    if let Some(exit) = args.dry.says(session, "maintenance_window", &body["maintenance_window"], &what)? {
        return Ok(exit);
    }
    let request = Request::command(Method::POST, "/maintenance_windows", body).with_key(client.fresh_key());
    show(session, client.send(&request).await?.json()?, "made")
}

async fn list(session: &mut Session, client: &Client, args: List) -> anyhow::Result<Exit> {
    let mut request =
        Request::get("/maintenance_windows").with("filter", if args.all { "all" } else { "open" });
    if let Some(service) = &args.service {
        request = request.with("service_ids[]", lookup::id(client, "services", service).await?);
    }
    let listed = pages::list(client, &request, "maintenance_windows", 2_000).await?;
    session.list("maintenance_window", &listed.items, &COLUMNS, "no maintenance windows")
}
