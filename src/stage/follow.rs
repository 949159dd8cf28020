//! Among many: following what others append, and judging which work is this process's.

use std::time::Duration;

use super::bell::Rung;
use super::replica::News;
use super::standing::{Due, Moment};
use super::{Body, Company, Duty, Error, Loop, Signal, Stage};
use crate::domain::time::Timestamp;
use crate::journal::Entry;

/// Who rings for what others appended is not served more often than this.
const FOLLOW_MIN: Duration = Duration::from_millis(20);

impl<S: Stage> Loop<S> {
    /// Applies what others have appended, as often as the poll says, whatever the load.
    pub(super) async fn follow(&mut self, rung: Rung) -> Result<(), Error> {
        let Company::Many(many) = &self.settings.company else { return Ok(()) };
        let since = self.world.clock.monotonic().saturating_sub(self.followed_at);
        if since >= many.poll || (rung.has(Signal::Own) && since >= FOLLOW_MIN) {
            self.catch_up().await?;
        }
        Ok(())
    }

    /// Applies some of what others have appended. Whether there was any.
    pub(super) async fn catch_up(&mut self) -> Result<bool, Error> {
        let asked_at = self.world.clock.now();
        self.followed_at = self.world.clock.monotonic();
        let next = self.replica.next;
        let mut moved = false;
        let news = self.news_of_this_ground().await;
        if news.is_ok() {
            self.seen_at = self.followed_at;
        }
        match news {
            Ok(News::Entries(entries)) => {
                for entry in &entries {
                    moved |= self.apply(entry)?;
                }
                if entries.is_empty() && !self.standing.is_alone() {
                    self.status.send_modify(|status| status.followed_at = Some(asked_at));
                }
            }
            Ok(News::Jumped(replica)) => {
                self.replica = *replica;
                self.grounded_at = self.followed_at;
                self.standing.slept(self.world.clock.monotonic());
                moved = true;
            }
            Err(Error::Store(error)) => self.note_read(Some(error)),
            Err(error) => return Err(error),
        }
        if moved {
            self.start_over();
        } else if next != self.replica.next {
            self.show();
        }
        Ok(next != self.replica.next)
    }

    /// This entry is durable and another's. Whether it consumed something.
    pub(super) fn apply(&mut self, theirs: &Entry) -> Result<bool, Error> {
        let timers = self.due_timers();
        let body = self.replica.apply(&self.log, theirs)?;
        if let Company::Many(many) = &self.settings.company
            && theirs.writer != self.world.process
        {
            let now = self.world.clock.monotonic();
            many.silent.heard(theirs.writer, now);
            for duty in self.served(&body, timers, &self.replica.state) {
                self.standing.served(duty, theirs.writer, now);
            }
        }
        self.note_landmark();
        Ok(!body.cursors.is_empty())
    }

    /// What an own entry that leads to this state shows this process doing.
    pub(super) fn prove(&mut self, body: &Body<S::Fact>, state: &S::State) {
        if self.standing.is_alone() {
            return;
        }
        let now = self.world.clock.monotonic();
        let trial = self.standing.is_on_trial(Duty::Consuming);
        for duty in self.served(body, self.due_timers(), state) {
            // There was something to do, and whoever did such work before has not done it. What only looked like that, such
            // as inputs that led to nothing and are not on record, says nothing of anybody; and a lane may be left to
            // others on purpose.
            if let (Company::Many(many), Some(from), Duty::Consuming | Duty::Timers) =
                (&self.settings.company, self.standing.takes_over_from(duty), duty)
            {
                many.silent.note(from, now, many.patience);
            }
            self.standing.proved(duty, now);
        }
        if trial && !self.standing.is_on_trial(Duty::Consuming) {
            self.sources.hint(|_| true);
        }
    }

