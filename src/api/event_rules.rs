//! `/event_rules`, `/services/{id}/event_rules`: additions of `pd`.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::Path;

use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::fields::id_of;
use super::reply;
use crate::domain::command::Ask;
use crate::domain::event::Severity;
use crate::domain::expression::{Condition, Template};
use crate::domain::id::PriorityId;
use crate::domain::rule::{Actions, Field, Rule, RuleScope};
use crate::wire::rest::envelope::Many;
use crate::wire::rest::event_rule::{EventRule, RuleActions};

/// `GET /event_rules`, in order
pub(super) async fn global(cx: Context) -> Reply {
    show(&cx, RuleScope::Global)
}

/// `PUT /event_rules`: replaces the list
pub(super) async fn set_global(mut cx: Context, Body(Many(rules)): Body<Many<EventRule>>) -> Reply {
    set(&mut cx, RuleScope::Global, rules, None).await
}

/// `GET /services/{id}/event_rules`, in order
pub(super) async fn of_service(cx: Context, Path(id): Path<String>) -> Reply {
    let service = cx.service(&id)?.id;
    show(&cx, RuleScope::Service(service))
}

/// `PUT /services/{id}/event_rules`: replaces the list
pub(super) async fn set_of_service(
    mut cx: Context,
    Path(id): Path<String>,
    Body(Many(rules)): Body<Many<EventRule>>,
) -> Reply {
    let service = cx.service(&id)?.id;
    set(&mut cx, RuleScope::Service(service), rules, Some(&id)).await
}

async fn set(cx: &mut Context, scope: RuleScope, rules: Vec<EventRule>, subject: Option<&str>) -> Reply {
    let read = |(index, rule): (usize, EventRule)| rule_of(cx, index, rule);
    let rules = rules.into_iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
    cx.ask(Ask::SetRules { scope, rules }, subject).await?;
    show(cx, scope)
}

fn show(cx: &Context, scope: RuleScope) -> Reply {
    let view = cx.view()?;
    let rules = cx.state.rules.get(&scope).map(|rules| rules.as_slice()).unwrap_or_default();
    reply::many(rules.iter().map(|rule| view.event_rule(scope, rule)).collect())
}

fn rule_of(cx: &Context, index: usize, rule: EventRule) -> Result<Rule, Error> {
    let path = format!("event_rules[{index}].actions");
    Ok(Rule {
        name: rule.name.trim().into(),
        condition: rule.condition.as_deref().filter(|text| !text.trim().is_empty()).map(Condition::new),
        disabled: rule.disabled,
        stop: rule.stop,
        actions: actions(cx, &path, rule.actions)?,
    })
}

fn actions(cx: &Context, path: &str, actions: RuleActions) -> Result<Actions, Error> {
    let RuleActions { drop, suppress, pause, route_to, severity, priority, set, note } = actions;
    let priority = priority.map(|it| id_of::<PriorityId>(&format!("{path}.priority"), &it)).transpose()?;
    if let Some(priority) = priority
        && cx.view()?.priority(priority).is_none()
    {
        return Err(Error::invalid(format!("{path}.priority: no priority with the id {priority}")));
    }
    Ok(Actions {
        drop,
        suppress,
        pause: pause.map(Duration::from_secs),
        route: route_to.map(|it| id_of(&format!("{path}.route_to"), &it)).transpose()?,
        severity: severity.map(|text| severity_of(path, &text)).transpose()?,
        priority,
        set: fields(path, set)?,
        note: note.as_deref().map(Template::new),
    })
}

fn severity_of(path: &str, text: &str) -> Result<Severity, Error> {
    [Severity::Critical, Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .find(|severity| severity.as_str() == text)
        .ok_or_else(|| {
            Error::invalid(format!("{path}.severity: `{text}` is not one of critical, error, warning, info"))
        })
}

fn fields(path: &str, set: BTreeMap<String, String>) -> Result<BTreeMap<Field, Template>, Error> {
    let field = |(name, template): (String, String)| {
        let field = Field::ALL.into_iter().find(|field| field.as_str() == name).ok_or_else(|| {
            let known = Field::ALL.map(Field::as_str).join(", ");
            Error::invalid(format!(
                "{path}.set: `{name}` cannot be set: use one of {known}; severity has its own action"
            ))
        })?;
        Ok((field, Template::new(&template)))
    };
    set.into_iter().map(field).collect()
}
