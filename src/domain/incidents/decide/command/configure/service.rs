//! A service as it is wanted, with its integrations and rules.

use super::super::{check, rules as event_rules, service};
use super::policy_id;
use crate::domain::command::{NewIntegration, Rejection, ServiceChange};
use crate::domain::id::{IntegrationId, ServiceId};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::rule::{Actions, Rule, RuleScope};
use crate::domain::wanted::{WantedIntegration, WantedRule, WantedService};

pub(super) fn make(draft: &mut Draft, wanted: &WantedService) -> Result<(), Rejection> {
    let known = super::service_id(draft, &wanted.name, "").ok();
    let change = ServiceChange {
        name: Some(wanted.name.clone()),
        escalation_policy: Some(policy_id(draft, &wanted.escalation_policy, "escalation_policy")?),
        ..wanted.change.clone()
    };
    let id = match known {
        Some(id) => service::update(draft, id, &change).map(|_| id)?,
        None => ServiceId(service::create(draft, &change)?),
    };
    let mut taken = Vec::new();
    for (index, it) in wanted.integrations.iter().flatten().enumerate() {
        let path = format!("integrations[{index}]");
        taken.push(integration(draft, id, it, &taken, &path)?);
    }
    match &wanted.rules {
        Some(wanted) => rules(draft, RuleScope::Service(id), wanted),
        None => Ok(()),
    }
}

fn integration(
    draft: &mut Draft,
    id: ServiceId,
    wanted: &WantedIntegration,
    taken: &[IntegrationId],
    path: &str,
) -> Result<IntegrationId, Rejection> {
    let service = check::service(draft, id)?;
    let owner = draft.state.routing.get(&wanted.routing_key).copied();
    let known = match owner {
        Some((service, it)) if service == id => Some(it),
        Some((other, _)) => {
            let name = draft.state.services.get(&other).map(|it| it.name.to_string()).unwrap_or_default();
            return Err(check::invalid(format!(
                "{path}.key: it is a key of the service `{name}`: remove that integration first, or use another key"
            )));
        }
        None if wanted.drawn => service
            .integrations
            .iter()
            .find(|it| !taken.contains(&it.id) && check::same_name(&it.name, &wanted.name))
            .map(|it| it.id),
        None => None,
    };
    if let Some(known) = known {
        service::update_integration(draft, id, known, Some(&wanted.name))?;
        return Ok(known);
    }
    let made = IntegrationId(check::next_object(draft)?);
    let new = NewIntegration {
        name: wanted.name.clone(),
        kind: wanted.kind.clone(),
        routing_key: wanted.routing_key,
        vendor: None,
    };
    service::create_integration(draft, id, &new)?;
    Ok(made)
}

pub(super) fn rules(draft: &mut Draft, scope: RuleScope, wanted: &[WantedRule]) -> Result<(), Rejection> {
    let rule = |(index, it): (usize, &WantedRule)| {
        let path = format!("event_rules[{index}].route");
        let route = it.route.as_ref().map(|name| super::service_id(draft, name, &path)).transpose()?;
        Ok(Rule { actions: Actions { route, ..it.rule.actions.clone() }, ..it.rule.clone() })
    };
    let rules: Vec<Rule> = wanted.iter().enumerate().map(rule).collect::<Result<_, Rejection>>()?;
    event_rules::set(draft, scope, &rules).map(|_| ())
}
