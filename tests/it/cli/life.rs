//! What people do with incidents: against a server that is told what to answer, and against a real one.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::fake::Fake;
use super::world::World;
use crate::rig::Rig;

#[tokio::test]
async fn a_storm_is_acknowledged_at_once_and_what_was_not_is_counted() {
    let fake = Fake::start().await;
    fake.storm(300);
    fake.change(399, |incident| incident["locked"] = true.into());
    let world = World::with(&fake);
    let ran = world.pd("ack --all -y").await;
    assert_eq!(ran.code, 7, "{}", ran.shown());
    assert_eq!(ran.stdout, "acknowledged 300 incidents; 1 incident left alone\n");
    assert!(ran.stderr.contains("could not be locked"), "{}", ran.stderr);
    // What is left is tried again, and nothing else.
    fake.change(399, |incident| incident["locked"] = false.into());
    let ran = world.pd("ack --all -q").await;
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "Q0000000000399\n"), "{}", ran.stderr);
    let ran = world.pd("ack --all").await;
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "acknowledged 0 incidents\n"));
    let ran = world.pd("resolve --all --service nowhere").await;
    assert_eq!(ran.code, 5, "{}", ran.shown());
}

/// In order, in one shell; each line says what it prints begins with, or with which code it ends.
const STORY: &str = "\
pd trigger 'disk full' -k disk -q => disk
pd trigger 'queue long' -k queue -q => queue
sleep 0 => 
pd snooze disk --for 1h => snoozed #1 disk full until
pd undo => undid snooze of [#1] disk full
pd list --status triggered -q | wc -l => 2
pd merge queue --into disk => merged 1 into #1 disk full
pd undo => undid merge of [#2] queue long
pd ack 1 => acknowledged #1 disk full
pd undo --show => acknowledge
pd unack 1 => triggered #1 disk full
pd undo => ! 1
pd urgency low 1 2 => changed #1 disk full
pd priority P1 1 => changed #1 disk full
pd escalate 1 --level 2 => escalated #1 disk full to
pd assign 1 --policy default => ! 0
pd note 1 'a fuse' => noted on #1 disk full
pd link 1 https://wiki/disk runbook => linked to #1 disk full
pd link 1 wiki => ! 1
pd snooze 1 --for 8d => ! 1
pd ack --all -y --service default => acknowledged 2 incidents
pd show 1 => #1 disk full
pd resolve --all -y => resolved 2 incidents
pd snooze 1 => ! 1
";

#[test]
fn the_life_of_an_incident_by_command() {
    let rig = Rig::start();
    let wait = "for n in $(seq 300); do [ \"$(pd list -q | wc -l)\" -ge COUNT ] && break; sleep 0.1; done";
    for line in STORY.lines() {
        let (command, expected) = line.split_once(" => ").unwrap();
        let command = if command == "sleep 0" { wait.replace("COUNT", "2") } else { command.to_owned() };
        let output = rig.shell(&command);
        let out = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let said = format!("{command}\n{out}\n{}", String::from_utf8_lossy(&output.stderr));
        match expected.strip_prefix("! ") {
            Some(code) => assert_eq!(output.status.code(), Some(code.parse().unwrap()), "{said}"),
            None => {
                assert!(output.status.success() && out.starts_with(expected), "expected {expected}: {said}")
            }
        }
    }
}
