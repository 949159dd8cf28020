//! What was accepted and is not worked off yet, by sender; and whether one more may be accepted.
//!
//! A door can be quicker than what works off what it takes. Then what waits behind it grows as long as that goes on, and
//! everybody in it is late in the end. So no more may wait there than is worked off within [`DELAY`], at the best speed of
//! the last minute: a store that is slow for half a minute is no reason to refuse. As long as nothing has to wait, what was
//! worked off says how much came, and much may.
//!
//! What is not worked off at all is another matter: whoever does that work is away (its store is, or its process), and
//! the door has to stay open meanwhile. So the bound counts only while something moves. What came while nothing did is
//! forgiven: it will be late whatever is done, and refusing what comes then would be a second failure.

use std::collections::VecDeque;
use std::time::Duration;

use super::room::{Full, Room};
use super::{Bound, Relay, Standpoint};
use crate::domain::service::RoutingKey;

/// So long what is accepted may have to wait, unless the stages have become slower since. A page is late after minutes;
/// and while two thirds of what can be worked off go on coming, it takes twice as long until nothing has to wait any more,
/// which should not be a minute.
const DELAY: Duration = Duration::from_secs(15);

/// What has waited for longer than this had to wait; less is what the way takes.
const WAITED: Duration = Duration::from_secs(2);

/// The speed is measured over at least this long: what the stages have done shows in lumps.
const WINDOW: Duration = Duration::from_secs(5);

/// A speed that was measured so long ago says nothing any more.
const MEMORY: Duration = Duration::from_secs(60);

/// Where nothing was worked off for so long, nobody does. It is less than the delay, so that what comes just as fast as it
/// was worked off before finds room until then.
const STILL: Duration = Duration::from_secs(10);

/// However slow it is, so many may wait: what comes at once has to find a place.
const LEAST: usize = 1024;

/// However quick it is, no more may wait than this, which is what is remembered.
const MOST: usize = 64 << 10;

/// Of so many entries it is remembered where they are; if there are more, of every second, fourth…
const ENTRIES: usize = 32 << 10;

/// What was accepted and is not worked off yet, in the order in which it was stored.
#[derive(Clone, Debug)]
pub struct Backlog {
    /// So many may wait while it is not known how fast they are worked off.
    unknown: usize,
    /// The entries of the door's journal that are not worked off.
    entries: VecDeque<Stored>,
    /// So many of the journal's entries are one of these.
    grain: usize,
    relay: Relay,
    /// Whose inputs count, the oldest first: all but what is forgiven.
    senders: VecDeque<Option<RoutingKey>>,
    room: Room,
    moved_at: Duration,
    window: Option<Window>,
    /// Measured one after the other.
    speeds: VecDeque<Speed>,
}

/// One entry, or several that stand together.
#[derive(Clone, Copy, Debug)]
struct Stored {
    entries: usize,
    /// Of the last.
    seq: u64,
    inputs: usize,
    at: Duration,
}

impl Stored {
    fn join(&mut self, seq: u64, inputs: usize) {
        self.entries += 1;
        self.seq = seq;
        self.inputs += inputs;
    }
}

/// A time in which something is worked off.
#[derive(Clone, Copy, Debug)]
struct Window {
    began: Duration,
    inputs: usize,
    /// Whether things had to wait.
    waited: bool,
}

/// What was measured in a window.
#[derive(Clone, Copy, Debug)]
struct Speed {
    per_second: f64,
    at: Duration,
    waited: bool,
}

impl Backlog {
    /// With nothing in it. `unknown` may wait while nothing has to wait for long.
    pub fn new(unknown: usize) -> Self {
        Self {
            unknown,
            entries: VecDeque::new(),
            grain: 1,
            relay: Relay::default(),
            senders: VecDeque::new(),
            room: Room::default(),
            moved_at: Duration::ZERO,
            window: None,
            speeds: VecDeque::new(),
        }
    }

    /// An entry with what these have sent is in the door's journal now, at `seq`, which is above all those before.
    pub fn stored(&mut self, now: Duration, seq: u64, senders: impl Iterator<Item = Option<RoutingKey>>) {
        if self.entries.is_empty() {
            (self.moved_at, self.grain) = (now, 1);
        }
        let counts = !self.forgive(now);
        let mut inputs = 0;
        for sender in senders {
            inputs += 1;
            if counts {
                self.senders.push_back(sender);
                self.room.enter(sender, 0);
            }
        }
        match self.entries.back_mut().filter(|last| last.entries < self.grain) {
            Some(last) => last.join(seq, inputs),
            None => self.entries.push_back(Stored { entries: 1, seq, inputs, at: now }),
        }
        if self.entries.len() >= ENTRIES {
            self.coarsen();
        }
    }

