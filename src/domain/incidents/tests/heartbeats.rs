//! Stories about heartbeats.

use std::time::Duration;

use super::script::{check, run};
use super::watch::{key_of, refused};
use crate::domain::command::{Ask, Rejection, Verdict};
use crate::domain::heartbeat::{HeartbeatChange, NewHeartbeat};
use crate::domain::id::HeartbeatId;
use crate::domain::incidents::snapshot;

#[test]
fn a_missed_heartbeat_opens_an_incident_until_it_is_back() {
    // Nothing is expected before the first ping.
    check("heartbeat job 60s 10s; 2h", "");
    check(
        "heartbeat job 10m 5m; 0m ping job; 10m ping job; 30m; 31m ping job",
        "1525s: heartbeat missed, #1 opened, #1 level 1 ann, page ann
         31m: #1 resolved (HeartbeatReturned)",
    );
    check(
        "heartbeat job 10m 5m; 0m ping job; 1m ping job exit=3; 2m ping job exit=4; 3m ping job exit=0",
        "1m: #1 opened, #1 level 1 ann, page ann
         3m: #1 resolved (HeartbeatReturned)",
    );
    check(
        "heartbeat job 1h 5m 2m; 0m ping job start; 1m ping job; 30m ping job start; 35m; 36m ping job",
        "32m: heartbeat missed, #1 opened, #1 level 1 ann, page ann
         36m: #1 resolved (HeartbeatReturned)",
    );
    check(
        "heartbeat job 10m 5m; window 20m 40m; 0m ping job; 50m",
        "925s: heartbeat missed, #1 opened, #1 level 1 ann, page ann
         2725s: #1 level 2 bob, page bob",
    );
    check(
        "heartbeat job 10m 5m; window 10m 40m; 0m ping job; 41m",
        "925s: heartbeat missed, #1 opened, #1 in maintenance until 40m
         40m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann",
    );
}

#[test]
fn when_pd_was_away_every_heartbeat_has_its_time_once_more() {
    // It was asleep from minute 1 to minute 60: nothing can be said of what did not ping.
    check(
        "heartbeat job 10m 5m; heartbeat other 20m 5m; 0m ping job + ping other; 60m asleep; 61m ping job; 80m; 90m",
        "60m: outage noticed, heartbeat waited for until 4525s, heartbeat waited for until 5127s
         4585s: heartbeat missed, #1 opened, #1 level 1 ann, page ann
         5127s: heartbeat missed, #2 opened, #2 level 1 ann, page ann",
    );
    // It was restarted shortly before the ping was due.
    check(
        "heartbeat job 10m 5m; 0m ping job; 14m restart; 20m; 40m",
        "925s: heartbeat waited for until 1765s
         1765s: heartbeat missed, #1 opened, #1 level 1 ann, page ann",
    );
    // A ping that had to wait in a spool counts from when it was made, and says nothing after a later one.
    check(
        "heartbeat job 10m 5m; 0m ping job; 10m ping job; 20m ping job late=15m; 26m",
        "1525s: heartbeat missed, #1 opened, #1 level 1 ann, page ann",
    );
    check(
        "heartbeat job 10m 5m; 0m ping job; 16m; 20m ping job late=19m",
        "925s: heartbeat missed, #1 opened, #1 level 1 ann, page ann
         20m: heartbeat missed",
    );
}

#[test]
fn heartbeats_are_changed_and_removed() {
    let (mut world, _) = run("heartbeat job 10m 5m; 0m ping job; 16m");
    let id: HeartbeatId = *world.state.heartbeats.keys().next().unwrap();
    assert_eq!(world.state.open_keys.len(), 1);
    let pause = |paused| Box::new(HeartbeatChange { paused: Some(paused), ..HeartbeatChange::default() });
    world.ask(None, Ask::UpdateHeartbeat { id, change: pause(true) });
    assert!(world.state.open_keys.is_empty() && world.state.heartbeat_timers.is_empty());
    world.ask(None, Ask::UpdateHeartbeat { id, change: pause(false) });
    assert_eq!(world.state.heartbeat_timers.len(), 1);
    let verdict = world.ask(None, Ask::DeleteService { id: world.service });
    assert!(matches!(&verdict, Verdict::Rejected(Rejection::InUse { .. })), "{verdict:?}");
    assert_eq!(snapshot::restore(snapshot::records(&world.state)), world.state);
    world.ask(None, Ask::DeleteHeartbeat { id });
    assert!(world.state.heartbeats.is_empty() && world.state.heartbeat_keys.is_empty());
    assert!(world.state.heartbeat_timers.is_empty());
    for (change, expected) in [
        (HeartbeatChange { name: None, ..HeartbeatChange::default() }, "name cannot be empty"),
        (HeartbeatChange { name: Some("a".into()), ..HeartbeatChange::default() }, "period cannot be empty"),
        (
            HeartbeatChange {
                name: Some("a".into()),
                period: Some(Duration::from_secs(1)),
                ..HeartbeatChange::default()
            },
            "period is 1 s",
        ),
    ] {
        let new = NewHeartbeat { key: key_of("x"), service: world.service, fields: change };
        refused(&mut world, Ask::CreateHeartbeat(Box::new(new)), expected);
    }
}
