//! One line per step: when, what comes in, and the facts.

use super::*;

/// What comes in.
enum In {
    Page(u64, &'static [(u64, Channel)], &'static [Channel]),
    Offer(Uuid, &'static [(Channel, usize)]),
    Outcome(&'static str, Uuid, Outcome),
    Said(Said),
}

use In::{Offer, Page};

const EMAIL: Channel = Channel::Email;
const HOOK: Channel = Channel::Webhook;
const SMS: Channel = Channel::Sms;
const ROOM: &[(Channel, usize)] = &[(EMAIL, 9), (HOOK, 9), (SMS, 9)];

fn sent(ids: &'static str) -> In {
    In::Outcome(ids, US, Outcome::Sent { receipt: Arc::from("250 ok") })
}

fn retry(ids: &'static str) -> In {
    In::Outcome(ids, US, Outcome::Retry { after: None, reason: Arc::from("refused") })
}

fn permanent(ids: &'static str) -> In {
    In::Outcome(ids, US, Outcome::Permanent { reason: Arc::from("no such user") })
}

fn unknown(ids: &'static str) -> In {
    In::Outcome(ids, US, Outcome::Unknown { reason: Arc::from("time-out") })
}

fn not_needed(ids: &'static str, reason: CancelReason) -> In {
    In::Outcome(ids, US, Outcome::NotNeeded { reason })
}

fn at(seconds: f64) -> Timestamp {
    Timestamp::from_millis(1_000_000_000_000).plus(Duration::from_secs_f64(seconds))
}

/// Runs a script: (seconds, inputs, facts). Every message must have ended after it if `drained`.
fn check(name: &str, drained: bool, script: Vec<(f64, Vec<In>, &str)>) {
    let mut state = State::default();
    for (seconds, ins, expected) in script {
        let now = at(seconds);
        let inputs: Vec<_> = ins
            .into_iter()
            .map(|input| match input {
                Page(n, steps, spare) => {
                    Input::Incidents(Said::UserPaged(Box::new(paged(n, now, steps, spare))))
                }
                Offer(process, room) => {
                    Input::Offer { process, channels: room.to_vec(), leaves: Arc::default() }
                }
                In::Outcome(ids, process, outcome) => {
                    Input::Outcome { ids: parse(ids), process, outcome, chance: 700 }
                }
                In::Said(said) => Input::Incidents(said),
            })
            .collect();
        let decision = step(&state, &inputs, now);
        assert_eq!(show(&decision.facts), expected, "{name}, at {seconds} s");
        state = decision.state;
    }
    assert_eq!(state.messages.is_empty() && state.pages.is_empty(), drained, "{name}: {state:#?}");
}

#[test]
fn a_page_is_planned_and_claimed_in_one_entry() {
    check(
        "due at once",
        true,
        vec![
            (0.0, vec![Page(1, &[(0, EMAIL)], &[]), Offer(US, ROOM)], "page 1; us claims 1-0"),
            (1.0, vec![sent("1-0")], "sent 1-0; reached 1"),
        ],
    );
    check(
        "an offer before the page does as well",
        true,
        vec![
            (0.0, vec![Offer(US, ROOM), Page(1, &[(0, HOOK)], &[])], "page 1; us claims 1-0"),
            (1.0, vec![sent("1-0")], "sent 1-0; reached 1"),
        ],
    );
    check(
        "without room it waits",
        false,
        vec![
            (0.0, vec![Page(1, &[(0, EMAIL)], &[]), Offer(US, &[(HOOK, 9), (EMAIL, 0)])], "page 1"),
            (5.0, vec![Offer(THEM, &[(EMAIL, 1)])], "them claims 1-0"),
            (6.0, vec![sent("1-0")], ""),
        ],
    );
    check("nothing to plan", true, vec![(0.0, vec![Page(1, &[], &[EMAIL])], "page 1; unreached 1")]);
    check(
        "a page is taken over once",
        false,
        vec![(0.0, vec![Page(1, &[(0, EMAIL)], &[]), Page(1, &[(0, EMAIL)], &[])], "page 1")],
    );
    check(
        "acknowledged in the same batch",
        true,
        vec![(
            0.0,
            vec![Page(1, &[(0, EMAIL)], &[]), In::Said(acknowledged(1, at(0.0))), Offer(US, ROOM)],
            "page 1; cancel 1-0 Acknowledged; unreached 1",
        )],
    );
    check(
        "later steps come when they are due",
        true,
        vec![
            (0.0, vec![Page(1, &[(0, EMAIL), (60, SMS)], &[]), Offer(US, ROOM)], "page 1; us claims 1-0"),
            (1.0, vec![sent("1-0"), Offer(US, ROOM)], "sent 1-0; reached 1"),
            (59.9, vec![Offer(US, ROOM)], ""),
            (60.0, vec![Offer(US, ROOM)], "us claims 1-1"),
            (61.0, vec![sent("1-1")], "sent 1-1"),
        ],
    );
}

#[test]
fn what_is_not_needed_is_cancelled() {
    const STEPS: &[(u64, Channel)] = &[(0, EMAIL), (60, SMS)];
    check(
        "resolved: the claimed one runs on",
        true,
        vec![
            (0.0, vec![Page(1, STEPS, &[]), Offer(US, ROOM)], "page 1; us claims 1-0"),
            (1.0, vec![In::Said(resolved(1, at(1.0)))], "cancel 1-1 Resolved"),
            (2.0, vec![sent("1-0")], "sent 1-0; reached 1"),
        ],
    );
    check(
        "the last look before sending",
        true,
        vec![
            (0.0, vec![Page(1, STEPS, &[]), Offer(US, ROOM)], "page 1; us claims 1-0"),
            (
                1.0,
                vec![not_needed("1-0", CancelReason::Acknowledged)],
                "cancel 1-0 Acknowledged; cancel 1-1 Acknowledged; unreached 1",
            ),
        ],
    );
    check(
        "a contact method that is gone makes room for the next",
        false,
        vec![
            (0.0, vec![Page(1, STEPS, &[]), Offer(US, ROOM)], "page 1; us claims 1-0"),
            (
                1.0,
                vec![not_needed("1-0", CancelReason::ContactRemoved), Offer(US, ROOM)],
                "cancel 1-0 ContactRemoved; advance 1-1; us claims 1-1",
            ),
        ],
    );
    let removed = |channel| Said::ContactMethodRemoved { user: user(0), id: contact(0, channel).id };
    check(
        "a contact method is removed",
        false,
        vec![
            (0.0, vec![Page(1, STEPS, &[]), Page(1_001, STEPS, &[])], "page 1; page 1001"),
            (1.0, vec![In::Said(removed(EMAIL))], "cancel 1-0 ContactRemoved; advance 1-1"),
            (2.0, vec![In::Said(removed(SMS))], "cancel 1-1 ContactRemoved; unreached 1"),
        ],
    );
    check(
        "a user is removed",
        true,
        vec![
            (0.0, vec![Page(1, STEPS, &[])], "page 1"),
            (
                1.0,
                vec![In::Said(Said::UserDeleted { id: user(0) })],
                "cancel 1-0,1-1 ContactRemoved; unreached 1",
            ),
        ],
    );
    let assigned = |to| {
        let (number, by, users) = (IncidentNumber(1), Agent::Account, vec![user(to)]);
        In::Said(Said::IncidentAssigned { number, by, users, at: at(1.0) })
    };
    check(
        "given to somebody else",
        true,
        vec![
            (0.0, vec![Page(1, STEPS, &[])], "page 1"),
            (1.0, vec![assigned(0)], ""),
            (2.0, vec![assigned(1)], "cancel 1-0,1-1 Reassigned; unreached 1"),
        ],
    );
}

#[test]
fn attempts_that_failed() {
    const STEPS: &[(u64, Channel)] = &[(0, EMAIL), (60, SMS)];
    check(
        "tried again, and then it goes",
        true,
        vec![
            (0.0, vec![Page(1, &[(0, EMAIL)], &[]), Offer(US, ROOM)], "page 1; us claims 1-0"),
            (1.0, vec![retry("1-0"), Offer(US, ROOM)], "postpone 1-0 700ms"),
            (1.7, vec![Offer(US, ROOM)], "us claims 1-0"),
            (2.0, vec![sent("1-0")], "sent 1-0; reached 1"),
            (3.0, vec![sent("1-0")], ""),
        ],
    );
    check(
        "a failure brings the next contact method forward",
        true,
        vec![
            (0.0, vec![Page(1, STEPS, &[HOOK]), Offer(US, ROOM)], "page 1; us claims 1-0"),
            (1.0, vec![permanent("1-0"), Offer(US, ROOM)], "failed 1-0; advance 1-1; us claims 1-1"),
            (2.0, vec![permanent("1-1")], "failed 1-1; unreached 1"),
        ],
    );
    check(
        "but not once somebody was reached",
        true,
        vec![
            (
                0.0,
                vec![Page(1, &[(0, EMAIL), (9, HOOK), (60, SMS)], &[]), Offer(US, ROOM)],
                "page 1; us claims 1-0",
            ),
            (1.0, vec![sent("1-0")], "sent 1-0; reached 1"),
            (9.0, vec![Offer(US, ROOM)], "us claims 1-1"),
            (10.0, vec![permanent("1-1"), Offer(US, ROOM)], "failed 1-1"),
            (60.0, vec![Offer(US, ROOM)], "us claims 1-2"),
            (61.0, vec![permanent("1-2")], "failed 1-2"),
        ],
    );
    check(
        "nor while another is on its way",
        false,
        vec![
            (
                0.0,
                vec![Page(1, &[(0, EMAIL), (0, HOOK), (60, SMS)], &[]), Offer(US, ROOM)],
                "page 1; us claims 1-0; us claims 1-1",
            ),
            (1.0, vec![permanent("1-1")], "failed 1-1"),
            (2.0, vec![permanent("1-0")], "failed 1-0; advance 1-2"),
        ],
    );
    check(
        "given up after ten minutes",
        true,
        vec![
            (0.0, vec![Page(1, &[(0, EMAIL)], &[]), Offer(US, ROOM)], "page 1; us claims 1-0"),
            (1.0, vec![retry("1-0")], "postpone 1-0 700ms"),
            (599.0, vec![Offer(US, ROOM)], "us claims 1-0"),
            (600.0, vec![retry("1-0")], "failed 1-0; unreached 1"),
        ],
    );
}

#[test]
fn given_up_after_eight_attempts() {
    let mut script = vec![(0.0, vec![Page(1, &[(0, EMAIL)], &[]), Offer(US, ROOM)], "page 1; us claims 1-0")];
    for attempt in 1..8 {
        let seconds = f64::from(attempt);
        script.push((seconds, vec![retry("1-0")], "postpone 1-0 700ms"));
        script.push((seconds + 0.8, vec![Offer(US, ROOM)], "us claims 1-0"));
    }
    script.push((20.0, vec![retry("1-0")], "failed 1-0; unreached 1"));
    check("eight attempts", true, script);
}

#[test]
fn fates_that_are_unknown() {
    check(
        "the next planned contact method, then a spare one",
        true,
        vec![
            (
                0.0,
                vec![Page(1, &[(0, EMAIL), (60, EMAIL), (90, SMS)], &[EMAIL, HOOK]), Offer(US, ROOM)],
                "page 1; us claims 1-0",
            ),
            (1.0, vec![unknown("1-0"), Offer(US, ROOM)], "unknown 1-0; advance 1-2; us claims 1-2"),
            (
                2.0,
                vec![unknown("1-2"), Offer(US, ROOM)],
                "unknown 1-2; plan 1-3 Webhook again; us claims 1-3",
            ),
            (3.0, vec![permanent("1-3")], "failed 1-3; advance 1-1"),
            (31.0, vec![Offer(US, ROOM)], "us claims 1-1"),
            (32.0, vec![unknown("1-1")], "unknown 1-1; unreached 1 unknown"),
        ],
    );
    check(
        "a webhook is sent again, with the same id",
        true,
        vec![
            (0.0, vec![Page(1, &[(0, HOOK)], &[]), Offer(US, ROOM)], "page 1; us claims 1-0"),
            (1.0, vec![unknown("1-0")], "postpone 1-0 700ms"),
            (2.0, vec![Offer(THEM, ROOM)], "them claims 1-0"),
            (18.9, vec![], ""),
            (19.0, vec![Offer(US, ROOM)], "postpone 1-0 0ms; us claims 1-0"),
            (20.0, vec![sent("1-0")], "sent 1-0; reached 1"),
        ],
    );
    check(
        "a claim without an outcome, and one that comes too late",
        true,
        vec![
            (0.0, vec![Page(1, &[(0, EMAIL)], &[]), Offer(US, ROOM)], "page 1; us claims 1-0"),
            (51.9, vec![], ""),
            (52.0, vec![], "unknown 1-0; unreached 1 unknown"),
            (53.0, vec![sent("1-0")], ""),
        ],
    );
    check(
        "an outcome in time is not overtaken by the timer",
        true,
        vec![
            (0.0, vec![Page(1, &[(0, EMAIL)], &[]), Offer(US, ROOM)], "page 1; us claims 1-0"),
            (60.0, vec![sent("1-0")], "sent 1-0; reached 1"),
        ],
    );
    let epoch = || In::Said(Said::EpochStarted { epoch: 1, at: at(9.0) });
    check(
        "a restored backup: what a clock that may be wrong says to be due later is not sent either",
        true,
        vec![
            (
                0.0,
                vec![Page(1, &[(0, HOOK), (60, SMS)], &[]), Offer(US, &[(HOOK, 9)])],
                "page 1; us claims 1-0",
            ),
            (5.0, vec![sent("1-0")], "sent 1-0; reached 1"),
            (9.0, vec![epoch(), Offer(US, ROOM)], "epoch 1; unknown 1-1"),
            (60.0, vec![Offer(US, ROOM)], ""),
        ],
    );
    check(
        "a restored backup: no contact method that is not in the user's rules is tried under an id that may be used",
        true,
        vec![
            (0.0, vec![Page(1, &[(0, EMAIL)], &[SMS]), Offer(US, &[(HOOK, 9)])], "page 1"),
            (9.0, vec![epoch(), Offer(US, ROOM)], "epoch 1; unknown 1-0; unreached 1 unknown"),
        ],
    );
    check(
        "a restored backup: nothing is sent again",
        true,
        vec![
            (
                0.0,
                vec![
                    Page(1, &[(0, HOOK), (60, SMS)], &[]),
                    Page(2, &[(0, EMAIL)], &[]),
                    Offer(US, &[(HOOK, 9)]),
                ],
                "page 1; page 2; us claims 1-0",
            ),
            (
                9.0,
                vec![epoch(), Offer(US, ROOM)],
                "epoch 1; unknown 1-0; unknown 1-1; unknown 2-0; unreached 1 unknown; unreached 2 unknown",
            ),
            (10.0, vec![epoch(), sent("1-0")], ""),
        ],
    );
}

#[test]
fn storms_are_bundled() {
    const STEP: &[(u64, Channel)] = &[(0, EMAIL)];
    check(
        "the first page of each service at once, the others together",
        true,
        vec![
            (
                0.0,
                vec![
                    Page(1, STEP, &[]),
                    Page(11, STEP, &[]),
                    Page(2, STEP, &[]),
                    Page(12, STEP, &[]),
                    Offer(US, ROOM),
                ],
                "page 1; page 11; page 2; page 12; us claims 1-0; us claims 2-0",
            ),
            (
                9.0,
                vec![Page(21, STEP, &[]), Page(1_001, STEP, &[]), Offer(US, ROOM)],
                "page 21; page 1001; us claims 1001-0",
            ),
            (30.0, vec![Offer(US, ROOM)], "us claims 11-0,12-0,21-0"),
            (31.0, vec![retry("11-0,12-0,21-0")], "postpone 11-0,12-0,21-0 700ms"),
            (32.0, vec![Offer(US, ROOM)], "us claims 11-0,12-0,21-0"),
            (
                33.0,
                vec![sent("1-0,2-0,11-0,21-0,1001-0"), not_needed("12-0", CancelReason::Resolved)],
                "sent 1-0; sent 2-0; sent 11-0; sent 21-0; sent 1001-0; \
             reached 1; reached 2; reached 11; reached 21; reached 1001; cancel 12-0 Resolved; unreached 12",
            ),
        ],
    );
    check(
        "not on channels that do not bundle, but no more than there is room",
        false,
        vec![(
            0.0,
            vec![
                Page(1, &[(0, HOOK)], &[]),
                Page(11, &[(0, HOOK)], &[]),
                Page(21, &[(0, HOOK)], &[]),
                Offer(US, &[(HOOK, 2)]),
                Offer(THEM, &[(HOOK, 2)]),
            ],
            "page 1; page 11; page 21; us claims 1-0; us claims 11-0; them claims 21-0",
        )],
    );
}

#[test]
fn a_storm_in_numbers() {
    let page =
        |n| Input::Incidents(Said::UserPaged(Box::new(paged(n, at(0.0), &[(0, EMAIL), (0, HOOK)], &[]))));
    let mut inputs: Vec<_> = (1..=999).map(|n| page(n * 10 % 1_000 + n / 100)).collect();
    inputs.push(Input::Offer {
        process: US,
        channels: vec![(EMAIL, 4), (HOOK, 1_000)],
        leaves: Arc::default(),
    });
    let first = step(&State::default(), &inputs, at(0.0));
    let pages = first.state.counts.pages;
    let claims = |decision: &Decision| {
        let claims = decision.facts.iter().filter_map(|fact| match fact {
            Fact::NotificationsClaimed { ids, .. } => Some(ids.len()),
            _ => None,
        });
        claims.collect::<Vec<_>>()
    };
    let ready = |decision: &Decision, channel| decision.state.next_send(&[(SMS, 1), (channel, 1)]);
    assert_eq!(first.state.next_send(&[(EMAIL, 0)]), None);
    // Four services' first pages by e-mail, as many webhooks as one contact method may have on their way.
    assert_eq!(claims(&first), vec![1; 4 + 128]);
    assert_eq!(ready(&first, HOOK), None);
    assert_eq!(ready(&first, EMAIL), Some(at(0.0)));
    let offer = |room| Input::Offer { process: US, channels: vec![(EMAIL, room)], leaves: Arc::default() };
    let second = step(&first.state, &[offer(100)], at(1.0));
    assert!(claims(&second).iter().all(|ids| *ids == 1), "{:?}", claims(&second));
    assert_eq!(ready(&second, EMAIL), Some(at(30.0)));
    let alone = 4 + claims(&second).len() as u64;
    let third = step(&second.state, &[offer(100)], at(30.0));
    let bundled = usize::try_from(pages - alone).unwrap();
    let mut expected = vec![200; bundled / 200];
    expected.extend(Some(bundled % 200).filter(|rest| *rest > 0));
    assert_eq!(claims(&third), expected);
    assert_eq!(third.state.oldest_due(at(30.0)), Some(at(0.0)));
}
