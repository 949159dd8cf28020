//! `pd responder`: asks people to help with an incident, and answers.

use http::Method;
use serde_json::{Value, json};

use super::error::Exit;
use super::lookup;
use super::output::escape;
use super::session::{Session, incident};
use super::view::{self, items, text};
use crate::client::incidents;

/// Ask people to help with an incident, and answer
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

const ADD: &str = "\
Examples:
  $ pd responder add 12 --user bob -m 'the replica does not catch up'
  $ pd responder add 12 --policy database";
const JOIN: &str = "\
Examples:
  $ pd responder join 12";
const DECLINE: &str = "\
Examples:
  $ pd responder decline 12";
const CANCEL: &str = "\
Examples:
  $ pd responder cancel 12
  $ pd responder cancel 12 --user bob";

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Ask somebody to help: a page of its own, beside the escalation
    #[command(after_long_help = ADD)]
    Add {
        /// Its number, id or dedup key
        #[arg(value_name = "INCIDENT")]
        incident: String,
        /// A user, by name, e-mail address or id; may be given several times
        #[arg(long, value_name = "USER", required_unless_present = "policy")]
        user: Vec<String>,
        /// Whoever is on call on the first level of this escalation policy
        #[arg(long, value_name = "POLICY")]
        policy: Vec<String>,
        /// What to say
        #[arg(short, long, value_name = "TEXT", default_value = "")]
        message: String,
    },
    /// Say that you help
    #[command(after_long_help = JOIN)]
    Join(Incident),
    /// Say that you do not
    #[command(after_long_help = DECLINE)]
    Decline(Incident),
    /// Take requests back that nobody has answered
    #[command(after_long_help = CANCEL)]
    Cancel {
        #[command(flatten)]
        incident: Incident,
        /// Only those to this user; may be given several times
        #[arg(long, value_name = "USER")]
        user: Vec<String>,
    },
}

/// One incident.
#[derive(Debug, clap::Args)]
struct Incident {
    /// Its number, id or dedup key
    #[arg(value_name = "INCIDENT")]
    incident: String,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let (name, method, path, mut body, users, policies) = match args.what {
        What::Add { incident, user, policy, message } => {
            (incident, Method::POST, "", json!({"message": message}), user, policy)
        }
        What::Join(it) => (it.incident, Method::PUT, "/reply", json!({"state": "joined"}), vec![], vec![]),
        What::Decline(it) => {
            (it.incident, Method::PUT, "/reply", json!({"state": "declined"}), vec![], vec![])
        }
        What::Cancel { incident, user } => {
            (incident.incident, Method::PUT, "/cancel", json!({}), user, vec![])
        }
    };
    let incident = incident(&client, name).await?;
    if path != "/reply" {
        let mut targets = Vec::new();
        for (kind, collection, named) in [
            ("user_reference", "users", &users),
            ("escalation_policy_reference", "escalation_policies", &policies),
        ] {
            for id in lookup::ids(&client, collection, named).await? {
                targets.push(json!({"responder_request_target": {"id": id, "type": kind}}));
            }
        }
        body["responder_request_targets"] = Value::Array(targets);
    }
    let path = format!("/incidents/{}/responder_requests{path}", text(&incident["id"]));
    let request = incidents::ask(&client, method, &path, body, "responder_request").await?;
    let now = session.now();
    session.out.object("responder_request", &request, |_| describe(&incident, &request), now)?;
    Ok(Exit::Ok)
}

fn describe(incident: &Value, request: &Value) -> String {
    let mut told = format!("{}\n", view::headline(incident));
    for target in items(&request["responder_request_targets"]) {
        for responder in items(&target["responder_request_target"]["incidents_responders"]) {
            let (who, state) = (text(&responder["user"]["summary"]), text(&responder["state"]));
            told += &format!("  {}: {}\n", escape(who), escape(state));
        }
    }
    told
}
