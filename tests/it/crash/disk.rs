//! A full disk and a read-only one, on a small file system of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::world::World;
use crate::rig::event;
use crate::rig::http::Answer;
use crate::rig::load::Sent;

const SIZE_MIB: usize = 48;
/// What intake leaves to the rest.
const RESERVE: &str = "[limits]\nfree_disk = \"8MiB\"\n";
const LIMIT: Duration = Duration::from_secs(60);

/// A small file system in memory, unmounted when dropped.
struct Disk {
    parent: tempfile::TempDir,
}

impl Disk {
    /// `None` where mounting is not permitted; then one line says so. In CI it must be.
    fn mount(test: &str) -> Option<Self> {
        let disk = Self { parent: tempfile::Builder::new().prefix("pd-disk").tempdir().unwrap() };
        fs::create_dir(disk.path()).unwrap();
        let output = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={SIZE_MIB}m,mode=0700"), "pd-test"])
            .arg(disk.path())
            .output();
        match output {
            Ok(output) if output.status.success() => Some(disk),
            refused => {
                let required = std::env::var_os("CI").is_some() && rustix::process::geteuid().is_root();
                assert!(!required, "cannot mount: {refused:?}");
                #[expect(clippy::print_stderr, reason = "a test that is left out says so")]
                {
                    eprintln!("{test}: left out, mounting a tmpfs is not permitted here");
                }
                None
            }
        }
    }

    fn path(&self) -> PathBuf {
        self.parent.path().join("disk")
    }

    fn remount(&self, how: &str) {
        let status = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(self.path()).status();
        assert!(status.unwrap().success(), "remount,{how}");
    }

    /// Writes until nothing goes in any more.
    fn fill(&self) {
        let chunk = vec![b'.'; 64 << 10];
        let mut bytes = Vec::new();
        while fs::write(self.ballast(), &bytes).is_ok() {
            bytes.extend_from_slice(&chunk);
        }
    }

    fn relieve(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Fails only when it was never mounted.
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).output();
    }
}

fn world_on(disk: &Path) -> World {
    let mut world = World::prepare(RESERVE);
    world.rig.keep_data_in(&disk.join("data"));
    world.rig.up();
    world.reach_somebody();
    world
}

impl World {
    fn send(&self, sent: &mut Vec<Sent>, dedup_key: &str, bytes: usize) -> Answer {
        let mut body = event(&self.rig.context().routing_key, "trigger", dedup_key);
        body["payload"]["custom_details"] = json!({ "filler": "x".repeat(bytes) });
        let answer = self.rig.post_event(&body);
        sent.push(Sent { dedup_key: dedup_key.to_owned(), status: Some(answer.status) });
        answer
    }
}

/// A refusal says what is the matter, so that whoever reads the sender's log knows it.
fn is_clear(answer: &Answer) {
    assert_eq!(answer.status, 503, "{answer}");
    let said = String::from_utf8_lossy(&answer.body).to_lowercase();
    assert!(said.contains("disk") || said.contains("space"), "no reason in {answer}");
}

#[test]
fn a_full_disk_refuses_and_recovers() {
    let Some(disk) = Disk::mount("a full disk") else { return };
    let mut world = world_on(&disk.path());
    let mut sent = Vec::new();
    // Intake fills the disk up to what is left to the stages.
    let mut refused = None;
    for number in 0..4 * SIZE_MIB {
        let answer = world.send(&mut sent, &format!("large-{number}"), 256 << 10);
        if answer.status != 202 {
            refused = Some(answer);
            break;
        }
    }
    is_clear(&refused.expect("the disk never filled up"));
    world.rig.wait_until("the health check names the reserve", LIMIT, || {
        let answer = world.rig.get("/health");
        answer.status == 503 && answer.json()["why_not"].to_string().contains("nearly full")
    });
    let output = world.rig.pd(&["status"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let store = said.lines().find(|line| line.starts_with("store doors"));
    assert!(store.is_some_and(|line| line.contains("8 MiB are kept for pages")), "{output:?}");
    assert!(!world.rig.ok(&["list"]).is_empty());
    // Somebody else takes the rest: now nothing can be written at all.
    disk.fill();
    for number in 0..10 {
        is_clear(&world.send(&mut sent, &format!("full-{number}"), 10));
    }
    world.rig.wait_until("the health check says so", LIMIT, || world.rig.get("/health").status == 503);
    // Space again: nobody has to do anything.
    disk.relieve();
    grow(&disk);
    let mut number = 0;
    let rig_says = "an event is accepted again";
    assert!(
        crate::rig::poll(LIMIT, || {
            number += 1;
            world.send(&mut sent, &format!("after-{number}"), 10).status == 202
        }),
        "not within {LIMIT:?}: {rig_says}\n{}",
        world.rig.said()
    );
    world.judge(&sent);
    world.rig.restart();
    world.judge(&sent);
}

/// As an operator's volume grows, or old files go.
fn grow(disk: &Disk) {
    disk.remount(&format!("size={}m", 2 * SIZE_MIB));
}

#[test]
fn a_read_only_disk_refuses_and_recovers() {
    let Some(disk) = Disk::mount("a read-only disk") else { return };
    let mut world = world_on(&disk.path());
    let mut sent = Vec::new();
    for number in 0..20 {
        assert_eq!(world.send(&mut sent, &format!("before-{number}"), 10).status, 202);
    }
    world.judge(&sent);
    world.rig.kill9();
    disk.remount("ro");
    let said = world.rig.try_up().expect_err("a server came up without a disk to write to");
    assert!(said.to_lowercase().contains("read-only"), "no reason in {said}");
    disk.remount("rw");
    world.rig.up();
    assert_eq!(world.send(&mut sent, "after", 10).status, 202);
    world.judge(&sent);
}
