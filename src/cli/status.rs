//! `pd status`: how the server is.

mod fleet;

use serde_json::Value;

use super::error::Exit;
use super::output::{Cell, Column, Moment, Tone, escape};
use super::session::Session;
use super::view::{items, text};
use crate::client::{Request, incidents};

const EXAMPLES: &str = "\
Examples:
  $ pd status
  $ pd status -o json
  $ pd status --jobs";

/// Show how the server is: whether it accepts, how far its stages are, what needs a look
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// List the scheduled work instead: its pace, how far it is, and why it waits
    #[arg(long)]
    jobs: bool,
}

const JOBS: [Column; 8] = [
    Column { title: "JOB", wide: false, gives_way: false, cell: |it, _| Cell::new(text(&it["name"])) },
    Column {
        title: "EVERY",
        wide: false,
        gives_way: false,
        cell: |it, _| Cell::new(length(&it["every_seconds"])),
    },
    Column {
        title: "ROUNDS",
        wide: false,
        gives_way: false,
        cell: |it, _| Cell::new(it["rounds"].to_string()),
    },
    Column {
        title: "STEPS",
        wide: false,
        gives_way: false,
        cell: |it, _| Cell::new(format!("{} of {}", it["round_steps"], it["steps"])),
    },
    Column {
        title: "LAST STEP",
        wide: false,
        gives_way: false,
        cell: |it, at| match it["last_step_at"].as_str() {
            Some(iso) => Cell::new(format!("{}, {}", at.show(iso), length(&it["last_step_seconds"]))),
            None => Cell::new("none yet").tone(Tone::Faint),
        },
    },
    Column {
        title: "RESTED",
        wide: true,
        gives_way: false,
        cell: |it, _| Cell::new(length(&it["rest_seconds"])),
    },
    Column {
        title: "NEXT ROUND",
        wide: false,
        gives_way: false,
        cell: |it, at| {
            Cell::new(it["next_round_at"].as_str().map_or("at work".to_owned(), |iso| at.show(iso)))
        },
    },
    Column { title: "WAITS FOR", wide: false, gives_way: true, cell: |it, _| waits_for(it) },
];

fn waits_for(job: &Value) -> Cell {
    match (job["failure"].as_str(), job["waits_for"].as_str()) {
        (Some(failure), _) => Cell::new(format!("its last round failed: {failure}")).tone(Tone::Bad),
        (None, Some(what)) => Cell::new(what).tone(Tone::Watched),
        (None, None) => Cell::default(),
    }
}

/// Seconds as people say them.
fn length(seconds: &Value) -> String {
    match seconds.as_f64().unwrap_or(0.0) {
        short if short < 1.0 => format!("{:.0} ms", short * 1000.0),
        middle if middle < 120.0 => format!("{middle:.0} s"),
        long if long < 7200.0 => format!("{:.0} min", long / 60.0),
        long => format!("{:.0} h", long / 3600.0),
    }
}

/// Fails if the server is not ready, so that scripts can ask.
pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let answer = client.send(&Request::get("/status")).await?;
    let status = incidents::take(answer.json()?, "status", &answer.url)?;
    let now = session.now();
    if args.jobs {
        let now = session.now();
        let jobs: Vec<_> = items(&status["jobs"]).cloned().collect();
        session.out.list("job", &jobs, &JOBS, now)?;
        return Ok(Exit::Ok);
    }
    let place = client.target().shown();
    session.out.object("status", &status, |moment| describe(&status, &place, moment), now)?;
    Ok(if status["ready"] == Value::Bool(true) { Exit::Ok } else { Exit::Failed })
}

fn describe(status: &Value, place: &str, moment: &Moment) -> String {
    let ready = if status["ready"] == Value::Bool(true) {
        Tone::Good.paint("ready")
    } else {
        Tone::Bad.paint("not ready")
    };
    let mut out = format!(
        "{} at {place}: {ready}; pd {}, up since {}\n",
        escape(text(&status["node"])),
        escape(text(&status["version"])),
        moment.show(text(&status["started_at"])),
    );
    for reason in items(&status["why_not"]) {
        out += &format!("  {}\n", Tone::Bad.paint(&escape(text(reason))));
    }
    let counts = &status["incidents"];
    let count = |name: &str| counts[name].as_u64().unwrap_or(0);
    out += &format!(
        "incidents: {} triggered, {} acknowledged, {} resolved lately, {} ever\n",
        count("triggered"),
        count("acknowledged"),
        count("resolved"),
        count("opened"),
    );
    for stage in items(&status["stages"]) {
        out += &format!("{}\n", stage_line(stage));
    }
    out += &load_line(&status["load"]);
    for store in items(&status["stores"]) {
        let state = match store["error"].as_str() {
            Some(error) => Tone::Bad.paint(&escape(error)),
            None => "ok".to_owned(),
        };
        let nodes = fleet::nodes_line(store);
        out += &format!(
            "store {} at {}: {state}{nodes}\n",
            escape(text(&store["name"])),
            escape(text(&store["url"]))
        );
    }
    for process in items(&status["processes"]) {
        out += &fleet::process_lines(process, status, moment);
    }
    let quarantined = status["quarantine"]["total"].as_u64().unwrap_or(0);
    if quarantined > 0 {
        out +=
            &format!("{}\n", Tone::Watched.paint(&format!("quarantined so far: {quarantined}; the latest:")));
    }
    for input in items(&status["quarantine"]["last"]) {
        let when = moment.show(text(&input["at"]));
        out += &format!("  {when} {}: {}\n", escape(text(&input["address"])), escape(text(&input["reason"])));
    }
    for hint in items(&status["hints"]) {
        out += &format!("{}\n", Tone::Watched.paint(&escape(text(hint))));
    }
    out
}

/// Only when there is something to say: nobody looks for the absence of load.
fn load_line(load: &Value) -> String {
    let count = |name: &str| load[name].as_u64().unwrap_or(0);
    let mut said = Vec::new();
    if count("waiting") > 0 {
        said.push(format!("{} of {} events wait to be stored", count("waiting"), count("waiting_max")));
    }
    // A few are always on their way.
    if count("undone") * 4 > count("undone_max") {
        let (undone, most) = (count("undone"), count("undone_max"));
        said.push(format!("{undone} of {most} events are stored and wait for the stages"));
    }
    if count("refused") > 0 {
        said.push(format!("{} events refused so far", count("refused")));
    }
    if count("dropped") > 0 {
        said.push(format!("{} events given up by their senders", count("dropped")));
    }
    if let Some(pressure @ ("busy" | "overloaded")) = load["pressure"].as_str() {
        said.insert(0, pressure.to_owned());
    }
    if said.is_empty() { String::new() } else { format!("load: {}\n", Tone::Watched.paint(&said.join(", "))) }
}

fn stage_line(stage: &Value) -> String {
    let name = escape(text(&stage["name"]));
    if let Some(reason) = stage["stopped"].as_str() {
        return format!("stage {name}: {}", Tone::Bad.paint(&format!("stopped: {}", escape(reason))));
    }
    let role = if stage["working"] == Value::Bool(true) { "working" } else { "following" };
    let oldest = stage["oldest_undone_seconds"].as_f64().unwrap_or(0.0);
    let waiting = stage["backlog"].as_u64().unwrap_or(0);
    let backlog = if oldest > 0.0 {
        format!("oldest work {oldest:.1}s old, {waiting} waiting")
    } else {
        "all done".to_owned()
    };
    format!("stage {name}: {role} at {}, {backlog}", stage["position"])
}
