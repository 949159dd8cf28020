//! What happens to machines, stores and providers in this run, and when it ends.

use std::sync::Arc;
use std::time::Duration;

use pd::domain::user::Channel;
use pd::journal::{Error, Journal as _, LogName, Outcome, Seq};

use super::LOOK;
use super::chance::Chance;
use super::check::at_once;
use super::damage;
use super::plan::{Mode, Trouble};
use super::process;
use super::providers::Mood;
use super::town::{Town, name};
use super::weather::{Away, CHECKER, Climate};

/// How often a supervisor looks whether its process still lives.
const SUPERVISION: Duration = Duration::from_millis(700);

/// The other stage's journal stays away until that of incidents is so far into its next segment that two snapshots may
/// be there, but not for longer than so many looks.
const MORE_THAN_A_SEGMENT: u64 = 100;
const AWAY_LOOK: Duration = Duration::from_secs(5);
const AWAY_MAX_LOOKS: u32 = 60;

/// For how many looks a process is waited for that is to be stopped as it appends.
const CAUGHT_MAX_LOOKS: u32 = 80;

pub(super) const CHANNELS: [Channel; 4] = [Channel::Email, Channel::Webhook, Channel::Sms, Channel::Console];

/// Starts processes that are not there, as a supervisor does.
pub(super) async fn supervise(town: Arc<Town>, machine: usize) {
    let chance = town.chance.fork();
    loop {
        if town.machine(machine, |at| at.life.is_none()) {
            if town.machine(machine, |at| at.lives) > 0 {
                let slow = town.elapsed() < town.plan.heals_at && chance.permille(300);
                town.clock.sleep(chance.millis(100, if slow { 60_000 } else { 3_000 })).await;
            }
            if town.may_start(machine) {
                process::start(&town, machine);
            }
        }
        town.clock.sleep(SUPERVISION).await;
    }
}

/// Lets things go wrong until it is time, and then heals them if this run is to show that.
pub(super) async fn run(town: Arc<Town>) {
    let chance = town.chance.fork();
    loop {
        let peace = chance.about(town.plan.peace);
        if town.elapsed() + peace >= town.plan.heals_at {
            break;
        }
        town.clock.sleep(peace).await;
        let trouble = *chance.pick(&town.plan.troubles);
        tokio::spawn(happens(Arc::clone(&town), trouble, chance.fork()));
    }
    if town.plan.mode == Mode::Liveness {
        town.clock.sleep(town.plan.heals_at.saturating_sub(town.elapsed())).await;
        heal(&town, &chance);
    }
}

/// For how long a trouble lasts: never beyond the moment when everything heals.
fn lasts(town: &Town, chance: &Chance, mean: u64) -> Duration {
    let left = town.plan.heals_at.saturating_sub(town.elapsed());
    chance.about(Duration::from_secs(mean)).min(left)
}

