//! The clock of one machine: it is off, it drifts, and it jumps.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use pd::clock::{Clock, SharedClock};
use pd::domain::time::Timestamp;

use super::gate::Gate;

/// How a machine's wall clock differs from true time. Processes on that machine share it.
#[derive(Debug)]
pub(super) struct MachineTime {
    truth: SharedClock,
    offset_ms: AtomicI64,
    drift_ppm: AtomicI64,
}

impl MachineTime {
    pub(super) fn new(truth: SharedClock, offset_ms: i64, drift_ppm: i64) -> Arc<Self> {
        let (offset_ms, drift_ppm) = (AtomicI64::new(offset_ms), AtomicI64::new(drift_ppm));
        Arc::new(Self { truth, offset_ms, drift_ppm })
    }

    /// Sets how far it is off.
    pub(super) fn set(&self, offset_ms: i64) {
        self.offset_ms.store(offset_ms, Ordering::Relaxed);
    }

    fn now(&self) -> Timestamp {
        let elapsed = i64::try_from(self.truth.monotonic().as_millis()).unwrap_or(i64::MAX / 2);
        let drifted = elapsed * self.drift_ppm.load(Ordering::Relaxed) / 1_000_000;
        let off = self.offset_ms.load(Ordering::Relaxed) + drifted;
        Timestamp::from_millis(self.truth.now().as_millis() + off)
    }
}

/// The clock that one life of a process sees. Its sleeps do not end while the process is frozen.
#[derive(Debug)]
pub(super) struct ProcessClock {
    pub(super) machine: Arc<MachineTime>,
    pub(super) gate: Gate,
}

#[async_trait]
impl Clock for ProcessClock {
    fn now(&self) -> Timestamp {
        self.machine.now()
    }

    fn monotonic(&self) -> Duration {
        self.machine.truth.monotonic()
    }

    async fn sleep(&self, duration: Duration) {
        self.machine.truth.sleep(duration).await;
        self.gate.pass().await;
    }
}
