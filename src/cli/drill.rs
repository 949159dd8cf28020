//! `pd drill`: failures that are made on purpose, and what came of them.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::dry::Dry;
use super::error::{Complaint, Exit};
use super::output::{Cell, Column, Moment, Tone, escape};
use super::session::Session;
use super::view::{items, text};
use crate::client::{Client, Request};
use crate::config;

/// How often it is looked how a drill goes.
const LOOK: Duration = Duration::from_millis(500);

const RUN_EXAMPLES: &str = "\
Examples:
  $ pd drill run slow-store
  $ pd drill run datacenter --for 5m
  $ pd drill run provider --channel email --for 2m
  $ pd drill run clock --by -30s --for 1m -o json

A drill is announced as an incident of the service `pd drill` before it begins; canary events open incidents there
too, and their messages end inside of pd: nobody is paged for them. What it makes ends after that time, by
`pd drill stop`, with the server, or when the promise is at risk: work or a canary is late, canaries are refused, or
the store's margin falls. Real events and alerts go on, and are affected as by a real failure.";

const LIST_EXAMPLES: &str = "Examples:\n  $ pd drill list";

const REPORT_EXAMPLES: &str = "\
Examples:
  $ pd drill report
  $ pd drill report 0198c0ffee0072d3a1b2c3d4e5f60718
  $ pd drill report -o json";

const STOP_EXAMPLES: &str = "\
Examples:
  $ pd drill stop
  $ pd drill stop 0198c0ffee0072d3a1b2c3d4e5f60718";

/// Make a failure on purpose, and see what becomes of events meanwhile
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(List),
    Run(Run),
    Report(Report),
    Stop(Stop),
}

/// List the drills, and why one cannot be started on this node now
#[derive(Debug, clap::Args)]
#[command(after_long_help = LIST_EXAMPLES)]
struct List {}

/// Run a drill on the node that answers, and print its report
///
/// The exit code is 0 if every canary that was accepted came through in time and once.
#[derive(Debug, clap::Args)]
#[command(after_long_help = RUN_EXAMPLES)]
struct Run {
    /// Which; `pd drill list` shows them
    #[arg(value_name = "NAME", value_parser = ["datacenter", "slow-store", "node", "provider", "duplicate-input", "clock"])]
    name: String,
    /// How long the failure lasts [default: 5m; of `node`, while nobody else is there: 30s]
    #[arg(long = "for", value_name = "DURATION", value_parser = config::duration)]
    lasts: Option<Duration>,
    /// Of `datacenter`: whose store nodes are gone [default: the one that the node prefers]
    #[arg(long, value_name = "NAME")]
    datacenter: Option<String>,
    /// Of `provider`: which is down [default: the first that there is]
    #[arg(long, value_name = "CHANNEL", value_parser = ["email", "webhook", "console"])]
    channel: Option<String>,
    /// Of `slow-store`: how much slower; of `clock`: how far ahead, or with `-` behind [default: 500ms; 20s]
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true, value_parser = signed)]
    by: Option<i64>,
    #[command(flatten)]
    dry: Dry,
}

/// Show the drills that ran on this node, the newest first, or one of them
#[derive(Debug, clap::Args)]
#[command(after_long_help = REPORT_EXAMPLES)]
struct Report {
    /// Its id [default: all, in short]
    #[arg(value_name = "DRILL")]
    id: Option<String>,
}

/// End what a drill makes, now; its report follows
#[derive(Debug, clap::Args)]
#[command(after_long_help = STOP_EXAMPLES)]
struct Stop {
    /// Its id [default: the one that runs]
    #[arg(value_name = "DRILL")]
    id: Option<String>,
}

/// A duration, perhaps negative, in milliseconds.
fn signed(typed: &str) -> Result<i64, String> {
    let (sign, length) = match typed.strip_prefix('-') {
        Some(length) => (-1, length),
        None => (1, typed),
    };
    let length = config::duration(length).map_err(|error| error.to_string())?;
    i64::try_from(length.as_millis()).map(|millis| sign * millis).map_err(|_| "too long".to_owned())
}

const KINDS: [Column; 3] = [
    Column { title: "NAME", wide: false, gives_way: false, cell: |it, _| Cell::new(text(&it["id"])) },
    Column { title: "WHAT", wide: false, gives_way: true, cell: |it, _| Cell::new(text(&it["does"])) },
    Column { title: "NOW", wide: false, gives_way: true, cell: |it, _| ready(it) },
];

fn ready(kind: &Value) -> Cell {
    match kind["why_not"].as_str() {
        Some(reason) => Cell::new(reason).tone(Tone::Watched),
        None => Cell::new("ready").tone(Tone::Good),
    }
}

