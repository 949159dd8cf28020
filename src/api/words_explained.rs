//! Why people were paged or not, in words.

use std::time::Duration;

use super::view::{View, channel_name};
use super::words;
use crate::domain::incident::{Incident, NotifyOutcome, Status};
use crate::domain::proof::explanation::{Because, By, Stopped};
use crate::domain::responder::Reply;
use crate::domain::schedule::LevelOnCall;
use crate::domain::user::Channel;

/// The kind of a reason, and a sentence.
pub(crate) fn because(view: &View<'_>, incident: &Incident, because: &Because) -> (&'static str, String) {
    let agent = |by| words::agent(view, incident, by);
    match because {
        Because::Level { level, round, reason, found } => {
            let again = if *round > 0 { format!(", round {}", round + 1) } else { String::new() };
            let why = words::escalated(*reason, *level, "somebody");
            let on_call = LevelOnCall { found: found.clone(), gaps: Vec::new() };
            let by = words::by_schedules(view, &on_call);
            let by = if found.is_empty() { "; the level names the user".to_owned() } else { by };
            ("paged", format!("paged by level {level}{again}, because {why}{by}"))
        }
        Because::Assigned(by) => ("paged", format!("it was assigned by {}", agent(*by))),
        Because::LastResort => {
            ("paged", "paged as the last resort, because nobody else could be reached".to_owned())
        }
        Because::AskedToHelp(by) => ("paged", format!("asked to help by {}", agent(*by))),
        Because::Reminded => ("paged", "reminded that this is acknowledged and still open".to_owned()),
        Because::Message { channel, rule, outcome, .. } => ("message", message(*channel, *rule, outcome)),
        Because::Cancelled { count, reason } => {
            let messages = if *count == 1 { "1 message".to_owned() } else { format!("{count} messages") };
            ("cancelled", format!("{messages} not sent: {}", words::cancelled(*reason)))
        }
        Because::Planned { channel, rule, due, .. } => {
            ("planned", format!("a message by {} is due {due}{}", channel_name(*channel), ruled(*rule)))
        }
        Because::Acknowledged => ("acted", "acknowledged it".to_owned()),
        Because::Resolved => ("acted", "resolved it".to_owned()),
        Because::Snoozed { until } => ("acted", format!("snoozed it until {until}")),
        Because::Replied(Reply::Joined) => ("acted", "helps".to_owned()),
        Because::Replied(Reply::Declined) => ("acted", "declined to help".to_owned()),
        Because::Replied(_) => ("acted", "need not help any more".to_owned()),
        Because::NoContactMethod => {
            ("unreachable", "has no contact method, so a page reaches nobody".to_owned())
        }
        Because::NoRule(urgency) => (
            "no_rule",
            format!(
                "has no notification rule for {} urgency; the first contact method is used at once",
                urgency.as_str()
            ),
        ),
        Because::NotOnCall { .. } | Because::OthersTurn { .. } | Because::NotYet { .. } => {
            ("passed_over", passed_over(view, incident, because))
        }
    }
}

fn passed_over(view: &View<'_>, incident: &Incident, because: &Because) -> String {
    match because {
        Because::NotOnCall { level, schedule, instead, absent } => {
            let schedule = view.schedule_name(*schedule);
            let who = instead.map_or("nobody", |user| view.user_name(user));
            if *absent {
                format!("absent when level {level} was paged; {who} stood in by schedule {schedule}")
            } else {
                format!("not on call when level {level} was paged; by schedule {schedule} {who} was")
            }
        }
        Because::OthersTurn { level } => {
            format!("it was somebody else's turn when level {level} was paged")
        }
        Because::NotYet { level, schedule, stopped } => {
            let by = schedule.map(|id| format!(", schedule {}", view.schedule_name(id))).unwrap_or_default();
            format!("level {level}{by} was not paged: {}", stop(view, incident, stopped))
        }
        _ => String::new(),
    }
}

fn stop(view: &View<'_>, incident: &Incident, stopped: &Stopped) -> String {
    let agent = |by| words::agent(view, incident, by);
    match stopped {
        Stopped::Waits(at) => format!("it comes {at} at the earliest, if nobody acknowledges"),
        Stopped::Held(hold) => super::words_rules::held(view, hold),
        Stopped::Acknowledged { by, at } => format!("{} had acknowledged {at}", agent(*by)),
        Stopped::Snoozed { by, until } => format!("{} had snoozed it until {until}", agent(*by)),
        Stopped::Resolved { at } => format!("it was resolved {at}"),
        Stopped::ByHand { by, at } => format!("{} had assigned it to somebody {at}", agent(*by)),
        Stopped::Ended => "escalation had come to its end, or the policy was changed since".to_owned(),
    }
}

fn message(channel: Channel, rule: By, outcome: &NotifyOutcome) -> String {
    let channel = channel_name(channel);
    let rule = ruled(rule);
    let because = |reason: &str| if reason.is_empty() { String::new() } else { format!(": {reason}") };
    match outcome {
        NotifyOutcome::Sent { .. } => format!("told by {channel}{rule}"),
        NotifyOutcome::Failed { reason } => {
            format!("could not be told by {channel}{rule}{}", because(reason))
        }
        NotifyOutcome::Unknown { reason } => {
            format!("may have been told by {channel}{rule}; that is unknown{}", because(reason))
        }
    }
}

fn ruled(rule: By) -> String {
    match rule {
        By::Rule(Duration::ZERO) => ", as a notification rule says, at once".to_owned(),
        By::Rule(delay) => format!(", as a notification rule says, after {}m", delay.as_secs() / 60),
        By::NoRule => ", without a notification rule for this urgency".to_owned(),
        By::Unknown => ", by none of the present notification rules".to_owned(),
    }
}

/// How an incident stands, and what comes next.
pub(crate) fn standing(view: &View<'_>, incident: &Incident) -> String {
    let head = format!("#{} {}: {}", incident.number, incident.title, incident.status.as_str());
    let tail = match (&incident.status, &incident.hold) {
        (Status::Resolved { at, .. }, _) => format!("since {at}"),
        (_, Some(hold)) => super::words_rules::held(view, hold),
        (Status::Acknowledged, None) => {
            let by = incident.acknowledgements.iter().map(|it| words::agent(view, incident, it.by));
            let until = incident.unacknowledge_at.map(|at| format!(", until {at}")).unwrap_or_default();
            let snoozed = if incident.snoozed { ", snoozed" } else { "" };
            format!("by {}{snoozed}{until}", by.collect::<Vec<_>>().join(", "))
        }
        (Status::Triggered, None) => match (incident.escalation.next_at, incident.escalation.exhausted) {
            (Some(at), _) => format!("in level {}, the next comes {at}", incident.escalation.level),
            (None, true) => "all levels have been paged, and nobody else is left".to_owned(),
            (None, false) => "it was assigned by hand, and the policy waits".to_owned(),
        },
    };
    format!("{head}, {} urgency; {tail}", incident.urgency.as_str())
}
