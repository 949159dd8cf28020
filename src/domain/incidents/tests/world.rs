//! A small installation to try the rules in: users, a policy, a service, and the passing of time.

use std::time::Duration;

use uuid::Uuid;

use crate::domain::command::{
    Actor, Ask, Command, Done, EscalationRuleFields, Founding, NewIntegration, NewUser, PolicyChange,
    ServiceChange, Verdict,
};
use crate::domain::event::{Action, DedupKey, Event, EventAddress, EventDigest, Severity};
use crate::domain::id::{IdKey, ObjectId, PolicyId, ScheduleId, ServiceId, UserId};
use crate::domain::incidents::decide::{Decision, decide};
use crate::domain::incidents::evolve::evolve;
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::input::Input;
use crate::domain::incidents::state::State;
use crate::domain::policy::{Strategy, Target};
use crate::domain::schedule::ask::{LayerFields, ScheduleChange};
use crate::domain::sealed::{Sealed, SealedKey};
use crate::domain::service::RoutingKey;
use crate::domain::time::Timestamp;
use crate::domain::user::Role;

/// 2026-01-01T00:00:00Z.
pub(in crate::domain) const START: Timestamp = Timestamp::from_millis(1_767_225_600_000);

pub(in crate::domain) struct World {
    pub(in crate::domain) state: State,
    pub(in crate::domain) now: Timestamp,
    /// By name; `eve` is the fallback user.
    pub(in crate::domain) users: Vec<(String, UserId)>,
    /// By name; by `nobody` nobody is ever on call.
    pub(in crate::domain) schedules: Vec<(String, ScheduleId)>,
    pub(in crate::domain) service: ServiceId,
    pub(in crate::domain) policy: PolicyId,
    /// By name.
    pub(in crate::domain) services: Vec<(String, ServiceId)>,
    /// All that was decided.
    pub(in crate::domain) log: Vec<(Timestamp, Fact)>,
    ids: u128,
    seq: u64,
}

pub(in crate::domain) fn key() -> RoutingKey {
    RoutingKey::from_random([7; 16])
}

pub(in crate::domain) fn sealed(text: &str) -> Sealed {
    Sealed { text: text.into(), fingerprint: text.to_lowercase().into() }
}

pub(in crate::domain) fn new_user(name: &str) -> NewUser {
    NewUser {
        key: SealedKey("key".into()),
        name: name.into(),
        email: sealed(&format!("{name}@example.org")),
        role: Role::User,
        time_zone: "Europe/Berlin".into(),
        job_title: None,
        description: None,
        color: None,
    }
}

pub(in crate::domain) fn founding() -> Founding {
    Founding {
        id_key: IdKey([1, 2]),
        user: new_user("eve"),
        console: sealed("console"),
        routing_key: RoutingKey::from_random([1; 16]),
        token_sha256: "ab".repeat(32).into(),
    }
}

pub(in crate::domain) fn level(minutes: u64, users: &[UserId]) -> EscalationRuleFields {
    EscalationRuleFields {
        id: None,
        delay: Duration::from_secs(60 * minutes),
        targets: users.iter().copied().map(Target::User).collect(),
        strategy: Strategy::AssignToEveryone,
    }
}

/// A layer whose users take turns from the start.
pub(in crate::domain) fn layer(users: &[UserId], turn: Duration) -> LayerFields {
    LayerFields {
        id: None,
        name: Some("all".into()),
        start: START,
        end: None,
        users: users.to_vec(),
        rotation_virtual_start: START,
        turn,
        restrictions: Vec::new(),
    }
}

impl World {
    /// Founded by `eve`, with `ann`, `bob` and `cid`; service `web` is escalated to `ann`, after 30 minutes to `bob`.
    pub(in crate::domain) fn new() -> Self {
        let mut world = Self {
            state: State::default(),
            now: START.minus(Duration::from_secs(1)),
            users: Vec::new(),
            schedules: Vec::new(),
            service: ServiceId("P000000".parse().unwrap()),
            policy: PolicyId("P000000".parse().unwrap()),
            services: Vec::new(),
            log: Vec::new(),
            ids: 0,
            seq: 0,
        };
        let eve = UserId(world.make(Ask::Found(Box::new(founding()))));
        world.users.push(("eve".to_owned(), eve));
        world.now = START;
        for name in ["ann", "bob", "cid"] {
            let id = UserId(world.make(Ask::CreateUser(Box::new(new_user(name)))));
            world.users.push((name.to_owned(), id));
        }
        let rules = vec![level(30, &[world.user("ann")]), level(30, &[world.user("bob")])];
        let change = PolicyChange { name: Some("two".into()), rules: Some(rules), ..PolicyChange::default() };
        world.policy = PolicyId(world.make(Ask::CreatePolicy(Box::new(change))));
        let change = ServiceChange {
            name: Some("web".into()),
            escalation_policy: Some(world.policy),
            ..ServiceChange::default()
        };
        world.service = ServiceId(world.make(Ask::CreateService(Box::new(change))));
        let integration =
            NewIntegration { name: "events".into(), kind: "kind".into(), routing_key: key(), vendor: None };
        let service = world.service;
        world.services.push(("web".to_owned(), service));
        world.make(Ask::CreateIntegration { service, integration: Box::new(integration) });
        world.schedule("nobody", Vec::new());
        world
    }

