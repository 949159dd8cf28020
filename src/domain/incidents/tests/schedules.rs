//! Schedules within the rules of incidents: who is paged, and what may be asked.

use std::time::Duration;

use super::script::check;
use super::world::{START, World, layer};
use crate::domain::command::{Ask, Done, EscalationRuleFields, PolicyChange, Rejection, Verdict};
use crate::domain::id::{FeedId, LayerId, OverrideId, ScheduleId, UserId};
use crate::domain::incidents::decide::preview;
use crate::domain::incidents::snapshot::{records, restore};
use crate::domain::policy::{Strategy, Target};
use crate::domain::schedule::ask::{CalendarChange, LayerFields, NewFeed, NewOverride, ScheduleChange};
use crate::domain::schedule::{FeedOf, Restriction, Span};
use crate::domain::time::Timestamp;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

#[test]
fn whoever_is_on_call_when_the_level_is_entered_is_paged() {
    check(
        "schedule ops ann,bob 1h; policy @ops 50m / @ops,cid 30m; 0m trigger db; 3h",
        "0m: #1 opened, #1 level 1 ann (ann by ops), page ann
         50m: #1 level 2 ann+cid (ann by ops), page ann, page cid
         80m: #1 last resort eve, #1 exhausted, page eve",
    );
    check(
        "schedule ops ann,bob 1h; policy @ops 70m / cid 30m x1; 0m trigger db; 110m",
        "0m: #1 opened, #1 level 1 ann (ann by ops), page ann
         70m: #1 level 2 cid, page cid
         100m: #1 level 1 round 1 bob (bob by ops), page bob",
    );
    // A user who is a target twice over is paged once, and every way to it is told.
    check(
        "schedule ops ann,bob 1h; schedule all ann 1h; policy ann,@ops,@all 30m; 0m trigger db; 1m",
        "0m: #1 opened, #1 level 1 ann (ann by ops; ann by all), page ann",
    );
}

#[test]
fn an_override_and_an_absence_change_who_is_paged() {
    check(
        "schedule ops ann,bob 10h; override ops cid 10m 20m; policy @ops 30m / bob 30m; 15m trigger db; 16m",
        "15m: #1 opened, #1 level 1 cid (cid by override of ops), page cid",
    );
    check(
        "schedule ops ann,bob 10h; away ann 10m 20m; policy @ops 30m / cid 30m; 15m trigger db; 16m",
        "15m: #1 opened, #1 level 1 bob (bob by ops for ann), page bob",
    );
    // Nobody is left: a calendar never makes a gap.
    check(
        "schedule ops ann 10h; away ann 10m 20m; policy @ops 30m / cid 30m; 15m trigger db; 16m",
        "15m: #1 opened, #1 level 1 ann (ann by ops), page ann",
    );
}

#[test]
fn a_level_whose_schedule_has_a_gap_is_left_at_once() {
    check(
        "schedule ops ann 1h; policy nobody 30m / @ops 30m; 0m trigger db; 1m",
        "0m: #1 opened, #1 level 1 nobody, #1 level 1: NobodyOnCall, #1 level 2 ann (ann by ops), page ann",
    );
    // Somebody else of the level is enough.
    check(
        "policy nobody,bob 30m / ann 30m; 0m trigger db; 40m",
        "0m: #1 opened, #1 level 1 bob, page bob
         30m: #1 level 2 ann, page ann",
    );
    // The last resort was on call and not reached, so it is not tried again.
    check(
        "schedule ops eve 1h; policy @ops 30m; 0m trigger db; 1m page 1 failed; 2m",
        "0m: #1 opened, #1 level 1 eve (eve by ops), page eve
         1m: #1 level 1: EveryMessageFailed, #1 exhausted",
    );
}

