//! Who may wait for the next append, and what who may not is told.
//!
//! The rules are those of [`crate::overload`]; this asks them, for all requests of the process at once. What is refused
//! is refused before any work is done for it: before its body is read where the room is full or the sender is known,
//! and before it is parsed otherwise.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use super::Newest;
use crate::clock::SharedClock;
use crate::domain::service::RoutingKey;
use crate::journal::{LogName, Seq};
use crate::mutants::{self, Mutant};
use crate::overload::{Backlog, Bound, Drain, Full, Limit, Pressure, Room, Signs};

/// The bounds of what waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of inputs that wait; and as many again, or 16 MiB if that is more, while they are read.
    pub waiting_bytes: usize,
    /// Inputs that wait.
    pub waiting_events: usize,
    /// Refusals that are held back at a time; more are answered at once.
    pub held_refusals: usize,
    /// How long a refusal is held back at most, so that an impatient client cannot make the refusals the load.
    pub refusal_pause: Duration,
    /// How long a sender may take for a body.
    pub body_timeout: Duration,
    /// How long an event may wait for the store before its sender is told to try again.
    pub answer_timeout: Duration,
    /// Whether less may wait while the store is slow, or while the stages do not come along.
    pub adaptive: bool,
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
            adaptive: true,
        }
    }
}

impl Limits {
    /// As good as none: to see what they are for.
    pub fn without_controls() -> Self {
        Self {
            waiting_bytes: 1 << 30,
            waiting_events: 1 << 20,
            refusal_pause: Duration::ZERO,
            adaptive: false,
            ..Self::default()
        }
    }
}

/// However slow the store is, this much may wait: the batch that is being written, the next, and a large event.
const LEAST: Bound = Bound { bytes: 1 << 20, inputs: 4096 };

/// Bodies of so many bytes may be read at a time at least. Whose they are is not known before.
const READING_MIN: usize = 16 << 20;

/// Bytes are counted in units of this many, so that they fit a semaphore's permits.
const UNIT: usize = 256;

/// How far the stages are is looked at this often.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Lets in what the bounds allow.
#[derive(Clone)]
pub struct Admission {
    clock: SharedClock,
    // A lock of its own rather than a task: it is held for a few look-ups, and never across an await.
    gate: Arc<Mutex<Gate>>,
    reading: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
    /// So much may be stored and not worked off as long as it is not known how fast that goes.
    undone_max: usize,
    /// Knows how far the stages are; `None`: what is stored is done with.
    stages: Option<Arc<dyn Newest>>,
}

#[derive(Debug)]
struct Gate {
    limit: Limit,
    room: Room,
    drain: Drain,
    /// What is stored and not worked off, at this door.
    backlog: Option<(Uuid, Backlog)>,
    looked_at: Option<Duration>,
    refused_at: Option<Duration>,
    refused: u64,
    dropped: u64,
}

/// How it is at this moment.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Gauge {
    /// Bytes that wait.
    pub waiting_bytes: usize,
    /// Inputs that wait.
    pub waiting: usize,
    /// Bytes that may.
    pub bytes_max: usize,
    /// Inputs that may.
    pub max: usize,
    /// How many senders have something waiting.
    pub senders: usize,
    /// Inputs that are stored and not worked off by the stages, and how many may be; both 0 where nobody looks.
    pub undone: usize,
    /// See `undone`.
    pub undone_max: usize,
    /// Inputs made durable a second, while there are some to be.
    pub per_second: f64,
    /// Inputs refused because of too much, since the start.
    pub refused: u64,
    /// Inputs that nobody waited for any more when their append was to begin; they are not stored.
    pub dropped: u64,
}

impl std::fmt::Debug for Admission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Admission").field("gate", &self.gate).finish_non_exhaustive()
    }
}

/// A place among what waits; given back when dropped.
#[derive(Debug)]
pub struct Place {
    gate: Arc<Mutex<Gate>>,
    sender: Option<RoutingKey>,
    bytes: usize,
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.gate).room.leave(self.sender, self.bytes);
    }
}

