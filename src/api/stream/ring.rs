//! What changed lately, for those who come back: bounded by how many changes and how many things these name.

use std::collections::VecDeque;

use super::changes::Changes;

/// How many changes are kept.
const STEPS_MAX: usize = 8_192;
/// How many things they may name together: some megabytes.
const NAMES_MAX: usize = 100_000;

/// The latest changes, without a gap.
#[derive(Debug, Default)]
pub(super) struct Ring {
    steps: VecDeque<Step>,
    names: usize,
}

/// What the entries of some slots have changed.
#[derive(Debug)]
struct Step {
    from: u64,
    /// The slot after the last.
    to: u64,
    changes: Changes,
}

impl Ring {
    /// Takes in what the entries from `from` to before `to` have changed; `from` is where the last ended.
    pub(super) fn push(&mut self, from: u64, to: u64, changes: &Changes) {
        match self.steps.back_mut() {
            // Most entries of an idle system only move cursors.
            Some(last) if changes.len() + last.changes.len() == 0 => last.to = to,
            _ => {
                self.names += changes.len();
                self.steps.push_back(Step { from, to, changes: changes.clone() });
            }
        }
        while self.steps.len() > STEPS_MAX || (self.names > NAMES_MAX && self.steps.len() > 1) {
            self.names -= self.steps.pop_front().map_or(0, |step| step.changes.len());
        }
    }

    /// What has changed since everything before `next` was sent; `None` if that is too long ago, or still to come.
    pub(super) fn since(&self, next: u64, now: u64) -> Option<Changes> {
        if next == now {
            return Some(Changes::default());
        }
        if next > now || self.steps.front().is_none_or(|oldest| oldest.from > next) {
            return None;
        }
        let mut changes = Changes::default();
        for step in self.steps.iter().filter(|step| step.to > next) {
            changes.then(&step.changes);
        }
        Some(changes)
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::IncidentNumber;

    fn of(numbers: &[u64]) -> Changes {
        let incidents = numbers.iter().map(|number| IncidentNumber(*number)).collect();
        Changes { incidents, ..Changes::default() }
    }

    fn since(ring: &Ring, next: u64, now: u64) -> Option<Vec<u64>> {
        Some(ring.since(next, now)?.incidents.iter().map(|number| number.0).collect())
    }

    #[test]
    fn gives_what_came_after() {
        let mut ring = Ring::default();
        ring.push(10, 12, &of(&[1]));
        ring.push(12, 13, &of(&[2]));
        ring.push(13, 20, &of(&[]));
        ring.push(20, 21, &of(&[1, 3]));
        for (next, expected) in [
            (9, None),
            (10, Some(vec![1, 2, 3])),
            // Between two of this process's looks, since another process looked at other times: rather too much.
            (11, Some(vec![1, 2, 3])),
            (12, Some(vec![1, 2, 3])),
            (13, Some(vec![1, 2, 3])),
            (20, Some(vec![1, 3])),
            (21, Some(vec![])),
            (22, None),
        ] {
            assert_eq!(since(&ring, next, 21), expected, "{next}");
        }
        ring.clear();
        assert_eq!((since(&ring, 20, 21), since(&ring, 21, 21)), (None, Some(vec![])));
    }

    #[test]
    fn forgets_the_oldest() {
        let mut ring = Ring::default();
        let steps = STEPS_MAX as u64;
        for n in 0..steps + 10 {
            ring.push(n, n + 1, &of(&[n]));
        }
        let now = steps + 10;
        assert_eq!(since(&ring, 9, now), None);
        assert_eq!(since(&ring, 10, now).map(|all| all.len()), Some(STEPS_MAX));
        let many: Vec<u64> = (0..NAMES_MAX as u64).collect();
        ring.push(now, now + 1, &of(&many));
        assert_eq!(since(&ring, now - 1, now + 1), None);
        assert_eq!(since(&ring, now, now + 1).map(|all| all.len()), Some(NAMES_MAX));
        assert_eq!((ring.steps.len(), ring.names), (1, NAMES_MAX));
    }

    #[test]
    fn the_later_counts() {
        let mut changes = of(&[1, 2]);
        changes.then(&Changes { gone: [IncidentNumber(1)].into(), ..Changes::default() });
        assert_eq!(
            (changes.incidents, changes.gone),
            ([IncidentNumber(2)].into(), [IncidentNumber(1)].into())
        );
        let mut changes = Changes { gone: [IncidentNumber(1)].into(), ..Changes::default() };
        changes.then(&of(&[1]));
        assert_eq!((changes.len(), changes.gone.len()), (1, 0));
    }
}
