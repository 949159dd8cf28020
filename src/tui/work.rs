//! What the model wants done that takes a while: requests, each answered by a message.

mod roster;

use std::time::Duration;

pub(super) use roster::roster;

use http::Method;
use serde_json::{Value, json};

use super::message::{Message, Outcome};
use super::model::act::{Act, Deed};
use super::model::data::LogLine;
use super::model::detail::{Alert, LINES};
use super::model::overlay::Assignee;
use super::model::read::{Named, items, text};
use super::text::count;
use crate::client::{Client, Error, Request, incidents, pages};
use crate::ids::SharedIds;

/// So many alerts of an incident are asked for.
const ALERTS: usize = 100;
/// So many users, and so many policies, can be chosen from.
const PEOPLE: usize = 500;
/// The first pause before an act is sent again is at most this; each further one at most twice the one before.
const PAUSE: Duration = Duration::from_secs(1);
/// No pause is longer.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// The latest lines of a timeline, the oldest of them first.
pub(super) async fn timeline(client: Client, number: u64, id: String) -> Message {
    let request = Request::get(format!("/incidents/{id}/log_entries"));
    let result = pages::list(&client, &request, "log_entries", LINES).await;
    let read = |listed: pages::Listed| {
        let mut lines: Vec<_> = listed.items.iter().filter_map(LogLine::read).collect();
        // They come newest first; those of the same second stay in their order.
        lines.reverse();
        lines.sort_by_key(|line| line.at);
        for line in &mut lines {
            line.number = Some(number);
        }
        lines
    };
    Message::Timeline { number, result: result.map(read).map_err(|error| error.to_string()) }
}

/// The alerts of an incident.
pub(super) async fn alerts(client: Client, number: u64, id: String) -> Message {
    let request = Request::get(format!("/incidents/{id}/alerts"));
    let result = pages::list(&client, &request, "alerts", ALERTS).await;
    let read = |listed: pages::Listed| Alert::read_all(&Value::Array(listed.items));
    Message::Alerts { number, result: result.map(read).map_err(|error| error.to_string()) }
}

/// Whom incidents can be given to.
pub(super) async fn assignees(client: Client) -> Message {
    Message::Assignees(list_assignees(&client).await.map_err(|error| error.to_string()))
}

async fn list_assignees(client: &Client) -> Result<Vec<Assignee>, Error> {
    let named = |it: &Value| {
        let name = text(&it["name"]);
        Named { id: text(&it["id"]), name: if name.is_empty() { text(&it["summary"]) } else { name } }
    };
    let users = pages::list(client, &Request::get("/users"), "users", PEOPLE).await?.items;
    let policies = Request::get("/escalation_policies");
    let policies = pages::list(client, &policies, "escalation_policies", PEOPLE).await?.items;
    let users = users.iter().map(|it| Assignee::User(named(it)));
    Ok(users.chain(policies.iter().map(|it| Assignee::Policy(named(it)))).collect())
}

/// Has an act done.
pub(super) async fn act(client: Client, ids: SharedIds, act: Act) -> Message {
    let outcome = match perform(&client, &act).await {
        Ok(said) => Outcome::Done(said),
        Err(error) if error.is_away() => {
            let limit = PAUSE.saturating_mul(1 << act.tries.min(5)).min(PAUSE_MAX);
            Outcome::Away { reason: error.to_string(), again_in: ids.jitter(limit) }
        }
        Err(error) => Outcome::Failed(error.to_string()),
    };
    Message::Acted { ticket: act.ticket, outcome }
}