impl Admission {
    /// With these bounds.
    pub fn new(limits: &Limits, clock: SharedClock) -> Self {
        let most = Bound { bytes: limits.waiting_bytes, inputs: limits.waiting_events };
        let gate = Gate {
            limit: Limit::new(if limits.adaptive { LEAST } else { most }, most, clock.monotonic()),
            room: Room::default(),
            drain: Drain::default(),
            backlog: None,
            looked_at: None,
            refused_at: None,
            refused: 0,
            dropped: 0,
        };
        Self {
            clock,
            gate: Arc::new(Mutex::new(gate)),
            reading: Arc::new(Semaphore::new(limits.waiting_bytes.max(READING_MIN) / UNIT)),
            refusals: Arc::new(Semaphore::new(limits.held_refusals)),
            undone_max: limits.waiting_events,
            stages: None,
        }
    }

    /// The same, which lets in no more than the stages come along with, unless the limits say that it is not to adapt.
    #[must_use]
    pub fn before(self, stages: Arc<dyn Newest>, limits: &Limits) -> Self {
        Self { stages: limits.adaptive.then_some(stages), ..self }
    }

    /// A place to read a body of so many bytes into; `None` when there is none, or when whatever is in it would be
    /// refused anyway.
    pub fn read(&self, sender: Option<RoutingKey>, bytes: usize) -> Option<OwnedSemaphorePermit> {
        if !self.may_enter(sender, bytes) {
            return None;
        }
        let units = u32::try_from(bytes / UNIT + 1).ok()?;
        let place = Arc::clone(&self.reading).try_acquire_many_owned(units).ok();
        if place.is_none() {
            self.gate().note_refused(self.clock.monotonic());
        }
        place
    }

    /// Whether an input of this sender may wait. `false` counts as a refusal.
    pub fn may_enter(&self, sender: Option<RoutingKey>, bytes: usize) -> bool {
        self.gate().check(sender, bytes, self.clock.monotonic())
    }

    /// A place for an input of so many bytes; `None` when there is none for this sender.
    pub fn enter(&self, sender: Option<RoutingKey>, bytes: usize) -> Option<Place> {
        let mut gate = self.gate();
        if !gate.check(sender, bytes, self.clock.monotonic()) {
            return None;
        }
        gate.room.enter(sender, bytes);
        Some(Place { gate: Arc::clone(&self.gate), sender, bytes })
    }

    /// A place to hold a refusal back in; `None` when enough are.
    pub fn hold(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.refusals).try_acquire_owned().ok()
    }

    /// In how many seconds who is refused now should come again, spread by `chance`.
    pub fn retry_after(&self, chance: u64) -> u64 {
        let now = self.clock.monotonic();
        let gate = self.gate();
        let behind = gate.backlog.as_ref().filter(|(_, backlog)| backlog.fill(now) >= 0.5);
        let behind = behind.and_then(|(_, backlog)| backlog.half_in()).unwrap_or_default();
        gate.drain.retry_after(now, gate.room.inputs(), behind, chance)
    }

    /// What the signs mean for everything else that the process does; `lag` is how late a loop came to its turn.
    pub fn pressure(&self, lag: Duration) -> Pressure {
        let now = self.clock.monotonic();
        let gate = self.gate();
        let undone = gate.backlog.as_ref().map_or(0.0, |(_, backlog)| backlog.fill(now));
        Pressure::of(&Signs {
            fill: gate.room.fill(gate.limit.bound()).max(undone),
            standing: gate.limit.is_standing() && gate.room.inputs() > 0,
            failing: gate.drain.failing_since().is_some(),
            refused: gate.refused_at.map(|at| now.saturating_sub(at)),
            lag,
        })
    }

    /// How it is.
    pub fn gauge(&self) -> Gauge {
        let now = self.clock.monotonic();
        let gate = self.gate();
        let bound = gate.limit.bound();
        let backlog = gate.backlog.as_ref().map(|(_, backlog)| backlog);
        Gauge {
            waiting_bytes: gate.room.bytes(),
            waiting: gate.room.inputs(),
            bytes_max: bound.bytes,
            max: bound.inputs,
            senders: gate.room.senders(),
            undone: backlog.map_or(0, Backlog::inputs),
            undone_max: backlog.map_or(0, |backlog| backlog.most(now)),
            per_second: gate.drain.per_second(),
            refused: gate.refused,
            dropped: gate.dropped,
        }
    }

    /// The writer says: an append of so many inputs has ended well. The oldest of them came at `first`, and the append
    /// began at `began`.
    pub(super) fn appended(&self, first: Duration, began: Duration, inputs: usize) {
        let now = self.clock.monotonic();
        let mut gate = self.gate();
        let used = 2.0 * gate.room.fill(gate.limit.bound()) >= 1.0;
        gate.limit.appended(now, began.saturating_sub(first), used);
        gate.drain.appended(now, first, inputs);
    }

    /// The writer says: an entry with what these have sent is in the journal of events of this door.
    pub(super) fn stored(&self, door: Uuid, seq: Seq, senders: impl Iterator<Item = Option<RoutingKey>>) {
        if self.stages.is_none() {
            return;
        }
        let now = self.clock.monotonic();
        let mut gate = self.gate();
        if gate.backlog.as_ref().is_none_or(|(known, _)| *known != door) {
            gate.backlog = Some((door, Backlog::new(self.undone_max)));
        }
        if let Some((_, backlog)) = &mut gate.backlog {
            backlog.stored(now, seq.0, senders);
        }
    }

    /// The writer says: an append did not succeed.
    pub(super) fn failed(&self) {
        let now = self.clock.monotonic();
        let mut gate = self.gate();
        gate.limit.failed(now);
        gate.drain.failed(now);
    }

    /// The writer says: nobody waited for this input any more.
    pub(super) fn dropped(&self) {
        self.gate().dropped += 1;
    }

    /// Now and then, looks how far the stages are.
    fn gate(&self) -> MutexGuard<'_, Gate> {
        let mut gate = lock(&self.gate);
        if let Some(stages) = &self.stages {
            gate.look(&**stages, self.clock.monotonic());
        }
        gate
    }
}

