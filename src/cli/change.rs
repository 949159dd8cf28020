//! `pd assign`, `pd escalate`, `pd urgency` and `pd priority`: change incidents that are open.

use serde_json::{Value, json};

use super::dry::Dry;
use super::error::{Complaint, Exit};
use super::lookup;
use super::session::{Session, names};
use super::settle::{self, Tally};
use super::view::{self, text};
use crate::client::incidents;

const ASSIGN: &str = "\
Examples:
  $ pd assign 12 --to ann
  $ pd assign 12 13 --to ann --to bob@example.org
  $ pd assign 12 --policy database";

/// Give incidents to users, or to another escalation policy: they are paged at once
#[derive(Debug, clap::Args)]
#[command(after_long_help = ASSIGN)]
pub(super) struct Assign {
    /// Numbers, ids or dedup keys; `-` reads them from standard input, one a line
    #[arg(value_name = "INCIDENT", required = true)]
    incidents: Vec<String>,
    /// A user, by name, e-mail address or id; may be given several times
    #[arg(long, value_name = "USER", required_unless_present = "policy", conflicts_with = "policy")]
    to: Vec<String>,
    /// An escalation policy, by name or id, which begins with its first level
    #[arg(long, value_name = "POLICY")]
    policy: Option<String>,
    #[command(flatten)]
    dry: Dry,
}

pub(super) async fn assign(session: &mut Session, args: Assign) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let fields = if let Some(policy) = &args.policy {
        let id = lookup::id(&client, "escalation_policies", policy).await?;
        json!({"escalation_policy": {"id": id, "type": "escalation_policy_reference"}})
    } else {
        let users = lookup::ids(&client, "users", &args.to).await?;
        let assignee = |id: &String| json!({"assignee": {"id": id, "type": "user_reference"}});
        json!({"assignments": users.iter().map(assignee).collect::<Vec<_>>()})
    };
    change(session, args.incidents, |_| fields.clone(), "assigned", args.dry.is_wanted()).await
}

const ESCALATE: &str = "\
Examples:
  The next level, now:
  $ pd escalate 12

  $ pd escalate 12 --level 3";

/// Page the next level now
#[derive(Debug, clap::Args)]
#[command(after_long_help = ESCALATE)]
pub(super) struct Escalate {
    /// Numbers, ids or dedup keys; `-` reads them from standard input, one a line
    #[arg(value_name = "INCIDENT", required = true)]
    incidents: Vec<String>,
    /// This level, from 1, rather than the next
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(1..=20))]
    level: Option<u8>,
    #[command(flatten)]
    dry: Dry,
}

pub(super) async fn escalate(session: &mut Session, args: Escalate) -> anyhow::Result<Exit> {
    if args.level.is_none() && session.target()?.is_pagerduty() {
        let message = "PagerDuty does not say at which level an incident is";
        return Err(Complaint::usage(message, "say which level is to be paged, with --level").into());
    }
    let level = |incident: &Value| {
        let next = incident["current_escalation_level"].as_u64().unwrap_or(0) + 1;
        json!({"escalation_level": args.level.map_or(next, u64::from)})
    };
    change(session, args.incidents, level, "escalated", args.dry.is_wanted()).await
}

const URGENCY: &str = "\
Examples:
  $ pd urgency low 12 13
  $ pd urgency high 12";

/// Change the urgency; if it is raised, whoever is responsible is paged anew
#[derive(Debug, clap::Args)]
#[command(after_long_help = URGENCY)]
pub(super) struct Urgency {
    /// high or low
    #[arg(value_name = "URGENCY", value_parser = ["high", "low"])]
    urgency: String,
    /// Numbers, ids or dedup keys; `-` reads them from standard input, one a line
    #[arg(value_name = "INCIDENT", required = true)]
    incidents: Vec<String>,
    #[command(flatten)]
    dry: Dry,
}

pub(super) async fn urgency(session: &mut Session, args: Urgency) -> anyhow::Result<Exit> {
    let fields = json!({"urgency": args.urgency});
    change(session, args.incidents, |_| fields.clone(), "changed", args.dry.is_wanted()).await
}

const PRIORITY: &str = "\
Examples:
  $ pd priority P1 12
  $ pd priority none 12";

/// Change the priority
#[derive(Debug, clap::Args)]
#[command(after_long_help = PRIORITY)]
pub(super) struct Priority {
    /// Its name (P1) or id; `none` takes it away
    #[arg(value_name = "PRIORITY")]
    priority: String,
    /// Numbers, ids or dedup keys; `-` reads them from standard input, one a line
    #[arg(value_name = "INCIDENT", required = true)]
    incidents: Vec<String>,
    #[command(flatten)]
    dry: Dry,
}

pub(super) async fn priority(session: &mut Session, args: Priority) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let fields = if args.priority == "none" {
        json!({"priority": null})
    } else {
        let id = lookup::id(&client, "priorities", &args.priority).await?;
        json!({"priority": {"id": id, "type": "priority_reference"}})
    };
    change(session, args.incidents, |_| fields.clone(), "changed", args.dry.is_wanted()).await
}

/// Changes what is named: all of it at once, or, if that is refused, each alone.
async fn change(
    session: &mut Session,
    given: Vec<String>,
    fields: impl Fn(&Value) -> Value,
    did: &str,
    dry_run: bool,
) -> anyhow::Result<Exit> {
    let names = names(given)?;
    session.out.expect_columns(&view::INCIDENTS)?;
    let client = session.client().await?;
    let mut tally = Tally::new(dry_run);
    let mut changes = Vec::new();
    for (name, found) in names.iter().zip(settle::find_all(&client, &names).await) {
        match found {
            Err(error) => tally.fail(session, name, error),
            Ok(incident) if incident["status"] == "resolved" => {
                tally.fail(session, name, Complaint::failed(format!("{name} is resolved already")));
            }
            Ok(incident) if dry_run => tally.done.push(incident),
            Ok(incident) => {
                let mut change = fields(&incident);
                change["id"] = incident["id"].clone();
                change["type"] = "incident_reference".into();
                changes.push(change);
            }
        }
    }
    match incidents::change(&client, &changes).await {
        Ok(changed) => tally.done.extend(changed),
        Err(crate::client::Error::Refused { .. }) if changes.len() > 1 => {
            for one in changes {
                match incidents::change(&client, std::slice::from_ref(&one)).await {
                    Ok(changed) => tally.done.extend(changed),
                    Err(error) => tally.fail(session, text(&one["id"]), error),
                }
            }
        }
        Err(error) => return Err(error.into()),
    }
    print(session, &tally, did)?;
    Ok(tally.exit(false, false))
}

fn print(session: &mut Session, tally: &Tally, did: &str) -> anyhow::Result<()> {
    let now = session.now();
    if !session.out.is_prose() {
        return session.out.list("incident", &tally.done, &view::INCIDENTS, now);
    }
    let mut told = String::new();
    for incident in &tally.done {
        let to = view::assigned(incident);
        let to = if to.is_empty() || did == "changed" || tally.dry_run {
            String::new()
        } else {
            format!(" to {}", super::output::escape(&to))
        };
        let would = if tally.dry_run { "would be " } else { "" };
        told += &format!("{would}{did} {}{to}\n", view::headline(incident));
    }
    Ok(session.out.text(&told)?)
}
