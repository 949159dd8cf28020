//! How much may be on its way at a time, and how much room is left.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use crate::domain::user::Channel;

/// Every channel there is.
pub const CHANNELS: [Channel; 6] =
    [Channel::Email, Channel::Webhook, Channel::Console, Channel::Sms, Channel::Phone, Channel::Push];

/// How much may be on its way at a time, per process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Messages that are claimed, on a channel: those that are being sent and those that are next.
    pub claimed: usize,
    /// Messages that are being sent, on a channel.
    pub sending: usize,
    /// Messages that are being sent, to one destination.
    pub per_destination: usize,
}

impl Bounds {
    /// Those of a channel.
    pub const fn of(channel: Channel) -> Self {
        match channel {
            Channel::Webhook => Self { claimed: 256, sending: 128, per_destination: 64 },
            Channel::Email | Channel::Sms | Channel::Phone | Channel::Push => {
                Self { claimed: 16, sending: 8, per_destination: 8 }
            }
            // A terminal takes them as fast as they are claimed, so only the number of claims bounds them.
            Channel::Console => Self { claimed: 256, sending: 1, per_destination: 1 },
        }
    }
}

/// What is on its way, shared by who claims and who sends.
#[derive(Debug)]
pub(super) struct Room {
    channels: BTreeMap<Channel, Usage>,
    closed: AtomicBool,
}

#[derive(Debug, Default)]
struct Usage {
    claimed: AtomicUsize,
    /// Monotonic milliseconds, plus 1; 0: the channel's circuit is closed.
    open_until: AtomicU64,
}

impl Room {
    pub(super) fn new() -> Self {
        let channels = CHANNELS.into_iter().map(|channel| (channel, Usage::default())).collect();
        Self { channels, closed: AtomicBool::new(false) }
    }

    /// How many more may be claimed. While a channel's circuit is open: none, and then one at a time.
    pub(super) fn free(&self, channel: Channel, now: Duration) -> usize {
        let Some(usage) = self.channels.get(&channel).filter(|_| !self.closed.load(SeqCst)) else { return 0 };
        let claimed = usage.claimed.load(SeqCst);
        match usage.open_until.load(SeqCst) {
            0 => Bounds::of(channel).claimed.saturating_sub(claimed),
            until if millis(now) >= until && claimed == 0 => 1,
            _ => 0,
        }
    }

    /// Nothing more is claimed by this process.
    pub(super) fn close(&self) {
        self.closed.store(true, SeqCst);
    }

    /// Takes one place.
    pub(super) fn take(self: &Arc<Self>, channel: Channel) -> Place {
        if let Some(usage) = self.channels.get(&channel) {
            usage.claimed.fetch_add(1, SeqCst);
        }
        Place { room: Arc::clone(self), channel }
    }

    /// Notes until when a channel's circuit is open.
    pub(super) fn note_circuit(&self, channel: Channel, open_until: Option<Duration>) {
        if let Some(usage) = self.channels.get(&channel) {
            usage.open_until.store(open_until.map_or(0, millis), SeqCst);
        }
    }
}

/// Never 0.
fn millis(at: Duration) -> u64 {
    u64::try_from(at.as_millis()).unwrap_or(u64::MAX - 1) + 1
}

/// A place that is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    room: Arc<Room>,
    channel: Channel,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(usage) = self.room.channels.get(&self.channel) {
            usage.claimed.fetch_sub(1, SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_and_given_back() {
        let room = Arc::new(Room::new());
        let free = |ms| room.free(Channel::Email, Duration::from_millis(ms));
        assert_eq!(free(0), 16);
        let places: Vec<_> = (0..20).map(|_| room.take(Channel::Email)).collect();
        assert_eq!(free(0), 0);
        drop(places);
        assert_eq!(free(0), 16);
        room.note_circuit(Channel::Email, Some(Duration::from_millis(500)));
        assert_eq!((free(499), free(500)), (0, 1));
        let probe = room.take(Channel::Email);
        assert_eq!(free(600), 0);
        drop(probe);
        room.note_circuit(Channel::Email, None);
        assert_eq!(free(600), 16);
        room.close();
        assert_eq!(free(600), 0);
    }
}
