//! `/escalation_policies`

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Path;

use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::fields::{contains, id_in_path, id_of, ids_of, sort_by_name};
use super::reply;
use super::teams::OfTeams;
use crate::domain::command::{Ask, Done, EscalationRuleFields, PolicyChange};
use crate::domain::id::{EscalationRuleId, PolicyId, UserId};
use crate::domain::policy::{EscalationPolicy, Strategy, Target};
use crate::wire::rest::envelope::One;
use crate::wire::rest::escalation_policy::{
    AssignmentStrategyUpdate, EscalationPolicyUpdate, EscalationRuleUpdate,
};
use crate::wire::rest::reference::Ref;

/// The delay of a level that does not say one.
const DELAY_DEFAULT: Duration = Duration::from_secs(30 * 60);

impl Context {
    pub(super) fn policy(&self, id: &str) -> Result<Arc<EscalationPolicy>, Error> {
        let key: PolicyId = id_in_path("escalation policy", id)?;
        self.state.policies.get(&key).cloned().ok_or_else(|| Error::no_such("escalation policy", id))
    }
}

/// `GET /escalation_policies`, oldest first unless `sort_by=name`
pub(super) async fn list(cx: Context) -> Reply {
    let query = cx.query.one("query").unwrap_or("");
    let users: Vec<UserId> = cx.query.each("user_ids", "the id of a user")?;
    let teams = OfTeams::of(&cx.query, &cx.state)?;
    let pages = |policy: &EscalationPolicy| {
        let mut targets = policy.rules.iter().flat_map(|rule| &rule.targets);
        targets.any(|target| matches!(target, Target::User(id) if users.contains(id)))
    };
    let mut policies: Vec<&Arc<EscalationPolicy>> = cx
        .state
        .policies
        .values()
        .filter(|policy| {
            teams.has_policy(policy.id)
                && contains(&policy.name, query)
                && (users.is_empty() || pages(policy))
        })
        .collect();
    policies.sort_by_key(|policy| (policy.created_at, policy.id));
    sort_by_name(&mut policies, cx.query.one("sort_by"), |policy| &policy.name)?;
    let (policies, page) = cx.query.page()?.cut(policies);
    let view = cx.view()?;
    reply::paged(policies.into_iter().map(|policy| view.policy(policy)).collect(), page)
}

/// `GET /escalation_policies/{id}`
pub(super) async fn get(cx: Context, Path(id): Path<String>) -> Reply {
    let policy = cx.policy(&id)?;
    reply::one(cx.view()?.policy(&policy))
}

/// `POST /escalation_policies`
pub(super) async fn create(mut cx: Context, Body(One(new)): Body<One<EscalationPolicyUpdate>>) -> Reply {
    let done = cx.ask(Ask::CreatePolicy(Box::new(change(None, new)?)), None).await?;
    let Done::Object(id) = done else {
        return Err(Error::internal("making an escalation policy came to something else"));
    };
    let policy = cx.policy(id.as_str())?;
    reply::created(cx.view()?.policy(&policy))
}

/// `PUT /escalation_policies/{id}`
pub(super) async fn update(
    mut cx: Context,
    Path(id): Path<String>,
    Body(One(update)): Body<One<EscalationPolicyUpdate>>,
) -> Reply {
    let old = cx.policy(&id)?;
    let change = Box::new(change(Some(&old), update)?);
    cx.ask(Ask::UpdatePolicy { id: old.id, change }, Some(&id)).await?;
    let policy = cx.policy(&id)?;
    reply::one(cx.view()?.policy(&policy))
}

/// `DELETE /escalation_policies/{id}`
pub(super) async fn delete(mut cx: Context, Path(id): Path<String>) -> Reply {
    let policy = cx.policy(&id)?.id;
    cx.ask(Ask::DeletePolicy { id: policy }, Some(&id)).await?;
    reply::nothing()
}

fn change(old: Option<&EscalationPolicy>, update: EscalationPolicyUpdate) -> Result<PolicyChange, Error> {
    let hand_off_always = match update.on_call_handoff_notifications.as_deref() {
        None => None,
        Some("always") => Some(true),
        Some("if_has_services") => Some(false),
        Some(other) => {
            return Err(Error::invalid(format!(
                "escalation_policy.on_call_handoff_notifications: `{other}` is not one of if_has_services, always"
            )));
        }
    };
    let rules = update.escalation_rules.map(|rules| {
        let levels = rules.into_iter().enumerate();
        levels
            .map(|(index, level)| rule(old, &format!("escalation_policy.escalation_rules[{index}]"), level))
            .collect()
    });
    Ok(PolicyChange {
        name: update.name.map(Into::into),
        description: update.description.map(|text| text.map(Into::into)),
        num_loops: update.num_loops,
        hand_off_always,
        rules: rules.transpose()?,
        teams: update.teams.map(|it| ids_of("escalation_policy.teams", it.iter())).transpose()?,
    })
}

