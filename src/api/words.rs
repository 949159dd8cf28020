//! What a timeline says, in words: the one place where prose about incidents is made.

use super::view::{View, channel_name};
use super::words_rules;
use crate::domain::incident::{
    Agent, Alert, CancelReason, EscalateReason, Happening, Incident, LogEntry, NotifyOutcome, ResolveReason,
    UnacknowledgeReason, UnreachedReason,
};

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
        Happening::Escalated { level, round, reason, users } => {
            let whom = match users.as_slice() {
                [] => "nobody".to_owned(),
                users => view.user_names(users),
            };
            let again = if *round > 0 { format!(", round {}", round + 1) } else { String::new() };
            format!("Level {level}{again} pages {whom}, because {}", escalated(*reason, *level, &by))
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
        Happening::Annotated { content } => format!("Note by {by}: {content}"),
        Happening::TitleChanged { title } => format!("Title changed by {by} to: {title}"),
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

fn agent(view: &View<'_>, incident: &Incident, agent: Agent) -> String {
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
        ResolveReason::AutoResolveTimeout => {
            "Resolved by itself, because it was open for as long as its service allows".to_owned()
        }
        ResolveReason::HeartbeatReturned => "Resolved by itself, because the heartbeat is back".to_owned(),
    }
}

fn escalated(reason: EscalateReason, level: u8, by: &str) -> String {
    match reason {
        EscalateReason::Opened => "the incident was triggered".to_owned(),
        EscalateReason::Timeout if level > 1 => {
            format!("nobody of level {} acknowledged in time", level - 1)
        }
        EscalateReason::Timeout => "nobody acknowledged in time".to_owned(),
        EscalateReason::NobodyReached if level > 1 => format!("level {} reached nobody", level - 1),
        EscalateReason::NobodyReached => "nobody was reached".to_owned(),
        EscalateReason::Requested => format!("{by} asked for it"),
        EscalateReason::Unacknowledged => "the incident triggered again".to_owned(),
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

fn cancelled(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::Acknowledged => "the incident is acknowledged",
        CancelReason::Resolved => "the incident is resolved",
        CancelReason::Reassigned => "the incident was given to somebody else",
        CancelReason::ContactRemoved => "the user or the contact method was removed",
    }
}
