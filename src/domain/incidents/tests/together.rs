//! What comes together: holds, groups, merges, windows, schedules and what people do, in one story.

use super::script::{check, run};
use crate::domain::id::IncidentNumber;
use crate::domain::incidents::snapshot;

#[test]
fn merging_what_is_held_back() {
    // Into one that pages: nothing is left to wait for.
    check(
        "rule flap if component == 'link' then pause 5m; 0m trigger a; 1m trigger b component=link; \
         2m ann merge 1 2; 7m; 8m resolve a; 9m resolve b",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #2 opened, #2 flap: paused 300s, #2 paused until 6m
         2m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 })
         8m: #1 alert over
         9m: #1 alert over, #1 resolved (AlertsResolved)",
    );
    // What somebody was paged for does not fall silent in one that waits, or that a rule suppresses.
    check(
        "rule flap if component == 'link' then pause 5m; 0m trigger a component=link; 1m trigger b; \
         2m ann merge 1 2; 7m",
        "0m: #1 opened, #1 flap: paused 300s, #1 paused until 5m
         1m: #2 opened, #2 level 1 ann, page ann
         2m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 }), #1 released (Joined), \
         #1 level 1 ann, page ann",
    );
    check(
        "rule noise if severity == 'info' then suppress; 0m trigger a severity=info; 1m trigger b; \
         2m ann ack 2; 3m ann merge 1 2",
        "0m: #1 opened, #1 noise: suppressed, #1 suppressed
         1m: #2 opened, #2 level 1 ann, page ann
         2m: #2 acknowledged
         3m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 }), #1 released (Joined), \
         #1 level 1 ann, page ann",
    );
    // Two that wait are one that waits, for as long as the one that is left.
    check(
        "auto-pause 5m; 0m trigger a; 3m trigger b; 4m ann merge 1 2; 9m",
        "0m: #1 opened, #1 paused until 5m
         3m: #2 opened, #2 paused until 8m
         4m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 })
         5m: #1 released (StillFiring), #1 level 1 ann, page ann",
    );
    // A window that covers the whole service covers what is merged there; one by match, only what matches.
    check(
        "service db cid; window 10m 30m; global db if source == 'db' then route db; \
         11m trigger a; 12m trigger b source=db; 13m ann merge 1 2; 31m",
        "11m: #1 opened, #1 in maintenance until 30m
         12m: #2 opened, #2 db: routed to db, #2 level 1 cid, page cid
         13m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 })
         30m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann",
    );
    check(
        "window 10m 30m if source == 'x'; 11m trigger a source=x; 12m trigger b source=y; 13m ann merge 1 2; 31m",
        "11m: #1 opened, #1 in maintenance until 30m
         12m: #2 opened, #2 level 1 ann, page ann
         13m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 }), #1 released (Joined), \
         #1 level 1 ann, page ann",
    );
}

#[test]
fn an_undone_action_holds_back_what_was_held_back() {
    check(
        "auto-pause 5m; 0m trigger a; 1m ann ack 1; 2m ann undo; 6m",
        "0m: #1 opened, #1 paused until 5m
         1m: #1 acknowledged
         2m: #1 as before
         5m: #1 released (StillFiring), #1 level 1 ann, page ann",
    );
    // The pause was over meanwhile: it is time.
    check(
        "auto-pause 5m; 0m trigger a; 4m ann snooze 1 1h; 8m ann undo",
        "0m: #1 opened, #1 paused until 5m
         4m: #1 acknowledged, #1 snoozed until 64m
         8m: #1 as before, #1 released (StillFiring), #1 level 1 ann, page ann",
    );
    check(
        "window 10m 30m; 11m trigger a; 12m ann assign 1 cid; 13m ann undo; 31m",
        "11m: #1 opened, #1 in maintenance until 30m
         12m: #1 assigned to cid, page cid
         13m: #1 as before
         30m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann",
    );
    // The window was ended meanwhile, or there is another.
    check(
        "window 10m 30m; 11m trigger a; 12m ann ack 1; 13m set end-window; 14m ann undo",
        "11m: #1 opened, #1 in maintenance until 30m
         12m: #1 acknowledged
         14m: #1 as before, #1 released (MaintenanceEnded), #1 level 1 ann, page ann",
    );
    check(
        "window 10m 30m; 11m trigger a; 12m ann ack 1; 13m set end-window; 13m set window 13m 50m; 14m ann undo; 51m",
        "11m: #1 opened, #1 in maintenance until 30m
         12m: #1 acknowledged
         14m: #1 as before, #1 in maintenance until 50m
         50m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann",
    );
}

