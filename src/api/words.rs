//! What a timeline says, in words: the one place where prose about incidents is made.

use super::view::{View, channel_name};
use super::words_rules;
use crate::domain::action::ActionKind;
use crate::domain::incident::{
    Agent, Alert, CancelReason, EscalateReason, Happening, Incident, LogEntry, NotifyOutcome, ResolveReason,
    UnacknowledgeReason, UnreachedReason,
};
use crate::domain::responder::Reply;
use crate::domain::schedule::{By, LevelOnCall, OnCall};

/// One sentence about an entry: what happened, and why.
pub(crate) fn happening(view: &View<'_>, incident: &Incident, entry: &LogEntry) -> String {
    let by = agent(view, incident, entry.agent);
    match &entry.what {
        Happening::Triggered { alert: Some(alert) } => {
            format!("Triggered by {by}: {}", alert_summary(incident, *alert))
        }
        Happening::Triggered { alert: None } => format!("Opened by {by}"),
        Happening::Repeated { count: 1, .. } => "Triggered once more".to_owned(),
        Happening::Repeated { count, last_at, .. } if *last_at == entry.at => {
            format!("Triggered {count} more times at {}", entry.at)
        }
        Happening::Repeated { count, last_at, .. } => {
            format!("Triggered {count} more times between {} and {last_at}", entry.at)
        }
        Happening::AlertAdded { alert } => {
            format!("Another alert came from {by}: {}", alert_summary(incident, *alert))
        }
        Happening::AlertResolved { alert } => {
            format!("Alert resolved by {by}: {}", alert_summary(incident, *alert))
        }
        Happening::Acknowledged => format!("Acknowledged by {by}"),
        Happening::Unacknowledged { reason } => unacknowledged(*reason, &by),
        Happening::Resolved { reason } => resolved(*reason, &by),
        Happening::Escalated { level, round, reason, users, on_call } => {
            let whom = match users.as_slice() {
                [] => "nobody".to_owned(),
                users => view.user_names(users),
            };
            let again = if *round > 0 { format!(", round {}", round + 1) } else { String::new() };
            let because = escalated(*reason, *level, &by);
            format!("Level {level}{again} pages {whom}, because {because}{}", by_schedules(view, on_call))
        }
        Happening::PathRepeated { round } => format!(
            "All levels have been paged and nobody acknowledged: they are gone through again, round {}",
            u32::from(*round) + 1
        ),
        Happening::PathExhausted => {
            "All levels have been paged, nobody acknowledged, and nobody else is left to page".to_owned()
        }
        Happening::FallbackPaged { user } => format!(
            "{} is paged as the last resort, because nobody else could be reached",
            view.user_name(*user)
        ),
        Happening::NobodyReached { level, reason } => {
            let who = match level {
                0 => "The page".to_owned(),
                level => format!("Level {level}"),
            };
            format!("{who} reached nobody: {}", unreached(*reason))
        }
        Happening::Assigned { users } => format!("Assigned to {} by {by}", view.user_names(users)),
        Happening::Notified { user, channel, outcome, .. } => {
            notified(view.user_name(*user), channel_name(*channel), outcome)
        }
        Happening::NotificationsCancelled { user, count, reason } => {
            let messages = if *count == 1 { "1 message".to_owned() } else { format!("{count} messages") };
            format!("{messages} to {} not sent: {}", view.user_name(*user), cancelled(*reason))
        }
        Happening::Annotated { content, edited: None } => format!("Note by {by}: {content}"),
        Happening::Annotated { content, edited: Some(_) } => format!("Note by {by}, edited: {content}"),
        Happening::NoteDeleted { deleted } => {
            format!("A note by {by} was deleted by {}", agent(view, incident, deleted.by))
        }
        Happening::Linked { href, text } if text.is_empty() => format!("Link by {by}: {href}"),
        Happening::Linked { href, text } => format!("Link by {by}: {text} {href}"),
        Happening::LinkRemoved { removed } => {
            format!("A link by {by} was removed by {}", agent(view, incident, removed.by))
        }
        Happening::StatusUpdated { .. }
        | Happening::SubscribersChanged { .. }
        | Happening::RespondersRequested { .. }
        | Happening::ResponderReplied { .. }
        | Happening::Reminded { .. } => people(view, &entry.what, &by),
        Happening::Snoozed { until } => format!("Snoozed by {by} until {until}"),
        Happening::MergedFrom { number, alerts } => {
            let alerts = if *alerts == 1 { "1 alert".to_owned() } else { format!("{alerts} alerts") };
            format!("Incident #{number} was merged into this one by {by}, with {alerts}")
        }
        Happening::MergeTakenBack { number } => {
            format!("{by} undid the merge of incident #{number}, which has its alerts again")
        }
        Happening::Reopened { alert } => {
            format!("Reopened by {by}, because it triggered again: {}", alert_summary(incident, *alert))
        }
        Happening::Undone { what } => format!("{by} undid: {}", undone(*what)),
        Happening::TitleChanged { title } => format!("Title changed by {by} to: {title}"),
        Happening::UrgencyChanged { urgency } if matches!(entry.agent, Agent::Service(_)) => {
            format!("Urgency changed to {} by the service's support hours", urgency.as_str())
        }
        Happening::UrgencyChanged { urgency } => {
            format!("Urgency changed to {} by {by}", urgency.as_str())
        }
        Happening::PriorityChanged { priority } => match priority.and_then(|id| view.priority(id)) {
            Some(priority) => format!("Priority changed to {} by {by}", priority.name),
            None => format!("Priority removed by {by}"),
        },
        Happening::Omitted { count } => {
            format!("{count} entries are left out here, because the timeline had grown too long")
        }
        Happening::PolicyChanged { policy } => {
            format!("Escalation policy changed to {} by {by}", view.policy_name(*policy))
        }
        Happening::RuleApplied { rule, effects } => {
            format!("The {rule} applied: {}", words_rules::effects(view, effects))
        }
        Happening::Held { hold } => words_rules::held(view, hold),
        Happening::Released { reason } => words_rules::released(*reason),
    }
}

