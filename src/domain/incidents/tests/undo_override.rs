//! Undoing what somebody did to an override: who is on call then, and when it is refused.

use std::time::Duration;

use proptest::prelude::*;

use super::script::{check, run, since_start};
use super::world::{START, World, layer};
use crate::domain::command::{Ask, Done, Verdict};
use crate::domain::id::{OverrideId, ScheduleId};
use crate::domain::incidents::snapshot::{records, restore};
use crate::domain::incidents::state::State;
use crate::domain::schedule::ask::NewOverride;
use crate::domain::schedule::{Override, Schedule, Span, joined};
use crate::domain::time::Timestamp;

/// Who is on call in the first hour: `0m ann, 10m cid, 20m ann`.
fn on_call(world: &World, state: &State, from: u64, until: u64) -> String {
    let at = |minutes: u64| START.plus(Duration::from_secs(60 * minutes));
    let schedule = &state.schedules[&world.schedule_id("ops")];
    let shifts = state.rota(schedule).shifts(Span { start: at(from), end: at(until) });
    let told = |(span, user): &(Span, _)| format!("{} {}", since_start(span.start), world.name(*user));
    joined(&shifts).iter().map(told).collect::<Vec<_>>().join(", ")
}

#[track_caller]
fn serves(story: &str, expected: &str) {
    let (world, told) = run(&format!("schedule ops ann 10h; {story}"));
    assert_eq!(on_call(&world, &world.state, 0, 60), expected, "{story}\n{told}");
}

#[test]
fn one_that_was_made_is_taken_back_but_for_what_was_served() {
    serves("1m ann cover ops cid 5m 30m", "0m ann, 5m cid, 30m ann");
    serves("1m ann cover ops cid 5m 30m; 2m ann undo", "0m ann");
    serves("1m ann cover ops cid 5m 30m; 8m ann undo", "0m ann, 5m cid, 8m ann");
    serves("1m ann cover ops cid 1m 30m; 1m ann undo", "0m ann");
    // What it had covered is there again.
    serves(
        "1m bob cover ops bob 10m 20m; 2m ann cover ops cid 5m 30m; 3m ann undo",
        "0m ann, 10m bob, 20m ann",
    );
    // What others made over it since is theirs.
    serves(
        "1m ann cover ops cid 5m 30m; 2m bob cover ops bob 10m 20m; 3m ann undo",
        "0m ann, 10m bob, 20m ann",
    );
}

#[test]
fn one_that_was_deleted_is_there_again_from_now_on() {
    let made = "1m bob cover ops cid 5m 30m";
    serves(&format!("{made}; 2m ann uncover ops 1"), "0m ann");
    serves(&format!("{made}; 2m ann uncover ops 1; 3m ann undo"), "0m ann, 5m cid, 30m ann");
    serves(&format!("{made}; 2m ann uncover ops 1; 9m ann undo"), "0m ann, 9m cid, 30m ann");
    serves(&format!("{made}; 10m ann uncover ops 1"), "0m ann, 5m cid, 10m ann");
    serves(
        &format!("{made}; 10m ann uncover ops 1; 12m ann undo"),
        "0m ann, 5m cid, 10m ann, 12m cid, 30m ann",
    );
    serves(&format!("{made}; 10m ann uncover ops 1; 10m ann undo"), "0m ann, 5m cid, 30m ann");
    // Of two the one that was made last goes on to win.
    let two = "1m bob cover ops cid 10m 40m; 2m bob cover ops bob 20m 30m";
    let both = "0m ann, 10m cid, 20m bob, 30m cid, 40m ann";
    serves(&format!("{two}; 3m ann uncover ops 1; 4m ann undo"), both);
    serves(&format!("{two}; 3m ann uncover ops 2; 4m ann undo"), both);
    serves(
        &format!("{two}; 15m ann uncover ops 1; 16m ann undo"),
        "0m ann, 10m cid, 15m ann, 16m cid, 20m bob, 30m cid, 40m ann",
    );
    // Made in the same moment, they have an order all the same.
    serves(
        "1m bob cover ops cid 10m 40m + bob cover ops bob 20m 30m; 3m ann uncover ops 1; 4m ann undo",
        both,
    );
}