async fn happens(town: Arc<Town>, trouble: Trouble, chance: Chance) {
    let machine = chance.index(town.plan.machines);
    let who = name(machine);
    match trouble {
        Trouble::Crash => process::crash(&town, machine),
        Trouble::Stop => {
            if let Some(life) = town.machine(machine, |at| at.life.clone()) {
                town.trace.say(who, "stop", || "is asked to end".to_owned());
                life.stop.cancel();
            }
        }
        Trouble::Freeze => freeze(&town, &chance, machine, 12).await,
        Trouble::LongFreeze => {
            if chance.permille(500) {
                catch_in_an_append(&town, machine).await;
            }
            freeze(&town, &chance, machine, 120).await;
        }
        Trouble::CutOff => {
            let (doors, stages) = (chance.permille(600), chance.permille(600));
            cut_off(&town, &chance, machine, (doors, stages)).await;
        }
        Trouble::Climate => {
            let (doors, stages) = (chance.permille(600), chance.permille(700));
            let everywhere = chance.permille(300);
            let climate = climate(&chance);
            let machines = if everywhere { 0..town.plan.machines } else { machine..machine + 1 };
            let set = |climate| {
                for machine in machines.clone() {
                    if doors {
                        town.doors_weather.set(machine, climate);
                    }
                    if stages {
                        town.stages_weather.set(machine, climate);
                    }
                }
            };
            let what = if everywhere { "everybody" } else { who };
            town.trace.say("the store", machine, || {
                format!("(doors: {doors}, stages: {stages}) for {what} becomes {climate:?}")
            });
            set(climate);
            town.clock.sleep(lasts(&town, &chance, 40)).await;
            town.trace.say("the store", machine, || format!("for {what} is well again"));
            set(Climate::default());
        }
        Trouble::Clock => {
            let off = town.plan.offset(&chance) * if chance.permille(500) { 5 } else { 60 };
            let time = town.machine(machine, |at| Arc::clone(&at.time));
            town.trace.say(who, off, || format!("has a clock that is off by {off} ms"));
            time.set(off);
            town.clock.sleep(lasts(&town, &chance, 40)).await;
            let off = town.plan.offset(&chance);
            town.trace.say(who, off, || format!("has a clock that is off by {off} ms only"));
            time.set(off);
        }
        Trouble::Provider => {
            let channel = *chance.pick(&CHANNELS);
            let mood = Mood {
                refuses: chance.below(400),
                rejects: chance.below(100),
                hangs: chance.below(250),
                drops_reply: chance.below(250),
                longest_ms: 100 + chance.below(9000),
            };
            town.trace.say("provider", channel as u8, || format!("of {channel:?} becomes {mood:?}"));
            town.set_mood(channel, mood);
            town.clock.sleep(lasts(&town, &chance, 60)).await;
            town.trace.say("provider", channel as u8, || format!("of {channel:?} is well again"));
            town.set_mood(channel, Mood::default());
        }
        Trouble::Journal => journal_away(&town, &chance).await,
        Trouble::Damage => damage::one(&town, &chance),
        Trouble::Door => door_left_unread(&town, &chance, machine).await,
        Trouble::Archive => {
            let outcome = if chance.permille(500) { Outcome::Unknown } else { Outcome::NotDone };
            town.trace.say("archive", 1, || format!("does not answer, its outcome is {outcome:?}"));
            town.archive.fail_with(Some(Error::Unavailable { reason: "away".to_owned(), outcome }));
            town.clock.sleep(lasts(&town, &chance, 30)).await;
            town.trace.say("archive", 2, || "answers again".to_owned());
            town.archive.fail_with(None);
        }
    }
}

async fn freeze(town: &Town, chance: &Chance, machine: usize, mean: u64) {
    sleeps(town, machine, lasts(town, chance, mean)).await;
}

/// The process on this machine does nothing for so long.
pub(super) async fn sleeps(town: &Town, machine: usize, time: Duration) {
    let Some(life) = town.machine(machine, |at| at.life.clone()) else { return };
    town.trace.say(name(machine), "freeze", || format!("freezes for {} ms", time.as_millis()));
    life.gate.freeze(true);
    town.clock.sleep(time).await;
    if town.is_lost(machine) {
        return;
    }
    town.trace.say(name(machine), "thaw", || "goes on".to_owned());
    life.gate.freeze(false);
}

async fn cut_off(town: &Town, chance: &Chance, machine: usize, (doors, stages): (bool, bool)) {
    let number = u32::try_from(machine).unwrap_or(u32::MAX);
    town.trace.say(name(machine), (doors, stages), || {
        format!("is cut off from the stores (doors: {doors}, stages: {stages})")
    });
    if doors {
        town.doors.cut_off(number, true);
    }
    if stages {
        town.stages.cut_off(number, true);
    }
    town.clock.sleep(lasts(town, chance, 25)).await;
    town.trace.say(name(machine), "reaches", || "reaches the stores again".to_owned());
    town.doors.cut_off(number, false);
    town.stages.cut_off(number, false);
}

/// Waits for a while until the process begins to append to a stage's journal, which fails, and stops it there: what it
/// does first when it goes on is to append once more, into a slot that may be gone.
async fn catch_in_an_append(town: &Town, machine: usize) {
    let Some(life) = town.machine(machine, |at| at.life.clone()) else { return };
    town.stages_weather.catch(Some((machine, life.gate)));
    for _ in 0..CAUGHT_MAX_LOOKS {
        if !town.stages_weather.catches() || town.elapsed() + LOOK >= town.plan.heals_at {
            break;
        }
        town.clock.sleep(LOOK).await;
    }
    town.stages_weather.catch(None);
}

