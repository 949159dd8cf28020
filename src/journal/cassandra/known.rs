//! What a handle knows of each journal without asking: bounds that only ever grow.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::LogName;

/// What is known of one journal.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Bounds {
    /// Its name is registered.
    pub(super) registered: bool,
    /// All slots below are truncated.
    pub(super) first: u64,
    /// All slots below are written.
    pub(super) next: u64,
    /// The bytes of all bodies below `next`, counted from some slot that is not later than `first`.
    pub(super) total: u64,
    /// The slot that will never be written.
    pub(super) tail: Option<u64>,
    /// About how long a body is as it is stored, or unpacked if that is longer; 0: not known.
    pub(super) body: u64,
}

/// What is known of every journal that was asked about.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<BTreeMap<LogName, Bounds>>);

impl Known {
    pub(super) fn of(&self, log: &LogName) -> Bounds {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(log).copied().unwrap_or_default()
    }

    fn update(&self, log: &LogName, change: impl FnOnce(&mut Bounds)) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(known.entry(log.clone()).or_default());
    }

    /// The name is in the registry.
    pub(super) fn registered(&self, log: &LogName) {
        self.update(log, |of| of.registered = true);
    }

    /// All slots below `next` are written, with so many bytes.
    pub(super) fn written(&self, log: &LogName, next: u64, total: u64) {
        self.update(log, |of| {
            if next > of.next {
                (of.next, of.total) = (next, total);
            }
        });
    }

    /// All slots below are truncated, so they were written.
    pub(super) fn truncated(&self, log: &LogName, first: u64) {
        self.update(log, |of| of.first = of.first.max(first));
    }

    /// The journal is closed.
    pub(super) fn closed(&self, log: &LogName, tail: u64) {
        self.update(log, |of| of.tail = Some(tail));
    }

    /// A run of so many bodies had so many bytes.
    pub(super) fn sized(&self, log: &LogName, bodies: usize, bytes: usize) {
        if let Some(average) = bytes.checked_div(bodies) {
            self.update(log, |of| of.body = average as u64);
        }
    }

    /// The journal was dropped: nothing more needs to be known.
    pub(super) fn forget(&self, log: &LogName) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(log);
    }
}
