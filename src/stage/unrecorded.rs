//! Cursors that have moved and are not on record yet.

use super::{Cursor, Signal};
use crate::journal::LogName;

/// A consumed entry that led to no fact is put on record after this many, or together with the next fact.
const ENTRIES_MAX: u32 = 256;

/// Cursors that have moved and are not on record yet.
#[derive(Default)]
pub(super) struct Unrecorded {
    cursors: Vec<(LogName, Cursor)>,
    /// Over how many batches.
    batches: u32,
}

impl Unrecorded {
    /// These have moved.
    pub(super) fn moved(&mut self, cursors: &[(LogName, Cursor)]) {
        for (log, cursor) in cursors {
            self.cursors.retain(|(other, _)| other != log);
            self.cursors.push((log.clone(), cursor.clone()));
        }
        self.batches += u32::from(!cursors.is_empty());
    }

    /// Which cursors go into the next entry; `None` if there is no entry to be made. Cursors of doors are recorded at
    /// once. Those of the other stage may wait for the next fact: else the two stages would answer each other's answers
    /// for ever.
    pub(super) fn for_entry(&self, has_facts: bool) -> Option<Vec<(LogName, Cursor)>> {
        let may_wait = self.cursors.iter().all(|(log, _)| Signal::of(log) == Signal::Stage);
        if !has_facts && (self.cursors.is_empty() || (may_wait && self.batches < ENTRIES_MAX)) {
            return None;
        }
        Some(self.cursors.clone())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn doors_are_recorded_at_once_and_the_other_stage_with_the_next_fact() {
        let mut unrecorded = Unrecorded::default();
        assert_eq!(unrecorded.for_entry(false), None);
        assert_eq!(unrecorded.for_entry(true), Some(Vec::new()));
        let moved = |log: LogName| vec![(log, Cursor::default())];
        for _ in 1..ENTRIES_MAX {
            unrecorded.moved(&moved(LogName::notify()));
            assert_eq!(unrecorded.for_entry(false), None);
        }
        unrecorded.moved(&moved(LogName::notify()));
        assert_eq!(unrecorded.for_entry(false), Some(moved(LogName::notify())));

        let mut unrecorded = Unrecorded::default();
        let events = LogName::door_events(Uuid::nil());
        unrecorded.moved(&moved(events.clone()));
        assert_eq!(unrecorded.for_entry(false), Some(moved(events)));
    }
}
