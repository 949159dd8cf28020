//! A small language for stories: `0m trigger db; 5m ack db; 40m`, and what is expected of them.
//!
//! Steps are separated by `;`. Each begins with its time since the start; without more, time just passes. `+` joins
//! inputs that are decided as one batch. `trigger KEY`, `ack KEY` and `resolve KEY` are events; `door=2` lets them come
//! by another door, `late=3s` says how long ago they were accepted. `ann ack 1` and the like are commands.
//! `page 1 reached|failed|unknown` is what became of a page. Before the times, the installation is changed:
//! `policy ann,bob 10m / cid 5m x2`, `silent ann`, `ack-timeout 10m`, `auto-resolve 4h`, `disabled`, `rules ann low`.

use std::time::Duration;

use super::world::{START, World, level};
use crate::domain::command::{Ask, IncidentChange, PolicyChange, ServiceChange, StatusChange, Verdict};
use crate::domain::event::Action;
use crate::domain::id::IncidentNumber;
use crate::domain::incident::{NotifyOutcome, PageId};
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::input::Input;
use crate::domain::notify::{self, NotificationId};
use crate::domain::time::Timestamp;

/// Runs a story. `expected` has one line per moment at which something happened, in any indentation.
#[track_caller]
pub(super) fn check(story: &str, expected: &str) {
    let actual = run(story).1;
    let lines =
        |text: &str| text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect();
    let (actual, expected): (Vec<String>, Vec<String>) = (lines(&actual), lines(expected));
    assert_eq!(actual, expected, "\nin: {story}\nhappened:\n{}\n", actual.join("\n"));
}

/// The world after a story, and what happened.
pub(super) fn run(story: &str) -> (World, String) {
    let mut world = World::new();
    let mut told = Vec::new();
    for step in story.split(';').map(str::trim).filter(|step| !step.is_empty()) {
        let (first, rest) = step.split_once(' ').unwrap_or((step, ""));
        let Some(at) = duration(first) else {
            set_up(&mut world, first, rest);
            continue;
        };
        if rest == "asleep" {
            // Nobody decides anything until then.
            world.now = START.plus(at);
            let now = world.now;
            told.extend(world.decide(&[]).into_iter().map(|fact| (now, fact)));
            continue;
        }
        told.extend(world.wait_until(START.plus(at)));
        let batch: Vec<Input> = rest
            .split('+')
            .map(str::trim)
            .filter(|words| !words.is_empty())
            .flat_map(|words| input(&mut world, words))
            .collect();
        if !batch.is_empty() {
            let now = world.now;
            told.extend(world.decide(&batch).into_iter().map(|fact| (now, fact)));
        }
    }
    let lines = tell(&world, &told);
    (world, lines)
}

pub(super) fn duration(text: &str) -> Option<Duration> {
    let number: u64 = text.get(..text.len().checked_sub(1)?)?.parse().ok()?;
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        _ => return None,
    };
    Some(Duration::from_secs(number * unit))
}

fn set_up(world: &mut World, what: &str, rest: &str) {
    let service = |change: ServiceChange| Ask::UpdateService { id: world.service, change: Box::new(change) };
    let ask = match what {
        "policy" => policy(world, rest),
        "silent" => return world.drop_contacts(rest),
        "ack-timeout" => service(ServiceChange {
            acknowledgement_timeout: Some(duration(rest)),
            ..ServiceChange::default()
        }),
        "auto-resolve" => {
            service(ServiceChange { auto_resolve_timeout: Some(duration(rest)), ..ServiceChange::default() })
        }
        "disabled" => service(ServiceChange { disabled: Some(true), ..ServiceChange::default() }),
        other => return super::watch::set_up(world, other, rest),
    };
    let verdict = world.ask(None, ask);
    assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
}

/// `ann,bob 10m / nobody 5m x2`
fn policy(world: &World, text: &str) -> Ask {
    let (levels, loops) = text.split_once(" x").unwrap_or((text, "0"));
    let rule = |text: &str| {
        let (users, delay) = text.trim().split_once(' ').unwrap();
        let mut rule = level(0, &[]);
        rule.delay = duration(delay).unwrap();
        rule.targets = users.split(',').map(|user| target(world, user)).collect();
        rule
    };
    let rules = levels.split('/').map(rule).collect();
    let num_loops = Some(loops.parse().unwrap());
    let change = PolicyChange { rules: Some(rules), num_loops, ..PolicyChange::default() };
    Ask::UpdatePolicy { id: world.policy, change: Box::new(change) }
}

fn target(world: &World, name: &str) -> crate::domain::policy::Target {
    use crate::domain::policy::Target;
    match name {
        "nobody" => Target::Schedule(crate::domain::id::ScheduleId("PSCHED1".parse().unwrap())),
        name => Target::User(world.user(name)),
    }
}

fn input(world: &mut World, words: &str) -> Vec<Input> {
    let words: Vec<&str> = words.split_whitespace().collect();
    let option = |name: &str| words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    let action = match words[0] {
        "trigger" => Action::Trigger,
        "ack" => Action::Acknowledge,
        "resolve" => Action::Resolve,
        "ping" => return vec![super::watch::ping(world, &words[1..])],
        "restart" => return vec![super::watch::restart(world)],
        "page" => return page(world, words[1].parse().unwrap(), words[2]),
        user => return vec![command(world, user, &words[1..])],
    };
    let door = option("door").map_or(1, |door| door.parse().unwrap());
    let late = option("late").map_or(Duration::ZERO, |late| duration(late).unwrap());
    let mut input = world.event(action, words[1], door, late);
    super::watch::say(&mut input, &words[2..]);
    vec![input]
}

