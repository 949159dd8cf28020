//! `pd service`: what incidents belong to.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::catalog::{self, Farewell, column, field, names, narrow, wide};
use super::dry::Dry;
use super::error::Exit;
use super::named::{self, POLICY, SERVICE};
use super::output::{Cell, Column, Moment, Tone, escape};
use super::session::Session;
use super::view::{items, text, time};
use crate::client::{Client, Request, incidents};
use crate::config::duration;

/// Services: what incidents belong to
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(List),
    Show(Show),
    Create(Create),
    Disable(Switch),
    Enable(SwitchOn),
    Delete(Delete),
}

const LIST_EXAMPLES: &str = "\
Examples:
  $ pd service list
  $ pd service list data -o wide
  $ pd service list --sort -last-incident --columns name,status,last-incident";

/// List services
#[derive(Debug, clap::Args)]
#[command(after_long_help = LIST_EXAMPLES)]
struct List {
    /// Only those whose name has this part
    #[arg(value_name = "PART")]
    part: Option<String>,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  $ pd service show database
  $ pd service show database -o json --jq .integrations";

/// Show a service: who is paged, and where its events come from
#[derive(Debug, clap::Args)]
#[command(after_long_help = SHOW_EXAMPLES)]
struct Show {
    /// Its name or id, or how one of them begins
    #[arg(value_name = "SERVICE")]
    service: String,
}

const CREATE_EXAMPLES: &str = "\
Examples:
  $ pd service create database --policy default
  $ pd service create lab --policy default --urgency low --resolve-after 4h
  $ pd service create web --policy default --dry-run";

/// Make a service, with an integration for events
///
/// What is printed is its routing key: where events go.
#[derive(Debug, clap::Args)]
#[command(after_long_help = CREATE_EXAMPLES)]
struct Create {
    /// What it is called
    #[arg(value_name = "NAME")]
    name: String,
    /// The escalation policy that pages somebody, by name or id
    #[arg(long, value_name = "POLICY")]
    policy: String,
    /// What it is
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// How urgent its incidents are: high, low, or severity (as the event says)
    #[arg(long, value_name = "URGENCY", value_parser = ["high", "low", "severity"])]
    urgency: Option<String>,
    /// Page again if nothing happened for so long after an acknowledgement; 0s: never
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    unack_after: Option<Duration>,
    /// Resolve what is open for so long; 0s: never
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    resolve_after: Option<Duration>,
    #[command(flatten)]
    dry: Dry,
}

const DISABLE_EXAMPLES: &str = "\
Examples:
  $ pd service disable lab
  $ pd service disable lab web --dry-run";

/// Switch services off: events are accepted and open nothing
#[derive(Debug, clap::Args)]
#[command(after_long_help = DISABLE_EXAMPLES)]
struct Switch {
    /// Names or ids
    #[arg(value_name = "SERVICE", required = true)]
    services: Vec<String>,
    #[command(flatten)]
    dry: Dry,
}

const ENABLE_EXAMPLES: &str = "\
Examples:
  $ pd service enable lab";

/// Switch services on again
#[derive(Debug, clap::Args)]
#[command(after_long_help = ENABLE_EXAMPLES)]
struct SwitchOn {
    /// Names or ids
    #[arg(value_name = "SERVICE", required = true)]
    services: Vec<String>,
    #[command(flatten)]
    dry: Dry,
}

const DELETE_EXAMPLES: &str = "\
Examples:
  On a terminal its name is asked for:
  $ pd service delete lab

  $ pd service delete lab --confirm lab";

/// Delete a service for good, with its integrations
#[derive(Debug, clap::Args)]
#[command(after_long_help = DELETE_EXAMPLES)]
struct Delete {
    /// Its name or id
    #[arg(value_name = "SERVICE")]
    service: String,
    #[command(flatten)]
    farewell: Farewell,
}

/// The columns of lists of services.
const COLUMNS: [Column; 7] = [
    narrow("NAME", |it, _| field(it, "name")),
    column("STATUS", |it, _| status(it)),
    narrow("POLICY", |it, _| Cell::new(names(&it["escalation_policy"]))),
    column("LAST INCIDENT", |it, at| time(&it["last_incident_timestamp"], at)),
    column("ID", |it, _| field(it, "id")),
    wide("TEAMS", |it, _| Cell::new(names(&it["teams"]))),
    wide("DESCRIPTION", |it, _| field(it, "description")),
];

fn status(service: &Value) -> Cell {
    let status = text(&service["status"]);
    let tone = match status {
        "critical" => Tone::Bad,
        "warning" => Tone::Watched,
        "disabled" | "maintenance" => Tone::Faint,
        _ => Tone::Plain,
    };
    Cell::new(status).tone(tone)
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    match args.command {
        Command::List(args) => catalog::list(session, SERVICE, args.part, &COLUMNS).await,
        Command::Show(args) => show(session, &args.service).await,
        Command::Create(args) => create(session, args).await,
        Command::Disable(args) => switch(session, &args.services, "disabled", args.dry.is_wanted()).await,
        Command::Enable(args) => switch(session, &args.services, "active", args.dry.is_wanted()).await,
        Command::Delete(args) => catalog::delete(session, SERVICE, &args.service, &args.farewell).await,
    }
}

async fn show(session: &mut Session, name: &str) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let id = named::id(&client, SERVICE, name).await?;
    let request = Request::get(format!("/services/{id}")).with("include[]", "integrations");
    let answer = client.send(&request).await?;
    let service = incidents::take(answer.json()?, "service", &answer.url)?;
    let now = session.now();
    session.out.expect_long();
    session.out.object("service", &service, |moment| describe(&service, moment), now)?;
    Ok(Exit::Ok)
}

