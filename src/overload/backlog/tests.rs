//! A door, and stages behind it that work off so much a second.

use super::*;

fn key(n: u8) -> Option<RoutingKey> {
    Some(RoutingKey::from_random([n; 16]))
}

/// A door and the stages behind it, in steps of a quarter of a second.
struct Bench {
    backlog: Backlog,
    now: Duration,
    /// How many inputs each entry has that the stages have not taken.
    undone: VecDeque<usize>,
    next: u64,
    done: u64,
    /// What the stages could have taken and did not need.
    spare: usize,
}

const STEP: Duration = Duration::from_millis(250);

impl Bench {
    fn new() -> Self {
        let backlog = Backlog::new(16 << 10);
        Self { backlog, now: Duration::ZERO, undone: VecDeque::new(), next: 0, done: 0, spare: 0 }
    }

    /// A quarter of a second in which so many inputs of each of these senders come, and so many can be worked off; how
    /// many of each were accepted.
    fn step(&mut self, senders: &[(u8, usize)], worked_off: usize) -> Vec<usize> {
        self.now += STEP;
        self.spare += worked_off;
        while self.undone.front().is_some_and(|inputs| *inputs <= self.spare) {
            self.spare -= self.undone.pop_front().unwrap_or_default();
            self.done += 1;
        }
        if self.undone.is_empty() {
            self.spare = 0;
        }
        let at = Standpoint { door: self.done, incidents: self.done, notify: self.done };
        self.backlog.seen(self.now, at);
        let mut accepted = vec![0; senders.len()];
        for round in 0..senders.iter().map(|(_, count)| *count).max().unwrap_or_default() {
            for ((sender, count), accepted) in senders.iter().zip(&mut accepted) {
                if round < *count && self.backlog.check(self.now, key(*sender)).is_ok() {
                    *accepted += 1;
                    self.backlog.stored(self.now, self.next, std::iter::once(key(*sender)));
                    self.undone.push_back(1);
                    self.next += 1;
                }
            }
        }
        accepted
    }

    /// The same again and again, for so many seconds; what was accepted a second in the last four.
    fn run(&mut self, seconds: usize, senders: &[(u8, usize)], worked_off: usize) -> Vec<usize> {
        let mut last = vec![0; senders.len()];
        for step in 0..4 * seconds {
            let accepted = self.step(senders, worked_off);
            if step + 16 >= 4 * seconds {
                last.iter_mut().zip(accepted).for_each(|(last, accepted)| *last += accepted);
            }
        }
        last.into_iter().map(|accepted| accepted / 4).collect()
    }

    /// In how many seconds all that waits would be worked off.
    fn delay(&self, worked_off: usize) -> f64 {
        self.undone.iter().sum::<usize>() as f64 / (4 * worked_off) as f64
    }
}

#[test]
fn what_comes_along_is_never_refused() {
    for (name, each, worked_off) in [("slow", 1, 2), ("quick", 300, 301), ("just", 250, 250)] {
        let mut bench = Bench::new();
        let accepted = bench.run(120, &[(1, each)], worked_off);
        assert_eq!(accepted, [4 * each], "{name}");
    }
}

#[test]
fn more_than_is_worked_off_is_refused_and_what_is_accepted_waits_no_longer_than_it_may() {
    for (each, worked_off) in [(1000, 300), (300, 100), (3000, 1500)] {
        let mut bench = Bench::new();
        // One sender alone has two thirds of the room.
        let senders = [(1, each / 2), (2, each / 2)];
        let accepted: usize = bench.run(60, &senders, worked_off).iter().sum();
        assert!(accepted.abs_diff(4 * worked_off) <= worked_off, "{each}: {accepted}");
        let delay = bench.delay(worked_off);
        assert!((8.0..=17.0).contains(&delay), "{each}: {delay}");
        // As soon as less comes, all of it is accepted; and what is there is worked off.
        let less = worked_off / 2;
        assert_eq!(bench.run(60, &[(1, less)], worked_off), [4 * less], "{each}");
        assert!(bench.delay(worked_off) < 1.0, "{each}: {}", bench.delay(worked_off));
    }
}

#[test]
fn stages_that_are_slow_for_half_a_minute_are_no_reason_to_refuse() {
    let mut bench = Bench::new();
    let senders: Vec<_> = (1..=8).map(|sender| (sender, 8)).collect();
    assert_eq!(bench.run(60, &senders, 90), [32; 8]);
    assert_eq!(bench.run(30, &senders, 35), [32; 8]);
    assert!(bench.undone.len() > 3_000, "{}", bench.undone.len());
    // If it stays so, no more is accepted than is worked off.
    let accepted: usize = bench.run(120, &senders, 35).iter().sum();
    assert!(accepted.abs_diff(140) <= 20, "{accepted}");
    assert!(bench.delay(35) < 17.0, "{}", bench.delay(35));
}

#[test]
fn a_burst_after_a_quiet_time_finds_room() {
    let mut bench = Bench::new();
    bench.run(60, &[(1, 1)], 250);
    let burst = bench.step(&[(1, 5_000), (2, 5_000)], 250);
    assert_eq!(burst, [5_000, 5_000]);
}

#[test]
fn a_loud_sender_does_not_keep_the_others_out() {
    let mut bench = Bench::new();
    bench.run(60, &[(1, 2000), (2, 3)], 300);
    let [loud, quiet] = bench.run(20, &[(1, 2000), (2, 3)], 300)[..] else { unreachable!() };
    assert!(quiet == 12 && loud > 900, "{loud} and {quiet} of 12");
}

#[test]
fn while_nobody_works_it_off_the_door_stays_open_and_what_came_then_is_forgiven() {
    let mut bench = Bench::new();
    bench.run(20, &[(1, 200)], 250);
    // The stages are away for five minutes.
    assert_eq!(bench.run(300, &[(1, 200)], 0), [800]);
    assert!(bench.undone.len() > 100_000 && bench.backlog.entries.len() <= ENTRIES);
    // They are back, and work off what came; what comes meanwhile is accepted.
    assert_eq!(bench.run(600, &[(1, 200)], 250), [800]);
    assert!(bench.backlog.inputs() <= 200, "{}", bench.backlog.inputs());
    // More than that is refused although old things still wait: the line would become longer.
    let accepted: usize = bench.run(60, &[(1, 1000), (2, 1000)], 250).iter().sum();
    assert!(accepted < 1250, "{accepted}");
}

#[test]
fn who_is_refused_is_told_when_half_of_it_is_done() {
    let mut bench = Bench::new();
    assert_eq!(bench.backlog.half_in(), None);
    bench.run(90, &[(1, 500), (2, 500)], 100);
    let half = bench.backlog.half_in().unwrap_or_default();
    assert!((6.0..=12.0).contains(&half), "{half}");
    assert!(bench.backlog.fill(bench.now) > 0.7);
}