const REPORTS: [Column; 9] = [
    Column {
        title: "BEGUN",
        wide: false,
        gives_way: false,
        cell: |it, at| Cell::new(at.show(text(&it["begun_at"]))),
    },
    Column { title: "NAME", wide: false, gives_way: false, cell: |it, _| Cell::new(text(&it["kind"])) },
    Column { title: "VERDICT", wide: false, gives_way: false, cell: |it, _| verdict(it) },
    Column { title: "ACCEPTED", wide: false, gives_way: false, cell: |it, _| sum(it, "accepted") },
    Column { title: "LOST", wide: false, gives_way: false, cell: |it, _| sum(it, "lost") },
    Column { title: "LATE", wide: false, gives_way: false, cell: |it, _| sum(it, "late") },
    Column { title: "REPEATED", wide: false, gives_way: false, cell: |it, _| sum(it, "repeated") },
    Column { title: "ID", wide: false, gives_way: false, cell: |it, _| Cell::new(text(&it["id"])) },
    Column { title: "REASON", wide: true, gives_way: true, cell: |it, _| Cell::new(text(&it["reason"])) },
];

/// The times at which canaries are sent.
const PHASES: [&str; 3] = ["before", "during", "after"];

fn verdict(drill: &Value) -> Cell {
    match drill["verdict"].as_str() {
        Some("passed") => Cell::new("passed").tone(Tone::Good),
        Some("stopped") => Cell::new("stopped").tone(Tone::Watched),
        Some(other) => Cell::new(other).tone(Tone::Bad),
        None => Cell::new(text(&drill["phase"])).tone(Tone::Watched),
    }
}

fn sum(drill: &Value, name: &str) -> Cell {
    Cell::new(PHASES.iter().filter_map(|phase| drill[phase][name].as_u64()).sum::<u64>().to_string())
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    match args.command {
        Command::List(List {}) => {
            let kinds = get(&client, "/drills/kinds", "drill_kinds").await?;
            session.list("drill", items(&kinds).cloned().collect::<Vec<_>>().as_slice(), &KINDS, "no drills")
        }
        Command::Run(args) => begin(session, &client, &args).await,
        Command::Report(args) => report(session, &client, args.id.as_deref()).await,
        Command::Stop(args) => stop(session, &client, args.id).await,
    }
}

async fn get(client: &Client, path: &str, name: &str) -> anyhow::Result<Value> {
    let mut body: Value = client.send(&Request::get(path)).await?.json()?;
    Ok(body[name].take())
}

async fn begin(session: &mut Session, client: &Client, args: &Run) -> anyhow::Result<Exit> {
    let mut asked = json!({ "kind": args.name, "seconds": lasts(client, args).await?.as_secs() });
    for (name, value) in [("datacenter", &args.datacenter), ("channel", &args.channel)] {
        if let Some(value) = value {
            asked[name] = value.as_str().into();
        }
    }
    if let Some(by) = args.by {
        asked["by_ms"] = by.into();
    }
    if args.dry.is_wanted() {
        return rehearse(session, client, args, &asked).await;
    }
    let request = Request::command(Method::POST, "/drills", json!({ "drill": asked }));
    let answer = client.send(&request).await?;
    let mut drill = answer.json::<Value>()?["drill"].take();
    session.out.note(&format!(
        "{} on {}, for {} s; `pd drill stop` ends it",
        escape(text(&drill["does"])),
        escape(text(&drill["node"])),
        drill["seconds"]
    ));
    // The node that was asked, not another one of the context.
    let path = format!("/drills/{}", text(&drill["id"]));
    let bar = session.out.progress();
    let mut shown = String::new();
    let mut entered = session.clock().monotonic();
    while drill["ended_at"].is_null() {
        let phase = text(&drill["phase"]).to_owned();
        if shown != phase {
            session.out.note(&said(&phase, &drill));
            (shown, entered) = (phase, session.clock().monotonic());
        }
        let since = session.clock().monotonic().saturating_sub(entered).as_secs();
        bar.show(
            match shown.as_str() {
                "during" => "during",
                _ => "canaries",
            },
            if shown == "during" { since } else { 0 },
            drill["seconds"].as_u64().unwrap_or(0),
        );
        session.clock().sleep(LOOK).await;
        drill = get(client, &path, "drill").await?;
    }
    drop(bar);
    show(session, &drill)?;
    Ok(if drill["verdict"] == json!("passed") { Exit::Ok } else { Exit::Failed })
}

/// Says what a drill would do, if it could begin now.
async fn rehearse(session: &mut Session, client: &Client, args: &Run, asked: &Value) -> anyhow::Result<Exit> {
    let kinds = get(client, "/drills/kinds", "drill_kinds").await?;
    let kind = items(&kinds).find(|kind| text(&kind["id"]) == args.name);
    if let Some(why) = kind.and_then(|kind| kind["why_not"].as_str()) {
        anyhow::bail!(Complaint::failed(format!("{} cannot begin: {}", args.name, escape(why))));
    }
    let does = kind.map(|kind| escape(text(&kind["does"]))).unwrap_or_default();
    let what = format!("run {} for {} s: {does}", args.name, asked["seconds"]);
    Ok(args.dry.says(session, "drill", asked, &what)?.unwrap_or(Exit::Ok))
}

