//! Everything that a run consists of: machines, stores, the outside, and who checks it all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pd::archive::memory::MemoryArchive;
use pd::clock::{SharedClock, VirtualClock};
use pd::domain::user::Channel;
use pd::incidents::Incidents;
use pd::ingest::Commands;
use pd::journal::memory::MemoryStore;
use pd::notify::stage::Notify;
use pd::stage::Handle;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::chance::Chance;
use super::check::Check;
use super::clock::MachineTime;
use super::founding::START;
use super::gate::Gate;
use super::plan::Plan;
use super::providers::Mood;
use super::trace::Trace;
use super::turnstile::Turnstile;
use super::weather::Weather;

/// Everything that a run consists of.
pub(super) struct Town {
    pub(super) plan: Plan,
    pub(super) chance: Chance,
    /// True time.
    pub(super) clock: SharedClock,
    pub(super) trace: Trace,
    pub(super) doors: MemoryStore,
    pub(super) stages: MemoryStore,
    pub(super) doors_weather: Weather,
    pub(super) stages_weather: Weather,
    pub(super) archive: Arc<MemoryArchive>,
    /// Orders those who are answered at the same moment.
    pub(super) turnstile: Turnstile,
    machines: Mutex<Vec<Machine>>,
    moods: Mutex<BTreeMap<Channel, Mood>>,
    starts: Mutex<Starts>,
    check: Mutex<Check>,
}

/// On which machines processes may be started.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Starts {
    #[default]
    Everywhere,
    OnlyOn(usize),
}

/// One machine, on which one process lives after the other.
pub(super) struct Machine {
    pub(super) time: Arc<MachineTime>,
    pub(super) life: Option<Life>,
    /// How many processes have lived here.
    pub(super) lives: u32,
    /// The note in its data folder that a backup was restored and that an epoch is to begin.
    pub(super) restored: bool,
}

/// A process from its start to its end.
#[derive(Clone)]
pub(super) struct Life {
    pub(super) process: Uuid,
    pub(super) gate: Gate,
    /// Asks it to end in order.
    pub(super) stop: CancellationToken,
    pub(super) task: Option<AbortHandle>,
    /// From when on it serves.
    pub(super) door: Option<Door>,
    /// From when on it has a state.
    pub(super) view: Option<View>,
}

/// Where requests come in.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) events: axum::Router,
    pub(super) commands: Commands,
    pub(super) gate: Gate,
}

/// What a process knows.
#[derive(Clone)]
pub(super) struct View {
    pub(super) incidents: Handle<Incidents>,
    pub(super) notify: Handle<Notify>,
}

impl Town {
    pub(super) fn new(plan: Plan, chance: Chance, with_text: bool) -> Arc<Self> {
        let clock: SharedClock = Arc::new(VirtualClock::new(START));
        let trace = Trace::new(Arc::clone(&clock), with_text);
        let weather = || Weather::new(chance.fork(), plan.machines);
        let (doors_weather, stages_weather) = (weather(), weather());
        let doors =
            MemoryStore::with_faults(doors_weather.plan(), Arc::clone(&clock)).with_segments_of(plan.segment);
        let stages = MemoryStore::with_faults(stages_weather.plan(), Arc::clone(&clock))
            .with_segments_of(plan.segment);
        let machine = |_| Machine {
            time: MachineTime::new(Arc::clone(&clock), plan.offset(&chance), plan.drift(&chance)),
            life: None,
            lives: 0,
            restored: false,
        };
        let machines = Mutex::new((0..plan.machines).map(machine).collect());
        let check = Mutex::new(Check::new(&plan, doors.clone(), stages.clone()));
        Arc::new(Self {
            plan,
            chance,
            clock,
            trace,
            doors,
            stages,
            doors_weather,
            stages_weather,
            archive: Arc::new(MemoryArchive::new()),
            turnstile: Turnstile::default(),
            machines,
            moods: Mutex::default(),
            starts: Mutex::default(),
            check,
        })
    }

    /// Since the run began.
    pub(super) fn elapsed(&self) -> Duration {
        self.clock.monotonic()
    }

    pub(super) fn machine<T>(&self, machine: usize, with: impl FnOnce(&mut Machine) -> T) -> T {
        with(&mut lock(&self.machines)[machine])
    }

    /// The lives on all machines, by machine.
    pub(super) fn lives(&self) -> Vec<(usize, Life)> {
        let machines = lock(&self.machines);
        machines.iter().enumerate().filter_map(|(n, machine)| Some((n, machine.life.clone()?))).collect()
    }

    /// Some machine's door, if there is one at that machine.
    pub(super) fn some_door(&self, chance: &Chance) -> Option<(usize, Door)> {
        let machine = chance.index(self.plan.machines);
        let door = self.machine(machine, |machine| machine.life.as_ref()?.door.clone())?;
        Some((machine, door))
    }

    /// Whether a process may be started on this machine.
    pub(super) fn may_start(&self, machine: usize) -> bool {
        if self.is_lost(machine) {
            return false;
        }
        match *lock(&self.starts) {
            Starts::Everywhere => true,
            Starts::OnlyOn(only) => machine == only,
        }
    }

    /// Whether this machine is gone for good.
    pub(super) fn is_lost(&self, machine: usize) -> bool {
        self.plan.lost.is_some_and(|lost| lost.machine == machine && self.elapsed() >= self.plan.heals_at)
    }

    pub(super) fn set_starts(&self, starts: Starts) {
        *lock(&self.starts) = starts;
    }

    /// What a provider is like at present.
    pub(super) fn mood(&self, channel: Channel) -> Mood {
        lock(&self.moods).get(&channel).copied().unwrap_or_default()
    }

    pub(super) fn set_mood(&self, channel: Channel, mood: Mood) {
        lock(&self.moods).insert(channel, mood);
    }

    /// Looks at the journals, and then at whatever is asked.
    pub(super) fn check<T>(&self, with: impl FnOnce(&mut Check, &Trace) -> T) -> T {
        let mut check = lock(&self.check);
        check.catch_up(&self.trace, self.elapsed());
        with(&mut check, &self.trace)
    }

    /// Whether something was found.
    pub(super) fn has_failed(&self) -> bool {
        lock(&self.check).has_failed()
    }
}

/// What machines are called.
pub(super) fn name(machine: usize) -> &'static str {
    ["alpha", "beta", "gamma", "delta", "epsilon"].get(machine).copied().unwrap_or("other")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
