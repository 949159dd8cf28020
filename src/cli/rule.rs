//! `pd rule`: event rules.

use std::path::PathBuf;

use anyhow::Context as _;
use http::Method;
use serde_json::{Map, Value, json};

use super::dry::Dry;
use super::error::{Complaint, Exit};
use super::lookup;
use super::output::{Cell, Column};
use super::session::{Session, stdin};
use super::view::text;
use crate::client::{Client, Request};

const LANGUAGE: &str = "\
A condition is an expression over the fields of an event:
  severity == 'critical' and source is startingwith('db-')
  'timeout' in summary|lower or custom_details.env|default('prod') != 'prod'
Fields: summary source severity component group class custom_details client client_url links images timestamp
  dedup_key action service integration; `event` is all that was received. What is missing is undefined: equal to
  nothing, contained in nothing. custom_details are often texts: compare numbers as `custom_details.load|float > 5`.
Operators: == != < <= > >= in, not in, and, or, not, ~ (joins texts), + - / % on numbers, A if C else B
Tests: is defined, undefined, none, string, number, startingwith('x'), endingwith('x'), matching('db-*.example.?')
Filters: |lower |upper |trim |length |default('x') |int |float |string |first |last |abs |round
A template is a text with {{ … }} in it: `{{ source }}/{{ custom_details.disk|default('?') }}`
Rules of a list apply in order, each to what those before it have made of the event; `stop` ends the list. The global
list comes first; only it may route, and once. A condition that cannot be evaluated does not hold, and is counted.";

const SET_EXAMPLES: &str = "\
Examples:
  $ pd rule set rules.toml --service database
  $ pd rule list -o json | pd rule set -

In TOML:
  [[event_rules]]
  name = \"backups are no emergency\"
  condition = \"component == 'backup'\"
  actions = { severity = \"warning\", set = { dedup_key = \"backup/{{ source }}\" } }";

const ADD_EXAMPLES: &str = "\
Examples:
  $ pd rule add 'flapping links' --if \"class == 'link'\" --pause 5m --service network
  $ pd rule add 'database events' --if \"source is startingwith('db-')\" --route database
  $ pd rule add 'test machines' --if \"source is matching('test-*')\" --drop --first
  $ pd rule add 'per host' --set 'dedup_key={{ source }}' --note 'runbook: https://wiki.example.com/{{ class }}'";

/// Say what is done with events before they become alerts
#[derive(Debug, clap::Args)]
#[command(after_long_help = LANGUAGE)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(List),
    Add(Box<Add>),
    Remove(Remove),
    Set(Set),
}

/// List the global rules, or those of a service, in order
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd rule list\n  $ pd rule list --service database -o json")]
struct List {
    #[command(flatten)]
    of: Of,
}

/// Which list.
#[derive(Debug, clap::Args)]
struct Of {
    /// Those of this service, by name or id, rather than the global ones
    #[arg(long, value_name = "SERVICE")]
    service: Option<String>,
}

/// Add a rule at the end of its list
#[derive(Debug, clap::Args)]
#[command(after_long_help = ADD_EXAMPLES)]
struct Add {
    /// What to call it
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    of: Of,
    /// When it applies [default: always]
    #[arg(long = "if", value_name = "CONDITION")]
    condition: Option<String>,
    /// Put it before the others
    #[arg(long)]
    first: bool,
    /// Pass over the rules after it when it applies
    #[arg(long)]
    stop: bool,
    /// Count the event, and nothing else
    #[arg(long)]
    drop: bool,
    /// Record the alert and page nobody
    #[arg(long)]
    suppress: bool,
    /// Page only if it still fires after this long
    #[arg(long, value_name = "DURATION", value_parser = crate::config::duration)]
    pause: Option<std::time::Duration>,
    /// Send it to this service; global rules only
    #[arg(long, value_name = "SERVICE")]
    route: Option<String>,
    /// How bad it is
    #[arg(short, long, value_name = "SEVERITY", value_parser = ["critical", "error", "warning", "info"])]
    severity: Option<String>,
    /// The priority of its incident, by name or id
    #[arg(long, value_name = "PRIORITY")]
    priority: Option<String>,
    /// Write a field anew: FIELD=TEMPLATE; may be given several times
    #[arg(long, value_name = "FIELD=TEMPLATE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// Write a note on its incident
    #[arg(long, value_name = "TEMPLATE")]
    note: Option<String>,
    #[command(flatten)]
    dry: Dry,
}

