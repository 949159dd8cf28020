//! The seam for time. Nothing else in `pd` asks what time it is, so that a simulation can say.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::time::Timestamp;

/// Tells the time and waits. `now` may jump, as clocks do; `monotonic` never goes back.
#[async_trait]
pub trait Clock: Debug + Send + Sync + 'static {
    /// The wall clock, UTC.
    fn now(&self) -> Timestamp;

    /// Time since some fixed instant of this process; for measuring how long something took.
    fn monotonic(&self) -> Duration;

    /// Returns after `duration` of monotonic time.
    async fn sleep(&self, duration: Duration);
}

/// A clock that can be handed round.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock {
    started: std::time::Instant,
    offset: Offset,
}

/// What a wall clock is made wrong by, to see what becomes of that. Whoever has it may change it at any time.
#[derive(Clone, Debug, Default)]
pub struct Offset(Arc<AtomicI64>);

impl Offset {
    /// So many milliseconds, from now on.
    pub fn set(&self, millis: i64) {
        self.0.store(millis, Relaxed);
    }

    /// How many milliseconds.
    pub fn get(&self) -> i64 {
        self.0.load(Relaxed)
    }
}

impl SystemClock {
    /// The machine's clock, with `monotonic` counting from here.
    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    pub fn new() -> Self {
        Self { started: std::time::Instant::now(), offset: Offset::default() }
    }

    /// The machine's clock made wrong by so much.
    pub fn off_by(offset: Offset) -> Self {
        Self { offset, ..Self::new() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(jiff::Timestamp::now().as_millisecond().saturating_add(self.offset.get()))
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// A clock that follows the runtime's own time, which a test or a simulation can pause and which then leaps over every
/// wait.
#[derive(Debug)]
pub struct VirtualClock {
    start: Timestamp,
    origin: tokio::time::Instant,
}

impl VirtualClock {
    /// A clock that says `start` now. Only inside a runtime.
    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    pub fn new(start: Timestamp) -> Self {
        Self { start, origin: tokio::time::Instant::now() }
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.start.plus(self.origin.elapsed())
    }

    fn monotonic(&self) -> Duration {
        self.origin.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// Waits at most `limit` for `work`; `None` when the time is over first.
pub async fn within<T>(clock: &dyn Clock, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = clock.sleep(limit) => None,
    }
}
