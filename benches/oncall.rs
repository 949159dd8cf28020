//! What it costs to say who is on call: 1,000 users, 200 schedules, 500 services with a policy each.
//!
//! `cargo bench --bench oncall` prints one line a figure, the median of some runs. The installation is made by commands,
//! as people make it: half of the schedules have a day layer over a rotation of nights and weekends, every tenth has
//! overrides, and a tenth of the users have leave.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::hint::black_box;
use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};
use pd::domain::command::{
    Actor, Ask, Command, Done, EscalationRuleFields, Founding, NewUser, PolicyChange, ServiceChange, Verdict,
};
use pd::domain::id::{IdKey, ObjectId, PolicyId, ScheduleId, UserId};
use pd::domain::incidents::decide::decide;
use pd::domain::incidents::input::Input;
use pd::domain::incidents::oncall::{Wanted, serving};
use pd::domain::incidents::state::State;
use pd::domain::policy::{Strategy, Target};
use pd::domain::schedule::ask::{CalendarChange, LayerFields, NewOverride, ScheduleChange};
use pd::domain::schedule::{Restriction, Span};
use pd::domain::sealed::{Sealed, SealedKey};
use pd::domain::service::RoutingKey;
use pd::domain::time::Timestamp;
use pd::domain::user::Role;
use uuid::Uuid;

/// 2026-03-01T00:00:00Z.
const START: Timestamp = Timestamp::from_millis(1_772_323_200_000);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
const RUNS: usize = 21;
const ZONES: [&str; 5] =
    ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "America/Santiago"];

struct World {
    state: State,
    asked: u128,
}

