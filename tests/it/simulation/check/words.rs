//! Entries in the words of the field, for the trace.

use std::fmt::Write as _;

use pd::domain::incidents::fact::{Cause, Fact as Incidents};
use pd::domain::notify::Fact as Notify;
use pd::journal::{LogName, Seq};
use pd::stage::{Body, Cursor};

/// How much of a fact is shown that has no words of its own.
const SHOWN: usize = 200;

/// An entry of the incidents journal.
pub(super) fn incidents(seq: Seq, body: &Body<Incidents>) -> String {
    let facts: Vec<_> = body.facts.iter().map(of_incident).collect();
    format!("writes incidents {seq}: {}{}", facts.join("; "), cursors(&body.cursors, &body.dropped))
}

/// An entry of the notify journal.
pub(super) fn notify(seq: Seq, body: &Body<Notify>) -> String {
    let facts: Vec<_> = body.facts.iter().map(of_message).collect();
    format!("writes notify {seq}: {}{}", facts.join("; "), cursors(&body.cursors, &body.dropped))
}

fn cursors(cursors: &[(LogName, Cursor)], dropped: &[LogName]) -> String {
    let mut text = String::new();
    for (log, cursor) in cursors {
        let _ = write!(text, " [{} to {}", log_name(log), cursor.next);
        if cursor.skip > 0 {
            let _ = write!(text, "+{}", cursor.skip);
        }
        text.push(']');
    }
    for log in dropped {
        let _ = write!(text, " [{} is done]", log_name(log));
    }
    text
}

/// A journal's name with a shorter id.
fn log_name(log: &LogName) -> String {
    match log.as_str().strip_prefix("door/").and_then(|rest| rest.split_once('/')) {
        Some((door, kind)) => format!("door {}… {kind}", &door[door.len().saturating_sub(6)..]),
        None => log.to_string(),
    }
}

fn of_incident(fact: &Incidents) -> String {
    match fact {
        Incidents::IncidentOpened(opened) => match &opened.cause {
            Cause::Event { dedup_key, .. } => format!("#{} opened for {dedup_key}", opened.number),
            Cause::Request { title, .. } => format!("#{} opened: {title}", opened.number),
        },
        Incidents::AlertRepeated { number, count, .. } => format!("#{number} repeated {count} times"),
        Incidents::AlertResolved { number, .. } => format!("#{number} has an alert resolved"),
        Incidents::IncidentAcknowledged { number, .. } => format!("#{number} acknowledged"),
        Incidents::IncidentUnacknowledged { number, .. } => format!("#{number} not acknowledged any more"),
        Incidents::IncidentResolved { number, reason, .. } => format!("#{number} resolved ({reason:?})"),
        Incidents::LevelEntered { number, level, round, reason, .. } => {
            format!("#{number} enters level {level}, round {round} ({reason:?})")
        }
        Incidents::UserPaged(page) => {
            let messages: Vec<_> =
                page.steps.iter().map(|step| format!("{:?}", step.contact.channel)).collect();
            format!(
                "page {} about #{} to {} by {}",
                page.page.n,
                page.number,
                page.user.0.as_str(),
                messages.join(", ")
            )
        }
        Incidents::PageSettled { number, page, reached, .. } => {
            format!("#{number}: page {} reached: {reached}", page.n)
        }
        Incidents::NotificationNoted { number, channel, outcome, .. } => {
            format!("#{number}: {channel:?} {outcome:?}")
        }
        Incidents::CommandJudged { verdict, .. } => format!("command judged: {verdict:?}"),
        Incidents::CloseRemembered(close) => {
            let what = if close.resolves { "resolve" } else { "acknowledge" };
            format!("{what} of {} remembered", close.dedup_key)
        }
        other => short(&format!("{other:?}")),
    }
}

fn of_message(fact: &Notify) -> String {
    let list = |ids: &[pd::domain::notify::NotificationId]| {
        ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    match fact {
        Notify::PagePlanned(page) => format!("page {} about #{} planned", page.page.n, page.number),
        Notify::NotificationsClaimed { ids, deadline, .. } => {
            format!("claims message {} until {}", list(ids), deadline.to_iso_millis())
        }
        Notify::NotificationPostponed { ids, reason, .. } => {
            format!("message {} postponed: {reason}", list(ids))
        }
        Notify::NotificationEnded { id, outcome, .. } => format!("message {id} ended: {outcome:?}"),
        Notify::NotificationsCancelled { ids, reason, .. } => {
            format!("message {} cancelled: {reason:?}", list(ids))
        }
        Notify::NotificationAdvanced { id, .. } => format!("message {id} is due at once"),
        Notify::PageSettled { page, reached, .. } => format!("page {} settled, reached: {reached}", page.n),
        other => short(&format!("{other:?}")),
    }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
