//! Messages that this process could not send and leaves to other processes for a while: their way out may be better.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use uuid::Uuid;

use crate::domain::notify::{Fact, NotificationId};
use crate::domain::time::Timestamp;

/// So many are left at a time; of more, those that are free soonest are not left any longer.
const LEFT_MAX: usize = 1024;

/// Which messages are left to others, and until when.
#[derive(Debug)]
pub(super) struct Left {
    process: Uuid,
    /// From when a message is due again.
    for_others: Duration,
    /// What this process has claimed and not yet said the outcome of.
    claimed: BTreeSet<NotificationId>,
    until: BTreeMap<NotificationId, Timestamp>,
}

impl Left {
    pub(super) fn new(process: Uuid, for_others: Duration) -> Self {
        Self { process, for_others, claimed: BTreeSet::new(), until: BTreeMap::new() }
    }

    /// This process has appended these facts.
    pub(super) fn appended(&mut self, facts: &[Fact], now: Timestamp) {
        for fact in facts {
            match fact {
                Fact::NotificationsClaimed { ids, process, .. } if *process == self.process => {
                    self.claimed.extend(ids);
                    self.until.retain(|id, _| !ids.contains(id));
                }
                Fact::NotificationPostponed { ids, due, .. } => {
                    let until = due.plus(self.for_others);
                    let own: Vec<_> = ids.iter().filter(|id| self.claimed.remove(id)).collect();
                    self.until.extend(own.into_iter().map(|id| (*id, until)));
                }
                Fact::NotificationEnded { id, .. } => {
                    self.claimed.remove(id);
                }
                Fact::NotificationsCancelled { ids, .. } => self.claimed.retain(|id| !ids.contains(id)),
                _ => {}
            }
        }
        self.until.retain(|_, until| *until > now);
        while self.until.len() > LEFT_MAX {
            let Some(first) = self.until.iter().min_by_key(|(_, until)| **until).map(|(id, _)| *id) else {
                break;
            };
            self.until.remove(&first);
        }
    }

    /// What is left to others now.
    pub(super) fn now(&self, now: Timestamp) -> BTreeSet<NotificationId> {
        self.until.iter().filter(|(_, until)| **until > now).map(|(id, _)| *id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::incident::PageId;
    use std::sync::Arc;

    #[test]
    fn only_what_this_process_failed_at_is_left_and_only_for_a_while() {
        let (us, others) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let id = |n| NotificationId { page: PageId { epoch: 0, n }, n: 0 };
        let at = |s: i64| Timestamp::from_millis(s * 1000);
        let claimed = |process, n| Fact::NotificationsClaimed {
            ids: vec![id(n)],
            process,
            deadline: at(10),
            at: at(0),
        };
        let postponed = |n| Fact::NotificationPostponed {
            ids: vec![id(n)],
            due: at(3),
            tried: true,
            reason: Arc::from("no route"),
            at: at(1),
        };
        let mut left = Left::new(us, Duration::from_secs(10));
        left.appended(&[claimed(us, 1), claimed(others, 2)], at(0));
        assert_eq!(left.now(at(0)), [].into());
        // The other's claim was given up by this process: it has not failed at that one.
        left.appended(&[postponed(1), postponed(2)], at(1));
        assert_eq!(left.now(at(12)), [id(1)].into());
        assert_eq!(left.now(at(13)), [].into());
        left.appended(&[claimed(us, 1)], at(12));
        assert_eq!(left.now(at(12)), [].into(), "it is tried again");
    }
}