#[test]
fn an_undone_merge_with_what_is_held_back() {
    // The source waits again.
    check(
        "rule flap if component == 'link' then pause 5m; 0m trigger a; 0m page 1 reached; \
         1m trigger b component=link; 2m ann merge 1 2; 3m ann undo; 7m",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #2 opened, #2 flap: paused 300s, #2 paused until 6m
         2m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 })
         3m: alerts go back from #1 to #2, #2 as before
         6m: #2 released (StillFiring), #2 level 1 ann, page ann",
    );
    // The target is suppressed again, and the source pages on.
    check(
        "rule noise if severity == 'info' then suppress; 0m trigger a severity=info; 1m trigger b; \
         1m page 1 reached; 2m ann merge 1 2; 3m ann undo; 32m",
        "0m: #1 opened, #1 noise: suppressed, #1 suppressed
         1m: #2 opened, #2 level 1 ann, page ann
         2m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 }), #1 released (Joined), \
         #1 level 1 ann, page ann
         3m: alerts go back from #1 to #2, #2 as before, #1 as before
         31m: #2 level 2 bob, page bob",
    );
    // Somebody has taken the target meanwhile: it stays with them.
    check(
        "rule noise if severity == 'info' then suppress; 0m trigger a severity=info; 1m trigger b; \
         1m page 1 reached; 2m ann merge 1 2; 3m bob ack 1; 4m ann undo",
        "0m: #1 opened, #1 noise: suppressed, #1 suppressed
         1m: #2 opened, #2 level 1 ann, page ann
         2m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 }), #1 released (Joined), \
         #1 level 1 ann, page ann
         3m: #1 acknowledged
         4m: alerts go back from #1 to #2, #2 as before",
    );
}

#[test]
fn a_merge_takes_the_group_with_it_and_an_undo_brings_it_back() {
    let start = "group all source 1h; 0m trigger a source=s; 1m trigger b source=t; 2m trigger c source=t; ";
    let told = "0m: #1 opened, #1 level 1 ann, page ann
                1m: #2 opened, #2 level 1 ann, page ann
                2m: c joined #2
                3m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 })";
    check(
        &format!("{start} 3m ann merge 1 2; 4m trigger d source=t; 5m resolve b; 6m trigger e source=s"),
        &format!("{told}\n4m: d joined #1\n5m: #1 alert over\n6m: e joined #1"),
    );
    // What joined meanwhile stays where it is; what comes from then on goes back.
    check(
        &format!(
            "{start} 3m ann merge 1 2; 4m trigger d source=t; 5m ann undo; 6m trigger e source=t; 7m resolve d"
        ),
        &format!(
            "{told}\n4m: d joined #1\n5m: alerts go back from #1 to #2, #2 as before, page ann\n6m: e joined #2
             7m: #1 alert over"
        ),
    );
    let (world, _) = run(&format!("{start} 3m ann merge 1 2; 4m ann undo"));
    let group = |number| world.state.incidents[&IncidentNumber(number)].group.as_ref().unwrap().keys.len();
    assert_eq!((group(1), group(2), world.state.groups.len()), (1, 1, 2));
    // Of two services each groups its own.
    check(
        "service db cid; group time; global db if source == 'db' then route db; \
         0m trigger a source=db; 1m trigger b; 2m ann merge 1 2; 3m trigger c",
        "0m: #1 opened, #1 db: routed to db, #1 level 1 cid, page cid
         1m: #2 opened, #2 level 1 ann, page ann
         2m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 })
         3m: #3 opened, #3 level 1 ann, page ann",
    );
    // A group whose time is over is of the next incident alone, also after a snapshot.
    let (world, _) = run("group time 5m; 0m trigger a; 6m trigger b; 7m ann resolve 2");
    assert_eq!(snapshot::restore(snapshot::records(&world.state)), world.state);
    assert!(world.state.groups.is_empty());
}

#[test]
fn an_undone_merge_does_not_take_a_key_from_another() {
    check(
        "heartbeat job 10m 5m; 0m ping job; 1m ping job fail; 2m trigger a; 3m ann merge 2 1; \
         4m ping job fail; 5m ann undo",
        "1m: #1 opened, #1 level 1 ann, page ann
         2m: #2 opened, #2 level 1 ann, page ann
         3m: alerts of #1 go to #2, #1 resolved (Merged { into: #2 })
         4m: #3 opened, #3 level 1 ann, page ann
         5m: rejected: nothing was undone: incident #3 has the key of incident #1 by now",
    );
}

