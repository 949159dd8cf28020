//! Opens doors and closes those that nobody uses any more.

use uuid::Uuid;

use super::Parts;
use crate::domain::incidents::state::State;
use crate::door::{self, Registered};
use crate::journal::{Append, Entry, Error, Journal, LogName};
use crate::stage::Signal;

/// Registers a fresh door. Nothing may be written into its journals before this has returned.
///
/// # Errors
/// When the doors' store does not take it.
pub async fn register(parts: &Parts) -> Result<Uuid, Error> {
    let now = parts.clock.now();
    let door = parts.ids.uuid(now);
    let registered = Registered { door, process: parts.process, at: now, node: parts.node.clone() };
    let mut body = serde_json::to_vec(&registered).expect("ids and names");
    body.push(b'\n');
    let entry = Entry {
        id: parts.ids.uuid(now),
        writer: parts.process,
        at: now,
        format: door::FORMAT,
        body: body.into(),
    };
    let log = LogName::door_index();
    let mut at = parts.journal.extent(&log).await?.next;
    loop {
        match parts.journal.append(&log, at, entry.clone()).await? {
            Append::Appended => break,
            Append::Taken(_) => at = at.next(),
            Append::Sealed => at = parts.journal.extent(&log).await?.next,
        }
    }
    parts.ring(Signal::Index);
    Ok(door)
}

/// Closes every door but `mine`, so that they are drained and forgotten. Only for a store that no other process can be
/// using.
///
/// # Errors
/// When the store does not answer; what was closed stays closed.
pub async fn close_others(journal: &dyn Journal, state: &State, mine: Uuid) -> Result<(), Error> {
    for door in state.doors.keys().filter(|door| **door != mine) {
        journal.close(&LogName::door_events(*door)).await?;
        journal.close(&LogName::door_commands(*door)).await?;
    }
    Ok(())
}
