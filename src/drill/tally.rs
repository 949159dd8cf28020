//! What became of the canaries. Pure: times are monotonic and given.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Sight;
use super::rules::{LATE, Progress};
use crate::domain::id::IncidentNumber;
use crate::wire::rest::drill::{Canaries, Spread};

/// When a canary was sent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Phase {
    /// Before the failure.
    Before,
    /// While it was made.
    During,
    /// After it.
    After,
}

impl Phase {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::During => "during",
            Self::After => "after",
        }
    }
}

/// All canaries of a drill, by their number.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Tally {
    canaries: BTreeMap<u64, Canary>,
    refused_in_a_row: u64,
}

#[derive(Clone, PartialEq, Debug)]
struct Canary {
    phase: Phase,
    sent_at: Duration,
    answer: Answer,
    incident: Option<IncidentNumber>,
    reached_at: Option<Duration>,
    repeated: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answer {
    None,
    Accepted(Duration),
    Refused,
}

impl Canary {
    fn accepted_at(&self) -> Option<Duration> {
        match self.answer {
            Answer::Accepted(at) => Some(at),
            Answer::None | Answer::Refused => None,
        }
    }

    /// For how long it has been waiting, or had.
    fn waited(&self, now: Duration) -> Option<Duration> {
        Some(self.reached_at.unwrap_or(now).saturating_sub(self.accepted_at()?))
    }

    fn is_waiting(&self) -> bool {
        self.accepted_at().is_some() && self.reached_at.is_none()
    }
}

impl Tally {
    /// The next canary is sent; its number.
    pub fn sent(&mut self, phase: Phase, now: Duration) -> u64 {
        let n = self.canaries.len() as u64 + 1;
        let canary = Canary {
            phase,
            sent_at: now,
            answer: Answer::None,
            incident: None,
            reached_at: None,
            repeated: 0,
        };
        self.canaries.insert(n, canary);
        n
    }

    /// A canary was answered.
    pub fn answered(&mut self, n: u64, accepted: bool, now: Duration) {
        let Some(canary) = self.canaries.get_mut(&n) else { return };
        canary.answer = if accepted { Answer::Accepted(now) } else { Answer::Refused };
        self.refused_in_a_row = if accepted { 0 } else { self.refused_in_a_row + 1 };
    }

    /// Looks at what is seen of every canary whose story may go on. Those that have reached the contact just now.
    pub fn look(&mut self, now: Duration, sight: impl Fn(u64, Option<IncidentNumber>) -> Sight) -> Vec<u64> {
        let mut reached = Vec::new();
        for (n, canary) in &mut self.canaries {
            // One that was refused may be stored all the same, and one that has not been answered yet is.
            let seen = sight(*n, canary.incident);
            canary.incident = canary.incident.or(seen.number);
            canary.repeated = canary.repeated.max(seen.repeated);
            if seen.taken > 0 && canary.reached_at.is_none() {
                canary.reached_at = Some(now);
                reached.push(*n);
            }
        }
        reached
    }

    /// Whether every canary was answered, and every one that was accepted has reached the contact.
    pub fn is_settled(&self) -> bool {
        self.canaries.values().all(|canary| canary.answer != Answer::None && !canary.is_waiting())
    }

    /// How many canaries wait.
    pub fn waiting(&self) -> usize {
        self.canaries.values().filter(|canary| canary.is_waiting()).count()
    }

    /// How it goes.
    pub fn progress(&self, now: Duration) -> Progress {
        let waiting = self.canaries.values().filter(|canary| canary.is_waiting());
        Progress {
            waiting: waiting.filter_map(|canary| canary.waited(now)).max().unwrap_or_default(),
            refused_in_a_row: self.refused_in_a_row,
        }
    }

