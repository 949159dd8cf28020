//! What it costs to apply a configuration: 1,000 users, 200 schedules, 500 services with a policy each.
//!
//! `cargo bench --bench apply` has the real binary take it over HTTP, prints one line a figure, and fails if the first
//! apply or the one that has nothing to do takes longer than it may.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

#[path = "../tests/it/rig/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the tests")]
mod rig;

use std::process::ExitCode;
use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};
use rig::Rig;
use serde_json::{Value, json};

const USERS: usize = 1_000;
const SCHEDULES: usize = 200;
const SERVICES: usize = 500;
/// What the whole may take.
const MAX: Duration = Duration::from_secs(5);
const ZONES: [&str; 5] =
    ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "America/Santiago"];

fn main() -> ExitCode {
    let rig = Rig::start();
    let body = json!({ "configuration": configuration() });
    println!(
        "users, schedules, services: {USERS}, {SCHEDULES}, {SERVICES}; {} KiB",
        body.to_string().len() / 1024
    );
    let (first, plan) = timed(|| rig.rest("POST", "/configuration", Some(&body)));
    let changes = |plan: &Value| plan["plan"]["changes"].as_array().unwrap().len();
    println!("applied (aim: under 5 s): {:.2} s, {} changes", first.as_secs_f64(), changes(&plan));
    assert_eq!(changes(&plan), USERS + SCHEDULES + 2 * SERVICES);
    let (second, plan) = timed(|| rig.rest("POST", "/configuration", Some(&body)));
    println!("applied again, nothing to do: {:.2} s, {} changes", second.as_secs_f64(), changes(&plan));
    assert_eq!(changes(&plan), 0);
    let (export, _) = timed(|| rig.rest("GET", "/configuration", None));
    println!("exported: {:.2} s", export.as_secs_f64());
    let (check, found) = timed(|| rig.rest("GET", "/check?weeks=4", None));
    let problems = &found["check"]["problems"];
    println!("checked for four weeks (aim: under 5 s): {:.2} s, {problems} problems", check.as_secs_f64());
    if first > MAX || second > MAX || check > MAX {
        println!("too slow: at most {} s are allowed", MAX.as_secs());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn timed(run: impl FnOnce() -> Value) -> (Duration, Value) {
    let clock = SystemClock::new();
    let began = clock.monotonic();
    let value = run();
    (clock.monotonic().saturating_sub(began), value)
}

fn email(n: usize) -> String {
    format!("user{}@example.org", n % USERS)
}

fn configuration() -> Value {
    let user = |n| {
        json!({
            "email": email(n), "name": format!("User {n}"), "time_zone": ZONES[n % ZONES.len()],
            "contact_methods": [
                {"type": "email", "label": "Work", "address": email(n)},
                {"type": "webhook", "label": "Chat", "address": format!("https://chat.example.org/{n}")},
            ],
            "notification_rules": [
                {"urgency": "high", "contact_method": "Chat"},
                {"urgency": "high", "contact_method": "Work", "delay": "5m"},
                {"urgency": "low", "contact_method": "Work"},
            ],
        })
    };
    let schedule = |n: usize| {
        let people = |from: usize, count: usize| (0..count).map(|k| email(from + k)).collect::<Vec<_>>();
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
        let day = |day: &&str| json!({"day": day, "start": "09:00", "duration": "8h"});
        json!({
            "name": format!("schedule {n}"), "time_zone": ZONES[n % ZONES.len()],
            "layers": [
                {"name": "Nights", "users": people(n * 5, 6), "rotation_start": "2026-01-05T09:00", "turn": "7d"},
                {"name": "Days", "users": people(n * 5 + 2, 5), "rotation_start": "2026-01-05T09:00", "turn": "1d",
                 "restrictions": days.iter().map(day).collect::<Vec<_>>()},
            ],
        })
    };
    let policy = |n: usize| {
        let schedule = |k: usize| json!({"schedule": format!("schedule {}", (n + k) % SCHEDULES)});
        json!({
            "name": format!("policy {n}"),
            "levels": [
                {"delay": "15m", "targets": [schedule(0)]},
                {"delay": "15m", "targets": [schedule(1), schedule(50)]},
                {"delay": "15m", "targets": [{"user": email(n)}]},
            ],
        })
    };
    let service = |n: usize| {
        json!({
            "name": format!("service {n}"), "escalation_policy": format!("policy {n}"),
            "integrations": [{"name": "Events", "key": format!("{n:032x}")}],
        })
    };
    json!({
        "users": (0..USERS).map(user).collect::<Vec<_>>(),
        "schedules": (0..SCHEDULES).map(schedule).collect::<Vec<_>>(),
        "escalation_policies": (0..SERVICES).map(policy).collect::<Vec<_>>(),
        "services": (0..SERVICES).map(service).collect::<Vec<_>>(),
    })
}