#[test]
fn what_joins_is_held_back_no_longer_than_it_would_be_alone() {
    // Something that no rule pauses.
    check(
        "group time; rule flap if component == 'link' then pause 5m; 0m trigger a component=link; 1m trigger b; 6m",
        "0m: #1 opened, #1 flap: paused 300s, #1 paused until 5m
         1m: b joined #1, #1 released (Joined), #1 level 1 ann, page ann",
    );
    // Something that is paused for less, or for more.
    check(
        "group time; rule one if component == 'x' then pause 9m; rule two if component == 'y' then pause 3m; \
         0m trigger a component=x; 1m trigger b component=y; 2m trigger c component=x; 5m",
        "0m: #1 opened, #1 one: paused 540s, #1 paused until 9m
         1m: b joined #1, #1 two: paused 180s, #1 paused until 4m
         2m: c joined #1, #1 one: paused 540s
         4m: #1 released (StillFiring), #1 level 1 ann, page ann",
    );
    // Something that the window is not for.
    check(
        "group time; window 10m 30m if source == 'x'; 11m trigger a source=x; 12m trigger b source=x; \
         13m trigger c source=y",
        "11m: #1 opened, #1 in maintenance until 30m
         12m: b joined #1
         13m: c joined #1, #1 released (Joined), #1 level 1 ann, page ann",
    );
    // One of several is over: the others wait on. The last: it is over.
    check(
        "group time; auto-pause 5m; 0m trigger a; 1m trigger b; 2m resolve a; 5m; 6m resolve b",
        "0m: #1 opened, #1 paused until 5m
         1m: b joined #1
         2m: #1 alert over
         5m: #1 released (StillFiring), #1 level 1 ann, page ann
         6m: #1 alert over, #1 resolved (AlertsResolved)",
    );
    check(
        "group time; auto-pause 5m; 0m trigger a; 1m trigger b; 2m resolve a + resolve b; 6m trigger a",
        "0m: #1 opened, #1 paused until 5m
         1m: b joined #1
         2m: #1 alert over, #1 alert over, #1 resolved (AlertsResolved)
         6m: #2 opened, #2 paused until 11m",
    );
}

#[test]
fn a_window_is_for_what_begins_in_it() {
    // What was snoozed before is of those who snoozed it: it comes back when they said.
    check(
        "window 10m 30m; 0m trigger a; 1m ann snooze 1 14m; 40m",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 acknowledged, #1 snoozed until 15m
         15m: #1 triggered again, #1 level 1 ann, page ann",
    );
    // So is what somebody took within it.
    check(
        "window 10m 30m; 11m trigger a; 12m ann snooze 1 28m; 41m",
        "11m: #1 opened, #1 in maintenance until 30m
         12m: #1 acknowledged, #1 snoozed until 40m
         40m: #1 triggered again, #1 level 1 ann, page ann",
    );
    // What is reopened in it begins in it.
    check(
        "reopen 30m; window 10m 30m; 0m trigger a; 5m resolve a; 15m trigger a; 31m",
        "0m: #1 opened, #1 level 1 ann, page ann
         5m: #1 alert over, #1 resolved (AlertsResolved)
         15m: #1 reopened, #1 in maintenance until 30m
         30m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann",
    );
    // A window that is for another service from now on lets go of what it held.
    check(
        "service db cid; window 10m 30m; 11m trigger a; 12m set window-for db; 13m",
        "11m: #1 opened, #1 in maintenance until 30m
         12m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann",
    );
    // A merge within it ends the one, and its end pages the other.
    check(
        "window 10m 30m; 11m trigger a; 12m trigger b; 13m ann merge 1 2; 14m resolve a; 31m",
        "11m: #1 opened, #1 in maintenance until 30m
         12m: #2 opened, #2 in maintenance until 30m
         13m: alerts of #2 go to #1, #2 resolved (Merged { into: #1 })
         14m: #1 alert over
         30m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann",
    );
}

#[test]
fn a_heartbeat_in_a_window() {
    // It is back before the end: nobody hears of it.
    check(
        "heartbeat job 10m 5m; window 10m 40m; 0m ping job; 20m ping job; 25m",
        "925s: heartbeat missed, #1 opened, #1 in maintenance until 40m
         20m: #1 resolved (HeartbeatReturned)",
    );
    // Somebody takes it; it is back all the same.
    check(
        "heartbeat job 10m 5m; window 10m 40m; 0m ping job; 16m ann ack 1; 20m ping job; 21m",
        "925s: heartbeat missed, #1 opened, #1 in maintenance until 40m
         16m: #1 acknowledged
         20m: #1 resolved (HeartbeatReturned)",
    );
    // A window by match sees the heartbeat's name.
    check(
        "heartbeat job 10m 5m; window 10m 40m if source == 'job'; 0m ping job; 16m; 41m",
        "925s: heartbeat missed, #1 opened, #1 in maintenance until 40m
         40m: #1 released (MaintenanceEnded), #1 level 1 ann, page ann",
    );
    // A paused service's heartbeat waits as its alerts do.
    check(
        "auto-pause 5m; heartbeat job 10m 5m; 0m ping job; 22m",
        "925s: heartbeat missed, #1 opened, #1 paused until 1225s
         1225s: #1 released (StillFiring), #1 level 1 ann, page ann",
    );
}

