//! `pd trigger`: tells that something is wrong.

use serde_json::Value;

use super::dry::Dry;
use super::error::{Complaint, Exit};
use super::output::{escape, escape_json};
use super::problem::Problem;
use super::session::{Session, stdin};
use crate::client::{Client, events};
use crate::wire::event::{Enqueue, Image, Link};

const EXAMPLES: &str = "\
Examples:
  $ pd trigger 'disk full on db-1'
  $ pd trigger 'disk full on db-1' -s critical -k disk-db-1 -d free=0 -d mount=/var

  The first line of standard input is the summary, all of it goes into the details:
  $ ./backup.sh 2>&1 | pd trigger - --source backup

  With a runbook, and the details as JSON:
  $ pd trigger 'queue too long' -d '{\"length\":1200}' --link 'https://wiki.example.com/q Runbook'";

/// Tell that something is wrong
///
/// The event opens an incident, or joins the open one of the same dedup key. While the server is away it is kept on
/// this machine and sent by the next `pd` that reaches the server; the exit code is 8 then.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// What is wrong, in one line; `-` reads it from standard input
    #[arg(value_name = "SUMMARY", allow_hyphen_values = false)]
    summary: String,
    #[command(flatten)]
    problem: Problem,
    /// Where to read more: a URL, perhaps a space and a text; may be given several times
    #[arg(long, value_name = "LINK")]
    link: Vec<String>,
    /// What it looks like: a URL, perhaps a space and a description; may be given several times
    #[arg(long, value_name = "IMAGE")]
    image: Vec<String>,
    /// What joins events about the same problem, and resolves them [default: a fresh one]
    #[arg(short = 'k', long, value_name = "KEY", value_parser = dedup_key)]
    dedup_key: Option<String>,
    #[command(flatten)]
    delivery: Delivery,
    #[command(flatten)]
    dry: Dry,
}

/// How events leave.
#[derive(Debug, clap::Args)]
pub(super) struct Delivery {
    /// Where the event goes, rather than where the context says
    #[arg(long, value_name = "KEY")]
    pub(super) routing_key: Option<String>,
    /// Fail rather than keep the event on this machine while the server is away
    #[arg(long)]
    pub(super) no_spool: bool,
}

impl Delivery {
    /// The integration that events go to, if anything says so.
    pub(super) fn routing_key<'a>(&'a self, client: &'a Client) -> Option<&'a str> {
        let of_target = || client.target().routing_key.as_ref().map(|key| key.reveal());
        self.routing_key.as_deref().or_else(of_target)
    }

    /// The integration that events go to.
    pub(super) fn need_routing_key<'a>(&'a self, client: &'a Client) -> anyhow::Result<&'a str> {
        self.routing_key(client).ok_or_else(|| {
            let hint = "give --routing-key or PD_ROUTING_KEY, or add `routing_key` to the context";
            Complaint::usage("nothing says where the event goes", hint).into()
        })
    }
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client_for_events()?;
    let event = compose(session, &client, &args)?;
    let what = format!("trigger {}", escape(event["payload"]["summary"].as_str().unwrap_or_default()));
    if let Some(exit) = args.dry.says(session, "event", &event, &what)? {
        return Ok(exit);
    }
    let (exit, answer) = deliver(session, &client, event, &args.delivery).await?;
    let key = escape(answer["dedup_key"].as_str().unwrap_or_default());
    let now = session.now();
    if session.out.is_quiet() {
        session.out.text(&key)?;
    } else {
        session.out.object("event", &answer, |_| key.clone(), now)?;
    }
    if exit == Exit::Ok && session.out.is_text() {
        session.out.note("accepted; `pd list` shows the incident");
    }
    Ok(exit)
}

/// Sends an event after those that wait for the same server, or puts it behind them.
pub(super) async fn deliver(
    session: &mut Session,
    client: &Client,
    event: Value,
    delivery: &Delivery,
) -> anyhow::Result<(Exit, Value)> {
    let clear = session.flush(client).await;
    let reason = if clear {
        match events::enqueue(client, &event).await {
            Ok(answer) => return Ok((Exit::Ok, answer)),
            Err(error) if error.is_away() && !delivery.no_spool => escape(&error.to_string()),
            Err(error) => return Err(error.into()),
        }
    } else {
        if delivery.no_spool {
            anyhow::bail!(Complaint::away("events that wait in the spool are not accepted yet"));
        }
        "events before it are not accepted yet".to_owned()
    };
    let key = event["dedup_key"].clone();
    session.keep(client, event).await?;
    session.out.warn(&format!(
        "{reason}\nthe event is spooled, not yet accepted; the next `pd` that reaches the server, or `pd spool flush`, sends it"
    ));
    let answer = serde_json::json!({"status": "spooled", "message": reason, "dedup_key": key});
    Ok((Exit::Spooled, answer))
}

fn compose(session: &Session, client: &Client, args: &Args) -> anyhow::Result<Value> {
    let mut details = args.problem.details();
    let mut summary = args.summary.clone();
    if summary == "-" {
        let text = stdin()?;
        summary = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned();
        if text.trim().lines().count() > 1 {
            details.entry("text").or_insert_with(|| text.trim_end().into());
        }
    }
    if summary.trim().is_empty() {
        anyhow::bail!(Complaint::usage("the summary is empty", "say in one line what is wrong"));
    }
    let key = args.dedup_key.clone().unwrap_or_else(|| session.fresh_key());
    let at = session.now().to_iso_millis();
    let details = if details.is_empty() { None } else { Some(serde_json::value::to_raw_value(&details)?) };
    let payload = args.problem.payload(&summary, Some(&at), details.as_deref());
    let links = args.link.iter().map(|link| {
        let (href, text) = url_and_text(link);
        Link { href: Some(href.into()), text: text.map(Into::into) }
    });
    let images = args.image.iter().map(|image| {
        let (src, alt) = url_and_text(image);
        Image { src: Some(src.into()), href: None, alt: alt.map(Into::into) }
    });
    let event = Enqueue {
        routing_key: Some(args.delivery.need_routing_key(client)?.into()),
        event_action: Some("trigger".into()),
        dedup_key: Some(key.as_str().into()),
        payload: Some(payload),
        client: Some("pd".into()),
        client_url: None,
        links: Some(links.collect::<Vec<_>>()).filter(|links| !links.is_empty()),
        images: Some(images.collect::<Vec<_>>()).filter(|images| !images.is_empty()),
    };
    Ok(serde_json::to_value(&event)?)
}

fn url_and_text(text: &str) -> (&str, Option<&str>) {
    match text.trim().split_once(char::is_whitespace) {
        Some((url, text)) => (url, Some(text.trim())),
        None => (text.trim(), None),
    }
}

/// At most 255 characters, as events have it.
pub(super) fn dedup_key(text: &str) -> Result<String, String> {
    match text.chars().count() {
        1..=255 => Ok(text.to_owned()),
        _ => Err("expected 1 to 255 characters".to_owned()),
    }
}

/// An answer that is no incident, as JSON on one line.
pub(super) fn on_one_line(value: &Value) -> String {
    escape_json(&value.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn links_have_a_text_or_none() {
        assert_eq!(url_and_text("https://x Run  book "), ("https://x", Some("Run  book")));
        assert_eq!(url_and_text("https://x"), ("https://x", None));
    }
}