/// A process dies that has taken in what could not be read. Others see that it is silent and close its door, but cannot
/// read but the end of it until long after that.
async fn door_left_unread(town: &Town, chance: &Chance, machine: usize) {
    let lives: Vec<_> = town.lives().into_iter().filter(|(at, _)| *at == machine).collect();
    let Some(log) = town.check(|check, _| check.doors_of(&lives)).into_iter().next() else { return };
    town.trace.say("the store", (log.as_str(), 1), || format!("cannot read {log}"));
    town.doors_weather.take_away(&log, Away::ForReaders, None);
    town.clock.sleep(chance.millis(5_000, 40_000)).await;
    process::crash(town, machine);
    let next = at_once(town.doors.handle(CHECKER).extent(&log)).map_or(0, |extent| extent.next.0);
    town.doors_weather.give_back(&log);
    town.doors_weather.take_away(&log, Away::ToRead(Seq(next.saturating_sub(1))), None);
    let given_up = town.plan.purge.silence + chance.millis(10_000, 60_000);
    town.clock.sleep(given_up.min(town.plan.heals_at.saturating_sub(town.elapsed()))).await;
    town.trace.say("the store", (log.as_str(), 2), || format!("can read {log} again"));
    town.doors_weather.give_back(&log);
}

/// One machine, or none of them, can use the journal of a stage, or read what comes in by a door.
async fn journal_away(town: &Town, chance: &Chance) {
    let lives = town.lives();
    let of_events = town.check(|check, _| check.doors_of(&lives));
    let (weather, log, away) = match chance.below(4) {
        0 => (&town.stages_weather, LogName::incidents(), Away::Altogether),
        1 => (&town.stages_weather, LogName::notify(), Away::Altogether),
        _ if of_events.is_empty() => return,
        _ => (&town.doors_weather, chance.pick(&of_events).clone(), Away::ForReaders),
    };
    let machine = chance.index(town.plan.machines);
    let from = chance.permille(400).then(|| u32::try_from(machine).unwrap_or(0));
    town.trace.say("the store", (log.as_str(), from), || match from {
        Some(_) => format!("is without {log} for {}: {away:?}", name(machine)),
        None => format!("is without {log} for everybody: {away:?}"),
    });
    weather.take_away(&log, away, from);
    if log == LogName::notify() && from.is_none() {
        until_incidents_go_on(town).await;
    } else {
        let mean = if away == Away::ForReaders { 30 } else { 90 };
        town.clock.sleep(lasts(town, chance, mean)).await;
    }
    town.trace.say("the store", log.as_str(), || format!("has {log} again"));
    weather.give_back(&log);
}

/// Until a segment of the journal of incidents could be removed, would it not be read yet.
async fn until_incidents_go_on(town: &Town) {
    let next = || town.check(|check, _| check.incidents_next());
    let enough = next().0 + town.plan.segment + MORE_THAN_A_SEGMENT;
    for _ in 0..AWAY_MAX_LOOKS {
        if next().0 >= enough || town.elapsed() + AWAY_LOOK >= town.plan.heals_at {
            break;
        }
        town.clock.sleep(AWAY_LOOK).await;
    }
}

fn climate(chance: &Chance) -> Climate {
    let some = |limit| if chance.permille(500) { chance.below(limit) } else { 0 };
    Climate {
        late: some(80),
        lost_reply: some(150),
        doubled: some(150),
        unavailable: some(300),
        no_space: some(60),
        slow: some(300),
        gap: some(400),
        longest: *chance.pick(&[50, 1_000, 8_000, 30_000]),
    }
}

/// From now on nothing is wrong any more.
pub(super) fn heal(town: &Town, chance: &Chance) {
    town.trace.say("everything", 0, || "is well from now on".to_owned());
    for machine in 0..town.plan.machines {
        let number = u32::try_from(machine).unwrap_or(u32::MAX);
        town.doors.cut_off(number, false);
        town.stages.cut_off(number, false);
        town.doors_weather.set(machine, Climate::default());
        town.stages_weather.set(machine, Climate::default());
        let offset = town.plan.offset(chance);
        town.machine(machine, |at| at.time.set(offset));
    }
    town.doors_weather.give_all_back();
    town.stages_weather.give_all_back();
    for (machine, life) in town.lives() {
        match town.plan.lost.filter(|lost| lost.machine == machine) {
            Some(lost) if lost.frozen => life.gate.freeze(true),
            Some(_) => process::crash(town, machine),
            None => life.gate.freeze(false),
        }
    }
    for channel in CHANNELS {
        town.set_mood(channel, Mood::default());
    }
    town.archive.fail_with(None);
}
