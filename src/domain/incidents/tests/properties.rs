//! What holds whatever happens.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::script::change;
use super::settled::settle;
use super::world::{World, key};
use crate::domain::command::{Ask, NewIncident, StatusChange};
use crate::domain::event::{Action, DedupKey, EventAddress};
use crate::domain::id::{IncidentNumber, IntegrationId, UserId};
use crate::domain::incident::{Happening, Incident, PageState, Status};
use crate::domain::incidents::decide::{TIMERS_MAX, decide};
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::input::{Input, Poison};
use crate::domain::incidents::snapshot::{Record, records, restore};
use crate::domain::incidents::state::State;
use crate::domain::user::Urgency;

#[derive(Clone, Debug)]
pub(super) enum Step {
    Event(Action, u8, u128, u64),
    Status(u64, StatusChange),
    Assign(u64, u8),
    Level(u64, u8),
    ByHand(Option<u8>),
    Note(u64),
    Snooze(u64, u64),
    Merge(u64, u64),
    Urgency(u64, bool),
    Undo(u8),
    /// What people ask and write, by whom, with numbers for it.
    Talk(Talk, u64, u8, u32),
    Settle(usize, bool, bool),
    DropContacts(u8),
    DeleteUser(u8),
    DeleteService,
    Archive(u64),
    Poison(bool),
    Restored,
    Wait(u64),
    /// What follows is in another batch.
    Cut,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Talk {
    Ask,
    Join,
    Decline,
    TakeBack,
    Subscribe,
    Unsubscribe,
    Tell,
    Edit,
    Delete,
    Link,
    Unlink,
}

fn event() -> impl Strategy<Value = Step> {
    let action = prop_oneof![
        3 => Just(Action::Trigger),
        1 => Just(Action::Acknowledge),
        2 => Just(Action::Resolve),
    ];
    (action, 0..3u8, 1..3u128, 0..6u64)
        .prop_map(|(action, key, door, late)| Step::Event(action, key, door, late))
}

fn by_people() -> impl Strategy<Value = Step> {
    let status = prop_oneof![
        Just(StatusChange::Triggered),
        Just(StatusChange::Acknowledged),
        Just(StatusChange::Resolved),
    ];
    prop_oneof![
        (1..6u64, status).prop_map(|(number, status)| Step::Status(number, status)),
        (1..6u64, 0..4u8).prop_map(|(number, user)| Step::Assign(number, user)),
        (1..6u64, 1..4u8).prop_map(|(number, level)| Step::Level(number, level)),
        proptest::option::of(0..2u8).prop_map(Step::ByHand),
        (1..6u64).prop_map(Step::Note),
        (1..6u64, 0..3_000u64).prop_map(|(number, seconds)| Step::Snooze(number, seconds)),
        (1..6u64, 1..6u64).prop_map(|(into, source)| Step::Merge(into, source)),
        (1..6u64, any::<bool>()).prop_map(|(number, high)| Step::Urgency(number, high)),
        (0..3u8).prop_map(Step::Undo),
    ]
}

fn talk() -> impl Strategy<Value = Step> {
    use Talk::{Ask, Decline, Delete, Edit, Join, Link, Subscribe, TakeBack, Tell, Unlink, Unsubscribe};
    let all = vec![Ask, Join, Decline, TakeBack, Subscribe, Unsubscribe, Tell, Edit, Delete, Link, Unlink];
    (proptest::sample::select(all), 1..6u64, 0..4u8, 0..12u32)
        .prop_map(|(talk, number, user, entry)| Step::Talk(talk, number, user, entry))
}

fn rare() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4u8).prop_map(Step::DropContacts),
        2 => (0..4u8).prop_map(Step::DeleteUser),
        1 => Just(Step::DeleteService),
        4 => (1..6u64).prop_map(Step::Archive),
        2 => any::<bool>().prop_map(Step::Poison),
        1 => Just(Step::Restored),
    ]
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let settle = (0..4usize, any::<bool>(), any::<bool>());
    let step = prop_oneof![
        8 => event(),
        5 => by_people(),
        2 => talk(),
        4 => settle.prop_map(|(page, reached, unknown)| Step::Settle(page, reached, unknown)),
        1 => rare(),
        3 => (0..3_000u64).prop_map(Step::Wait),
        6 => Just(Step::Cut),
    ];
    proptest::collection::vec(step, 0..60)
}

/// With time-outs, and a policy of three levels of which one is empty, gone through twice.
const BUSY: &str = "ack-timeout 10m; auto-resolve 5h; reminders 4m; reopen 20m; hours 9 17; hand-over; policy ann,bob 10m / nobody 5m / cid 10m x1";

fn busy_world() -> World {
    super::script::run(BUSY).0
}

