//! What was shown already, so that it is not shown again when it is told again.

use std::collections::{BTreeSet, VecDeque};

/// How many ids are remembered.
const MOST: usize = 20_000;

/// The latest ids that were shown.
#[derive(Debug, Default)]
pub(in super::super) struct Seen {
    ids: BTreeSet<String>,
    order: VecDeque<String>,
}

impl Seen {
    /// Remembers an id; whether it is new.
    pub(in super::super) fn add(&mut self, id: &str) -> bool {
        if !self.ids.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > MOST {
            self.order.pop_front().inspect(|oldest| _ = self.ids.remove(oldest));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_the_latest() {
        let mut seen = Seen::default();
        assert!(seen.add("a") && seen.add("b") && !seen.add("a"));
        for n in 0..MOST {
            assert!(seen.add(&n.to_string()));
        }
        assert!(!seen.add("5") && seen.add("a"));
        assert_eq!((seen.ids.len(), seen.order.len()), (MOST, MOST));
    }
}
