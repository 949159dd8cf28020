//! `/oncalls`: who is on call, by policy, level and schedule.

use super::context::Context;
use super::error::{Error, Reply};
use super::reply;
use super::schedules::{RANGE_MAX, affordable};
use crate::domain::incidents::oncall::{Wanted, serving};
use crate::domain::schedule::Span;

/// Here many schedules are rendered at once, but only the final one of each, so more is allowed.
const ALL_AT_ONCE: u64 = 5;

/// `GET /oncalls`, by policy, level and start. Whoever is a target itself is on call at all times.
pub(super) async fn list(cx: Context) -> Reply {
    let now = cx.parts().clock.now();
    let since = cx.query.time("since")?.unwrap_or(now);
    let until = cx.query.time("until")?.unwrap_or(since.max(now));
    if until < since {
        return Err(Error::invalid("until: before since"));
    }
    if until.since(since) > RANGE_MAX {
        return Err(Error::invalid(format!(
            "until: more than {} days after since",
            RANGE_MAX.as_secs() / 86_400
        )));
    }
    let wanted = Wanted {
        users: cx.query.each("user_ids", "the id of a user")?,
        policies: cx.query.each("escalation_policy_ids", "the id of an escalation policy")?,
        schedules: cx.query.each("schedule_ids", "the id of a schedule")?,
        range: Span { start: since, end: until },
        earliest: cx.query.flag("earliest")?,
    };
    let asked = cx.state.schedules.values();
    let asked = asked.filter(|it| wanted.schedules.is_empty() || wanted.schedules.contains(&it.id));
    affordable(asked.map(|schedule| schedule.cost(wanted.range) / ALL_AT_ONCE).sum())?;
    let zone = cx.query.zone()?;
    // Only what is on the page is shown, which costs more than to find it.
    let (found, page) = cx.query.page()?.cut(serving(&cx.state, &wanted));
    let view = cx.view()?;
    reply::paged(found.iter().map(|serving| view.oncall(serving, zone.as_ref())).collect(), page)
}
