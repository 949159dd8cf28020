//! `pd watch`: says what opens, what is acknowledged and what is over, as it happens.

mod jobs;
mod notify;
mod tracker;

use std::ffi::OsString;
use std::time::Duration;

use serde_json::{Value, json};

use self::jobs::Jobs;
use self::tracker::{Happened, Tracker};
use super::error::Exit;
use super::follow::{self, Changes, News, Wanted};
use super::lookup;
use super::output::{Cell, Column, escape};
use super::session::Session;
use super::view::{self, text};
use crate::client::{Client, Error, Request};
use crate::config;

const EXAMPLES: &str = "\
Examples:
  $ pd watch
  $ pd watch --service database --urgency high --notify

  A command for each new incident, which has its JSON on standard input:
  $ pd watch --exec 'jq .title >> titles.txt'
  $ pd watch --exec 'espeak \"incident $PD_INCIDENT_NUMBER: $PD_INCIDENT_TITLE\"'

  For a program:
  $ pd watch -o jsonl";

/// Say what opens, is acknowledged and is resolved, as it happens
///
/// With --exec a shell runs a command for each incident that opens. It has the incident as JSON on standard input, and
/// PD_INCIDENT_ID, _NUMBER, _TITLE, _STATUS, _URGENCY, _SERVICE, _KEY and _URL in its environment. At most four run at a
/// time; what they print goes to standard error. An incident about which nobody is paged for the time being opens when
/// somebody is.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Only of this service, by name or id; may be given several times
    #[arg(long, value_name = "SERVICE")]
    service: Vec<String>,
    /// Only with this urgency
    #[arg(long, value_name = "URGENCY", value_parser = ["high", "low"])]
    urgency: Option<String>,
    /// Ring the terminal's bell when an incident opens, and have it show a notification if it can (OSC 9)
    #[arg(long)]
    notify: bool,
    /// Have a shell run this for each incident that opens
    #[arg(long, value_name = "COMMAND")]
    exec: Option<OsString>,
    /// End the command when it takes longer
    #[arg(long, value_name = "DURATION", default_value = "60s", requires = "exec", value_parser = config::duration)]
    exec_limit: Duration,
}

/// The columns of what happened.
const COLUMNS: [Column; 8] = [
    Column { title: "WHEN", wide: false, gives_way: false, cell: |it, moment| follow::at(&it["at"], moment) },
    Column {
        title: "EVENT",
        wide: false,
        gives_way: false,
        cell: |it, _| {
            let event = text(&it["event"]);
            Cell::new(event).tone(view::tone(if event == "opened" { "triggered" } else { event }))
        },
    },
    Column { title: "NUMBER", wide: false, gives_way: false, cell: |it, _| Cell::new(number(it)) },
    Column {
        title: "URGENCY",
        wide: false,
        gives_way: false,
        cell: |it, _| Cell::new(text(&it["incident"]["urgency"])),
    },
    Column {
        title: "SERVICE",
        wide: false,
        gives_way: false,
        cell: |it, _| Cell::new(text(&it["incident"]["service"]["summary"])),
    },
    Column {
        title: "TITLE",
        wide: false,
        gives_way: true,
        cell: |it, _| Cell::new(text(&it["incident"]["title"])),
    },
    Column { title: "WHO", wide: false, gives_way: false, cell: |it, _| Cell::new(who(it)) },
    Column { title: "ID", wide: true, gives_way: false, cell: |it, _| Cell::new(text(&it["id"])) },
];

fn number(it: &Value) -> String {
    it["incident"]["incident_number"].as_u64().map(|number| format!("#{number}")).unwrap_or_default()
}

/// Who is paged, or who did it.
fn who(it: &Value) -> String {
    let incident = &it["incident"];
    match text(&it["event"]) {
        "opened" | "triggered" => view::assigned(incident),
        _ => text(&incident["last_status_change_by"]["summary"]).to_owned(),
    }
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let services = lookup::ids(&client, "services", &args.service).await?;
    let mut changes = Changes::new(&client, Wanted { incidents: true, ..Wanted::default() });
    let mut watch = Watch {
        jobs: args.exec.map(|command| Jobs::new(command, args.exec_limit, session.clock().clone())),
        notify: args.notify,
        services,
        urgency: args.urgency,
        tracker: Tracker::default(),
    };
    loop {
        tokio::select! {
            biased;
            failure = Jobs::ended(&mut watch.jobs) => session.out.warn(&escape(&failure)),
            news = changes.next() => watch.take(session, &client, news?, &changes).await?,
        }
    }
}

struct Watch {
    tracker: Tracker,
    /// Ids.
    services: Vec<String>,
    urgency: Option<String>,
    notify: bool,
    jobs: Option<Jobs>,
}

impl Watch {
    async fn take(
        &mut self,
        session: &mut Session,
        client: &Client,
        news: News,
        changes: &Changes,
    ) -> anyhow::Result<()> {
        match news {
            News::Fresh => self.tracker.fresh(changes.began()),
            News::Incident(incident) => self.note(session, incident)?,
            News::Synced => {
                if session.out.is_text() && self.tracker.is_first() {
                    let open = self.tracker.open();
                    session.out.note(&format!("watching; {open} open now"));
                }
                for id in self.tracker.synced() {
                    if let Some(incident) = get(client, &id).await? {
                        self.note(session, incident)?;
                    }
                }
            }
            news => {
                let now = session.now();
                news.words(now).inspect(|words| session.out.note(words));
            }
        }
        Ok(())
    }

    fn note(&mut self, session: &mut Session, incident: Value) -> anyhow::Result<()> {
        let happened = self.tracker.note(&incident);
        let wanted = self.urgency.as_deref().is_none_or(|urgency| urgency == text(&incident["urgency"]))
            && (self.services.is_empty()
                || self.services.iter().any(|id| id == text(&incident["service"]["id"])));
        for what in happened.into_iter().filter(|_| wanted) {
            self.show(session, what, &incident)?;
        }
        Ok(())
    }

    fn show(&mut self, session: &mut Session, what: Happened, incident: &Value) -> anyhow::Result<()> {
        let opened = what == Happened::Opened;
        let at = if opened { &incident["created_at"] } else { &incident["last_status_change_at"] };
        let event = json!({"id": incident["id"], "event": what.as_str(), "at": at, "incident": incident});
        let now = session.now();
        session.out.line("incident", &event, &COLUMNS, now)?;
        if !opened {
            return Ok(());
        }
        if self.notify {
            notify::tell(&format!("{}: {}", text(&incident["service"]["summary"]), view::headline(incident)));
        }
        if let Some(jobs) = &mut self.jobs
            && let Err(reason) = jobs.add(incident)
        {
            session.out.warn(&escape(&reason));
        }
        Ok(())
    }
}

/// The incident as it is now; `None` if there is none any more.
async fn get(client: &Client, id: &str) -> Result<Option<Value>, Error> {
    match client.send(&Request::get(format!("/incidents/{id}"))).await {
        Ok(answer) => {
            let mut body: Value = answer.json()?;
            Ok(Some(body["incident"].take()))
        }
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
