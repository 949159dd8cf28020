//! `pd export`: prints the configuration as `pd apply` reads it.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use super::error::{Complaint, Exit};
use super::output::{Format, escape_json};
use super::session::Session;
use crate::client::Request;
use crate::wire::configuration::Configuration;
use crate::wire::rest::envelope::One;

const EXAMPLES: &str = "\
Examples:
  $ pd export > oncall.toml
  $ pd export --only schedules,escalation_policies
  $ pd export -o json > oncall.json";

/// Lists that are short: each item stands on one line.
const INLINE: [&str; 9] = [
    "members",
    "contact_methods",
    "notification_rules",
    "restrictions",
    "targets",
    "integrations",
    "support_hours",
    "grouping",
    "weekly",
];

/// Print users, teams, schedules, policies, services, heartbeats, event rules and maintenance windows as a file
///
/// The file is what `pd apply` reads, here or on another installation: things are named by what people call them.
/// Applying it where it comes from changes nothing. Webhooks' secrets are left out; routing keys are not.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Only these kinds: users, teams, schedules, escalation_policies, services, heartbeats, event_rules,
    /// maintenance_windows
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    only: Vec<String>,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let answer: One<Configuration> = client.send(&Request::get("/configuration")).await?.json()?;
    let configuration = only(answer.0, &args.only)?;
    let value = serde_json::to_value(&configuration)?;
    if !session.out.is_plain() {
        let now = session.now();
        session.out.object("configuration", &value, |_| String::new(), now)?;
        return Ok(Exit::Ok);
    }
    let text = match session.out.format() {
        Format::Json => format!("{value:#}"),
        Format::Jsonl => value.to_string(),
        Format::Table | Format::Wide => toml_of(&configuration)?,
        Format::Yaml | Format::Csv | Format::Name => {
            return Err(Complaint::usage("a file is TOML or JSON", "leave -o out, or use -o json").into());
        }
    };
    let text = if session.out.format() == Format::Table { text } else { escape_json(&text) };
    session.out.raw(format!("{}\n", text.trim_end()).as_bytes())?;
    Ok(Exit::Ok)
}

fn only(all: Configuration, kinds: &[String]) -> anyhow::Result<Configuration> {
    if kinds.is_empty() {
        return Ok(all);
    }
    let mut some = Configuration::default();
    for kind in kinds {
        match kind.trim() {
            "users" => some.users.clone_from(&all.users),
            "teams" => some.teams.clone_from(&all.teams),
            "schedules" => some.schedules.clone_from(&all.schedules),
            "escalation_policies" => some.escalation_policies.clone_from(&all.escalation_policies),
            "services" => some.services.clone_from(&all.services),
            "heartbeats" => some.heartbeats.clone_from(&all.heartbeats),
            "event_rules" => some.event_rules.clone_from(&all.event_rules),
            "maintenance_windows" => some.maintenance_windows.clone_from(&all.maintenance_windows),
            other => {
                let hint = "give users, teams, schedules, escalation_policies, services, heartbeats, event_rules or \
                            maintenance_windows";
                return Err(Complaint::usage(format!("there is no kind `{other}`"), hint).into());
            }
        }
    }
    Ok(some)
}

/// As somebody would write it by hand: short things stand on one line.
fn toml_of(configuration: &Configuration) -> anyhow::Result<String> {
    let mut document: DocumentMut = toml::to_string(configuration)?.parse()?;
    tidy(document.as_table_mut());
    Ok(document.to_string())
}

fn tidy(table: &mut Table) {
    let keys: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    for key in keys {
        let Some(item) = table.get_mut(&key) else { continue };
        let inline = INLINE.contains(&key.as_str()) || key == "set";
        let old = std::mem::take(item);
        *item = if inline { lined(old) } else { blocks(old) };
        // What was the head of a table is a key now.
        if let Some(mut key) = table.key_mut(&key).filter(|_| inline) {
            key.leaf_decor_mut().clear();
        }
    }
}

/// A list of tables with a head each, and what is in them tidied as well.
fn blocks(item: Item) -> Item {
    match item.into_array_of_tables() {
        Ok(mut tables) => {
            if tables.is_empty() {
                return Item::Value(Value::Array(Array::new()));
            }
            tables.iter_mut().for_each(tidy);
            Item::ArrayOfTables(tables)
        }
        Err(item) => item,
    }
}

/// A list with an item on each line.
fn lined(item: Item) -> Item {
    let Ok(mut value) = item.into_value() else { return Item::None };
    if let Some(array) = value.as_array_mut().filter(|array| !array.is_empty()) {
        let many = array.len() > 1;
        for it in array.iter_mut() {
            if let Some(table) = it.as_inline_table_mut() {
                InlineTable::fmt(table);
            }
            it.decor_mut().set_prefix(if many { "\n    " } else { "" });
            it.decor_mut().set_suffix("");
        }
        array.set_trailing(if many { "\n" } else { "" });
        array.set_trailing_comma(many);
    }
    Item::Value(value)
}
