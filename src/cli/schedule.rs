//! `pd schedule`: lists schedules, and shows one as a chart.

use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::catalog::{self, Farewell};
use super::error::Exit;
use super::gantt::{Bar, Frame, Row, draw};
use super::named::{self, SCHEDULE};
use super::output::{Cell, Column, Moment, Tone, escape};
use super::session::Session;
use super::view::{items, text};
use super::when;
use crate::client::Request;
use crate::domain::time::Timestamp;

/// The width of the chart if the terminal does not say.
const WIDTH: u16 = 80;
/// How many gaps are told one by one.
const GAPS: usize = 10;

/// Schedules: who is on call when
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(List),
    Show(Show),
    Delete(Delete),
}

const LIST_EXAMPLES: &str = "\
Examples:
  $ pd schedule list
  $ pd schedule list data -o json";

/// List schedules
#[derive(Debug, clap::Args)]
#[command(after_long_help = LIST_EXAMPLES)]
struct List {
    /// Only those whose name has this part
    #[arg(value_name = "PART")]
    part: Option<String>,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  The next two weeks:
  $ pd schedule show primary

  A month from Christmas on, by the local clock:
  $ pd schedule show primary --since 2026-12-24 --days 31 --zone local

  Every shift, for a program:
  $ pd schedule show primary -o json";

/// Show one schedule as a chart: a row for each layer, the overrides, and what comes of them
///
/// The highest row wins. `·` means that a layer does not serve, `!nobody!` in the final row that nobody is on call.
#[derive(Debug, clap::Args)]
#[command(after_long_help = SHOW_EXAMPLES)]
struct Show {
    /// Its name or id
    #[arg(value_name = "SCHEDULE")]
    schedule: String,
    /// From when [default: the beginning of today]
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// How many days
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=366))]
    days: u16,
    /// By which clock: `schedule`, `local`, or a time zone such as Europe/Berlin
    #[arg(long, value_name = "ZONE", default_value = "schedule")]
    zone: String,
    /// Draw this many columns wide, also into pipes [default: the terminal's width]
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(40..=1000))]
    width: Option<u16>,
}

const DELETE_EXAMPLES: &str = "\
Examples:
  On a terminal its name is asked for:
  $ pd schedule delete old

  $ pd schedule delete old --confirm old";

/// Delete a schedule that no escalation policy uses
#[derive(Debug, clap::Args)]
#[command(after_long_help = DELETE_EXAMPLES)]
struct Delete {
    /// Its name or id
    #[arg(value_name = "SCHEDULE")]
    schedule: String,
    #[command(flatten)]
    farewell: Farewell,
}

const COLUMNS: [Column; 4] = [
    Column { title: "NAME", wide: false, gives_way: true, cell: |it, _| Cell::new(text(&it["name"])) },
    Column { title: "ZONE", wide: false, gives_way: false, cell: |it, _| Cell::new(text(&it["time_zone"])) },
    Column { title: "USERS", wide: false, gives_way: true, cell: |it, _| Cell::new(members(it)) },
    Column { title: "ID", wide: false, gives_way: false, cell: |it, _| Cell::new(text(&it["id"])) },
];

fn members(schedule: &Value) -> String {
    items(&schedule["users"]).map(|user| text(&user["summary"])).collect::<Vec<_>>().join(", ")
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    match args.command {
        Command::List(args) => list(session, args).await,
        Command::Show(args) => show(session, args).await,
        Command::Delete(args) => catalog::delete(session, SCHEDULE, &args.schedule, &args.farewell).await,
    }
}

async fn list(session: &mut Session, args: List) -> anyhow::Result<Exit> {
    catalog::list(session, SCHEDULE, args.part, &COLUMNS).await
}

async fn show(session: &mut Session, args: Show) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let now = session.now();
    let known = named::find(&client, SCHEDULE, &args.schedule).await?;
    let zone = match args.zone.as_str() {
        "schedule" => when::zone(text(&known["time_zone"]))?,
        other => when::zone(other)?,
    };
    let from = match &args.since {
        Some(typed) => when::instant(typed, &zone, now)?,
        None => when::instant(&when::civil(now, &zone).date().to_string(), &zone, now).unwrap_or(now),
    };
    let until = from.plus(Duration::from_secs(u64::from(args.days) * 86_400));
    let request = Request::get(format!("/schedules/{}", text(&known["id"])))
        .with("since", from.to_iso())
        .with("until", until.to_iso())
        .with("time_zone", "UTC");
    let mut answer: Value = client.send(&request).await?.json()?;
    let schedule = answer["schedule"].take();
    let wide = args.width.or_else(|| comfy_table::Table::new().width());
    let chart = |moment: &Moment| {
        let frame = Frame { from, until, now, zone, width: usize::from(wide.unwrap_or(WIDTH)) };
        if moment.relative || args.width.is_some() { describe(&schedule, &frame) } else { lines(&schedule) }
    };
    session.out.object("schedule", &schedule, chart, now)?;
    Ok(Exit::Ok)
}

