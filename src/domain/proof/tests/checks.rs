//! What is found when everybody should be reached.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::command::Ask;
use crate::domain::event::Action;
use crate::domain::id::{IdKey, PolicyId, ScheduleId, ServiceId, UserId};
use crate::domain::incidents::decide::rehearse;
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::input::Input;
use crate::domain::incidents::state::State;
use crate::domain::incidents::tests::script::{run, since_start};
use crate::domain::incidents::tests::world::{START, World};
use crate::domain::policy::Target;
use crate::domain::proof::check::{Finding, Rendered, What, Why, asked, check as prove};
use crate::domain::proof::reach::Reach;
use crate::domain::schedule::Span;
use crate::domain::user::{Channel, Urgency};

const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

fn found(state: &State, channels: &[Channel], range: Span) -> Vec<Finding> {
    let mut shifts = Rendered::new(range);
    for id in asked(state) {
        shifts.render(state, id);
    }
    prove(state, &shifts, &channels.iter().copied().collect::<BTreeSet<_>>())
}

fn tell(world: &World, finding: &Finding) -> String {
    let schedule = |id: &ScheduleId| world.schedules.iter().find(|(_, it)| it == id).unwrap().0.clone();
    let why = |why: &[Why]| {
        let one = |it: &Why| match it {
            Why::NobodyOnCall(id) => format!("nobody by {}", schedule(id)),
            Why::Unreachable(id) => format!("{} unreachable", world.name(*id)),
            Why::Removed(_) => "somebody removed".to_owned(),
        };
        why.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let what = match &finding.what {
        What::PolicyReachesNobody { policy, services, why: it } => {
            let name = &world.state.policies[policy].name;
            format!("policy {name} of {} services: {}", services.len(), why(it))
        }
        What::PolicyWithoutLevel { .. } => "policy without level".to_owned(),
        What::ServiceReachesNobody { service, .. } => {
            format!("service {}", world.state.services[service].name)
        }
        What::LevelReachesNobody { level, why: it, .. } => format!("level {level}: {}", why(it)),
        What::ScheduleGap { schedule: id, .. } => format!("gap of {}", schedule(id)),
        What::UserUnreachable { user, why, on_call } => {
            let why = match why {
                Reach::NoContactMethod => "no contact method".to_owned(),
                Reach::NoProvider(channels) => format!("no provider for {channels:?}"),
                Reach::Reached { .. } => unreachable!(),
            };
            format!("user {}{}: {why}", world.name(*user), if *on_call { "" } else { " off call" })
        }
        What::UserWithoutRule { user, uses } => format!("no rule of {}: {uses:?}", world.name(*user)),
        What::LastResortUnreachable { .. } => "last resort".to_owned(),
    };
    let urgency = match finding.urgencies.as_slice() {
        [one] => format!(" ({})", one.as_str()),
        _ => String::new(),
    };
    let spans = finding.spans.iter().map(|it| format!(" {}-{}", since_start(it.start), since_start(it.end)));
    let sign = if finding.is_problem() { '!' } else { '?' };
    format!("{sign} {what}{urgency}{}", spans.collect::<String>())
}

#[track_caller]
fn check_by(world: &World, channels: &[Channel], expected: &str) {
    let found = found(&world.state, channels, Span { start: START, end: START.plus(WEEK) });
    let told: Vec<String> = found.iter().map(|finding| tell(world, finding)).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(told, expected, "\nfound:\n{}\n", told.join("\n"));
}

#[track_caller]
fn check(story: &str, expected: &str) {
    check_by(&run(story).0, &Channel::ALL, expected);
}

#[test]
fn nothing_is_found_where_everybody_is_reached() {
    check("policy ann 10m / bob 10m", "");
    check("schedule ops ann,bob 1h; policy @ops 10m", "");
}

#[test]
fn a_policy_whose_people_cannot_be_reached_is_a_dead_end() {
    check(
        "silent ann; policy ann 10m",
        "! policy two of 1 services: ann unreachable
         ! service web
         ! level 1: ann unreachable
         ! user ann: no contact method",
    );
    check(
        "policy @nobody 10m",
        "! policy two of 1 services: nobody by nobody
         ! service web
         ! level 1: nobody by nobody
         ? gap of nobody",
    );
}

#[test]
fn a_gap_is_found_to_the_minute() {
    // Bob has the second half of the week.
    check(
        "silent bob; schedule ops ann,bob 84h; override ops ann 5100m 5110m; policy @ops 30m",
        "! policy two of 1 services: bob unreachable 5040m-5100m 5110m-10080m
         ! user bob: no contact method
         ? level 1: bob unreachable 5040m-5100m 5110m-10080m",
    );
    // Somebody else stands in, so the policy reaches somebody all the time.
    check(
        "silent bob; schedule ops ann,bob 84h; policy @ops 30m / cid 30m",
        "! user bob: no contact method
         ? level 1: bob unreachable 5040m-10080m",
    );
    check("silent bob; policy ann 30m", "? user bob off call: no contact method");
}

#[test]
fn in_a_round_robin_everybody_whose_turn_may_come_has_to_be_reachable() {
    // Without any contact method bob is passed over.
    check("silent bob; policy rr:ann,bob 30m", "! user bob: no contact method");
    // With one that nothing sends to, it may be his turn; eve has the console.
    let (mut world, _) = run("policy rr:ann,eve 30m");
    let eve = world.user("eve");
    let emails: Vec<_> =
        world.state.users[&eve].contact_methods.iter().filter(|it| it.channel == Channel::Email).collect();
    let emails: Vec<_> = emails.iter().map(|it| it.id).collect();
    for id in emails {
        world.ask(None, Ask::DeleteContactMethod { user: eve, id });
    }
    check_by(
        &world,
        &[Channel::Email],
        "! policy two of 1 services: eve unreachable
         ! policy default of 1 services: eve unreachable
         ! service web
         ! service default
         ! last resort
         ! level 1: eve unreachable
         ! level 1: eve unreachable
         ! level 2: eve unreachable
         ! user eve: no provider for [Console]",
    );
}

#[test]
fn without_a_rule_the_first_contact_method_is_used() {
    let (mut world, _) = run("policy ann 30m");
    let user = world.user("ann");
    let rules = world.state.users[&user].notification_rules.clone();
    for rule in rules.iter().filter(|rule| rule.urgency == Urgency::Low) {
        world.ask(None, Ask::DeleteNotificationRule { user, id: rule.id });
    }
    check_by(&world, &Channel::ALL, "? no rule of ann: Email (low)");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(48))]
    /// At any instant, what the proof says of a policy is what an event at that instant comes to.
    #[test]
    fn the_proof_says_what_would_happen(
        first in "@ops|@nobody|ann|@ops,bob|rr:@ops,bob|rr:ann,bob",
        second in "@ops|@nobody|bob|cid",
        silent in "ann|bob|cid",
        also in "ann|bob|eve",
        turn in 1u64..40,
        minutes in proptest::collection::vec(0u64..10_080, 12),
    ) {
        let story = format!(
            "silent {silent}; silent {also}; schedule ops ann,bob,cid {turn}h; \
             override ops bob 100m 900m; away ann 2000m 4000m; policy {first} 30m / {second} 30m"
        );
        let (mut world, _) = run(&story);
        let range = Span { start: START, end: START.plus(WEEK) };
        let found = found(&world.state, &Channel::ALL, range);
        let policy = world.policy;
        let gaps = found.iter().find(|it| matches!(&it.what, What::PolicyReachesNobody { policy: id, .. } if *id == policy));
        for minute in minutes {
            let at = START.plus(Duration::from_secs(60 * minute));
            let Input::Event(event) = world.event(Action::Trigger, "db", 1, Duration::ZERO) else { unreachable!() };
            let facts = rehearse(&world.state, &event, at).facts;
            let last_resort = facts.iter().any(|fact| matches!(fact, Fact::FallbackPaged { .. }));
            let paged = facts.iter().any(|fact| matches!(fact, Fact::UserPaged(_))) && !last_resort;
            let gap = gaps.is_some_and(|it| it.spans.is_empty() || it.spans.iter().any(|span| span.contains(at)));
            proptest::prop_assert_eq!(paged, !gap, "{} at {}m: {:?}", story, minute, gaps);
        }
    }
}

