//! Commands about teams.

use std::sync::Arc;

use super::check::{self, Errors, TEXT_MAX};
use crate::domain::command::{Done, Rejection};
use crate::domain::id::TeamId;
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::fact::Fact;
use crate::domain::team::{Member, Team, TeamChange};

const TEAMS_MAX: usize = 1_000;
const MEMBERS_MAX: usize = 1_000;
const NAME_MAX: usize = 100;

pub(super) fn create(draft: &mut Draft, change: &TeamChange) -> Result<Done, Rejection> {
    let mut errors = Errors::default();
    errors.unless(change.name.is_some(), || "name cannot be empty: give the team a name".to_owned());
    errors.unless(draft.state.teams.len() < TEAMS_MAX, || {
        format!("there are {TEAMS_MAX} teams already: remove some first")
    });
    errors.done()?;
    let object = check::next_object(draft)?;
    let bare = Team {
        id: TeamId(object),
        name: "".into(),
        description: None,
        members: Vec::new(),
        policies: Vec::new(),
        schedules: Vec::new(),
        created_at: draft.now,
    };
    let team = changed(draft, bare, change)?;
    draft.emit(Fact::TeamSet(Box::new(team)));
    Ok(Done::Object(object))
}

pub(super) fn update(draft: &mut Draft, id: TeamId, change: &TeamChange) -> Result<Done, Rejection> {
    let old = draft.state.teams.get(&id).cloned().ok_or_else(|| check::not_found("team", id))?;
    let new = changed(draft, (*old).clone(), change)?;
    if new != *old {
        draft.emit(Fact::TeamSet(Box::new(new)));
    }
    Ok(Done::Changed)
}

/// What was the team's stays, and is nobody's.
pub(super) fn delete(draft: &mut Draft, id: TeamId) -> Result<Done, Rejection> {
    if !draft.state.teams.contains_key(&id) {
        return Err(check::not_found("team", id));
    }
    draft.emit(Fact::TeamDeleted { id });
    Ok(Done::Changed)
}

fn changed(draft: &Draft, mut team: Team, change: &TeamChange) -> Result<Team, Rejection> {
    let TeamChange { name, description, join, leave, policy, schedule } = change.clone();
    let mut errors = Errors::default();
    if let Some(name) = name {
        errors.name("name", &name, NAME_MAX);
        let same = |other: &&Arc<Team>| other.id != team.id && check::same_name(&other.name, &name);
        errors.unless(!draft.state.teams.values().any(|other| same(&other)), || {
            format!("Name has already been taken: there is a team `{}` already", name.trim())
        });
        team.name = name;
    }
    if let Some(description) = description {
        errors.text("description", description.as_deref().unwrap_or_default(), TEXT_MAX);
        team.description = description;
    }
    errors.done()?;
    if let Some(member) = join {
        check::user(draft, member.user)?;
        joined(&mut team, member)?;
    }
    if let Some(user) = leave {
        if !team.members.iter().any(|member| member.user == user) {
            return Err(check::not_found("member", user));
        }
        team.members.retain(|member| member.user != user);
    }
    if let Some((id, belongs)) = policy {
        check::policy(draft, id)?;
        team.policies.retain(|known| *known != id);
        team.policies.extend(belongs.then_some(id));
    }
    if let Some((id, belongs)) = schedule {
        check::schedule(draft, id)?;
        team.schedules.retain(|known| *known != id);
        team.schedules.extend(belongs.then_some(id));
    }
    Ok(team)
}

fn joined(team: &mut Team, member: Member) -> Result<(), Rejection> {
    let count = team.members.len();
    match team.members.iter_mut().find(|known| known.user == member.user) {
        Some(known) => known.role = member.role,
        None if count >= MEMBERS_MAX => {
            return Err(check::invalid(format!("a team has at most {MEMBERS_MAX} members")));
        }
        None => team.members.push(member),
    }
    Ok(())
}
