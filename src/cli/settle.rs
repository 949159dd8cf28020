//! What `pd ack`, `pd resolve`, `pd snooze` and `pd unack` share: finding incidents, changing their status, saying what came of each.

use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::error::{Complaint, Exit, report};
use super::output::Moment;
use super::session::Session;
use super::view;
use crate::client::{self, Client, incidents};

/// Lookups on their way at once.
const LOOKUPS: usize = 8;

/// What is to be reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Goal {
    Acknowledged,
    Resolved,
    /// Acknowledged until so many seconds from now.
    Snoozed(u64),
    /// Not acknowledged any more.
    Triggered,
}

impl Goal {
    pub(super) fn status(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
            Self::Snoozed(_) => "snoozed",
            Self::Triggered => "triggered",
        }
    }

    /// What it is asked as.
    pub(super) fn verb(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledge",
            Self::Resolved => "resolve",
            Self::Snoozed(_) => "snooze",
            Self::Triggered => "take the acknowledgement back of",
        }
    }

    /// Has it done to these; with `if_open` what is resolved by now is left alone, rather than to refuse all.
    pub(super) async fn ask(
        self,
        client: &Client,
        ids: &[&str],
        if_open: bool,
    ) -> Result<Vec<Value>, client::Error> {
        if let Self::Snoozed(seconds) = self {
            return incidents::snooze(client, ids, seconds, if_open).await;
        }
        let status = self.status();
        let change = |id: &&str| {
            let mut change = json!({"id": id, "type": "incident_reference", "status": status});
            if if_open && !client.target().is_pagerduty() {
                change["if_open"] = true.into();
            }
            change
        };
        incidents::change(client, &ids.iter().map(change).collect::<Vec<_>>()).await
    }

    /// Why nothing has to be done; `Err`: nothing can.
    fn judge(self, incident: &Value) -> Verdict {
        match (self, incident["status"].as_str().unwrap_or_default()) {
            (Self::Acknowledged, "acknowledged")
            | (Self::Resolved, "resolved")
            | (Self::Triggered, "triggered") => Verdict::Already,
            (Self::Acknowledged | Self::Snoozed(_) | Self::Triggered, "resolved") => Verdict::TooLate,
            _ => Verdict::Change,
        }
    }
}

enum Verdict {
    Change,
    Already,
    TooLate,
}

/// What came of all of it so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Only say what would be done.
    pub(super) dry_run: bool,
    /// As they are afterwards.
    pub(super) done: Vec<Value>,
    /// As they were already.
    pub(super) unchanged: Vec<Value>,
    /// The first failure, and how many.
    first: Option<Exit>,
    failures: usize,
}

impl Tally {
    /// Nothing yet.
    pub(super) fn new(dry_run: bool) -> Self {
        Self { dry_run, ..Self::default() }
    }

    /// Says what went wrong with one of several.
    pub(super) fn fail(&mut self, session: &mut Session, name: &str, error: impl Into<anyhow::Error>) {
        let error: anyhow::Error = error.into();
        // A single word may be all that the server says; the name tells which of several it is about.
        let error = if says(&format!("{error}"), name) { error } else { error.context(name.to_owned()) };
        self.first.get_or_insert(report(&error).map_or(Exit::Ok, |report| report.exit));
        self.failures += 1;
        session.fail(&error);
    }

    /// How the command ended.
    pub(super) fn exit(&self, error_unchanged: bool, others_done: bool) -> Exit {
        let some_done = others_done || !self.done.is_empty() || !self.unchanged.is_empty();
        match self.first {
            Some(_) if some_done => Exit::Partly,
            Some(exit) => exit,
            None if error_unchanged && self.done.is_empty() && !others_done => Exit::Unchanged,
            None => Exit::Ok,
        }
    }
}

/// Whether `text` says `name` as a word of its own: `11` is none in the address of a server whose port has these digits.
fn says(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + name.len()..].chars().next());
        let begins = before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, ':' | '.'));
        begins && after.is_none_or(|c| !c.is_alphanumeric() && c != '.')
    })
}

/// Finds each of `names`, several at once; in their order.
pub(super) async fn find_all(client: &Client, names: &[String]) -> Vec<Result<Value, client::Error>> {
    futures_util::stream::iter(names.iter().map(|name| incidents::find(client, name)))
        .buffered(LOOKUPS)
        .collect()
        .await
}

