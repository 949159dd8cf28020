//! `pd user`: the people, and how they are reached.

use std::fmt::Write as _;

use serde_json::Value;

use super::catalog::{self, column, field, names, narrow, wide};
use super::error::Exit;
use super::named::{self, USER};
use super::output::{Cell, Column, Tone, escape};
use super::session::Session;
use super::view::{items, text};
use crate::client::{Request, incidents};

/// Users, and how they are reached
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(List),
    Show(Show),
}

const LIST_EXAMPLES: &str = "\
Examples:
  $ pd user list
  $ pd user list ann --columns name,email --no-header";

/// List users
#[derive(Debug, clap::Args)]
#[command(after_long_help = LIST_EXAMPLES)]
struct List {
    /// Only those whose name or e-mail address has this part
    #[arg(value_name = "PART")]
    part: Option<String>,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  $ pd user show ann
  $ pd user show ann@example.org -o json
  $ pd user show me";

/// Show a user: how they are reached, and after which delay
#[derive(Debug, clap::Args)]
#[command(after_long_help = SHOW_EXAMPLES)]
struct Show {
    /// Name, e-mail address or id, or how one of them begins; `me` is yourself
    #[arg(value_name = "USER")]
    user: String,
}

/// The columns of lists of users.
const COLUMNS: [Column; 7] = [
    narrow("NAME", |it, _| field(it, "name")),
    narrow("EMAIL", |it, _| field(it, "email")),
    column("ROLE", |it, _| field(it, "role")),
    column("ID", |it, _| field(it, "id")),
    wide("ZONE", |it, _| field(it, "time_zone")),
    wide("TITLE", |it, _| field(it, "job_title")),
    wide("TEAMS", |it, _| Cell::new(names(&it["teams"]))),
];

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    match args.command {
        Command::List(args) => catalog::list(session, USER, args.part, &COLUMNS).await,
        Command::Show(args) => show(session, &args.user).await,
    }
}

async fn show(session: &mut Session, name: &str) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let id =
        if name == "me" { super::lookup::me(&client).await? } else { named::id(&client, USER, name).await? };
    let request = Request::get(format!("/users/{id}"))
        .with("include[]", "contact_methods")
        .with("include[]", "notification_rules");
    let answer = client.send(&request).await?;
    let user = incidents::take(answer.json()?, "user", &answer.url)?;
    let now = session.now();
    session.out.object("user", &user, |_| describe(&user), now)?;
    Ok(Exit::Ok)
}

fn describe(user: &Value) -> String {
    let bold = anstyle::Style::new().bold();
    let shown = |name: &str| escape(text(&user[name]));
    let mut told = format!("{bold}{}{bold:#} <{}>\n", shown("name"), shown("email"));
    let _ = write!(told, "{}, times in {}", shown("role").replace('_', " "), shown("time_zone"));
    if !shown("job_title").is_empty() {
        let _ = write!(told, ", {}", shown("job_title"));
    }
    let teams = names(&user["teams"]);
    if !teams.is_empty() {
        let _ = write!(told, ", teams {}", escape(&teams));
    }
    let _ = writeln!(told, "\n{}", Tone::Faint.paint(&format!("id {}", shown("id"))));
    let _ = writeln!(told, "\n{bold}Contact methods{bold:#}");
    for method in items(&user["contact_methods"]) {
        let _ = writeln!(told, "  {}", way(method));
    }
    let _ = writeln!(told, "\n{bold}Notification rules{bold:#}");
    for rule in items(&user["notification_rules"]) {
        let minutes = rule["start_delay_in_minutes"].as_u64().unwrap_or_default();
        let when = if minutes == 0 { "at once".to_owned() } else { format!("after {minutes} min") };
        let id = text(&rule["contact_method"]["id"]);
        let method = items(&user["contact_methods"]).find(|it| text(&it["id"]) == id);
        let method = method.unwrap_or(&rule["contact_method"]);
        let _ = writeln!(told, "  {} urgency, {when}: {}", escape(text(&rule["urgency"])), way(method));
    }
    told
}

/// `email ann@example.org (work)`
fn way(method: &Value) -> String {
    let kind = text(&method["type"]).trim_end_matches("_reference").trim_end_matches("_contact_method");
    let address = method["address"].as_str().unwrap_or_else(|| text(&method["summary"]));
    let label = method["label"].as_str().filter(|label| !label.is_empty());
    let label = label.map(|label| format!(" ({})", escape(label))).unwrap_or_default();
    let off = if method["enabled"] == false { ", cannot be used by this server" } else { "" };
    format!("{} {}{label}{off}", escape(&kind.replace('_', " ")), escape(address))
}
