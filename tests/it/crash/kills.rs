//! `kill -9`, twenty times, at random moments under load.

use super::world::World;
use crate::rig::chance::{Chance, seed};

#[test]
fn what_was_accepted_survives_kills() {
    let mut chance = Chance::new(seed("kills"));
    let mut world = World::prepare("");
    world.rig.up();
    world.reach_somebody();
    let sent = world.live_and_die(&mut chance, |rig, _| rig.kill9(), |rig| rig.up());
    world.judge(&sent);
    assert_eq!(world.rig.term(), Some(0), "an orderly end after all that");
}