/// Brings what is named to `goal`, or with `dry_run` says what would be.
pub(super) async fn by_name(
    session: &mut Session,
    names: Vec<String>,
    goal: Goal,
    dry_run: bool,
    error_unchanged: bool,
) -> anyhow::Result<Exit> {
    session.out.expect_columns(&view::INCIDENTS)?;
    let client = session.client().await?;
    let found = find_all(&client, &names).await;
    let mut tally = Tally::new(dry_run);
    let found = names.into_iter().zip(found).collect();
    settle(session, &client, goal, found, &mut tally).await;
    print(session, &tally, goal)?;
    Ok(tally.exit(error_unchanged, false))
}

/// Brings what was found to `goal`.
pub(super) async fn settle(
    session: &mut Session,
    client: &Client,
    goal: Goal,
    found: Vec<(String, Result<Value, client::Error>)>,
    tally: &mut Tally,
) {
    let mut open: Vec<Value> = Vec::new();
    for (name, result) in found {
        match result {
            Err(error) => tally.fail(session, &name, error),
            // Two names may lead to the same incident.
            Ok(incident)
                if open.iter().chain(&tally.unchanged).any(|other| other["id"] == incident["id"]) => {}
            Ok(incident) => match goal.judge(&incident) {
                Verdict::Change => open.push(incident),
                Verdict::Already => tally.unchanged.push(incident),
                Verdict::TooLate => {
                    tally.fail(session, &name, Complaint::failed(format!("{name} is resolved already")));
                }
            },
        }
    }
    if tally.dry_run {
        tally.done.extend(open);
        return;
    }
    let ids: Vec<_> = open.iter().filter_map(|incident| incident["id"].as_str()).collect();
    if ids.is_empty() {
        return;
    }
    match goal.ask(client, &ids, false).await {
        Ok(changed) => tally.done.extend(changed),
        // All or nothing: if one was refused, each is tried alone.
        Err(client::Error::Refused { .. } | client::Error::NotFound { .. }) if ids.len() > 1 => {
            for id in ids {
                match goal.ask(client, &[id], false).await {
                    Ok(changed) => tally.done.extend(changed),
                    Err(error) => tally.fail(session, id, error),
                }
            }
        }
        Err(error) => {
            let names = view::numbers(&open);
            tally.fail(session, &names, error);
        }
    }
}

/// Prints what came of it.
///
/// # Errors
/// As [`super::output::Output::list`].
pub(super) fn print(session: &mut Session, tally: &Tally, goal: Goal) -> anyhow::Result<()> {
    let now = session.now();
    if !session.out.is_prose() {
        let all: Vec<_> = tally.done.iter().chain(&tally.unchanged).cloned().collect();
        return session.out.list("incident", &all, &view::INCIDENTS, now);
    }
    let moment = session.out.moment(now);
    let mut text = String::new();
    for incident in tally.done.iter().filter(|_| tally.dry_run) {
        text += &format!("would {} {}\n", goal.verb(), view::headline(incident));
    }
    for incident in tally.done.iter().filter(|_| !tally.dry_run) {
        let until = incident["snoozed_until"].as_str().filter(|_| matches!(goal, Goal::Snoozed(_)));
        let until = until.map(|until| format!(" until {}", moment.show(until))).unwrap_or_default();
        text += &format!("{} {}{until}\n", goal.status(), view::headline(incident));
    }
    for incident in &tally.unchanged {
        text += &format!("{}: {}\n", view::headline(incident), already(incident, goal, &moment));
    }
    Ok(session.out.text(&text)?)
}

/// `already acknowledged by ann 3m ago`.
fn already(incident: &Value, goal: Goal, moment: &Moment) -> String {
    let acknowledgement = incident["acknowledgements"].as_array().and_then(|all| all.last());
    let (who, when) = match (goal, acknowledgement) {
        (Goal::Acknowledged, Some(last)) => (&last["acknowledger"], &last["at"]),
        _ => (&incident["last_status_change_by"], &incident["last_status_change_at"]),
    };
    let who = who["summary"].as_str().map(|who| format!(" by {}", super::output::escape(who)));
    let when = when.as_str().map(|when| format!(" {}", moment.when(when)));
    format!("already {}{}{}", goal.status(), who.unwrap_or_default(), when.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::says;

    #[test]
    fn a_name_is_a_word() {
        for (text, name, expected) in [
            ("cannot reach http://127.0.0.1:41123: connection refused", "11", false),
            ("cannot reach http://127.0.0.1:11: connection refused", "11", false),
            ("cannot reach http://127.0.0.1:80: connection refused", "1", false),
            ("11 is resolved already", "11", true),
            ("no incident `queue`", "queue", true),
            ("no incident #11", "11", true),
            ("the queues are full", "queue", false),
        ] {
            assert_eq!(says(text, name), expected, "{name} in {text}");
        }
    }
}
