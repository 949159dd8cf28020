//! Why people were paged, or not.

use crate::domain::incident::{Agent, NotifyOutcome};
use crate::domain::incidents::tests::script::{run, since_start};
use crate::domain::incidents::tests::world::World;
use crate::domain::proof::explanation::{Because, By, Person, Stopped, explain};

fn tell(world: &World, person: &Person) -> String {
    let agent = |by: &Agent| match by {
        Agent::User(user) => world.name(*user).to_owned(),
        other => format!("{other:?}"),
    };
    let said = person.reasons.iter().map(|reason| {
        let at = reason.at.map(|at| format!("{} ", since_start(at))).unwrap_or_default();
        let because = match &reason.because {
            Because::Level { level, found, .. } => {
                format!("level {level}{}", if found.is_empty() { "" } else { " by schedule" })
            }
            Because::Message { channel, rule, outcome, .. } => {
                let fate = match outcome {
                    NotifyOutcome::Sent { .. } => "sent",
                    NotifyOutcome::Failed { .. } => "failed",
                    NotifyOutcome::Unknown { .. } => "unknown",
                };
                let ruled = if *rule == By::NoRule { " without rule" } else { "" };
                format!("{channel:?} {fate}{ruled}")
            }
            Because::Planned { channel, .. } => format!("{channel:?} planned"),
            Because::NotOnCall { level, instead, absent, .. } => {
                let instead = instead.map_or("nobody", |user| world.name(user));
                format!("level {level} had {instead}{}", if *absent { " instead" } else { "" })
            }
            Because::OthersTurn { level } => format!("level {level} had another turn"),
            Because::NotYet { level, stopped, .. } => {
                let stopped = match stopped {
                    Stopped::Waits(at) => format!("waits until {}", since_start(*at)),
                    Stopped::Acknowledged { by, at } => {
                        format!("{} acknowledged {}", agent(by), since_start(*at))
                    }
                    Stopped::Snoozed { by, until } => {
                        format!("{} snoozed until {}", agent(by), since_start(*until))
                    }
                    Stopped::Held(hold) => format!("held: {:?}", hold.reason),
                    Stopped::Resolved { at } => format!("resolved {}", since_start(*at)),
                    Stopped::ByHand { by, at } => format!("{} assigned {}", agent(by), since_start(*at)),
                    Stopped::Ended => "ended".to_owned(),
                };
                format!("not level {level}: {stopped}")
            }
            other => format!("{other:?}").split([' ', '(', '{']).next().unwrap().to_owned(),
        };
        format!("{at}{because}")
    });
    let told = if person.is_told() { "+" } else { "" };
    let sign = if person.is_paged() { "paged" } else { "not paged" };
    format!("{} {sign}{told}: {}", world.name(person.user), said.collect::<Vec<_>>().join("; "))
}

#[track_caller]
fn check(story: &str, expected: &str) {
    let (world, _) = run(story);
    let incident = world.state.incidents.values().next().unwrap();
    let told: Vec<String> =
        explain(&world.state, incident, world.now).iter().map(|it| tell(&world, it)).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(told, expected, "\nin: {story}\ntold:\n{}\n", told.join("\n"));
}

#[test]
fn who_was_paged_is_told_by_what_and_who_was_not_by_what_stopped_it() {
    check(
        "schedule ops ann,bob 1h; policy @ops 30m / cid 30m; 0m trigger db; 1m page 1 reached; 5m ann ack 1",
        "ann paged+: 0m level 1 by schedule; 1m Email sent; 5m Acknowledged
         bob not paged: 0m level 1 had ann
         cid not paged: not level 2: ann acknowledged 5m",
    );
    check(
        "policy ann 30m / bob 20m / cid 10m; 0m trigger db; 1m page 1 reached",
        "ann paged+: 0m level 1; 1m Email sent
         bob not paged: not level 2: waits until 30m
         cid not paged: not level 3: waits until 50m",
    );
    check(
        "policy ann 30m / bob 20m; 0m trigger db; 1m page 1 failed",
        "ann paged: 0m level 1; 1m Email failed
         bob paged: 1m level 2; Email planned",
    );
}

#[test]
fn absence_silence_turns_and_holds_are_reasons() {
    check(
        "schedule ops ann,bob 1h; away ann 0m 10m; policy @ops 30m; 5m trigger db; 6m page 1 reached",
        "bob paged+: 5m level 1 by schedule; 6m Email sent
         ann not paged: 5m level 1 had bob instead",
    );
    check(
        "silent ann; policy ann 30m / bob 30m; 0m trigger db; 1m page 1 reached",
        "ann paged: 0m level 1; NoContactMethod
         bob paged+: 0m level 2; 1m Email sent",
    );
    check(
        "policy rr:ann,bob 30m; 0m trigger db; 1m page 1 reached; 2m",
        "ann paged+: 0m level 1; 1m Email sent
         bob not paged: 0m level 1 had another turn",
    );
    check(
        "rule noise then suppress; policy ann 30m; 0m trigger db",
        "ann not paged: not level 1: held: Suppressed",
    );
    check(
        "policy ann 30m / cid 30m; 0m trigger db; 1m page 1 reached; 2m ann snooze 1 1h; 3m",
        "ann paged+: 0m level 1; 1m Email sent; 2m Acknowledged; 2m Snoozed
         cid not paged: not level 2: ann snoozed until 62m",
    );
}
