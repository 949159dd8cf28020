//! Configuration that is named by what people call things: each is compared with what is there, and only the difference
//! becomes facts.

mod gone;
mod heartbeat;
mod policy;
mod schedule;
mod service;
mod team;
mod user;
mod window;

use std::sync::Arc;

use super::check;
use crate::domain::command::{Done, Rejection};
use crate::domain::id::{PolicyId, ScheduleId, ServiceId, TeamId, UserId};
use crate::domain::incident::Agent;
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::rule::RuleScope;
use crate::domain::user::User;
use crate::domain::wanted::Wanted;

/// How many objects one command may name.
const WANTED_MAX: usize = 2_000;

/// Makes it so, all of it or nothing.
pub(super) fn configure(draft: &mut Draft, by: Agent, wanted: &[Wanted]) -> Result<Done, Rejection> {
    if wanted.len() > WANTED_MAX {
        return Err(check::invalid(format!(
            "{} objects at once: at most {WANTED_MAX} are allowed",
            wanted.len()
        )));
    }
    for it in wanted {
        one(draft, by, it)?;
    }
    Ok(Done::Changed)
}

/// Makes as much so as can be, and says what came of each.
pub(in crate::domain::incidents::decide) fn try_out(
    draft: &mut Draft,
    by: Agent,
    wanted: &[Wanted],
) -> Vec<Result<Done, Rejection>> {
    let one = |it: &Wanted| {
        let checkpoint = draft.checkpoint();
        match one(draft, by, it) {
            Ok(()) if draft.changed_since(&checkpoint) => Ok(Done::Changed),
            Ok(()) => Ok(Done::Unchanged),
            Err(rejection) => {
                draft.roll_back(checkpoint);
                Err(rejection)
            }
        }
    };
    wanted.iter().map(one).collect()
}

fn one(draft: &mut Draft, by: Agent, wanted: &Wanted) -> Result<(), Rejection> {
    match wanted {
        Wanted::User(wanted) => user::make(draft, wanted),
        Wanted::Team(wanted) => team::make(draft, wanted),
        Wanted::Schedule(wanted) => schedule::make(draft, wanted),
        Wanted::Policy(wanted) => policy::make(draft, wanted),
        Wanted::Service(wanted) => service::make(draft, wanted),
        Wanted::Heartbeat(wanted) => heartbeat::make(draft, by, wanted),
        Wanted::Rules(wanted) => service::rules(draft, RuleScope::Global, wanted),
        Wanted::Window(wanted) => window::make(draft, by, wanted),
        Wanted::Gone(gone) => gone::remove(draft, by, *gone),
    }
}

fn user_named(draft: &Draft, email: &str) -> Option<Arc<User>> {
    draft.state.users.values().find(|user| *user.email.fingerprint == *email).cloned()
}

/// `path` says where it is named.
fn user_id(draft: &Draft, email: &str, path: &str) -> Result<UserId, Rejection> {
    let known = user_named(draft, email).map(|user| user.id);
    known.ok_or_else(|| {
        check::invalid(format!("{path}: no such user: name it among the users, or make it first"))
    })
}

fn schedule_id(draft: &Draft, name: &str, path: &str) -> Result<ScheduleId, Rejection> {
    let known = draft.state.schedules.values().find(|it| check::same_name(&it.name, name)).map(|it| it.id);
    known.ok_or_else(|| missing(path, "schedule", name))
}

fn policy_id(draft: &Draft, name: &str, path: &str) -> Result<PolicyId, Rejection> {
    let known = draft.state.policies.values().find(|it| check::same_name(&it.name, name)).map(|it| it.id);
    known.ok_or_else(|| missing(path, "escalation policy", name))
}

fn service_id(draft: &Draft, name: &str, path: &str) -> Result<ServiceId, Rejection> {
    let known = draft.state.services.values().find(|it| check::same_name(&it.name, name)).map(|it| it.id);
    known.ok_or_else(|| missing(path, "service", name))
}

fn team_id(draft: &Draft, name: &str, path: &str) -> Result<TeamId, Rejection> {
    let known = draft.state.teams.values().find(|it| check::same_name(&it.name, name)).map(|it| it.id);
    known.ok_or_else(|| missing(path, "team", name))
}

/// `None`: as it is.
fn team_ids(draft: &Draft, names: Option<&[Arc<str>]>) -> Result<Option<Vec<TeamId>>, Rejection> {
    let id = |(n, name): (usize, &Arc<str>)| team_id(draft, name, &format!("teams[{n}]"));
    names.map(|names| names.iter().enumerate().map(id).collect()).transpose()
}

fn missing(path: &str, what: &str, name: &str) -> Rejection {
    check::invalid(format!("{path}: there is no {what} `{name}`: name one that exists, or make it as well"))
}
