//! How far two stages have come together with what a door has stored, where the second works on what the first has made.

use std::collections::VecDeque;

/// Where the stages stand, as one process sees it at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Standpoint {
    /// Below this entry of the door's journal, the incidents stage has consumed everything.
    pub door: u64,
    /// Where the incidents stage's next entry goes: what came of all that is above.
    pub incidents: u64,
    /// Below this entry of the incidents stage's journal, the notify stage has consumed everything. Not newer than the
    /// other two.
    pub notify: u64,
}

/// So many standpoints are remembered.
const MARKS: usize = 1024;

/// Remembers where the first stage stood until the second has come there.
#[derive(Clone, Debug, Default)]
pub struct Relay {
    /// In rising order.
    marks: VecDeque<(u64, u64)>,
    passed: u64,
}

impl Relay {
    /// Up to which entry of the door's journal, exclusively, both stages are done.
    pub fn passed(&mut self, at: Standpoint) -> u64 {
        if at.door > self.marks.back().map_or(self.passed, |(_, door)| *door) {
            if self.marks.len() >= MARKS {
                // The second stage has not moved for long. Coarser steps do.
                self.marks.pop_back();
            }
            self.marks.push_back((at.incidents, at.door));
        }
        while let Some((_, door)) = self.marks.front().filter(|(incidents, _)| *incidents <= at.notify) {
            self.passed = *door;
            self.marks.pop_front();
        }
        self.passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_second_stage_has_not_seen_is_not_done() {
        let mut relay = Relay::default();
        for (name, (door, incidents, notify), passed) in [
            ("nothing", (0, 5, 5), 0),
            ("the first stage has taken it", (3, 7, 5), 0),
            ("and more", (6, 9, 6), 0),
            ("the second has come to the first mark", (6, 9, 7), 3),
            ("and between the marks", (6, 10, 8), 3),
            ("and past both", (6, 11, 11), 6),
            ("both at once", (9, 14, 14), 9),
        ] {
            assert_eq!(relay.passed(Standpoint { door, incidents, notify }), passed, "{name}");
        }
    }

    #[test]
    fn what_is_remembered_is_bounded_and_nothing_is_said_too_early() {
        let mut relay = Relay::default();
        for n in 1..10_000 {
            assert_eq!(relay.passed(Standpoint { door: n, incidents: 2 * n, notify: 0 }), 0);
        }
        assert!(relay.marks.len() <= MARKS);
        let (mut at, last) = (Standpoint { door: 9_999, incidents: 19_998, notify: 0 }, 19_998);
        for notify in 0..last {
            at.notify = notify;
            assert!(relay.passed(at) * 2 <= notify, "{notify}");
        }
        at.notify = last;
        assert_eq!(relay.passed(at), 9_999);
    }
}
