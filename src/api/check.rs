//! `GET /check`: the proof that everybody who should be reached is, for some weeks ahead.

use std::time::Duration;

use super::context::Context;
use super::error::{Error, Reply};
use super::schedules::affordable;
use super::view::View;
use super::{reply, words_proof};
use crate::domain::proof::check::{Finding, Rendered, What, asked, check as prove};
use crate::domain::schedule::Span;
use crate::domain::schedule::zone::Zone;
use crate::wire::rest::proof as wire;
use crate::wire::rest::reference::Reference;

/// How many weeks are looked at if nothing is said, and at most.
const WEEKS_DEFAULT: u64 = 4;
const WEEKS_MAX: u64 = 26;
/// How long it may take.
const TIME_MAX: Duration = Duration::from_secs(20);
/// How many findings are shown, and how many spans of each.
const FINDINGS_MAX: usize = 2_000;
const SPANS_MAX: usize = 100;

/// `GET /check?weeks=4`
pub(super) async fn check(cx: Context) -> Reply {
    let range = range(&cx)?;
    let state = &cx.state;
    let clock = &cx.parts().clock;
    let began = clock.monotonic();
    let mut rendered = Rendered::new(range);
    for id in asked(state) {
        affordable(state.schedules.get(&id).map_or(0, |schedule| schedule.cost(range)))?;
        if clock.monotonic().saturating_sub(began) > TIME_MAX {
            return Err(Error::invalid("weeks: this takes too long: ask for fewer"));
        }
        rendered.render(state, id);
        // Others are answered meanwhile.
        tokio::task::yield_now().await;
    }
    let found = prove(state, &rendered, &cx.parts().settings.channels);
    let problems = found.iter().filter(|finding| finding.is_problem()).count();
    let view = cx.view()?;
    reply::one(wire::Check {
        ok: problems == 0,
        since: range.start.to_iso(),
        until: range.end.to_iso(),
        problems,
        warnings: found.len() - problems,
        policies: state.policies.len(),
        services: state.services.len(),
        schedules: state.schedules.len(),
        users: state.users.len(),
        findings: found.iter().take(FINDINGS_MAX).map(|finding| shown(&view, finding)).collect(),
        more: found.len().saturating_sub(FINDINGS_MAX),
    })
}

fn range(cx: &Context) -> Result<Span, Error> {
    let weeks = match cx.query.one("weeks") {
        None => WEEKS_DEFAULT,
        Some(text) => {
            let weeks = text.parse().ok().filter(|weeks| (1..=WEEKS_MAX).contains(weeks));
            let wrong = || Error::invalid(format!("weeks: `{text}` is not a number from 1 to {WEEKS_MAX}"));
            weeks.ok_or_else(wrong)?
        }
    };
    let start = cx.parts().clock.now();
    Ok(Span { start, end: start.plus(Duration::from_secs(weeks * 7 * 24 * 60 * 60)) })
}

fn shown(view: &View<'_>, finding: &Finding) -> wire::Finding {
    let zone = Zone::known(&finding.time_zone);
    let period = |span: &Span| wire::Period { start: zone.to_iso(span.start), end: zone.to_iso(span.end) };
    let level = match &finding.what {
        What::LevelReachesNobody { level, .. } => Some(*level),
        _ => None,
    };
    wire::Finding {
        severity: if finding.is_problem() { "problem" } else { "warning" }.to_owned(),
        kind: kind(&finding.what).to_owned(),
        summary: words_proof::finding(view, finding),
        subject: subject(view, &finding.what),
        level,
        urgencies: finding.urgencies.iter().map(|urgency| urgency.as_str().to_owned()).collect(),
        always: finding.spans.is_empty(),
        spans: finding.spans.iter().take(SPANS_MAX).map(period).collect(),
        more_spans: finding.spans.len().saturating_sub(SPANS_MAX),
        time_zone: finding.time_zone.to_string(),
    }
}

fn kind(what: &What) -> &'static str {
    match what {
        What::PolicyReachesNobody { .. } => "policy_reaches_nobody",
        What::PolicyWithoutLevel { .. } => "policy_without_level",
        What::ServiceReachesNobody { .. } => "service_reaches_nobody",
        What::LevelReachesNobody { .. } => "level_reaches_nobody",
        What::ScheduleGap { .. } => "schedule_gap",
        What::UserUnreachable { .. } => "user_unreachable",
        What::UserWithoutRule { .. } => "user_without_rule",
        What::LastResortUnreachable { .. } => "last_resort_unreachable",
    }
}

fn subject(view: &View<'_>, what: &What) -> Option<Reference> {
    Some(match what {
        What::PolicyReachesNobody { policy, .. }
        | What::PolicyWithoutLevel { policy }
        | What::LevelReachesNobody { policy, .. } => view.policy_reference(*policy),
        What::ServiceReachesNobody { service, .. } => view.service_reference(*service),
        What::ScheduleGap { schedule, .. } => {
            view.reference("schedule", "schedules", schedule, Some(view.schedule_name(*schedule)))
        }
        What::UserUnreachable { user, .. } | What::UserWithoutRule { user, .. } => view.user_reference(*user),
        What::LastResortUnreachable { user } => return user.map(|user| view.user_reference(user)),
    })
}