/// By which schedules, and which of them had nobody: `; ann is on call by schedule Ops, layer Night`.
pub(super) fn by_schedules(view: &View<'_>, on_call: &LevelOnCall) -> String {
    let found = on_call.found.iter().map(|found| {
        let OnCall { user, by, instead_of, although_absent } = found.on_call;
        let schedule = view.state.schedules.get(&found.schedule);
        let by = match by {
            By::Layer(id) => match schedule.and_then(|schedule| schedule.layer(id)) {
                Some(layer) => format!("layer {}", layer.name),
                None => "a removed layer".to_owned(),
            },
            By::Override(_) => "an override".to_owned(),
        };
        let instead = instead_of.map(|id| format!(", standing in for {}, who is absent", view.user_name(id)));
        let absent = if although_absent { ", although absent, as nobody of it is there" } else { "" };
        format!(
            "; {} is on call by schedule {}, {by}{}{absent}",
            view.user_name(user),
            view.schedule_name(found.schedule),
            instead.unwrap_or_default(),
        )
    });
    let gaps = on_call.gaps.iter();
    let gaps = gaps.map(|id| format!("; nobody is on call by schedule {}", view.schedule_name(*id)));
    found.chain(gaps).collect()
}

fn people(view: &View<'_>, what: &Happening, by: &str) -> String {
    let with = |text: &str| if text.is_empty() { String::new() } else { format!(": {text}") };
    match what {
        Happening::StatusUpdated { subject, message, subscribers } => {
            let whom = if *subscribers == 1 {
                "1 subscriber".to_owned()
            } else {
                format!("{subscribers} subscribers")
            };
            format!("Status update by {by} to {whom}{}: {message}", with(subject))
        }
        Happening::SubscribersChanged { added, removed } => {
            let parts =
                [(added, "gets the status updates"), (removed, "does not get the status updates any more")];
            let told = parts.iter().filter(|(users, _)| !users.is_empty());
            let told: Vec<_> =
                told.map(|(users, what)| format!("{} {what}", view.user_names(users))).collect();
            format!("{}, by {by}", told.join("; "))
        }
        Happening::RespondersRequested { users, message } => {
            format!("{by} asked {} to help{}", view.user_names(users), with(message))
        }
        Happening::ResponderReplied { user, reply: Reply::Joined } => {
            format!("{} helps", view.user_name(*user))
        }
        Happening::ResponderReplied { user, reply: Reply::Declined } => {
            format!("{} declined to help", view.user_name(*user))
        }
        Happening::ResponderReplied { user, .. } => {
            format!("{by} took the request for help to {} back", view.user_name(*user))
        }
        Happening::Reminded { users } => {
            format!("{} reminded that this is acknowledged and still open", view.user_names(users))
        }
        _ => String::new(),
    }
}

fn undone(what: ActionKind) -> &'static str {
    match what {
        ActionKind::Acknowledge => "the acknowledgement",
        ActionKind::Assign => "the assignment",
        ActionKind::Escalate => "the escalation",
        ActionKind::Snooze => "the snooze",
        ActionKind::Merge => "the merge",
        ActionKind::CreateOverride | ActionKind::DeleteOverride => "what became of the override",
        ActionKind::Open | ActionKind::Unacknowledge | ActionKind::Resolve | ActionKind::Change => {
            "the change"
        }
    }
}