fn rule(
    old: Option<&EscalationPolicy>,
    path: &str,
    level: EscalationRuleUpdate,
) -> Result<EscalationRuleFields, Error> {
    let targets = level.targets.iter().enumerate();
    // An id that is not one of the policy's is not kept anyway.
    let id: Option<EscalationRuleId> = level.id.as_deref().and_then(|id| id.parse().ok());
    let known = old.and_then(|old| old.rules.iter().find(|rule| Some(rule.id) == id));
    Ok(EscalationRuleFields {
        id,
        strategy: match level.escalation_rule_assignment_strategy {
            Some(strategy) => strategy_of(path, &strategy)?,
            None => known.map_or_else(Strategy::default, |known| known.strategy),
        },
        delay: delay(level.escalation_delay_in_minutes, level.escalation_delay_in_seconds).ok_or_else(
            || {
                Error::invalid(format!(
                    "{path}.escalation_delay_in_minutes: expected a number that is not negative"
                ))
            },
        )?,
        targets: targets
            .map(|(index, it)| target(&format!("{path}.targets[{index}]"), it))
            .collect::<Result<_, _>>()?,
    })
}

/// The seconds, unless the minutes say something else: then a client that knows only minutes has changed those, and
/// sent the seconds back as it got them. A fraction of a minute (0.05 is 3 s) is an addition to PagerDuty's whole ones;
/// how short a delay may be is for the rules to say. `None` if the minutes are no length of time.
fn delay(minutes: Option<f64>, seconds: Option<u64>) -> Option<Duration> {
    match (minutes, seconds) {
        (None, None) => Some(DELAY_DEFAULT),
        (None, Some(seconds)) => Some(Duration::from_secs(seconds)),
        #[expect(clippy::cast_precision_loss, reason = "a number that large is refused in either form")]
        (Some(minutes), Some(seconds)) if seconds.div_ceil(60) as f64 == minutes => {
            Some(Duration::from_secs(seconds))
        }
        (Some(minutes), _) => Duration::try_from_secs_f64(minutes * 60.0).ok(),
    }
}

fn strategy_of(path: &str, strategy: &AssignmentStrategyUpdate) -> Result<Strategy, Error> {
    let name = match strategy {
        AssignmentStrategyUpdate::Object(strategy) => &strategy.kind,
        AssignmentStrategyUpdate::Name(name) => name,
    };
    match name.as_str() {
        "assign_to_everyone" => Ok(Strategy::AssignToEveryone),
        "round_robin" => Ok(Strategy::RoundRobin),
        _ => Err(Error::invalid(format!(
            "{path}.escalation_rule_assignment_strategy: `{name}` is not one of assign_to_everyone, round_robin"
        ))),
    }
}

fn target(path: &str, target: &Ref) -> Result<Target, Error> {
    let kind = target.kind.as_deref().unwrap_or("user_reference");
    match kind.strip_suffix("_reference").unwrap_or(kind) {
        "user" => id_of(path, target).map(Target::User),
        "schedule" => id_of(path, target).map(Target::Schedule),
        _ => Err(Error::invalid(format!(
            "{path}.type: `{kind}` is not one of user_reference, schedule_reference"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_in_minutes_wins_when_it_was_changed() {
        for (minutes, seconds, expected) in [
            (Some(5.0), None, Some(300_000)),
            (None, Some(3), Some(3_000)),
            (Some(1.0), Some(3), Some(3_000)),
            (Some(10.0), Some(3), Some(600_000)),
            (Some(1.0), Some(60), Some(60_000)),
            (None, None, Some(1_800_000)),
            (Some(0.05), None, Some(3_000)),
            (Some(0.05), Some(60), Some(3_000)),
            (Some(0.0), None, Some(0)),
            (Some(-1.0), None, None),
            (Some(1e300), None, None),
        ] {
            let expected = expected.map(Duration::from_millis);
            assert_eq!(delay(minutes, seconds), expected, "{minutes:?} {seconds:?}");
        }
    }
}
