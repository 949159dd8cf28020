//! How much may wait for the next append. Past the bound, what comes is refused at once, before any work is done for it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The bounds of what waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of events that wait.
    pub waiting_bytes: usize,
    /// Events that wait.
    pub waiting_events: usize,
    /// Refusals that are held back at a time; more are answered at once.
    pub held_refusals: usize,
    /// How long a refusal is held back at most, so that an impatient client cannot make the refusals the load.
    pub refusal_pause: Duration,
    /// How long a sender may take for a body.
    pub body_timeout: Duration,
    /// How long an event may wait for the store before its sender is told to try again.
    pub answer_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            waiting_bytes: 32 << 20,
            waiting_events: 16 * 1024,
            held_refusals: 1024,
            refusal_pause: Duration::from_millis(50),
            body_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_secs(10),
        }
    }
}

/// Bytes are counted in units of this many, so that they fit a semaphore's permits.
const UNIT: usize = 256;

/// Lets in what the bounds allow.
#[derive(Clone, Debug)]
pub struct Admission {
    bytes: Arc<Semaphore>,
    events: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
}

/// A place among what waits; given back when dropped.
#[derive(Debug)]
pub struct Place {
    _bytes: OwnedSemaphorePermit,
    _event: OwnedSemaphorePermit,
}

impl Admission {
    /// With these bounds.
    pub fn new(limits: &Limits) -> Self {
        Self {
            bytes: Arc::new(Semaphore::new(limits.waiting_bytes / UNIT)),
            events: Arc::new(Semaphore::new(limits.waiting_events)),
            refusals: Arc::new(Semaphore::new(limits.held_refusals)),
        }
    }

    /// A place for an event of so many bytes; `None` when there is none.
    pub fn enter(&self, bytes: usize) -> Option<Place> {
        let units = u32::try_from(bytes / UNIT + 1).ok()?;
        let event = Arc::clone(&self.events).try_acquire_owned().ok()?;
        let bytes = Arc::clone(&self.bytes).try_acquire_many_owned(units).ok()?;
        Some(Place { _bytes: bytes, _event: event })
    }

    /// A place to hold a refusal back in; `None` when enough are.
    pub fn hold(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.refusals).try_acquire_owned().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold_and_places_come_back() {
        let limits = Limits { waiting_bytes: 1024, waiting_events: 3, ..Limits::default() };
        let admission = Admission::new(&limits);
        let first = admission.enter(500);
        assert!(first.is_some());
        assert!(admission.enter(600).is_none(), "too many bytes");
        let small = [admission.enter(10), admission.enter(10)];
        assert!(small.iter().all(Option::is_some));
        assert!(admission.enter(10).is_none(), "too many events");
        drop(first);
        assert!(admission.enter(400).is_some());
    }
}
