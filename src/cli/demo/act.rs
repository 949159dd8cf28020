//! Does what the story says: sets the team up, sends the events, and acts as the people in it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use http::Method;
use serde_json::{Value, json};

use super::super::error::Complaint;
use super::super::session::Session;
use super::super::view::{items, text};
use super::story::{Deed, HEARTBEAT_KEY, Pace, TEAM};
use crate::client::contexts::Contexts;
use crate::client::{Client, Error, Patience, Request, Secret, Target, events, incidents, pages};
use crate::wire::configuration::{Apply, Configuration};

/// The server is on this machine, and has nothing else to do.
const PATIENCE: Patience = Patience { attempt: Duration::from_secs(10), total: Duration::from_secs(20) };
/// How long somebody is on call by the override.
const OVERRIDE: Duration = Duration::from_secs(8 * 3600);
/// The pause between two looks at what is waited for.
const LOOK: Duration = Duration::from_millis(250);
/// How much longer than the story says something may take: the machine may be busy.
const LATE: Duration = Duration::from_secs(60);

/// The people of the story, each with a token.
#[derive(Debug)]
pub(super) struct Cast {
    /// Whose context it is: ann.
    owner: Client,
    others: BTreeMap<String, Client>,
}

/// Sets up what the story begins with.
pub(super) async fn prepare(session: &Session, contexts: &Path, pace: Pace) -> anyhow::Result<Cast> {
    let contexts = Contexts::load(contexts)?;
    let name = contexts.current().unwrap_or("local").to_owned();
    let target = contexts.get(&name)?.resolve()?;
    let owner = session.client_with(target, PATIENCE)?;
    let mut team: Configuration = toml::from_str(TEAM).context("the team of the demo")?;
    pace.apply(&mut team);
    let names: Vec<(String, String)> =
        team.users.iter().flatten().map(|user| (user.name.clone(), user.email.clone())).collect();
    let body = serde_json::to_value(Apply { configuration: team, ..Apply::default() })?;
    owner
        .send(&Request::command(Method::POST, "/configuration", body))
        .await
        .map_err(|error| told(&error))?;

    let users = pages::list(&owner, &Request::get("/users"), "users", 100).await?.items;
    let mut others = BTreeMap::new();
    for (name, email) in names {
        let user = users.iter().find(|user| text(&user["email"]) == email);
        let user = user.with_context(|| format!("{name} is not there"))?;
        others.insert(name.clone(), act_as(session, &owner, &name, user).await?);
    }
    let bob = users.iter().find(|user| text(&user["name"]) == "bob").context("bob is not there")?;
    put_on_call(session, &owner, "primary", bob).await?;
    Ok(Cast { owner, others })
}

/// What was refused, field by field.
fn told(error: &Error) -> anyhow::Error {
    let mut lines = vec![format!("the demo's team was not taken: {error}")];
    if let Error::Refused { errors, .. } = error {
        lines.extend(errors.iter().map(|error| format!("  {error}")));
    }
    Complaint::failed(lines.join("\n")).into()
}

/// A client that acts as this user.
async fn act_as(session: &Session, owner: &Client, name: &str, user: &Value) -> anyhow::Result<Client> {
    let body = json!({"token": {"label": format!("{name}'s"), "user": {"id": user["id"], "type": "user_reference"}}});
    let token = incidents::ask(owner, Method::POST, "/tokens", body, "token").await?;
    let token = Some(Secret::new(text(&token["token"])));
    session.client_with(Target { token, ..owner.target().clone() }, PATIENCE)
}

async fn put_on_call(session: &Session, owner: &Client, schedule: &str, user: &Value) -> anyhow::Result<()> {
    let schedules = pages::list(owner, &Request::get("/schedules"), "schedules", 100).await?.items;
    let schedule = schedules.iter().find(|it| text(&it["name"]) == schedule).context("no such schedule")?;
    let now = session.now();
    let body = json!({"override": {"start": now.to_iso(), "end": now.plus(OVERRIDE).to_iso(),
        "user": {"id": user["id"], "type": "user_reference"}}});
    let path = format!("/schedules/{}/overrides", text(&schedule["id"]));
    owner.send(&Request::command(Method::POST, path, body).with_key(owner.fresh_key())).await?;
    Ok(())
}

impl Cast {
    /// Does it.
    pub(super) async fn perform(&self, deed: Deed) -> anyhow::Result<()> {
        match deed {
            Deed::Trigger(it) => self.tell(&it.event(None)).await,
            Deed::Storm(it, count) => {
                for n in 0..count {
                    self.tell(&it.event(Some(n))).await?;
                }
                Ok(())
            }
            Deed::Resolve(it) => self.tell(&it.over()).await,
            Deed::Acknowledge(who, it) => {
                let id = self.until(|| self.id(it.known_as())).await?;
                let change = json!({"id": id, "type": "incident_reference", "status": "acknowledged"});
                incidents::change(self.played_by(who)?, &[change]).await?;
                Ok(())
            }
            Deed::Note(who, it, note) => {
                let id = self.until(|| self.id(it.known_as())).await?;
                incidents::annotate(self.played_by(who)?, &id, note).await?;
                Ok(())
            }
            Deed::Ping => {
                let ping =
                    json!({"heartbeat": HEARTBEAT_KEY, "path": "success", "detail": "412 GiB in 38 min"});
                self.tell(&ping).await
            }
            Deed::Level(it, level) => self.until(|| self.is_at(it.known_as(), level)).await,
            Deed::Missed => self.until(|| self.has_missed()).await,
        }
    }

    async fn tell(&self, event: &Value) -> anyhow::Result<()> {
        events::enqueue(&self.owner, event).await?;
        Ok(())
    }

    fn played_by(&self, who: &str) -> anyhow::Result<&Client> {
        self.others.get(who).with_context(|| format!("nobody plays {who}"))
    }

    /// Looks until there is what is waited for.
    async fn until<T>(&self, look: impl AsyncFn() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
        let clock = self.owner.clock();
        let began = clock.monotonic();
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            if clock.monotonic() - began > LATE {
                anyhow::bail!(Complaint::failed("the story does not go on: `pd status` may say why"));
            }
            clock.sleep(LOOK).await;
        }
    }

    /// The incident's id, once it is there: an event is accepted before there is an incident.
    async fn id(&self, key: String) -> anyhow::Result<Option<String>> {
        match incidents::find(&self.owner, &key).await {
            Ok(incident) => Ok(Some(text(&incident["id"]).to_owned())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn is_at(&self, key: String, level: u64) -> anyhow::Result<Option<()>> {
        let incident = incidents::find(&self.owner, &key).await?;
        let at = incident["current_escalation_level"].as_u64().unwrap_or(0);
        Ok((at >= level).then_some(()))
    }

    async fn has_missed(&self) -> anyhow::Result<Option<()>> {
        let all = pages::list(&self.owner, &Request::get("/heartbeats"), "heartbeats", 100).await?.items;
        let all = Value::Array(all);
        let ours = items(&all).find(|it| text(&it["key"]) == HEARTBEAT_KEY);
        Ok(ours.filter(|it| text(&it["status"]) == "missed").map(|_| ()))
    }
}
