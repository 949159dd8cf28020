//! What this process's sending came to, per channel. Anybody may read it at any time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::room::CHANNELS;
use crate::domain::notify::input::Outcome;
use crate::domain::user::Channel;

/// Counts since this process began.
#[derive(Debug)]
pub struct Metrics(BTreeMap<Channel, Counters>);

#[derive(Debug, Default)]
struct Counters {
    sent: AtomicU64,
    failed: AtomicU64,
    unknown: AtomicU64,
    postponed: AtomicU64,
    cancelled: AtomicU64,
}

/// Counts of one channel; a bundle is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Taken by the provider.
    pub sent: u64,
    /// Refused for good.
    pub failed: u64,
    /// Perhaps taken.
    pub unknown: u64,
    /// Not taken, or not tried, and to be tried again.
    pub postponed: u64,
    /// Found not needed by the last look.
    pub cancelled: u64,
}

impl Default for Metrics {
    fn default() -> Self {
        Self(CHANNELS.into_iter().map(|channel| (channel, Counters::default())).collect())
    }
}

impl Metrics {
    /// The counts of every channel.
    pub fn counts(&self) -> impl Iterator<Item = (Channel, Counts)> {
        self.0.iter().map(|(channel, counters)| {
            let counts = Counts {
                sent: counters.sent.load(Relaxed),
                failed: counters.failed.load(Relaxed),
                unknown: counters.unknown.load(Relaxed),
                postponed: counters.postponed.load(Relaxed),
                cancelled: counters.cancelled.load(Relaxed),
            };
            (*channel, counts)
        })
    }

    pub(super) fn count(&self, channel: Channel, outcome: &Outcome) {
        let Some(counters) = self.0.get(&channel) else { return };
        let counter = match outcome {
            Outcome::Sent { .. } => &counters.sent,
            Outcome::Permanent { .. } => &counters.failed,
            Outcome::Unknown { .. } => &counters.unknown,
            Outcome::Retry { .. } | Outcome::NotTried { .. } => &counters.postponed,
            Outcome::NotNeeded { .. } => &counters.cancelled,
        };
        counter.fetch_add(1, Relaxed);
    }
}
