//! The rules of incidents in the loop: doors, events and crashes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use pd::domain::command::{Actor, Ask, Command, Founding, NewUser};
use pd::domain::id::IdKey;
use pd::domain::incidents::input::Input;
use pd::domain::service::RoutingKey;
use pd::domain::user::Role;
use pd::door::{self, Head, Registered};
use pd::ids::Ids as _;
use pd::incidents::Incidents;
use pd::journal::LogName;
use pd::journal::memory::{NoFaults, SeededFaults};
use pd::keyring::Keyring;
use pd::stage::{Bell, NoMark, Signal};
use uuid::Uuid;

use super::world::{Running, Seeded, World, eager};

const SEEDS: u64 = 12;
const LIVES: u64 = 6;

async fn run(world: &World, process: u32) -> Running<Incidents> {
    let stage = || Incidents::new(Bell::default());
    let given = world.process(process).0;
    world.run_stage(given, stage, eager(), || Box::new(NoMark)).await.unwrap()
}

pub(super) fn founding(world: &World, routing_key: RoutingKey) -> Input {
    let (keyring, ids) = (Keyring::new([1; 32]), &*world.ids);
    let user_key = keyring.new_user_key(ids);
    let founding = Founding {
        id_key: IdKey([1, 2]),
        console: keyring.seal(&user_key, "console", ids).unwrap(),
        user: NewUser {
            email: keyring.seal(&user_key, "ann@example.com", ids).unwrap(),
            key: user_key,
            name: "ann".into(),
            role: Role::Owner,
            time_zone: "UTC".into(),
            job_title: None,
            description: None,
            color: None,
        },
        routing_key,
        token_sha256: "0".repeat(64).into(),
    };
    let now = world.clock.now();
    Input::Command(Box::new(Command {
        id: ids.uuid(now),
        actor: Actor { user: None, token: None },
        accepted_at: now,
        idempotency_key: None,
        ask: Ask::Found(Box::new(founding)),
    }))
}

/// Opens a door, as a process does at its start.
async fn open_door(world: &World, door: Uuid) {
    let registered =
        Registered { door, process: Uuid::from_u128(1), at: world.clock.now(), node: "one".to_owned() };
    let mut body = serde_json::to_vec(&registered).unwrap();
    body.push(b'\n');
    world.put(&LogName::door_index(), door::FORMAT, body.into()).await;
    world.ring(Signal::Index);
}

/// Writes triggers with these keys through a door, as one entry.
async fn trigger(world: &World, door: Uuid, routing_key: RoutingKey, keys: &[String]) {
    let mut batch = Vec::new();
    for key in keys {
        let body = crate::rig::event(routing_key.as_str(), "trigger", key).to_string();
        let (id, at) = (world.ids.uuid(world.clock.now()), world.clock.now());
        let head = Head { id, at, len: body.len(), dedup_key: None, routing_key: None, ping: None };
        door::encode(&head, body.as_bytes(), &mut batch);
    }
    world.put(&LogName::door_events(door), door::FORMAT, batch.into()).await;
    world.ring(Signal::Doors);
}

async fn crashes(seed: u64) {
    let world = World::new(seed, NoFaults);
    let (chance, routing_key) = (Seeded::new(!seed), RoutingKey::from_random([7; 16]));
    let first = run(&world, 1).await;
    first.handle.local.send(founding(&world, routing_key)).await.unwrap();
    world.wait_until("it is founded", || first.state().account.is_some()).await;
    first.stop().await;

    let mut keys = Vec::new();
    for life in 0..LIVES {
        world.set_faults(SeededFaults::new(seed ^ life, 200, Duration::from_millis(30)));
        let running = run(&world, 1).await;
        let door = world.ids.uuid(world.clock.now());
        open_door(&world, door).await;
        for burst in 0..chance.random() % 5 {
            // Each key comes twice, once more in another entry.
            let mut burst: Vec<_> =
                (0..=chance.random() % 3).map(|n| format!("key {life}-{burst}-{n}")).collect();
            trigger(&world, door, routing_key, &burst).await;
            world.clock.sleep(Duration::from_millis(chance.random() % 30)).await;
            trigger(&world, door, routing_key, &burst).await;
            keys.append(&mut burst);
        }
        running.kill().await;
    }
    world.set_faults(NoFaults);
    let last = run(&world, 2).await;
    world.wait_until("all are incidents", || last.state().incidents.len() == keys.len()).await;
    // Whatever is still to be read adds to them and makes no more.
    world.clock.sleep(Duration::from_secs(5)).await;
    let state = last.state();
    let opened: BTreeSet<Arc<str>> =
        state.incidents.values().map(|incident| incident.alerts[0].dedup_key.0.clone()).collect();
    assert_eq!(opened, keys.iter().map(|key| Arc::from(key.as_str())).collect());
    assert_eq!(state.incidents.len(), keys.len());
    let triggers: u64 = state.incidents.values().map(|incident| incident.alerts[0].events).sum();
    assert_eq!(triggers, 2 * keys.len() as u64, "each event counts once");
    last.stop().await;
}

#[tokio::test(start_paused = true)]
async fn every_event_counts_once_and_every_key_is_one_incident() {
    for seed in 0..SEEDS {
        let done = tokio::spawn(crashes(seed)).await;
        assert!(done.is_ok(), "seed {seed}");
    }
}
