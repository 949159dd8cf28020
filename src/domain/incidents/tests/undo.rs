//! Undoing the last own action: what comes back, and what cannot.

use super::script::{check, run};
use crate::domain::command::{Ask, Verdict};
use crate::domain::id::IncidentNumber;
use crate::domain::responder::Reply;

#[test]
fn an_undone_acknowledgement_escalates_where_it_was() {
    check(
        "0m trigger db; 1m page 1 reached; 5m ann ack 1; 10m ann undo; 40m",
        "0m: #1 opened, #1 level 1 ann, page ann
         5m: #1 acknowledged
         10m: #1 as before
         30m: #1 level 2 bob, page bob",
    );
    // What had not gone out was called back by the acknowledgement, so it is planned anew.
    check(
        "0m trigger db; 5m ann ack 1; 6m ann undo; 7m page 2 failed",
        "0m: #1 opened, #1 level 1 ann, page ann
         5m: #1 acknowledged
         6m: #1 as before, page ann
         7m: #1 level 1: EveryMessageFailed, #1 level 2 bob, page bob",
    );
    // A level whose time has passed meanwhile is followed by the next at once.
    check(
        "0m trigger db; 1m page 1 reached; 25m ann ack 1; 34m ann undo",
        "0m: #1 opened, #1 level 1 ann, page ann
         25m: #1 acknowledged
         34m: #1 as before, #1 level 2 bob, page bob",
    );
}

#[test]
fn an_undone_acknowledgement_takes_the_answer_back_that_it_was() {
    let reply = |story: &str| run(story).0.state.incidents[&IncidentNumber(1)].responders[0].reply;
    assert_eq!(reply("0m trigger db; 1m ann ask 1 bob; 2m bob ack 1"), Reply::Joined);
    assert_eq!(reply("0m trigger db; 1m ann ask 1 bob; 2m bob ack 1; 3m bob undo"), Reply::Pending);
    // That of somebody else is theirs.
    assert_eq!(
        reply("0m trigger db; 1m ann ask 1 bob; 2m ann ack 1; 3m bob join 1; 4m ann undo"),
        Reply::Joined
    );
}

#[test]
fn who_cannot_be_paged_anew_is_not_waited_for() {
    let (mut world, _) = run("0m trigger db; 5m ann ack 1");
    world.drop_contacts("ann");
    world.ask(Some("ann"), Ask::Undo);
    let incident = &world.state.incidents[&IncidentNumber(1)];
    assert_eq!((incident.escalation.level, incident.assignments[0].user), (2, world.user("bob")));
}

#[test]
fn an_undone_assignment_gives_it_back() {
    check(
        "0m trigger db; 1m page 1 reached; 5m ann assign 1 cid; 6m ann undo; 40m",
        "0m: #1 opened, #1 level 1 ann, page ann
         5m: #1 assigned to cid, page cid
         6m: #1 as before
         30m: #1 level 2 bob, page bob",
    );
    let (world, _) = run("0m trigger db; 5m ann assign 1 cid; 6m ann undo");
    assert_eq!(world.state.incidents[&IncidentNumber(1)].assignments[0].user, world.user("ann"));
}

#[test]
fn an_undone_snooze_goes_back_to_the_acknowledgement_before_it() {
    check(
        "ack-timeout 1h; 0m trigger db; 5m ann ack 1; 6m ann snooze 1 5h; 7m ann undo; 70m",
        "0m: #1 opened, #1 level 1 ann, page ann
         5m: #1 acknowledged
         6m: #1 snoozed until 306m
         7m: #1 as before
         65m: #1 triggered again, #1 level 1 ann, page ann",
    );
}

