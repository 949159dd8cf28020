//! `pd show`: shows one incident whole.

use serde_json::{Value, json};

use super::error::Exit;
use super::output::{Moment, Tone, escape, pretty};
use super::session::Session;
use super::view::{self, items, text};
use crate::client::{self, Client, Request, incidents, pages};

const EXAMPLES: &str = "\
Examples:
  $ pd show 12
  $ pd show disk-db-1 -o json";

/// Log entries and alerts that are shown at most; `pd log` shows more.
const PARTS: usize = 200;

/// Show an incident: its alerts, what their events said, and why each thing happened
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Its number, id or dedup key
    #[arg(value_name = "INCIDENT")]
    incident: String,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let name = super::session::names(vec![args.incident])?.remove(0);
    let incident = incidents::find(&client, &name).await?;
    let id = text(&incident["id"]);
    let list = async |part: &str| {
        pages::list(&client, &Request::get(format!("/incidents/{id}/{part}")), part, PARTS).await
    };
    let (alerts, log, events) = tokio::try_join!(list("alerts"), list("log_entries"), events(&client, id))?;
    let mut whole = incident.clone();
    whole["alerts"] = Value::Array(alerts.items);
    whole["log_entries"] = Value::Array(log.items);
    whole["events"] = Value::Array(events);
    let now = session.now();
    session.out.expect_long();
    session.out.object("incident", &whole, |moment| describe(&whole, moment), now)?;
    if (alerts.more || log.more) && session.out.is_text() {
        session.out.note(&format!("there is more than is shown: `pd log {name} --limit 10000`"));
    }
    Ok(Exit::Ok)
}

/// The first and the latest event of each alert, as they came. Only `pd` has them.
async fn events(client: &Client, id: &str) -> Result<Vec<Value>, client::Error> {
    let answer = match client.send(&Request::get(format!("/incidents/{id}/events"))).await {
        Err(client::Error::NotFound { .. } | client::Error::Foreign { .. }) => return Ok(Vec::new()),
        answer => answer?,
    };
    let mut body: Value = answer.json()?;
    match body["events"].take() {
        Value::Array(events) => Ok(events),
        _ => Ok(Vec::new()),
    }
}

fn describe(incident: &Value, moment: &Moment) -> String {
    let bold = anstyle::Style::new().bold();
    let title = |title: &str| format!("\n{bold}{title}{bold:#}\n");
    let mut out = format!("{bold}{}{bold:#}\n", view::headline(incident));
    for line in facts(incident, moment) {
        out += &format!("{line}\n");
    }
    out += &title("Alerts");
    for alert in items(&incident["alerts"]) {
        out += &format!("  {}\n", alert_line(alert, moment));
    }
    for event in events_to_show(incident) {
        let which = if event["which"] == json!("first") { "First" } else { "Latest" };
        let alert = escape(text(&event["alert"]["summary"]));
        out += &title(&format!(
            "{which} event of {alert}, accepted {}",
            moment.when(text(&event["accepted_at"]))
        ));
        if event["event"].is_null() {
            out += "  it is not kept any more\n";
            continue;
        }
        for line in pretty(&event["event"]).lines() {
            out += &format!("  {line}\n");
        }
    }
    out += &title("Timeline");
    // Newest first is how the API gives them; a story is told from its beginning.
    let entries: Vec<_> = items(&incident["log_entries"]).collect();
    let entries = entries
        .iter()
        .rev()
        .map(|entry| (moment.show(text(&entry["created_at"])), view::happened(entry, moment)));
    let entries: Vec<_> = entries.collect();
    let width = entries.iter().map(|(when, _)| when.chars().count()).max().unwrap_or(0);
    for (when, what) in entries {
        out += &format!("  {when:<width$}  {}\n", escape(&what));
    }
    out
}

fn facts(incident: &Value, moment: &Moment) -> Vec<String> {
    let status = text(&incident["status"]);
    let mut facts = vec![format!(
        "{}, {} urgency, service {}, opened {}",
        view::tone(status).paint(&escape(status)),
        escape(text(&incident["urgency"])),
        escape(text(&incident["service"]["summary"])),
        moment.when(text(&incident["created_at"])),
    )];
    let assigned = view::assigned(incident);
    if !assigned.is_empty() {
        facts.push(format!("assigned to {}", escape(&assigned)));
    }
    for acknowledgement in items(&incident["acknowledgements"]) {
        let who = escape(text(&acknowledgement["acknowledger"]["summary"]));
        facts.push(format!("acknowledged by {who} {}", moment.when(text(&acknowledgement["at"]))));
    }
    if let Some(at) = incident["resolved_at"].as_str() {
        let who = incident["last_status_change_by"]["summary"].as_str();
        let by = who.map(|who| format!(" by {}", escape(who))).unwrap_or_default();
        facts.push(format!("resolved{by} {}", moment.when(at)));
    }
    for responder in items(&incident["incidents_responders"]) {
        let (who, state) = (text(&responder["user"]["summary"]), text(&responder["state"]));
        facts.push(format!("asked to help: {}, {}", escape(who), escape(state)));
    }
    if let Some(until) = incident["snoozed_until"].as_str() {
        facts.push(format!("snoozed until {}", moment.show(until)));
    }
    if let Some(priority) = incident["priority"]["name"].as_str() {
        facts.push(format!("priority {}", escape(priority)));
    }
    if let Some(into) = incident["resolve_reason"]["incident"]["summary"].as_str() {
        facts.push(format!("merged into {}", escape(into)));
    }
    for action in items(&incident["pending_actions"]) {
        let kind = escape(text(&action["type"]));
        facts.push(format!("next: {kind} {}", moment.when(text(&action["at"]))));
    }
    let key = incident["incident_key"].as_str().map(|key| format!(", key {}", escape(key)));
    let id = escape(text(&incident["id"]));
    facts.push(Tone::Faint.paint(&format!("id {id}{}", key.unwrap_or_default())));
    if let Some(url) = incident["html_url"].as_str() {
        facts.push(Tone::Faint.paint(&escape(url)));
    }
    facts
}

fn alert_line(alert: &Value, moment: &Moment) -> String {
    let status = text(&alert["status"]);
    let events = match alert["events"].as_u64() {
        Some(events) if events > 1 => {
            let last =
                alert["last_event_at"].as_str().map(|at| format!(", the last one {}", moment.when(at)));
            format!(", {events} events{}", last.unwrap_or_default())
        }
        _ => String::new(),
    };
    format!(
        "{} {}: {} (key {}{events})",
        view::tone(status).paint(&escape(status)),
        escape(text(&alert["severity"])),
        escape(text(&alert["summary"])),
        escape(text(&alert["alert_key"])),
    )
}

/// Without the latest events that are the first ones, too.
fn events_to_show(incident: &Value) -> impl Iterator<Item = &Value> {
    let all = || items(&incident["events"]);
    all().filter(move |event| {
        event["which"] == json!("first")
            || !all().any(|other| {
                other["which"] == json!("first")
                    && other["alert"]["id"] == event["alert"]["id"]
                    && other["accepted_at"] == event["accepted_at"]
                    && other["event"] == event["event"]
            })
    })
}