fn inputs(world: &mut World, step: &Step) -> Vec<Input> {
    let names = ["eve", "ann", "bob", "cid"];
    let pages: Vec<_> = world
        .state
        .incidents
        .values()
        .flat_map(|incident| incident.escalation.pages.iter().map(|page| (incident.number, page.clone())))
        .collect();
    let update =
        |world: &mut World, change| vec![world.command(Some("ann"), Ask::UpdateIncidents(vec![change]))];
    match *step {
        Step::Event(action, key, door, late) => {
            vec![world.event(action, &key.to_string(), door, Duration::from_secs(late))]
        }
        Step::Status(number, status) => {
            let mut change = change(number);
            change.status = Some(status);
            update(world, change)
        }
        Step::Assign(number, user) => {
            let mut change = change(number);
            change.assignees = Some(vec![world.user(names[usize::from(user)])]);
            update(world, change)
        }
        Step::Level(number, level) => {
            let mut change = change(number);
            change.escalation_level = Some(level);
            update(world, change)
        }
        Step::ByHand(key) => {
            let new = by_hand(world, key);
            vec![world.command(None, Ask::CreateIncident(Box::new(new)))]
        }
        Step::Note(number) => {
            let ask = Ask::AddNote { incident: IncidentNumber(number), content: "looking".into() };
            vec![world.command(Some("bob"), ask)]
        }
        Step::Undo(user) => vec![world.command(Some(names[usize::from(user) + 1]), Ask::Undo)],
        Step::Snooze(number, seconds) => {
            let (incidents, duration) = (vec![IncidentNumber(number)], Duration::from_secs(seconds));
            vec![world.command(Some("ann"), Ask::Snooze { incidents, duration, if_open: number % 2 == 0 })]
        }
        Step::Merge(into, source) => {
            let sources = vec![IncidentNumber(source)];
            vec![world.command(Some("ann"), Ask::Merge { into: IncidentNumber(into), sources })]
        }
        Step::Urgency(number, high) => {
            let mut change = change(number);
            change.urgency = Some(if high { Urgency::High } else { Urgency::Low });
            update(world, change)
        }
        Step::Talk(talk, number, user, entry) => {
            let name = names[usize::from(user)];
            let ask = talks(talk, IncidentNumber(number), world.user(name), entry);
            vec![world.command(Some(name), ask)]
        }
        Step::Settle(page, reached, unknown) => {
            pages.get(page).map_or(vec![], |(number, page)| settle(world, *number, page, reached, unknown))
        }
        Step::DropContacts(user) => {
            world.drop_contacts(names[usize::from(user)]);
            vec![]
        }
        Step::DeleteUser(user) => {
            let ask = Ask::DeleteUser { id: world.user(names[usize::from(user)]) };
            vec![world.command(None, ask)]
        }
        Step::DeleteService => {
            let ask = Ask::DeleteService { id: world.service };
            vec![world.command(None, ask)]
        }
        Step::Archive(number) => {
            let number = IncidentNumber(number);
            let revision = world.state.incidents.get(&number).map_or(0, |incident| incident.revision);
            vec![Input::Archived { number, revision }]
        }
        Step::Poison(known) => vec![Input::Poison(Poison {
            address: EventAddress { door: Uuid::from_u128(1), seq: 1, index: 0 },
            command: (!known).then(|| Uuid::from_u128(77)),
            routing_key: known.then(key),
            reason: "it broke".into(),
        })],
        Step::Restored => vec![Input::Restored],
        Step::Wait(_) | Step::Cut => vec![],
    }
}

fn talks(talk: Talk, incident: IncidentNumber, user: UserId, entry: u32) -> Ask {
    let (users, none) = (vec![user], Vec::new());
    match talk {
        Talk::Ask => Ask::RequestResponders { incident, message: "help".into(), users, policies: vec![] },
        Talk::Join => Ask::ReplyToRequest { incident, joined: true },
        Talk::Decline => Ask::ReplyToRequest { incident, joined: false },
        Talk::TakeBack => Ask::CancelResponders { incident, users: none },
        Talk::Subscribe => Ask::ChangeSubscribers { incident, add: users, remove: none },
        Talk::Unsubscribe => Ask::ChangeSubscribers { incident, add: none, remove: users },
        Talk::Tell => Ask::UpdateStatus { incident, subject: "".into(), message: "soon".into() },
        Talk::Edit => Ask::EditNote { incident, entry, content: "better".into() },
        Talk::Delete => Ask::DeleteNote { incident, entry },
        Talk::Link => {
            Ask::AddLink { incident, href: format!("https://wiki/{entry}").into(), text: "".into() }
        }
        Talk::Unlink => Ask::RemoveLink { incident, entry },
    }
}

fn by_hand(world: &World, key: Option<u8>) -> NewIncident {
    NewIncident {
        title: "by hand".into(),
        service: world.service,
        urgency: None,
        priority: None,
        details: None,
        incident_key: key.map(|key| DedupKey(key.to_string().into())),
        assignees: vec![],
        policy: None,
    }
}

