//! Stories about maintenance windows.

use std::time::Duration;

use super::script::{check, run};
use super::watch::refused;
use super::world::{START, World};
use crate::domain::command::Ask;
use crate::domain::expression::Condition;
use crate::domain::id::MaintenanceWindowId;
use crate::domain::maintenance::{Weekly, WindowChange};
use crate::domain::time::Timestamp;

fn last(world: &mut World) -> MaintenanceWindowId {
    *world.state.windows.keys().next_back().unwrap()
}

#[test]
fn in_maintenance_nobody_is_paged_until_its_end() {
    check(
        "window 10m 30m; 0m trigger a; 15m trigger b; 16m trigger c; 17m trigger b; 18m resolve c; 29m",
        "0m: #1 opened, #1 level 1 ann, page ann
         15m: #2 opened, #2 in maintenance until 30m
         16m: #3 opened, #3 in maintenance until 30m
         17m: #2 repeated 1
         18m: #3 alert over, #3 resolved (AlertsResolved)",
    );
    check(
        "window 10m 30m; 15m trigger b; 31m trigger b; 32m trigger d",
        "15m: #1 opened, #1 in maintenance until 30m
         30m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann
         31m: #1 repeated 1
         32m: #2 opened, #2 level 1 ann, page ann",
    );
    // By match; and one that cannot be evaluated covers nothing.
    check(
        "window 10m 30m if custom_details.dc == 'x'; 11m trigger a dc=x; 12m trigger b dc=y; 13m trigger c",
        "11m: #1 opened, #1 in maintenance until 30m
         12m: #2 opened, #2 level 1 ann, page ann
         13m: #3 opened, #3 level 1 ann, page ann",
    );
    check("window 10m 30m if summary + 1 == 2; 11m trigger a", "11m: #1 opened, #1 level 1 ann, page ann");
    // Two windows: the last end counts. A pause that ends in a window goes on with it.
    check(
        "window 10m 30m; window 20m 40m; 25m trigger a; 50m",
        "25m: #1 opened, #1 in maintenance until 40m
         40m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann",
    );
    check(
        "window 10m 30m; window 20m 40m; 15m trigger a; 50m",
        "15m: #1 opened, #1 in maintenance until 30m
         30m: #1 in maintenance until 40m
         40m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann",
    );
    check(
        "auto-pause 5m; window 10m 30m; 8m trigger a; 35m",
        "8m: #1 opened, #1 paused until 13m
         13m: #1 in maintenance until 30m
         30m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann",
    );
}

#[test]
fn a_window_can_end_early_or_move() {
    let held = || run("window 10m 30m; 15m trigger a; 16m").0;
    let released = |world: &mut World| {
        let facts = world.wait_until(world.now);
        super::script::tell(world, &facts)
    };
    for delete in [true, false] {
        let mut world = held();
        let id = last(&mut world);
        let ask = if delete { Ask::DeleteWindow { id } } else { Ask::EndWindow { id } };
        let input = world.command(None, ask);
        let facts: Vec<_> = world.decide(&[input]).into_iter().map(|fact| (world.now, fact)).collect();
        let told = super::script::tell(&world, &facts);
        assert_eq!(told, "16m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann");
        assert!(world.state.windows[&id].is_past(world.now), "it stays as one that is over");
        refused(&mut world, Ask::DeleteWindow { id }, "past ones cannot be deleted");
    }
    let mut world = held();
    let id = last(&mut world);
    let later = WindowChange { end: Some(START.plus(Duration::from_secs(3600))), ..WindowChange::default() };
    world.ask(None, Ask::UpdateWindow { id, change: Box::new(later) });
    assert_eq!(world.state.next_due(), Some(START.plus(Duration::from_secs(3600))));
    assert_eq!(released(&mut world), "");
    // One that has not begun is gone without a trace.
    let (mut world, _) = run("window 10m 30m; 5m");
    let id = last(&mut world);
    refused(&mut world, Ask::EndWindow { id }, "has not begun");
    world.ask(None, Ask::DeleteWindow { id });
    assert!(world.state.windows.is_empty() && world.state.window_ends.is_empty());
}

#[test]
fn bad_windows_are_refused() {
    let mut world = World::new();
    let at = |minutes: u64| Some(START.plus(Duration::from_secs(60 * minutes)));
    let good = WindowChange {
        services: Some(vec![world.service]),
        start: at(10),
        end: at(20),
        ..WindowChange::default()
    };
    let mut check = |change: WindowChange, expected: &str| {
        refused(&mut world, Ask::CreateWindow(Box::new(change)), expected);
    };
    check(WindowChange { services: None, ..good.clone() }, "services cannot be empty");
    check(WindowChange { end: None, ..good.clone() }, "end_time cannot be empty");
    check(WindowChange { end: at(10), ..good.clone() }, "it must be after start_time");
    check(
        WindowChange { start: Some(Timestamp::EPOCH), end: Some(START), ..good.clone() },
        "it is over already",
    );
    let condition = Some(Some(Condition::new("nope == 1")));
    check(WindowChange { condition, ..good.clone() }, "condition: unknown name `nope`");
    let weekly = Weekly {
        time_zone: "Mars/Olympus".into(),
        days: vec![0],
        minute: 1440,
        duration: Duration::from_secs(90_000),
        until: None,
    };
    let text = "recurrence.time_zone: `Mars/Olympus` is no time zone";
    check(WindowChange { weekly: Some(Some(weekly.clone())), ..good.clone() }, text);
    for text in ["recurrence.days_of_week", "recurrence.start_time_of_day", "recurrence.duration_seconds"] {
        check(WindowChange { weekly: Some(Some(weekly.clone())), ..good.clone() }, text);
    }
}

#[test]
fn a_window_comes_again_every_week() {
    let mut world = World::new();
    // 2026-01-01 is a Thursday; every day from 00:10 to 00:40.
    let weekly = Weekly {
        time_zone: "UTC".into(),
        days: vec![4, 5],
        minute: 10,
        duration: Duration::from_secs(1800),
        until: None,
    };
    let change = WindowChange {
        services: Some(vec![world.service]),
        weekly: Some(Some(weekly)),
        ..WindowChange::default()
    };
    let id = MaintenanceWindowId(world.make(Ask::CreateWindow(Box::new(change))));
    let times = |world: &World| {
        let window = &world.state.windows[&id];
        (super::script::since_start(window.start), super::script::since_start(window.end))
    };
    assert_eq!(times(&world), ("10m".to_owned(), "40m".to_owned()));
    world.wait_until(START.plus(Duration::from_secs(3600)));
    assert_eq!(times(&world), ("1450m".to_owned(), "1480m".to_owned()));
    world.wait_until(START.plus(Duration::from_secs(1455 * 60)));
    world.ask(None, Ask::EndWindow { id });
    assert_eq!(times(&world).0, format!("{}m", 7 * 1440 + 10), "the running one is over, and it comes again");
    world.ask(None, Ask::DeleteWindow { id });
    assert!(world.state.windows.is_empty() && world.state.window_timers.is_empty());
}
