//! `pd heartbeat`: what is expected to say regularly that it is well.

use std::time::Duration;

use http::Method;
use serde_json::{Map, Value, json};

use super::dry::Dry;
use super::error::{Complaint, Exit};
use super::lookup;
use super::output::{Cell, Column, Tone, escape};
use super::session::Session;
use super::view::text;
use crate::client::{Client, Request, pages};
use crate::config;

const CREATE_EXAMPLES: &str = "\
Examples:
  $ pd heartbeat create 'nightly backup' --service database --period 1d --grace 2h --max-runtime 1h
  $ pd heartbeat create collector --service monitoring --period 1m -q

In a crontab; the command's streams and exit code stay as they are:
  0 3 * * *  pd exec --heartbeat KEY -- /usr/local/bin/backup
Or without `pd`:  curl -fsS -m 10 --retry 5 https://pd.example.com/heartbeat/KEY
  /start when it begins, /fail when it fails, /STATUS with its exit status; a body is kept as detail.";

/// Expect regular signs of life
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

/// Make a heartbeat
///
/// It is waited for from its first ping on. When one is missing, an incident opens on the service; the next ping
/// resolves it. After the server itself was away, each heartbeat has its period and its grace once more.
#[derive(Debug, clap::Args)]
#[command(after_long_help = CREATE_EXAMPLES)]
struct Create {
    /// What to call it
    #[arg(value_name = "NAME")]
    name: String,
    /// Whose incident it is when it is missed, by name or id
    #[arg(long, value_name = "SERVICE")]
    service: String,
    /// How far two pings are apart
    #[arg(long, value_name = "DURATION", value_parser = config::duration)]
    period: Duration,
    /// How much later a ping may come [default: a tenth of the period, at least a minute]
    #[arg(long, value_name = "DURATION", value_parser = config::duration)]
    grace: Option<Duration>,
    /// How long after `start` the end may come [default: it is not waited for]
    #[arg(long, value_name = "DURATION", value_parser = config::duration)]
    max_runtime: Option<Duration>,
    #[command(flatten)]
    dry: Dry,
}

/// List heartbeats by name
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Examples:\n  $ pd heartbeat list\n  $ pd heartbeat list --service database -o wide"
)]
struct List {
    /// Only of this service, by name or id
    #[arg(long, value_name = "SERVICE")]
    service: Option<String>,
}

/// Remove a heartbeat and resolve its incident
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Examples:\n  $ pd heartbeat delete 'nightly backup'\n  $ pd heartbeat delete P1A2B3C"
)]
struct Delete {
    /// Its name or id
    #[arg(value_name = "HEARTBEAT")]
    name: String,
    #[command(flatten)]
    dry: Dry,
}

const COLUMNS: [Column; 8] = [
    Column { title: "NAME", wide: false, gives_way: true, cell: |it, _| Cell::new(text(&it["name"])) },
    Column { title: "STATUS", wide: false, gives_way: false, cell: |it, _| status(it) },
    Column {
        title: "LAST PING",
        wide: false,
        gives_way: false,
        cell: |it, at| time(&it["last_ping"]["at"], at),
    },
    Column { title: "DUE", wide: false, gives_way: false, cell: |it, at| time(&it["due_at"], at) },
    Column {
        title: "SERVICE",
        wide: false,
        gives_way: false,
        cell: |it, _| Cell::new(text(&it["service"]["summary"])),
    },
    Column { title: "PERIOD", wide: true, gives_way: false, cell: |it, _| Cell::new(seconds(&it["period"])) },
    Column { title: "ID", wide: true, gives_way: false, cell: |it, _| Cell::new(text(&it["id"])) },
    Column { title: "URL", wide: true, gives_way: true, cell: |it, _| Cell::new(text(&it["url"])) },
];

fn time(value: &Value, moment: &super::output::Moment) -> Cell {
    value.as_str().map(|iso| Cell::new(moment.show(iso))).unwrap_or_default()
}

fn seconds(value: &Value) -> String {
    value.as_u64().map(|seconds| format!("{seconds}s")).unwrap_or_default()
}

fn status(heartbeat: &Value) -> Cell {
    let status = text(&heartbeat["status"]);
    let tone = match status {
        "up" => Tone::Good,
        "running" => Tone::Watched,
        "missed" | "failed" => Tone::Bad,
        "paused" => Tone::Faint,
        _ => Tone::Plain,
    };
    Cell::new(status).tone(tone)
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    match args.command {
        Command::Create(args) => create(session, &client, args).await,
        Command::List(args) => list(session, &client, args).await,
        Command::Delete(args) => delete(session, &client, &args).await,
    }
}

async fn create(session: &mut Session, client: &Client, args: Create) -> anyhow::Result<Exit> {
    let service = lookup::id(client, "services", &args.service).await?;
    let mut heartbeat = Map::new();
    let what = format!("make the heartbeat {}", escape(&args.name));
    heartbeat.insert("name".to_owned(), args.name.into());
    heartbeat.insert("service".to_owned(), json!({ "id": service, "type": "service_reference" }));
    heartbeat.insert("period".to_owned(), args.period.as_secs().into());
    for (name, time) in [("grace", args.grace), ("max_runtime", args.max_runtime)] {
        if let Some(time) = time {
            heartbeat.insert(name.to_owned(), time.as_secs().into());
        }
    }
    let body = json!({ "heartbeat": heartbeat });
    if let Some(exit) = args.dry.says(session, "heartbeat", &body["heartbeat"], &what)? {
        return Ok(exit);
    }
    let request = Request::command(Method::POST, "/heartbeats", body).with_key(client.fresh_key());
    let mut body: Value = client.send(&request).await?.json()?;
    let made = body["heartbeat"].take();
    let now = session.now();
    session.out.object("heartbeat", &made, |_| escape(text(&made["url"])), now)?;
    if session.out.is_text() && !session.out.is_quiet() {
        session.out.note(&format!(
            "waited for from its first ping on; `pd exec --heartbeat {} -- COMMAND` pings",
            escape(text(&made["key"]))
        ));
    }
    Ok(Exit::Ok)
}

async fn list(session: &mut Session, client: &Client, args: List) -> anyhow::Result<Exit> {
    let mut request = Request::get("/heartbeats");
    if let Some(service) = &args.service {
        request = request.with("service_ids[]", lookup::id(client, "services", service).await?);
    }
    let listed = pages::list(client, &request, "heartbeats", 10_000).await?;
    session.list("heartbeat", &listed.items, &COLUMNS, "no heartbeats")
}

async fn delete(session: &mut Session, client: &Client, args: &Delete) -> anyhow::Result<Exit> {
    let name = &args.name;
    let listed = pages::list(client, &Request::get("/heartbeats"), "heartbeats", 10_000).await?;
    let is_it = |it: &&Value| text(&it["id"]) == name || text(&it["name"]).eq_ignore_ascii_case(name);
    let Some(found) = listed.items.iter().find(is_it) else {
        let hint = "`pd heartbeat list` shows those that there are";
        anyhow::bail!(Complaint::not_found(format!("no heartbeat is called `{name}`"), hint));
    };
    let what = format!("delete the heartbeat {}", escape(text(&found["name"])));
    if let Some(exit) = args.dry.says(session, "heartbeat", found, &what)? {
        return Ok(exit);
    }
    let path = format!("/heartbeats/{}", text(&found["id"]));
    let request = Request::command(Method::DELETE, path, json!({})).with_key(client.fresh_key());
    client.send(&request).await?;
    session.out.note(&format!("deleted {}", escape(text(&found["name"]))));
    Ok(Exit::Ok)
}