fn main() {
    let mut world = World { state: State::default(), asked: 0 };
    world.build();
    let World { state, .. } = world;
    let now = START.plus(10 * DAY + HOUR);
    let everything = Wanted {
        users: Vec::new(),
        policies: Vec::new(),
        schedules: Vec::new(),
        range: Span { start: now, end: now },
        earliest: false,
    };
    let users = state.users.len();
    println!("users, schedules, services: {users}, {}, {}", state.schedules.len(), state.services.len());
    let one_user = vec![*state.users.keys().nth(500).unwrap()];
    for (name, wanted) in [
        ("on call now (aim: under 50 ms)", everything.clone()),
        ("on call now, one user", Wanted { users: one_user, ..everything.clone() }),
        (
            "on call for two weeks",
            Wanted { range: Span { start: now, end: now.plus(14 * DAY) }, ..everything },
        ),
    ] {
        let found = serving(&state, &wanted).len();
        println!(
            "{name}: {:.2} ms, {found} found",
            millis(timed(|| drop(black_box(serving(&state, &wanted)))))
        );
    }
    let range = Span { start: now, end: now.plus(90 * DAY) };
    let took = timed(|| {
        for schedule in state.schedules.values() {
            black_box(state.rota(schedule).shifts(range));
        }
    });
    println!("all schedules rendered for 90 days: {:.2} ms", millis(took));
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The median time of some runs.
fn timed(mut run: impl FnMut()) -> Duration {
    let clock = SystemClock::new();
    let mut took: Vec<_> = (0..RUNS)
        .map(|_| {
            let began = clock.monotonic();
            run();
            clock.monotonic().saturating_sub(began)
        })
        .collect();
    took.sort_unstable();
    took[RUNS / 2]
}

fn sealed(text: &str) -> Sealed {
    Sealed { text: text.into(), fingerprint: text.into() }
}

fn user(n: usize) -> NewUser {
    NewUser {
        key: SealedKey("key".into()),
        name: format!("user {n}").into(),
        email: sealed(&format!("user{n}@example.org")),
        role: Role::User,
        time_zone: "UTC".into(),
        job_title: None,
        description: None,
        color: None,
    }
}

impl World {
    fn ask(&mut self, ask: Ask) -> ObjectId {
        self.asked += 1;
        let id = Uuid::from_u128(self.asked);
        let actor = Actor { user: None, token: None };
        let command = Command { id, actor, accepted_at: START, idempotency_key: None, ask };
        self.state = decide(&self.state, &[Input::Command(Box::new(command))], START).state;
        match &self.state.verdicts[&id] {
            Verdict::Done(Done::Object(object)) => *object,
            other => panic!("{other:?}"),
        }
    }

    fn build(&mut self) {
        self.ask(Ask::Found(Box::new(Founding {
            id_key: IdKey([1, 2]),
            user: user(0),
            console: sealed("console"),
            routing_key: RoutingKey::from_random([1; 16]),
            token_sha256: "ab".repeat(32).into(),
        })));
        let users: Vec<_> =
            (1..1_000).map(|n| UserId(self.ask(Ask::CreateUser(Box::new(user(n)))))).collect();
        for (n, away) in users.iter().enumerate().step_by(10) {
            let start = START.plus(DAY * u32::try_from(n % 30).unwrap());
            self.ask(Ask::CreateCalendar(Box::new(CalendarChange {
                name: Some("leave".into()),
                users: Some(vec![*away]),
                absences: Some(vec![Span { start, end: start.plus(7 * DAY) }]),
            })));
        }
        let schedules: Vec<_> = (0..200).map(|n| self.schedule(n, &users)).collect();
        for n in 0..500 {
            self.policy(n, &users, &schedules);
        }
    }

    fn schedule(&mut self, n: usize, users: &[UserId]) -> ScheduleId {
        let members =
            |from: usize, count: usize| (0..count).map(|k| users[(from + k) % users.len()]).collect();
        let layer = |users, turn, restrictions| LayerFields {
            id: None,
            name: None,
            start: START.minus(30 * DAY),
            end: None,
            users,
            rotation_virtual_start: START.minus(30 * DAY).plus(9 * HOUR),
            turn,
            restrictions,
        };
        let mut layers = vec![layer(members(n * 5, 6), 7 * DAY, Vec::new())];
        if n.is_multiple_of(2) {
            let day =
                |day| Restriction { day_of_week: Some(day), start_seconds: 32_400, duration_seconds: 28_800 };
            layers.push(layer(members(n * 5 + 2, 5), DAY, (1..=5).map(day).collect()));
        }
        let schedule = ScheduleId(self.ask(Ask::CreateSchedule(Box::new(ScheduleChange {
            name: Some(format!("schedule {n}").into()),
            time_zone: Some(ZONES[n % ZONES.len()].into()),
            layers: Some(layers),
            ..ScheduleChange::default()
        }))));
        for k in (0..20_u32).filter(|_| n.is_multiple_of(10)) {
            let start = START.plus(2 * DAY * k + HOUR);
            let new = NewOverride { user: users[n], start, end: start.plus(5 * HOUR) };
            self.ask(Ask::CreateOverride { schedule, new });
        }
        schedule
    }

    fn policy(&mut self, n: usize, users: &[UserId], schedules: &[ScheduleId]) {
        let level = |targets| EscalationRuleFields {
            id: None,
            delay: Duration::from_secs(900),
            targets,
            strategy: Strategy::AssignToEveryone,
        };
        let schedule = |k: usize| Target::Schedule(schedules[(n + k) % schedules.len()]);
        let rules = vec![
            level(vec![schedule(0)]),
            level(vec![schedule(1), schedule(50)]),
            level(vec![Target::User(users[n])]),
        ];
        let policy = PolicyId(self.ask(Ask::CreatePolicy(Box::new(PolicyChange {
            name: Some(format!("policy {n}").into()),
            rules: Some(rules),
            ..PolicyChange::default()
        }))));
        self.ask(Ask::CreateService(Box::new(ServiceChange {
            name: Some(format!("service {n}").into()),
            escalation_policy: Some(policy),
            ..ServiceChange::default()
        })));
    }
}
