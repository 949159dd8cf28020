//! What drills stand on: the parts of this process, its own door, and the levers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use super::clusters::Cluster;
use super::drilled;
use super::levers::Levers;
use super::own::{self, Trigger};
use super::status::Watched;
use super::stores::Kind;
use crate::clock::within;
use crate::domain::command::{
    Ask, Done, EscalationRuleFields, NewContactMethod, NewUser, PolicyChange, RuleFields, ServiceChange,
};
use crate::domain::event::DedupKey;
use crate::domain::id::{ContactMethodId, IncidentNumber, PolicyId, ServiceId, UserId};
use crate::domain::incident::{Happening, Incident, NotifyOutcome};
use crate::domain::incidents::state::State;
use crate::domain::policy::{EscalationPolicy, Strategy, Target};
use crate::domain::time::Timestamp;
use crate::domain::user::{Channel, Role, Urgency, User};
use crate::drill::plan::Effect;
use crate::drill::rules::Facts;
use crate::drill::{Ground, Guard, Sight};
use crate::ids::SharedIds;
use crate::ingest::{Commands, Events};
use crate::keyring::Keyring;
use crate::wire::status::Peer;

/// What the service, the policy and the user are called that canaries are for.
const NAME: &str = "pd drill";
const DESCRIPTION: &str =
    "Canary events of drills (pd drill). Their messages end inside of pd: nobody is paged.";
/// The way that has another one before it is used after this time.
const SECOND: Duration = Duration::from_secs(60);
/// A drill that is announced for longer than this was cut short.
const ANNOUNCED_MAX: Duration = Duration::from_secs(60 * 60);
/// Of a process that has not told of itself for so long nothing is expected.
const FRESH: Duration = Duration::from_secs(60);

/// The ground.
pub(super) struct Standing {
    pub(super) watched: Watched,
    pub(super) levers: Levers,
    pub(super) events: Events,
    pub(super) commands: Commands,
    pub(super) keyring: Arc<Keyring>,
    pub(super) ids: SharedIds,
    pub(super) channels: BTreeSet<Channel>,
    pub(super) peers: watch::Receiver<Arc<Vec<Peer>>>,
}

impl Standing {
    fn state(&self) -> Arc<State> {
        Arc::clone(&self.watched.incidents.state.borrow())
    }

    fn clusters(&self) -> &[Cluster] {
        match &self.watched.kind {
            Kind::Files(_) => &[],
            Kind::Clusters(clusters) => clusters,
        }
    }

    async fn ask(&self, ask: Ask) -> Result<Done, String> {
        own::ask(&self.commands, ask).await
    }

    /// The user, made if there is none.
    async fn user(&self) -> Result<Arc<User>, String> {
        if user(&self.state()).is_none() {
            let key = self.keyring.new_user_key(&*self.ids);
            let email = self.keyring.seal(&key, drilled::EMAIL, &*self.ids).map_err(|it| it.to_string())?;
            self.ask(Ask::CreateUser(Box::new(NewUser {
                key,
                name: NAME.into(),
                email,
                role: Role::ReadOnlyUser,
                time_zone: "UTC".into(),
                job_title: None,
                description: Some(DESCRIPTION.into()),
                color: None,
            })))
            .await?;
        }
        user(&self.state()).cloned().ok_or_else(|| format!("the user `{NAME}` could not be made"))
    }

    /// Has the user reached by these channels, after so long each, and by nothing else.
    async fn reach(&self, wanted: &[(Channel, Duration)]) -> Result<UserId, String> {
        let mut user = self.user().await?;
        for (channel, _) in wanted {
            if self.method(&user, *channel).is_none() {
                let address = drilled::address(*channel).ok_or("canaries are not sent by this channel")?;
                let sealed = self.keyring.seal(&user.key, address, &*self.ids);
                let method = NewContactMethod {
                    channel: *channel,
                    label: "canaries".into(),
                    address: sealed.map_err(|error| error.to_string())?,
                    country_code: None,
                    send_short_email: false,
                    secret: None,
                };
                self.ask(Ask::CreateContactMethod { user: user.id, method: Box::new(method) }).await?;
                user = self.user().await?;
            }
        }
        let rules: Vec<_> = wanted
            .iter()
            .filter_map(|(channel, delay)| {
                let contact_method = self.method(&user, *channel)?;
                Some(RuleFields { urgency: Urgency::High, delay: *delay, contact_method })
            })
            .collect();
        let surplus = user.notification_rules.iter().filter(|rule| !rules.contains(&rule.fields()));
        for rule in surplus {
            self.ask(Ask::DeleteNotificationRule { user: user.id, id: rule.id }).await?;
        }
        for rule in rules {
            if !user.notification_rules.iter().any(|known| known.fields() == rule) {
                self.ask(Ask::CreateNotificationRule { user: user.id, rule }).await?;
            }
        }
        Ok(user.id)
    }

