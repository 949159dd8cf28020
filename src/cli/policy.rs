//! `pd policy`: escalation policies, level by level.

use serde_json::Value;

use super::catalog::{self, Farewell, column, field, names, narrow, wide};
use super::error::Exit;
use super::named::{self, POLICY};
use super::output::{Cell, Column, Tone, escape};
use super::session::Session;
use super::view::{items, text};
use crate::client::Request;
use crate::client::incidents;

/// Escalation policies: who is paged, and who next
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
  $ pd policy list
  $ pd policy list data -o wide";

/// List escalation policies
#[derive(Debug, clap::Args)]
#[command(after_long_help = LIST_EXAMPLES)]
struct List {
    /// Only those whose name has this part
    #[arg(value_name = "PART")]
    part: Option<String>,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  $ pd policy show default
  $ pd policy show default -o yaml";

/// Show an escalation policy, level by level
#[derive(Debug, clap::Args)]
#[command(after_long_help = SHOW_EXAMPLES)]
struct Show {
    /// Its name or id, or how one of them begins
    #[arg(value_name = "POLICY")]
    policy: String,
}

const DELETE_EXAMPLES: &str = "\
Examples:
  On a terminal its name is asked for:
  $ pd policy delete old

  $ pd policy delete old --confirm old";

/// Delete an escalation policy that no service uses
#[derive(Debug, clap::Args)]
#[command(after_long_help = DELETE_EXAMPLES)]
struct Delete {
    /// Its name or id
    #[arg(value_name = "POLICY")]
    policy: String,
    #[command(flatten)]
    farewell: Farewell,
}

/// The columns of lists of policies.
const COLUMNS: [Column; 6] = [
    narrow("NAME", |it, _| field(it, "name")),
    column("LEVELS", |it, _| Cell::new(items(&it["escalation_rules"]).count().to_string())),
    narrow("SERVICES", |it, _| Cell::new(names(&it["services"]))),
    column("ID", |it, _| field(it, "id")),
    wide("TEAMS", |it, _| Cell::new(names(&it["teams"]))),
    wide("DESCRIPTION", |it, _| field(it, "description")),
];

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    match args.command {
        Command::List(args) => catalog::list(session, POLICY, args.part, &COLUMNS).await,
        Command::Show(args) => show(session, &args.policy).await,
        Command::Delete(args) => catalog::delete(session, POLICY, &args.policy, &args.farewell).await,
    }
}

async fn show(session: &mut Session, name: &str) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let id = named::id(&client, POLICY, name).await?;
    let answer = client.send(&Request::get(format!("/escalation_policies/{id}"))).await?;
    let policy = incidents::take(answer.json()?, "escalation_policy", &answer.url)?;
    let now = session.now();
    session.out.object("escalation_policy", &policy, |_| describe(&policy), now)?;
    Ok(Exit::Ok)
}

fn describe(policy: &Value) -> String {
    let bold = anstyle::Style::new().bold();
    let mut told = format!("{bold}{}{bold:#}\n", escape(text(&policy["name"])));
    if let Some(description) = policy["description"].as_str().filter(|text| !text.is_empty()) {
        told += &format!("{}\n", escape(description));
    }
    for (title, list) in [("services", &policy["services"]), ("teams", &policy["teams"])] {
        let names = names(list);
        if !names.is_empty() {
            told += &format!("{title} {}\n", escape(&names));
        }
    }
    told += &format!("{}\n\n", Tone::Faint.paint(&format!("id {}", escape(text(&policy["id"])))));
    for (n, rule) in items(&policy["escalation_rules"]).enumerate() {
        let targets: Vec<String> = items(&rule["targets"]).map(target).collect();
        let minutes = rule["escalation_delay_in_minutes"].as_u64().unwrap_or_default();
        told += &format!("  level {}  {}, then after {minutes} min the next\n", n + 1, targets.join(", "));
    }
    match policy["num_loops"].as_u64() {
        Some(0) | None => told,
        Some(1) => told + "  all of it once more\n",
        Some(loops) => told + &format!("  all of it {loops} times more\n"),
    }
}

/// `schedule primary`, `ann`
fn target(target: &Value) -> String {
    let name = escape(target["summary"].as_str().unwrap_or_else(|| text(&target["id"])));
    if text(&target["type"]).starts_with("schedule") { format!("schedule {name}") } else { name }
}