/// The rows from the highest to the lowest, and what comes of them.
fn rows(schedule: &Value) -> Vec<Row> {
    let row = |label: &str, part: &Value, is_final: bool| Row {
        label: label.to_owned(),
        bars: items(&part["rendered_schedule_entries"]).filter_map(bar).collect(),
        is_final,
    };
    let overrides = row("Overrides", &schedule["overrides_subschedule"], false);
    let layers = items(&schedule["schedule_layers"]).map(|layer| row(text(&layer["name"]), layer, false));
    let last = row("Final", &schedule["final_schedule"], true);
    std::iter::once(overrides).chain(layers).chain([last]).collect()
}

fn bar(entry: &Value) -> Option<Bar> {
    let start = Timestamp::parse(text(&entry["start"]))?;
    let end = entry["end"].as_str().and_then(Timestamp::parse).unwrap_or(Timestamp::MAX);
    Some(Bar { start, end, name: text(&entry["user"]["summary"]).to_owned() })
}

fn describe(schedule: &Value, frame: &Frame) -> String {
    let bold = anstyle::Style::new().bold();
    let zone = frame.zone.iana_name().unwrap_or("local time");
    let covered = schedule["final_schedule"]["rendered_coverage_percentage"].as_f64().unwrap_or_default();
    let mut out = format!(
        "{bold}{}{bold:#}, {covered} % covered, times in {zone}\n\n",
        escape(text(&schedule["name"]))
    );
    out += &draw(&rows(schedule), frame);
    out += "\n";
    if let Some(now) = present(schedule, frame) {
        out += &now;
    }
    let gaps: Vec<_> = items(&schedule["final_schedule"]["gaps"]).collect();
    for gap in gaps.iter().take(GAPS) {
        let at = |end: &str| told(text(&gap[end]), &frame.zone);
        out += &format!("{} from {} to {}\n", Tone::Bad.paint("nobody"), at("start"), at("end"));
    }
    if gaps.len() > GAPS {
        out += &format!("and {} more gaps\n", gaps.len() - GAPS);
    }
    out
}

fn told(iso: &str, zone: &TimeZone) -> String {
    Timestamp::parse(iso).map_or_else(|| escape(iso), |at| when::short(at, zone))
}

/// Who serves now and who is next.
fn present(schedule: &Value, frame: &Frame) -> Option<String> {
    let bars: Vec<Bar> =
        items(&schedule["final_schedule"]["rendered_schedule_entries"]).filter_map(bar).collect();
    let index = bars.iter().position(|bar| bar.start <= frame.now && frame.now < bar.end)?;
    let now = &bars[index];
    let until = if now.end >= frame.until {
        String::new()
    } else {
        format!(" until {}", when::short(now.end, &frame.zone))
    };
    let then = bars.get(index + 1).filter(|next| next.start == now.end);
    let then = then.map(|next| format!(", then {}", escape(&next.name))).unwrap_or_default();
    Some(format!("now {}{until}{then}\n", escape(&now.name)))
}

/// Each shift on a line: the row, start, end, who.
fn lines(schedule: &Value) -> String {
    let mut out = String::new();
    let mut part = |name: &str, part: &Value| {
        for entry in items(&part["rendered_schedule_entries"]) {
            let (start, end) = (text(&entry["start"]), text(&entry["end"]));
            let who = escape(text(&entry["user"]["summary"]));
            out += &format!("{}\t{}\t{}\t{who}\n", escape(name), escape(start), escape(end));
        }
    };
    part("overrides", &schedule["overrides_subschedule"]);
    for layer in items(&schedule["schedule_layers"]) {
        part(&format!("layer {}", text(&layer["name"])), layer);
    }
    part("final", &schedule["final_schedule"]);
    for gap in items(&schedule["final_schedule"]["gaps"]) {
        out += &format!("final\t{}\t{}\t\n", escape(text(&gap["start"])), escape(text(&gap["end"])));
    }
    out
}