    /// The figures of a phase. Once it is `over`, what has not reached anybody is lost.
    pub fn figures(&self, phase: Phase, now: Duration, over: bool) -> Canaries {
        let of_phase: Vec<_> = self.canaries.values().filter(|canary| canary.phase == phase).collect();
        let count = |test: &dyn Fn(&Canary) -> bool| of_phase.iter().filter(|it| test(it)).count() as u64;
        let lost = |canary: &Canary| over && canary.is_waiting();
        let late = |canary: &Canary| !lost(canary) && canary.waited(now).is_some_and(|waited| waited > LATE);
        let accepting = of_phase.iter().filter_map(|it| Some(it.accepted_at()?.saturating_sub(it.sent_at)));
        // A message may be out before the sender is answered.
        let paging = of_phase.iter().filter_map(|it| Some(it.reached_at?.saturating_sub(it.accepted_at()?)));
        Canaries {
            sent: of_phase.len() as u64,
            accepted: count(&|it| it.accepted_at().is_some()),
            refused: count(&|it| it.answer == Answer::Refused || (over && it.answer == Answer::None)),
            reached: count(&|it| it.accepted_at().is_some() && it.reached_at.is_some()),
            late: count(&late),
            lost: count(&lost),
            repeated: of_phase.iter().map(|it| it.repeated).sum(),
            accept_seconds: spread(accepting.collect()),
            page_seconds: spread(paging.collect()),
        }
    }
}

fn spread(mut times: Vec<Duration>) -> Option<Spread> {
    times.sort_unstable();
    let at = |hundredths: usize| times.get((times.len() * hundredths).div_ceil(100).saturating_sub(1));
    let millis = |time: &Duration| (time.as_secs_f64() * 1000.0).round() / 1000.0;
    Some(Spread { median: millis(at(50)?), p99: millis(at(99)?), max: millis(times.last()?) })
}

/// What the figures of a drill say: why it failed, if it did.
pub fn verdict(phases: &[&Canaries]) -> Result<(), String> {
    let sum = |count: fn(&Canaries) -> u64| phases.iter().map(|canaries| count(canaries)).sum::<u64>();
    let counts =
        [(sum(|it| it.lost), "lost"), (sum(|it| it.late), "late"), (sum(|it| it.repeated), "repeated")];
    let bad: Vec<_> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if sum(|it| it.accepted) == 0 {
        return Err("no canary was accepted".to_owned());
    }
    if bad.is_empty() { Ok(()) } else { Err(format!("of the canaries, {}", bad.join(", "))) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    /// Seen once by the contact, as so many messages.
    fn taken(taken: u64) -> Sight {
        Sight { number: Some(IncidentNumber(7)), taken, repeated: taken.saturating_sub(1) }
    }

    #[test]
    fn each_canary_counts_where_it_was_sent() {
        let mut tally = Tally::default();
        let [well, late, lost, refused, silent, twice] =
            [1, 2, 3, 4, 5, 6].map(|at| tally.sent(Phase::During, secs(at)));
        for n in [well, late, lost, twice] {
            tally.answered(n, true, secs(10));
        }
        tally.answered(refused, false, secs(10));
        assert_eq!(tally.progress(secs(15)), Progress { waiting: secs(5), refused_in_a_row: 1 });
        assert_eq!(tally.waiting(), 4);
        let seen = |n, _| match n {
            _ if n == well => taken(1),
            _ if n == twice => taken(2),
            _ => Sight::default(),
        };
        assert_eq!(tally.look(secs(12), seen), [well, twice]);
        assert_eq!(tally.look(secs(13), seen), Vec::<u64>::new(), "once each");
        assert_eq!(tally.look(secs(400), |n, _| if n == late { taken(1) } else { Sight::default() }), [late]);
        assert!(!tally.is_settled(), "{silent} has no answer");
        let running = tally.figures(Phase::During, secs(400), false);
        assert_eq!((running.lost, running.late, running.refused), (0, 2, 1));
        let over = tally.figures(Phase::During, secs(400), true);
        assert_eq!((over.sent, over.accepted, over.reached, over.refused), (6, 4, 3, 2));
        assert_eq!((over.lost, over.late, over.repeated), (1, 1, 1));
        let page = over.page_seconds.unwrap();
        assert_eq!((page.median, page.max), (2.0, 390.0));
        let accept = over.accept_seconds.unwrap();
        assert_eq!((accept.median, accept.max), (7.0, 9.0));
        assert_eq!(tally.figures(Phase::Before, secs(400), true), Canaries::default());
        assert_eq!(verdict(&[&over]), Err("of the canaries, 1 lost, 1 late, 1 repeated".to_owned()));
    }

    #[test]
    fn the_incident_of_a_canary_is_remembered() {
        let mut tally = Tally::default();
        let n = tally.sent(Phase::Before, secs(0));
        tally.answered(n, true, secs(1));
        tally.look(secs(1), |_, _| Sight { number: Some(IncidentNumber(3)), ..Sight::default() });
        tally.look(secs(2), |_, number| {
            assert_eq!(number, Some(IncidentNumber(3)));
            taken(1)
        });
        assert!(tally.is_settled());
        assert_eq!(verdict(&[&tally.figures(Phase::Before, secs(2), true)]), Ok(()));
    }

    #[test]
    fn refusals_in_a_row_end_with_a_success() {
        let mut tally = Tally::default();
        for accepted in [false, false, true, false] {
            let n = tally.sent(Phase::During, secs(0));
            tally.answered(n, accepted, secs(0));
        }
        assert_eq!(tally.progress(secs(0)).refused_in_a_row, 1);
    }

    #[test]
    fn a_door_that_takes_nothing_proves_nothing() {
        let mut tally = Tally::default();
        let n = tally.sent(Phase::During, secs(0));
        tally.answered(n, false, secs(0));
        let figures = tally.figures(Phase::During, secs(9), true);
        assert!(verdict(&[&figures]).unwrap_err().contains("no canary was accepted"));
    }
}
