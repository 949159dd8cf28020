//! `POST /simulate`: who would be paged for an event, when and how; nothing is stored and nobody is paged.

use std::time::Duration;

use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::view::{View, channel_name, contact_kind};
use super::{reply, route_test, words_proof};
use crate::domain::proof::simulation::{Message, Planned, Simulation, simulate_while as run};
use crate::domain::time::Timestamp;
use crate::wire::rest::proof as wire;

/// How far ahead the event may come.
const AHEAD_MAX: Duration = Duration::from_secs(26 * 7 * 24 * 60 * 60);
/// How long it may take.
const TIME_MAX: Duration = Duration::from_secs(5);
/// How much of a plan is shown.
const PLAN_MAX: usize = 2_000;

/// `POST /simulate`
pub(super) async fn simulate(cx: Context, Body(asked): Body<wire::Simulate>) -> Reply {
    let now = cx.parts().clock.now();
    let at = asked.at.as_deref().map(|text| time(text, now)).transpose()?.unwrap_or(now);
    let event = route_test::event(&asked.event, at)?;
    let Some(by) = cx.state.routing.get(&event.routing_key).copied() else {
        return Err(Error::invalid("event.routing_key: Invalid routing key"));
    };
    let began = cx.parts().clock.monotonic();
    let in_time = || cx.parts().clock.monotonic().saturating_sub(began) <= TIME_MAX;
    let found = run(&cx.state, &event, now, &cx.parts().settings.channels, &in_time)
        .map_err(|error| Error::invalid(format!("at: {error}")))?;
    let route = route_test::shown(&cx, &found.before, &event, &found.rehearsal, by)?;
    let view = View { state: &found.after, ..cx.view()? };
    let (end, end_summary) = words_proof::end(found.end, found.number.is_some());
    reply::one(wire::Simulation {
        at: at.to_iso(),
        route,
        plan: found.plan.iter().take(PLAN_MAX).map(|it| planned(&view, &found, it, at)).collect(),
        more: found.plan.len().saturating_sub(PLAN_MAX),
        end: end.to_owned(),
        end_summary,
    })
}

fn time(text: &str, now: Timestamp) -> Result<Timestamp, Error> {
    let wrong = "expected a time in ISO 8601 such as 2026-01-05T07:00:00Z";
    let at = Timestamp::parse(text).ok_or_else(|| Error::invalid(format!("at: {wrong}, not `{text}`")))?;
    // Now, as whoever asks has it, is a little in the past here.
    let at = if now.since(at) <= Duration::from_secs(60) { at.max(now) } else { at };
    if at < now {
        return Err(Error::invalid("at: in the past; what happened then is in the timelines of incidents"));
    }
    if at.since(now) > AHEAD_MAX {
        return Err(Error::invalid("at: more than 26 weeks ahead"));
    }
    Ok(at)
}

fn planned(view: &View<'_>, found: &Simulation, planned: &Planned, began: Timestamp) -> wire::Planned {
    let (kind, at, summary, message) = match planned {
        Planned::Entry(entry) => {
            let incident = found.number.and_then(|number| found.after.incidents.get(&number));
            let words = incident.map_or_else(String::new, |incident| view.words(incident, entry));
            ("entry", entry.at, words, None)
        }
        Planned::Message(it) => ("message", it.at, words_proof::message(view, it), Some(message(view, it))),
    };
    let after_seconds = at.since(began).as_secs();
    wire::Planned { kind: kind.to_owned(), at: at.to_iso(), after_seconds, summary, message }
}

fn message(view: &View<'_>, message: &Message) -> wire::PlannedMessage {
    let collection = format!("users/{}/contact_methods", message.user);
    let user = view.state.users.get(&message.user);
    let label = user.and_then(|user| user.contact_method(message.contact_method)).map(|it| &*it.label);
    let kind = contact_kind(message.channel);
    wire::PlannedMessage {
        user: view.user_reference(message.user),
        channel: channel_name(message.channel).to_owned(),
        contact_method: view.reference(kind, &collection, message.contact_method, label),
        level: message.level.map(|(level, _)| level),
        round: message.level.map(|(_, round)| round.saturating_add(1)),
        rule_delay_seconds: message.rule.map(|delay| delay.as_secs()),
        sent: message.sent,
    }
}