    /// Which kinds of work an entry did that leads to this state.
    fn served(&self, body: &Body<S::Fact>, timers: Option<Timestamp>, state: &S::State) -> Vec<Duty> {
        let mut served = Vec::new();
        if !body.cursors.is_empty() {
            served.push(Duty::Consuming);
        }
        if timers.is_some_and(|at| self.stage.next_due(state) != Some(at)) {
            served.push(Duty::Timers);
        }
        for kind in body.facts.iter().filter_map(|fact| S::lane_of(state, fact)) {
            if !served.contains(&Duty::Lane(kind)) {
                served.push(Duty::Lane(kind));
            }
        }
        served
    }

    fn due_timers(&self) -> Option<Timestamp> {
        self.stage.next_due(&self.replica.state).filter(|at| *at <= self.world.clock.now())
    }

    /// Reads what is new in the sources; or looks whether there is something, if that is others' to do.
    pub(super) async fn gather(&mut self) -> Result<(), Error> {
        let world = self.world.clone();
        let read = if self.standing.does(Duty::Consuming) {
            self.sources.refill(&self.stage, |log| world.store(log)).await
        } else {
            let Company::Many(many) = &self.settings.company else { return Ok(()) };
            let now = world.clock.monotonic();
            if self.looked_at.is_some_and(|at| now.saturating_sub(at) < many.look) {
                return Ok(());
            }
            self.looked_at = Some(now);
            self.sources.look(&self.stage, |log| world.store(log)).await
        };
        match read {
            Ok(failure) => self.note_read(failure),
            // A process that slept may stand on ground that others have left and removed.
            Err(error @ Error::Restored { .. }) if !self.standing.is_alone() => {
                if self.catch_up().await? {
                    self.start_over();
                } else if self.is_at_the_end().await {
                    return Err(error);
                }
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Whether nothing follows what this process knows of its own journal, for sure: a read that shows nothing, or no
    /// answer, does not say so.
    pub(super) async fn is_at_the_end(&mut self) -> bool {
        match self.journal.extent(&self.log).await {
            // Shorter: its store was restored, and nothing will follow either.
            Ok(extent) => extent.next <= self.replica.next,
            Err(error) => {
                self.note_read(Some(error));
                false
            }
        }
    }

    /// Judges which work is this process's.
    pub(super) fn judge(&mut self) {
        let Company::Many(many) = &self.settings.company else { return };
        let state = &self.replica.state;
        let now = self.world.clock.now();
        let due = |duty, head| Due { duty, head, reluctant: false };
        let mut all = Vec::new();
        if self.sources.waiting() > 0 || !self.drained().is_empty() {
            all.push(due(Duty::Consuming, 0));
        }
        all.extend(self.due_timers().map(|at| due(Duty::Timers, u128::from(at.as_millis().unsigned_abs()))));
        let lanes = self.stage.lanes(state).into_iter().filter(|lane| lane.due <= now);
        all.extend(lanes.map(|lane| Due {
            duty: Duty::Lane(lane.kind),
            head: lane.head,
            reluctant: lane.reluctant,
        }));
        let p99 = self.latency.p99().max(*many.append_p99.borrow());
        let silent = many.silent.all();
        let moment = Moment {
            // What others did since then is not known yet, and where reads are slow that is long ago.
            now: self.seen_at,
            patience: many.patience.max((p99 * many.patience_factor).min(many.patience_max)),
            clock_is_off: *many.clock_is_off.borrow(),
            silent: &silent,
        };
        for (duty, from) in self.standing.judge(&all, &moment, |limit| self.world.ids.jitter(limit)) {
            tracing::info!(stage = %self.log, ?duty, %from, "stepping in");
        }
    }

    /// Stepping in led to nothing: what stood still needed nobody.
    pub(super) fn leave_trials(&mut self) {
        if self.standing.is_alone() {
            return;
        }
        let now = self.world.clock.monotonic();
        let more = self.sources.waiting() > 0 || self.read_failed;
        for duty in self.standing.duties() {
            if self.standing.is_on_trial(duty) && !(duty == Duty::Consuming && more) {
                self.standing.leave(duty, now);
            }
        }
    }
}
