//! What a process passes through wherever it could be stopped: a frozen one does nothing until it is thawed, a dead one
//! never does anything again.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// One for each life of a process.
#[derive(Clone, Debug)]
pub(super) struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    frozen: AtomicBool,
    /// Wakes in the order of waiting: a watch channel would not, and a run could not be repeated.
    thawed: Notify,
    dead: CancellationToken,
}

impl Gate {
    pub(super) fn new() -> Self {
        let thawed = Notify::new();
        Self(Arc::new(Inner { frozen: AtomicBool::new(false), thawed, dead: CancellationToken::new() }))
    }

    pub(super) fn freeze(&self, frozen: bool) {
        self.0.frozen.store(frozen, Ordering::Relaxed);
        if !frozen {
            self.0.thawed.notify_waiters();
        }
    }

    pub(super) fn is_frozen(&self) -> bool {
        self.0.frozen.load(Ordering::Relaxed)
    }

    pub(super) fn die(&self) {
        self.0.dead.cancel();
    }

    pub(super) fn is_dead(&self) -> bool {
        self.0.dead.is_cancelled()
    }

    /// Waits while the process is frozen.
    pub(super) async fn pass(&self) {
        while self.is_frozen() {
            self.0.thawed.notified().await;
        }
    }

    /// Does this as a part of the process: not while it is frozen. `None` when it dies first.
    pub(super) async fn within<F: Future + Send>(&self, work: F) -> Option<F::Output> {
        tokio::select! {
            biased;
            () = self.0.dead.cancelled() => None,
            done = self.gated(work) => Some(done),
        }
    }

    /// Does this, but not while the process is frozen.
    pub(super) fn gated<F: Future + Send>(&self, work: F) -> Gated<F> {
        Gated { gate: self.clone(), work: Box::pin(work), thawed: None }
    }
}

/// See [`Gate::gated`].
pub(super) struct Gated<F> {
    gate: Gate,
    work: Pin<Box<F>>,
    thawed: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl<F: Future> Future for Gated<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        if self.gate.is_frozen() {
            let gate = self.gate.clone();
            let thawed = self.thawed.get_or_insert_with(|| Box::pin(async move { gate.pass().await }));
            if thawed.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
        }
        self.thawed = None;
        self.work.as_mut().poll(context)
    }
}
