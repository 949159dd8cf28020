//! Facts about teams, and what becomes of teams when something of theirs is gone.

use std::sync::Arc;

use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::state::State;
use crate::domain::team::Team;

pub(super) fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::TeamSet(team) => {
            let is_new = state.teams.insert(team.id, Arc::new((**team).clone())).is_none();
            state.objects += u64::from(is_new);
        }
        Fact::TeamDeleted { id } => {
            state.teams.remove(id);
        }
        _ => {}
    }
}

/// Takes what is gone off the teams.
pub(super) fn forget(state: &mut State, fact: &Fact) {
    let change: Box<dyn Fn(&mut Team)> = match *fact {
        Fact::UserDeleted { id } => Box::new(move |team| team.members.retain(|member| member.user != id)),
        Fact::PolicyDeleted { id } => Box::new(move |team| team.policies.retain(|known| *known != id)),
        Fact::ScheduleDeleted { id } => Box::new(move |team| team.schedules.retain(|known| *known != id)),
        _ => return,
    };
    for id in state.teams.keys().copied().collect::<Vec<_>>() {
        if let Some(team) = state.teams.get_mut(&id) {
            let mut new = (**team).clone();
            change(&mut new);
            if new != **team {
                *team = Arc::new(new);
            }
        }
    }
}