/// While a node is alone its stages may stand still for a short time only.
async fn lasts(client: &Client, args: &Run) -> anyhow::Result<Duration> {
    if let Some(lasts) = args.lasts {
        return Ok(lasts);
    }
    let alone = args.name == "node"
        && get(client, "/status", "status").await?["processes"].as_array().is_none_or(|it| it.len() < 2);
    Ok(Duration::from_secs(if alone { 30 } else { 300 }))
}

fn said(phase: &str, drill: &Value) -> String {
    match phase {
        "before" => format!("announced as incident {}; canaries before", drill["incident_number"]),
        "during" => "begun; canaries during".to_owned(),
        "after" => "over; canaries after".to_owned(),
        other => other.to_owned(),
    }
}

async fn report(session: &mut Session, client: &Client, id: Option<&str>) -> anyhow::Result<Exit> {
    match id {
        Some(id) => {
            let drill = get(client, &format!("/drills/{id}"), "drill").await?;
            show(session, &drill)?;
            Ok(Exit::Ok)
        }
        None => {
            let drills = get(client, "/drills", "drills").await?;
            let drills: Vec<_> = items(&drills).cloned().collect();
            session.list("drill", &drills, &REPORTS, "no drill has run here")
        }
    }
}

async fn stop(session: &mut Session, client: &Client, id: Option<String>) -> anyhow::Result<Exit> {
    let id = match id {
        Some(id) => id,
        None => {
            let drills = get(client, "/drills", "drills").await?;
            let running = items(&drills).find(|drill| drill["ended_at"].is_null());
            let running = running.map(|drill| text(&drill["id"]).to_owned());
            running.ok_or_else(|| {
                Complaint::not_found("no drill is going on here", "`pd drill report` shows those that ran")
            })?
        }
    };
    client.send(&Request::command(Method::PUT, format!("/drills/{id}/stop"), json!({}))).await?;
    session.out.note("stopped; `pd drill report` shows what came of it");
    Ok(Exit::Ok)
}

fn show(session: &mut Session, drill: &Value) -> anyhow::Result<()> {
    let now = session.now();
    session.out.object("drill", drill, |moment| described(drill, moment), now)?;
    Ok(())
}

/// The report.
fn described(drill: &Value, moment: &Moment) -> String {
    let value = |name: &str| escape(text(&drill[name]));
    let (name, tone) = match drill["verdict"].as_str() {
        Some("passed") => ("passed", Tone::Good),
        Some("stopped") => ("stopped", Tone::Watched),
        Some(other) => (other, Tone::Bad),
        None => (text(&drill["phase"]), Tone::Watched),
    };
    let mut out = format!("drill {} on {}: {}\n", value("kind"), value("node"), tone.paint(&escape(name)));
    if let Some(reason) = drill["reason"].as_str() {
        out += &format!("  {}\n", tone.paint(&escape(reason)));
    }
    out += &format!(
        "  {}, for {} s; begun {}",
        value("does"),
        drill["seconds"],
        moment.show(text(&drill["begun_at"]))
    );
    if let Some(number) = drill["incident_number"].as_u64() {
        out += &format!("; incident {number}");
    }
    out += &format!(
        "\n{:<8}{:>6}{:>10}{:>9}{:>6}{:>6}{:>10}   {:<26}{}\n",
        "", "sent", "accepted", "refused", "lost", "late", "repeated", "accepted after s", "reached after s"
    );
    for phase in PHASES {
        let it = &drill[phase];
        let count = |name: &str| it[name].as_u64().unwrap_or(0);
        out += &format!(
            "{phase:<8}{:>6}{:>10}{:>9}{:>6}{:>6}{:>10}   {:<26}{}\n",
            count("sent"),
            count("accepted"),
            count("refused"),
            count("lost"),
            count("late"),
            count("repeated"),
            spread(&it["accept_seconds"]),
            spread(&it["page_seconds"]),
        );
    }
    out
}

/// The median, what 99 of 100 kept to, and the longest.
fn spread(times: &Value) -> String {
    let time = |name: &str| times[name].as_f64().map(|seconds| format!("{seconds:.2}"));
    match (time("median"), time("p99"), time("max")) {
        (Some(median), Some(p99), Some(max)) => format!("{median}, p99 {p99}, max {max}"),
        _ => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_clock_may_be_ahead_or_behind() {
        for (typed, millis) in [("20s", 20_000), ("-500ms", -500), ("1m", 60_000)] {
            assert_eq!(signed(typed).unwrap(), millis);
        }
        assert!(signed("--5s").is_err());
        assert!(signed("-").is_err());
    }

    #[test]
    fn spreads_are_short_and_nothing_is_a_dash() {
        assert_eq!(spread(&json!({"median": 0.0123, "p99": 1.5, "max": 60.0})), "0.01, p99 1.50, max 60.00");
        assert_eq!(spread(&Value::Null), "-");
    }
}