/// Runs the steps; after each batch everything that must hold is checked.
pub(super) fn run(steps: &[Step]) -> World {
    run_in(busy_world(), steps)
}

/// The same where alerts wait, are grouped, and come in a maintenance window.
pub(super) fn run_held(steps: &[Step]) -> World {
    let holds = "auto-pause 3m; group time 30m; window 20m 70m";
    run_in(super::script::run(&format!("{BUSY}; {holds}")).0, steps)
}

fn run_in(mut world: World, steps: &[Step]) -> World {
    let mut batch = Vec::new();
    let mut numbers = 0;
    for step in steps.iter().chain([&Step::Cut]) {
        // These look at the state, or change it by a batch of their own, so that what was waiting goes first.
        if !matches!(step, Step::Event(..)) {
            let facts = decided(&mut world, &std::mem::take(&mut batch));
            numbers = check_numbers(numbers, &facts);
        }
        if let Step::Wait(seconds) = step {
            let then = world.now.plus(Duration::from_secs(*seconds));
            let facts: Vec<_> = world.wait_until(then).into_iter().map(|(_, fact)| fact).collect();
            numbers = check_numbers(numbers, &facts);
            check_state(&world.state);
        }
        batch.extend(inputs(&mut world, step));
    }
    world
}

fn decided(world: &mut World, batch: &[Input]) -> Vec<Fact> {
    assert_eq!(decide(&world.state, batch, world.now), decide(&world.state, batch, world.now));
    let facts = world.decide(batch);
    check_state(&world.state);
    facts
}

/// 1, 2, 3, … without holes.
fn check_numbers(mut last: u64, facts: &[Fact]) -> u64 {
    for fact in facts {
        if let Fact::IncidentOpened(opened) = fact {
            assert_eq!(opened.number.0, last + 1);
            last += 1;
        }
    }
    last
}

pub(super) fn check_state(state: &State) {
    // All indices are as they come out when they are made anew.
    assert_eq!(&restore(records(state)), state);
    let mut open = BTreeSet::new();
    for incident in state.incidents.values() {
        for alert in incident.alerts.iter().filter(|alert| alert.is_open()) {
            let key: (IntegrationId, DedupKey) = (alert.integration, alert.dedup_key.clone());
            assert!(incident.is_open(), "an open alert in a closed incident");
            assert!(open.insert(key), "two open incidents with one key");
        }
        check_incident(state, incident);
    }
    let known = |key: &(IntegrationId, DedupKey)| open.contains(key);
    assert!(state.open_alerts.keys().all(known), "an open alert that is nowhere");
    for ((service, key), number) in &state.groups {
        let incident = &state.incidents[number];
        let group = incident.group.as_ref().expect("a group has an incident that knows of it");
        assert!(incident.service == *service && group.keys.contains(key) && incident.is_open());
    }
}

fn check_incident(state: &State, incident: &Incident) {
    let escalates = incident.escalation.next_at.is_some();
    let timers = state.timers.iter().filter(|(_, number, _)| *number == incident.number).count();
    match incident.status {
        Status::Triggered => {
            let pending = incident.escalation.pages.iter().any(|page| page.state == PageState::Pending);
            let quiet = [incident.unacknowledge_at, incident.remind_at, incident.hand_over_at];
            assert!(!incident.snoozed && quiet == [None; 3], "acknowledged and triggered: {incident:#?}");
            let said = incident
                .timeline
                .iter()
                .any(|entry| matches!(entry.what, Happening::PathExhausted | Happening::Assigned { .. }));
            let held = incident.hold.is_some();
            assert!(
                !held || !escalates && incident.escalation.pages.is_empty(),
                "held, and paged: {incident:#?}"
            );
            assert!(
                held || escalates || pending || said,
                "nobody is paged, and nothing says why: {incident:#?}"
            );
        }
        Status::Acknowledged => {
            assert!(incident.hold.is_none());
            assert!(!escalates && (!incident.snoozed || incident.unacknowledge_at.is_some()));
        }
        Status::Resolved { .. } => {
            assert!(incident.hold.is_none() && incident.group.is_none());
            assert!(!incident.snoozed);
            assert_eq!(timers, 0);
            assert!(incident.assignments.is_empty() && incident.acknowledgements.is_empty());
        }
    }
    let total = incident.log_entries().last().map_or(0, |(index, _)| index + 1);
    assert_eq!(total, incident.log_entries_total());
}

