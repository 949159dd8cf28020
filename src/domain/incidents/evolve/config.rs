//! Facts about users, services, policies and tokens.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::state::{Account, State};
use crate::domain::policy::EscalationPolicy;
use crate::domain::service::{Integration, Service};
use crate::domain::user::{ContactMethod, NotificationRule, User};

pub(super) fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::Founded { id_key, at, fallback_user } => {
            let account =
                Account { id_key: *id_key, founded_at: *at, fallback_user: *fallback_user, epoch: 0 };
            state.account.get_or_insert(account);
        }
        Fact::EpochStarted { epoch, .. } => {
            if let Some(account) = &mut state.account {
                account.epoch = *epoch;
                state.pages = 0;
            }
        }
        Fact::ServiceCreated(_)
        | Fact::ServiceUpdated(_)
        | Fact::ServiceDeleted { .. }
        | Fact::IntegrationSet { .. }
        | Fact::IntegrationRemoved { .. } => services(state, fact),
        Fact::PolicyCreated(policy) | Fact::PolicyUpdated(policy) => set_policy(state, policy),
        Fact::PolicyDeleted { id } => {
            let gone = state.policies.remove(id);
            for rule in gone.iter().flat_map(|policy| &policy.rules) {
                state.round_robin.remove(&rule.id);
            }
        }
        Fact::TokenIssued(token) => {
            state.objects += 1;
            state.tokens.insert(token.id, Arc::new(token.clone()));
        }
        Fact::TokenRevoked { id } => {
            state.tokens.remove(id);
        }
        _ => users(state, fact),
    }
}

fn users(state: &mut State, fact: &Fact) {
    match fact {
        Fact::UserCreated(user) => {
            state.objects += 1;
            let bare =
                User { contact_methods: Vec::new(), notification_rules: Vec::new(), ..(**user).clone() };
            state.users.insert(user.id, Arc::new(bare));
        }
        Fact::UserUpdated(new) => {
            if let Some(user) = state.users.get_mut(&new.id) {
                let user = Arc::make_mut(user);
                let contact_methods = std::mem::take(&mut user.contact_methods);
                let notification_rules = std::mem::take(&mut user.notification_rules);
                *user = User { contact_methods, notification_rules, ..(**new).clone() };
            }
        }
        Fact::UserDeleted { id } => {
            state.users.remove(id);
            state.actions.remove(id);
        }
        Fact::ContactMethodSet { user, method } => {
            if let Some(user) = state.users.get_mut(user) {
                state.objects += set_method(Arc::make_mut(user), method);
            }
        }
        Fact::ContactMethodRemoved { user, id } => {
            if let Some(user) = state.users.get_mut(user) {
                let user = Arc::make_mut(user);
                user.contact_methods.retain(|method| method.id != *id);
                user.notification_rules.retain(|rule| rule.contact_method != *id);
            }
        }
        Fact::NotificationRuleSet { user, rule } => {
            if let Some(user) = state.users.get_mut(user) {
                state.objects += set_rule(Arc::make_mut(user), rule);
            }
        }
        Fact::NotificationRuleRemoved { user, id } => {
            if let Some(user) = state.users.get_mut(user) {
                Arc::make_mut(user).notification_rules.retain(|rule| rule.id != *id);
            }
        }
        _ => {}
    }
}

/// How many objects were made by it: 1 if it is new.
fn set_method(user: &mut User, method: &ContactMethod) -> u64 {
    if let Some(old) = user.contact_methods.iter_mut().find(|old| old.id == method.id) {
        *old = method.clone();
        return 0;
    }
    user.contact_methods.push(method.clone());
    1
}

fn set_rule(user: &mut User, rule: &NotificationRule) -> u64 {
    if let Some(old) = user.notification_rules.iter_mut().find(|old| old.id == rule.id) {
        *old = rule.clone();
        return 0;
    }
    user.notification_rules.push(rule.clone());
    1
}

fn services(state: &mut State, fact: &Fact) {
    match fact {
        Fact::ServiceCreated(service) => {
            state.objects += 1;
            let bare = Service { integrations: Vec::new(), ..(**service).clone() };
            state.services.insert(service.id, Arc::new(bare));
        }
        Fact::ServiceUpdated(new) => {
            if let Some(service) = state.services.get_mut(&new.id) {
                let service = Arc::make_mut(service);
                let integrations = std::mem::take(&mut service.integrations);
                *service = Service { integrations, ..(**new).clone() };
            }
        }
        Fact::ServiceDeleted { id } => {
            if let Some(service) = state.services.remove(id) {
                for integration in &service.integrations {
                    state.routing.remove(&integration.routing_key);
                }
                super::watch::service_deleted(state, *id);
            }
        }
        Fact::IntegrationSet { service: id, integration } => {
            if let Some(service) = state.services.get_mut(id) {
                let (made, old_key) = set_integration(Arc::make_mut(service), integration);
                state.objects += made;
                if let Some(key) = old_key {
                    state.routing.remove(&key);
                }
                state.routing.insert(integration.routing_key, (*id, integration.id));
            }
        }
        Fact::IntegrationRemoved { service, id } => {
            if let Some(service) = state.services.get_mut(service) {
                let service = Arc::make_mut(service);
                if let Some(integration) = service.integration(*id) {
                    state.routing.remove(&integration.routing_key);
                }
                service.integrations.retain(|integration| integration.id != *id);
            }
        }
        _ => {}
    }
}

/// How many objects were made by it, and the routing key that leads nowhere any more.
fn set_integration(
    service: &mut Service,
    integration: &Integration,
) -> (u64, Option<crate::domain::service::RoutingKey>) {
    if let Some(old) = service.integrations.iter_mut().find(|old| old.id == integration.id) {
        let key = old.routing_key;
        *old = integration.clone();
        return (0, Some(key));
    }
    service.integrations.push(integration.clone());
    (1, None)
}

/// Levels have ids of their own; those that the policy had not before were made with it.
fn set_policy(state: &mut State, policy: &EscalationPolicy) {
    let old = state.policies.get(&policy.id).cloned();
    let known: BTreeSet<_> = old.iter().flat_map(|old| &old.rules).map(|rule| rule.id).collect();
    let new = policy.rules.iter().filter(|rule| !known.contains(&rule.id)).count();
    state.objects += u64::from(old.is_none()) + new as u64;
    state.policies.insert(policy.id, Arc::new(policy.clone()));
    for rule in known {
        if !policy.rules.iter().any(|kept| kept.id == rule) {
            state.round_robin.remove(&rule);
        }
    }
}
