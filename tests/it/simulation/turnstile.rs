//! Puts those who are woken at the same moment into an order that a run can repeat.
//!
//! A `watch` channel wakes its waiters in an order drawn from a source that cannot be seeded. Whoever waits for one
//! passes here before it does anything that others could notice: all of them only register, and one task lets them go on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Turnstile(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    inner: Mutex<Inner>,
    registered: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    tickets: u64,
    waiting: BTreeMap<u64, oneshot::Sender<()>>,
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
        let (go, gone) = oneshot::channel();
        self.lock().waiting.insert(ticket, go);
        self.0.registered.notify_one();
        // The run ends if nobody lets anybody pass any more.
        let _passed = gone.await;
    }

    /// Lets people pass, for ever.
    pub(super) async fn run(self) {
        loop {
            self.0.registered.notified().await;
            // By then everybody who was woken at that moment has registered.
            tokio::time::sleep(Duration::from_millis(1)).await;
            loop {
                let Some((_, go)) = self.lock().waiting.pop_first() else { break };
                // Who does not wait any more need not pass.
                let _ = go.send(());
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
