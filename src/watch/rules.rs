//! What is bad enough for an incident, and when that is over.
//!
//! A cause is triggered once it has been bad for some seconds, and triggered again for as long as it lasts: a trigger is
//! a lease that whoever still sees the cause keeps alive. Whoever sees that it is over (by a margin, so that it does not
//! flap) resolves it when the lease has run out. So several processes share one incident, none needs to know who opened
//! it, and one that died leaves none open.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::domain::time::Timestamp;

/// Something is bad for this long before it is said.
const SUSTAIN: Duration = Duration::from_secs(5);

/// The failures of a provider are counted over this time.
const PROVIDER_WINDOW: Duration = Duration::from_secs(300);

/// So many successes without a failure in between say that a provider works again.
const STREAK: u64 = 2;

/// How many changes of a provider's counts are remembered; the watch sees at most one a second.
const CHANGES_MAX: usize = 300;

/// What was not taken is said again after this time; and while nothing can be stored, this often it is tried.
const AGAIN: Duration = Duration::from_secs(10);

/// What is bad.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Work that is older than this is late.
    pub late: Duration,
    /// So many failures of a provider within five minutes, and more than successes.
    pub provider_failures: u64,
    /// How far the clock may be off.
    pub clock: Duration,
    /// How many store nodes may still fail: no more than this is too few.
    pub margin: u32,
    /// After this long without anybody who sees the cause, its incident is resolved.
    pub resolve_after: Duration,
}

/// How the process is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Seen {
    /// Each stage, and the age of its oldest undone work.
    pub stages: Vec<(&'static str, Duration)>,
    /// Each provider, by channel, with how often it has taken a message and how often it has not, since the start.
    pub providers: Vec<(&'static str, u64, u64)>,
    /// Why nothing can be stored at present; `None`: it can, as far as is known.
    pub failing: Option<String>,
    /// What the store tells of itself.
    pub store: Outlook,
}

/// What a store of several nodes tells; one of a single file tells nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Outlook {
    /// How many more of its nodes may fail before it takes no appends.
    pub margin: Option<u32>,
    /// How far this process's clock is from the median of its nodes'.
    pub skew: Option<Duration>,
}

/// What is to be said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// This is bad.
    Trigger {
        /// The dedup key.
        key: String,
        /// One line.
        summary: String,
    },
    /// This is over.
    Resolve {
        /// The dedup key.
        key: String,
    },
    /// Nothing is to be said: it is tried whether something can be stored again. A resolve of what was never triggered.
    Probe,
}

impl Action {
    /// The dedup key.
    pub fn key(&self) -> &str {
        match self {
            Self::Trigger { key, .. } | Self::Resolve { key } => key,
            Self::Probe => "pd/probe",
        }
    }
}

/// How one cause is.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Reading {
    key: String,
    /// What is bad, if it is.
    bad: Option<String>,
    /// Whether it is surely over; between bad and over, all stays as it is.
    over: bool,
}

/// Judges what is seen, time after time.
#[derive(Debug)]
pub struct Rules {
    bounds: Bounds,
    node: String,
    bad_since: BTreeMap<String, Duration>,
    /// When what was said may be said again, at the earliest.
    again_at: BTreeMap<String, Duration>,
    providers: BTreeMap<&'static str, Provider>,
}

impl Rules {
    /// With these bounds, for a process of this name.
    pub fn new(bounds: Bounds, node: &str) -> Self {
        Self {
            bounds,
            node: node.to_owned(),
            bad_since: BTreeMap::new(),
            again_at: BTreeMap::new(),
            providers: BTreeMap::new(),
        }
    }

    /// What is to be said now. `open` tells when the open alert with a key was last triggered.
    pub fn look(
        &mut self,
        now: Duration,
        wall: Timestamp,
        seen: &Seen,
        open: &dyn Fn(&str) -> Option<Timestamp>,
    ) -> Vec<Action> {
        let readings = self.readings(now, seen);
        let mut actions: Vec<_> =
            readings.iter().filter_map(|reading| self.judge(now, wall, reading, open)).collect();
        // Who sends nothing does not learn that it could again.
        if seen.failing.is_some() && actions.is_empty() && self.due(Action::Probe.key(), now) {
            actions.push(Action::Probe);
        }
        for action in &actions {
            let pause = if *action == Action::Probe { AGAIN } else { self.lease() };
            self.again_at.insert(action.key().to_owned(), now + pause);
        }
        actions
    }

    /// This was not accepted: it is said again before long.
    pub fn not_taken(&mut self, action: &Action, now: Duration) {
        self.again_at.insert(action.key().to_owned(), now + AGAIN.min(self.lease()));
    }

    /// How often what lasts is said.
    fn lease(&self) -> Duration {
        self.bounds.resolve_after / 3
    }

    fn due(&self, key: &str, now: Duration) -> bool {
        self.again_at.get(key).is_none_or(|at| now >= *at)
    }

