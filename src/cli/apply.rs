//! `pd apply`: makes the configuration what files say.

mod files;
mod plan;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::Duration;

use http::Method;

use super::error::{Complaint, Exit};
use super::session::Session;
use crate::client::{self, Client, Patience, Request};
use crate::wire::configuration::{Apply, Configuration, Plan};
use crate::wire::rest::envelope::One;

pub(super) use files::Files;

/// A large configuration is judged and written for seconds.
const PATIENCE: Duration = Duration::from_secs(120);

const EXAMPLES: &str = "\
Examples:
  Say what would change, and for whom:
  $ pd apply -f oncall.toml --dry-run

  Do it, from all .toml and .json files of a folder:
  $ pd apply -f oncall/

  Also remove what is there and not in the files:
  $ pd apply -f oncall/ --prune

  As a step of a pipeline, where nobody can be asked:
  $ pd apply -f oncall/ --prune --yes

  What is there, moved to another installation:
  $ pd export | pd apply -f - --context other";

/// Make the configuration what files say
///
/// Reads users, schedules, escalation policies, services, event rules and maintenance windows from TOML or JSON,
/// compares them with what is there, says what changes and what that means for people, and does it. All of it is judged
/// before anything is written; what is wrong is told with its file, object and field, and then nothing is done. Applying
/// the same files again changes nothing. Overrides, snoozes and incidents are never touched.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// A file, a folder of .toml and .json files, or `-` for standard input; may be given several times
    #[arg(short, long = "file", value_name = "FILE|DIR|-", required = true)]
    files: Vec<PathBuf>,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Remove what is there and not in the files, of the kinds that they name
    #[arg(long)]
    prune: bool,
    /// Remove without asking
    #[arg(short, long, requires = "prune")]
    yes: bool,
    /// Exit with code 3 when there is nothing to do
    #[arg(long)]
    error_unchanged: bool,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let files = Files::read(&args.files)?;
    let wish = Wish { dry_run: args.dry_run, prune: args.prune, yes: args.yes };
    let client = session.client().await?;
    let done = carry_out(session, &client, &files, wish).await?;
    Ok(if done.changes.is_empty() && args.error_unchanged { Exit::Unchanged } else { Exit::Ok })
}

/// What is to be done with a configuration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Wish {
    /// Only say it.
    pub(super) dry_run: bool,
    /// Remove what is not named.
    pub(super) prune: bool,
    /// Without asking.
    pub(super) yes: bool,
}

/// Plans, says it, asks if something is to go, and does it.
pub(super) async fn carry_out(
    session: &mut Session,
    client: &Client,
    files: &Files,
    wish: Wish,
) -> anyhow::Result<Plan> {
    let dry = ask(client, files, true, wish.prune, None).await?;
    let now = session.now();
    if wish.dry_run || dry.changes.is_empty() {
        show(session, &dry, wish.dry_run, now)?;
        return Ok(dry);
    }
    let removed = dry.changes.iter().filter(|change| plan::removes(change)).count();
    if removed > 0 && !wish.yes {
        if session.out.is_text() {
            session.out.text(&plan::told(&dry))?;
        }
        confirm(session, removed)?;
    }
    let done = ask(client, files, false, wish.prune, Some(dry.digest.clone())).await?;
    let shown_already = removed > 0 && !wish.yes && session.out.is_text();
    if shown_already {
        session.out.text(&plan::end(&done, false))?;
    } else {
        show(session, &done, false, now)?;
    }
    Ok(done)
}

fn show(
    session: &mut Session,
    plan: &Plan,
    dry_run: bool,
    now: crate::domain::time::Timestamp,
) -> anyhow::Result<()> {
    let object = serde_json::to_value(plan)?;
    let describe = |_: &super::output::Moment| format!("{}{}", plan::told(plan), plan::end(plan, dry_run));
    session.out.object("plan", &object, describe, now)?;
    for note in &plan.notes {
        session.out.note(&format!("note: {}", super::output::escape(note)));
    }
    Ok(())
}

fn confirm(session: &mut Session, removed: usize) -> anyhow::Result<()> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        let message = format!("{} to be removed, and nobody can be asked here", plan::things(removed));
        return Err(Complaint::usage(message, "look at it with --dry-run, then add --yes").into());
    }
    if session.out.confirm(&format!("Remove {}?", plan::things(removed)))? {
        Ok(())
    } else {
        Err(Complaint::failed("nothing was done").into())
    }
}

async fn ask(
    client: &Client,
    files: &Files,
    dry_run: bool,
    prune: bool,
    expect: Option<String>,
) -> anyhow::Result<Plan> {
    let configuration: Configuration = files.configuration.clone();
    let body = serde_json::to_value(Apply { configuration, dry_run, prune, expect })?;
    // What was done already is found done, so asking again is safe.
    let request = Request { repeatable: true, ..Request::command(Method::POST, "/configuration", body) };
    let patient = client.with_patience(Patience { attempt: PATIENCE, total: PATIENCE });
    match patient.send(&request).await {
        Ok(answer) => Ok(answer.json::<One<Plan>>()?.0),
        Err(client::Error::Refused { status: 400, errors, .. }) if !errors.is_empty() => {
            let lines: Vec<String> = errors.iter().map(|error| files.locate(error)).collect();
            Err(Complaint::failed(lines.join("\n")).into())
        }
        Err(error) => Err(error.into()),
    }
}
