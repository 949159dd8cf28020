//! The entries of a timeline as clients see them: PagerDuty's types, with the reason in words.

use std::collections::BTreeMap;

use super::View;
use crate::api::words;
use crate::domain::id::{LongId, UserId};
use crate::domain::incident::{
    Agent, EscalateReason, Happening, Incident, LogEntry, NotifyOutcome, UnacknowledgeReason,
};
use crate::domain::user::Channel;
use crate::wire::rest::log_entry as wire;
use crate::wire::rest::note::{Note, NoteChannel};
use crate::wire::rest::reference::{Linked, Reference};

impl View<'_> {
    /// What an entry says, in words.
    pub(crate) fn words(&self, incident: &Incident, entry: &LogEntry) -> String {
        words::happening(self, incident, entry)
    }

    /// The entry with this index.
    pub(crate) fn log_entry(&self, incident: &Incident, index: u32, entry: &LogEntry) -> wire::LogEntry {
        let linked = self.incident_link(incident);
        self.log_entry_in(incident, index, entry, linked)
    }

    /// The entry with this index, in this incident as it is to be shown.
    pub(super) fn log_entry_in(
        &self,
        incident: &Incident,
        index: u32,
        entry: &LogEntry,
        linked: Linked<Box<crate::wire::rest::incident::Incident>>,
    ) -> wire::LogEntry {
        let id = self.id_key.seal(LongId::LogEntry(incident.number, index));
        let summary = self.words(incident, entry);
        let mut head = self.head(kind(&entry.what), "log_entries", id, Some(&summary));
        let incident_id = self.incident_id(incident.number);
        head.self_url = head.self_url.map(|url| format!("{url}?incident_id={incident_id}"));
        head.html_url = Some(self.incident_page(incident.number));
        wire::LogEntry {
            head,
            created_at: entry.at.to_iso(),
            agent: self.agent_link(incident, entry.agent, "agents"),
            channel: channel(entry, summary),
            incident: linked,
            service: self.service_link(incident.service, "services"),
            teams: Vec::new(),
            contexts: Vec::new(),
            event_details: event_details(incident, &entry.what),
            note: note(&entry.what),
            assignees: assignees(&entry.what).map(|users| self.user_references(users)),
            user: told(&entry.what).map(|user| self.user_reference(user)),
            repeats: repeats(&entry.what),
        }
    }

    fn incident_link(&self, incident: &Incident) -> Linked<Box<crate::wire::rest::incident::Incident>> {
        if self.query.includes("incidents") {
            Linked::Object(Box::new(Box::new(self.incident(incident))))
        } else {
            Linked::Reference(self.incident_reference(incident))
        }
    }

    fn user_references(&self, users: &[UserId]) -> Vec<Reference> {
        users.iter().map(|user| self.user_reference(*user)).collect()
    }

    /// The note that the entry with this index is; `None` if it is another kind of entry.
    pub(crate) fn note(&self, incident: &Incident, index: u32, entry: &LogEntry) -> Option<Note> {
        let Happening::Annotated { content, .. } = &entry.what else { return None };
        Some(Note {
            id: self.id_key.seal(LongId::LogEntry(incident.number, index)),
            user: self.agent(incident.service, entry.agent),
            channel: NoteChannel { summary: "The API".to_owned() },
            content: content.to_string(),
            created_at: entry.at.to_iso(),
        })
    }
}

/// PagerDuty's type of an entry. What PagerDuty has no type for is an annotation whose channel is not `note`.
fn kind(what: &Happening) -> &'static str {
    match what {
        Happening::Triggered { .. }
        | Happening::Repeated { .. }
        | Happening::AlertAdded { .. }
        | Happening::Reopened { .. } => "trigger_log_entry",
        Happening::Acknowledged => "acknowledge_log_entry",
        Happening::Snoozed { .. } => "snooze_log_entry",
        Happening::Unacknowledged { .. } => "unacknowledge_log_entry",
        Happening::Resolved { .. } => "resolve_log_entry",
        Happening::Escalated { reason: EscalateReason::Opened, level: 1, .. }
        | Happening::Assigned { .. } => "assign_log_entry",
        Happening::Escalated { .. } | Happening::FallbackPaged { .. } => "escalate_log_entry",
        Happening::PathRepeated { .. } => "repeat_escalation_path_log_entry",
        Happening::PathExhausted => "exhaust_escalation_path_log_entry",
        Happening::Notified { .. }
        | Happening::NotificationsCancelled { .. }
        | Happening::Reminded { .. } => "notify_log_entry",
        Happening::UrgencyChanged { .. } => "urgency_change_log_entry",
        Happening::AlertResolved { .. }
        | Happening::NobodyReached { .. }
        | Happening::Annotated { .. }
        | Happening::TitleChanged { .. }
        | Happening::PriorityChanged { .. }
        | Happening::PolicyChanged { .. }
        | Happening::NoteDeleted { .. }
        | Happening::Linked { .. }
        | Happening::LinkRemoved { .. }
        | Happening::StatusUpdated { .. }
        | Happening::SubscribersChanged { .. }
        | Happening::RespondersRequested { .. }
        | Happening::ResponderReplied { .. }
        | Happening::MergedFrom { .. }
        | Happening::MergeTakenBack { .. }
        | Happening::Undone { .. }
        | Happening::RuleApplied { .. }
        | Happening::Held { .. }
        | Happening::Released { .. }
        | Happening::Omitted { .. } => "annotate_log_entry",
    }
}