/// Remove a rule
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Examples:\n  $ pd rule remove 'test machines'\n  $ pd rule remove flapping --service network"
)]
struct Remove {
    /// Its name
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    of: Of,
    #[command(flatten)]
    dry: Dry,
}

/// Replace a whole list by that of a file, in TOML or JSON
#[derive(Debug, clap::Args)]
#[command(after_long_help = SET_EXAMPLES)]
struct Set {
    /// A file with `event_rules`; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    of: Of,
    #[command(flatten)]
    dry: Dry,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, template)) if !field.trim().is_empty() => {
            Ok((field.trim().to_owned(), template.to_owned()))
        }
        _ => Err("expected FIELD=TEMPLATE, such as dedup_key={{ source }}".to_owned()),
    }
}

const COLUMNS: [Column; 5] = [
    Column { title: "NAME", wide: false, gives_way: false, cell: |it, _| Cell::new(text(&it["name"])) },
    Column { title: "IF", wide: false, gives_way: true, cell: |it, _| Cell::new(condition(it)) },
    Column { title: "THEN", wide: false, gives_way: true, cell: |it, _| Cell::new(actions(it)) },
    Column {
        title: "DROPPED",
        wide: true,
        gives_way: false,
        cell: |it, _| Cell::new(it["counts"]["dropped"].to_string()),
    },
    Column {
        title: "FAILED",
        wide: true,
        gives_way: false,
        cell: |it, _| Cell::new(it["counts"]["failed"].to_string()),
    },
];

fn condition(rule: &Value) -> &str {
    match (rule["disabled"].as_bool(), text(&rule["condition"])) {
        (Some(true), _) => "(disabled)",
        (_, "") => "(always)",
        (_, condition) => condition,
    }
}

/// `severity info, dedup_key={{ source }}, stop`
fn actions(rule: &Value) -> String {
    let mut said = Vec::new();
    for (name, value) in rule["actions"].as_object().into_iter().flatten() {
        match (name.as_str(), value) {
            (_, Value::Bool(true)) => said.push(name.clone()),
            ("set", Value::Object(fields)) => {
                said.extend(fields.iter().map(|(field, template)| format!("{field}={}", text(template))));
            }
            ("pause", seconds) => said.push(format!("pause {seconds} s")),
            (_, Value::Object(reference)) => {
                said.push(format!("{name} {}", reference.get("id").map(text).unwrap_or_default()));
            }
            (_, value) => said.push(format!("{name} {}", text(value))),
        }
    }
    if rule["stop"] == true {
        said.push("stop".to_owned());
    }
    said.join(", ")
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    match args.command {
        Command::List(List { of }) => {
            let path = path(&client, &of).await?;
            let rules = get(&client, &path).await?;
            show(session, &rules)
        }
        Command::Add(add) => {
            let path = path(&client, &add.of).await?;
            let mut rules = get(&client, &path).await?;
            let dry = add.dry;
            let at = if add.first { 0 } else { rules.len() };
            rules.insert(at, rule(&client, *add).await?);
            put(session, &client, &path, rules, dry).await
        }
        Command::Remove(Remove { name, of, dry }) => {
            let path = path(&client, &of).await?;
            let mut rules = get(&client, &path).await?;
            let before = rules.len();
            rules.retain(|rule| !text(&rule["name"]).eq_ignore_ascii_case(name.trim()));
            if rules.len() == before {
                let hint = "`pd rule list` shows those that there are";
                anyhow::bail!(Complaint::not_found(format!("no rule is called `{name}` there"), hint));
            }
            put(session, &client, &path, rules, dry).await
        }
        Command::Set(Set { file, of, dry }) => {
            let path = path(&client, &of).await?;
            put(session, &client, &path, read(&file)?, dry).await
        }
    }
}

async fn path(client: &Client, of: &Of) -> anyhow::Result<String> {
    Ok(match &of.service {
        Some(service) => format!("/services/{}/event_rules", lookup::id(client, "services", service).await?),
        None => "/event_rules".to_owned(),
    })
}