/// A large installation: what it says about time is only printed, as machines differ.
#[test]
fn a_thousand_users_are_checked_in_one_go() {
    let (world, _) = run("schedule ops ann,bob 12h; policy @ops 30m / ann 30m");
    let mut state = world.state.clone();
    let (key, ann) = (IdKey([7, 7]), world.user("ann"));
    let users: Vec<UserId> = (0..1000).map(|n| UserId(key.object(n))).collect();
    for id in &users {
        let user = crate::domain::user::User { id: *id, ..state.users[&ann].as_ref().clone() };
        state.users.insert(*id, Arc::new(user));
    }
    let ops = state.schedules[&world.schedule_id("ops")].clone();
    let (policy, service) = (state.policies[&world.policy].clone(), state.services[&world.service].clone());
    for n in 0..200u64 {
        let (schedule_id, policy_id) = (ScheduleId(key.object(2000 + n)), PolicyId(key.object(3000 + n)));
        let mut schedule = ops.as_ref().clone();
        schedule.id = schedule_id;
        let first = usize::try_from(n).unwrap() * 5;
        schedule.layers[0].users = users[first..first + 5].to_vec();
        state.schedules.insert(schedule_id, Arc::new(schedule));
        let mut policy = policy.as_ref().clone();
        policy.id = policy_id;
        policy.rules[0].targets = vec![Target::Schedule(schedule_id)];
        state.policies.insert(policy_id, Arc::new(policy));
    }
    for n in 0..500u64 {
        let (id, escalation_policy) = (ServiceId(key.object(4000 + n)), PolicyId(key.object(3000 + n % 200)));
        let service = crate::domain::service::Service { id, escalation_policy, ..service.as_ref().clone() };
        state.services.insert(id, Arc::new(service));
    }
    let silent = crate::domain::user::User {
        contact_methods: Vec::new(),
        notification_rules: Vec::new(),
        ..state.users[&users[3]].as_ref().clone()
    };
    state.users.insert(users[3], Arc::new(silent));
    let found = found(&state, &Channel::ALL, Span { start: START, end: START.plus(4 * WEEK) });
    let kinds: Vec<bool> = found.iter().map(Finding::is_problem).collect();
    // The user, and the level of the one schedule; ann is on the level behind it.
    assert_eq!(kinds, [true, false], "{found:?}");
    assert!(matches!(found[0].what, What::UserUnreachable { user, .. } if user == users[3]));
    assert_eq!(found[1].spans.len(), 11, "every fifth half of a day of four weeks is the silent user's");
}
