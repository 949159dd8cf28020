//! How much may wait for the next append: more while things move on quickly, less when they have to stand in line.
//!
//! What says "too much" is the time that inputs wait before their append begins, and of that the least in a window: one
//! slow append (a conditional write that met another takes several times as long, a hedged one longer still) makes some
//! wait, and says nothing; only where even the luckiest had to wait, a line stands. Then the bound shrinks by a factor,
//! at most once a window, and grows again by equal steps. It never falls below two full batches, the one being written
//! and the next: what is bounded is the wait, never the throughput.

use std::time::Duration;

/// A line that stands for longer than this is too long. A sender's patience is some seconds.
const STANDING_MAX: Duration = Duration::from_millis(500);

/// A window is at least this long…
const WINDOW: Duration = Duration::from_millis(500);
/// …and has at least so many appends…
const WINDOW_APPENDS: u32 = 4;
/// …unless it is as long as this.
const WINDOW_MAX: Duration = Duration::from_secs(5);

/// What is left of the share after a window with a standing line.
const SHRINK: f64 = 0.7;
/// What a window without one adds to the share, if it was used.
const GROW: f64 = 1.0 / 16.0;

/// An amount that may wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bound {
    /// Bytes.
    pub bytes: usize,
    /// Inputs.
    pub inputs: usize,
}

/// A bound between two batches and what the configuration allows.
#[derive(Clone, Debug)]
pub struct Limit {
    least: Bound,
    most: Bound,
    /// Between 0 and 1: where between the two it is.
    share: f64,
    window: Window,
    /// Whether a line stood in the last whole window.
    standing: bool,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    began: Duration,
    appends: u32,
    least_wait: Duration,
    used: bool,
}

impl Window {
    fn at(now: Duration) -> Self {
        Self { began: now, appends: 0, least_wait: Duration::MAX, used: false }
    }
}

impl Limit {
    /// A limit that begins at `most`; never below `least`, as long as `most` is not.
    pub fn new(least: Bound, most: Bound, now: Duration) -> Self {
        let least = Bound { bytes: least.bytes.min(most.bytes), inputs: least.inputs.min(most.inputs) };
        Self { least, most, share: 1.0, window: Window::at(now), standing: false }
    }

    /// What may wait now.
    pub fn bound(&self) -> Bound {
        let between = |least: usize, most: usize| {
            #[expect(clippy::cast_precision_loss, reason = "bytes in memory are far fewer than 2^52")]
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 0 and `most`"
            )]
            let more = ((most - least) as f64 * self.share) as usize;
            least + more
        };
        Bound {
            bytes: between(self.least.bytes, self.most.bytes),
            inputs: between(self.least.inputs, self.most.inputs),
        }
    }

    /// Whether a line stood in the last window.
    pub fn is_standing(&self) -> bool {
        self.standing
    }

    /// An append has ended well. The input in it that had waited longest had waited `waited` when the append began;
    /// `used` says whether at least half of the bound was taken then.
    pub fn appended(&mut self, now: Duration, waited: Duration, used: bool) {
        self.window.appends += 1;
        self.window.least_wait = self.window.least_wait.min(waited);
        self.window.used |= used;
        self.close(now);
    }

    /// An append did not succeed. Those in it wait on, so this counts as a standing line.
    pub fn failed(&mut self, now: Duration) {
        self.window.appends += 1;
        self.close(now);
    }

    fn close(&mut self, now: Duration) {
        let Window { began, appends, least_wait, used } = self.window;
        let age = now.saturating_sub(began);
        if age < WINDOW || (appends < WINDOW_APPENDS && age < WINDOW_MAX) {
            return;
        }
        self.standing = least_wait > STANDING_MAX;
        if self.standing {
            self.share *= SHRINK;
        } else if used {
            self.share = (self.share + GROW).min(1.0);
        }
        self.window = Window::at(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: Bound = Bound { bytes: 1 << 20, inputs: 4096 };
    const MOST: Bound = Bound { bytes: 64 << 20, inputs: 16384 };

    /// The share of the bytes after so many appends of 100 ms each, whose oldest inputs waited as `waits` says in turn.
    fn after(appends: u64, waits: &[u64]) -> f64 {
        let mut limit = Limit::new(LEAST, MOST, Duration::ZERO);
        for n in 0..appends {
            let waited = Duration::from_millis(waits[usize::try_from(n).unwrap_or(0) % waits.len()]);
            limit.appended(Duration::from_millis(100 * (n + 1)), waited, true);
        }
        limit.share
    }

    #[test]
    fn a_standing_line_shrinks_it_and_slow_appends_do_not() {
        for (name, waits, low) in [
            ("all are quick", &[5][..], false),
            ("some are slow, as conditional writes are", &[5, 5, 5, 1200], false),
            ("most are slow, but a line does not stand", &[1200, 1200, 1200, 1200, 90], false),
            ("everybody stands in line", &[700, 900, 1200], true),
        ] {
            let share = after(200, waits);
            assert_eq!(share < 0.1, low, "{name}: {share}");
            assert_eq!(share > 0.9, !low, "{name}: {share}");
        }
    }

    #[test]
    fn it_never_falls_below_two_batches_and_comes_back_by_itself() {
        let mut limit = Limit::new(LEAST, MOST, Duration::ZERO);
        let mut now = Duration::ZERO;
        for _ in 0..1000 {
            now += Duration::from_millis(600);
            limit.failed(now);
        }
        assert_eq!(limit.bound(), LEAST);
        assert!(limit.is_standing());
        let before = now;
        while limit.bound() != MOST {
            now += Duration::from_millis(50);
            limit.appended(now, Duration::from_millis(10), true);
            assert!(now - before < Duration::from_secs(60), "not back after a minute");
        }
        assert!(!limit.is_standing());
    }

    #[test]
    fn what_is_not_used_does_not_grow() {
        let mut limit = Limit::new(LEAST, MOST, Duration::ZERO);
        let at = Duration::from_secs;
        limit.failed(at(6));
        let small = limit.bound();
        assert!(small.bytes < MOST.bytes);
        for n in 0..100 {
            limit.appended(at(12 + 6 * n), Duration::ZERO, false);
        }
        assert_eq!(limit.bound(), small);
    }
}
