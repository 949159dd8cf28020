//! The values of a replica at positions that every process passes and remembers: where one takes a snapshot there, the
//! others can compare it with what they had.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Replica, Stage};
use crate::journal::Seq;

/// At every so many entries there is a landmark. The newest of each kind is remembered: a coarse one for long, a fine one
/// where little happens.
const STEPS: [u64; 3] = [64, 1024, 16 * 1024];

/// What is remembered: as many values as there are steps. They share what has not changed between them.
pub struct Landmarks<S: Stage> {
    /// By step.
    newest: BTreeMap<u64, Arc<Replica<S>>>,
}

impl<S: Stage> Clone for Landmarks<S> {
    fn clone(&self) -> Self {
        Self { newest: self.newest.clone() }
    }
}

impl<S: Stage> Default for Landmarks<S> {
    fn default() -> Self {
        Self { newest: BTreeMap::new() }
    }
}

impl<S: Stage> Landmarks<S> {
    /// The replica has come to this value. Whether that is remembered.
    pub(super) fn passed(&mut self, replica: &Replica<S>) -> bool {
        let at = replica.next.0;
        let steps = STEPS.iter().filter(|step| at > 0 && at.is_multiple_of(**step));
        let value = std::cell::OnceCell::new();
        for step in steps {
            let value = value.get_or_init(|| Arc::new(replica.clone()));
            self.newest.insert(*step, Arc::clone(value));
        }
        value.get().is_some()
    }

    /// The value at this position, if it is remembered.
    pub fn at(&self, at: Seq) -> Option<&Arc<Replica<S>>> {
        self.newest.values().find(|replica| replica.next == at)
    }

    /// The coarsest landmark beyond this position: the one that the others remember for longest.
    pub fn beyond(&self, at: Seq) -> Option<&Arc<Replica<S>>> {
        self.newest.values().rev().find(|replica| replica.next > at)
    }
}