pub(super) fn agent(view: &View<'_>, incident: &Incident, agent: Agent) -> String {
    match agent {
        Agent::User(id) => view.user_name(id).to_owned(),
        Agent::Integration(id) => match view.integration_of(incident.service, id) {
            Some(integration) => format!("the integration {}", integration.name),
            None => "a removed integration".to_owned(),
        },
        Agent::Service(id) => format!("the service {}", view.service_name(id)),
        Agent::Account => "the account".to_owned(),
    }
}

fn alert_summary(incident: &Incident, alert: u32) -> &str {
    incident.alerts.get(alert as usize).map_or("", |alert: &Alert| &alert.digest.summary)
}

fn unacknowledged(reason: UnacknowledgeReason, by: &str) -> String {
    match reason {
        UnacknowledgeReason::Timeout => {
            "Triggered again, because it was acknowledged but not resolved in time".to_owned()
        }
        UnacknowledgeReason::SnoozeEnded => "Triggered again, because its snooze is over".to_owned(),
        UnacknowledgeReason::ShiftEnded => {
            "Triggered again, because the shift of those who acknowledged has ended".to_owned()
        }
        UnacknowledgeReason::Requested => format!("Acknowledgement taken back by {by}"),
    }
}

fn resolved(reason: ResolveReason, by: &str) -> String {
    match reason {
        ResolveReason::Requested => format!("Resolved by {by}"),
        ResolveReason::AlertsResolved => {
            format!("Resolved by {by}, because its last open alert was resolved")
        }
        ResolveReason::ResolvedEarlier => {
            format!("Resolved by {by}, whose resolve had been accepted before its trigger was read")
        }
        ResolveReason::Merged { into } => format!("Resolved by {by}, who merged it into incident #{into}"),
        ResolveReason::AutoResolveTimeout => {
            "Resolved by itself, because it was open for as long as its service allows".to_owned()
        }
        ResolveReason::HeartbeatReturned => "Resolved by itself, because the heartbeat is back".to_owned(),
    }
}

pub(super) fn escalated(reason: EscalateReason, level: u8, by: &str) -> String {
    match reason {
        EscalateReason::Opened => "the incident was triggered".to_owned(),
        EscalateReason::Timeout if level > 1 => {
            format!("nobody of level {} acknowledged in time", level - 1)
        }
        EscalateReason::Timeout => "nobody acknowledged in time".to_owned(),
        EscalateReason::NobodyReached if level > 1 => format!("level {} reached nobody", level - 1),
        EscalateReason::NobodyReached => "nobody was reached".to_owned(),
        EscalateReason::Requested => format!("{by} asked for it"),
        EscalateReason::Unacknowledged | EscalateReason::Reopened => {
            "the incident triggered again".to_owned()
        }
        EscalateReason::ShiftEnded => "somebody else is on call there now".to_owned(),
    }
}

fn unreached(reason: UnreachedReason) -> &'static str {
    match reason {
        UnreachedReason::NobodyOnCall => "nobody is on call there",
        UnreachedReason::NoContactMethod => "no contact method is set up for this urgency",
        UnreachedReason::EveryMessageFailed => "every message failed, or its fate is unknown",
    }
}

fn notified(user: &str, channel: &str, outcome: &NotifyOutcome) -> String {
    let because = |reason: &str| if reason.is_empty() { String::new() } else { format!(": {reason}") };
    match outcome {
        NotifyOutcome::Sent { .. } => format!("Notified {user} by {channel}"),
        NotifyOutcome::Failed { reason } => {
            format!("Could not notify {user} by {channel}{}", because(reason))
        }
        NotifyOutcome::Unknown { reason } => format!(
            "It is unknown whether {user} was notified by {channel}; it is not repeated there{}",
            because(reason)
        ),
    }
}

pub(super) fn cancelled(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::Acknowledged => "the incident is acknowledged",
        CancelReason::Resolved => "the incident is resolved",
        CancelReason::Reassigned => "the incident was given to somebody else",
        CancelReason::ContactRemoved => "the user or the contact method was removed",
        CancelReason::Unacknowledged => "the incident is not acknowledged any more",
        CancelReason::Answered => "the request for help is answered or taken back",
        CancelReason::UrgencyRaised => "the urgency was raised, and other rules apply",
        CancelReason::Undone => "what led to them was undone",
    }
}
