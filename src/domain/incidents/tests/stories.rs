//! What the rules promise, told as stories.

use std::time::Duration;

use super::script::{check, run};
use crate::domain::command::{Ask, ServiceChange};
use crate::domain::event::Action;
use crate::domain::incident::Happening;
use crate::domain::incidents::fact::Fact;

#[test]
fn the_second_level_is_paged_unless_somebody_acknowledges() {
    check(
        "0m trigger db; 40m",
        "0m: #1 opened, #1 level 1 ann, page ann
         30m: #1 level 2 bob, page bob",
    );
    check(
        "0m trigger db; 5m ann ack 1; 3h",
        "0m: #1 opened, #1 level 1 ann, page ann
         5m: #1 acknowledged",
    );
    check(
        "0m trigger db; 5m ack db; 3h",
        "0m: #1 opened, #1 level 1 ann, page ann
         5m: #1 acknowledged",
    );
}

#[test]
fn repeats_are_counted_and_page_nobody() {
    check(
        "0m trigger db; 1m trigger db + trigger db + trigger db; 2m ann ack 1; 3m trigger db",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 repeated 3
         2m: #1 acknowledged
         3m: #1 repeated 1",
    );
    let (world, _) = run("0m trigger db; 1m trigger db + trigger db; 2m ann ack 1; 3m trigger db");
    let incident = world.state.incidents.values().next().unwrap();
    let repeats: Vec<_> = incident
        .timeline
        .iter()
        .filter_map(|entry| match entry.what {
            Happening::Repeated { count, .. } => Some(count),
            _ => None,
        })
        .collect();
    assert_eq!((repeats, incident.alerts[0].events), (vec![3], 4));
}

#[test]
fn a_trigger_after_a_resolve_opens_a_new_incident() {
    check(
        "0m trigger db; 1m resolve db; 2m trigger db",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 alert over, #1 resolved (AlertsResolved)
         2m: #2 opened, #2 level 1 ann, page ann",
    );
}

#[test]
fn what_is_over_by_the_end_of_a_batch_pages_nobody() {
    check(
        "0m trigger db + trigger db + resolve db; 2h",
        "0m: #1 opened, #1 level 1 ann, #1 repeated 1, #1 alert over, #1 resolved (AlertsResolved)",
    );
    check("0m trigger db + ack db; 2h", "0m: #1 opened, #1 level 1 ann, #1 acknowledged");
}

#[test]
fn a_close_read_before_its_trigger_applies_only_beyond_doubt() {
    let swallowed = |late: &str| format!("0m resolve db; 10s trigger db {late}; 1m");
    let opened = |story: &str| {
        let told = run(story).1;
        assert!(told.lines().last().unwrap().ends_with("page ann"), "{story}: {told}");
    };
    // Accepted 10 s ago is when the resolve was: not earlier.
    opened(&swallowed("late=11s door=2"));
    opened(&swallowed("late=12s door=2"));
    // Within one door its journal says what came first, whatever the clock says.
    opened(&swallowed("late=13s"));
    check(
        &swallowed("late=13s door=2"),
        "0m: close of db remembered
         10s: #1 opened, #1 alert over, #1 resolved (ResolvedEarlier)",
    );
    check(
        "0m ack db; 10s trigger db late=13s door=2; 3h",
        "0m: close of db remembered
         10s: #1 opened, #1 acknowledged",
    );
    // Five minutes' worth of closes are remembered: the other one has displaced it.
    opened("0m resolve db; 301s resolve web; 302s trigger db late=400s door=2");
}

#[test]
fn a_trigger_read_late_is_over_if_a_later_resolve_has_closed_what_was_open() {
    let story = |late: &str| format!("0m trigger db; 5m resolve db; 6m trigger db {late}");
    let over = "0m: #1 opened, #1 level 1 ann, page ann
                5m: #1 alert over, #1 resolved (AlertsResolved)";
    check(
        &story("late=2m door=2"),
        &format!("{over}\n6m: #2 opened, #2 alert over, #2 resolved (ResolvedEarlier)"),
    );
    // It came after the resolve, or that is in doubt.
    for late in ["late=59s door=2", "late=62s door=2", "late=2m"] {
        check(&story(late), &format!("{over}\n6m: #2 opened, #2 level 1 ann, page ann"));
    }
    // By hand nobody says that what is not known yet is over.
    check(
        "0m trigger db; 5m ann resolve 1; 6m trigger db late=2m door=2",
        "0m: #1 opened, #1 level 1 ann, page ann
         5m: #1 resolved (Requested)
         6m: #2 opened, #2 level 1 ann, page ann",
    );
}

#[test]
fn a_resolve_read_late_does_not_close_what_came_again_after_it() {
    let story = |late: &str| format!("0m trigger db; 1m trigger db; 2m resolve db {late}");
    let (opened, over) = (
        "0m: #1 opened, #1 level 1 ann, page ann\n1m: #1 repeated 1",
        "2m: #1 alert over, #1 resolved (AlertsResolved)",
    );
    // Accepted by another door before the second trigger.
    check(&story("late=61s door=2"), opened);
    check(&story("late=60s door=2"), &format!("{opened}\n{over}"));
    check(&story("late=59s door=2"), &format!("{opened}\n{over}"));
    // Within one door its journal says what came first, whatever the clock says.
    check(&story("late=61s"), &format!("{opened}\n{over}"));
}