#[test]
fn it_is_refused_where_somebody_acted_since_or_it_is_over() {
    let refused = |story: &str, says: &str| {
        let (_, told) = run(&format!("schedule ops ann 10h; {story}"));
        let last = told.lines().last().unwrap();
        assert!(last.contains("rejected") && last.contains(says), "{story}: {last}");
    };
    let (made, gone) = ("1m ann cover ops cid 5m 30m", "1m bob cover ops cid 5m 30m; 2m ann uncover ops 1");
    refused(
        &format!("{made}; 2m bob uncover ops 1; 3m ann undo"),
        "the override was changed or removed since",
    );
    refused(
        &format!("{made}; 7m bob uncover ops 1; 8m ann undo"),
        "the override was changed or removed since",
    );
    refused(
        &format!("{made}; 12m ann undo"),
        "to create an override at 2026-01-01T00:01:00Z: it can be undone for 10",
    );
    refused("1m ann cover ops cid 2m 3m; 3m ann undo", "the override has ended by now");
    refused("1m ann cover ops cid 2m 4m; 2m ann uncover ops 1; 4m ann undo", "would have ended by now");
    let other = "3m bob cover ops bob 20m 40m; 4m ann undo";
    refused(&format!("{gone}; {other}"), "another override was made for that time since");
    refused(&format!("{gone}; 3m bob undo"), "the override was changed or removed since");
    refused(&format!("{gone}; 3m ann undo; 4m ann undo"), "there is nothing to undo");
    // Another time is nobody's business.
    serves(&format!("{gone}; 3m bob cover ops bob 30m 40m; 4m ann undo"), "0m ann, 5m cid, 30m bob, 40m ann");
    let mut world = run(&format!("schedule ops ann 10h; {made}")).0;
    world.ask(None, Ask::DeleteSchedule { id: world.schedule_id("ops") });
    let Verdict::Rejected(rejection) = world.ask(Some("ann"), Ask::Undo) else { panic!() };
    assert!(rejection.to_string().contains("the schedule was removed"), "{rejection}");
}

#[test]
fn it_is_the_last_own_action_whatever_was_before() {
    check(
        "schedule ops ann 10h; 0m trigger db; 1m ann ack 1; 2m ann cover ops cid 5m 30m; 3m ann undo; 4m ann undo",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 acknowledged
         4m: rejected: there is nothing to undo: your last action is undone or unknown",
    );
    check(
        "schedule ops ann 10h; 0m trigger db; 2m ann cover ops cid 5m 30m; 3m ann ack 1; 4m ann undo",
        "0m: #1 opened, #1 level 1 ann, page ann
         3m: #1 acknowledged
         4m: #1 as before, page ann",
    );
    // Without a user nothing is remembered, as with incidents.
    let (world, _) = run("schedule ops ann 10h; override ops cid 5m 30m");
    assert!(world.state.actions.is_empty());
}

#[test]
fn acknowledged_work_is_weighed_anew() {
    check(
        "schedule ops ann 10h; policy @ops 30m / eve 30m; hand-over; 0m trigger db; 1m ann ack 1; \
         2m bob cover ops cid 2m 50m; 3m cid ack 1; 4m bob undo; 5m",
        "0m: #1 opened, #1 level 1 ann (ann by ops), page ann
         1m: #1 acknowledged
         2m: #1 triggered again, #1 level 1 cid (cid by override of ops), page cid
         3m: #1 acknowledged
         4m: #1 triggered again, #1 level 1 ann (ann by ops), page ann",
    );
    check(
        "schedule ops ann 10h; policy @ops 30m / eve 30m; hand-over; override ops cid 0m 50m; 0m trigger db; \
         1m cid ack 1; 2m bob uncover ops 1; 3m ann ack 1; 4m bob undo; 5m",
        "0m: #1 opened, #1 level 1 cid (cid by override of ops), page cid
         1m: #1 acknowledged
         2m: #1 triggered again, #1 level 1 ann (ann by ops), page ann
         3m: #1 acknowledged
         4m: #1 triggered again, #1 level 1 cid (cid by override of ops), page cid",
    );
}

