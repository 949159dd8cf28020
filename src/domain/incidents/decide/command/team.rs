//! Commands about teams.

use std::sync::Arc;

use super::check::{self, Errors, TEXT_MAX};
use crate::domain::command::{Done, Rejection};
use crate::domain::id::{PolicyId, ScheduleId, TeamId};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::fact::Fact;
use crate::domain::team::{Member, Team, TeamChange};

const TEAMS_MAX: usize = 1_000;
const MEMBERS_MAX: usize = 1_000;
const NAME_MAX: usize = 100;

/// How many teams may have one schedule or policy.
const OWNERS_MAX: usize = 100;

/// What may be a team's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Owned {
    Policy(PolicyId),
    Schedule(ScheduleId),
}

pub(super) fn create(draft: &mut Draft, change: &TeamChange) -> Result<Done, Rejection> {
    let mut errors = Errors::default();
    errors.unless(change.name.is_some(), || "name cannot be empty: give the team a name".to_owned());
    errors.unless(draft.state.teams.len() < TEAMS_MAX, || {
        format!("there are {TEAMS_MAX} teams already: remove some first")
    });
    errors.done()?;
    let team = changed(draft, bare(draft)?, change)?;
    let id = team.id;
    draft.emit(Fact::TeamSet(Box::new(team)));
    Ok(Done::Object(id.0))
}

fn bare(draft: &Draft) -> Result<Team, Rejection> {
    Ok(Team {
        id: TeamId(check::next_object(draft)?),
        name: "".into(),
        description: None,
        members: Vec::new(),
        policies: Vec::new(),
        schedules: Vec::new(),
        created_at: draft.now,
    })
}

/// Makes a team what it is wanted to be at once; those who stay keep their places.
pub(super) fn set(
    draft: &mut Draft,
    known: Option<TeamId>,
    change: &TeamChange,
    members: Option<&[Member]>,
) -> Result<(), Rejection> {
    let id = match known {
        Some(id) => update(draft, id, change).map(|_| id)?,
        None => match create(draft, change)? {
            Done::Object(id) => TeamId(id),
            _ => return Err(check::invalid("nothing came of it")),
        },
    };
    let (Some(members), Some(old)) = (members, draft.state.teams.get(&id).cloned()) else { return Ok(()) };
    let mut team = (*old).clone();
    team.members.retain(|known| members.iter().any(|it| it.user == known.user));
    for member in members {
        joined(&mut team, *member)?;
    }
    if team != *old {
        draft.emit(Fact::TeamSet(Box::new(team)));
    }
    Ok(())
}

/// Every one of them has to be there.
pub(super) fn check_owners(draft: &Draft, teams: Option<&[TeamId]>, errors: &mut Errors) {
    let teams = teams.unwrap_or_default();
    errors.unless(teams.len() <= OWNERS_MAX, || {
        format!("teams has {} entries: at most {OWNERS_MAX} are allowed", teams.len())
    });
    for (index, id) in teams.iter().enumerate() {
        errors.unless(draft.state.teams.contains_key(id), || {
            format!("teams[{index}]: no team with the id {id}: name one that exists, or make it first")
        });
    }
}

/// From now on it is these teams', and no other's; `None`: as it is.
pub(super) fn give(draft: &mut Draft, it: Owned, teams: Option<&[TeamId]>) {
    let Some(teams) = teams else { return };
    for old in draft.state.teams.values().cloned().collect::<Vec<_>>() {
        let belongs = teams.contains(&old.id);
        let has = match it {
            Owned::Policy(id) => old.policies.contains(&id),
            Owned::Schedule(id) => old.schedules.contains(&id),
        };
        if belongs == has {
            continue;
        }
        let mut team = (*old).clone();
        match it {
            Owned::Policy(id) => own(&mut team.policies, id, belongs),
            Owned::Schedule(id) => own(&mut team.schedules, id, belongs),
        }
        draft.emit(Fact::TeamSet(Box::new(team)));
    }
}

fn own<T: PartialEq>(list: &mut Vec<T>, id: T, belongs: bool) {
    list.retain(|known| *known != id);
    list.extend(belongs.then_some(id));
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
        own(&mut team.policies, id, belongs);
    }
    if let Some((id, belongs)) = schedule {
        check::schedule(draft, id)?;
        own(&mut team.schedules, id, belongs);
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
