//! `pd resolve`: says that it is over.

use std::time::Duration;

use serde_json::Value;

use super::bulk::{self, Bulk};
use super::error::Exit;
use super::output::Format;
use super::session::{Session, names};
use super::settle::{self, Goal, Tally};
use super::trigger::{self, Delivery};
use super::view;
use crate::client::incidents::Name;
use crate::client::{Client, Patience};
use crate::wire::event::Enqueue;

const EXAMPLES: &str = "\
Examples:
  By number, id or dedup key:
  $ pd resolve 12
  $ pd resolve 12 Q1A2B3C4D5E6F7 disk-db-1

  From a script that has triggered with the same dedup key, without a token:
  $ pd resolve --event disk-db-1

  Everything of one service:
  $ pd resolve --service database --all -y";

/// Say that it is over
///
/// A dedup key is resolved by an event if the server is away or there is no token: the event is kept on this machine
/// and sent by the next `pd` that reaches the server; the exit code is 8 then.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Numbers, ids or dedup keys; `-` reads them from standard input, one a line
    #[arg(value_name = "INCIDENT", required_unless_present = "all")]
    incidents: Vec<String>,
    /// Take all of them as dedup keys, and send events without asking whether there is such an incident
    #[arg(short, long, conflicts_with = "all")]
    event: bool,
    /// Exit with 3 if all of them were resolved already
    #[arg(long, conflicts_with = "event")]
    error_unchanged: bool,
    /// Only say what would be done
    #[arg(long, conflicts_with = "event")]
    dry_run: bool,
    #[command(flatten)]
    bulk: Bulk,
    #[command(flatten)]
    delivery: Delivery,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    if args.bulk.all {
        return bulk::run(session, Goal::Resolved, args.bulk, args.dry_run).await;
    }
    let names = names(args.incidents)?;
    if args.dry_run {
        return settle::by_name(session, names, Goal::Resolved, true, args.error_unchanged).await;
    }
    session.out.expect_columns(&view::INCIDENTS)?;
    let events = session.client_for_events()?;
    if args.event {
        return by_events(session, &events, &names, &args.delivery).await;
    }
    let (keys, others): (Vec<_>, Vec<_>) =
        names.into_iter().partition(|name| matches!(Name::guess(name), Name::DedupKey(_)));
    let can_send = args.delivery.routing_key(&events).is_some();
    if others.is_empty() && can_send && events.target().token.is_none() {
        return by_events(session, &events, &keys, &args.delivery).await;
    }

    let client = session.client().await?;
    let mut tally = Tally::default();
    let mut found = Vec::new();
    let mut away = Vec::new();
    for names in [others, keys] {
        let results = settle::find_all(&client, &names).await;
        for (name, result) in names.into_iter().zip(results) {
            let is_key = matches!(Name::guess(&name), Name::DedupKey(_));
            match result {
                Err(error) if error.is_away() && is_key && can_send => away.push(name),
                result => found.push((name, result)),
            }
        }
    }
    settle::settle(session, &client, Goal::Resolved, found, &mut tally).await;
    settle::print(session, &tally, Goal::Resolved)?;
    if away.is_empty() {
        return Ok(tally.exit(args.error_unchanged, false));
    }
    // The lookup has waited for the server already.
    let once = Patience { attempt: session.global.timeout, total: Duration::ZERO };
    let exit = by_events(session, &events.with_patience(once), &away, &args.delivery).await?;
    match tally.exit(false, true) {
        Exit::Ok => Ok(exit),
        failed => Ok(failed),
    }
}

async fn by_events(
    session: &mut Session,
    client: &Client,
    keys: &[String],
    delivery: &Delivery,
) -> anyhow::Result<Exit> {
    let mut exit = Exit::Ok;
    for key in keys {
        let event = Enqueue {
            routing_key: Some(delivery.need_routing_key(client)?.into()),
            event_action: Some("resolve".into()),
            dedup_key: Some(key.as_str().into()),
            ..Enqueue::default()
        };
        let event: Value = serde_json::to_value(&event)?;
        let (came, answer) = trigger::deliver(session, client, event, delivery).await?;
        if session.out.is_quiet() {
            session.out.text(&super::output::escape(key))?;
        } else if session.out.is_text() {
            let what = if came == Exit::Ok { "resolve accepted" } else { "resolve spooled" };
            session.out.text(&format!("{what}: {}", super::output::escape(key)))?;
        } else if session.out.is_plain() && session.out.format() == Format::Json {
            // Several answers are as many lines.
            session.out.text(&trigger::on_one_line(&answer))?;
        } else {
            let now = session.now();
            session.out.object("event", &answer, |_| String::new(), now)?;
        }
        if came != Exit::Ok {
            exit = came;
        }
    }
    Ok(exit)
}