#[test]
fn a_trigger_read_late_is_not_the_latest() {
    // Another door was out of reach: what it had taken in came before the second trigger, all of it.
    check(
        "0m trigger db; 5m trigger db; 6m trigger db late=3m door=2 + resolve db late=2m door=2",
        "0m: #1 opened, #1 level 1 ann, page ann
         5m: #1 repeated 1
         6m: #1 repeated 1",
    );
}

#[test]
fn an_acknowledgement_read_late_is_not_for_what_began_after_it() {
    let opened = "1m: #1 opened, #1 level 1 ann, page ann";
    check("1m trigger db; 2m ack db late=61s door=2", opened);
    check("1m trigger db; 2m ack db late=60s door=2", &format!("{opened}\n2m: #1 acknowledged"));
    check("1m trigger db; 2m ack db late=61s", &format!("{opened}\n2m: #1 acknowledged"));
}

#[test]
fn a_level_that_reaches_nobody_is_not_waited_for() {
    check(
        "silent ann; 0m trigger db; 40m",
        "0m: #1 opened, #1 level 1 ann, #1 level 1: NoContactMethod, #1 level 2 bob, page bob
         30m: #1 last resort eve, #1 exhausted, page eve",
    );
    check(
        "policy nobody 30m / bob 30m; 0m trigger db; 1m page 1 reached; 40m",
        "0m: #1 opened, #1 level 1 nobody, #1 level 1: NobodyOnCall, #1 level 2 bob, page bob
         30m: #1 exhausted",
    );
    check(
        "0m trigger db; 1m page 1 failed; 2m page 2 reached; 40m",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 level 1: EveryMessageFailed, #1 level 2 bob, page bob
         31m: #1 exhausted",
    );
    check(
        "policy ann,bob 30m / cid 30m; 0m trigger db; 1m page 1 failed; 2m page 2 failed",
        "0m: #1 opened, #1 level 1 ann+bob, page ann, page bob
         2m: #1 level 1: EveryMessageFailed, #1 level 2 cid, page cid",
    );
}

#[test]
fn the_last_resort_is_paged_once_when_nobody_was_reached() {
    check(
        "0m trigger db; 1m page 1 failed; 2m page 2 failed; 3m page 3 failed; 9h",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 level 1: EveryMessageFailed, #1 level 2 bob, page bob
         2m: #1 level 2: EveryMessageFailed, #1 last resort eve, #1 exhausted, page eve
         3m: #1 level 0: EveryMessageFailed",
    );
    // Rounds are not repeated when none of the levels could be waited for.
    check(
        "policy ann 5m / nobody 5m x9; silent ann; 0m trigger db; 9h",
        "0m: #1 opened, #1 level 1 ann, #1 level 1: NoContactMethod, #1 level 2 nobody, \
         #1 level 2: NobodyOnCall, #1 last resort eve, #1 exhausted, page eve",
    );
    // Nobody at all can be reached: it says so, and ends.
    check(
        "silent ann; silent bob; silent eve; 0m trigger db; 9h",
        "0m: #1 opened, #1 level 1 ann, #1 level 1: NoContactMethod, #1 level 2 bob, \
         #1 level 2: NoContactMethod, #1 level 0: NoContactMethod, #1 exhausted",
    );
    // The last resort was tried in vain already.
    check(
        "policy eve 5m; 0m trigger db; 1m page 1 failed; 9h",
        "0m: #1 opened, #1 level 1 eve, page eve
         1m: #1 level 1: EveryMessageFailed, #1 exhausted",
    );
    // Whether the last resort was told is not known: it is told once more.
    check(
        "policy eve 5m; 0m trigger db; 1m page 1 unknown; 2m page 2 unknown; 9h",
        "0m: #1 opened, #1 level 1 eve, page eve
         1m: #1 level 1: EveryMessageFailed, #1 last resort eve, #1 exhausted, page eve (maybe again)
         2m: #1 level 0: EveryMessageFailed",
    );
}

#[test]
fn a_doubtful_message_is_repeated_once_by_a_page_that_says_so() {
    check(
        "policy eve 5m / eve 5m; 0m trigger db; 1m page 1 unknown; 2m page 2 unknown; 9h",
        "0m: #1 opened, #1 level 1 eve, page eve
         1m: #1 level 1: EveryMessageFailed, #1 level 2 eve, page eve (maybe again)
         2m: #1 level 2: EveryMessageFailed, #1 exhausted",
    );
}

