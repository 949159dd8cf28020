//! Things that are not wanted any more. What is live or in use is not touched: a service with open incidents, a schedule
//! with overrides to come, a team to which something belongs, a heartbeat with an open
//! incident and a window that runs stay, and so does everything else
//! that is wanted with them.

use super::super::check::{self, Errors};
use super::super::{heartbeat, maintenance, policy, schedule, service, team, user};
use crate::domain::command::{Done, Rejection};
use crate::domain::id::{HeartbeatId, MaintenanceWindowId, ScheduleId, ServiceId, TeamId};
use crate::domain::incident::Agent;
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::decide::heartbeat as beats;
use crate::domain::wanted::Gone;

pub(super) fn remove(draft: &mut Draft, by: Agent, gone: Gone) -> Result<(), Rejection> {
    let done: Result<Done, Rejection> = match gone {
        Gone::User(id) => user::delete(draft, id),
        Gone::ContactMethod(id, method) => user::delete_method(draft, id, method),
        Gone::Team(id) => nothing_left(draft, id).and_then(|()| team::delete(draft, id)),
        Gone::Schedule(id) => no_override(draft, id).and_then(|()| schedule::delete(draft, id)),
        Gone::Policy(id) => policy::delete(draft, id),
        Gone::Service(id) => no_incident(draft, id).and_then(|()| service::delete(draft, by, id)),
        Gone::Integration(id, it) => service::delete_integration(draft, id, it),
        Gone::Heartbeat(id) => not_missed(draft, id).and_then(|()| heartbeat::delete(draft, by, id)),
        Gone::Window(id) => not_running(draft, id).and_then(|()| maintenance::delete(draft, id)),
    };
    done.map(|_| ())
}

/// What stays would be nobody's without anybody having said so.
fn nothing_left(draft: &Draft, id: TeamId) -> Result<(), Rejection> {
    let known = draft.state.teams.get(&id).ok_or_else(|| check::not_found("team", id))?;
    let policies = known.policies.iter().filter_map(|it| draft.state.policies.get(it));
    let policies = policies.map(|it| format!("escalation policy `{}`", it.name));
    let schedules = known.schedules.iter().filter_map(|it| draft.state.schedules.get(it));
    let mut errors = Errors::default();
    for what in policies.chain(schedules.map(|it| format!("schedule `{}`", it.name))) {
        errors.add(format!("team `{}` still has {what}: say in `teams` whose it is instead", known.name));
    }
    errors.in_use()
}

fn no_override(draft: &Draft, id: ScheduleId) -> Result<(), Rejection> {
    let known = check::schedule(draft, id)?;
    let mut errors = Errors::default();
    errors.unless(known.overrides.iter().all(|it| it.end <= draft.now), || {
        format!("schedule `{}` has overrides that are not over: delete them first", known.name)
    });
    errors.in_use()
}

fn not_missed(draft: &Draft, id: HeartbeatId) -> Result<(), Rejection> {
    let known = draft.state.heartbeats.get(&id).ok_or_else(|| check::not_found("heartbeat", id))?;
    let open = draft.state.open_keys.get(&(known.service, beats::key(id)));
    let mut errors = Errors::default();
    errors.unless(open.is_none(), || {
        format!("heartbeat `{}` has an open incident: resolve it first", known.name)
    });
    errors.in_use()
}

fn no_incident(draft: &Draft, id: ServiceId) -> Result<(), Rejection> {
    let known = check::service(draft, id)?;
    let mut errors = Errors::default();
    let open = draft.state.open_counts.get(&id).copied().unwrap_or_default();
    errors.unless(open.triggered + open.acknowledged == 0, || {
        format!("service `{}` has open incidents: resolve them first", known.name)
    });
    errors.in_use()
}

fn not_running(draft: &Draft, id: MaintenanceWindowId) -> Result<(), Rejection> {
    let known = draft.state.windows.get(&id).ok_or_else(|| check::not_found("maintenance window", id))?;
    let mut errors = Errors::default();
    errors.unless(!known.is_running(draft.now), || {
        format!("maintenance window `{}` runs: end it first", known.description)
    });
    errors.in_use()
}
