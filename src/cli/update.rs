//! `pd update` and `pd subscribe`: tell people who do not work on an incident how it stands.

use http::Method;
use serde_json::json;

use super::dry::Dry;
use super::error::{Complaint, Exit};
use super::lookup;
use super::output::escape;
use super::session::{Session, incident, stdin};
use super::view::{self, text};
use crate::client::incidents;

const UPDATE: &str = "\
Examples:
  $ pd update 12 'orders are slow; we have found the cause' --subject Shop
  $ pd update 12 -";

/// Write to the subscribers of an incident
#[derive(Debug, clap::Args)]
#[command(after_long_help = UPDATE)]
pub(super) struct Update {
    /// Its number, id or dedup key
    #[arg(value_name = "INCIDENT")]
    incident: String,
    /// What to write; `-` reads it from standard input
    #[arg(value_name = "TEXT")]
    text: String,
    /// The same in a few words
    #[arg(long, value_name = "TEXT", default_value = "")]
    subject: String,
    #[command(flatten)]
    dry: Dry,
}

pub(super) async fn update(session: &mut Session, args: Update) -> anyhow::Result<Exit> {
    let message = if args.text == "-" { stdin()? } else { args.text };
    let message = message.trim();
    if message.is_empty() {
        anyhow::bail!(Complaint::usage("the status update is empty", "write something"));
    }
    let client = session.client().await?;
    let incident = incident(&client, args.incident).await?;
    let path = format!("/incidents/{}/status_updates", text(&incident["id"]));
    let body = json!({"message": message, "subject": args.subject});
    let what = format!("write to the subscribers of {}", view::headline(&incident));
    if let Some(exit) = args.dry.says(session, "status_update", &body, &what)? {
        return Ok(exit);
    }
    let update = incidents::ask(&client, Method::POST, &path, body, "status_update").await?;
    let now = session.now();
    let describe = |_: &_| format!("told the subscribers of {}", view::headline(&incident));
    session.out.object("status_update", &update, describe, now)?;
    Ok(Exit::Ok)
}

const SUBSCRIBE: &str = "\
Examples:
  $ pd subscribe 12 --user boss@example.org
  $ pd subscribe 12 --user boss@example.org --remove";

/// Send users the status updates of an incident, or not any more
#[derive(Debug, clap::Args)]
#[command(after_long_help = SUBSCRIBE)]
pub(super) struct Subscribe {
    /// Its number, id or dedup key
    #[arg(value_name = "INCIDENT")]
    incident: String,
    /// A user, by name, e-mail address or id; may be given several times
    #[arg(long, value_name = "USER", required = true)]
    user: Vec<String>,
    /// Not any more
    #[arg(long)]
    remove: bool,
    #[command(flatten)]
    dry: Dry,
}

pub(super) async fn subscribe(session: &mut Session, args: Subscribe) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let users = lookup::ids(&client, "users", &args.user).await?;
    let incident = incident(&client, args.incident).await?;
    let subscribers: Vec<_> =
        users.iter().map(|id| json!({"subscriber_id": id, "subscriber_type": "user"})).collect();
    let (part, name, verb, to) = if args.remove {
        ("unsubscribe", "deleted_count", "unsubscribe", "from")
    } else {
        ("subscribers", "subscriptions", "subscribe", "to")
    };
    let (who, headline) = (escape(&args.user.join(", ")), view::headline(&incident));
    let path = format!("/incidents/{}/status_updates/{part}", text(&incident["id"]));
    let body = json!({ "subscribers": subscribers });
    let what = format!("{verb} {who} {to} {headline}");
    if let Some(exit) = args.dry.says(session, "subscription", &body, &what)? {
        return Ok(exit);
    }
    let came = incidents::ask(&client, Method::POST, &path, body, name).await?;
    let now = session.now();
    session.out.object("subscription", &came, |_| format!("{who} {verb}d {to} {headline}"), now)?;
    Ok(Exit::Ok)
}
