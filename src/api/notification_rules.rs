//! `/users/{id}/notification_rules`

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Path;

use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::fields::{id_in_path, id_of, urgency_of};
use super::reply;
use crate::domain::command::{Ask, Done, RuleFields};
use crate::domain::id::NotificationRuleId;
use crate::domain::user::{NotificationRule, Urgency, User};
use crate::wire::rest::envelope::One;
use crate::wire::rest::notification_rule::{self as wire, NotificationRuleUpdate};

/// `GET /users/{id}/notification_rules`
pub(super) async fn list(cx: Context, Path(id): Path<String>) -> Reply {
    let user = cx.user(&id)?;
    let urgency = match cx.query.one("urgency") {
        None | Some("all") => None,
        Some("high") => Some(Urgency::High),
        Some("low") => Some(Urgency::Low),
        Some(other) => {
            return Err(Error::invalid(format!("urgency: `{other}` is not one of high, low, all")));
        }
    };
    let view = cx.view()?;
    let rules =
        user.notification_rules.iter().filter(|it| urgency.is_none_or(|urgency| urgency == it.urgency));
    reply::many(rules.map(|rule| view.notification_rule(&user, rule)).collect())
}

/// `GET /users/{id}/notification_rules/{rule_id}`
pub(super) async fn get(cx: Context, Path((id, rule_id)): Path<(String, String)>) -> Reply {
    reply::one(show(&cx, &id, &rule_id)?)
}

/// `POST /users/{id}/notification_rules`
pub(super) async fn create(
    mut cx: Context,
    Path(id): Path<String>,
    Body(One(new)): Body<One<NotificationRuleUpdate>>,
) -> Reply {
    let user = cx.user(&id)?;
    let rule = fields(new, None)?;
    let done = cx.ask(Ask::CreateNotificationRule { user: user.id, rule }, Some(&id)).await?;
    let Done::Object(made) = done else {
        return Err(Error::internal("making a notification rule came to something else"));
    };
    reply::created(show(&cx, &id, made.as_str())?)
}

/// `PUT /users/{id}/notification_rules/{rule_id}`
pub(super) async fn update(
    mut cx: Context,
    Path((id, rule_id)): Path<(String, String)>,
    Body(One(update)): Body<One<NotificationRuleUpdate>>,
) -> Reply {
    let (user, present) = find(&cx, &id, &rule_id)?;
    let rule = fields(update, Some(&present))?;
    cx.ask(Ask::UpdateNotificationRule { user: user.id, id: present.id, rule }, Some(&rule_id)).await?;
    reply::one(show(&cx, &id, &rule_id)?)
}

/// `DELETE /users/{id}/notification_rules/{rule_id}`
pub(super) async fn delete(mut cx: Context, Path((id, rule_id)): Path<(String, String)>) -> Reply {
    let (user, rule) = find(&cx, &id, &rule_id)?;
    cx.ask(Ask::DeleteNotificationRule { user: user.id, id: rule.id }, Some(&rule_id)).await?;
    reply::nothing()
}

fn find(cx: &Context, user_id: &str, id: &str) -> Result<(Arc<User>, NotificationRule), Error> {
    let user = cx.user(user_id)?;
    let key: NotificationRuleId = id_in_path("notification rule", id)?;
    let rule = user.notification_rules.iter().find(|rule| rule.id == key).cloned();
    Ok((user, rule.ok_or_else(|| Error::no_such("notification rule", id))?))
}

fn show(cx: &Context, user_id: &str, id: &str) -> Result<wire::NotificationRule, Error> {
    let (user, rule) = find(cx, user_id, id)?;
    Ok(cx.view()?.notification_rule(&user, &rule))
}

/// What the rule is to be: what is not given stays as it is.
fn fields(update: NotificationRuleUpdate, present: Option<&NotificationRule>) -> Result<RuleFields, Error> {
    if let Some(kind) = update.kind.as_deref()
        && !kind.starts_with("assignment_notification_rule")
    {
        return Err(Error::invalid(format!(
            "notification_rule.type: `{kind}` is not assignment_notification_rule"
        )));
    }
    let contact_method = match update.contact_method {
        Some(method) => id_of("notification_rule.contact_method", &method)?,
        None => present
            .map(|rule| rule.contact_method)
            .ok_or_else(|| Error::invalid("notification_rule: missing field `contact_method`"))?,
    };
    let delay = update.start_delay_in_minutes.map(|minutes| Duration::from_secs(minutes.saturating_mul(60)));
    Ok(RuleFields {
        urgency: update.urgency.map(urgency_of).or(present.map(|rule| rule.urgency)).unwrap_or(Urgency::High),
        delay: delay.or(present.map(|rule| rule.delay)).unwrap_or_default(),
        contact_method,
    })
}
