//! Which nodes have lately left a statement without an answer: others are asked first until they are heard of again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use uuid::Uuid;

/// How long a mark lasts: by then its connections have noticed that a frozen node is silent.
const MARKED: Duration = Duration::from_secs(3);

/// The marks, by the node's id, each with the monotonic time at which it ends.
#[derive(Debug, Default)]
pub(super) struct Health(Mutex<BTreeMap<Uuid, Duration>>);

impl Health {
    /// Marks a node that has not answered in time.
    pub(super) fn mark(&self, node: Uuid, now: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(node, now + MARKED);
    }

    /// Notes that a node has answered.
    pub(super) fn clear(&self, node: Uuid) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&node);
    }

    /// The nodes that are marked now.
    pub(super) fn marked(&self, now: Duration) -> Vec<Uuid> {
        let mut marks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        marks.retain(|_, until| *until > now);
        marks.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_end_by_time_or_by_an_answer() {
        let (health, at) = (Health::default(), Duration::from_secs);
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        health.mark(a, at(10));
        health.mark(b, at(11));
        assert_eq!(health.marked(at(12)), [a, b]);
        assert_eq!(health.marked(at(13)), [b]);
        health.clear(b);
        assert!(health.marked(at(13)).is_empty());
    }
}