/// Whether the entry is about the incident as a whole, rather than about single messages and events.
pub(crate) fn is_overview(what: &Happening) -> bool {
    !matches!(
        what,
        Happening::Repeated { .. }
            | Happening::Notified { .. }
            | Happening::NotificationsCancelled { .. }
            | Happening::Omitted { .. }
    )
}

fn channel(entry: &LogEntry, summary: String) -> wire::LogChannel {
    let kind = match (&entry.what, entry.agent) {
        (Happening::Annotated { .. }, _) => "note",
        (
            Happening::Unacknowledged {
                reason: UnacknowledgeReason::Timeout | UnacknowledgeReason::SnoozeEnded,
            },
            _,
        )
        | (Happening::Escalated { reason: EscalateReason::Timeout, .. }, _) => "timeout",
        (_, Agent::Service(_)) => "auto",
        (_, Agent::User(_) | Agent::Integration(_) | Agent::Account) => "api",
    };
    wire::LogChannel {
        kind: kind.to_owned(),
        summary: Some(summary),
        details: None,
        notification: notification(&entry.what),
    }
}

fn notification(what: &Happening) -> Option<wire::Notification> {
    match what {
        Happening::Notified { channel, outcome, .. } => {
            let (status, detail) = match outcome {
                NotifyOutcome::Sent { receipt } => ("success", receipt),
                NotifyOutcome::Failed { reason } => ("failed", reason),
                NotifyOutcome::Unknown { reason } => ("unknown", reason),
            };
            Some(wire::Notification {
                kind: channel_name(*channel).to_owned(),
                status: status.to_owned(),
                detail: Some(detail.to_string()).filter(|detail| !detail.is_empty()),
            })
        }
        Happening::NotificationsCancelled { .. } => {
            Some(wire::Notification { kind: "auto".to_owned(), status: "cancelled".to_owned(), detail: None })
        }
        _ => None,
    }
}

/// The channel in one word.
pub(crate) fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Webhook => "webhook",
        Channel::Console => "console",
        Channel::Sms => "sms",
        Channel::Phone => "phone",
        Channel::Push => "push_notification",
    }
}

fn event_details(incident: &Incident, what: &Happening) -> BTreeMap<String, String> {
    let (Happening::Triggered { alert: Some(alert) }
    | Happening::AlertAdded { alert }
    | Happening::Reopened { alert }) = what
    else {
        return BTreeMap::new();
    };
    let Some(alert) = incident.alerts.get(*alert as usize) else { return BTreeMap::new() };
    let digest = &alert.digest;
    let optional = [("component", &digest.component), ("group", &digest.group), ("class", &digest.class)];
    [
        ("description", digest.summary.as_ref()),
        ("source", &digest.source),
        ("severity", digest.severity.as_str()),
        ("dedup_key", &alert.dedup_key.0),
    ]
    .into_iter()
    .chain(optional.into_iter().filter_map(|(name, text)| Some((name, text.as_deref()?))))
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .collect()
}

fn note(what: &Happening) -> Option<String> {
    match what {
        Happening::Annotated { content, .. } => Some(content.to_string()),
        Happening::StatusUpdated { message, .. } => Some(message.to_string()),
        _ => None,
    }
}

fn assignees(what: &Happening) -> Option<&[UserId]> {
    match what {
        Happening::Escalated { users, .. } | Happening::Assigned { users } => Some(users),
        Happening::RespondersRequested { users, .. } | Happening::Reminded { users } => Some(users),
        Happening::FallbackPaged { user } | Happening::ResponderReplied { user, .. } => {
            Some(std::slice::from_ref(user))
        }
        _ => None,
    }
}

fn told(what: &Happening) -> Option<UserId> {
    match what {
        Happening::Notified { user, .. } | Happening::NotificationsCancelled { user, .. } => Some(*user),
        _ => None,
    }
}

fn repeats(what: &Happening) -> Option<wire::Repeats> {
    match what {
        Happening::Repeated { count, last_at, .. } => {
            Some(wire::Repeats { count: *count, last_at: last_at.to_iso() })
        }
        _ => None,
    }
}
