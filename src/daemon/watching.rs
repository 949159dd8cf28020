//! What the watch stands on: the parts of this process, its own door, and the way out that needs none of them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use tokio::sync::watch;

use super::Error;
use super::load::Load;
use super::own::{self, Trigger};
use super::status::Watched;
use crate::clock::{SharedClock, within};
use crate::config::{self, Config};
use crate::deliver::email::{Email, Plain as Mail};
use crate::deliver::plain::{self, Plain};
use crate::domain::command::{Ask, Done, ServiceChange};
use crate::domain::event::DedupKey;
use crate::domain::id::ServiceId;
use crate::domain::incidents::state::State;
use crate::domain::time::Timestamp;
use crate::domain::user::Channel;
use crate::ids::Ids;
use crate::ingest::{Commands, Events};
use crate::notify::metrics::Metrics;
use crate::notify::transport::Outcome;
use crate::watch::blind::Call;
use crate::watch::rules::{Action, Bounds, Outlook, Seen};
use crate::watch::{Called, Ground, Settings};

/// What the service is called that incidents about `pd` itself belong to.
const SERVICE: &str = "pd";
const DESCRIPTION: &str = "pd itself: late work, failing providers, its store and its clock. \
    Disable this service to hear nothing of it.";

/// How long the making of the service may hold up the start.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a heartbeat or a call for help may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How it watches, as the configuration says.
pub(super) fn settings(watch: &config::Watch, node: &str) -> Settings {
    let somebody = watch.contact_email.is_some() || watch.contact_webhook.is_some();
    Settings {
        bounds: Bounds {
            late: watch.late,
            provider_failures: watch.provider_failures,
            clock: watch.clock,
            margin: watch.margin,
            resolve_after: watch.resolve_after,
        },
        heartbeat: watch.heartbeat.as_ref().map(|_| watch.heartbeat_every),
        blind_after: somebody.then_some(watch.blind_after),
        node: node.to_owned(),
    }
}

/// Makes the service at a start at which there is none, so that people see it, and who is paged for it, before it is
/// needed. Where that fails, the next start does it; a running process goes on without.
pub(super) async fn ensure_service(commands: &Commands, state: &State, ids: &dyn Ids, clock: &SharedClock) {
    if state.account.is_none() || own::integration(state, SERVICE).is_some() {
        return;
    }
    let made = within(&**clock, PATIENCE, make_service(commands, state, ids)).await;
    if let Err(reason) = made.unwrap_or_else(|| Err("it took too long".to_owned())) {
        tracing::warn!(reason, "the service `{SERVICE}` could not be made; the next start tries again");
    }
}

async fn make_service(commands: &Commands, state: &State, ids: &dyn Ids) -> Result<(), String> {
    let service = match own::service(state, SERVICE) {
        Some(service) => service.id,
        None => {
            let policies = || state.policies.values();
            let policy = policies().find(|policy| &*policy.name == "default").or_else(|| policies().next());
            let change = ServiceChange {
                name: Some(SERVICE.into()),
                description: Some(Some(DESCRIPTION.into())),
                escalation_policy: Some(policy.ok_or("there is no escalation policy")?.id),
                ..ServiceChange::default()
            };
            match own::ask(commands, Ask::CreateService(Box::new(change))).await? {
                Done::Object(object) => ServiceId(object),
                other => return Err(format!("unexpected: {other:?}")),
            }
        }
    };
    own::add_integration(commands, ids, service, "pd watches itself").await
}

/// The ground.
pub(super) struct Standing {
    watched: Watched,
    load: Load,
    messages: Arc<Metrics>,
    events: Events,
    /// What a store of several nodes tells; nothing as long as nobody feeds it.
    outlook: watch::Receiver<Outlook>,
    http: Plain,
    email: Option<Email>,
    settings: config::Watch,
}

impl Standing {
    pub(super) fn new(
        config: &Config,
        watched: Watched,
        messages: Arc<Metrics>,
        events: Events,
        outlook: watch::Receiver<Outlook>,
    ) -> Result<Self, Error> {
        let clock = Arc::clone(&watched.clock);
        let http = Plain::new(TIMEOUT, clock).map_err(|error| Error::Watch(error.to_string()))?;
        let email = match (&config.watch.contact_email, &config.email) {
            (Some(_), Some(email)) => {
                Some(Email::new(super::channels::mail(email)?, Arc::clone(&watched.clock))?)
            }
            _ => None,
        };
        let settings = config.watch.clone();
        Ok(Self { load: watched.load.clone(), watched, messages, events, outlook, http, email, settings })
    }