impl Gate {
    fn look(&mut self, stages: &dyn Newest, now: Duration) {
        let Some((door, backlog)) = &mut self.backlog else { return };
        if self.looked_at.is_none_or(|at| now.saturating_sub(at) >= LOOK_EVERY) {
            self.looked_at = Some(now);
            backlog.seen(now, stages.standpoint(&LogName::door_events(*door)));
        }
    }

    fn check(&mut self, sender: Option<RoutingKey>, bytes: usize, now: Duration) -> bool {
        let backlog = self.backlog.as_mut().filter(|_| !mutants::is(Mutant::BacklogWithoutBound));
        let backlog = backlog.map_or(Ok(()), |(_, backlog)| backlog.check(now, sender));
        let checked = backlog.and_then(|()| self.room.check(self.limit.bound(), sender, bytes));
        match checked {
            Ok(()) => {}
            Err(Full::Room) => self.note_refused(now),
            // One that is too loud is no sign that all is.
            Err(Full::Share) => self.refused += 1,
        }
        checked.is_ok()
    }

    fn note_refused(&mut self, now: Duration) {
        self.refused += 1;
        self.refused_at = Some(now);
    }
}

/// What a holder that panicked leaves behind is whole: every change is one call.
fn lock(gate: &Mutex<Gate>) -> MutexGuard<'_, Gate> {
    gate.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    fn key(n: u8) -> Option<RoutingKey> {
        Some(RoutingKey::from_random([n; 16]))
    }

    #[test]
    fn bounds_hold_and_places_come_back() {
        let limits = Limits { waiting_bytes: 1024, waiting_events: 3, ..Limits::default() };
        let admission = Admission::new(&limits, Arc::new(SystemClock::new()));
        let first = admission.enter(None, 500);
        assert!(first.is_some());
        assert!(admission.enter(None, 600).is_none(), "too many bytes");
        let small = [admission.enter(None, 10), admission.enter(None, 10)];
        assert!(small.iter().all(Option::is_some));
        assert!(admission.enter(None, 10).is_none(), "too many events");
        assert_eq!(admission.pressure(Duration::ZERO), Pressure::Overloaded);
        assert_eq!((admission.gauge().waiting, admission.gauge().refused), (3, 2));
        drop(first);
        assert!(admission.enter(None, 400).is_some());
    }

    #[test]
    fn a_loud_sender_leaves_room_and_is_refused_before_its_body_is_read() {
        let limits = Limits { waiting_bytes: 1 << 20, waiting_events: 30, ..Limits::default() };
        let admission = Admission::new(&limits, Arc::new(SystemClock::new()));
        let loud: Vec<_> = std::iter::from_fn(|| admission.enter(key(1), 10)).take(100).collect();
        assert_eq!(loud.len(), 20);
        assert!(admission.read(key(1), 10).is_none());
        assert!(admission.read(key(2), 10).is_some());
        assert!(admission.enter(key(2), 10).is_some());
        assert_eq!(admission.pressure(Duration::ZERO), Pressure::Busy, "others are still let in");
    }
}
