//! The installation that every run begins with: users, policies and services, made by the real rules once.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use pd::domain::command::{
    Actor, Ask, Command, Done, EscalationRuleFields, Founding, NewContactMethod, NewIntegration, NewUser,
    PolicyChange, RuleFields, ServiceChange, Verdict,
};
use pd::domain::id::{ContactMethodId, IdKey, ObjectId, PolicyId, ServiceId, UserId};
use pd::domain::incidents::decide::decide;
use pd::domain::incidents::fact::Fact;
use pd::domain::incidents::input::Input;
use pd::domain::incidents::state::State;
use pd::domain::policy::{Strategy, Target};
use pd::domain::sealed::SealedKey;
use pd::domain::service::{RoutingKey, UrgencyRule};
use pd::domain::time::Timestamp;
use pd::domain::user::{Channel, Role, Urgency};
use pd::ids::Ids as _;
use pd::journal::Entry;
use pd::keyring::Keyring;
use pd::stage::{Body, FORMAT};
use uuid::Uuid;

use super::chance::Chance;

/// When every run begins: 2026-01-01T00:00:00Z.
pub(super) const START: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// What every run begins with.
pub(super) struct Installation {
    /// The first entry of the incidents journal.
    pub(super) entry: Entry,
    /// The integrations of the services, as monitoring knows them.
    pub(super) keys: Vec<RoutingKey>,
    pub(super) keyring: Arc<Keyring>,
}

/// Made once.
pub(super) fn installation() -> &'static Installation {
    static MADE: OnceLock<Installation> = OnceLock::new();
    MADE.get_or_init(|| Maker::new().make())
}

struct Maker {
    state: State,
    facts: Vec<Fact>,
    chance: Chance,
    keyring: Keyring,
    keys: Vec<RoutingKey>,
    commands: u128,
}

impl Maker {
    fn new() -> Self {
        Self {
            state: State::default(),
            facts: Vec::new(),
            chance: Chance::new(0),
            keyring: Keyring::new([7; 32]),
            keys: Vec::new(),
            commands: 0,
        }
    }

    fn make(mut self) -> Installation {
        let key = self.keyring.new_user_key(&self.chance);
        let user = self.new_user(&key, "owner");
        let founding = Founding {
            id_key: IdKey([1, 2]),
            console: self.keyring.seal(&key, "console", &self.chance).expect("the key is our own"),
            user,
            routing_key: self.next_key(),
            token_sha256: "0".repeat(64).into(),
        };
        let owner = UserId(self.object(Ask::Found(Box::new(founding))));
        let ann = self.user("ann", &[(Channel::Email, 0), (Channel::Webhook, 30)]);
        let bob = self.user("bob", &[(Channel::Webhook, 0)]);
        let cyd = self.user("cyd", &[(Channel::Email, 0)]);
        self.method(cyd, "cyd", Channel::Sms);
        let dan = self.user("dan", &[]);
        let eve = self.user("eve", &[(Channel::Email, 0), (Channel::Email, 20)]);
        let seconds = Duration::from_secs;
        let long = self.policy("long", 1, &[(60, &[ann]), (45, &[bob, cyd])]);
        self.service("shop", long, Some(seconds(100)), None);
        let short = self.policy("short", 0, &[(40, &[cyd]), (40, &[dan])]);
        self.service("mail", short, None, Some(seconds(200)));
        let gap = self.policy("gap", 2, &[(30, &[dan]), (50, &[eve, owner])]);
        self.service("wiki", gap, Some(seconds(60)), None);
        let body = Body { cursors: Vec::new(), dropped: Vec::new(), facts: self.facts };
        let entry = Entry {
            id: self.chance.uuid(START),
            writer: Uuid::nil(),
            at: START,
            format: FORMAT,
            body: body.encode(),
        };
        Installation { entry, keys: self.keys, keyring: Arc::new(self.keyring) }
    }

