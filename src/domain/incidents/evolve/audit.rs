//! The record of changes: bounded by number and by age.

use std::sync::Arc;

use crate::domain::audit::{Change, KEPT_FOR, KEPT_MAX};
use crate::domain::incidents::state::State;

pub(super) fn evolve(state: &mut State, change: &Change) {
    state.audited = change.number;
    state.audit.push_back(Arc::new(change.clone()));
    let old = |first: &Arc<Change>| first.at.plus(KEPT_FOR) < change.at;
    while state.audit.len() > KEPT_MAX || state.audit.front().is_some_and(old) {
        state.audit.pop_front();
    }
}
