//! Who would be paged, when and how.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::event::Action;
use crate::domain::incidents::input::Input;
use crate::domain::incidents::tests::script::{duration, run, since_start};
use crate::domain::incidents::tests::world::START;
use crate::domain::proof::simulation::{End, Planned, simulate};
use crate::domain::user::Channel;

/// A trigger of `key` so long after the start, and the messages that would follow, by their times.
#[track_caller]
fn check_by(story: &str, at: &str, channels: &[Channel], expected: &str, end: End) {
    let (mut world, _) = run(story);
    let before = world.state.clone();
    let Input::Event(mut event) = world.event(Action::Trigger, "db", 1, Duration::ZERO) else {
        unreachable!()
    };
    event.accepted_at = START.plus(duration(at).unwrap());
    let channels: BTreeSet<Channel> = channels.iter().copied().collect();
    let found = simulate(&world.state, &event, world.now, &channels).unwrap();
    let told: Vec<String> = found
        .plan
        .iter()
        .filter_map(|planned| match planned {
            Planned::Message(it) => {
                let level = it.level.map_or("-".to_owned(), |(level, round)| format!("{level}.{round}"));
                let fate = if it.sent { "" } else { " in vain" };
                let (at, name) = (since_start(it.at), world.name(it.user));
                Some(format!("{at} {name} {:?} {level}{fate}", it.channel))
            }
            Planned::Entry(_) => None,
        })
        .collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(
        (told, found.end),
        (expected.into_iter().map(str::to_owned).collect(), end),
        "{:#?}",
        found.plan
    );
    assert_eq!(world.state, before, "nothing is changed");
}

#[track_caller]
fn check(story: &str, at: &str, expected: &str, end: End) {
    check_by(story, at, &Channel::ALL, expected, end);
}

#[test]
fn levels_are_gone_through_until_nobody_is_left() {
    check(
        "policy ann 5m / bob,cid 10m",
        "0m",
        // What goes at the same time goes in the order of the contact methods' ids.
        "0m ann Email 1.0\n5m cid Email 2.0\n5m bob Email 2.0",
        End::Exhausted,
    );
    check(
        "policy ann 5m / bob 5m x1",
        "0m",
        "0m ann Email 1.0\n5m bob Email 2.0\n10m ann Email 1.1\n15m bob Email 2.1",
        End::Exhausted,
    );
    check("silent ann; policy ann 5m / bob 10m", "0m", "0m bob Email 2.0", End::Exhausted);
}

#[test]
fn what_cannot_be_sent_leads_on_at_once() {
    check_by(
        "policy ann 5m / bob 5m",
        "0m",
        &[Channel::Console],
        "0m ann Email 1.0 in vain
         0m bob Email 2.0 in vain
         0m eve Console -",
        End::Exhausted,
    );
}

#[test]
fn schedules_and_windows_are_those_of_the_time_that_is_asked_for() {
    let story = "schedule ops ann,bob 1h; policy @ops 30m; window 90m 100m";
    check(story, "10m", "10m ann Email 1.0", End::Exhausted);
    check(story, "70m", "70m bob Email 1.0", End::Exhausted);
    check(story, "95m", "100m bob Email 1.0", End::Exhausted);
}

#[test]
fn what_is_suppressed_dropped_or_repeated_pages_nobody_anew() {
    check("rule noise then suppress", "0m", "", End::Over);
    check("rule noise then drop", "0m", "", End::Over);
    // It is open already: what is left of its escalation follows.
    check("policy ann 30m / bob 30m; 0m trigger db; 1m", "10m", "30m bob Email 2.0", End::Exhausted);
    check("rule flap then pause 5m; policy ann 30m", "1m", "6m ann Email 1.0", End::Exhausted);
}
