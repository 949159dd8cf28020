//! What proofs and simulations say, in words.

use super::view::{View, channel_name};
use crate::domain::proof::check::{Finding, What, Why};
use crate::domain::proof::reach::Reach;
use crate::domain::proof::simulation::{End, Message};
use crate::domain::user::{Channel, Urgency};

/// How many things a sentence names.
const NAMED_MAX: usize = 10;

/// One sentence about something that was found.
pub(crate) fn finding(view: &View<'_>, finding: &Finding) -> String {
    let when = if finding.spans.is_empty() { "never" } else { "not always" };
    let of = urgencies(&finding.urgencies);
    match &finding.what {
        What::PolicyReachesNobody { policy, services, why } => {
            let services = match services.as_slice() {
                [] => String::new(),
                some => format!(" (services: {})", names(some.iter().map(|id| view.service_name(*id)))),
            };
            format!(
                "policy {}{services}: {when} reaches anybody{of}: {}",
                view.policy_name(*policy),
                blames(view, why)
            )
        }
        What::PolicyWithoutLevel { policy } => format!("policy {}: has no level", view.policy_name(*policy)),
        What::ServiceReachesNobody { service, policy } => format!(
            "service {}: its policy {} never reaches anybody{of}",
            view.service_name(*service),
            view.policy_name(*policy)
        ),
        What::LevelReachesNobody { policy, level, why } => format!(
            "policy {}, level {level}: {when} reaches anybody{of}: {}",
            view.policy_name(*policy),
            blames(view, why)
        ),
        What::ScheduleGap { schedule, policies } => format!(
            "schedule {}: nobody is {}on call (asked by: {})",
            view.schedule_name(*schedule),
            if finding.spans.is_empty() { "ever " } else { "always " },
            names(policies.iter().map(|id| view.policy_name(*id)))
        ),
        What::UserUnreachable { user, why, on_call } => {
            let on_call = if *on_call { "is on call" } else { "is not on call in this time" };
            format!("user {}: {on_call} and cannot be reached{of}: {}", view.user_name(*user), unreached(why))
        }
        What::UserWithoutRule { user, uses } => format!(
            "user {}: has no notification rule{of}; the first contact method, {}, is used at once",
            view.user_name(*user),
            channel_name(*uses)
        ),
        What::LastResortUnreachable { user: Some(user) } => {
            format!("the last resort, {}, cannot be reached{of}", view.user_name(*user))
        }
        What::LastResortUnreachable { user: None } => "there is no last resort".to_owned(),
    }
}

fn urgencies(urgencies: &[Urgency]) -> String {
    match urgencies {
        [one] => format!(" for {} urgency", one.as_str()),
        _ => String::new(),
    }
}

fn names<'a>(all: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = all.len().saturating_sub(NAMED_MAX);
    let named = all.take(NAMED_MAX).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}

fn blames(view: &View<'_>, why: &[Why]) -> String {
    let said: Vec<String> = why
        .iter()
        .map(|blame| match blame {
            Why::NobodyOnCall(id) => format!("nobody is on call by schedule {}", view.schedule_name(*id)),
            Why::Unreachable(id) => format!("{} cannot be reached", view.user_name(*id)),
            Why::Removed(_) => "a user was removed".to_owned(),
        })
        .collect();
    names(said.iter().map(String::as_str))
}

/// Why a user cannot be reached.
pub(crate) fn unreached(why: &Reach) -> String {
    match why {
        Reach::Reached { .. } => "can be reached".to_owned(),
        Reach::NoContactMethod => "there is no contact method".to_owned(),
        Reach::NoProvider(channels) => {
            format!("nothing is configured here that sends by {}", channels_named(channels))
        }
    }
}

fn channels_named(channels: &[Channel]) -> String {
    channels.iter().map(|channel| channel_name(*channel)).collect::<Vec<_>>().join(" or ")
}

/// One sentence about a message that would be sent.
pub(crate) fn message(view: &View<'_>, message: &Message) -> String {
    let user = view.state.users.get(&message.user);
    let label = user.and_then(|user| user.contact_method(message.contact_method)).map(|method| &method.label);
    let label = label.map(|label| format!(" ({label})")).unwrap_or_default();
    let level = match message.level {
        Some((level, 0)) => format!("level {level}"),
        Some((level, round)) => format!("level {level}, round {}", u32::from(round) + 1),
        None => "not by a level".to_owned(),
    };
    let rule = match message.rule {
        Some(delay) if delay.is_zero() => "rule: at once".to_owned(),
        Some(delay) => format!("rule: after {}m", delay.as_secs() / 60),
        None => "no rule for this urgency".to_owned(),
    };
    let failed =
        if message.sent { "" } else { ", which cannot be sent: nothing is configured that sends there" };
    let (name, channel) = (view.user_name(message.user), channel_name(message.channel));
    format!("{name} by {channel}{label}; {level}; {rule}{failed}")
}

/// How a simulation ends: the name, and a sentence.
pub(crate) fn end(end: End, incident: bool) -> (&'static str, String) {
    match end {
        End::Exhausted => ("exhausted", "all levels have been paged; nobody else is left to page".to_owned()),
        End::Over if incident => ("over", "it is over by itself".to_owned()),
        End::Over => ("over", "nobody is paged: no incident comes of it".to_owned()),
        End::Quiet => ("quiet", "nothing more happens by itself".to_owned()),
        End::Later(at) => ("later", format!("more happens {at} or later, which is not looked at")),
        End::TooMuch => ("too_much", "more happens than is looked at".to_owned()),
    }
}
