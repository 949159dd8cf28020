//! `pd responder`: asks people to help with an incident, and answers.

use http::Method;
use serde_json::{Value, json};

use super::dry::Dry;
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
        #[command(flatten)]
        dry: Dry,
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
    #[command(flatten)]
    dry: Dry,
}

/// What is asked of the server.
struct Asked {
    /// Of which incident.
    of: String,
    method: Method,
    /// Below the incident's requests.
    path: &'static str,
    body: Value,
    users: Vec<String>,
    policies: Vec<String>,
    /// In words, up to the incident.
    what: String,
    dry: Dry,
}

impl What {
    fn asks(self) -> Asked {
        match self {
            Self::Add { incident, user, policy, message, dry } => Asked {
                of: incident,
                method: Method::POST,
                path: "",
                body: json!({ "message": message }),
                what: format!("ask {} to help with", escape(&[&user[..], &policy[..]].concat().join(", "))),
                users: user,
                policies: policy,
                dry,
            },
            Self::Join(it) => it.replies("joined", "say that you help with"),
            Self::Decline(it) => it.replies("declined", "say that you do not help with"),
            Self::Cancel { incident: Incident { incident, dry }, user } => Asked {
                of: incident,
                method: Method::PUT,
                path: "/cancel",
                body: json!({}),
                what: match user.as_slice() {
                    [] => "take back every request that is not answered for".to_owned(),
                    users => format!("take back what {} was asked for", escape(&users.join(", "))),
                },
                users: user,
                policies: vec![],
                dry,
            },
        }
    }
}

impl Incident {
    fn replies(self, state: &str, what: &str) -> Asked {
        Asked {
            of: self.incident,
            method: Method::PUT,
            path: REPLY,
            body: json!({ "state": state }),
            users: vec![],
            policies: vec![],
            what: what.to_owned(),
            dry: self.dry,
        }
    }
}

/// Where an answer goes: it names nobody, whoever answers is meant.
const REPLY: &str = "/reply";

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let Asked { of, method, path, mut body, users, policies, what, dry } = args.what.asks();
    let incident = incident(&client, of).await?;
    if path != REPLY {
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
    let what = format!("{what} {}", view::headline(&incident));
    if let Some(exit) = dry.says(session, "responder_request", &body, &what)? {
        return Ok(exit);
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
