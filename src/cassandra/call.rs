//! The one layer that repeats and hedges.
//!
//! Every statement here may be sent twice: appends and marks are conditional, all else is written once under a name of
//! its own, or overwritten by the same. So a statement that is not answered in time is sent once more, to another node,
//! while the first is still waited for; and one that failed is sent again after a pause.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use scylla::errors::ExecutionError;
use scylla::policies::load_balancing::LoadBalancingPolicy;
use tokio::sync::watch;
use uuid::Uuid;

use super::budget::Budget;
use super::error::{Failure, Outcome, classify};
use super::health::Health;
use super::latency::Latencies;
use super::route::{Gone, Route};
use crate::clock::{SharedClock, within};
use crate::ids::SharedIds;
use crate::mutants::{self, Mutant};

/// A hedge is not sent before this, however fast the cluster is.
const HEDGE_MIN: Duration = Duration::from_millis(400);
/// Nor before so many times what 99 of 100 statements of its kind take: that is no frozen node, that is how slow it is.
const HEDGE_FACTOR: u32 = 3;
/// Attempts of one statement in all.
const ATTEMPTS_MAX: usize = 5;
/// How long a statement may take with all its attempts.
const CALL_MAX: Duration = Duration::from_secs(6);
/// The longest pause before the second attempt after a failure; it doubles with each.
const PAUSE: Duration = Duration::from_millis(100);

/// What is known to differ in how long it takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Read,
    Write,
}

/// One attempt: what came of it, on which route, sent when.
type Attempt<'a, T> = BoxFuture<'a, (Result<T, ExecutionError>, Arc<Route>, Duration)>;

/// What calls of one store have in common.
#[derive(Debug)]
pub(super) struct Caller {
    /// The store's address.
    pub(super) name: String,
    pub(super) clock: SharedClock,
    pub(super) ids: SharedIds,
    /// In which order nodes are asked.
    pub(super) order: Arc<dyn LoadBalancingPolicy>,
    pub(super) budget: Budget,
    pub(super) health: Health,
    pub(super) reads: Latencies,
    pub(super) writes: Latencies,
    /// What is treated as gone on purpose.
    pub(super) gone: watch::Sender<Option<Arc<Gone>>>,
}

impl Caller {
    /// Of a store about which nothing is known yet.
    pub(super) fn new(
        name: String,
        order: Arc<dyn LoadBalancingPolicy>,
        clock: SharedClock,
        ids: SharedIds,
    ) -> Self {
        Self {
            name,
            clock,
            ids,
            order,
            budget: Budget::new(),
            health: Health::default(),
            reads: Latencies::default(),
            writes: Latencies::default(),
            gone: watch::Sender::new(None),
        }
    }

    /// Sends what `send` sends until one attempt is answered.
    ///
    /// # Errors
    /// Unknown, for a write, if any of the attempts may have been done.
    pub(super) async fn call<'a, T: Send + 'a>(
        &'a self,
        kind: Kind,
        send: impl Fn(Arc<Route>) -> BoxFuture<'a, Result<T, ExecutionError>> + Send + Sync,
    ) -> Result<T, Failure> {
        let clock = self.clock.as_ref();
        let mut call = Call { caller: self, kind, tried: Vec::new(), attempts: 0, unknown: false };
        let work = call.run(send);
        match within(clock, CALL_MAX, work).await {
            Some(answer) => answer,
            None => Err(Failure {
                reason: format!("no answer within {} s", CALL_MAX.as_secs()),
                outcome: if kind == Kind::Write { Outcome::Unknown } else { Outcome::NotDone },
                again: true,
            }),
        }
    }

    fn latencies(&self, kind: Kind) -> &Latencies {
        match kind {
            Kind::Read => &self.reads,
            Kind::Write => &self.writes,
        }
    }

