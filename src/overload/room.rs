//! What waits for the next append, by sender; and whether one more may join.
//!
//! A sender may hold as much as is free, times a factor: the more it holds already, and the less is free, the sooner it
//! is turned away. Alone it may take two thirds of the room; ten noisy ones share all but a twentieth, and whoever
//! comes then still finds a place. While the room is nearly empty the rule never bites.

use std::collections::BTreeMap;

use super::Bound;
use crate::domain::service::RoutingKey;

/// A sender holds at most this many times what is free.
const HELD_OF_FREE: usize = 2;

/// Why something may not wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Full {
    /// The room is full, for everybody.
    Room,
    /// This sender holds its share already; others are still let in.
    Share,
}

/// What waits. Senders with nothing in it are not remembered, so that it is as bounded as what waits.
#[derive(Clone, Debug, Default)]
pub struct Room {
    all: Held,
    senders: BTreeMap<RoutingKey, Held>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Held {
    bytes: usize,
    inputs: usize,
}

impl Room {
    /// Whether an input of so many bytes may wait under this bound. Without a sender, only the whole room counts.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, bound: Bound, sender: Option<RoutingKey>, bytes: usize) -> Result<(), Full> {
        let free = Held {
            bytes: bound.bytes.saturating_sub(self.all.bytes),
            inputs: bound.inputs.saturating_sub(self.all.inputs),
        };
        // An input that is larger than the bound may wait alone: it could never be accepted otherwise.
        if free.inputs == 0 || (bytes > free.bytes && self.all.inputs > 0) {
            return Err(Full::Room);
        }
        let Some(held) = sender.and_then(|sender| self.senders.get(&sender)) else { return Ok(()) };
        if held.inputs >= HELD_OF_FREE * free.inputs || held.bytes + bytes > HELD_OF_FREE * free.bytes {
            return Err(Full::Share);
        }
        Ok(())
    }

    /// Something joins. Whoever calls has checked.
    pub fn enter(&mut self, sender: Option<RoutingKey>, bytes: usize) {
        self.all.add(bytes);
        if let Some(sender) = sender {
            self.senders.entry(sender).or_default().add(bytes);
        }
    }

    /// Something that had joined leaves, with the same values.
    pub fn leave(&mut self, sender: Option<RoutingKey>, bytes: usize) {
        self.all.take(bytes);
        let Some(sender) = sender else { return };
        if let Some(held) = self.senders.get_mut(&sender) {
            held.take(bytes);
            if held.inputs == 0 {
                self.senders.remove(&sender);
            }
        }
    }

    /// Bytes that wait.
    pub fn bytes(&self) -> usize {
        self.all.bytes
    }

    /// Inputs that wait.
    pub fn inputs(&self) -> usize {
        self.all.inputs
    }

    /// How many senders have something waiting.
    pub fn senders(&self) -> usize {
        self.senders.len()
    }

    /// Between 0 and 1, or more where the bound has shrunk meanwhile: how full the room is.
    #[expect(clippy::cast_precision_loss, reason = "bytes in memory are far fewer than 2^52")]
    pub fn fill(&self, bound: Bound) -> f64 {
        let of = |held: usize, bound: usize| held as f64 / bound.max(1) as f64;
        of(self.all.bytes, bound.bytes).max(of(self.all.inputs, bound.inputs))
    }
}

impl Held {
    fn add(&mut self, bytes: usize) {
        self.bytes += bytes;
        self.inputs += 1;
    }

    fn take(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes);
        self.inputs = self.inputs.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Bound = Bound { bytes: 1 << 20, inputs: 1000 };

    fn key(n: u8) -> Option<RoutingKey> {
        Some(RoutingKey::from_random([n; 16]))
    }

    /// Lets senders in, in turn, until nobody may any more; how much each holds.
    fn fill(room: &mut Room, senders: &[u8], bytes: usize) -> Vec<usize> {
        let mut held = vec![0; senders.len()];
        loop {
            let before = held.clone();
            for (sender, held) in senders.iter().zip(&mut held) {
                if room.check(BOUND, key(*sender), bytes).is_ok() {
                    room.enter(key(*sender), bytes);
                    *held += 1;
                }
            }
            if held == before {
                return held;
            }
        }
    }

    #[test]
    fn noisy_senders_share_and_leave_room_for_others() {
        for (noisy, each, free) in [(1_u8, 667, 333), (2, 400, 200), (10, 96, 40), (100, 9, 3)] {
            let mut room = Room::default();
            let senders: Vec<u8> = (0..noisy).collect();
            let held = fill(&mut room, &senders, 10);
            let average = held.iter().sum::<usize>() / held.len();
            assert!(average.abs_diff(each) <= 1, "{noisy}: {average}");
            assert!(held.iter().all(|held| held.abs_diff(average) <= 1), "{noisy}: {held:?}");
            assert!(1000 - room.inputs() >= free, "{noisy}: {}", room.inputs());
            assert_eq!(room.check(BOUND, key(0), 10), Err(Full::Share), "{noisy}");
            assert_eq!(room.check(BOUND, key(200), 10), Ok(()), "{noisy}");
        }
    }

    #[test]
    fn bytes_are_shared_as_well() {
        let mut room = Room::default();
        fill(&mut room, &[1], 100_000);
        assert!((600_000..=700_000).contains(&room.bytes()), "{}", room.bytes());
        assert_eq!(room.check(BOUND, key(1), 100_000), Err(Full::Share));
        assert_eq!(room.check(BOUND, key(2), 100_000), Ok(()));
        assert_eq!(room.check(BOUND, key(2), 500_000), Err(Full::Room));
        assert_eq!(room.check(BOUND, None, 100_000), Ok(()));
    }

    #[test]
    fn a_large_input_may_wait_alone_and_nothing_is_remembered_of_who_left() {
        let mut room = Room::default();
        assert_eq!(room.check(BOUND, key(1), 2 << 20), Ok(()));
        room.enter(key(1), 2 << 20);
        assert_eq!(room.check(BOUND, key(2), 1), Err(Full::Room));
        assert!(room.fill(BOUND) > 1.9);
        room.leave(key(1), 2 << 20);
        assert_eq!((room.bytes(), room.inputs(), room.senders()), (0, 0, 0));
        assert!(room.fill(BOUND) < 0.01);
    }
}