    /// Makes a schedule with these layers, in UTC.
    pub(in crate::domain) fn schedule(&mut self, name: &str, layers: Vec<LayerFields>) -> ScheduleId {
        let change = ScheduleChange {
            name: Some(name.into()),
            time_zone: Some("UTC".into()),
            layers: Some(layers),
            ..ScheduleChange::default()
        };
        let id = ScheduleId(self.make(Ask::CreateSchedule(Box::new(change))));
        self.schedules.push((name.to_owned(), id));
        id
    }

    pub(in crate::domain) fn schedule_id(&self, name: &str) -> ScheduleId {
        self.schedules
            .iter()
            .find(|(known, _)| known == name)
            .unwrap_or_else(|| panic!("no schedule {name}"))
            .1
    }

    pub(in crate::domain) fn user(&self, name: &str) -> UserId {
        self.users.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no user {name}")).1
    }

    pub(in crate::domain) fn name(&self, id: UserId) -> &str {
        self.users.iter().find(|(_, known)| *known == id).map_or("?", |(name, _)| name)
    }

    pub(in crate::domain) fn id(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids)
    }

    pub(in crate::domain) fn command(&mut self, user: Option<&str>, ask: Ask) -> Input {
        let actor = Actor { user: user.map(|name| self.user(name)), token: None };
        let id = self.id();
        Input::Command(Box::new(Command { id, actor, accepted_at: self.now, idempotency_key: None, ask }))
    }

    pub(in crate::domain) fn event(
        &mut self,
        action: Action,
        dedup_key: &str,
        door: u128,
        late: Duration,
    ) -> Input {
        self.seq += 1;
        let digest = EventDigest {
            summary: format!("{dedup_key} is broken").into(),
            source: "host".into(),
            severity: Severity::Critical,
            component: None,
            group: None,
            class: None,
        };
        Input::Event(Event {
            address: EventAddress { door: Uuid::from_u128(door), seq: self.seq, index: 0 },
            accepted_at: self.now.minus(late),
            routing_key: key(),
            action,
            dedup_key: DedupKey(dedup_key.into()),
            digest: (action == Action::Trigger).then_some(digest),
            whole: crate::domain::event::Whole::default(),
        })
    }

    /// Decides now; checks on the way that the facts alone lead to the same state.
    pub(in crate::domain) fn decide(&mut self, batch: &[Input]) -> Vec<Fact> {
        let Decision { facts, state } = decide(&self.state, batch, self.now);
        let mut replayed = self.state.clone();
        for fact in &facts {
            evolve(&mut replayed, fact);
        }
        assert_eq!(replayed, state, "the facts do not lead to the state that was decided");
        self.state = state;
        self.log.extend(facts.iter().map(|fact| (self.now, fact.clone())));
        facts
    }

    /// Asks for something, and gives the verdict.
    pub(in crate::domain) fn ask(&mut self, user: Option<&str>, ask: Ask) -> Verdict {
        let input = self.command(user, ask);
        let Input::Command(command) = &input else { unreachable!() };
        let id = command.id;
        self.decide(&[input]);
        self.state.verdicts[&id].clone()
    }

    /// Asks for a new object.
    pub(in crate::domain) fn make(&mut self, ask: Ask) -> ObjectId {
        match self.ask(None, ask) {
            Verdict::Done(Done::Object(id)) => id,
            other => panic!("{other:?}"),
        }
    }

    /// Lets time pass; every timer on the way is decided when it is due.
    pub(in crate::domain) fn wait_until(&mut self, then: Timestamp) -> Vec<(Timestamp, Fact)> {
        let mut all = Vec::new();
        while let Some(due) = self.state.next_due().filter(|due| *due <= then) {
            self.now = self.now.max(due);
            let at = self.now;
            all.extend(self.decide(&[]).into_iter().map(|fact| (at, fact)));
        }
        self.now = self.now.max(then);
        all
    }

    pub(in crate::domain) fn drop_contacts(&mut self, name: &str) {
        let user = self.user(name);
        let methods: Vec<_> =
            self.state.users[&user].contact_methods.iter().map(|method| method.id).collect();
        for id in methods {
            self.ask(None, Ask::DeleteContactMethod { user, id });
        }
    }
}
