//! Names that may be completed: which argument takes which, and how the server is asked for them.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::session::Session;
use super::super::view::text;
use crate::client::contexts::{Contexts, Waits};
use crate::client::{Client, Error, Patience, Request, pages};

/// How many names are asked for, and offered.
const MOST: usize = 100;
/// How much of a title is shown beside a name.
const HELP_MAX: usize = 72;

/// What a name is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Incidents that are open.
    Open,
    /// Incidents, closed ones too.
    Incident,
    Service,
    User,
    Schedule,
    Policy,
    Team,
    Priority,
    Heartbeat,
    Context,
}

impl Kind {
    /// What an argument takes, by the command that it is of and by its name.
    pub(super) fn of(command: &[&str], id: &str, value: &str) -> Option<Self> {
        Some(match (command, id, value) {
            (_, "context", "NAME") | (["context", "use" | "show" | "remove" | "rename"], "name", _) => {
                Self::Context
            }
            (["show" | "log" | "explain" | "note"], _, "INCIDENT") => Self::Incident,
            (_, _, "INCIDENT") => Self::Open,
            (_, _, "SERVICE") => Self::Service,
            (_, _, "USER") => Self::User,
            (_, _, "SCHEDULE") => Self::Schedule,
            (_, _, "POLICY") => Self::Policy,
            (_, _, "TEAM") => Self::Team,
            (_, _, "PRIORITY") => Self::Priority,
            (_, _, "HEARTBEAT") => Self::Heartbeat,
            _ => return None,
        })
    }

    /// In paths and in files of the cache.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Incident => "incidents",
            Self::Service => "services",
            Self::User => "users",
            Self::Schedule => "schedules",
            Self::Policy => "escalation_policies",
            Self::Team => "teams",
            Self::Priority => "priorities",
            Self::Heartbeat => "heartbeats",
            Self::Context => "contexts",
        }
    }

    fn request(self) -> (Request, &'static str) {
        let newest =
            |request: Request| request.with("sort_by", "incident_number:desc").with("date_range", "all");
        match self {
            Self::Open => {
                let open = Request::get("/incidents")
                    .with("statuses[]", "triggered")
                    .with("statuses[]", "acknowledged");
                (newest(open), "incidents")
            }
            Self::Incident => (newest(Request::get("/incidents")), "incidents"),
            other => (Request::get(format!("/{}", other.name())), other.name()),
        }
    }
}

/// One thing, the words that it goes by, and what it is.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Name {
    /// The best first: only that is offered before anything is typed.
    pub(super) words: Vec<String>,
    #[serde(default)]
    pub(super) help: String,
}

impl Name {
    fn of(kind: Kind, it: &Value) -> Self {
        let (words, help) = match kind {
            Kind::Open | Kind::Incident => (
                vec![
                    it["incident_number"].to_string(),
                    text(&it["id"]).to_owned(),
                    text(&it["incident_key"]).to_owned(),
                ],
                format!(
                    "{} ({}, {})",
                    text(&it["title"]),
                    text(&it["status"]),
                    text(&it["service"]["summary"])
                ),
            ),
            Kind::User => (
                vec![text(&it["email"]).to_owned(), text(&it["name"]).to_owned()],
                text(&it["name"]).to_owned(),
            ),
            _ => (
                vec![text(&it["name"]).to_owned(), text(&it["id"]).to_owned()],
                text(&it["description"]).to_owned(),
            ),
        };
        // The shell shows it on one line, and does not know what a terminal must not be told.
        let help: String =
            help.chars().map(|c| if c.is_control() { ' ' } else { c }).take(HELP_MAX).collect();
        let sound = |word: &String| !word.is_empty() && !word.chars().any(char::is_control);
        Self { words: words.into_iter().filter(sound).collect(), help: help.trim().to_owned() }
    }

    /// The word that begins with what is typed.
    pub(super) fn fitting(&self, begun: &str) -> Option<&str> {
        self.words.iter().find(|word| word.starts_with(begun)).map(String::as_str)
    }
}

/// What came of asking.
pub(super) enum Answer {
    Names(Vec<Name>),
    /// The server answers, and does not tell.
    Refused,
    /// It does not answer, or nobody knows whom to ask.
    Away,
}

/// Asks for the names of this kind.
pub(super) fn asked(session: &Session, kind: Kind, patience: Duration) -> Answer {
    if kind == Kind::Context {
        return contexts(session).map_or(Answer::Refused, Answer::Names);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let client = session.target_for(Waits::Nobody(patience)).and_then(|target| {
        session.client_with(target, Patience { attempt: patience, total: Duration::ZERO })
    });
    let (Ok(runtime), Ok(client)) = (runtime, client) else { return Answer::Away };
    match runtime.block_on(list(&client, kind)) {
        Ok(names) => Answer::Names(names),
        Err(error) if error.is_away() => Answer::Away,
        Err(_) => Answer::Refused,
    }
}

async fn list(client: &Client, kind: Kind) -> Result<Vec<Name>, Error> {
    let (request, collection) = kind.request();
    let found = pages::list(client, &request, collection, MOST).await?.items;
    Ok(found.iter().map(|it| Name::of(kind, it)).filter(|name| !name.words.is_empty()).collect())
}

fn contexts(session: &Session) -> Option<Vec<Name>> {
    let contexts = Contexts::load(&session.contexts_file().ok()?).ok()?;
    let name = |context: &crate::client::contexts::Context| Name {
        words: vec![context.name.clone()],
        help: context.urls.first().map(ToString::to_string).unwrap_or_default(),
    };
    Some(contexts.all().map(name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn arguments_take_names_of_their_kind() {
        for (command, id, value, expected) in [
            (&["ack"][..], "incidents", "INCIDENT", Some(Kind::Open)),
            (&["show"], "incident", "INCIDENT", Some(Kind::Incident)),
            (&["responder", "add"], "incident", "INCIDENT", Some(Kind::Open)),
            (&["list"], "service", "SERVICE", Some(Kind::Service)),
            (&["context", "use"], "name", "NAME", Some(Kind::Context)),
            (&["context", "add"], "name", "NAME", None),
            (&["list"], "context", "NAME", Some(Kind::Context)),
            (&["trigger"], "source", "NAME", None),
        ] {
            assert_eq!(Kind::of(command, id, value), expected, "{command:?} {id}");
        }
    }

    #[test]
    fn an_incident_goes_by_its_number_until_something_else_is_typed() {
        let incident = json!({"incident_number": 12, "id": "Q1A2B3C4D5E6F7", "incident_key": "disk-db-1",
            "title": "disk\u{1b}[2J full", "status": "triggered", "service": {"summary": "database"}});
        let name = Name::of(Kind::Open, &incident);
        for (begun, expected) in [
            ("", Some("12")),
            ("1", Some("12")),
            ("Q1", Some("Q1A2B3C4D5E6F7")),
            ("disk", Some("disk-db-1")),
            ("x", None),
        ] {
            assert_eq!(name.fitting(begun), expected, "{begun}");
        }
        assert_eq!(name.help, "disk [2J full (triggered, database)");
    }
}