    fn judge(
        &mut self,
        now: Duration,
        wall: Timestamp,
        reading: &Reading,
        open: &dyn Fn(&str) -> Option<Timestamp>,
    ) -> Option<Action> {
        let Reading { key, bad, over } = reading;
        let last = open(key);
        if let Some(summary) = bad {
            let since = *self.bad_since.entry(key.clone()).or_insert(now);
            let kept_alive = last.is_some_and(|at| wall.since(at) < self.lease());
            let sustained = now.saturating_sub(since) >= SUSTAIN;
            let say = sustained && !kept_alive && self.due(key, now);
            return say.then(|| Action::Trigger { key: key.clone(), summary: summary.clone() });
        }
        self.bad_since.remove(key);
        let run_out = last.is_some_and(|at| wall.since(at) >= self.bounds.resolve_after);
        (*over && run_out && self.due(key, now)).then(|| Action::Resolve { key: key.clone() })
    }

    fn readings(&mut self, now: Duration, seen: &Seen) -> Vec<Reading> {
        let bounds = self.bounds;
        let mut readings: Vec<_> =
            seen.stages.iter().map(|(stage, age)| late(stage, *age, bounds.late)).collect();
        for (channel, taken, failed) in &seen.providers {
            readings.push(self.provider(now, channel, *taken, *failed));
        }
        if let Some(margin) = seen.store.margin {
            let bad = margin <= bounds.margin;
            let summary = match margin {
                0 => "the store works, and will not if one more of its nodes fails".to_owned(),
                more => format!("only {more} more of the store's nodes may fail"),
            };
            readings.push(Reading { key: "pd/store-margin".into(), bad: bad.then_some(summary), over: !bad });
        }
        if let Some(skew) = seen.store.skew {
            let summary = format!("the clock of {} is {:.1} s off", self.node, skew.as_secs_f64());
            readings.push(Reading {
                key: format!("pd/clock/{}", self.node),
                bad: (skew >= bounds.clock).then_some(summary),
                over: skew < bounds.clock / 2,
            });
        }
        readings
    }

    fn provider(&mut self, now: Duration, channel: &'static str, taken: u64, failed: u64) -> Reading {
        let provider = self.providers.entry(channel).or_insert_with(|| Provider::new(taken, failed));
        let (taken, failed) = provider.lately(now, taken, failed);
        let bound = self.bounds.provider_failures;
        let bad = failed >= bound && failed > taken && provider.streak == 0;
        let summary =
            format!("{channel} does not get through: {failed} failures and {taken} successes in 5 minutes");
        Reading {
            key: format!("pd/provider/{channel}"),
            bad: bad.then_some(summary),
            over: failed * 2 < bound || provider.streak >= STREAK,
        }
    }
}

/// Makes counts of the last minutes from counts since the start.
#[derive(Debug)]
struct Provider {
    /// When the counts changed, and to what; the first is what is counted from.
    past: VecDeque<(Duration, u64, u64)>,
    /// Successes since the last failure.
    streak: u64,
}

impl Provider {
    fn new(taken: u64, failed: u64) -> Self {
        Self { past: VecDeque::from([(Duration::ZERO, taken, failed)]), streak: 0 }
    }

    /// The counts of the last minutes.
    fn lately(&mut self, now: Duration, taken: u64, failed: u64) -> (u64, u64) {
        let (_, taken_before, failed_before) = self.past.back().copied().unwrap_or((now, taken, failed));
        if failed > failed_before {
            self.streak = 0;
        } else {
            self.streak += taken - taken_before.min(taken);
        }
        if (taken, failed) != (taken_before, failed_before) {
            self.past.push_back((now, taken, failed));
        }
        while self.past.len() > CHANGES_MAX
            || self.past.get(1).is_some_and(|(at, _, _)| now.saturating_sub(*at) >= PROVIDER_WINDOW)
        {
            self.past.pop_front();
        }
        let (_, taken_from, failed_from) = self.past.front().copied().unwrap_or((now, taken, failed));
        (taken - taken_from.min(taken), failed - failed_from.min(failed))
    }
}

