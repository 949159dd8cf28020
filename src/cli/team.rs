//! `pd team`: teams and their members.

use serde_json::{Value, json};

use super::catalog::{self, column, field, narrow, wide};
use super::error::Exit;
use super::named::{self, TEAM};
use super::output::{Column, Tone, escape};
use super::session::Session;
use super::view::{items, text};
use crate::client::{Request, pages};

/// Teams and their members
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
  $ pd team list
  $ pd team list -o json";

/// List teams
#[derive(Debug, clap::Args)]
#[command(after_long_help = LIST_EXAMPLES)]
struct List {
    /// Only those whose name has this part
    #[arg(value_name = "PART")]
    part: Option<String>,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  $ pd team show platform
  $ pd team show platform --jq '.members[].user.summary'";

/// Show a team and who is in it
#[derive(Debug, clap::Args)]
#[command(after_long_help = SHOW_EXAMPLES)]
struct Show {
    /// Its name or id, or how one of them begins
    #[arg(value_name = "TEAM")]
    team: String,
}

/// The columns of lists of teams.
const COLUMNS: [Column; 3] = [
    narrow("NAME", |it, _| field(it, "name")),
    column("ID", |it, _| field(it, "id")),
    wide("DESCRIPTION", |it, _| field(it, "description")),
];

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    match args.command {
        Command::List(args) => catalog::list(session, TEAM, args.part, &COLUMNS).await,
        Command::Show(args) => show(session, &args.team).await,
    }
}

async fn show(session: &mut Session, name: &str) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let mut team = named::find(&client, TEAM, name).await?;
    let request = Request::get(format!("/teams/{}/members", text(&team["id"])));
    team["members"] = json!(pages::list(&client, &request, "members", 10_000).await?.items);
    let now = session.now();
    session.out.object("team", &team, |_| describe(&team), now)?;
    Ok(Exit::Ok)
}

fn describe(team: &Value) -> String {
    let bold = anstyle::Style::new().bold();
    let mut told = format!("{bold}{}{bold:#}\n", escape(text(&team["name"])));
    if let Some(description) = team["description"].as_str().filter(|text| !text.is_empty()) {
        told += &format!("{}\n", escape(description));
    }
    told += &format!("{}\n\n", Tone::Faint.paint(&format!("id {}", escape(text(&team["id"])))));
    for member in items(&team["members"]) {
        let (who, role) = (text(&member["user"]["summary"]), text(&member["role"]));
        told += &format!("  {}, {}\n", escape(who), escape(role));
    }
    told
}