#[test]
fn an_undone_merge_takes_the_alerts_back_as_they_are_by_now() {
    check(
        "0m trigger a + trigger b; 1m page 1 reached + page 2 reached; 2m ann merge 1 2; 3m trigger b; \
         4m ann undo; 5m trigger b; 6m resolve b",
        "0m: #1 opened, #1 level 1 ann, #2 opened, #2 level 1 ann, page ann, page ann
         2m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 })
         3m: #1 repeated 1
         4m: alerts go back from #1 to #2, #2 as before
         5m: #2 repeated 1
         6m: #2 alert over, #2 resolved (AlertsResolved)",
    );
    let (world, _) =
        run("0m trigger a + trigger b; 1m ann merge 1 2; 3m trigger b; 4m ann undo; 5m trigger b");
    let incident = &world.state.incidents[&IncidentNumber(2)];
    assert_eq!((incident.alerts.len(), incident.alerts[0].events), (1, 3));
    // Resolved meanwhile, it is not opened again; nor does the other one stay open for it.
    check(
        "0m trigger a + trigger b; 2m ann merge 1 2; 3m resolve b; 4m ann undo",
        "0m: #1 opened, #1 level 1 ann, #2 opened, #2 level 1 ann, page ann, page ann
         2m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 })
         3m: #1 alert over
         4m: alerts go back from #1 to #2, #2 as before, #2 resolved (AlertsResolved)",
    );
    check(
        "0m trigger a + trigger b; 2m ann merge 1 2; 3m resolve a; 4m ann undo",
        "0m: #1 opened, #1 level 1 ann, #2 opened, #2 level 1 ann, page ann, page ann
         2m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 })
         3m: #1 alert over
         4m: alerts go back from #1 to #2, #1 resolved (AlertsResolved), #2 as before, page ann",
    );
}

#[test]
fn what_others_did_since_is_not_undone() {
    check(
        "0m trigger db; 1m ann ack 1; 2m bob ack 1; 3m ann undo",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 acknowledged
         2m: #1 acknowledged
         3m: rejected: nothing was undone: bob has acted on incident #1 since",
    );
    check(
        "ack-timeout 2m; 0m trigger db; 1m ann ack 1; 3m; 4m ann undo",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 acknowledged
         3m: #1 triggered again, #1 level 1 ann, page ann
         4m: rejected: nothing was undone: incident #1 has moved on since",
    );
    check(
        "0m trigger a + trigger b; 1m ann merge 1 2; 2m bob resolve 1; 3m ann undo",
        "0m: #1 opened, #1 level 1 ann, #2 opened, #2 level 1 ann, page ann, page ann
         1m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 })
         2m: #1 resolved (Requested)
         3m: rejected: nothing was undone: incident #1, into which #2 was merged, is not open any more",
    );
    // Of several, those that can be.
    check(
        "0m trigger a + trigger b; 1m ann snooze 1,2 1h; 2m bob resolve 2; 3m ann undo",
        "0m: #1 opened, #1 level 1 ann, #2 opened, #2 level 1 ann, page ann, page ann
         1m: #1 acknowledged, #1 snoozed until 61m, #2 acknowledged, #2 snoozed until 61m
         2m: #2 resolved (Requested)
         3m: #1 as before, page ann, left [#2]",
    );
}

#[test]
fn only_the_last_own_action_and_only_for_a_while() {
    let refused = |story: &str, says: &str| {
        let (_, told) = run(story);
        let last = told.lines().last().unwrap();
        assert!(last.contains("rejected") && last.contains(says), "{story}: {last}");
    };
    refused("0m trigger db; 1m ann undo", "there is nothing to undo");
    refused("0m trigger db; 1m ann ack 1; 2m bob undo", "there is nothing to undo");
    refused("0m trigger db; 1m ann ack 1; 2m ann undo; 3m ann undo", "there is nothing to undo");
    refused("0m trigger db; 1m ann ack 1; 12m ann undo", "for 10 minutes only");
    let resolved = "0m trigger a + trigger b; 1m ann ack 1; 2m ann resolve 2; 3m ann undo";
    refused(resolved, "to resolve, which cannot be undone");
    refused("0m trigger db; 1m ann ack 1; 2m ann unack 1; 3m ann undo", "to unacknowledge, which cannot");
    let (mut world, _) = run("0m trigger db");
    let Verdict::Rejected(rejection) = world.ask(None, Ask::Undo) else { panic!() };
    assert!(rejection.to_string().contains("only a user can undo"), "{rejection}");
}