fn late(stage: &str, age: Duration, bound: Duration) -> Reading {
    let summary = format!("the stage {stage} is {} s behind", age.as_secs());
    Reading { key: format!("pd/late/{stage}"), bad: (age >= bound).then_some(summary), over: age < bound / 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        late: Duration::from_secs(60),
        provider_failures: 5,
        clock: Duration::from_secs(2),
        margin: 0,
        resolve_after: Duration::from_secs(90),
    };

    /// One or more processes that see the world each second, and the incidents that come of it.
    struct World {
        processes: Vec<Rules>,
        /// Open alerts, by when they were last triggered.
        open: BTreeMap<String, Timestamp>,
        story: Vec<String>,
        events: usize,
        now: u64,
    }

    impl World {
        fn new(processes: usize) -> Self {
            let processes = (0..processes).map(|n| Rules::new(BOUNDS, &format!("pd-{n}"))).collect();
            Self { processes, open: BTreeMap::new(), story: Vec::new(), events: 0, now: 0 }
        }

        /// For so many seconds each process sees what `seen` says of it.
        fn live(&mut self, seconds: u64, seen: impl Fn(usize, u64) -> Seen) {
            for _ in 0..seconds {
                self.now += 1;
                let wall = Timestamp::from_millis(i64::try_from(self.now * 1000).unwrap_or_default());
                for (n, rules) in self.processes.iter_mut().enumerate() {
                    let open = self.open.clone();
                    let look = |key: &str| open.get(key).copied();
                    for action in rules.look(Duration::from_secs(self.now), wall, &seen(n, self.now), &look) {
                        self.events += 1;
                        let key = action.key().to_owned();
                        match action {
                            Action::Trigger { .. } if self.open.insert(key.clone(), wall).is_none() => {
                                self.story.push(format!("{}: {key} opens", self.now));
                            }
                            Action::Resolve { .. } if self.open.remove(&key).is_some() => {
                                self.story.push(format!("{}: {key} is resolved", self.now));
                            }
                            Action::Trigger { .. } | Action::Resolve { .. } => {}
                            Action::Probe => self.story.push(format!("{}: probe", self.now)),
                        }
                    }
                }
            }
        }
    }

    fn behind(seconds: u64) -> Seen {
        Seen { stages: vec![("incidents", Duration::from_secs(seconds))], ..Seen::default() }
    }

    #[test]
    fn late_work_opens_one_incident_and_resolves_it() {
        let mut world = World::new(1);
        world.live(100, |_, _| behind(0));
        world.live(100, |_, _| behind(60));
        world.live(300, |_, _| behind(1));
        assert_eq!(world.story, ["106: pd/late/incidents opens", "286: pd/late/incidents is resolved"]);
    }

    #[test]
    fn around_the_bound_it_does_not_flap() {
        let mut world = World::new(3);
        world.live(1000, |n, now| behind(if (now / 10 + n as u64).is_multiple_of(2) { 61 } else { 59 }));
        assert_eq!(world.story, ["6: pd/late/incidents opens"]);
        let mut world = World::new(1);
        world.live(1000, |_, now| behind(if now % 10 < 4 { 61 } else { 0 }));
        assert_eq!(world.story, Vec::<String>::new(), "never for long enough");
    }

    #[test]
    fn several_processes_share_an_incident_and_who_died_leaves_none_open() {
        let mut world = World::new(5);
        world.live(300, |_, _| behind(70));
        assert_eq!(world.story.len(), 1);
        assert!(world.events <= 15, "{}", world.events);
        // One still sees it: the others leave it to that one.
        world.live(300, |n, _| behind(if n == 2 { 70 } else { 0 }));
        assert_eq!(world.story.len(), 1);
        // That one dies.
        world.processes.remove(2);
        world.live(300, |_, _| behind(0));
        assert_eq!(world.story.len(), 2, "{:?}", world.story);
        assert!(world.story[1].ends_with("is resolved"));
    }

    #[test]
    fn a_provider_is_bad_after_failures_and_good_after_successes() {
        let provider = |taken, failed| Seen { providers: vec![("e-mail", taken, failed)], ..Seen::default() };
        let mut world = World::new(1);
        world.live(60, |_, now| provider(now, 1000));
        world.live(60, |_, _| provider(60, 1004));
        assert_eq!(world.story, Vec::<String>::new());
        world.live(200, |_, now| provider(60, 1004 + now));
        assert_eq!(world.story.len(), 1, "{:?}", world.story);
        world.live(300, |_, now| provider(60 + now, 1324));
        assert_eq!(world.story.len(), 2, "{:?}", world.story);
        // Half of them get through: no more failures than successes.
        world.live(600, |_, now| provider(680 + (now - 620) / 10, 1324 + (now - 620) / 10));
        assert_eq!(world.story.len(), 2, "{:?}", world.story);
    }

    #[test]
    fn margin_and_clock() {
        let store = |margin, skew| Seen {
            store: Outlook { margin: Some(margin), skew: Some(Duration::from_millis(skew)) },
            ..Seen::default()
        };
        let mut world = World::new(2);
        world.live(60, |_, _| store(1, 100));
        world.live(60, |n, _| store(0, if n == 1 { 2500 } else { 0 }));
        world.live(300, |_, _| store(2, 1500));
        world.live(100, |_, _| store(2, 10));
        let story: Vec<_> =
            world.story.iter().filter_map(|line| line.split_once(": ")).map(|(_, what)| what).collect();
        let all = [
            "pd/store-margin opens",
            "pd/clock/pd-1 opens",
            "pd/store-margin is resolved",
            "pd/clock/pd-1 is resolved",
        ];
        assert_eq!(story, all);
    }

    #[test]
    fn what_is_not_taken_is_said_again_and_a_store_that_fails_is_probed() {
        let mut rules = Rules::new(BOUNDS, "pd-1");
        let wall = Timestamp::from_millis(0);
        let mut said = Vec::new();
        for second in 0..40 {
            let now = Duration::from_secs(second);
            for action in rules.look(now, wall, &behind(70), &|_| None) {
                rules.not_taken(&action, now);
                said.push(second);
            }
        }
        assert_eq!(said, [5, 15, 25, 35]);
        let mut world = World::new(1);
        world.live(35, |_, _| Seen { failing: Some("read-only".into()), ..Seen::default() });
        assert_eq!(world.story, ["1: probe", "11: probe", "21: probe", "31: probe"]);
    }
}
