//! `pd oncall`: who is on call.

use serde_json::Value;

use super::error::Exit;
use super::named::{self, POLICY, SCHEDULE, USER};
use super::output::{Cell, Column, Format};
use super::session::Session;
use super::view::text;
use super::when;
use crate::client::{Request, pages};

const EXAMPLES: &str = "\
Examples:
  Who is on call now:
  $ pd oncall

  On a certain night, by one policy:
  $ pd oncall --at 2026-12-24T20:00 --policy database

  When it is somebody's turn in the next four weeks:
  $ pd oncall --user ann --until 28d

  For a program:
  $ pd oncall --schedule primary -o json";

/// Show who is on call, by policy and level
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// At this time (by the local clock, ISO 8601, or from now, such as 3h) rather than now
    #[arg(long, value_name = "TIME", default_value = "now")]
    at: String,
    /// Everybody until this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only by this escalation policy, by name or id; may be given several times
    #[arg(long, value_name = "POLICY")]
    policy: Vec<String>,
    /// Only by this schedule, by name or id; may be given several times
    #[arg(long, value_name = "SCHEDULE")]
    schedule: Vec<String>,
    /// Only this user, by name, e-mail address or id; may be given several times
    #[arg(long, value_name = "USER")]
    user: Vec<String>,
    /// At most so many
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
}

const COLUMNS: [Column; 6] = [
    Column { title: "POLICY", wide: false, gives_way: true, cell: |it, _| name(&it["escalation_policy"]) },
    Column {
        title: "LEVEL",
        wide: false,
        gives_way: false,
        cell: |it, _| Cell::new(it["escalation_level"].as_u64().unwrap_or_default().to_string()),
    },
    Column { title: "USER", wide: false, gives_way: false, cell: |it, _| name(&it["user"]) },
    Column { title: "SCHEDULE", wide: false, gives_way: true, cell: |it, _| name(&it["schedule"]) },
    Column { title: "FROM", wide: false, gives_way: false, cell: |it, at| shown(&it["start"], at) },
    Column { title: "UNTIL", wide: false, gives_way: false, cell: |it, at| shown(&it["end"], at) },
];

fn name(thing: &Value) -> Cell {
    Cell::new(text(&thing["summary"]))
}

fn shown(time: &Value, moment: &super::output::Moment) -> Cell {
    time.as_str().map(|iso| Cell::new(moment.show(iso))).unwrap_or_default()
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let (now, zone) = (session.now(), when::local());
    let since = when::instant(&args.at, &zone, now)?;
    let until = args.until.as_deref().map(|typed| when::instant(typed, &zone, now)).transpose()?;
    let client = session.client().await?;
    let mut request = Request::get("/oncalls").with("time_zone", "UTC");
    // Now is for the server to say: what it did a moment ago counts already.
    if args.at != "now" {
        request = request.with("since", since.to_iso()).with("until", until.unwrap_or(since).to_iso());
    } else if let Some(until) = until {
        request = request.with("until", until.to_iso());
    }
    for (name, kind, given) in [
        ("escalation_policy_ids[]", POLICY, &args.policy),
        ("schedule_ids[]", SCHEDULE, &args.schedule),
        ("user_ids[]", USER, &args.user),
    ] {
        for id in named::ids(&client, kind, given).await? {
            request = request.with(name, id);
        }
    }
    let mut listed = pages::list(&client, &request, "oncalls", args.limit as usize).await?;
    if session.out.is_quiet() || session.out.format() == Format::Name {
        // Being on call has no id; whoever is has one.
        let mut users: Vec<Value> = listed.items.iter_mut().map(|it| it["user"].take()).collect();
        users.sort_by(|a, b| text(&a["id"]).cmp(text(&b["id"])));
        users.dedup_by(|a, b| a["id"] == b["id"]);
        listed.items = users;
    }
    session.out.list("user", &listed.items, &COLUMNS, now)?;
    if listed.items.is_empty() && session.out.is_text() {
        session.out.note("nobody is on call");
    }
    if listed.more {
        session.out.note(&format!("there are more: --limit {}", (args.limit * 10).min(10_000)));
    }
    Ok(Exit::Ok)
}
