//! Who does which work when equal processes share a journal: judged from what moves, and since when it does not. Pure.
//!
//! A process does not do work that it sees others do. Work that is due and has not moved for the patience is overdue;
//! then a process steps in after a random delay, and does that kind of work until it sees another do it. Nobody is
//! elected and nothing is leased: two may work at once, and the append decides.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use uuid::Uuid;

use crate::mutants::{self, Mutant};

/// A kind of work that is judged by itself: a process that can do one may be unable to do another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Duty {
    /// Consuming the sources: cursors move.
    Consuming,
    /// Deciding what the clock makes due.
    Timers,
    /// A kind of work that the stage itself tells apart, by its number.
    Lane(u8),
}

/// Work that is due now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Due {
    pub(super) duty: Duty,
    /// What is to be done first. As long as it is the same, nothing has moved.
    pub(super) head: u128,
    /// This process can do nothing better than give it up: others, if there are any, go first by far.
    pub(super) reluctant: bool,
}

/// By what is judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment<'a> {
    /// Monotonic: up to when it is known what others did.
    pub(super) now: Duration,
    /// For how long due work may stand still.
    pub(super) patience: Duration,
    /// Whether this process's clock is off: it steps in after the others.
    pub(super) clock_is_off: bool,
    /// Processes that were seen to do nothing any more.
    pub(super) silent: &'a BTreeSet<Uuid>,
}

/// How much longer a reluctant process is patient.
const RELUCTANCE: u32 = 3;

/// What this process does, and what it has seen of each kind of work.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    /// Nobody else can be there: everything is done at once.
    alone: bool,
    posts: BTreeMap<Duty, Post>,
}

#[derive(Clone, Debug, Default)]
struct Post {
    /// Whether this process does it.
    works: bool,
    /// Whether it has appended something since it stepped in.
    proven: bool,
    /// Which other process was seen doing it last; nil: none was.
    by: Uuid,
    /// When that was.
    moved_at: Duration,
    /// What stands still, and since when.
    still: Option<(u128, Duration)>,
    /// When this process steps in.
    steps_in_at: Option<Duration>,
    /// It leaves again after one entry.
    reluctant: bool,
}

impl Standing {
    /// Of the only process.
    pub(super) fn alone() -> Self {
        Self { alone: true, posts: BTreeMap::new() }
    }

    /// Of one of many: it does nothing yet.
    pub(super) fn among_many() -> Self {
        Self { alone: false, posts: BTreeMap::new() }
    }

    pub(super) fn is_alone(&self) -> bool {
        self.alone
    }

    /// Whether this process does this kind of work.
    pub(super) fn does(&self, duty: Duty) -> bool {
        self.alone || self.posts.get(&duty).is_some_and(|post| post.works)
    }

    /// What it does, if it is one of many.
    pub(super) fn duties(&self) -> Vec<Duty> {
        self.posts.iter().filter(|(_, post)| post.works).map(|(duty, _)| *duty).collect()
    }

    /// Judges what is due now; what is not in `due` is not. Returns what this process steps into, and which process was
    /// seen doing it last. The delay is drawn below the limit that `jitter` is given.
    pub(super) fn judge(
        &mut self,
        due: &[Due],
        moment: &Moment<'_>,
        mut jitter: impl FnMut(Duration) -> Duration,
    ) -> Vec<(Duty, Uuid)> {
        for (duty, post) in &mut self.posts {
            if !due.iter().any(|due| due.duty == *duty) {
                (post.still, post.steps_in_at) = (None, None);
            }
        }
        let mut stepped = Vec::new();
        for due in due {
            let post = self.posts.entry(due.duty).or_default();
            if !post.works && post.judge(due, moment, &mut jitter) {
                (post.works, post.proven, post.reluctant) = (true, false, due.reluctant);
                stepped.push((due.duty, post.by));
            }
        }
        stepped
    }

    /// Another process was seen doing it.
    pub(super) fn served(&mut self, duty: Duty, by: Uuid, now: Duration) {
        let post = self.posts.entry(duty).or_default();
        let still = post.still.filter(|_| mutants::is(Mutant::OverdueByLateness));
        let moved_at = if still.is_some() { Duration::ZERO } else { now };
        *post = Post { by, moved_at, still, ..Post::default() };
    }

    /// An entry that this process appended did it.
    pub(super) fn proved(&mut self, duty: Duty, now: Duration) {
        match self.posts.get_mut(&duty).filter(|post| post.works) {
            Some(post) if post.reluctant => self.leave(duty, now),
            Some(post) => post.proven = true,
            None => {}
        }
    }

