//! A small language for stories: `0m trigger db; 5m ack db; 40m`, and what is expected of them.
//!
//! Steps are separated by `;`. Each begins with its time since the start; without more, time just passes. `+` joins
//! inputs that are decided as one batch. `trigger KEY`, `ack KEY` and `resolve KEY` are events; `door=2` lets them come
//! by another door, `late=3s` says how long ago they were accepted. `ann ack 1` and the like are commands.
//! `page 1 reached|failed|unknown` is what became of a page. Before the times, the installation is changed:
//! `policy ann,bob 10m / cid 5m x2` (`@ops` is a schedule, `rr:ann,bob` a round robin), `schedule ops ann,bob 1h`,
//! `override ops cid 10m 20m`, `away ann 10m 20m`, `silent ann`, `ack-timeout 10m`, `auto-resolve 4h`, `disabled`,
//! `rules ann low`, `reminders 5m`, `reopen 10m`, `hours 9 17`, `hand-over`. With a time and `set` it is changed then:
//! `5m set override ops cid 5m 20m`, `5m set turns ops bob,ann 1h` (other turns of a schedule).

use std::time::Duration;

use super::world::{START, World, layer, level};
use crate::domain::command::{Ask, Done, IncidentChange, PolicyChange, ServiceChange, StatusChange, Verdict};
use crate::domain::event::Action;
use crate::domain::id::IncidentNumber;
use crate::domain::incident::{NotifyOutcome, PageId};
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::input::Input;
use crate::domain::notify::{self, NotificationId};
use crate::domain::policy::Strategy;
use crate::domain::purpose::Purpose;
use crate::domain::schedule::ask::{CalendarChange, NewOverride, ScheduleChange};
use crate::domain::schedule::{By, LevelOnCall, Span};
use crate::domain::service::{HoursUrgency, UrgencyRule};
use crate::domain::support_hours::{Edge, ScheduledAction, SupportHours};
use crate::domain::time::Timestamp;
use crate::domain::user::Urgency;

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
pub(in crate::domain) fn run(story: &str) -> (World, String) {
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
        if let Some(step) = rest.strip_prefix("set ") {
            let (what, rest) = step.split_once(' ').unwrap_or((step, ""));
            let from = world.log.len();
            set_up(&mut world, what, rest);
            told.extend_from_slice(&world.log[from..]);
            continue;
        }
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

pub(in crate::domain) fn duration(text: &str) -> Option<Duration> {
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
        "schedule" => return schedule(world, rest),
        "turns" => turns(world, rest),
        "override" | "away" => return for_a_while(world, what, rest),
        "ack-timeout" => service(ServiceChange {
            acknowledgement_timeout: Some(duration(rest)),
            ..ServiceChange::default()
        }),
        "auto-resolve" => {
            service(ServiceChange { auto_resolve_timeout: Some(duration(rest)), ..ServiceChange::default() })
        }
        "reminders" => {
            service(ServiceChange { reminder_interval: Some(duration(rest)), ..ServiceChange::default() })
        }
        "reopen" => {
            service(ServiceChange { reopen_within: Some(duration(rest)), ..ServiceChange::default() })
        }
        "hand-over" => service(ServiceChange { hand_over: Some(true), ..ServiceChange::default() }),
        "hours" => service(hours(rest)),
        "disabled" => service(ServiceChange { disabled: Some(true), ..ServiceChange::default() }),
        other => return super::watch::set_up(world, other, rest),
    };
    let verdict = world.ask(None, ask);
    assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
}

/// `9 17`: every day from 9 to 17 o'clock in Berlin incidents are high, else low; what is open is raised at 9.
fn hours(text: &str) -> ServiceChange {
    let (start, end) = text.split_once(' ').unwrap();
    let hour = |text: &str| text.parse::<u32>().unwrap() * 3600;
    ServiceChange {
        urgency_rule: Some(UrgencyRule::SupportHours {
            during: HoursUrgency::High,
            outside: HoursUrgency::Low,
        }),
        support_hours: Some(Some(SupportHours {
            time_zone: "Europe/Berlin".into(),
            days: (1..=7).collect(),
            start: hour(start),
            end: hour(end),
        })),
        scheduled_actions: Some(vec![ScheduledAction { at: Edge::Start, to: Urgency::High }]),
        ..ServiceChange::default()
    }
}

