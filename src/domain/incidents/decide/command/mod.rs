//! Commands: each is judged once, and its verdict is remembered.

mod check;
mod found;
mod heartbeat;
mod incident;
mod maintenance;
mod policy;
mod rule;
mod rules;
mod service;
mod token;
mod user;

use std::sync::Arc;

pub(super) use incident::takes_notes;
pub(super) use maintenance::windows_due;

use super::draft::Draft;
use crate::domain::command::{Actor, Ask, Command, Done, Rejection, Verdict};
use crate::domain::incidents::fact::Fact;

pub(super) fn decide(draft: &mut Draft, command: &Command) {
    if draft.state.verdicts.contains_key(&command.id) {
        return;
    }
    let key = command.idempotency_key.as_deref().map(|key| scoped(command.actor, key));
    let earlier = key.as_ref().and_then(|key| draft.state.idempotency.get(key));
    if let Some(verdict) = earlier.and_then(|id| draft.state.verdicts.get(id)).cloned() {
        return judged(draft, command, None, verdict);
    }
    // Repeats of the batch are made facts first, so that a rejection does not undo them.
    draft.flush();
    let checkpoint = draft.checkpoint();
    let verdict = match judge(draft, command) {
        Ok(Done::Changed) if !draft.changed_since(&checkpoint) => Verdict::Done(Done::Unchanged),
        Ok(done) => Verdict::Done(done),
        Err(rejection) => {
            draft.roll_back(checkpoint);
            Verdict::Rejected(rejection)
        }
    };
    judged(draft, command, key, verdict);
}

fn judged(draft: &mut Draft, command: &Command, idempotency_key: Option<Arc<str>>, verdict: Verdict) {
    draft.emit(Fact::CommandJudged { id: command.id, at: draft.now, idempotency_key, verdict });
}

/// A client's key counts among the commands of its own token.
fn scoped(actor: Actor, key: &str) -> Arc<str> {
    match actor.token {
        Some(token) => format!("{token}:{key}").into(),
        None => format!("local:{key}").into(),
    }
}

fn judge(draft: &mut Draft, command: &Command) -> Result<Done, Rejection> {
    let by = command.actor.agent();
    match &command.ask {
        Ask::Found(founding) => found::found(draft, founding),
        // Nothing can be made before there is a key to make ids with.
        _ if draft.state.account.is_none() => {
            Err(check::invalid("this installation has not been set up yet: found it first"))
        }
        Ask::CreateIncident(new) => incident::create(draft, by, new),
        Ask::UpdateIncidents(changes) => incident::update(draft, by, changes),
        Ask::AddNote { incident, content } => incident::add_note(draft, by, *incident, content),
        Ask::ResolveAlerts { incident, alerts } => incident::resolve_alerts(draft, by, *incident, alerts),
        Ask::CreateUser(new) => user::create(draft, new),
        Ask::UpdateUser { id, change } => user::update(draft, *id, change),
        Ask::DeleteUser { id } => user::delete(draft, *id),
        Ask::CreateContactMethod { user, method } => user::create_method(draft, *user, method),
        Ask::UpdateContactMethod { user, id, change } => user::update_method(draft, *user, *id, change),
        Ask::DeleteContactMethod { user, id } => user::delete_method(draft, *user, *id),
        Ask::CreateNotificationRule { user, rule } => rule::create(draft, *user, rule),
        Ask::UpdateNotificationRule { user, id, rule } => rule::update(draft, *user, *id, rule),
        Ask::DeleteNotificationRule { user, id } => rule::delete(draft, *user, *id),
        Ask::CreateService(change) => service::create(draft, change).map(Done::Object),
        Ask::UpdateService { id, change } => service::update(draft, *id, change),
        Ask::DeleteService { id } => service::delete(draft, by, *id),
        Ask::CreateIntegration { service, integration } => {
            service::create_integration(draft, *service, integration)
        }
        Ask::UpdateIntegration { service, id, name } => {
            service::update_integration(draft, *service, *id, name.as_ref())
        }
        Ask::DeleteIntegration { service, id } => service::delete_integration(draft, *service, *id),
        Ask::CreatePolicy(change) => policy::create(draft, change).map(Done::Object),
        Ask::UpdatePolicy { id, change } => policy::update(draft, *id, change),
        Ask::DeletePolicy { id } => policy::delete(draft, *id),
        Ask::IssueToken(new) => token::issue(draft, new),
        Ask::RevokeToken { id } => token::revoke(draft, *id),
        Ask::SetRules { scope, rules } => rules::set(draft, *scope, rules),
        Ask::CreateWindow(change) => maintenance::create(draft, by, change),
        Ask::UpdateWindow { id, change } => maintenance::update(draft, *id, change),
        Ask::EndWindow { id } => maintenance::end(draft, *id),
        Ask::DeleteWindow { id } => maintenance::delete(draft, *id),
        Ask::CreateHeartbeat(new) => heartbeat::create(draft, new),
        Ask::UpdateHeartbeat { id, change } => heartbeat::update(draft, by, *id, change),
        Ask::DeleteHeartbeat { id } => heartbeat::delete(draft, by, *id),
    }
}