    /// How long an attempt is waited for before another is sent beside it.
    fn hedge_after(&self, kind: Kind) -> Duration {
        if mutants::is(Mutant::HedgeWhenAllIsSlow) {
            return HEDGE_MIN;
        }
        HEDGE_MIN.max(self.latencies(kind).p99() * HEDGE_FACTOR)
    }
}

struct Call<'a> {
    caller: &'a Caller,
    kind: Kind,
    /// The nodes that were asked first in an earlier attempt.
    tried: Vec<Uuid>,
    attempts: usize,
    /// Whether an attempt that failed may have been done.
    unknown: bool,
}

impl<'a> Call<'a> {
    async fn run<T: Send + 'a>(
        &mut self,
        send: impl Fn(Arc<Route>) -> BoxFuture<'a, Result<T, ExecutionError>>,
    ) -> Result<T, Failure> {
        let caller = self.caller;
        let clock = &caller.clock;
        let mut running: FuturesUnordered<Attempt<'a, T>> = FuturesUnordered::new();
        let mut newest = self.begin(&send, &running);
        let mut hedging = true;
        loop {
            let hedge_after = caller.hedge_after(self.kind);
            tokio::select! {
                biased;
                Some((result, route, sent)) = running.next() => match result {
                    Ok(answer) => {
                        caller.latencies(self.kind).note(clock.monotonic().saturating_sub(sent));
                        caller.budget.earn();
                        route.node().inspect(|node| caller.health.clear(*node));
                        return Ok(answer);
                    }
                    Err(error) => {
                        let failure = self.note(&error);
                        self.tried.extend(route.node());
                        if !running.is_empty() {
                            continue;
                        }
                        if !failure.again || !self.may_begin() {
                            return Err(failure);
                        }
                        clock.sleep(self.pause()).await;
                        newest = self.begin(&send, &running);
                    }
                },
                () = clock.sleep(hedge_after), if hedging => {
                    newest.node().inspect(|node| caller.health.mark(*node, clock.monotonic()));
                    self.tried.extend(newest.node());
                    hedging = self.may_begin();
                    if hedging {
                        newest = self.begin(&send, &running);
                    }
                }
            }
        }
    }

    fn begin<T: Send + 'a>(
        &mut self,
        send: impl Fn(Arc<Route>) -> BoxFuture<'a, Result<T, ExecutionError>>,
        running: &FuturesUnordered<Attempt<'a, T>>,
    ) -> Arc<Route> {
        self.attempts += 1;
        let caller = self.caller;
        let now = caller.clock.monotonic();
        let avoid = [self.tried.as_slice(), &caller.health.marked(now)].concat();
        let gone = caller.gone.borrow().clone();
        let route = Arc::new(Route::new(Arc::clone(&caller.order), avoid, gone, now));
        let work = send(Arc::clone(&route));
        let (shown, clock) = (Arc::clone(&route), Arc::clone(&caller.clock));
        running.push(Box::pin(async move {
            let answer = work.await;
            if let Some(silent) = shown.silent_for() {
                clock.sleep(silent).await;
            }
            (answer, shown, now)
        }));
        route
    }

    /// Whether another attempt is allowed; it is paid for.
    fn may_begin(&self) -> bool {
        self.attempts < ATTEMPTS_MAX && (self.caller.budget.take() || mutants::is(Mutant::HedgeWhenAllIsSlow))
    }

    fn note(&mut self, error: &ExecutionError) -> Failure {
        let mut failure = classify(error);
        tracing::debug!(store = self.caller.name, reason = failure.reason, "a statement was not answered");
        if self.kind == Kind::Read {
            failure.outcome = Outcome::NotDone;
        }
        self.unknown |= failure.outcome == Outcome::Unknown;
        if self.unknown {
            failure.outcome = Outcome::Unknown;
        }
        failure
    }

    fn pause(&self) -> Duration {
        let doublings = u32::try_from(self.attempts.saturating_sub(1)).unwrap_or(0).min(4);
        self.caller.ids.jitter(PAUSE * 2u32.pow(doublings))
    }
}
