//! `pd audit`: who changed what in the configuration.

mod changed;

use serde_json::Value;

use super::error::Exit;
use super::output::{Cell, Column, Moment};
use super::session::Session;
use super::view::{items, text, time};
use super::when;
use crate::client::Request;

const EXAMPLES: &str = "\
Examples:
  $ pd audit
  $ pd audit --kind schedules --since 2026-12-01
  $ pd audit --action delete -o json";

/// Show who changed what in the configuration, before and after
///
/// The newest first. The record holds the last 5,000 changes, none older than 400 days. Secrets and contact data are not in
/// it: that they changed is. Only owners and admins may read it. On a terminal each field that was changed is on a line of
/// its own, as wide as the terminal; elsewhere a change is on one line, whole.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// How many changes at most
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    limit: u32,
    /// Only changes of this kind: users, schedules, escalation_policies, services, event_rules, …
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// Only create, update or delete
    #[arg(long = "action", value_name = "ACTION")]
    actions: Vec<String>,
    /// Only changes from this time on
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only changes before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

const COLUMNS: [Column; 5] = [
    Column { title: "WHEN", wide: false, gives_way: false, cell: |it, at| time(&it["execution_time"], at) },
    Column {
        title: "WHO",
        wide: false,
        gives_way: false,
        cell: |it, _| Cell::new(text(&it["actors"][0]["summary"])),
    },
    Column { title: "ACTION", wide: false, gives_way: false, cell: |it, _| Cell::new(text(&it["action"])) },
    Column { title: "WHAT", wide: false, gives_way: false, cell: |it, _| Cell::new(what(it)) },
    Column { title: "FIELDS", wide: false, gives_way: true, cell: |it, _| Cell::new(fields(it)) },
];

fn what(record: &Value) -> String {
    let kind = text(&record["root_resource"]["type"]);
    let kind = kind.strip_suffix("_reference").unwrap_or(kind).replace('_', " ");
    format!("{kind} {}", text(&record["root_resource"]["summary"]))
}

/// Of an update what it was and is; of what came or went only which fields it had would be too much.
fn fields(record: &Value) -> String {
    if text(&record["action"]) != "update" {
        return String::new();
    }
    let field = |it: &Value| {
        let side = |name: &str| it[name].as_str().unwrap_or("none").to_owned();
        format!("{}: {} -> {}", text(&it["name"]), side("before_value"), side("value"))
    };
    items(&record["details"]["fields"]).map(field).collect::<Vec<_>>().join("; ")
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let (now, zone) = (session.now(), when::local());
    let mut request = Request::get("/audit/records");
    for kind in args.kinds {
        request = request.with("root_resource_types[]", kind);
    }
    for action in args.actions {
        request = request.with("actions[]", action);
    }
    for (name, typed) in [("since", args.since), ("until", args.until)] {
        if let Some(typed) = typed {
            request = request.with(name, when::instant(&typed, &zone, now)?.to_iso());
        }
    }
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let mut records: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    while records.len() < limit {
        let page = (limit - records.len()).min(1_000);
        let request = request.clone().with("limit", page.to_string()).with("cursor", &cursor);
        let mut body: Value = client.send(&request).await?.json()?;
        let Value::Array(part) = body["records"].take() else { break };
        records.extend(part);
        match body["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    let moment = session.out.moment(now);
    if !moment.relative || records.is_empty() || !session.out.is_plain() {
        return session.list("change", &records, &COLUMNS, "no changes");
    }
    let width = session.out.width();
    let told: String = records.iter().map(|record| block(record, &moment, width)).collect();
    session.out.text(&told)?;
    Ok(Exit::Ok)
}

/// Who did what and when, and below it the fields.
fn block(record: &Value, moment: &Moment, width: usize) -> String {
    const INDENT: &str = "    ";
    let head = COLUMNS[..4].iter().map(|column| (column.cell)(record, moment).to_string());
    let mut told = head.collect::<Vec<_>>().join("  ") + "\n";
    for line in changed::lines(record, width.saturating_sub(INDENT.len())) {
        told += &format!("{INDENT}{line}\n");
    }
    told
}