fn describe(service: &Value, moment: &Moment) -> String {
    let bold = anstyle::Style::new().bold();
    let mut told = format!("{bold}{}{bold:#}\n", escape(text(&service["name"])));
    let status = text(&service["status"]);
    let policy = names(&service["escalation_policy"]);
    told += &format!("{}, escalation policy {}\n", escape(status), escape(&policy));
    if let Some(description) = service["description"].as_str().filter(|text| !text.is_empty()) {
        told += &format!("{}\n", escape(description));
    }
    let teams = names(&service["teams"]);
    if !teams.is_empty() {
        told += &format!("teams {}\n", escape(&teams));
    }
    if let Some(last) = service["last_incident_timestamp"].as_str() {
        told += &format!("the last incident {}\n", moment.when(last));
    }
    for (name, what) in [
        ("acknowledgement_timeout", "acknowledged, it is open again after"),
        ("auto_resolve_timeout", "resolved by itself after"),
    ] {
        if let Some(seconds) = service[name].as_u64().filter(|seconds| *seconds > 0) {
            told += &format!("{what} {}\n", super::output::span(seconds));
        }
    }
    told += &Tone::Faint.paint(&format!("id {}", escape(text(&service["id"]))));
    told += &format!("\n\n{bold}Integrations{bold:#}\n");
    for integration in items(&service["integrations"]) {
        let name = integration["name"].as_str().unwrap_or_else(|| text(&integration["summary"]));
        let key = integration["integration_key"].as_str().or(integration["integration_email"].as_str());
        let key = key.map(|key| format!(": {}", escape(key))).unwrap_or_default();
        told += &format!("  {}{key}\n", escape(name));
    }
    told
}

async fn create(session: &mut Session, args: Create) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let policy = named::find(&client, POLICY, &args.policy).await?;
    let mut service = json!({
        "type": "service",
        "name": args.name,
        "escalation_policy": {"id": policy["id"], "type": "escalation_policy_reference"},
    });
    if let Some(description) = args.description {
        service["description"] = description.into();
    }
    if let Some(urgency) = args.urgency {
        let urgency = if urgency == "severity" { "severity_based".to_owned() } else { urgency };
        service["incident_urgency_rule"] = json!({"type": "constant", "urgency": urgency});
    }
    for (name, length) in
        [("acknowledgement_timeout", args.unack_after), ("auto_resolve_timeout", args.resolve_after)]
    {
        if let Some(length) = length {
            let seconds = Some(length.as_secs()).filter(|seconds| *seconds > 0);
            service[name] = seconds.map_or(Value::Null, Value::from);
        }
    }
    let name = escape(&args.name);
    let what = format!("make the service {name}, with {}", escape(text(&policy["name"])));
    if let Some(exit) = args.dry.says(session, SERVICE.one, &service, &what)? {
        return Ok(exit);
    }
    let mut made =
        incidents::ask(&client, Method::POST, "/services", json!({ "service": service }), "service").await?;
    let integration = integrate(&client, text(&made["id"])).await?;
    made["integrations"] = json!([integration]);
    let key = text(&integration["integration_key"]);
    catalog::done(session, SERVICE, &made, &escape(key))?;
    if session.out.is_text() {
        let id = escape(text(&made["id"]));
        session.out.note(&format!("made the service {name} ({id}); events go to this routing key"));
    }
    Ok(Exit::Ok)
}

async fn integrate(client: &Client, service: &str) -> anyhow::Result<Value> {
    let body = json!({"integration": {"type": "events_api_v2_inbound_integration", "name": "Events API v2"}});
    let path = format!("/services/{service}/integrations");
    Ok(incidents::ask(client, Method::POST, &path, body, "integration").await?)
}

async fn switch(
    session: &mut Session,
    given: &[String],
    status: &'static str,
    dry_run: bool,
) -> anyhow::Result<Exit> {
    session.out.expect_columns(&COLUMNS)?;
    let client = session.client().await?;
    // All are found before one is changed.
    let mut found = Vec::new();
    for name in given {
        found.push(named::find(&client, SERVICE, name).await?);
    }
    let verb = if status == "active" { "enable" } else { "disable" };
    let mut changed = Vec::new();
    for service in found {
        if dry_run {
            changed.push(service);
            continue;
        }
        let path = format!("/services/{}", text(&service["id"]));
        let body = json!({"service": {"id": service["id"], "type": "service", "status": status}});
        changed.push(incidents::ask(&client, Method::PUT, &path, body, "service").await?);
    }
    if !session.out.is_prose() {
        return session.list("service", &changed, &COLUMNS, "");
    }
    let did = if dry_run { format!("would {verb}") } else { format!("{verb}d") };
    let lines = changed.iter().map(|it| format!("{did} {}", escape(text(&it["name"]))));
    session.out.text(&lines.collect::<Vec<_>>().join("\n"))?;
    Ok(Exit::Ok)
}