/// `ann,bob 10m / nobody 5m x2`
fn policy(world: &World, text: &str) -> Ask {
    let (levels, loops) = text.split_once(" x").unwrap_or((text, "0"));
    let rule = |text: &str| {
        let (users, delay) = text.trim().split_once(' ').unwrap();
        let mut rule = level(0, &[]);
        rule.delay = duration(delay).unwrap();
        rule.strategy = match users.strip_prefix("rr:") {
            Some(_) => Strategy::RoundRobin,
            None => Strategy::AssignToEveryone,
        };
        let users = users.strip_prefix("rr:").unwrap_or(users);
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
        "nobody" => Target::Schedule(world.schedule_id("nobody")),
        name => match name.strip_prefix('@') {
            Some(schedule) => Target::Schedule(world.schedule_id(schedule)),
            None => Target::User(world.user(name)),
        },
    }
}

/// `ops ann,bob 1h`
fn schedule(world: &mut World, text: &str) {
    let words: Vec<&str> = text.split(' ').collect();
    let users: Vec<_> = words[1].split(',').map(|name| world.user(name)).collect();
    world.schedule(words[0], vec![layer(&users, duration(words[2]).unwrap())]);
}

/// `ops bob,ann 1h`
fn turns(world: &World, text: &str) -> Ask {
    let words: Vec<&str> = text.split(' ').collect();
    let users: Vec<_> = words[1].split(',').map(|name| world.user(name)).collect();
    let layers = Some(vec![layer(&users, duration(words[2]).unwrap())]);
    let change = ScheduleChange { layers, ..ScheduleChange::default() };
    Ask::UpdateSchedule { id: world.schedule_id(words[0]), change: Box::new(change) }
}

