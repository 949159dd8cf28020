//! How much may be on its way at a time, and how much room is left.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use crate::domain::user::Channel;

/// Every channel there is.
pub const CHANNELS: [Channel; 6] =
    [Channel::Email, Channel::Webhook, Channel::Console, Channel::Sms, Channel::Phone, Channel::Push];

/// Where a provider is quick, as much is claimed as is sent in this time, because each claim has to be durable first, and
/// that may take longer than the sending. It is a small part of what a claim has until its sending must have begun.
const AHEAD: Duration = Duration::from_secs(2);

/// How fast a channel sends is measured over this long.
const WINDOW: Duration = Duration::from_millis(500);

/// How much may be on its way at a time, per process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Messages that are claimed, on a channel, however slow its provider is: those that are being sent and those that
    /// are next.
    pub claimed: usize,
    /// The same, however quick it is. Where nobody can tell whether a message was sent, no more than without that: what a
    /// process that dies has claimed is given up there.
    pub claimed_most: usize,
    /// Messages that are being sent, on a channel.
    pub sending: usize,
    /// Messages that are being sent, to one destination.
    pub per_destination: usize,
}

impl Bounds {
    /// Those of a channel.
    pub const fn of(channel: Channel) -> Self {
        match channel {
            Channel::Webhook => Self { claimed: 256, claimed_most: 1024, sending: 128, per_destination: 64 },
            Channel::Email | Channel::Sms | Channel::Phone | Channel::Push => {
                Self { claimed: 16, claimed_most: 16, sending: 8, per_destination: 8 }
            }
            // A terminal takes them as fast as they are claimed, so only the number of claims bounds them.
            Channel::Console => Self { claimed: 256, claimed_most: 1024, sending: 1, per_destination: 1 },
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
    /// Messages sent since `measured_from`, and a second in the window before.
    sent: AtomicUsize,
    per_second: AtomicUsize,
    /// Monotonic milliseconds.
    measured_from: AtomicU64,
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
            0 => usage.most(Bounds::of(channel), now).saturating_sub(claimed),
            until if millis(now) >= until && claimed == 0 => 1,
            _ => 0,
        }
    }

    /// Whether what is due on a channel is only waiting for its turn: its circuit is closed.
    pub(super) fn is_open(&self, channel: Channel) -> bool {
        self.channels.get(&channel).is_some_and(|usage| usage.open_until.load(SeqCst) == 0)
    }

    /// So many messages were sent on a channel.
    pub(super) fn note_sent(&self, channel: Channel, messages: usize, now: Duration) {
        let Some(usage) = self.channels.get(&channel) else { return };
        // One task tells, so nothing comes between these.
        let sent = usage.sent.fetch_add(messages, SeqCst) + messages;
        let took = millis(now).saturating_sub(usage.measured_from.load(SeqCst));
        if took >= millis(WINDOW) {
            let per_second = u64::try_from(sent).unwrap_or(u64::MAX).saturating_mul(1000) / took;
            usage.per_second.store(usize::try_from(per_second).unwrap_or(usize::MAX), SeqCst);
            usage.sent.store(0, SeqCst);
            usage.measured_from.store(millis(now), SeqCst);
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

impl Usage {
    /// How much may be claimed.
    fn most(&self, bounds: Bounds, now: Duration) -> usize {
        // What was measured long ago, before a pause, says nothing.
        let old = millis(now).saturating_sub(self.measured_from.load(SeqCst)) > 10 * millis(WINDOW);
        let per_second = if old { 0 } else { self.per_second.load(SeqCst) };
        per_second
            .saturating_mul(usize::try_from(AHEAD.as_secs()).unwrap_or(usize::MAX))
            .clamp(bounds.claimed, bounds.claimed_most)
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

    #[test]
    fn where_a_provider_is_quick_more_may_be_claimed_if_it_can_tell_repetitions() {
        for (channel, per_second, expected) in [
            (Channel::Webhook, 10, 256),
            (Channel::Webhook, 200, 400),
            (Channel::Webhook, 100_000, 1024),
            (Channel::Email, 100_000, 16),
        ] {
            let room = Room::new();
            let free = |ms| room.free(channel, Duration::from_millis(ms));
            for tenth in 1..=100 {
                room.note_sent(channel, per_second / 10, Duration::from_millis(100 * tenth));
            }
            assert!(free(10_000).abs_diff(expected) <= 5, "{channel:?} {per_second}: {}", free(10_000));
            assert_eq!(free(16_000), Bounds::of(channel).claimed, "{channel:?}: that was long ago");
        }
    }
}