/// Sends it, with its key: it is done once, however often it is sent.
async fn perform(client: &Client, act: &Act) -> Result<Option<String>, Error> {
    let refer = |id: &str| json!({"id": id, "type": "incident_reference"});
    let change = |fields: &dyn Fn(&super::model::act::Target) -> Value| {
        let one = |target: &super::model::act::Target| {
            let mut change = fields(target);
            change["id"] = target.id.clone().into();
            change["type"] = "incident_reference".into();
            change
        };
        json!({"incidents": act.targets.iter().map(one).collect::<Vec<_>>()})
    };
    let put = |body| Request::command(Method::PUT, "/incidents", body);
    let request = match &act.deed {
        // What is resolved by now is left alone, rather than to refuse all.
        Deed::Acknowledge => put(change(&|_| json!({"status": "acknowledged", "if_open": true}))),
        Deed::Resolve => put(change(&|_| json!({"status": "resolved", "if_open": true}))),
        Deed::Escalate => put(change(&|it| json!({"escalation_level": it.level + 1}))),
        Deed::AssignUsers(users) => {
            let assignee = |it: &Named| json!({"assignee": {"id": it.id, "type": "user_reference"}});
            let users: Vec<_> = users.iter().map(assignee).collect();
            put(change(&|_| json!({"assignments": users})))
        }
        Deed::AssignPolicy(policy) => {
            let policy = json!({"id": policy.id, "type": "escalation_policy_reference"});
            put(change(&|_| json!({"escalation_policy": policy})))
        }
        Deed::Snooze(seconds) => {
            let all: Vec<_> = act.targets.iter().map(|it| refer(&it.id)).collect();
            let body = json!({"duration": seconds, "incidents": all, "if_open": true});
            Request::command(Method::POST, "/incidents/snooze", body)
        }
        Deed::Merge(into) => {
            let all: Vec<_> = act.targets.iter().map(|it| refer(&it.id)).collect();
            let path = format!("/incidents/{}/merge", into.id);
            Request::command(Method::PUT, path, json!({"source_incidents": all}))
        }
        Deed::Note(content) => return note(client, act, content).await.map(|()| None),
        Deed::Undo => return undo(client, act).await.map(Some),
    };
    client.send(&request.with_key(act.key.clone())).await?;
    Ok(None)
}

/// Writes the same note on each.
async fn note(client: &Client, act: &Act, content: &str) -> Result<(), Error> {
    let body = json!({"note": {"content": content}});
    for target in &act.targets {
        let path = format!("/incidents/{}/notes", target.id);
        let request = Request::command(Method::POST, path, body.clone());
        client.send(&request.with_key(format!("{}-{}", act.key, target.number))).await?;
    }
    Ok(())
}

/// Has the server undo, and says what it did.
async fn undo(client: &Client, act: &Act) -> Result<String, Error> {
    let request = Request::command(Method::POST, "/undo", json!({})).with_key(act.key.clone());
    let answer = client.send(&request).await?;
    Ok(undone(&incidents::take(answer.json()?, "undo", &answer.url)?))
}

/// `undid acknowledge of #12, #13`, and what was left as it is, with the reason.
fn undone(undo: &Value) -> String {
    let action = text(&undo["action"]).replace('_', " ");
    let restored: Vec<_> = items(&undo["incidents"]).map(|it| short(&text(&it["summary"]))).collect();
    let of = match restored.len() {
        0 => String::new(),
        1..=3 => format!(" of {}", restored.join(", ")),
        many => format!(" of {}", count(many, "incident")),
    };
    let left: Vec<_> = items(&undo["left"])
        .map(|it| format!("{} as it is: {}", short(&text(&it["incident"]["summary"])), text(&it["reason"])))
        .collect();
    let left = match left.as_slice() {
        [] => String::new(),
        [one] => format!("; left {one}"),
        [one, rest @ ..] => format!("; left {one}; and {} more", rest.len()),
    };
    if restored.is_empty() && !left.is_empty() {
        return format!("undid nothing{left}");
    }
    format!("undid {action}{of}{left}")
}

/// `#12` of `[#12] disk full`.
fn short(summary: &str) -> String {
    summary.strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or(summary).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_an_undo_came_to() {
        let incident = |n: u64| json!({"summary": format!("[#{n}] disk full")});
        let left = |n| json!({"incident": incident(n), "reason": "bob has acted on it since"});
        for (incidents, left, expected) in [
            (vec![incident(1), incident(2)], vec![], "undid acknowledge of #1, #2"),
            (vec![incident(1); 5], vec![], "undid acknowledge of 5 incidents"),
            (
                vec![incident(1)],
                vec![left(2)],
                "undid acknowledge of #1; left #2 as it is: bob has acted on it since",
            ),
            (
                vec![],
                vec![left(2), left(3)],
                "undid nothing; left #2 as it is: bob has acted on it since; and 1 more",
            ),
        ] {
            let undo = json!({"action": "acknowledge", "incidents": incidents, "left": left});
            assert_eq!(undone(&undo), expected);
        }
    }
}