#[test]
fn a_round_robin_pages_one_after_the_other() {
    check(
        "policy rr:ann,bob,cid 30m / eve 30m; 0m trigger a; 1m trigger b; 2m trigger c; 3m trigger d; 31m",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #2 opened, #2 level 1 bob, page bob
         2m: #3 opened, #3 level 1 cid, page cid
         3m: #4 opened, #4 level 1 ann, page ann
         30m: #1 level 2 eve, page eve
         31m: #2 level 2 eve, page eve",
    );
    // Whoever cannot be reached is passed over; if that is everybody, it is said.
    check(
        "schedule ops bob 1h; silent ann; policy rr:ann,nobody,@ops 30m / eve 30m; 0m trigger a; 1m trigger b; 2m",
        "0m: #1 opened, #1 level 1 bob (bob by ops), page bob
         1m: #2 opened, #2 level 1 bob (bob by ops), page bob",
    );
    check(
        "silent ann; policy rr:ann,nobody 30m / eve 30m; 0m trigger a; 1m",
        "0m: #1 opened, #1 level 1 ann, #1 level 1: NoContactMethod, #1 level 2 eve, page eve",
    );
}

#[test]
fn the_turn_of_a_round_robin_outlives_a_snapshot_and_ends_with_its_level() {
    let mut world = World::new();
    let targets = ["ann", "bob"].map(|name| Target::User(world.user(name))).to_vec();
    let rule = EscalationRuleFields { id: None, delay: HOUR, targets, strategy: Strategy::RoundRobin };
    let change = |rules| Box::new(PolicyChange { rules: Some(rules), ..PolicyChange::default() });
    world.ask(None, Ask::UpdatePolicy { id: world.policy, change: change(vec![rule]) });
    let event = world.event(crate::domain::event::Action::Trigger, "db", 1, Duration::ZERO);
    world.decide(&[event]);
    assert_eq!(world.state.round_robin.values().copied().collect::<Vec<_>>(), [1]);
    assert_eq!(restore(records(&world.state)), world.state);
    let rules = vec![super::world::level(5, &[world.user("ann")])];
    world.ask(None, Ask::UpdatePolicy { id: world.policy, change: change(rules) });
    assert!(world.state.round_robin.is_empty());
}

fn fields(world: &World) -> LayerFields {
    layer(&[world.user("ann"), world.user("bob")], DAY)
}

fn change(layers: Vec<LayerFields>) -> ScheduleChange {
    ScheduleChange { layers: Some(layers), ..ScheduleChange::default() }
}

/// What is wrong with a schedule of this layer.
fn problem(spoil: impl Fn(&mut LayerFields)) -> String {
    let mut world = World::new();
    let mut spoilt = fields(&world);
    spoil(&mut spoilt);
    let before = world.state.schedules.clone();
    let new = ScheduleChange {
        name: Some("ops".into()),
        time_zone: Some("Europe/Berlin".into()),
        ..change(vec![fields(&world), spoilt])
    };
    let verdict = world.ask(Some("ann"), Ask::CreateSchedule(Box::new(new)));
    assert_eq!(world.state.schedules, before, "nothing is half done");
    match verdict {
        Verdict::Rejected(rejection) => rejection.to_string(),
        Verdict::Done(done) => panic!("{done:?}"),
    }
}

#[test]
fn a_layer_that_makes_no_sense_is_refused_and_the_field_named() {
    let nobody = UserId("PNOBODY".parse().unwrap());
    let starts = |problem: &str, expected: &str| assert!(problem.starts_with(expected), "{problem}");
    starts(
        &problem(|it| it.users.clear()),
        "schedule_layers[1].users is empty: a rotation needs at least one user",
    );
    starts(&problem(|it| it.users.push(nobody)), "schedule_layers[1].users[2]: no user with the id PNOBODY");
    starts(
        &problem(|it| it.end = Some(it.start)),
        "schedule_layers[1].end is not after its start: give a later end",
    );
    starts(
        &problem(|it| it.turn = Duration::ZERO),
        "schedule_layers[1].rotation_turn_length_seconds is 0 s: it must be between 900 s and 31622400 s",
    );
    starts(&problem(|it| it.turn = 400 * DAY), "schedule_layers[1].rotation_turn_length_seconds is 3456");
    starts(
        &problem(|it| it.start = Timestamp::from_millis(-1)),
        "schedule_layers[1].start must be between 1970 and 2200",
    );
    let restricted = |day_of_week, start_seconds, duration_seconds| {
        problem(move |it| {
            it.restrictions = vec![Restriction { day_of_week, start_seconds, duration_seconds }];
        })
    };
    starts(&restricted(None, 86_400, 60), "schedule_layers[1].restrictions[0].start_time_of_day");
    starts(&restricted(Some(8), 0, 60), "schedule_layers[1].restrictions[0].start_day_of_week");
    starts(&restricted(None, 0, 86_401), "schedule_layers[1].restrictions[0].duration_seconds is 86401 s");
    starts(&restricted(Some(1), 0, 0), "schedule_layers[1].restrictions[0].duration_seconds is 0 s");
}