/// What is open, as people see it.
fn open(state: &State) -> Vec<(Vec<DedupKey>, Option<DedupKey>, &'static str)> {
    let keys = |incident: &Incident| incident.alerts.iter().map(|alert| alert.dedup_key.clone()).collect();
    let mut open: Vec<_> = state
        .incidents
        .values()
        .filter(|incident| incident.is_open())
        .map(|incident| (keys(incident), incident.incident_key.clone(), incident.status.as_str()))
        .collect();
    open.sort();
    open
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_hold_whatever_happens(steps in steps()) {
        run(&steps);
    }

    #[test]
    fn the_rules_hold_for_what_is_held_back(steps in steps()) {
        run_held(&steps);
    }

    #[test]
    fn a_snapshot_in_json_is_the_state(steps in steps()) {
        let state = run(&steps).state;
        let lines: Vec<String> = records(&state).map(|r| serde_json::to_string(&r).unwrap()).collect();
        let read = lines.iter().map(|line| serde_json::from_str::<Record>(line).unwrap());
        prop_assert_eq!(restore(read), state);
    }

    #[test]
    fn how_inputs_are_batched_does_not_change_what_is_open(
        steps in proptest::collection::vec(prop_oneof![event(), by_people()], 0..40)
    ) {
        let mut world = busy_world();
        let batch: Vec<Input> = steps.iter().flat_map(|step| inputs(&mut world, step)).collect();
        let at_once = decide(&world.state, &batch, world.now).state;
        let mut one_by_one = world.state.clone();
        for input in &batch {
            one_by_one = decide(&one_by_one, std::slice::from_ref(input), world.now).state;
        }
        prop_assert_eq!(open(&at_once), open(&one_by_one));
        prop_assert_eq!(at_once.verdicts, one_by_one.verdicts);
    }

    #[test]
    fn facts_survive_the_journal(steps in steps()) {
        let mut world = busy_world();
        for step in &steps {
            let batch = inputs(&mut world, step);
            for fact in world.decide(&batch) {
                let text = serde_json::to_string(&fact).unwrap();
                prop_assert_eq!(serde_json::from_str::<Fact>(&text).unwrap(), fact);
            }
        }
    }
}

#[test]
fn a_thousand_repeats_make_one_fact() {
    let mut world = World::new();
    let first = world.event(Action::Trigger, "db", 1, Duration::ZERO);
    world.decide(&[first]);
    let batch: Vec<_> = (0..1000).map(|_| world.event(Action::Trigger, "db", 1, Duration::ZERO)).collect();
    let facts = world.decide(&batch);
    assert!(matches!(facts[..], [Fact::AlertRepeated { count: 1000, .. }]), "{facts:?}");
}

#[test]
fn a_long_timeline_is_cut_in_the_middle_and_keeps_its_notes_and_indices() {
    let mut world = World::new();
    let first = world.event(Action::Trigger, "db", 1, Duration::ZERO);
    world.decide(&[first]);
    let note = Ask::AddNote { incident: IncidentNumber(1), content: "keep me".into() };
    for _ in 0..70 {
        for status in [StatusChange::Acknowledged, StatusChange::Triggered] {
            let mut change = change(1);
            change.status = Some(status);
            world.ask(Some("ann"), Ask::UpdateIncidents(vec![change]));
        }
    }
    let written = world.ask(Some("ann"), note);
    let crate::domain::command::Verdict::Done(crate::domain::command::Done::Note(_, index)) = written else {
        panic!("{written:?}");
    };
    for _ in 0..2_000 {
        for status in [StatusChange::Acknowledged, StatusChange::Triggered] {
            let mut change = change(1);
            change.status = Some(status);
            let input = world.command(Some("ann"), Ask::UpdateIncidents(vec![change]));
            world.state = decide(&world.state, &[input], world.now).state;
        }
    }
    let incident = &world.state.incidents[&IncidentNumber(1)];
    assert!(incident.timeline.len() <= crate::domain::incidents::evolve::TIMELINE_MAX);
    let kept = incident.log_entry(index).map(|entry| &entry.what);
    assert_eq!(kept, Some(&Happening::Annotated { content: "keep me".into(), edited: None }));
    // Opening and two lines for the first level; three for each round of acknowledging and taking back; the note.
    assert_eq!(incident.log_entries_total(), 2 + 3 * 2_070 + 1);
}

#[test]
fn timers_that_are_due_together_are_decided_in_bounded_parts() {
    let mut world = World::new();
    let batch: Vec<_> =
        (0..600).map(|n| world.event(Action::Trigger, &n.to_string(), 1, Duration::ZERO)).collect();
    world.decide(&batch);
    world.now = world.now.plus(Duration::from_secs(30 * 60));
    let mut parts = Vec::new();
    while world.state.next_due().is_some_and(|due| due <= world.now) {
        let facts = world.decide(&[]);
        parts.push(facts.iter().filter(|fact| matches!(fact, Fact::UserPaged(_))).count());
    }
    assert_eq!(parts, [TIMERS_MAX, TIMERS_MAX, 600 - 2 * TIMERS_MAX]);
}
