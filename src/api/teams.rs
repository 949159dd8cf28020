//! `/teams`, and what lists make of `team_ids[]`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::Path;

use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::fields::{contains, id_in_path};
use super::query::Query;
use super::reply;
use super::view::View;
use crate::domain::command::{Ask, Done};
use crate::domain::id::{PolicyId, ScheduleId, TeamId, UserId};
use crate::domain::incidents::state::State;
use crate::domain::team::{Member, Team, TeamChange, TeamRole};
use crate::wire::rest::envelope::One;
use crate::wire::rest::team::{self as wire, Membership, TeamUpdate};

/// The teams that `team_ids[]` of a list names; without it all belong.
pub(super) struct OfTeams<'a>(Option<Vec<&'a Team>>);

impl<'a> OfTeams<'a> {
    /// Teams that do not exist have nothing.
    pub(super) fn of(query: &Query, state: &'a State) -> Result<Self, Error> {
        let ids: Vec<TeamId> = query.each("team_ids", "the id of a team")?;
        if ids.is_empty() {
            return Ok(Self(None));
        }
        Ok(Self(Some(ids.iter().filter_map(|id| state.teams.get(id).map(|team| &**team)).collect())))
    }

    /// Whether anything was asked for.
    pub(super) fn is_asked(&self) -> bool {
        self.0.is_some()
    }

    fn any(&self, has: impl Fn(&Team) -> bool) -> bool {
        self.0.as_ref().is_none_or(|teams| teams.iter().any(|team| has(team)))
    }

    pub(super) fn has_user(&self, id: UserId) -> bool {
        self.any(|team| team.members.iter().any(|member| member.user == id))
    }

    pub(super) fn has_policy(&self, id: PolicyId) -> bool {
        self.any(|team| team.policies.contains(&id))
    }

    pub(super) fn has_schedule(&self, id: ScheduleId) -> bool {
        self.any(|team| team.schedules.contains(&id))
    }
}

impl View<'_> {
    fn team(&self, team: &Team) -> wire::Team {
        wire::Team {
            head: self.head("team", "teams", team.id, Some(&team.name)),
            name: team.name.to_string(),
            description: team.description.as_deref().map(str::to_owned),
            parent: None,
            default_role: "manager".to_owned(),
        }
    }
}

impl Context {
    fn team(&self, id: &str) -> Result<Arc<Team>, Error> {
        let key: TeamId = id_in_path("team", id)?;
        self.state.teams.get(&key).cloned().ok_or_else(|| Error::no_such("team", id))
    }

    async fn change_team(&mut self, id: &str, change: TeamChange) -> Result<(), Error> {
        let team = self.team(id)?.id;
        self.ask(Ask::UpdateTeam { id: team, change: Box::new(change) }, None).await.map(|_| ())
    }
}

/// `GET /teams`, by name
pub(super) async fn list(cx: Context) -> Reply {
    let query = cx.query.one("query").unwrap_or("");
    let mut teams: Vec<_> = cx.state.teams.values().filter(|team| contains(&team.name, query)).collect();
    teams.sort_by_cached_key(|team| (team.name.to_lowercase(), team.id));
    let (teams, page) = cx.query.page()?.cut(teams);
    let view = cx.view()?;
    reply::paged(teams.into_iter().map(|team| view.team(team)).collect(), page)
}

/// `GET /teams/{id}`
pub(super) async fn get(cx: Context, Path(id): Path<String>) -> Reply {
    reply::one(cx.view()?.team(&*cx.team(&id)?))
}

/// `POST /teams`
pub(super) async fn create(mut cx: Context, Body(One(new)): Body<One<TeamUpdate>>) -> Reply {
    let Done::Object(id) = cx.ask(Ask::CreateTeam(Box::new(change(new))), None).await? else {
        return Err(Error::internal("making a team came to something else"));
    };
    reply::created(cx.view()?.team(&*cx.team(id.as_str())?))
}

/// `PUT /teams/{id}`
pub(super) async fn update(
    mut cx: Context,
    Path(id): Path<String>,
    Body(One(update)): Body<One<TeamUpdate>>,
) -> Reply {
    cx.change_team(&id, change(update)).await?;
    reply::one(cx.view()?.team(&*cx.team(&id)?))
}

