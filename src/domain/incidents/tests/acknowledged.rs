//! What becomes of incidents after somebody has looked at them: snoozed, reminded of, handed over, merged, reopened.

use std::time::Duration;

use super::script::{check, run};
use super::world::{START, World, level};
use crate::domain::command::{Ask, Done, PolicyChange, Verdict};
use crate::domain::id::IncidentNumber;
use crate::domain::incident::Agent;
use crate::domain::incidents::evolve::evolve;
use crate::domain::incidents::fact::Fact;

#[test]
fn a_snoozed_incident_comes_back_and_pages_again() {
    check(
        "0m trigger db; 5m ann snooze 1 1h; 40m; 2h",
        "0m: #1 opened, #1 level 1 ann, page ann
         5m: #1 acknowledged, #1 snoozed until 65m
         65m: #1 triggered again, #1 level 1 ann, page ann
         95m: #1 level 2 bob, page bob",
    );
    // Snoozing again moves the end; an acknowledgement of somebody else does not; a resolve ends it.
    check(
        "ack-timeout 10m; 0m trigger db; 1m ann snooze 1 1h; 2m ann snooze 1 2h; 3m bob ack 1; 4m ack db; 100m; \
         101m resolve db; 4h",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 acknowledged, #1 snoozed until 61m
         2m: #1 snoozed until 122m
         3m: #1 acknowledged
         4m: #1 acknowledged
         101m: #1 alert over, #1 resolved (AlertsResolved)",
    );
    // One that was given to somebody by hand comes back to that somebody.
    check(
        "0m trigger db; 1m ann assign 1 cid; 2m cid snooze 1 10m; 1h",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 assigned to cid, page cid
         2m: #1 acknowledged, #1 snoozed until 12m
         12m: #1 triggered again, page cid",
    );
    check(
        "0m trigger db; 1m ann snooze 1 8s; 2m ann resolve 1; 3m ann snooze 1 1h; 4m ann snooze 1 0s; \
         5m ann snooze 1 169h",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 acknowledged, #1 snoozed until 68s
         68s: #1 triggered again, #1 level 1 ann, page ann
         2m: #1 resolved (Requested)
         3m: rejected: incident #1 is resolved already
         4m: rejected: duration is 0 s: it must be between 1 s and 604800 s (a week)
         5m: rejected: duration is 608400 s: it must be between 1 s and 604800 s (a week)",
    );
}

#[test]
fn several_are_snoozed_all_or_none() {
    check(
        "0m trigger a + trigger b; 1m resolve b; 2m ann snooze 1,2 1h; 3m ann snooze 1 1h",
        "0m: #1 opened, #1 level 1 ann, #2 opened, #2 level 1 ann, page ann, page ann
         1m: #2 alert over, #2 resolved (AlertsResolved)
         2m: rejected: incident #2 is resolved already
         3m: #1 acknowledged, #1 snoozed until 63m",
    );
    let (mut world, _) = run("0m trigger a + trigger b; 1m resolve b");
    let incidents = vec![IncidentNumber(1), IncidentNumber(2)];
    let ask = Ask::Snooze { incidents, duration: Duration::from_secs(60), if_open: true };
    assert_eq!(world.ask(Some("ann"), ask), Verdict::Done(Done::Changed));
    assert!(world.state.incidents[&IncidentNumber(1)].snoozed);
}

#[test]
fn those_who_acknowledged_are_reminded_until_it_is_over() {
    check(
        "reminders 20m; 0m trigger db; 5m ann ack 1; 50m; 51m bob ack 1; 75m; 80m ann resolve 1; 3h",
        "0m: #1 opened, #1 level 1 ann, page ann
         5m: #1 acknowledged
         25m: remind ann
         45m: remind ann
         51m: #1 acknowledged
         71m: remind ann, remind bob
         80m: #1 resolved (Requested)",
    );
    // Where a sender acknowledged, those who are responsible; while it is snoozed, nobody.
    check(
        "reminders 20m; 0m trigger db; 5m ack db; 30m; 31m ann snooze 1 1h; 90m; 91m ann unack 1; 100m",
        "0m: #1 opened, #1 level 1 ann, page ann
         5m: #1 acknowledged
         25m: remind ann
         31m: #1 acknowledged, #1 snoozed until 91m
         91m: #1 triggered again, #1 level 1 ann, page ann",
    );
}

#[test]
fn the_acknowledgement_has_its_time_and_ends_with_the_reminders() {
    check(
        "ack-timeout 30m; reminders 20m; 0m trigger db; 5m ann ack 1; 70m",
        "0m: #1 opened, #1 level 1 ann, page ann
         5m: #1 acknowledged
         25m: remind ann
         35m: #1 triggered again, #1 level 1 ann, page ann
         65m: #1 level 2 bob, page bob",
    );
}

/// Users are on call for ever, so the end of a shift is told here as a schedule would tell it. Who is paged then.
fn at_the_end_of_a_shift(story: &str, by: &str, then: &str) -> (String, World) {
    let (mut world, _) = run(story);
    let rules = vec![level(30, &[world.user(then)]), level(30, &[world.user("eve")])];
    let change = PolicyChange { rules: Some(rules), ..PolicyChange::default() };
    world.ask(None, Ask::UpdatePolicy { id: world.policy, change: Box::new(change) });
    let (number, by) = (IncidentNumber(1), Agent::User(world.user(by)));
    let end = START.plus(Duration::from_secs(1200));
    let acknowledged = Fact::IncidentAcknowledged {
        number,
        by,
        at: world.now,
        unacknowledge_at: None,
        remind_at: None,
        hand_over_at: Some(end),
    };
    evolve(&mut world.state, &acknowledged);
    let facts = world.wait_until(end);
    let paged = facts.iter().filter_map(|(_, fact)| match fact {
        Fact::UserPaged(paged) => Some(world.name(paged.user).to_owned()),
        _ => None,
    });
    (paged.collect::<Vec<_>>().join(","), world)
}

