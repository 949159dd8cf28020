//! What a user did last, remembered so that it can be undone, and undone.

use std::sync::Arc;

use super::standing::change;
use super::timeline::write;
use crate::domain::action::{Action, Standing};
use crate::domain::incident::{Agent, Happening, PageState, Status};
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::state::State;

pub(super) fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::ActionBegun { by, what, incidents, at, cover } => {
            let standing = |number| state.incidents.get(number).map(|incident| Standing::of(incident));
            let before = incidents.iter().filter_map(standing).collect();
            let action = Action { by: *by, what: *what, at: *at, before, cover: cover.clone() };
            state.actions.insert(*by, Arc::new(action));
        }
        Fact::IncidentRestored { number, by, at } => {
            let Some(action) = state.actions.get(by).cloned() else { return };
            let Some(before) = action.before.iter().find(|before| before.number == *number) else { return };
            let closed = state.incidents.get(number).filter(|incident| !incident.is_open()).cloned();
            change(state, *number, *at, |incident| {
                before.restore(incident, *by);
                if incident.status == Status::Triggered {
                    // Their messages have been called back.
                    incident.escalation.pages.retain(|page| page.state != PageState::Pending);
                }
                super::incident::acted(incident, Agent::User(*by), *at);
                write(incident, *at, Agent::User(*by), Happening::Undone { what: action.what });
            });
            if let Some(closed) = closed {
                super::standing::open_alerts(state, &closed);
                super::holds::regroup(state, *number, &closed);
            }
        }
        Fact::ActionUndone { by, .. } => {
            state.actions.remove(by);
        }
        _ => {}
    }
}