    /// The contact method of this channel whose messages end here.
    fn method(&self, user: &User, channel: Channel) -> Option<ContactMethodId> {
        let address = drilled::address(channel)?;
        let is_it = |sealed| self.keyring.open(&user.key, sealed).is_ok_and(|open| open == address);
        let mut methods = user.contact_methods.iter();
        methods.find(|method| method.channel == channel && is_it(&method.address)).map(|method| method.id)
    }

    async fn policy(&self, user: UserId) -> Result<PolicyId, String> {
        let levels = vec![EscalationRuleFields {
            id: None,
            delay: ANNOUNCED_MAX,
            targets: vec![Target::User(user)],
            strategy: Strategy::default(),
        }];
        let change = PolicyChange {
            name: Some(NAME.into()),
            description: Some(Some(DESCRIPTION.into())),
            rules: Some(levels),
            ..PolicyChange::default()
        };
        match policy(&self.state()) {
            Some(policy) if only_pages(policy, user) => Ok(policy.id),
            // Somebody has changed it: nobody else is to be paged by a canary.
            Some(policy) => {
                self.ask(Ask::UpdatePolicy { id: policy.id, change: Box::new(change) }).await?;
                Ok(policy.id)
            }
            None => match self.ask(Ask::CreatePolicy(Box::new(change))).await? {
                Done::Object(id) => Ok(PolicyId(id)),
                other => Err(format!("unexpected: {other:?}")),
            },
        }
    }

    async fn service(&self, policy: PolicyId) -> Result<(), String> {
        let change = ServiceChange {
            name: Some(NAME.into()),
            description: Some(Some(DESCRIPTION.into())),
            disabled: Some(false),
            escalation_policy: Some(policy),
            auto_resolve_timeout: Some(Some(ANNOUNCED_MAX)),
            ..ServiceChange::default()
        };
        let known = own::service(&self.state(), NAME).cloned();
        let id = match &known {
            Some(service) if service.escalation_policy == policy && !service.disabled => service.id,
            Some(service) => {
                self.ask(Ask::UpdateService { id: service.id, change: Box::new(change) }).await?;
                service.id
            }
            None => match self.ask(Ask::CreateService(Box::new(change))).await? {
                Done::Object(id) => ServiceId(id),
                other => return Err(format!("unexpected: {other:?}")),
            },
        };
        if known.is_none_or(|service| service.integrations.is_empty()) {
            own::add_integration(&self.commands, &*self.ids, id, "canaries").await?;
        }
        Ok(())
    }
}

fn user(state: &State) -> Option<&Arc<User>> {
    state.users.values().find(|user| &*user.name == NAME)
}

fn policy(state: &State) -> Option<&Arc<EscalationPolicy>> {
    state.policies.values().find(|policy| &*policy.name == NAME)
}

fn only_pages(policy: &EscalationPolicy, user: UserId) -> bool {
    policy.rules.iter().all(|level| level.targets == [Target::User(user)])
}

