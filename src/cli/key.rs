//! `pd key`: API tokens.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::catalog::{self, Farewell, column, names, narrow, wide};
use super::dry::Dry;
use super::error::Exit;
use super::named::{self, KEY, USER};
use super::output::{Cell, Column, escape};
use super::session::Session;
use super::view::{text, time};
use crate::client::incidents;
use crate::config::duration;

/// API tokens: who may ask the server for what
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(List),
    Create(Create),
    Delete(Delete),
}

const LIST_EXAMPLES: &str = "\
Examples:
  $ pd key list
  $ pd key list --sort expires -o wide";

/// List API tokens; what they are is never shown
#[derive(Debug, clap::Args)]
#[command(after_long_help = LIST_EXAMPLES)]
struct List {}

const CREATE_EXAMPLES: &str = "\
Examples:
  A token of the account:
  $ pd key create dashboard --read

  One that acts as ann, for a year:
  $ pd key create 'ann, laptop' --user ann --expires 365d

  Straight into a file; `umask 077` before it makes that yours only:
  $ pd key create ci --role observer -q > token";

/// Make an API token and print it, this once
#[derive(Debug, clap::Args)]
#[command(after_long_help = CREATE_EXAMPLES)]
struct Create {
    /// What it is for
    #[arg(value_name = "LABEL")]
    label: String,
    /// As whom it acts, by name, e-mail address or id [default: the account]
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// It may only look
    #[arg(long)]
    read: bool,
    /// What it may do at most
    #[arg(long, value_name = "ROLE")]
    #[arg(value_parser = ["owner", "admin", "user", "limited_user", "observer", "read_only_user", "restricted_access"])]
    role: Option<String>,
    /// For how long [default: for ever]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    expires: Option<Duration>,
    #[command(flatten)]
    dry: Dry,
}

const DELETE_EXAMPLES: &str = "\
Examples:
  On a terminal its label is asked for:
  $ pd key delete dashboard

  $ pd key delete dashboard --confirm dashboard";

/// Take a token back: it does not work any more, at once
#[derive(Debug, clap::Args)]
#[command(after_long_help = DELETE_EXAMPLES)]
struct Delete {
    /// Its label or id
    #[arg(value_name = "KEY")]
    key: String,
    #[command(flatten)]
    farewell: Farewell,
}

/// The columns of lists of tokens.
const COLUMNS: [Column; 7] = [
    narrow("LABEL", |it, _| Cell::new(text(&it["label"]))),
    column("USER", |it, _| Cell::new(names(&it["user"]))),
    column("SCOPE", |it, _| Cell::new(text(&it["scope"]))),
    column("EXPIRES", |it, at| time(&it["expires_at"], at)),
    column("ID", |it, _| Cell::new(text(&it["id"]))),
    wide("ROLE", |it, _| Cell::new(text(&it["role"]))),
    wide("CREATED", |it, at| time(&it["created_at"], at)),
];

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    match args.command {
        Command::List(_) => catalog::list(session, KEY, None, &COLUMNS).await,
        Command::Create(args) => create(session, args).await,
        Command::Delete(args) => catalog::delete(session, KEY, &args.key, &args.farewell).await,
    }
}

async fn create(session: &mut Session, args: Create) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let now = session.now();
    let mut token = json!({"label": args.label});
    if let Some(user) = &args.user {
        token["user"] = json!({"id": named::id(&client, USER, user).await?, "type": "user_reference"});
    }
    if args.read {
        token["scope"] = "read".into();
    }
    if let Some(role) = args.role {
        token["role"] = role.into();
    }
    if let Some(expires) = args.expires {
        token["expires_at"] = now.plus(expires).to_iso().into();
    }
    let what = format!("make the token {}", escape(text(&token["label"])));
    if let Some(exit) = args.dry.says(session, "token", &token, &what)? {
        return Ok(exit);
    }
    let made: Value =
        incidents::ask(&client, Method::POST, "/tokens", json!({ "token": token }), "token").await?;
    let secret = escape(text(&made["token"]));
    if session.out.is_quiet() {
        // Its id would be no use to whoever asks for a token.
        session.out.text(&secret)?;
        return Ok(Exit::Ok);
    }
    session.out.object("token", &made, |_| secret.clone(), now)?;
    if session.out.is_text() {
        session.out.note("this is the token; it is never shown again");
    }
    Ok(Exit::Ok)
}
