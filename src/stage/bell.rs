//! Wakes a stage early. A bell never carries data: who misses one finds the work at the next poll.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::Notify;

use crate::journal::LogName;

/// What may have something new.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Signal {
    /// Doors: events and commands.
    Doors = 1,
    /// The journal of the other stage.
    Stage = 2,
    /// The list of doors.
    Index = 4,
    /// The stage's own journal, for a process that follows others: somebody waits for what they appended.
    Own = 8,
}

impl Signal {
    /// What says that this journal has something new.
    pub fn of(log: &LogName) -> Self {
        match log.as_str() {
            "incidents" | "notify" => Self::Stage,
            "door/index" => Self::Index,
            _ => Self::Doors,
        }
    }
}

/// Rung by whoever has appended something, heard by the stage that consumes it.
#[derive(Clone, Debug, Default)]
pub struct Bell(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    rung: AtomicU8,
    notify: Notify,
}

impl Bell {
    /// Says that there is something new.
    pub fn ring(&self, signal: Signal) {
        self.0.rung.fetch_or(signal as u8, Ordering::Release);
        self.0.notify.notify_one();
    }

    /// Returns when the bell has been rung since the last [`Bell::take`].
    pub async fn rung(&self) {
        while self.0.rung.load(Ordering::Acquire) == 0 {
            self.0.notify.notified().await;
        }
    }

    /// What was rung since the last call.
    pub fn take(&self) -> Rung {
        Rung(self.0.rung.swap(0, Ordering::AcqRel))
    }
}

/// What was rung.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rung(u8);

impl Rung {
    /// Whether this was rung.
    pub fn has(self, signal: Signal) -> bool {
        self.0 & signal as u8 != 0
    }
}
