//! What `pd ack`, `pd resolve` and `pd snooze` share in a storm: everything that is open, or everything of a service.

use serde_json::Value;

use super::error::{Complaint, Exit, report};
use super::lookup;
use super::session::Session;
use super::settle::Goal;
use super::view;
use crate::client::{self, Client, Request, pages};

/// How many are looked for in one go.
const ROUND: usize = 10_000;
/// How many are changed with one request.
const CHUNK: usize = 250;
/// How many rounds there are at most: in a storm new ones come all the time.
const ROUNDS: usize = 100;

/// Which incidents, if not by name.
#[derive(Debug, clap::Args)]
pub(super) struct Bulk {
    /// Everything that is open, or what is left of it by --service and --urgency
    #[arg(long, conflicts_with = "incidents")]
    pub(super) all: bool,
    /// With --all: only of this service, by name or id; may be given several times
    #[arg(long, value_name = "SERVICE", requires = "all")]
    service: Vec<String>,
    /// With --all: only with this urgency
    #[arg(long, value_name = "URGENCY", value_parser = ["high", "low"], requires = "all")]
    urgency: Option<String>,
    /// With --all: only what is assigned to you
    #[arg(long, requires = "all")]
    me: bool,
    /// Do not ask whether it is meant
    #[arg(short, long, requires = "all")]
    yes: bool,
}

/// What came of all of it.
#[derive(Default)]
struct Came {
    done: Vec<Value>,
    /// Resolved before they could be changed.
    over: usize,
    /// Not changed, by id.
    failed: Vec<String>,
    first: Option<Exit>,
}

/// Brings everything that matches to the goal, and says exactly what was done.
pub(super) async fn run(
    session: &mut Session,
    goal: Goal,
    bulk: Bulk,
    dry_run: bool,
) -> anyhow::Result<Exit> {
    session.out.expect_columns(&view::INCIDENTS)?;
    let client = session.client().await?;
    let request = request(&client, goal, &bulk).await?;
    let mut came = Came::default();
    if dry_run {
        let found = pages::list(&client, &request, "incidents", ROUND).await?;
        if session.out.is_prose() {
            let more = if found.more { "more than " } else { "" };
            session.out.text(&format!("would {} {more}{}", goal.verb(), incidents(found.items.len())))?;
            return Ok(Exit::Ok);
        }
        return session.list("incident", &found.items, &view::INCIDENTS, "no incidents");
    }
    for round in 0..ROUNDS {
        let found = pages::list(&client, &request, "incidents", ROUND).await?;
        let new = |incident: &&Value| !came.failed.iter().any(|id| *id == view::text(&incident["id"]));
        let ids: Vec<String> =
            found.items.iter().filter(new).map(|it| view::text(&it["id"]).to_owned()).collect();
        if ids.is_empty() {
            break;
        }
        if round == 0 && !bulk.yes && ids.len() > 1 && !confirmed(session, goal, ids.len(), found.more)? {
            anyhow::bail!(Complaint::failed("nothing was done"));
        }
        change(session, &client, goal, &ids, &mut came).await;
        if !found.more {
            break;
        }
    }
    say(session, goal, &came)
}

fn confirmed(session: &mut Session, goal: Goal, count: usize, more: bool) -> anyhow::Result<bool> {
    let more = if more { "more than " } else { "" };
    session.out.confirm(&format!("{} {more}{count} incidents?", goal.verb()))
}

async fn request(client: &Client, goal: Goal, bulk: &Bulk) -> anyhow::Result<Request> {
    let mut request =
        Request::get("/incidents").with("sort_by", "incident_number:asc").with("date_range", "all");
    request = request.with("statuses[]", "triggered");
    if goal == Goal::Resolved {
        request = request.with("statuses[]", "acknowledged");
    }
    for service in &bulk.service {
        request = request.with("service_ids[]", lookup::id(client, "services", service).await?);
    }
    if let Some(urgency) = &bulk.urgency {
        request = request.with("urgencies[]", urgency.clone());
    }
    if bulk.me {
        request = request.with("user_ids[]", lookup::me(client).await?);
    }
    Ok(request)
}

async fn change(session: &mut Session, client: &Client, goal: Goal, ids: &[String], came: &mut Came) {
    let (mut through, total) = (0, ids.len() as u64);
    let bar = session.out.progress();
    for chunk in ids.chunks(CHUNK) {
        bar.show(goal.verb(), through, total);
        let asked: Vec<&str> = chunk.iter().map(String::as_str).collect();
        match goal.ask(client, &asked, true).await {
            // All or nothing: if one was refused, each is tried alone.
            Err(client::Error::Refused { .. } | client::Error::NotFound { .. }) if asked.len() > 1 => {
                for id in asked {
                    let answer = goal.ask(client, &[id], true).await;
                    came.take(session, goal, &[id], answer);
                }
            }
            answer => came.take(session, goal, &asked, answer),
        }
        through += chunk.len() as u64;
    }
}

impl Came {
    fn take(
        &mut self,
        session: &mut Session,
        goal: Goal,
        asked: &[&str],
        answer: Result<Vec<Value>, client::Error>,
    ) {
        match answer {
            Ok(changed) => {
                let over = |it: &Value| goal != Goal::Resolved && it["status"] == "resolved";
                let (over, done): (Vec<_>, Vec<_>) = changed.into_iter().partition(over);
                self.over += over.len();
                self.done.extend(done);
            }
            Err(error) => {
                let error = anyhow::Error::from(error);
                self.first.get_or_insert(report(&error).map_or(Exit::Failed, |report| report.exit));
                self.failed.extend(asked.iter().map(|id| (*id).to_owned()));
                session.fail(&error);
            }
        }
    }
}

fn say(session: &mut Session, goal: Goal, came: &Came) -> anyhow::Result<Exit> {
    let now = session.now();
    if session.out.is_prose() {
        let mut parts = vec![format!("{} {}", goal.status(), incidents(came.done.len()))];
        if came.over > 0 {
            parts.push(format!("{} had been resolved meanwhile", incidents(came.over)));
        }
        if !came.failed.is_empty() {
            parts.push(format!("{} left alone", incidents(came.failed.len())));
        }
        session.out.text(&parts.join("; "))?;
    } else {
        session.out.list("incident", &came.done, &view::INCIDENTS, now)?;
    }
    Ok(match came.first {
        Some(_) if !came.done.is_empty() => Exit::Partly,
        Some(exit) => exit,
        None => Exit::Ok,
    })
}

fn incidents(count: usize) -> String {
    if count == 1 { "1 incident".to_owned() } else { format!("{count} incidents") }
}