/// The open alerts of drills whose keys begin with `prefix`.
fn open<'a>(state: &'a State, prefix: &str) -> impl Iterator<Item = (&'a str, IncidentNumber)> + use<'a> {
    let from = own::integration(state, NAME).map(|it| (it.id, DedupKey(Arc::from(prefix))));
    let prefix = prefix.to_owned();
    from.into_iter().flat_map(move |from| {
        let (id, prefix) = (from.0, prefix.clone());
        state
            .open_alerts
            .range(from..)
            .take_while(move |((of, key), _)| *of == id && key.0.starts_with(&prefix))
            .map(|((_, key), number)| (&*key.0, *number))
    })
}

#[async_trait]
impl Ground for Standing {
    fn look(&self) -> Facts {
        let (now, state) = (self.watched.clock.now(), self.state());
        let process = self.watched.look();
        let undone = process.stages.iter().map(|stage| stage.oldest_undone_seconds).fold(0.0, f64::max);
        let failing = match (state.account.is_none(), self.watched.load.appends.failing()) {
            (true, _) => Some("its state is still to be read".to_owned()),
            (_, Some((store, _))) => Some(format!("the store of {store} takes no appends")),
            _ => process.health.why_not.first().cloned(),
        };
        let mut facts = Facts {
            cluster: !self.clusters().is_empty(),
            others: others(&self.peers.borrow(), &self.watched.process, now),
            undone: Duration::from_secs_f64(undone.max(0.0)),
            failing,
            channels: self.channels.clone(),
            elsewhere: announced(&state, now),
            ..Facts::default()
        };
        let stores: Vec<_> =
            self.clusters().iter().filter_map(|cluster| cluster.store.borrow().there().ok()).collect();
        let reports: Vec<_> = stores.iter().map(|store| store.report()).collect();
        facts.margin = reports.iter().map(|report| report.margin()).min().flatten();
        let mut left: BTreeMap<String, Option<i64>> = BTreeMap::new();
        for (store, report) in stores.iter().zip(&reports) {
            let (preferred, names) = store.datacenters();
            facts.preferred = facts.preferred.or(preferred);
            for name in names {
                let margin = report.without(&name).margin();
                left.entry(name).and_modify(|least| *least = margin.min(*least)).or_insert(margin);
            }
        }
        facts.datacenters = left;
        facts
    }

    async fn prepare(&self, first: Option<Channel>) -> Result<(), String> {
        let console = (Channel::Console, if first.is_some() { SECOND } else { Duration::ZERO });
        let ways: Vec<_> =
            first.map(|channel| (channel, Duration::ZERO)).into_iter().chain([console]).collect();
        let user = self.reach(&ways).await?;
        let policy = self.policy(user).await?;
        self.service(policy).await
    }

    async fn send(&self, key: &str, summary: Option<&str>) -> Result<(), String> {
        let key_of = |state: &State| own::integration(state, NAME).map(|it| it.routing_key);
        let routing_key = key_of(&self.state()).ok_or_else(|| format!("there is no service `{NAME}`"))?;
        let trigger = summary.map(|summary| Trigger {
            summary,
            node: &self.watched.node,
            severity: "info",
            class: "drill",
        });
        own::send(&self.events, routing_key, key, trigger.as_ref()).await
    }

    async fn note(&self, incident: IncidentNumber, text: &str) -> Result<(), String> {
        self.ask(Ask::AddNote { incident, content: text.into() }).await.map(drop)
    }

    fn open(&self, prefix: &str) -> Vec<String> {
        open(&self.state(), prefix).map(|(key, _)| key.to_owned()).collect()
    }

    fn sight(&self, key: &str, number: Option<IncidentNumber>) -> Sight {
        let state = self.state();
        let known = || {
            let id = own::integration(&state, NAME)?.id;
            state.open_alerts.get(&(id, DedupKey(Arc::from(key)))).copied()
        };
        let number = number.or_else(known);
        let incident = number.and_then(|number| state.incidents.get(&number));
        let (taken, repeated) = incident.zip(user(&state)).map_or((0, 0), |(it, user)| told(it, user.id));
        Sight { number, taken, repeated }
    }

    fn make(&self, effect: &Effect) -> Guard {
        self.levers.make(effect, self.clusters())
    }

    async fn changed(&self, limit: Duration) {
        let mut state = self.watched.incidents.state.clone();
        state.mark_unchanged();
        // When the stage is gone, nothing changes any more.
        let changed = async {
            if state.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        within(&*self.watched.clock, limit, changed).await;
    }
}

/// How many messages this user was sent about an incident, and how many of them were one too many.
fn told(incident: &Incident, to: UserId) -> (u64, u64) {
    let mut taken: BTreeMap<ContactMethodId, u64> = BTreeMap::new();
    for entry in &incident.timeline {
        if let Happening::Notified { user, contact_method, outcome: NotifyOutcome::Sent { .. }, .. } =
            &entry.what
            && *user == to
        {
            *taken.entry(*contact_method).or_default() += 1;
        }
    }
    (taken.values().sum(), taken.values().map(|count| count - 1).sum())
}

/// A drill that is announced now.
fn announced(state: &State, now: Timestamp) -> Option<String> {
    let mut open = open(state, "drill/").filter(|(key, _)| key.matches('/').count() == 1);
    open.find_map(|(_, number)| {
        let incident = state.incidents.get(&number)?;
        (now.since(incident.created_at) < ANNOUNCED_MAX)
            .then(|| format!("{} (incident {})", incident.title, number))
    })
}

/// How many other processes are well.
fn others(peers: &[Peer], me: &str, now: Timestamp) -> usize {
    let well = |peer: &&Peer| {
        let told_at = Timestamp::parse(&peer.told_at);
        peer.process.process != me
            && peer.process.health.ready
            && peer.process.stages.iter().all(|stage| stage.stopped.is_none())
            && told_at.is_some_and(|at| now.since(at) < FRESH)
    };
    peers.iter().filter(well).count()
}
