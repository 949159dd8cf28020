//! What the loop tells about itself.

use super::{Loop, Stage};
use crate::domain::time::Timestamp;
use crate::journal;

impl<S: Stage> Loop<S> {
    pub(super) fn note_read(&mut self, failure: Option<journal::Error>) {
        if failure.is_some() || self.read_failed {
            self.read_failed = failure.is_some();
            self.status.send_modify(|status| status.blocked = failure.map(|error| error.to_string()));
        }
    }

    /// What was decided at `decided_at` is not on record yet: it counts as undone, although its inputs were taken.
    pub(super) fn note_append_failure(&mut self, error: &journal::Error, decided_at: Timestamp) {
        let text = error.to_string();
        self.status.send_if_modified(|status| {
            let oldest = status.oldest_undone.map_or(decided_at, |oldest| oldest.min(decided_at));
            let late = status.oldest_undone.replace(oldest) != Some(oldest);
            let new = status.blocked.as_deref() != Some(&text);
            if new {
                tracing::warn!(stage = %self.log, error = text, "cannot append; trying again");
                status.blocked = Some(text);
            }
            new || late
        });
    }

    /// The store answers appends, whatever it says: another's entry in the slot is no reason to be blocked.
    pub(super) fn note_append_answered(&mut self) {
        let reads = !self.read_failed;
        self.status.send_if_modified(|status| reads && status.blocked.take().is_some());
    }

    pub(super) fn note_progress(&mut self) {
        let now = self.world.clock.now();
        let lanes = self.stage.waits_since(&self.replica.state);
        let timers = self.stage.next_due(&self.replica.state);
        let overdue = lanes.into_iter().chain(timers).min().filter(|due| *due < now);
        let oldest = [self.sources.oldest(), overdue].into_iter().flatten().min();
        let (next, waiting) = (self.replica.next, self.sources.waiting());
        let works_on = (!self.standing.is_alone()).then(|| self.standing.duties());
        self.status.send_if_modified(|status| {
            let new = status.oldest_undone != oldest
                || status.next != next
                || status.waiting != waiting
                || status.works_on != works_on;
            (status.oldest_undone, status.next, status.waiting) = (oldest, next, waiting);
            status.works_on = works_on;
            new
        });
    }
}
