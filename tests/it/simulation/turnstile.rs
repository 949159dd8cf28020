//! Puts those who are woken at the same moment into an order that a run can repeat.
//!
//! A `watch` channel wakes its waiters in an order drawn from a source that cannot be seeded. Whoever waits for one
//! passes here before it does anything that others could notice.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Turnstile {
    inner: Mutex<Inner>,
    passed: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    tickets: u64,
    waiting: BTreeSet<u64>,
}

impl Turnstile {
    /// A place in the order; drawn before the wait that others share.
    pub(super) fn ticket(&self) -> u64 {
        let mut inner = self.lock();
        inner.tickets += 1;
        inner.tickets
    }

    /// Passes, a moment later, by the order of tickets.
    pub(super) async fn pass(&self, ticket: u64) {
        self.lock().waiting.insert(ticket);
        // By then everybody who was woken at this moment waits here.
        tokio::time::sleep(Duration::from_millis(1)).await;
        loop {
            let passed = self.passed.notified();
            if self.lock().waiting.first() == Some(&ticket) {
                self.lock().waiting.pop_first();
                self.passed.notify_waiters();
                return;
            }
            passed.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
