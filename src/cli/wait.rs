//! `pd wait`: waits until somebody looks at an incident, or until it is over.

use std::time::Duration;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches};
use serde_json::Value;

use super::error::{Complaint, Exit};
use super::follow::{Changes, News, Seen, Wanted};
use super::log;
use super::session::{Session, incident};
use super::view::{headline, text};
use crate::client::{Client, incidents};
use crate::clock::within;
use crate::config;

/// How long to wait for one answer, since `--timeout` says something else here.
const ANSWER: Duration = Duration::from_secs(10);

/// How many lines of a timeline are looked at.
const LINES: usize = 1_000;

const EXAMPLES: &str = "\
Examples:
  $ pd wait 12 --for acknowledged --timeout 15m
  $ pd wait disk-db-1 --for resolved -o json

  Open one, and go on when somebody has it:
  $ pd trigger 'deploy is stuck' -k deploy-7
  $ pd wait deploy-7 --for acknowledged --timeout 30m";

/// Wait until an incident is acknowledged or resolved, and say what happens meanwhile
///
/// Ends with 0 when it is so (or was already), and with 6 when the time is over. A resolved incident needs nobody to
/// acknowledge it any more, so both ends of waiting are reached by it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Its number, id or dedup key
    #[arg(value_name = "INCIDENT")]
    incident: String,
    /// What to wait for
    #[arg(long = "for", value_name = "STATUS", value_enum)]
    until: Until,
    #[command(flatten)]
    limit: Limit,
}

/// For how long at most. Here `--timeout` means the whole wait, not one answer as with other commands.
#[derive(Debug)]
struct Limit(Option<Duration>);

/// The id must be that of every command's option, in whose place it is.
const TIMEOUT: &str = "timeout";

impl clap::Args for Limit {
    fn augment_args(command: clap::Command) -> clap::Command {
        let help = "How long to wait at most [default: for ever]";
        let timeout = Arg::new(TIMEOUT).long(TIMEOUT).value_name("DURATION").help(help);
        command.arg(timeout.value_parser(config::duration))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Limit {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        // The default and the variable are about one answer.
        let typed = matches.value_source(TIMEOUT) == Some(ValueSource::CommandLine);
        Ok(Self(matches.get_one(TIMEOUT).copied().filter(|_| typed)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// What to wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Until {
    Acknowledged,
    Resolved,
}

impl Until {
    fn is_reached(self, incident: &Value) -> bool {
        match text(&incident["status"]) {
            "resolved" => true,
            "acknowledged" => self == Self::Acknowledged,
            _ => false,
        }
    }
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    if args.limit.0.is_some() {
        session.global.timeout = ANSWER;
    }
    let client = session.client().await?;
    let mut known = incident(&client, args.incident).await?;
    let clock = session.clock().clone();
    let limit = args.limit.0.unwrap_or(Duration::MAX);
    let waited = within(&*clock, limit, wait(session, &client, &mut known, args.until)).await;
    match waited {
        Some(done) => done?,
        None => {
            let (name, status) = (headline(&known), text(&known["status"]));
            return Err(Complaint::late(format!("the time is over: {name} is still {status}")).into());
        }
    }
    let now = session.now();
    if session.out.is_text() {
        session.out.note(&format!("{} is {}", headline(&known), text(&known["status"])));
        return Ok(Exit::Ok);
    }
    session.out.object("incident", &known, |_| String::new(), now)?;
    Ok(Exit::Ok)
}

/// Returns when it is reached; `known` is the incident as it was seen last.
async fn wait(session: &mut Session, client: &Client, known: &mut Value, until: Until) -> anyhow::Result<()> {
    if until.is_reached(known) {
        return Ok(());
    }
    let id = text(&known["id"]).to_owned();
    let mut changes = Changes::new(client, Wanted { incidents: true, entries: true, of: Some(id.clone()) });
    let mut seen = Seen::default();
    // What happened before is not news; who wants to know it asks `pd log`.
    for entry in log::latest(client, Some(&id), LINES).await?.items {
        seen.add(text(&entry["id"]));
    }
    loop {
        let reached = match changes.next().await? {
            News::Incident(incident) => {
                *known = incident;
                until.is_reached(known)
            }
            News::Entry(entry) => {
                show(session, &mut seen, &entry)?;
                false
            }
            // An incident that was resolved while nobody told is not among the open ones.
            News::Synced => {
                *known = incidents::find(client, &id).await?;
                until.is_reached(known)
            }
            News::Fresh => false,
            news => {
                let now = session.now();
                news.words(now).inspect(|words| session.out.note(words));
                false
            }
        };
        if reached {
            break;
        }
    }
    // The lines that say who did it may come after the incident.
    for entry in log::latest(client, Some(&id), LINES).await?.items.iter().rev() {
        show(session, &mut seen, entry)?;
    }
    Ok(())
}

fn show(session: &mut Session, seen: &mut Seen, entry: &Value) -> anyhow::Result<()> {
    if seen.add(text(&entry["id"])) && session.out.is_text() {
        let now = session.now();
        session.out.line("log_entry", entry, &log::LINE, now)?;
    }
    Ok(())
}
