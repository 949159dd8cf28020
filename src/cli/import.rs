//! `pd import`: takes an account over from elsewhere.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use http::Method;
use serde_json::{Value, json};
use url::Url;

use super::apply::{self, Files, Wish};
use super::error::{Complaint, Exit};
use super::output::{Bar, Tone, escape};
use super::session::{Session, env};
use super::view::{items, text};
use crate::client::pagerduty::{Cover, fetch, translate};
use crate::client::{Client, Patience, Request, Secret, Target, contexts, pages};
use crate::domain::time::Timestamp;

/// How long one answer may take, and how long the source is asked again while it says that it is asked too often.
const PATIENCE: Patience = Patience { attempt: Duration::from_secs(30), total: Duration::from_secs(300) };
const VENDOR: &str = "https://api.pagerduty.com";

/// Take an account over from elsewhere
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Pagerduty(Pagerduty),
}

const EXAMPLES: &str = "\
Examples:
  Say what would be taken over, and what cannot be:
  $ pd import pagerduty --from-token-file key.txt --dry-run

  Do it; senders go on with the keys that they have:
  $ pd import pagerduty --from-token-file key.txt

  Write it into a file rather than apply it:
  $ pd import pagerduty --from-token-file key.txt --save account.json

  From another pd:
  $ pd import pagerduty --from https://other.example.org --from-token-file key.txt";

/// Take an account over from PagerDuty, or from another pd, which speaks the same API
///
/// Reads users with their contact methods and notification rules, teams, schedules with layers and overrides,
/// escalation policies, services with their integration keys, and maintenance windows, and applies them as `pd apply`
/// does. The source is only read. What cannot be carried over is listed. It may be repeated.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
struct Pagerduty {
    /// The address of the API to read from
    #[arg(long, value_name = "URL", default_value = VENDOR, value_parser = contexts::url)]
    from: Url,
    /// Read the source's API key from this file, rather than from the variable PAGERDUTY_TOKEN
    #[arg(long, value_name = "FILE")]
    from_token_file: Option<PathBuf>,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Write a file for `pd apply`, and apply nothing
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    save: Option<PathBuf>,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let Command::Pagerduty(args) = args.command;
    let token = token(args.from_token_file.as_ref())?;
    let from = Target {
        context: None,
        urls: vec![args.from],
        token: Some(token),
        routing_key: None,
        from: None,
        server: None,
    };
    let source = session.client_with(from, PATIENCE)?;
    let bar = session.out.progress();
    let now = session.now();
    let account = fetch(&source, now, |what, done, total| bar.show(what, done, total)).await?;
    drop(bar);
    let translated = translate(&account, now);
    if let Some(path) = &args.save {
        let text = serde_json::to_string_pretty(&translated.configuration)?;
        std::fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))?;
        left_out(session, &translated.left_out);
        if !translated.overrides.is_empty() {
            session.out.note(&format!(
                "{} overrides are not in the file: files do not hold them",
                translated.overrides.len()
            ));
        }
        return Ok(Exit::Ok);
    }
    let client = session.client().await?;
    let files = Files::of(translated.configuration);
    apply::carry_out(session, &client, &files, Wish { dry_run: args.dry_run, prune: false, yes: false })
        .await?;
    let mut left = translated.left_out;
    let covers = if args.dry_run { Vec::new() } else { translated.overrides };
    let bar = session.out.progress();
    let (made, there) = overrides(&client, &covers, &mut left, &bar).await?;
    drop(bar);
    if made + there > 0 {
        session.out.note(&format!("{made} overrides made, {there} were there"));
    }
    left_out(session, &left);
    Ok(if left.is_empty() { Exit::Ok } else { Exit::Partly })
}

fn token(file: Option<&PathBuf>) -> anyhow::Result<Secret> {
    if let Some(path) = file {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        return Ok(Secret::new(&text));
    }
    let hint = "put it into a file and name that with --from-token-file, or set PAGERDUTY_TOKEN";
    env("PAGERDUTY_TOKEN")
        .map(|it| Secret::new(&it))
        .ok_or_else(|| Complaint::usage("the source's API key is missing", hint).into())
}

fn left_out(session: &mut Session, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    session.out.note(&Tone::Watched.paint("not carried over:"));
    for line in lines {
        session.out.note(&format!("  {}", escape(line)));
    }
}

/// Makes those that are not there yet; says how many it made, and how many were there.
async fn overrides(
    client: &Client,
    covers: &[Cover],
    left: &mut Vec<String>,
    bar: &Bar,
) -> anyhow::Result<(usize, usize)> {
    if covers.is_empty() {
        return Ok((0, 0));
    }
    let schedules = ids(client, "schedules", "name").await?;
    let users = ids(client, "users", "email").await?;
    let (mut made, mut there) = (0, 0);
    for (done, cover) in covers.iter().enumerate() {
        bar.show("overrides", done as u64, covers.len() as u64);
        let ids = (schedules.get(&cover.schedule.to_lowercase()), users.get(&cover.user.to_lowercase()));
        let (Some(schedule), Some(user)) = ids else {
            left.push(format!("an override of schedule `{}` for {}", cover.schedule, cover.user));
            continue;
        };
        let path = format!("/schedules/{schedule}/overrides");
        let range = Request::get(&path).with("since", &cover.start).with("until", &cover.end);
        let known: Value = client.send(&range.with("overflow", "true")).await?.json()?;
        let end = Timestamp::parse(&cover.end);
        let same = |it: &Value| text(&it["user"]["id"]) == user && Timestamp::parse(text(&it["end"])) == end;
        if items(&known["overrides"]).any(same) {
            there += 1;
            continue;
        }
        let reference = json!({"id": user, "type": "user_reference"});
        let one = json!({"start": cover.start, "end": cover.end, "user": reference});
        let body = json!({ "overrides": [one] });
        let answer: Value = client.send(&Request::command(Method::POST, path, body)).await?.json()?;
        match items(&answer).find(|it| it["status"].as_u64().is_some_and(|status| status >= 400)) {
            Some(it) => {
                let why = items(&it["errors"]).map(text).collect::<Vec<_>>().join(", ");
                left.push(format!("an override of schedule `{}`: {why}", cover.schedule));
            }
            None => made += 1,
        }
    }
    Ok((made, there))
}

/// The ids of a collection by this field, regardless of case.
async fn ids(client: &Client, collection: &str, field: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let request = Request::get(format!("/{collection}"));
    let all = pages::list(client, &request, collection, 10_000).await?.items;
    Ok(all.iter().map(|it| (text(&it[field]).to_lowercase(), text(&it["id"]).to_owned())).collect())
}
