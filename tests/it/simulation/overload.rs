//! More comes than can be done: a program of one run, in which retries, scheduled work and eager processes could make it
//! worse.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::fate::{CHANNELS, heal, sleeps};
use super::providers::Mood;
use super::town::{Town, name};
use super::weather::Climate;

/// When everything is slow and much comes.
pub(super) const LASTS: Range<Duration> = Duration::from_secs(60)..Duration::from_secs(240);
/// How many times as much as usual comes then.
pub(super) const RUSH: u32 = 12;

/// Lets it happen, and then heals everything.
pub(super) async fn run(town: Arc<Town>) {
    let chance = town.chance.fork();
    let until = |at: Duration| town.clock.sleep(at.saturating_sub(town.elapsed()));
    until(LASTS.start).await;
    let climate = Climate { slow: 1000, longest: 300 + chance.below(900), ..Climate::default() };
    town.trace.say("the store", 0, || format!("becomes slow for everybody: {climate:?}"));
    for machine in 0..town.plan.machines {
        town.doors_weather.set(machine, climate);
        town.stages_weather.set(machine, climate);
    }
    town.clock.sleep(chance.millis(5_000, 20_000)).await;
    let channel = *chance.pick(&CHANNELS);
    // Not all of them: so many in a row that fail are left to the breaker of the channel.
    let refuses = 500 + chance.below(300);
    let mood = Mood { refuses, longest_ms: 100 + chance.below(2_000), ..Mood::default() };
    town.trace.say("provider", channel as u8, || format!("of {channel:?} becomes {mood:?}"));
    town.set_mood(channel, mood);
    town.clock.sleep(chance.millis(5_000, 20_000)).await;
    let machine = chance.index(town.plan.machines);
    sleeps(&town, machine, chance.millis(20_000, 80_000)).await;
    until(LASTS.end).await;
    town.trace.say(name(machine), 1, || "is as fast as ever, and so is everything".to_owned());
    heal(&town, &chance);
}