async fn get(client: &Client, path: &str) -> anyhow::Result<Vec<Value>> {
    let mut body: Value = client.send(&Request::get(path)).await?.json()?;
    Ok(body["event_rules"].as_array_mut().map(std::mem::take).unwrap_or_default())
}

async fn put(
    session: &mut Session,
    client: &Client,
    path: &str,
    rules: Vec<Value>,
    dry: Dry,
) -> anyhow::Result<Exit> {
    if dry.is_wanted() {
        if session.out.is_text() {
            session.out.note("the rules would be:");
        }
        return show(session, &rules);
    }
    let request =
        Request::command(Method::PUT, path, json!({ "event_rules": rules })).with_key(client.fresh_key());
    let mut body: Value = client.send(&request).await?.json()?;
    let rules = body["event_rules"].as_array_mut().map(std::mem::take).unwrap_or_default();
    show(session, &rules)
}

fn show(session: &mut Session, rules: &[Value]) -> anyhow::Result<Exit> {
    session.list("event_rule", rules, &COLUMNS, "no rules")
}

async fn rule(client: &Client, add: Add) -> anyhow::Result<Value> {
    let mut actions = Map::new();
    for (name, wanted) in [("drop", add.drop), ("suppress", add.suppress)] {
        if wanted {
            actions.insert(name.to_owned(), true.into());
        }
    }
    if let Some(pause) = add.pause {
        actions.insert("pause".to_owned(), pause.as_secs().into());
    }
    if let Some(service) = &add.route {
        let id = lookup::id(client, "services", service).await?;
        actions.insert("route_to".to_owned(), json!({ "id": id, "type": "service_reference" }));
    }
    if let Some(severity) = add.severity {
        actions.insert("severity".to_owned(), severity.into());
    }
    if let Some(priority) = &add.priority {
        let id = priority_id(client, priority).await?;
        actions.insert("priority".to_owned(), json!({ "id": id, "type": "priority_reference" }));
    }
    if !add.set.is_empty() {
        let fields: Map<String, Value> = add.set.into_iter().map(|(field, it)| (field, it.into())).collect();
        actions.insert("set".to_owned(), fields.into());
    }
    if let Some(note) = add.note {
        actions.insert("note".to_owned(), note.into());
    }
    Ok(json!({ "name": add.name, "condition": add.condition, "stop": add.stop, "actions": actions }))
}

async fn priority_id(client: &Client, name: &str) -> anyhow::Result<String> {
    let body: Value = client.send(&Request::get("/priorities")).await?.json()?;
    let known = body["priorities"].as_array().cloned().unwrap_or_default();
    let is_it = |it: &&Value| text(&it["id"]) == name || text(&it["name"]).eq_ignore_ascii_case(name);
    let found = known.iter().find(is_it).map(|it| text(&it["id"]).to_owned());
    found.ok_or_else(|| {
        let names: Vec<_> = known.iter().map(|it| text(&it["name"])).collect();
        Complaint::not_found(
            format!("no priority is called `{name}`"),
            format!("use one of {}", names.join(", ")),
        )
        .into()
    })
}

/// The rules of a file; counts, which answers have, are left out.
fn read(file: &PathBuf) -> anyhow::Result<Vec<Value>> {
    let given = if file.as_os_str() == "-" {
        stdin()?
    } else {
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?
    };
    let value: Value = if given.trim_start().starts_with(['{', '[']) && !given.trim_start().starts_with("[[")
    {
        serde_json::from_str(&given).map_err(|error| unreadable(&error))?
    } else {
        toml::from_str(&given).map_err(|error| unreadable(&error))?
    };
    let rules = value.get("event_rules").unwrap_or(&value).as_array().cloned().ok_or_else(|| {
        Complaint::usage("there is no list `event_rules`", "`pd rule list -o json` shows what it looks like")
    })?;
    Ok(rules
        .into_iter()
        .map(|mut rule| {
            if let Some(rule) = rule.as_object_mut() {
                rule.remove("counts");
            }
            rule
        })
        .collect())
}

fn unreadable(error: &dyn std::fmt::Display) -> Complaint {
    Complaint::usage(
        format!("the rules cannot be read: {error}"),
        "they are TOML or JSON: `pd rule set --help`",
    )
}
