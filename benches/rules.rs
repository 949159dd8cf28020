//! What event rules cost: deciding events without rules, with rules of another service only, and with rules that look.
//!
//! `cargo bench --bench rules` prints one line a case: microseconds an event, and how much more than without rules.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]
#![allow(clippy::cast_precision_loss, reason = "figures for people")]

use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};
use pd::domain::command::{Actor, Ask, Command, Founding, NewUser, Verdict};
use pd::domain::event::{Action, DedupKey, Event, EventAddress, EventDigest, Severity, Whole};
use pd::domain::expression::Condition;
use pd::domain::id::IdKey;
use pd::domain::incidents::decide::decide;
use pd::domain::incidents::input::Input;
use pd::domain::incidents::state::State;
use pd::domain::rule::{Actions, Rule, RuleScope};
use pd::domain::sealed::{Sealed, SealedKey};
use pd::domain::service::RoutingKey;
use pd::domain::time::Timestamp;
use pd::domain::user::Role;
use uuid::Uuid;

const EVENTS: usize = 2_000;
const ROUNDS: usize = 15;
const NOW: Timestamp = Timestamp::from_millis(1_767_225_600_000);

fn main() {
    let key = RoutingKey::from_random([1; 16]);
    let plain = founded(key);
    let service = *plain.services.keys().next().unwrap();
    let base = measure(&plain, key);
    println!("without rules: {:.2} us an event", micros(base));
    let mut elsewhere = plain.clone();
    let other = RuleScope::Service("PZZZZZZ".parse().unwrap());
    elsewhere.rules.insert(other, std::sync::Arc::new(rules(20)));
    for (name, state) in [
        ("20 rules of another service", elsewhere),
        ("1 rule that does not match", with(&plain, RuleScope::Service(service), 1)),
        ("20 rules that do not match", with(&plain, RuleScope::Service(service), 20)),
        ("200 rules that do not match", with(&plain, RuleScope::Global, 200)),
    ] {
        let took = measure(&state, key);
        println!(
            "{name}: {:.2} us an event, {:.2} times",
            micros(took),
            took.as_secs_f64() / base.as_secs_f64()
        );
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6 / EVENTS as f64
}

fn rules(count: usize) -> Vec<Rule> {
    let rule = |n: usize| Rule {
        name: format!("rule {n}").into(),
        condition: Some(Condition::new(&format!(
            "severity == 'info' and source is startingwith('host-{n}-')"
        ))),
        disabled: false,
        stop: false,
        actions: Actions { suppress: true, ..Actions::default() },
    };
    (0..count).map(rule).collect()
}

fn with(state: &State, scope: RuleScope, count: usize) -> State {
    ask(state, Ask::SetRules { scope, rules: rules(count) })
}

/// The median of some rounds; each decides the same batch of new alerts.
fn measure(state: &State, key: RoutingKey) -> Duration {
    let clock = SystemClock::new();
    let batch: Vec<Input> = (0..EVENTS).map(|n| event(n, key)).collect();
    let mut took: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let began = clock.monotonic();
            std::hint::black_box(decide(state, &batch, NOW));
            clock.monotonic() - began
        })
        .collect();
    took.sort();
    took[ROUNDS / 2]
}

fn event(n: usize, key: RoutingKey) -> Input {
    let body = format!(
        r#"{{"routing_key":"{key}","event_action":"trigger","dedup_key":"k{n}","payload":{{"summary":"disk {n} is full",
        "source":"db-{n}","severity":"critical","custom_details":{{"free":0,"mount":"/var","tags":["a","b"]}}}}}}"#
    );
    let digest = EventDigest {
        summary: format!("disk {n} is full").into(),
        source: format!("db-{n}").into(),
        severity: Severity::Critical,
        component: None,
        group: None,
        class: None,
    };
    Input::Event(Event {
        address: EventAddress { door: Uuid::nil(), seq: n as u64, index: 0 },
        accepted_at: NOW,
        routing_key: key,
        action: Action::Trigger,
        dedup_key: DedupKey(format!("k{n}").into()),
        digest: Some(digest),
        whole: Whole(body.into()),
    })
}

fn founded(routing_key: RoutingKey) -> State {
    let sealed = |text: &str| Sealed { text: text.into(), fingerprint: text.into() };
    let user = NewUser {
        key: SealedKey("key".into()),
        name: "ann".into(),
        email: sealed("ann@example.org"),
        role: Role::Owner,
        time_zone: "UTC".into(),
        job_title: None,
        description: None,
        color: None,
    };
    let founding = Founding {
        id_key: IdKey([1, 2]),
        user,
        console: sealed("console"),
        routing_key,
        token_sha256: "ab".repeat(32).into(),
    };
    ask(&State::default(), Ask::Found(Box::new(founding)))
}

fn ask(state: &State, ask: Ask) -> State {
    let id = Uuid::from_u128(state.verdicts.len() as u128 + 1);
    let actor = Actor { user: None, token: None };
    let command = Command { id, actor, accepted_at: NOW, idempotency_key: None, ask };
    let decided = decide(state, &[Input::Command(Box::new(command))], NOW).state;
    assert!(matches!(decided.verdicts[&id], Verdict::Done(_)), "{:?}", decided.verdicts[&id]);
    decided
}