/// `ops cid 10m 20m`, `ann 10m 20m`: from when until when after the start.
fn for_a_while(world: &mut World, what: &str, text: &str) {
    let words: Vec<&str> = text.split(' ').collect();
    let at = |word: &str| START.plus(duration(word).unwrap());
    if what == "override" {
        let new = NewOverride { user: world.user(words[1]), start: at(words[2]), end: at(words[3]) };
        world.make(Ask::CreateOverride { schedule: world.schedule_id(words[0]), new });
    } else {
        let change = CalendarChange {
            name: Some("leave".into()),
            users: Some(vec![world.user(words[0])]),
            absences: Some(vec![Span { start: at(words[1]), end: at(words[2]) }]),
        };
        world.make(Ask::CreateCalendar(Box::new(change)));
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
    IncidentChange::of(IncidentNumber(number))
}

fn command(world: &mut World, user: &str, words: &[&str]) -> Input {
    if let Some(ask) = other_ask(world, words) {
        return world.command(Some(user), ask);
    }
    let mut change = change(words[1].parse().unwrap());
    match words[0] {
        "ack" => change.status = Some(StatusChange::Acknowledged),
        "unack" => change.status = Some(StatusChange::Triggered),
        "resolve" => change.status = Some(StatusChange::Resolved),
        "level" => change.escalation_level = Some(words[2].parse().unwrap()),
        "assign" => change.assignees = Some(words[2].split(',').map(|name| world.user(name)).collect()),
        "urgency" => {
            change.urgency = Some(if words[2] == "high" { Urgency::High } else { Urgency::Low });
        }
        other => panic!("unknown command {other}"),
    }
    world.command(Some(user), Ask::UpdateIncidents(vec![change]))
}

/// `snooze 1,2 1h`, `merge 1 2,3`, `ask 1 bob,cid`, `join 1`, `decline 1`, `cancel 1`, `subscribe 1 bob`, `tell 1 soon`,
/// `cover ops cid 5m 20m` (an override, from when until when after the start), `uncover ops 1` (its first override),
/// `undo`.
fn other_ask(world: &World, words: &[&str]) -> Option<Ask> {
    let incident = IncidentNumber(words.get(1).and_then(|word| word.parse().ok()).unwrap_or(0));
    let numbers = |text: &str| text.split(',').map(|n| IncidentNumber(n.parse().unwrap())).collect();
    let users = |text: &str| text.split(',').map(|name| world.user(name)).collect();
    Some(match words[0] {
        "snooze" => Ask::Snooze {
            incidents: numbers(words[1]),
            duration: duration(words[2]).unwrap(),
            if_open: false,
        },
        "merge" => Ask::Merge { into: incident, sources: numbers(words[2]) },
        "ask" => Ask::RequestResponders {
            incident,
            message: "help".into(),
            users: users(words[2]),
            policies: vec![],
        },
        "join" => Ask::ReplyToRequest { incident, joined: true },
        "decline" => Ask::ReplyToRequest { incident, joined: false },
        "cancel" => Ask::CancelResponders { incident, users: vec![] },
        "subscribe" => Ask::ChangeSubscribers { incident, add: users(words[2]), remove: vec![] },
        "tell" => Ask::UpdateStatus { incident, subject: "".into(), message: words[2].into() },
        "cover" => {
            let at = |word: &str| START.plus(duration(word).unwrap());
            let new = NewOverride { user: world.user(words[2]), start: at(words[3]), end: at(words[4]) };
            Ask::CreateOverride { schedule: world.schedule_id(words[1]), new }
        }
        "uncover" => {
            let schedule = world.schedule_id(words[1]);
            let place: usize = words[2].parse().unwrap();
            Ask::DeleteOverride { schedule, id: world.state.schedules[&schedule].overrides[place - 1].id }
        }
        "undo" => Ask::Undo,
        _ => return None,
    })
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
        Input::Notify(notify::Fact::PageSettled {
            number,
            page,
            reached,
            unknown,
            purpose: Purpose::Triggered,
            at,
        }),
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

pub(in crate::domain) fn since_start(at: Timestamp) -> String {
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
        Fact::LevelEntered { number, level, round: 0, users, on_call, .. } => {
            format!("{number:?} level {level} {}{}", names(users), by_schedules(world, on_call))
        }
        Fact::LevelEntered { number, level, round, users, on_call, .. } => {
            format!("{number:?} level {level} round {round} {}{}", names(users), by_schedules(world, on_call))
        }
        Fact::EscalationExhausted { number, .. } => format!("{number:?} exhausted"),
        Fact::FallbackPaged { number, user, .. } => format!("{number:?} last resort {}", world.name(*user)),
        Fact::UserPaged(paged) => {
            let again = if paged.may_repeat { " (maybe again)" } else { "" };
            let low = if paged.urgency == Urgency::Low { " (low)" } else { "" };
            let what = match paged.purpose {
                Purpose::Responder => "ask",
                Purpose::Reminder => "remind",
                Purpose::StatusUpdate { .. } => "tell",
                _ => "page",
            };
            format!("{what} {}{low}{again}", world.name(paged.user))
        }
        Fact::IncidentSnoozed { number, until, .. } => {
            format!("{number:?} snoozed until {}", since_start(*until))
        }
        Fact::IncidentReopened { number, .. } => format!("{number:?} reopened"),
        Fact::AlertsMoved { from, to, .. } => format!("alerts of {from:?} go to {to:?}"),
        Fact::AlertsReturned { from, to, .. } => format!("alerts go back from {from:?} to {to:?}"),
        Fact::IncidentRestored { number, .. } => format!("{number:?} as before"),
        Fact::PagesRecalled { number, .. } => format!("pages of {number:?} called back"),
        Fact::UrgencyChanged { number, urgency, .. } => format!("{number:?} is {}", urgency.as_str()),
        Fact::ResponderReplied { user, reply, .. } => format!("{} {}", world.name(*user), reply.as_str()),
        Fact::CommandJudged { verdict: Verdict::Done(Done::Undone(undone)), .. }
            if !undone.left.is_empty() =>
        {
            format!("left {:?}", undone.left.iter().map(|left| left.number).collect::<Vec<_>>())
        }
        Fact::NobodyReached { number, level, reason, .. } => format!("{number:?} level {level}: {reason:?}"),
        Fact::CloseRemembered(close) => format!("close of {} remembered", close.dedup_key),
        Fact::IncidentAssigned { number, users, .. } => format!("{number:?} assigned to {}", names(users)),
        Fact::CommandJudged { verdict: Verdict::Rejected(rejection), .. } => format!("rejected: {rejection}"),
        Fact::InputQuarantined { .. } => "quarantined".to_owned(),
        other => return super::told::fact(world, other),
    })
}

/// ` (ann by ops; bob by override of b for cid; nobody by c)`; nothing about the schedule `nobody`.
fn by_schedules(world: &World, on_call: &LevelOnCall) -> String {
    let name = |id| world.schedules.iter().find(|(_, known)| *known == id).map_or("?", |(name, _)| name);
    let found = on_call.found.iter().map(|found| {
        let by = if matches!(found.on_call.by, By::Override(_)) { "override of " } else { "" };
        let instead = found.on_call.instead_of.map(|user| format!(" for {}", world.name(user)));
        let (who, schedule) = (world.name(found.on_call.user), name(found.schedule));
        format!("{who} by {by}{schedule}{}", instead.unwrap_or_default())
    });
    let gaps = on_call.gaps.iter().map(|id| name(*id)).filter(|name| *name != "nobody");
    let told: Vec<_> = found.chain(gaps.map(|name| format!("nobody by {name}"))).collect();
    if told.is_empty() { String::new() } else { format!(" ({})", told.join("; ")) }
}
