//! Commands: each is judged once, and its verdict is remembered.

mod audit;
mod calendar;
mod check;
mod configure;
mod feed;
mod found;
mod heartbeat;
mod incident;
mod maintenance;
mod merge;
mod overrides;
mod people;
mod policy;
mod rule;
mod rules;
mod schedule;
mod service;
mod snooze;
mod team;
mod token;
mod undo;
mod undo_override;
mod user;
mod writing;

use std::sync::Arc;

pub(super) use configure::try_out;
pub(super) use maintenance::windows_due;
pub(super) use schedule::preview;
pub(super) use writing::takes_notes;

use super::draft::{Checkpoint, Draft};
use super::handover;
use crate::domain::command::{Actor, Ask, Command, Done, Rejection, Verdict};
use crate::domain::incidents::fact::Fact;
use crate::mutants::{self, Mutant};

pub(super) fn decide(draft: &mut Draft, command: &Command) {
    if draft.state.verdicts.contains_key(&command.id) {
        return;
    }
    let key = command.idempotency_key.as_deref().map(|key| scoped(command.actor, key));
    let looked_up = key.as_ref().filter(|_| !mutants::is(Mutant::IdempotencyForgotten));
    let earlier = looked_up.and_then(|key| draft.state.idempotency.get(key));
    if let Some(verdict) = earlier.and_then(|id| draft.state.verdicts.get(id)).cloned() {
        return judged(draft, command, None, verdict);
    }
    // Repeats of the batch are made facts first, so that a rejection does not undo them.
    draft.flush();
    let checkpoint = draft.checkpoint();
    let verdict = match judge(draft, command) {
        Ok(Done::Changed) if !draft.changed_since(&checkpoint) => Verdict::Done(Done::Unchanged),
        Ok(done) => {
            handover::look_again(draft, &command.ask);
            remember(draft, &checkpoint, command);
            audit::record(draft, &checkpoint, command);
            Verdict::Done(done)
        }
        Err(rejection) => {
            draft.roll_back(checkpoint);
            Verdict::Rejected(rejection)
        }
    };
    judged(draft, command, key, verdict);
}

/// Remembers what a user did to incidents or to an override, and how they stood before it.
fn remember(draft: &mut Draft, checkpoint: &Checkpoint, command: &Command) {
    let Some(by) = command.actor.user else { return };
    if let Some((what, cover)) = undo_override::action(draft, checkpoint, &command.ask) {
        let (incidents, at, cover) = (Vec::new(), draft.now, Some(Box::new(cover)));
        return draft.precede(checkpoint, Fact::ActionBegun { by, what, incidents, at, cover });
    }
    let Some((what, incidents)) = undo::action(&command.ask) else { return };
    let mut incidents = undo::changed(draft, checkpoint, &incidents);
    // What others were merged into goes on, unless nobody was paged for it before.
    if let Ask::Merge { into, .. } = &command.ask
        && !draft.was_held(checkpoint, *into)
    {
        incidents.retain(|number| number != into);
    }
    if !what.is_undoable() || !incidents.is_empty() {
        let incidents = if what.is_undoable() { incidents } else { Vec::new() };
        let at = draft.now;
        draft.precede(checkpoint, Fact::ActionBegun { by, what, incidents, at, cover: None });
    }
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

/// A table: what each command leads to.
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
        Ask::AddNote { incident, content } => writing::add_note(draft, by, *incident, content),
        Ask::EditNote { incident, entry, content } => {
            writing::edit_note(draft, by, *incident, *entry, content)
        }
        Ask::DeleteNote { incident, entry } => writing::delete_note(draft, by, *incident, *entry),
        Ask::AddLink { incident, href, text } => writing::add_link(draft, by, *incident, href, text),
        Ask::RemoveLink { incident, entry } => writing::remove_link(draft, by, *incident, *entry),
        Ask::Snooze { incidents, duration, if_open } => {
            snooze::snooze(draft, by, incidents, *duration, *if_open)
        }
        Ask::Merge { into, sources } => merge::merge(draft, by, *into, sources),
        Ask::RequestResponders { incident, message, users, policies } => {
            people::request(draft, by, *incident, message, users, policies)
        }
        Ask::CancelResponders { incident, users } => people::cancel(draft, by, *incident, users),
        Ask::ReplyToRequest { incident, joined } => people::reply(draft, by, *incident, *joined),
        Ask::ChangeSubscribers { incident, add, remove } => {
            people::change_subscribers(draft, by, *incident, add, remove)
        }
        Ask::UpdateStatus { incident, subject, message } => {
            people::update_status(draft, by, *incident, subject, message)
        }
        Ask::Undo => undo::undo(draft, by),
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
        Ask::CreateSchedule(change) => schedule::create(draft, change),
        Ask::UpdateSchedule { id, change } => schedule::update(draft, *id, change),
        Ask::DeleteSchedule { id } => schedule::delete(draft, *id),
        Ask::CreateOverride { schedule, new } => overrides::create(draft, *schedule, new),
        Ask::DeleteOverride { schedule, id } => overrides::delete(draft, *schedule, *id),
        Ask::IssueFeed(new) => feed::issue(draft, new),
        Ask::RevokeFeed { id } => feed::revoke(draft, *id),
        Ask::CreateCalendar(change) => calendar::create(draft, change),
        Ask::UpdateCalendar { id, change } => calendar::update(draft, *id, change),
        Ask::DeleteCalendar { id } => calendar::delete(draft, *id),
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
        Ask::CreateTeam(change) => team::create(draft, change),
        Ask::UpdateTeam { id, change } => team::update(draft, *id, change),
        Ask::DeleteTeam { id } => team::delete(draft, *id),
        Ask::Configure(wanted) => configure::configure(draft, by, wanted),
    }
}