#[test]
fn what_is_long_overdue_is_done_once() {
    let (mut world, _) = run("auto-resolve 5h; policy ann 5m / bob 5m x9; 0m trigger db");
    world.now = world.now.plus(Duration::from_secs(4 * 3600));
    let paged = |facts: &[Fact]| facts.iter().filter(|fact| matches!(fact, Fact::UserPaged(_))).count();
    assert_eq!(paged(&world.decide(&[])), 1);
    assert_eq!(world.state.next_due(), Some(world.now.plus(Duration::from_secs(300))));
    world.now = world.now.plus(Duration::from_secs(4 * 3600));
    assert_eq!(paged(&world.decide(&[])), 0, "it has resolved itself meanwhile");
    assert_eq!(world.state.next_due(), None);
}

#[test]
fn a_policy_is_gone_through_as_often_as_it_says() {
    // A round in which somebody had time to acknowledge is repeated, even if another level is empty.
    check(
        "policy ann 5m / nobody 5m x1; 0m trigger db; 1m page 1 reached; 9h",
        "0m: #1 opened, #1 level 1 ann, page ann
         5m: #1 level 2 nobody, #1 level 2: NobodyOnCall, #1 level 1 round 1 ann, page ann
         10m: #1 level 2 round 1 nobody, #1 level 2: NobodyOnCall, #1 exhausted",
    );
    check(
        "policy ann 5m / bob 10m x1; 0m trigger db; 1m page 1 reached; 9h",
        "0m: #1 opened, #1 level 1 ann, page ann
         5m: #1 level 2 bob, page bob
         15m: #1 level 1 round 1 ann, page ann
         20m: #1 level 2 round 1 bob, page bob
         30m: #1 exhausted",
    );
    // A message whose fate is unknown: the next page to the same user says that it may be a repetition.
    check(
        "policy ann 5m / bob 10m x1; 0m trigger db; 1m page 1 unknown; 2m page 2 reached; 12m",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 level 1: EveryMessageFailed, #1 level 2 bob, page bob
         11m: #1 level 1 round 1 ann, page ann (maybe again)",
    );
}

#[test]
fn an_acknowledgement_can_end() {
    check(
        "ack-timeout 10m; 0m trigger db; 31m bob ack 1; 3h",
        "0m: #1 opened, #1 level 1 ann, page ann
         30m: #1 level 2 bob, page bob
         31m: #1 acknowledged
         41m: #1 triggered again, #1 level 2 bob, page bob
         71m: #1 last resort eve, #1 exhausted, page eve",
    );
    check(
        "0m trigger db; 1m ann ack 1; 2m ann ack 1; 3m bob ack 1; 4m ann unack 1; 5m ann resolve 1; 9h",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 acknowledged
         3m: #1 acknowledged
         4m: #1 triggered again, #1 level 1 ann, page ann
         5m: #1 resolved (Requested)",
    );
}

#[test]
fn an_open_incident_resolves_by_itself_when_the_service_says_so() {
    check(
        "auto-resolve 40m; 0m trigger db; 1h trigger db",
        "0m: #1 opened, #1 level 1 ann, page ann
         30m: #1 level 2 bob, page bob
         40m: #1 resolved (AutoResolveTimeout)
         60m: #2 opened, #2 level 1 ann, page ann",
    );
}

#[test]
fn people_may_take_over() {
    check(
        "0m trigger db; 1m ann assign 1 cid,bob,cid; 3h",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 assigned to cid+bob, page cid, page bob",
    );
    // Nobody of those chosen can be reached: the policy steps in.
    check(
        "silent cid; 0m trigger db; 1m ann assign 1 cid; 2m",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 assigned to cid, #1 level 0: NoContactMethod, #1 level 1 ann, page ann",
    );
    check(
        "0m trigger db; 1m ann assign 1 cid; 2m page 2 failed",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 assigned to cid, page cid
         2m: #1 level 0: EveryMessageFailed, #1 level 1 ann, page ann",
    );
    check(
        "0m trigger db; 1m ann ack 1; 2m ann level 1 2; 3m ann level 1 3; 40m",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 acknowledged
         2m: #1 triggered again, #1 level 2 bob, page bob
         3m: rejected: escalation_level is 3: escalation policy `two` has the levels 1 to 2
         32m: #1 last resort eve, #1 exhausted, page eve",
    );
    check(
        "ack-timeout 5m; 0m trigger db + ann assign 1 cid; 1m",
        "0m: #1 opened, #1 level 1 ann, #1 assigned to cid, page cid",
    );
}

#[test]
fn a_disabled_service_opens_nothing() {
    check("disabled; 0m trigger db; 1m resolve db", "");
    let (mut world, _) = run("0m trigger db; 1m trigger web");
    let change = ServiceChange { disabled: Some(true), ..ServiceChange::default() };
    world.ask(None, Ask::UpdateService { id: world.service, change: Box::new(change) });
    let batch = [
        world.event(Action::Resolve, "db", 1, Duration::ZERO),
        world.event(Action::Resolve, "db", 1, Duration::ZERO),
        world.event(Action::Trigger, "db", 1, Duration::ZERO),
        world.event(Action::Trigger, "web", 1, Duration::ZERO),
    ];
    world.decide(&batch);
    let state = &world.state;
    // The close of what was open is remembered.
    assert_eq!((state.opened, state.open_alerts.len(), state.remembered.len()), (2, 1, 1));
}