#[test]
fn a_schedule_needs_a_name_of_its_own_and_a_zone_that_exists() {
    let mut world = World::new();
    world.schedule("ops", Vec::new());
    let mut says = |name: Option<&str>, zone: Option<&str>, expected: &str| {
        let new = ScheduleChange {
            name: name.map(Into::into),
            time_zone: zone.map(Into::into),
            ..ScheduleChange::default()
        };
        let verdict = world.ask(None, Ask::CreateSchedule(Box::new(new)));
        let Verdict::Rejected(rejection) = verdict else { panic!("{expected}") };
        assert!(rejection.to_string().starts_with(expected), "{rejection}");
    };
    says(None, Some("UTC"), "name cannot be empty");
    says(Some("x"), None, "time_zone cannot be empty");
    says(Some("x"), Some("Mars/Olympus"), "time_zone `Mars/Olympus` does not exist");
    says(Some(" OPS"), Some("UTC"), "Name has already been taken");
}

#[test]
fn layers_stay_where_they_are_and_new_ones_come_on_top() {
    let mut world = World::new();
    let layers = vec![fields(&world), fields(&world)];
    let id = world.schedule("ops", layers);
    let layers = world.state.schedules[&id].layers.clone();
    let known = |world: &World, n: usize| LayerFields { id: Some(layers[n].id), ..fields(world) };
    let order = |world: &World| {
        let ids = world.state.schedules[&id].layers.iter().map(|layer| layer.id);
        ids.collect::<Vec<LayerId>>()
    };
    // As an answer lists them: the other way round. One that is not named stays.
    let sent = vec![known(&world, 1), LayerFields { turn: HOUR, ..known(&world, 0) }];
    world.ask(None, Ask::UpdateSchedule { id, change: Box::new(change(sent)) });
    assert_eq!(order(&world), [layers[0].id, layers[1].id]);
    assert_eq!(world.state.schedules[&id].layers[0].turn, HOUR);
    let sent = vec![LayerFields { name: None, ..fields(&world) }, known(&world, 1)];
    world.ask(None, Ask::UpdateSchedule { id, change: Box::new(change(sent)) });
    let after = order(&world);
    assert_eq!((after.len(), &after[..2]), (3, &[layers[0].id, layers[1].id][..]));
    assert_eq!(&*world.state.schedules[&id].layers[2].name, "Layer 3");
    // Ended by `end`: it stays, and is forgotten when that is long ago.
    world.now = world.now.plus(10 * DAY);
    let ended = LayerFields { end: Some(world.now), ..known(&world, 0) };
    world.ask(None, Ask::UpdateSchedule { id, change: Box::new(change(vec![ended])) });
    assert_eq!(order(&world).len(), 3);
    world.now = world.now.plus(401 * DAY);
    world.ask(None, Ask::UpdateSchedule { id, change: Box::new(change(vec![known(&world, 1)])) });
    assert_eq!(order(&world).len(), 2);
    // One that has not begun is withdrawn by an end before its start.
    let later = LayerFields { start: world.now.plus(DAY), ..fields(&world) };
    world.ask(None, Ask::UpdateSchedule { id, change: Box::new(change(vec![later.clone()])) });
    let third = order(&world)[2];
    let withdrawn = LayerFields { id: Some(third), end: Some(world.now), ..later };
    world.ask(None, Ask::UpdateSchedule { id, change: Box::new(change(vec![withdrawn])) });
    assert!(!order(&world).contains(&third));
    let objects = world.state.objects;
    let same = world.ask(None, Ask::UpdateSchedule { id, change: Box::default() });
    assert_eq!((same, world.state.objects), (Verdict::Done(Done::Unchanged), objects));
}

