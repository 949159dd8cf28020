//! What this seed has in store: a random choice of what may go wrong, and how often.

use std::time::Duration;

use pd::purge;

use super::chance::Chance;
use super::overload;

/// What is shown by a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Anything may fail at any time; nothing wrong may ever happen.
    Safety,
    /// From some moment on everything works again; then everything must be done within a bound.
    Liveness,
    /// For a while everything is slow, much more comes than usual, a provider refuses everything, and a process sleeps.
    /// What keeps that from becoming worse must do what it is for; then as with liveness.
    Overload,
}

/// What may go wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Trouble {
    /// A process dies at once.
    Crash,
    /// A process ends in order.
    Stop,
    /// A process does nothing for a while.
    Freeze,
    /// A process does nothing for so long that others truncate what it would have read next.
    LongFreeze,
    /// A machine cannot reach a store.
    CutOff,
    /// Operations on a store go wrong.
    Climate,
    /// A machine's clock is wrong by more than the bound.
    Clock,
    /// A channel's provider is in a bad mood.
    Provider,
    /// The archive does not answer.
    Archive,
    /// A journal cannot be used, or not be read.
    Journal,
    /// A snapshot that was written is not what it was any more.
    Damage,
    /// A process dies, and what it has taken in cannot be read for longer than the dead are waited for.
    Door,
}

const TROUBLES: [Trouble; 12] = [
    Trouble::Crash,
    Trouble::Stop,
    Trouble::Freeze,
    Trouble::LongFreeze,
    Trouble::CutOff,
    Trouble::Climate,
    Trouble::Clock,
    Trouble::Provider,
    Trouble::Archive,
    Trouble::Journal,
    Trouble::Damage,
    Trouble::Door,
];

/// Stores are put back to what they held some time ago, when and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Restore {
    /// When the copy is taken.
    pub(super) copied_at: Duration,
    /// How much is lost: the time until it is put in place.
    pub(super) lost: Duration,
    /// For how long processes go on over the restored stores, before they are ended and the stores are restored again;
    /// `None`: they are ended first, as they should be.
    pub(super) goes_on: Option<Duration>,
}

impl Restore {
    fn new(chance: &Chance) -> Self {
        let copied_at = Duration::from_secs(40 + chance.below(360));
        let lost = chance.millis(10_000, 120_000);
        let goes_on = chance.permille(600).then(|| chance.millis(1_000, 30_000));
        Self { copied_at, lost, goes_on }
    }
}

/// A machine that is gone for good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Lost {
    pub(super) machine: usize,
    /// Its process is there, but does nothing.
    pub(super) frozen: bool,
}

/// What this seed has in store.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) mode: Mode,
    pub(super) machines: usize,
    /// What may go wrong in this run; those that are in it twice are twice as likely.
    pub(super) troubles: Vec<Trouble>,
    /// How much time there is between two troubles, on average.
    pub(super) peace: Duration,
    /// How many sources send events.
    pub(super) monitors: usize,
    /// The pause between two events of one source, on average.
    pub(super) event_pause: Duration,
    /// Of a thousand messages, how many make somebody do something.
    pub(super) people_permille: u64,
    pub(super) purge: purge::Settings,
    pub(super) restore: Option<Restore>,
    /// How many entries truncation removes at a time.
    pub(super) segment: u64,
    /// The machine that does not come back when everything else is well again.
    pub(super) lost: Option<Lost>,
    /// Clocks are off by at most this, in milliseconds, when nothing is wrong with them.
    pub(super) clock_off_ms: u64,
    /// From when on no event is sent any more.
    pub(super) events_until: Duration,
    /// From when on nothing goes wrong any more.
    pub(super) heals_at: Duration,
    /// When the run ends.
    pub(super) ends_at: Duration,
}

impl Plan {
    pub(super) fn new(mode: Mode, chance: &Chance) -> Self {
        let mut troubles: Vec<_> = TROUBLES.into_iter().filter(|_| chance.permille(450)).collect();
        for _ in 0..2 {
            troubles.push(*chance.pick(&TROUBLES));
        }
        let seconds = Duration::from_secs;
        let monitors = 4 + chance.index(8);
        let (events_until, heals_at, ends_at) = match mode {
            Mode::Safety => (seconds(570), seconds(600), seconds(600)),
            Mode::Liveness => (seconds(400), seconds(340), seconds(600)),
            Mode::Overload => (seconds(300), seconds(240), seconds(450)),
        };
        // About two hundred events, however many sources there are.
        let event_pause = events_until * u32::try_from(monitors).unwrap_or(1) / 200;
        Self {
            mode,
            machines: 3,
            troubles,
            peace: seconds(5 + chance.below(40)),
            monitors,
            event_pause,
            people_permille: 100 + chance.below(500),
            purge: purge::Settings {
                journal: seconds(10 + chance.below(40)),
                incidents: seconds(40 + chance.below(120)),
                snapshot_entries: 20 + chance.below(100),
                snapshot_age: seconds(40),
                part_bytes: 4 << 10,
                silence: seconds(50 + chance.below(100)),
                every: seconds(3 + chance.below(8)),
                expiry_every: seconds(60),
                ..purge::Settings::default()
            },
            restore: (mode == Mode::Safety && chance.permille(150)).then(|| Restore::new(chance)),
            segment: *chance.pick(&[16, 32, 64, 256]),
            lost: (mode == Mode::Liveness && chance.permille(300))
                .then(|| Lost { machine: chance.index(3), frozen: chance.permille(500) }),
            clock_off_ms: 950,
            events_until,
            heals_at,
            ends_at,
        }
    }

    /// How far a healthy clock is off.
    pub(super) fn offset(&self, chance: &Chance) -> i64 {
        let off = chance.below(2 * self.clock_off_ms + 1);
        i64::try_from(off).unwrap_or(0) - i64::try_from(self.clock_off_ms).unwrap_or(0)
    }

    /// How fast a clock drifts.
    #[expect(clippy::unused_self, reason = "beside the offset")]
    pub(super) fn drift(&self, chance: &Chance) -> i64 {
        i64::try_from(chance.below(101)).unwrap_or(0) - 50
    }

    /// Whether clocks stay within their bound in this run.
    pub(super) fn clocks_are_true(&self) -> bool {
        self.mode == Mode::Overload || !self.troubles.contains(&Trouble::Clock)
    }

    /// How many times as much as usual is sent now.
    pub(super) fn rush(&self, elapsed: Duration) -> u32 {
        let rushes = self.mode == Mode::Overload && overload::LASTS.contains(&elapsed);
        if rushes { overload::RUSH } else { 1 }
    }
}