/// `DELETE /teams/{id}`: what was the team's stays. Policies may be handed to another by `reassignment_team`.
pub(super) async fn delete(mut cx: Context, Path(id): Path<String>) -> Reply {
    let team = cx.team(&id)?;
    let heir = cx.query.one("reassignment_team").map(|heir| cx.team(heir)).transpose()?;
    for policy in heir.iter().flat_map(|_| &team.policies) {
        let change = TeamChange { policy: Some((*policy, true)), ..TeamChange::default() };
        let heir = heir.as_ref().map_or(team.id, |heir| heir.id);
        cx.ask_part(Ask::UpdateTeam { id: heir, change: Box::new(change) }).await?;
    }
    cx.ask_part(Ask::DeleteTeam { id: team.id }).await?;
    reply::nothing()
}

/// `GET /teams/{id}/members`
pub(super) async fn members(cx: Context, Path(id): Path<String>) -> Reply {
    let team = cx.team(&id)?;
    let (members, page) = cx.query.page()?.cut(team.members.clone());
    let view = cx.view()?;
    let member = |member: Member| wire::Member {
        user: view.user_reference(member.user),
        role: word(member.role).to_owned(),
    };
    reply::paged(members.into_iter().map(member).collect(), page)
}

/// `PUT /teams/{id}/users/{user_id}`: the body may be empty
pub(super) async fn join(mut cx: Context, Path((id, user)): Path<(String, String)>, body: Bytes) -> Reply {
    let asked: Membership = if body.is_empty() {
        Membership::default()
    } else {
        serde_json::from_slice(&body).map_err(|error| Error::invalid(format!("the body: {error}")))?
    };
    let role = asked.role.as_deref().map_or(Ok(TeamRole::default()), role)?;
    let user = cx.user(&user)?.id;
    cx.change_team(&id, TeamChange { join: Some(Member { user, role }), ..TeamChange::default() }).await?;
    reply::nothing()
}

/// `DELETE /teams/{id}/users/{user_id}`
pub(super) async fn leave(mut cx: Context, Path((id, user)): Path<(String, String)>) -> Reply {
    let user = cx.user(&user)?.id;
    let team = cx.team(&id)?;
    if !team.members.iter().any(|member| member.user == user) {
        return Err(Error::not_found(format!("user {user} is not in the team")));
    }
    cx.change_team(&id, TeamChange { leave: Some(user), ..TeamChange::default() }).await?;
    reply::nothing()
}

/// `PUT /teams/{id}/escalation_policies/{policy_id}`
pub(super) async fn take_policy(cx: Context, path: Path<(String, String)>) -> Reply {
    policy(cx, path, true).await
}

/// `DELETE /teams/{id}/escalation_policies/{policy_id}`
pub(super) async fn drop_policy(cx: Context, path: Path<(String, String)>) -> Reply {
    policy(cx, path, false).await
}

async fn policy(mut cx: Context, Path((id, policy)): Path<(String, String)>, belongs: bool) -> Reply {
    let policy = cx.policy(&policy)?.id;
    cx.change_team(&id, TeamChange { policy: Some((policy, belongs)), ..TeamChange::default() }).await?;
    reply::nothing()
}

/// `PUT /teams/{id}/schedules/{schedule_id}`: an addition of `pd`
pub(super) async fn take_schedule(cx: Context, path: Path<(String, String)>) -> Reply {
    schedule(cx, path, true).await
}

/// `DELETE /teams/{id}/schedules/{schedule_id}`: an addition of `pd`
pub(super) async fn drop_schedule(cx: Context, path: Path<(String, String)>) -> Reply {
    schedule(cx, path, false).await
}

async fn schedule(mut cx: Context, Path((id, schedule)): Path<(String, String)>, belongs: bool) -> Reply {
    let schedule = cx.schedule(&schedule)?.id;
    cx.change_team(&id, TeamChange { schedule: Some((schedule, belongs)), ..TeamChange::default() }).await?;
    reply::nothing()
}

fn change(update: TeamUpdate) -> TeamChange {
    TeamChange {
        name: update.name.map(Into::into),
        description: update.description.map(|text| text.map(Into::into)),
        ..TeamChange::default()
    }
}

fn word(role: TeamRole) -> &'static str {
    match role {
        TeamRole::Manager => "manager",
        TeamRole::Responder => "responder",
        TeamRole::Observer => "observer",
    }
}

fn role(text: &str) -> Result<TeamRole, Error> {
    match text {
        "manager" => Ok(TeamRole::Manager),
        "responder" => Ok(TeamRole::Responder),
        "observer" => Ok(TeamRole::Observer),
        other => Err(Error::invalid(format!("role: `{other}` is not one of manager, responder, observer"))),
    }
}