pub(super) fn change(number: u64) -> IncidentChange {
    IncidentChange {
        number: IncidentNumber(number),
        status: None,
        title: None,
        urgency: None,
        priority: None,
        assignees: None,
        escalation_level: None,
        policy: None,
        resolution: None,
    }
}

fn command(world: &mut World, user: &str, words: &[&str]) -> Input {
    let mut change = change(words[1].parse().unwrap());
    match words[0] {
        "ack" => change.status = Some(StatusChange::Acknowledged),
        "unack" => change.status = Some(StatusChange::Triggered),
        "resolve" => change.status = Some(StatusChange::Resolved),
        "level" => change.escalation_level = Some(words[2].parse().unwrap()),
        "assign" => change.assignees = Some(words[2].split(',').map(|name| world.user(name)).collect()),
        other => panic!("unknown command {other}"),
    }
    world.command(Some(user), Ask::UpdateIncidents(vec![change]))
}

/// What the notify stage says when a page with one message has come to its end.
fn page(world: &World, n: u64, fate: &str) -> Vec<Input> {
    let page = PageId { epoch: 0, n };
    let known = |page: &crate::domain::incident::Page| page.id.n == n;
    let incident = world.state.incidents.values().find_map(|incident| {
        Some((incident.number, incident.escalation.pages.iter().find(|p| known(p))?.user))
    });
    let (number, user) = incident.unwrap_or_else(|| panic!("no page {n}"));
    let method = world.state.users[&user].contact_methods[0].clone();
    let outcome = match fate {
        "reached" => NotifyOutcome::Sent { receipt: "ok".into() },
        "failed" => NotifyOutcome::Failed { reason: "no".into() },
        "unknown" => NotifyOutcome::Unknown { reason: "hm".into() },
        other => panic!("unknown fate {other}"),
    };
    let (reached, unknown, at) = (fate == "reached", fate == "unknown", world.now);
    vec![
        Input::Notify(notify::Fact::NotificationEnded {
            id: NotificationId { page, n: 0 },
            number,
            user,
            channel: method.channel,
            contact_method: method.id,
            outcome,
            at,
        }),
        Input::Notify(notify::Fact::PageSettled { number, page, reached, unknown, at }),
    ]
}

pub(super) fn tell(world: &World, facts: &[(Timestamp, Fact)]) -> String {
    let mut lines: Vec<(Timestamp, Vec<String>)> = Vec::new();
    for (at, fact) in facts {
        let Some(told) = tell_fact(world, fact) else { continue };
        match lines.last_mut().filter(|(last, _)| last == at) {
            Some((_, line)) => line.push(told),
            None => lines.push((*at, vec![told])),
        }
    }
    let line = |(at, told): &(Timestamp, Vec<String>)| format!("{}: {}", since_start(*at), told.join(", "));
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

pub(super) fn since_start(at: Timestamp) -> String {
    let seconds = at.since(START).as_secs();
    if seconds.is_multiple_of(60) { format!("{}m", seconds / 60) } else { format!("{seconds}s") }
}

fn tell_fact(world: &World, fact: &Fact) -> Option<String> {
    let names = |users: &[crate::domain::id::UserId]| {
        let names: Vec<_> = users.iter().map(|user| world.name(*user)).collect();
        if names.is_empty() { "nobody".to_owned() } else { names.join("+") }
    };
    Some(match fact {
        Fact::IncidentOpened(opened) => format!("{:?} opened", opened.number),
        Fact::AlertRepeated { number, count, .. } => format!("{number:?} repeated {count}"),
        Fact::AlertResolved { number, .. } => format!("{number:?} alert over"),
        Fact::IncidentAcknowledged { number, .. } => format!("{number:?} acknowledged"),
        Fact::IncidentUnacknowledged { number, .. } => format!("{number:?} triggered again"),
        Fact::IncidentResolved { number, reason, .. } => format!("{number:?} resolved ({reason:?})"),
        Fact::LevelEntered { number, level, round: 0, users, .. } => {
            format!("{number:?} level {level} {}", names(users))
        }
        Fact::LevelEntered { number, level, round, users, .. } => {
            format!("{number:?} level {level} round {round} {}", names(users))
        }
        Fact::EscalationExhausted { number, .. } => format!("{number:?} exhausted"),
        Fact::FallbackPaged { number, user, .. } => format!("{number:?} last resort {}", world.name(*user)),
        Fact::UserPaged(paged) => {
            let again = if paged.may_repeat { " (maybe again)" } else { "" };
            format!("page {}{again}", world.name(paged.user))
        }
        Fact::NobodyReached { number, level, reason, .. } => format!("{number:?} level {level}: {reason:?}"),
        Fact::CloseRemembered(close) => format!("close of {} remembered", close.dedup_key),
        Fact::IncidentAssigned { number, users, .. } => format!("{number:?} assigned to {}", names(users)),
        Fact::CommandJudged { verdict: Verdict::Rejected(rejection), .. } => format!("rejected: {rejection}"),
        Fact::InputQuarantined { .. } => "quarantined".to_owned(),
        other => return super::told::fact(world, other),
    })
}