    fn object(&mut self, ask: Ask) -> ObjectId {
        self.commands += 1;
        let id = Uuid::from_u128(self.commands);
        let actor = Actor { user: None, token: None };
        let command = Command { id, actor, accepted_at: START, idempotency_key: None, ask };
        let decision = decide(&self.state, &[Input::Command(Box::new(command))], START);
        self.state = decision.state;
        self.facts.extend(decision.facts);
        match &self.state.verdicts[&id] {
            Verdict::Done(Done::Object(object)) => *object,
            other => panic!("the installation is not valid: {other:?}"),
        }
    }

    fn new_user(&self, key: &SealedKey, name: &str) -> NewUser {
        NewUser {
            email: self
                .keyring
                .seal(key, &format!("{name}@example.org"), &self.chance)
                .expect("the key is our own"),
            key: key.clone(),
            name: name.into(),
            role: Role::User,
            time_zone: "UTC".into(),
            job_title: None,
            description: None,
            color: None,
        }
    }

    /// A user whose rules use a contact method of their own each, after so many seconds.
    fn user(&mut self, name: &str, rules: &[(Channel, u64)]) -> UserId {
        let key = self.keyring.new_user_key(&self.chance);
        let new = self.new_user(&key, name);
        let user = UserId(self.object(Ask::CreateUser(Box::new(new))));
        for (n, (channel, after)) in rules.iter().enumerate() {
            let contact_method = self.method(user, &format!("{name}{n}"), *channel);
            for urgency in [Urgency::High, Urgency::Low] {
                let rule = RuleFields { urgency, delay: Duration::from_secs(*after), contact_method };
                self.object(Ask::CreateNotificationRule { user, rule });
            }
        }
        user
    }

    fn method(&mut self, user: UserId, name: &str, channel: Channel) -> ContactMethodId {
        let key = self.state.users[&user].key.clone();
        let address = match channel {
            Channel::Webhook => format!("https://{name}.example.org/hook"),
            Channel::Email => format!("{name}@pager.example.org"),
            _ => format!("+1555{}", name.len()),
        };
        let method = NewContactMethod {
            channel,
            label: name.into(),
            address: self.keyring.seal(&key, &address, &self.chance).expect("the key is our own"),
            country_code: None,
            send_short_email: false,
            secret: None,
        };
        ContactMethodId(self.object(Ask::CreateContactMethod { user, method: Box::new(method) }))
    }

    fn policy(&mut self, name: &str, loops: u8, levels: &[(u64, &[UserId])]) -> PolicyId {
        let level = |(after, users): &(u64, &[UserId])| EscalationRuleFields {
            id: None,
            delay: Duration::from_secs(*after),
            targets: users.iter().map(|user| Target::User(*user)).collect(),
            strategy: Strategy::AssignToEveryone,
        };
        PolicyId(self.object(Ask::CreatePolicy(Box::new(PolicyChange {
            name: Some(name.into()),
            num_loops: Some(loops),
            rules: Some(levels.iter().map(level).collect()),
            ..PolicyChange::default()
        }))))
    }

    fn service(&mut self, name: &str, policy: PolicyId, ack: Option<Duration>, auto: Option<Duration>) {
        let service = ServiceId(self.object(Ask::CreateService(Box::new(ServiceChange {
            name: Some(name.into()),
            escalation_policy: Some(policy),
            urgency_rule: Some(UrgencyRule::Constant(Urgency::High)),
            acknowledgement_timeout: Some(ack),
            auto_resolve_timeout: Some(auto),
            ..ServiceChange::default()
        }))));
        let integration = NewIntegration {
            name: "monitoring".into(),
            kind: "events_api_v2_inbound_integration".into(),
            routing_key: self.next_key(),
            vendor: None,
        };
        self.object(Ask::CreateIntegration { service, integration: Box::new(integration) });
    }

    fn next_key(&mut self) -> RoutingKey {
        let mut random = [0; 16];
        self.chance.fill(&mut random);
        let key = RoutingKey::from_random(random);
        self.keys.push(key);
        key
    }
}