    async fn mail(&self, call: &Call) -> Option<Called> {
        let (email, to) = (self.email.as_ref()?, self.settings.contact_email.as_ref()?);
        let id = format!("blind.{}.{}", self.watched.process, call.at.as_millis());
        let mail = Mail { id: &id, to, subject: &call.subject, text: &call.text, at: call.at };
        Some(match email.send_plain(&mail).await {
            // One that may have been taken is not sent again.
            Outcome::Sent { .. } | Outcome::Unknown { .. } => Called::Done,
            Outcome::Retry { reason, .. } | Outcome::Permanent { reason } => {
                Called::NotTaken(reason.as_ref().to_owned())
            }
        })
    }

    async fn hook(&self, call: &Call) -> Option<Called> {
        let url = self.settings.contact_webhook.clone()?;
        let body = json!({
            "event": "pd.blind",
            "node": call.node,
            "process": self.watched.process,
            "at": call.at.to_iso_millis(),
            "subject": call.subject,
            "text": call.text,
        });
        Some(match self.http.post(url, &body).await {
            Ok(()) | Err(plain::Error::TooSlow(_)) => Called::Done,
            Err(error) => Called::NotTaken(error.to_string()),
        })
    }
}

#[async_trait]
impl Ground for Standing {
    fn look(&self) -> Seen {
        let now = self.watched.clock.now();
        let monotonic = self.watched.clock.monotonic();
        let age = |stage: &'static str, oldest: Option<Timestamp>| {
            let undone = oldest.map_or(Duration::ZERO, |at| now.since(at));
            // What a stage fails to append is undone for at least that long.
            let failing = self.load.appends.failing_since(stage);
            (stage, undone.max(failing.map_or(Duration::ZERO, |since| monotonic.saturating_sub(since))))
        };
        let stages = vec![
            age("incidents", self.watched.incidents.status.borrow().oldest_undone),
            age("notify", self.watched.notify.status.borrow().oldest_undone),
        ];
        let closed = self.watched.closed.borrow().clone();
        let failing = closed.or_else(|| {
            let (store, _) = self.load.appends.failing()?;
            let of = |blocked: &Option<String>| blocked.clone();
            let said = match store {
                "incidents" => of(&self.watched.incidents.status.borrow().blocked),
                "notify" => of(&self.watched.notify.status.borrow().blocked),
                _ => None,
            };
            let said = said.map_or(String::new(), |said| format!(": {said}"));
            Some(format!("the store of {store} does not take what is appended{said}"))
        });
        let providers = self.messages.counts().filter_map(|(channel, counts)| {
            Some((provider(channel)?, counts.sent, counts.failed + counts.unknown + counts.postponed))
        });
        Seen { stages, providers: providers.collect(), failing, store: *self.outlook.borrow() }
    }

    fn open(&self, key: &str) -> Option<Timestamp> {
        let state = Arc::clone(&self.watched.incidents.state.borrow());
        let integration = own::integration(&state, SERVICE)?.id;
        let key = DedupKey(Arc::from(key));
        let number = state.open_alerts.get(&(integration, key.clone()))?;
        let incident = state.incidents.get(number)?;
        let alerts =
            incident.alerts.iter().filter(|alert| alert.dedup_key == key && alert.resolved_at.is_none());
        alerts.map(|alert| alert.latest_at).max()
    }

    async fn report(&self, action: &Action) -> Result<(), String> {
        let key = {
            let state = self.watched.incidents.state.borrow();
            own::integration(&state, SERVICE)
                .ok_or("there is no service `pd` with an integration")?
                .routing_key
        };
        let trigger = match action {
            Action::Trigger { summary, .. } => {
                Some(Trigger { summary, node: &self.watched.node, severity: "critical", class: "self-watch" })
            }
            Action::Resolve { .. } | Action::Probe => None,
        };
        own::send(&self.events, key, action.key(), trigger.as_ref()).await
    }

    async fn beat(&self) -> Result<(), String> {
        let Some(url) = self.settings.heartbeat.clone() else { return Ok(()) };
        self.http.get(url).await.map_err(|error| error.to_string())
    }

    async fn call(&self, call: &Call) -> Called {
        let (mail, hook) = tokio::join!(self.mail(call), self.hook(call));
        let called: Vec<_> = [mail, hook].into_iter().flatten().collect();
        // One that heard it is enough; both are told what the other is told.
        match called.iter().find(|called| **called == Called::Done) {
            Some(done) => done.clone(),
            None => called.into_iter().next().unwrap_or(Called::Done),
        }
    }
}

/// What the channels are called that have one provider for everybody. A webhook has one for each user, a console none.
fn provider(channel: Channel) -> Option<&'static str> {
    match channel {
        Channel::Email => Some("e-mail"),
        Channel::Sms => Some("SMS"),
        Channel::Phone => Some("voice"),
        Channel::Push => Some("push"),
        Channel::Webhook | Channel::Console => None,
    }
}