#[test]
fn a_preview_changes_nothing() {
    let mut world = World::new();
    let id = world.schedule("ops", vec![fields(&world)]);
    let before = world.state.clone();
    let new = ScheduleChange {
        name: Some("ops".into()),
        time_zone: Some("UTC".into()),
        ..change(vec![fields(&world)])
    };
    let made = preview(&world.state, None, &new, world.now).unwrap();
    assert_eq!((made.layers.len(), made.id == id), (1, false));
    let changed = preview(&world.state, Some(id), &change(vec![fields(&world)]), world.now).unwrap();
    assert_eq!((changed.layers.len(), changed.id), (2, id));
    let nobody = LayerFields { users: Vec::new(), ..fields(&world) };
    let rejection = preview(&world.state, Some(id), &change(vec![nobody]), world.now).unwrap_err();
    assert!(rejection.to_string().contains("schedule_layers[0].users"), "{rejection}");
    assert_eq!(world.state, before);
}

#[test]
fn overrides_change_only_what_is_still_to_come() {
    let mut world = World::new();
    let schedule = world.schedule("ops", vec![fields(&world)]);
    world.now = START.plus(10 * HOUR);
    let at = |hours: u64| START.plus(Duration::from_secs(hours * 3600));
    let user = world.user("cid");
    let new = |start, end| Ask::CreateOverride { schedule, new: NewOverride { user, start, end } };
    let mut says = |ask: Ask, expected: &str| match world.ask(None, ask) {
        Verdict::Rejected(rejection) => assert!(rejection.to_string().starts_with(expected), "{rejection}"),
        Verdict::Done(done) => panic!("{done:?}, not {expected}"),
    };
    says(new(at(8), at(9)), "override.end is in the past");
    says(new(at(8), at(10)), "override.end is in the past");
    says(new(at(12), at(12)), "override.end is not after its start");
    says(new(at(11), at(99_999_999)), "override.end must be between 1970 and 2200");
    let nobody = UserId("PNOBODY".parse().unwrap());
    let strange = NewOverride { user: nobody, start: at(11), end: at(12) };
    says(Ask::CreateOverride { schedule, new: strange }, "override.user: no user with the id PNOBODY");
    // What was served already stays: it begins now.
    let running = OverrideId(world.make(new(at(8), at(12))));
    let later = OverrideId(world.make(new(at(20), at(21))));
    let overrides = |world: &World| world.state.schedules[&schedule].overrides.clone();
    assert_eq!(overrides(&world)[0].start, at(10));
    world.now = at(11);
    for id in [running, later] {
        assert_eq!(world.ask(None, Ask::DeleteOverride { schedule, id }), Verdict::Done(Done::Changed));
    }
    let left = overrides(&world);
    assert_eq!((left.len(), left[0].id, left[0].end), (1, running, at(11)));
    let again = world.ask(None, Ask::DeleteOverride { schedule, id: running });
    assert!(matches!(again, Verdict::Rejected(Rejection::Invalid { .. })), "{again:?}");
    let gone = world.ask(None, Ask::DeleteOverride { schedule, id: later });
    assert!(matches!(gone, Verdict::Rejected(Rejection::NotFound { .. })), "{gone:?}");
    // A change of the schedule itself leaves overrides alone; they are forgotten when they ended long ago.
    world.ask(None, Ask::UpdateSchedule { id: schedule, change: Box::new(change(vec![fields(&world)])) });
    assert_eq!(overrides(&world).len(), 1);
    world.now = at(401 * 24);
    world.make(new(at(402 * 24), at(403 * 24)));
    assert_eq!(overrides(&world).len(), 1);
}