#[test]
fn what_is_remembered_outlives_a_snapshot_and_what_was_undone_is_recorded() {
    let (mut world, _) = run("schedule ops ann 10h; 1m bob cover ops cid 5m 30m; 10m ann uncover ops 1; 12m");
    assert_eq!(restore(records(&world.state)), world.state);
    world.state = restore(records(&world.state));
    let recorded = world.state.audited;
    let Verdict::Done(Done::Undone(undone)) = world.ask(Some("ann"), Ask::Undo) else { panic!() };
    let (schedule, entry) = undone.cover.clone().unwrap();
    assert_eq!(
        (schedule, world.name(entry.user), undone.what.as_str()),
        (world.schedule_id("ops"), "cid", "delete_override")
    );
    let change = world.state.audit.last().unwrap();
    assert_eq!((world.state.audited, &*change.kind, change.fields.len()), (recorded + 1, "schedule", 1));
    assert_eq!(restore(records(&world.state)), world.state);
}

/// From and until which minute, by whom and for whom; `None` takes one back.
type Drawn = (u64, Option<(u64, u64, u8)>, u8);

fn steps() -> impl Strategy<Value = Vec<Drawn>> {
    let made = proptest::option::of((0..60u64, 1..40u64, 0..3u8));
    proptest::collection::vec((0..3u64, made, any::<u8>()), 0..8)
}

fn ask(world: &World, (_, made, which): Drawn) -> Option<Ask> {
    let schedule: ScheduleId = world.schedule_id("ops");
    let known: &Schedule = &world.state.schedules[&schedule];
    if let Some((start, length, user)) = made {
        let start: Timestamp = START.plus(Duration::from_secs(60 * start));
        let user = world.user(["ann", "bob", "cid"][usize::from(user)]);
        let end = start.plus(Duration::from_secs(60 * length));
        return Some(Ask::CreateOverride { schedule, new: NewOverride { user, start, end } });
    }
    let all: &[Override] = &known.overrides;
    let id: OverrideId = all.get(usize::from(which) % all.len().max(1))?.id;
    Some(Ask::DeleteOverride { schedule, id })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn what_is_to_come_is_as_if_it_had_not_been_and_what_was_served_stays(
        steps in steps(),
        last in (0..3u64, proptest::option::of((0..60u64, 1..40u64, 0..3u8)), any::<u8>()),
        pause in 0..9u64,
    ) {
        let mut world = World::new();
        let ann = world.user("ann");
        world.schedule("ops", vec![layer(&[ann], Duration::from_secs(36_000))]);
        for step in steps {
            world.now = world.now.plus(Duration::from_secs(60 * step.0));
            if let Some(ask) = ask(&world, step) {
                world.ask(Some("bob"), ask);
            }
        }
        let before = world.state.clone();
        let Some(ask) = ask(&world, last) else { return Ok(()) };
        let Verdict::Done(done) = world.ask(Some("ann"), ask) else { return Ok(()) };
        prop_assert!(matches!(done, Done::Object(_) | Done::Changed), "{:?}", done);
        let acted = world.state.clone();
        let end = acted.actions[&ann].cover.as_ref().unwrap().entry.end;
        world.now = world.now.plus(Duration::from_secs(60 * pause));
        let verdict = world.ask(Some("ann"), Ask::Undo);
        let minute = world.now.since(START).as_secs() / 60;
        if end <= world.now {
            prop_assert!(matches!(verdict, Verdict::Rejected(_)), "{:?}", verdict);
            return Ok(());
        }
        prop_assert!(matches!(verdict, Verdict::Done(Done::Undone(_))), "{:?}", verdict);
        let served = |state: &State| on_call(&world, state, 0, minute);
        let to_come = |state: &State| on_call(&world, state, minute, 200);
        prop_assert_eq!(to_come(&world.state), to_come(&before));
        prop_assert_eq!(served(&world.state), served(&acted));
        prop_assert_eq!(restore(records(&world.state)), world.state.clone());
        if pause == 0 {
            let all = |state: &State| {
                let mut all = state.schedules[&world.schedule_id("ops")].overrides.clone();
                all.sort_by_key(|it| (it.created_at, it.id));
                all
            };
            prop_assert_eq!(all(&world.state), all(&before));
        }
    }
}