    /// What the stages have come to by now.
    pub fn seen(&mut self, now: Duration, at: Standpoint) {
        let next = self.relay.passed(at);
        self.forgive(now);
        let had_to_wait = self.has_to_wait(now);
        let mut inputs = 0;
        while let Some(stored) = self.entries.front().filter(|stored| stored.seq < next) {
            inputs += stored.inputs;
            self.entries.pop_front();
        }
        if inputs == 0 {
            return;
        }
        self.moved_at = now;
        for sender in self.senders.drain(..inputs.min(self.senders.len())) {
            self.room.leave(sender, 0);
        }
        self.measure(now, inputs, had_to_wait);
    }

    /// Whether one more of this sender may be accepted. Without a sender, only the whole room counts.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&mut self, now: Duration, sender: Option<RoutingKey>) -> Result<(), Full> {
        self.forgive(now);
        self.room.check(self.bound(now), sender, 0)
    }

    /// How many may wait now.
    pub fn most(&self, now: Duration) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "is bounded at once")]
        let most = |per_second: f64| (per_second * DELAY.as_secs_f64()) as usize;
        match self.best(now) {
            Some(per_second) => most(per_second).clamp(LEAST.min(self.unknown), MOST),
            None => self.unknown,
        }
    }

    /// How many wait, but for those that are forgiven.
    pub fn inputs(&self) -> usize {
        self.room.inputs()
    }

    /// How full it is; 1: full.
    pub fn fill(&self, now: Duration) -> f64 {
        self.room.fill(self.bound(now))
    }

    /// In how many seconds half of what waits will be worked off, at the speed that is known; `None`: none is.
    pub fn half_in(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let half = self.room.inputs() as f64 / 2.0;
        self.speeds.back().filter(|speed| speed.per_second > 0.0).map(|speed| half / speed.per_second)
    }

    fn bound(&self, now: Duration) -> Bound {
        // It is inputs that are worked off, whatever their size; and the journal holds them, not the memory.
        Bound { bytes: usize::MAX / 4, inputs: self.most(now) }
    }

    /// How fast it was at its best lately; `None` if nothing had to wait.
    fn best(&self, now: Duration) -> Option<f64> {
        let lately = self.speeds.iter().filter(|speed| now.saturating_sub(speed.at) < MEMORY);
        let waited = lately.clone().any(|speed| speed.waited);
        lately.map(|speed| speed.per_second).reduce(f64::max).filter(|_| waited)
    }

    fn has_to_wait(&self, now: Duration) -> bool {
        self.entries.front().is_some_and(|oldest| now.saturating_sub(oldest.at) >= WAITED)
    }

    /// Takes every two for one, so that what is remembered is bounded however long nothing moves.
    fn coarsen(&mut self) {
        self.grain *= 2;
        let pairs = self.entries.make_contiguous().chunks(2);
        self.entries = pairs
            .map(|pair| Stored {
                entries: pair.iter().map(|it| it.entries).sum(),
                seq: pair.iter().map(|it| it.seq).max().unwrap_or_default(),
                inputs: pair.iter().map(|it| it.inputs).sum(),
                at: pair.iter().map(|it| it.at).min().unwrap_or_default(),
            })
            .collect();
    }

    /// Lets nothing of what waits count if nothing is worked off; whether that is so.
    fn forgive(&mut self, now: Duration) -> bool {
        let still = !self.entries.is_empty() && now.saturating_sub(self.moved_at) >= STILL;
        if still {
            self.senders.clear();
            self.room = Room::default();
            self.window = None;
        }
        still
    }

    /// So many were worked off.
    fn measure(&mut self, now: Duration, inputs: usize, had_to_wait: bool) {
        let Some(window) = &mut self.window else {
            self.window = Some(Window { began: now, inputs: 0, waited: had_to_wait });
            return;
        };
        window.inputs += inputs;
        window.waited |= had_to_wait;
        let took = now.saturating_sub(window.began);
        if took < WINDOW {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let per_second = window.inputs as f64 / took.as_secs_f64();
        self.speeds.push_back(Speed { per_second, at: now, waited: window.waited });
        while self.speeds.front().is_some_and(|speed| now.saturating_sub(speed.at) >= MEMORY) {
            self.speeds.pop_front();
        }
        self.window = Some(Window { began: now, inputs: 0, waited: false });
    }
}

#[cfg(test)]
mod tests;
