//! A disk that becomes read-only while the server runs, and one that fails to sync.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::world::World;
use crate::rig::chance::{Chance, seed};
use crate::rig::http::Answer;
use crate::rig::load::{Load, Sent};
use crate::rig::refusal::Switch;
use crate::rig::{event, poll};

const LIMIT: Duration = Duration::from_secs(60);
/// Between two events of a sender.
const PAUSE: Duration = Duration::from_millis(25);
const SENDERS: usize = 3;
/// How often the disk turns read-only under load.
const TURNS: usize = 6;

fn world(config: &str) -> (World, Switch) {
    let mut world = World::prepare(config);
    let switch = Switch::on(&mut world.rig);
    world.rig.up();
    world.reach_somebody();
    (world, switch)
}

impl World {
    fn trigger(&self, sent: &mut Vec<Sent>, dedup_key: &str) -> Answer {
        let answer = self.rig.post_event(&event(&self.rig.context().routing_key, "trigger", dedup_key));
        sent.push(Sent { dedup_key: dedup_key.to_owned(), status: Some(answer.status) });
        answer
    }

    fn load(&self, name: &str) -> Load {
        let context = self.rig.context();
        Load::start(&context.address, &context.routing_key, name, SENDERS, PAUSE)
    }

    /// Waits until nothing is written any more, so that no sync is on its way.
    fn rest(&self) {
        let commits = || {
            let metrics = String::from_utf8(self.rig.get("/metrics").body).unwrap();
            metrics.lines().find(|line| line.starts_with("pd_store_commits")).unwrap().to_owned()
        };
        self.rig.wait_until("the server rests", LIMIT, || {
            let before = commits();
            std::thread::sleep(Duration::from_millis(700));
            before == commits()
        });
    }

    fn status(&self) -> Value {
        self.rig.rest("GET", "/status", None)["status"].clone()
    }

    fn health(&self) -> (u16, String) {
        let answer = self.rig.get("/health");
        (answer.status, answer.json()["why_not"].to_string())
    }

