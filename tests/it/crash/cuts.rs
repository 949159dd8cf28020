//! Power cuts, twenty times, at random moments under load: only what was synced is there afterwards, and perhaps some
//! of the rest.

use super::world::World;
use crate::rig::chance::{Chance, seed};
use crate::rig::power::Unsynced;

#[test]
fn what_was_accepted_survives_power_cuts() {
    let mut chance = Chance::new(seed("cuts"));
    let mut world = World::prepare("");
    world.rig.power();
    world.rig.up();
    world.reach_somebody();
    let sent = world.live_and_die(
        &mut chance,
        |rig, chance| {
            let torn = chance.coin().then(|| Unsynced::Torn { seed: chance.next() });
            rig.cut(torn.unwrap_or(Unsynced::Lost));
        },
        |rig| {
            rig.power();
            rig.up();
        },
    );
    world.judge(&sent);
}

/// The first start makes the data folder; a cut in the middle of that must not leave one that nobody can open.
#[test]
fn the_first_start_survives_power_cuts() {
    let mut chance = Chance::new(seed("first start"));
    for _ in 0..6 {
        let mut world = World::prepare("");
        world.rig.power();
        world.rig.begin();
        std::thread::sleep(std::time::Duration::from_millis(chance.below(250)));
        world.rig.cut(Unsynced::Torn { seed: chance.next() });
        world.rig.power();
        world.rig.up();
        assert_eq!(world.rig.trigger("after the cut").status, 202, "{}", world.rig.said());
    }
}
