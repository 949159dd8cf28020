//! What must hold at the end, when everything has been well for long enough.

use std::time::Duration;

use pd::domain::incident::{Happening, Incident, Status};
use pd::domain::notify::state::{Progress, overdue_at};
use pd::domain::time::Timestamp;
use pd::journal::LogName;

use super::{BOUND, Check};
use crate::simulation::founding::START;
use crate::simulation::plan::Mode;
use crate::simulation::town::{Life, name};
use crate::simulation::trace::Trace;

/// How late work may be that became due a moment ago: polls, appends, clocks.
const LATE: Duration = Duration::from_secs(20);

impl Check {
    /// The run ends.
    pub(in crate::simulation) fn finish(&mut self, trace: &Trace, lives: &[(usize, Life)]) {
        if self.has_failed() || self.torn.is_some() {
            return;
        }
        let mut found = self.replicas(lives, true);
        found.extend(self.stores(true));
        if self.mode != Mode::Safety && self.now >= self.heals_at + BOUND {
            found.extend(self.doors_are_drained());
            found.extend(self.keys.undecided());
            found.extend(self.pages_are_planned());
            found.extend(self.nothing_is_overdue());
            found.extend(self.somebody_is_reached());
            // One that is frozen by now is lost for good.
            let left: Vec<_> = lives.iter().filter(|(_, life)| !life.gate.is_frozen()).cloned().collect();
            found.extend(processes_serve(&left));
            found.extend(self.processes_follow(&left));
        }
        if self.clocks_are_true {
            found.extend(self.keys.not_as_meant(self.incidents.state()));
        }
        self.fail_all(trace, found);
    }

    pub(super) fn true_now(&self) -> Timestamp {
        START.plus(self.now)
    }

    fn doors_are_drained(&self) -> Vec<String> {
        let extents = match self.doors.extents() {
            Ok(extents) => extents,
            Err(what) => return vec![what],
        };
        let behind = extents.into_iter().filter_map(|(log, extent)| {
            let known = self.incidents.cursors().any(|(known, _)| *known == log);
            let consumed = self.incidents.cursor(&log).next;
            // One that is not consumed any more was closed and read to its end; that was checked then.
            let given_up = !known && extent.closed;
            // What came in a moment ago may wait for the next poll.
            let is_new = self.doors.written(&log, consumed).is_some_and(|at| at.plus(LATE) > self.true_now());
            (!given_up && consumed < extent.next && !is_new)
                .then(|| format!("{log} reaches to {}, but is consumed up to {consumed} only", extent.next))
        });
        behind.collect()
    }

    fn pages_are_planned(&self) -> Vec<String> {
        let unplanned = self.messages.unplanned(self.true_now().minus(LATE));
        unplanned.iter().map(|page| format!("the page {page:?} was never taken over")).collect()
    }

    fn nothing_is_overdue(&self) -> Vec<String> {
        let now = self.true_now();
        let mut found = Vec::new();
        if let Some(due) = self.incidents.state().next_due()
            && due.plus(LATE) < now
        {
            found.push(format!("a timer of {due} has not gone off by {now}"));
        }
        for (id, message) in &self.notify.state().messages {
            let due = match message.progress {
                Progress::Planned => message.due.plus(Duration::from_secs(90)),
                Progress::Claimed { deadline, .. } => overdue_at(deadline, message.contact.channel),
            };
            if due.plus(LATE) < now {
                found.push(format!("the message {id} is not dealt with by {now}: {message:?}"));
            }
        }
        if let Some(cursor) = self.notify.cursors().find(|(log, _)| **log == LogName::incidents())
            && self.incidents.next().0 > cursor.1.next.0 + 300
        {
            found.push("the notify stage does not follow the incidents stage".to_owned());
        }
        found
    }

    /// No process stays behind, whoever does the work.
    fn processes_follow(&self, lives: &[(usize, Life)]) -> Vec<String> {
        let late = |at: Option<Timestamp>| at.is_some_and(|at| at.plus(LATE) < self.true_now());
        let behind = |(machine, life): &(usize, Life)| {
            let view = life.view.as_ref()?;
            let (incidents, notify) =
                (view.incidents.replica.borrow().next, view.notify.replica.borrow().next);
            let incidents_late = late(self.incidents.written(incidents));
            let notify_late = late(self.notify.written(notify));
            (incidents_late || notify_late).then(|| {
                let name = name(*machine);
                format!("{name} stays behind, at incidents {incidents} and notify {notify}")
            })
        };
        lives.iter().filter_map(behind).collect()
    }

    /// Every incident that is triggered for a while has reached somebody, or says why not.
    fn somebody_is_reached(&self) -> Vec<String> {
        let since = self.true_now().minus(BOUND);
        let says = |incident: &Incident| {
            incident.timeline.iter().any(|entry| {
                matches!(
                    entry.what,
                    Happening::Notified { .. } | Happening::NobodyReached { .. } | Happening::PathExhausted
                )
            })
        };
        let state = self.incidents.state();
        let triggered = state.incidents.values().filter(|incident| incident.status == Status::Triggered);
        let silent = triggered.filter(|incident| incident.status_changed_at < since && !says(incident));
        silent.map(|incident| format!("#{} reached nobody and does not say why", incident.number)).collect()
    }
}

fn processes_serve(lives: &[(usize, Life)]) -> Vec<String> {
    let mut found = Vec::new();
    for (machine, life) in lives {
        let Some(view) = &life.view else {
            found.push(format!("{} does not serve", name(*machine)));
            continue;
        };
        for status in [view.incidents.status.borrow(), view.notify.status.borrow()] {
            if let Some(reason) = &status.blocked {
                found.push(format!("{} is blocked: {reason}", name(*machine)));
            }
        }
    }
    found
}