    fn keys(&self) -> BTreeSet<String> {
        let keys = self.incidents().into_iter();
        keys.map(|incident| incident["incident_key"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

fn is_clear(answer: &Answer) {
    assert_eq!(answer.status, 503, "{answer}");
    assert!(String::from_utf8_lossy(&answer.body).contains("read-only"), "no reason in {answer}");
    assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{answer:?}");
}

#[test]
fn a_disk_that_turns_read_only_refuses_shows_and_recovers() {
    let (mut world, switch) = world("");
    let mut sent = Vec::new();
    for number in 0..20 {
        assert_eq!(world.trigger(&mut sent, &format!("before-{number}")).status, 202);
    }
    world.judge(&sent);
    world.rest();
    let process = world.status()["process"].clone();

    switch.read_only();
    for number in 0..10 {
        is_clear(&world.trigger(&mut sent, &format!("refused-{number}")));
    }
    world.rig.wait_until("the health check says why", LIMIT, || {
        let (status, why_not) = world.health();
        status == 503 && why_not.contains("read-only")
    });
    // It is known by now, without another attempt to write.
    is_clear(&world.trigger(&mut sent, "refused-10"));
    world.reads_still_work();
    // Commands are refused as clearly, and change nothing.
    let first = world.incidents().into_iter().find(|it| it["incident_key"] == "before-0").unwrap();
    let path = format!("/incidents/{}", first["id"].as_str().unwrap());
    let body = json!({"incident": {"type": "incident_reference", "status": "acknowledged"}}).to_string();
    is_clear(&world.rig.request("PUT", &path, Some(body.as_bytes())).unwrap());
    let output = world.rig.pd(&["ack", "before-0"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("read-only"), "{output:?}");
    assert_eq!(world.rig.rest("GET", &path, None)["incident"]["status"], "triggered");

    // Healthy again under load: nobody has to do anything.
    let load = world.load("load");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(load.accepted(), 0, "accepted on a read-only disk");
    switch.heal();
    world.rig.wait_until("events are accepted again", LIMIT, || load.accepted() > 10);
    sent.extend(load.finish());
    world.rig.wait_until("the health check is good again", LIMIT, || world.health().0 == 200);
    assert_eq!(world.status()["process"], process, "it was started anew");
    world.rig.ok(&["ack", "before-0"]);
    world.judge(&sent);
    let keys = world.keys();
    let refused = keys.iter().filter(|key| key.starts_with("refused")).collect::<Vec<_>>();
    assert!(refused.is_empty(), "refused, but stored: {refused:?}");
    assert_eq!(world.rig.term(), Some(0));
    world.rig.up();
    world.judge(&sent);
    assert_eq!(world.keys(), keys);
}

impl World {
    fn reads_still_work(&self) {
        let list = self.rig.ok(&["list"]);
        assert!(list.contains("before-0") && list.contains("before-19"), "{list}");
        let shown = self.rig.ok(&["show", "before-7"]);
        assert!(shown.contains("First event of disk of before-7 is full"), "{shown}");
        assert!(!self.rig.ok(&["log", "before-7"]).is_empty());
        let output = self.rig.pd(&["status"]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let store = said.lines().find(|line| line.starts_with("store doors"));
        assert!(store.is_some_and(|line| line.contains("read-only")), "{output:?}");
        assert_eq!(output.status.code(), Some(1), "pd status of a server that is not ready");
    }
}

#[test]
fn a_disk_that_turns_read_only_under_load_loses_nothing() {
    let mut chance = Chance::new(seed("read-only under load"));
    let (mut world, switch) = world("");
    let load = world.load("load");
    for _ in 0..TURNS {
        let before = load.accepted();
        world.rig.wait_until("an event is accepted", LIMIT, || load.accepted() > before);
        std::thread::sleep(Duration::from_millis(chance.below(400)));
        switch.read_only();
        std::thread::sleep(Duration::from_millis(100 + chance.below(900)));
        // Where it turned between a write and its sync, nobody knows what the disk holds, and the server ends.
        let ended = world.rig.ended(Duration::ZERO);
        switch.heal();
        if ended.is_some() {
            assert!(world.rig.said().contains("must end"), "{}", world.rig.said());
            world.rig.up();
            load.redirect(&world.rig.context().address);
        }
    }
    let before = load.accepted();
    world.rig.wait_until("events are accepted again", LIMIT, || load.accepted() > before);
    world.judge(&load.finish());
}

#[test]
fn a_disk_that_fails_to_sync_ends_the_server() {
    let (mut world, switch) = world("");
    let load = world.load("load");
    world.rig.wait_until("events are accepted", LIMIT, || load.accepted() > 20);
    switch.fail_syncs();
    let ended = world.rig.ended(LIMIT).expect("it goes on after a failed sync");
    assert_eq!(ended.signal(), Some(rustix::process::Signal::ABORT.as_raw()), "{}", world.rig.said());
    assert!(poll(LIMIT, || world.rig.said().contains("must end")), "no reason in {}", world.rig.said());
    // As long as the disk is like that, it does not start.
    let said = world.rig.try_up().expect_err("a server came up on a disk that does not sync");
    assert!(said.contains("Input/output error"), "no reason in {said}");
    switch.heal();
    world.rig.up();
    load.redirect(&world.rig.context().address);
    let before = load.accepted();
    world.rig.wait_until("events are accepted again", LIMIT, || load.accepted() > before + 20);
    world.judge(&load.finish());
}

#[test]
fn the_archive_outlives_a_read_only_disk() {
    let (mut world, switch) = world("[retention]\nincidents = \"10s\"\n");
    let mut sent = Vec::new();
    assert_eq!(world.trigger(&mut sent, "kept").status, 202);
    world.judge(&sent);
    world.rig.ok(&["resolve", "kept"]);
    let resolved = || world.status()["incidents"]["resolved"].clone();
    world.rig.wait_until("it is resolved", LIMIT, || resolved() == 1);
    world.rest();
    let process = world.status()["process"].clone();
    switch.read_only();
    assert_eq!(resolved(), 1, "it went to the archive before it was due");
    world.rig.wait_until("the status names what the archive lacks", LIMIT, || {
        let hints = world.status()["hints"].to_string();
        hints.contains("archiving was not finished") && hints.contains("read-only")
    });
    assert_eq!(resolved(), 1);
    assert!(world.rig.ok(&["show", "kept"]).contains("disk of kept is full"));
    switch.heal();
    world.rig.wait_until("it is archived", LIMIT, || resolved() == 0);
    world.rig.wait_until("nothing is amiss", LIMIT, || world.status()["hints"] == json!([]));
    assert_eq!(world.status()["process"], process, "it was started anew");
    assert!(world.rig.ok(&["show", "kept"]).contains("disk of kept is full"));
    assert_eq!(world.rig.term(), Some(0));
}