    /// This process has just stepped in, and has not appended anything yet.
    pub(super) fn is_on_trial(&self, duty: Duty) -> bool {
        self.takes_over_from(duty).is_some()
    }

    /// From which process this one takes the work over with the entry that proves it; `None`: it does it already, or not.
    pub(super) fn takes_over_from(&self, duty: Duty) -> Option<Uuid> {
        self.posts.get(&duty).filter(|post| post.works && !post.proven).map(|post| post.by)
    }

    /// Others moved everything while this process slept.
    pub(super) fn slept(&mut self, now: Duration) {
        for post in self.posts.values_mut() {
            *post = Post { by: post.by, moved_at: now, ..Post::default() };
        }
    }

    /// It leads to no entry, or should lead to no more than one: this process does not do it any more.
    pub(super) fn leave(&mut self, duty: Duty, now: Duration) {
        if let Some(post) = self.posts.get_mut(&duty) {
            *post = Post { by: post.by, moved_at: now, ..Post::default() };
        }
    }
}

impl Post {
    /// Whether to step in now.
    fn judge(
        &mut self,
        due: &Due,
        moment: &Moment<'_>,
        jitter: &mut impl FnMut(Duration) -> Duration,
    ) -> bool {
        let Moment { now, patience, clock_is_off, silent } = *moment;
        let since = match self.still {
            Some((head, since)) if head == due.head || mutants::is(Mutant::OverdueByLateness) => since,
            _ => {
                (self.still, self.steps_in_at) = (Some((due.head, now)), None);
                now
            }
        };
        let late = patience * u32::from(clock_is_off);
        let steps_in_at = *self.steps_in_at.get_or_insert_with(|| {
            // Whoever did it does nothing else any more either: that was found out with patience already.
            if silent.contains(&self.by) && !due.reluctant {
                return now + late;
            }
            let patience = if due.reluctant { patience * RELUCTANCE } else { patience };
            since.max(self.moved_at) + patience + late + jitter(patience / 2)
        });
        let never = mutants::is(Mutant::NeverStepsIn) && !self.by.is_nil();
        now >= steps_in_at && !never
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME_FIRST: Uuid = Uuid::nil();
    const OTHER: Uuid = Uuid::from_u128(7);
    const PATIENCE: Duration = Duration::from_secs(5);

    /// What happens at a second, and whether the process does the work after it.
    #[derive(Clone, Copy, Debug)]
    enum Seen {
        /// Nothing is due.
        Idle,
        /// This is due.
        Head(u128),
        /// This is due, and the process cannot do it well.
        Hard(u128),
        /// Another's entry did some of it.
        Served,
        /// An own entry did.
        Proved,
        /// It came to nothing.
        Left,
    }
    use Seen::{Hard, Head, Idle, Left, Proved, Served};

    struct Case {
        clock_is_off: bool,
        silent: &'static [Uuid],
        /// The drawn delay, of the limit, in percent.
        drawn: u32,
    }

    const USUAL: Case = Case { clock_is_off: false, silent: &[], drawn: 0 };

    fn check(case: &Case, script: &[(u64, Seen, bool)]) {
        let mut standing = Standing::among_many();
        let silent = case.silent.iter().copied().collect();
        for (at, seen, works) in script {
            let now = Duration::from_secs(*at);
            let moment = Moment { now, patience: PATIENCE, clock_is_off: case.clock_is_off, silent: &silent };
            let due = |head, reluctant| vec![Due { duty: Duty::Timers, head, reluctant }];
            let due = match seen {
                Idle => Vec::new(),
                Head(head) => due(*head, false),
                Hard(head) => due(*head, true),
                Served => {
                    standing.served(Duty::Timers, OTHER, now);
                    continue;
                }
                Proved => {
                    standing.proved(Duty::Timers, now);
                    continue;
                }
                Left => {
                    standing.leave(Duty::Timers, now);
                    continue;
                }
            };
            let stepped = standing.judge(&due, &moment, |limit| limit * case.drawn / 100);
            assert_eq!(standing.does(Duty::Timers), *works, "at {at}: {seen:?}, {stepped:?}");
        }
    }

    #[test]
    fn work_that_stands_still_is_taken_over() {
        check(&USUAL, &[(0, Head(1), false), (4, Head(1), false), (5, Head(1), true), (60, Head(2), true)]);
        let drawn = Case { drawn: 100, ..USUAL };
        check(&drawn, &[(0, Head(1), false), (5, Head(1), false), (7, Head(1), false), (8, Head(1), true)]);
    }

    #[test]
    fn work_that_moves_is_not_however_late_it_is() {
        let moving: Vec<_> = (0..100).map(|at| (at, Head(u128::from(at / 4)), false)).collect();
        check(&USUAL, &moving);
        let served: Vec<_> =
            (0..100).flat_map(|n| [(4 * n, Head(1), false), (4 * n, Served, false)]).collect();
        check(&USUAL, &served);
        check(&USUAL, &[(0, Head(1), false), (4, Idle, false), (6, Head(1), false), (10, Head(1), false)]);
    }

    #[test]
    fn what_moves_while_the_delay_passes_is_left_alone() {
        let drawn = Case { drawn: 100, ..USUAL };
        check(&drawn, &[(0, Head(1), false), (6, Head(1), false), (7, Head(2), false), (14, Head(2), false)]);
        check(&drawn, &[(0, Head(1), false), (6, Head(1), false), (7, Served, false), (9, Head(1), false)]);
    }

    #[test]
    fn whoever_is_overtaken_is_passive_for_a_full_period() {
        let overtaken = [
            (0, Head(1), false),
            (5, Head(1), true),
            (6, Proved, true),
            (9, Head(2), true),
            (10, Served, false),
            (11, Head(3), false),
            (15, Head(3), false),
            (16, Head(3), true),
        ];
        check(&USUAL, &overtaken);
        check(&USUAL, &[(0, Served, false), (0, Head(1), false), (4, Head(1), false), (5, Head(1), true)]);
    }

    #[test]
    fn stepping_in_for_nothing_ends_again() {
        check(&USUAL, &[(0, Head(1), false), (5, Head(1), true), (5, Left, false), (6, Head(1), false)]);
        check(&USUAL, &[(0, Head(1), false), (5, Head(1), true), (5, Left, false), (11, Head(1), false)]);
    }

    #[test]
    fn a_process_whose_clock_is_off_goes_last() {
        let off = Case { clock_is_off: true, ..USUAL };
        check(&off, &[(0, Head(1), false), (9, Head(1), false), (10, Head(1), true)]);
        let silent = Case { clock_is_off: true, silent: &[ME_FIRST], ..USUAL };
        check(&silent, &[(0, Head(1), false), (4, Head(1), false), (5, Head(1), true)]);
    }

    #[test]
    fn what_a_silent_process_did_is_not_waited_for_again() {
        let silent = Case { silent: &[OTHER], drawn: 100, ..USUAL };
        check(&silent, &[(0, Served, false), (1, Head(1), true)]);
        check(&silent, &[(0, Head(1), false), (1, Served, false), (2, Head(1), true)]);
        check(&silent, &[(1, Served, false), (1, Hard(1), false), (9, Hard(1), false)]);
    }

    #[test]
    fn a_reluctant_process_leaves_it_to_others_for_long() {
        check(&USUAL, &[(0, Hard(1), false), (14, Hard(1), false), (15, Hard(1), true)]);
        let once = [(0, Hard(1), false), (15, Hard(1), true), (15, Proved, false), (16, Hard(2), false)];
        check(&USUAL, &once);
    }

    #[test]
    fn kinds_of_work_are_judged_by_themselves() {
        let mut standing = Standing::among_many();
        let silent = BTreeSet::new();
        let moment = |now| Moment {
            now: Duration::from_secs(now),
            patience: PATIENCE,
            clock_is_off: false,
            silent: &silent,
        };
        let due = |duty| Due { duty, head: 0, reluctant: false };
        let all = [due(Duty::Consuming), due(Duty::Timers), due(Duty::Lane(3))];
        assert_eq!(standing.judge(&all, &moment(0), |_| Duration::ZERO), []);
        standing.served(Duty::Consuming, OTHER, Duration::from_secs(3));
        let stepped = standing.judge(&all, &moment(5), |_| Duration::ZERO);
        assert_eq!(stepped, [(Duty::Timers, Uuid::nil()), (Duty::Lane(3), Uuid::nil())]);
        assert_eq!(standing.duties(), [Duty::Timers, Duty::Lane(3)]);
        assert!(standing.is_on_trial(Duty::Timers));
        standing.proved(Duty::Timers, Duration::from_secs(6));
        assert!(!standing.is_on_trial(Duty::Timers) && standing.does(Duty::Timers));
        assert_eq!(standing.judge(&all, &moment(9), |_| Duration::ZERO), []);
        assert_eq!(standing.judge(&all, &moment(10), |_| Duration::ZERO), [(Duty::Consuming, OTHER)]);
        assert!(Standing::alone().does(Duty::Lane(9)) && Standing::alone().is_alone());
    }
}
