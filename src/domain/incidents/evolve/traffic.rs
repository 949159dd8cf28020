//! Facts about doors, commands, poison, and closes that came before their trigger.

use std::time::Duration;

use crate::domain::incidents::fact::{Fact, RememberedClose};
use crate::domain::incidents::state::{Door, Judged, Quarantined, State};

/// How long a verdict is remembered, so that a command that is asked again is not done again.
pub const VERDICTS_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// How many verdicts are remembered at most.
pub const VERDICTS_MAX: usize = 20_000;
/// How long a close is remembered: until another comes that was accepted this much later.
pub const REMEMBERED_FOR: Duration = Duration::from_secs(5 * 60);
/// How many closes are remembered at most.
pub const REMEMBERED_MAX: usize = 10_000;
/// How many quarantined inputs are listed; the inputs themselves stay where they are.
pub const QUARANTINE_KEPT: usize = 1_000;

pub(super) fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::DoorOpened { door, process, at } => {
            state.doors.insert(*door, Door { process: *process, opened_at: *at });
            state.up_since = state.up_since.max(*at);
        }
        Fact::DoorClosed { door } => {
            state.doors.remove(door);
        }
        Fact::CommandJudged { id, at, idempotency_key, verdict } => {
            state.verdicts.insert(*id, verdict.clone());
            if let Some(key) = idempotency_key {
                state.idempotency.insert(key.clone(), *id);
            }
            let judged = Judged { at: *at, id: *id, idempotency_key: idempotency_key.clone() };
            state.verdict_order.push_back(judged);
            forget_verdicts(state);
        }
        Fact::InputQuarantined { address, command, reason, at } => {
            state.quarantined_total += 1;
            let entry = Quarantined { address: *address, command: *command, reason: reason.clone(), at: *at };
            state.quarantine.push_back(entry);
            if state.quarantine.len() > QUARANTINE_KEPT {
                state.quarantine.pop_front();
            }
        }
        Fact::CloseRemembered(close) => remember(state, close),
        _ => {}
    }
}

fn forget_verdicts(state: &mut State) {
    let Some(newest) = state.verdict_order.back().map(|judged| judged.at) else { return };
    while let Some(oldest) = state.verdict_order.front()
        && (oldest.at < newest.minus(VERDICTS_FOR) || state.verdict_order.len() > VERDICTS_MAX)
    {
        let Some(oldest) = state.verdict_order.pop_front() else { return };
        state.verdicts.remove(&oldest.id);
        if let Some(key) = &oldest.idempotency_key
            && state.idempotency.get(key) == Some(&oldest.id)
        {
            state.idempotency.remove(key);
        }
    }
}

/// One close per key is enough: the one that was accepted last, but an acknowledge does not displace a resolve.
pub(super) fn remember(state: &mut State, close: &RememberedClose) {
    let key = (close.integration, close.dedup_key.clone());
    if let Some(old) = state.remembered.get(&key) {
        if (old.resolves && !close.resolves) || old.accepted_at > close.accepted_at {
            return;
        }
        state.remembered_order.remove(&(old.accepted_at, key.0, key.1.clone()));
    }
    state.remembered_order.insert((close.accepted_at, key.0, key.1.clone()));
    state.remembered.insert(key, close.clone());
    forget_closes(state);
}

fn forget_closes(state: &mut State) {
    let Some(newest) = state.remembered_order.get_max().map(|(at, ..)| *at) else { return };
    while let Some(oldest) = state.remembered_order.get_min()
        && (oldest.0 < newest.minus(REMEMBERED_FOR) || state.remembered_order.len() > REMEMBERED_MAX)
    {
        let oldest = oldest.clone();
        state.remembered_order.remove(&oldest);
        state.remembered.remove(&(oldest.1, oldest.2));
    }
}
