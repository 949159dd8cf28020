//! `pd note`: writes a note.

use http::Method;
use serde_json::json;

use super::dry::Dry;
use super::error::{Complaint, Exit};
use super::session::{Session, incident, stdin};
use super::view::{self, text};
use crate::client::{Request, incidents};

const EXAMPLES: &str = "\
Examples:
  $ pd note 12 'restarted the replica; watching it'
  $ ./diagnose.sh | pd note 12 -

  Write one anew; `pd api GET /incidents/12/notes` shows their ids:
  $ pd note 12 'restarted both replicas' --edit Q1A2B3C4D5E6F7
  $ pd note 12 --delete Q1A2B3C4D5E6F7";

/// Write a note on an incident
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Its number, id or dedup key
    #[arg(value_name = "INCIDENT")]
    incident: String,
    /// What to write; `-` reads it from standard input; on a terminal it is asked for
    #[arg(value_name = "TEXT", default_value = "")]
    text: String,
    /// Write this note anew, rather than another one
    #[arg(long, value_name = "NOTE", conflicts_with = "delete")]
    edit: Option<String>,
    /// Delete this note
    #[arg(long, value_name = "NOTE", conflicts_with = "text")]
    delete: Option<String>,
    #[command(flatten)]
    dry: Dry,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    if let Some(note) = &args.delete {
        return delete(session, args.incident, note, args.dry).await;
    }
    let content = match args.text.as_str() {
        "-" => stdin()?,
        "" => session.out.ask("Note:")?,
        _ => args.text,
    };
    let content = content.trim();
    if content.is_empty() {
        anyhow::bail!(Complaint::usage("the note is empty", "write something"));
    }
    let client = session.client().await?;
    let incident = incident(&client, args.incident).await?;
    let id = text(&incident["id"]);
    let what = match &args.edit {
        None => format!("write a note on {}", view::headline(&incident)),
        Some(_) => format!("write a note on {} anew", view::headline(&incident)),
    };
    if let Some(exit) = args.dry.says(session, "note", &json!({"content": content}), &what)? {
        return Ok(exit);
    }
    let note = match &args.edit {
        None => incidents::annotate(&client, id, content).await?,
        Some(note) => {
            let path = format!("/incidents/{id}/notes/{note}");
            let body = json!({"note": {"content": content}});
            incidents::ask(&client, Method::PUT, &path, body, "note").await?
        }
    };
    let now = session.now();
    session.out.object("note", &note, |_| format!("noted on {}", view::headline(&incident)), now)?;
    Ok(Exit::Ok)
}

async fn delete(session: &mut Session, incident: String, note: &str, dry: Dry) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let incident = super::session::incident(&client, incident).await?;
    let gone = json!({"id": note, "type": "note"});
    let what = format!("delete a note on {}", view::headline(&incident));
    if let Some(exit) = dry.says(session, "note", &gone, &what)? {
        return Ok(exit);
    }
    let path = format!("/incidents/{}/notes/{note}", text(&incident["id"]));
    client.send(&Request::command(Method::DELETE, path, json!({})).with_key(client.fresh_key())).await?;
    let now = session.now();
    session.out.object("note", &gone, |_| format!("deleted a note on {}", view::headline(&incident)), now)?;
    Ok(Exit::Ok)
}
