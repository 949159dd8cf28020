//! An operator who puts the stores back to what they held some time ago, and at times forgets that processes live.

use std::sync::Arc;
use std::time::Duration;

use pd::archive::memory::MemoryArchiveCopy;
use pd::journal::memory::MemoryCopy;

use super::check::Check;
use super::process;
use super::town::{Starts, Town, name};
use super::{LOOK, trace::Trace};

/// How long stores answer nobody while they are put back: no store that holds more than nothing is put back faster.
const PUT_BACK_TAKES: Duration = Duration::from_millis(1200);

/// A backup of everything, of one moment.
struct Copy {
    doors: MemoryCopy,
    stages: MemoryCopy,
    archive: MemoryArchiveCopy,
    /// What the checks knew then.
    check: Check,
}

impl Copy {
    fn of(town: &Town) -> Self {
        let check = town.check(|check, _| check.clone());
        let (doors, stages) = (town.doors.copy(), town.stages.copy());
        Self { doors, stages, archive: town.archive.copy(), check }
    }

    fn put_back(&self, town: &Town, trace: &Trace) {
        trace.say("operator", 2, || "restores the copy".to_owned());
        town.doors.restore(&self.doors);
        town.stages.restore(&self.stages);
        town.archive.restore(&self.archive);
    }
}

/// Restores the stores, if this run has that in store.
pub(super) async fn run(town: Arc<Town>) {
    let Some(plan) = town.plan.restore else { return };
    let chance = town.chance.fork();
    town.clock.sleep(plan.copied_at).await;
    town.trace.say("operator", 1, || "takes a copy of the stores".to_owned());
    let copy = Copy::of(&town);
    town.clock.sleep(plan.lost).await;
    if let Some(goes_on) = plan.goes_on {
        let stores = [&town.doors_weather, &town.stages_weather];
        town.trace.say("operator", 4, || "stops the stores, and forgets that processes live".to_owned());
        stores.iter().for_each(|store| store.close(true));
        town.clock.sleep(PUT_BACK_TAKES).await;
        stores.iter().for_each(|store| store.close(false));
        let lives = town.lives();
        town.check(|check, trace| {
            copy.put_back(&town, trace);
            check.tear(trace, &copy.check, &lives);
        });
        town.clock.sleep(goes_on).await;
    }
    let first = chance.index(town.plan.machines);
    town.set_starts(Starts::OnlyOn(first));
    let lives = town.lives();
    for (machine, _) in &lives {
        process::crash(&town, *machine);
    }
    town.check(|check, trace| {
        copy.put_back(&town, trace);
        check.restored(&copy.check, lives.iter().map(|(_, life)| life.process));
    });
    town.machine(first, |at| at.restored = true);
    let before = copy.check.epoch();
    while town.check(|check, _| check.epoch()) == before {
        town.clock.sleep(LOOK).await;
    }
    town.trace.say("operator", 3, || format!("sees that {} has begun an epoch", name(first)));
    town.set_starts(Starts::Everywhere);
}