#[test]
fn a_schedule_that_changes_while_a_level_is_asked() {
    // Who was asked is asked still; from the next level on the new order counts.
    check(
        "schedule ops ann,bob 1h; policy @ops 10m / @ops 10m x1; 0m trigger a; 5m set turns ops cid 1h; 25m",
        "0m: #1 opened, #1 level 1 ann (ann by ops), page ann
         10m: #1 level 2 cid (cid by ops), page cid
         20m: #1 level 1 round 1 cid (cid by ops), page cid",
    );
    check(
        "schedule ops ann,bob 1h; policy @ops 10m / @ops 10m; 0m trigger a; 5m set override ops cid 5m 12m; 11m",
        "0m: #1 opened, #1 level 1 ann (ann by ops), page ann
         10m: #1 level 2 cid (cid by override of ops), page cid",
    );
    // Held back until then: whoever is on call when it pages.
    check(
        "schedule ops ann,bob 1h; policy @ops 10m / eve 10m; auto-pause 5m; 0m trigger a; \
         1m set override ops cid 1m 12m; 6m",
        "0m: #1 opened, #1 paused until 5m
         5m: #1 released (StillFiring), #1 level 1 cid (cid by override of ops), page cid",
    );
}

#[test]
fn acknowledged_work_follows_a_change_of_who_is_on_call() {
    // An override from now on takes it over; one for later does when it begins; and one for oneself changes nothing.
    let start = "schedule ops ann,bob 1h; policy @ops 30m; hand-over; 0m trigger a; 1m ann ack 1; ";
    let told = "0m: #1 opened, #1 level 1 ann (ann by ops), page ann\n1m: #1 acknowledged\n";
    let handed_over =
        |at: &str, to: &str| format!("{told}{at}: #1 triggered again, #1 level 1 {to}, page {}", &to[..3]);
    let to_cid = "cid (cid by override of ops)";
    check(&format!("{start} 5m set override ops cid 5m 20m; 6m"), &handed_over("5m", to_cid));
    check(&format!("{start} 5m set override ops cid 10m 20m; 11m"), &handed_over("10m", to_cid));
    check(
        &format!("{start} 5m set override ops ann 50m 70m; 61m; 71m"),
        &handed_over("70m", "bob (bob by ops)"),
    );
    check(&format!("{start} 5m set turns ops bob,ann 2h; 6m"), &handed_over("5m", "bob (bob by ops)"));
    check(
        &format!("{start} 5m set turns ops ann,bob 2h; 90m; 121m"),
        &handed_over("120m", "bob (bob by ops)"),
    );
    check(&format!("{start} 5m set away ann 5m 20m; 6m"), &handed_over("5m", "bob (bob by ops for ann)"));
    check(&format!("{start} 5m set policy cid 30m; 6m"), &handed_over("5m", "cid"));
    // Another schedule is not its own; and without the service's wish nothing is.
    check(&format!("schedule web ann 1h; {start} 5m set override web cid 5m 20m; 6m"), told);
    check(
        "schedule ops ann,bob 1h; policy @ops 30m; 0m trigger a; 1m ann ack 1; 5m set override ops cid 5m 20m; \
         6m set hand-over; 7m",
        &handed_over("6m", to_cid),
    );
    // Work that was given to somebody is theirs.
    check(
        &format!("{start} 2m ann assign 1 ann; 3m ann ack 1; 5m set override ops cid 5m 20m; 6m"),
        &format!("{told}2m: #1 triggered again, #1 assigned to ann, page ann\n3m: #1 acknowledged"),
    );
}

#[test]
fn a_round_robin_with_an_override() {
    // The turn is the schedule's, whoever stands in.
    check(
        "schedule ops ann 10h; schedule web bob 10h; override ops cid 1m 3m; policy rr:@ops,@web 30m / eve 30m; \
         0m trigger a; 1m trigger b; 2m trigger c; 3m trigger d; 4m trigger e",
        "0m: #1 opened, #1 level 1 ann (ann by ops), page ann
         1m: #2 opened, #2 level 1 bob (bob by web), page bob
         2m: #3 opened, #3 level 1 cid (cid by override of ops), page cid
         3m: #4 opened, #4 level 1 bob (bob by web), page bob
         4m: #5 opened, #5 level 1 ann (ann by ops), page ann",
    );
    // Acknowledged work of somebody whose turn it is not stays theirs while they are on call at all.
    check(
        "schedule ops ann 10h; schedule web bob 10h; policy rr:@ops,@web 30m / eve 30m; hand-over; \
         0m trigger a; 1m ann ack 1; 2m set override web cid 2m 20m; 3m set override ops cid 3m 20m; 4m",
        "0m: #1 opened, #1 level 1 ann (ann by ops), page ann
         1m: #1 acknowledged
         3m: #1 triggered again, #1 level 1 cid (cid by override of web), page cid",
    );
}