#[test]
fn acknowledged_work_is_handed_over_at_the_end_of_the_shift() {
    let handed_over = |story: &str, by: &str, then: &str| at_the_end_of_a_shift(story, by, then).0;
    assert_eq!(handed_over("hand-over; 0m trigger db; 5m", "ann", "bob"), "bob");
    // She is on call again; the service does not ask for it; it was given to cid by hand.
    assert_eq!(handed_over("hand-over; 0m trigger db; 5m", "ann", "ann"), "");
    assert_eq!(handed_over("0m trigger db; 5m", "ann", "bob"), "");
    assert_eq!(handed_over("hand-over; 0m trigger db; 4m ann assign 1 cid; 5m", "cid", "bob"), "");
    let (_, world) = at_the_end_of_a_shift("hand-over; 0m trigger db; 5m", "ann", "bob");
    let incident = &world.state.incidents[&IncidentNumber(1)];
    assert_eq!(incident.assignments[0].user, world.user("bob"));
    assert_eq!(incident.status.as_str(), "triggered");
}

#[test]
fn whoever_a_schedule_puts_on_call_next_gets_the_acknowledged_work() {
    check(
        "schedule ops ann,bob 1h; policy @ops 30m; hand-over; 50m trigger db; 55m ann ack 1; 61m",
        "50m: #1 opened, #1 level 1 ann (ann by ops), page ann
         55m: #1 acknowledged
         60m: #1 triggered again, #1 level 1 bob (bob by ops), page bob",
    );
}

#[test]
fn merging_moves_the_alerts_and_resolves_the_others() {
    check(
        "0m trigger a; 1m trigger b; 2m ann merge 1 2; 3m trigger b; 4m resolve b; 5m resolve a; 6m trigger b",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #2 opened, #2 level 1 ann, page ann
         2m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 })
         3m: #1 repeated 1
         4m: #1 alert over
         5m: #1 alert over, #1 resolved (AlertsResolved)
         6m: #3 opened, #3 level 1 ann, page ann",
    );
    check(
        "0m trigger a + trigger b + trigger c; 1m ann merge 1 1; 2m ann merge 1 2; 3m ann merge 1 2; \
         4m ann merge 3 2; 5m ann merge 2 3; 6m ann merge 1 9; 7m resolve c; 8m ann merge 1 3",
        "0m: #1 opened, #1 level 1 ann, #2 opened, #2 level 1 ann, #3 opened, #3 level 1 ann, page ann, page ann, page ann
         1m: rejected: source_incidents names incident #1 itself: name other ones
         2m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 })
         4m: rejected: incident #2 is merged into incident #1 already
         5m: rejected: incident #2 is resolved already
         6m: rejected: no incident with the id 9
         7m: #3 alert over, #3 resolved (AlertsResolved)
         8m: rejected: incident #3 is resolved already",
    );
}

#[test]
fn a_trigger_soon_after_the_resolve_reopens_where_the_service_says_so() {
    check(
        "reopen 10m; 0m trigger db; 5m resolve db; 15m trigger db; 20m ann resolve 1; 31m trigger db",
        "0m: #1 opened, #1 level 1 ann, page ann
         5m: #1 alert over, #1 resolved (AlertsResolved)
         15m: #1 reopened, #1 level 1 ann, page ann
         20m: #1 resolved (Requested)
         31m: #2 opened, #2 level 1 ann, page ann",
    );
    // The key of an alert that was moved leads to where it went; what else was there stays over.
    check(
        "reopen 10m; 0m trigger a + trigger b; 1m ann merge 1 2; 2m ann resolve 1; 3m trigger b; 4m resolve b; 5m resolve a",
        "0m: #1 opened, #1 level 1 ann, #2 opened, #2 level 1 ann, page ann, page ann
         1m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 })
         2m: #1 resolved (Requested)
         3m: #1 reopened, #1 level 1 ann, page ann
         4m: #1 alert over, #1 resolved (AlertsResolved)
         5m: close of a remembered",
    );
}

#[test]
fn urgency_goes_by_the_support_hours_and_is_raised_as_they_begin() {
    // The story begins at 01:00 in Berlin; the hours begin seven later.
    check(
        "hours 8 17; policy ann 20h; 0m trigger db; 7h; 8h trigger other; 17h trigger third",
        "0m: #1 opened, #1 level 1 ann, page ann (low)
         420m: #1 is high, pages of #1 called back, page ann
         480m: #2 opened, #2 level 1 ann, page ann
         1020m: #3 opened, #3 level 1 ann, page ann (low)",
    );
    // Who has acknowledged is not paged for it.
    check(
        "hours 8 17; policy ann 20h; 0m trigger db; 1m ann ack 1; 7h",
        "0m: #1 opened, #1 level 1 ann, page ann (low)
         1m: #1 acknowledged
         420m: #1 is high",
    );
    check(
        "0m trigger db; 1m ann urgency 1 low; 2m ann urgency 1 high; 3m ann urgency 1 high",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 is low
         2m: #1 is high, pages of #1 called back, page ann",
    );
}