#[test]
fn what_is_in_use_is_not_deleted() {
    let mut world = World::new();
    let schedule = world.schedule("ops", vec![layer(&[world.user("cid")], DAY)]);
    let target = |target| EscalationRuleFields {
        id: None,
        delay: HOUR,
        targets: vec![target],
        strategy: Strategy::AssignToEveryone,
    };
    let rules = |rule| Box::new(PolicyChange { rules: Some(vec![rule]), ..PolicyChange::default() });
    let policy = world.policy;
    let change_policy = |rule| Ask::UpdatePolicy { id: policy, change: rules(rule) };
    let missing = ScheduleId("PNOTHER".parse().unwrap());
    let verdict = world.ask(None, change_policy(target(Target::Schedule(missing))));
    let Verdict::Rejected(rejection) = verdict else { panic!("a policy that points nowhere") };
    assert_eq!(rejection.to_string(), "level 1: no schedule with the id PNOTHER");
    world.ask(None, change_policy(target(Target::Schedule(schedule))));
    let verdict = world.ask(None, Ask::DeleteSchedule { id: schedule });
    let errors = vec!["Schedule can't be deleted if it's being used by escalation policies".to_owned()];
    assert_eq!(verdict, Verdict::Rejected(Rejection::InUse { errors }));
    let cid = world.user("cid");
    let verdict = world.ask(None, Ask::DeleteUser { id: cid });
    let Verdict::Rejected(rejection) = verdict else { panic!("a user on a schedule") };
    assert!(rejection.to_string().contains("it is on schedule `ops`"), "{rejection}");

    // Feeds and calendars go with what they are about.
    let feed = |of, sha256: &str| Ask::IssueFeed(Box::new(NewFeed { sha256: sha256.repeat(32).into(), of }));
    world.make(feed(FeedOf::Schedule(schedule), "ab"));
    world.make(feed(FeedOf::User(cid), "cd"));
    let bob = world.user("bob");
    let calendar = |users: Vec<UserId>| {
        Ask::CreateCalendar(Box::new(CalendarChange {
            name: Some("leave".into()),
            users: Some(users),
            absences: Some(vec![Span { start: START, end: START.plus(DAY) }]),
        }))
    };
    world.make(calendar(vec![cid]));
    world.make(calendar(vec![cid, bob]));
    assert_eq!(restore(records(&world.state)), world.state);
    let ann = world.user("ann");
    world.ask(None, change_policy(target(Target::User(ann))));
    assert_eq!(world.ask(None, Ask::DeleteSchedule { id: schedule }), Verdict::Done(Done::Changed));
    assert_eq!(world.ask(None, Ask::DeleteUser { id: cid }), Verdict::Done(Done::Changed));
    assert!(world.state.feeds.is_empty());
    let users: Vec<_> = world.state.calendars.values().map(|calendar| calendar.users.clone()).collect();
    assert_eq!(users, [vec![bob]]);
    assert!(world.state.absences.of(cid).is_empty() && world.state.absences.of(bob).len() == 1);
}

#[test]
fn a_feed_ends_and_a_calendar_changes() {
    let mut world = World::new();
    let ann = world.user("ann");
    let new = NewFeed { sha256: "ab".repeat(32).into(), of: FeedOf::User(ann) };
    let feed = FeedId(world.make(Ask::IssueFeed(Box::new(new.clone()))));
    let twice = world.ask(None, Ask::IssueFeed(Box::new(new)));
    assert!(matches!(twice, Verdict::Rejected(_)), "{twice:?}");
    assert_eq!(world.ask(None, Ask::RevokeFeed { id: feed }), Verdict::Done(Done::Changed));
    assert!(world.state.feeds.is_empty());

    let span = |from: u64, to: u64| Span {
        start: START.plus(HOUR * from as u32),
        end: START.plus(HOUR * to as u32),
    };
    let bob = world.user("bob");
    let new = CalendarChange {
        name: Some("leave".into()),
        users: Some(vec![ann, bob, ann]),
        absences: Some(vec![span(3, 4), span(1, 2)]),
    };
    let id = crate::domain::id::CalendarId(world.make(Ask::CreateCalendar(Box::new(new))));
    assert_eq!(world.state.absences.of(ann), [span(1, 2), span(3, 4)]);
    let update = |change| Ask::UpdateCalendar { id, change: Box::new(change) };
    let same = CalendarChange { absences: Some(vec![span(1, 2), span(3, 4)]), ..CalendarChange::default() };
    assert_eq!(world.ask(None, update(same)), Verdict::Done(Done::Unchanged));
    let fewer = CalendarChange { users: Some(vec![bob]), ..CalendarChange::default() };
    world.ask(None, update(fewer));
    assert_eq!((world.state.absences.of(ann).len(), world.state.absences.of(bob).len()), (0, 2));
    for wrong in [
        CalendarChange { users: Some(vec![]), ..CalendarChange::default() },
        CalendarChange { absences: Some(vec![span(2, 1)]), ..CalendarChange::default() },
        CalendarChange { absences: Some(vec![span(1, 2); 2_001]), ..CalendarChange::default() },
    ] {
        let verdict = world.ask(None, update(wrong));
        assert!(matches!(verdict, Verdict::Rejected(_)), "{verdict:?}");
    }
    world.ask(None, Ask::DeleteCalendar { id });
    assert!(world.state.absences.of(bob).is_empty());
}
