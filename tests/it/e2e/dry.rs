//! `--dry-run`: what would be done is said, and nothing is.

use std::time::Duration;

use serde_json::json;

use super::nouns::{pd, run};
use crate::rig::Rig;

/// Everything that any of the commands below would change.
fn everything(rig: &Rig) -> Vec<String> {
    let lists = [
        "list --all -o json",
        "log 1 -o json",
        "log 2 -o json",
        "audit -o json",
        "override list primary -o json",
        "maintenance list --all -o json",
        "heartbeat list -o json",
        "calendar list -o json",
        "feed list -o json",
        "key list -o json",
        "rule list -o json",
        "context list -o json",
        "drill report -o json",
    ];
    lists.iter().map(|line| pd(rig, line)).collect()
}

#[test]
fn what_would_be_done_is_said_and_nothing_is() {
    let rig = Rig::start();
    let bob = json!({"user": {"name": "bob", "email": "bob@example.org", "time_zone": "UTC"}});
    let bob = rig.rest("POST", "/users", Some(&bob))["user"]["id"].as_str().unwrap().to_owned();
    let layer = json!({"start": "2026-01-01T00:00:00Z", "rotation_virtual_start": "2026-01-01T00:00:00Z",
        "rotation_turn_length_seconds": 86_400, "users": [{"user": {"id": bob, "type": "user_reference"}}]});
    let schedule = json!({"schedule": {"name": "primary", "time_zone": "UTC", "schedule_layers": [layer]}});
    rig.rest("POST", "/schedules", Some(&schedule));
    let cover = pd(&rig, "override create primary --user bob --start 24h --for 1h -q");
    let window = pd(&rig, "maintenance create upgrade --if 'source == \"x\"' --for 1h -q");
    pd(&rig, "heartbeat create backup --service default --period 1d");
    pd(&rig, "rule add flood --if 'source == \"x\"' --drop");
    for key in ["one", "two"] {
        assert_eq!(rig.trigger(key).status, 202);
    }
    rig.wait_until("both are there", Duration::from_secs(40), || pd(&rig, "list -q").lines().count() == 2);
    let note = pd(&rig, "note 1 hello -q");
    let note = note.trim();
    let nothing = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n";
    std::fs::write(rig.home().join("away.ics"), nothing).unwrap();
    let calendar = pd(&rig, "calendar import away.ics --name holidays --user bob -q");
    pd(&rig, "feed create --user bob");
    let feed = pd(&rig, "feed list -q");
    let before = everything(&rig);

    let (cover, window) = (cover.trim(), window.trim());
    let (calendar, feed) = (calendar.trim(), feed.trim());
    let would = |line: &str, expected: &str| {
        let said = pd(&rig, &format!("{line} --dry-run"));
        assert!(said.starts_with(expected), "{line}: {said}");
    };
    would("trigger 'disk full'", "would trigger disk full");
    would("merge 2 --into 1", "would merge #2 into #1 ");
    would("note 1 again", "would write a note on #1 ");
    would(&format!("note 1 again --edit {note}"), "would write a note on #1 ");
    would(&format!("note 1 --delete {note}"), "would delete a note on #1 ");
    would("link 1 https://wiki.example.org", "would link https://wiki.example.org to #1 ");
    would("update 1 'we look at it'", "would write to the subscribers of #1 ");
    would("subscribe 1 --user bob", "would subscribe bob to #1 ");
    would("subscribe 1 --user bob --remove", "would unsubscribe bob from #1 ");
    would("responder add 1 --user bob", "would ask bob to help with #1 ");
    would("responder join 1", "would say that you help with #1 ");
    would("responder decline 1", "would say that you do not help with #1 ");
    would("responder cancel 1", "would take back every request ");
    would(
        "override create primary --user bob --start 48h --for 1h",
        "would put bob on call in primary from ",
    );
    would(
        &format!("override delete primary {cover}"),
        &format!("would delete the override {cover} of primary"),
    );
    would(
        "maintenance create move --service default --for 1h",
        "would make a maintenance window for default",
    );
    would(&format!("maintenance end {window}"), &format!("would end the maintenance window {window}"));
    would(&format!("maintenance delete {window}"), &format!("would delete the maintenance window {window}"));
    would("heartbeat create collector --service default --period 1m", "would make the heartbeat collector");
    would("heartbeat delete backup", "would delete the heartbeat backup");
    would("calendar import away.ics --name away --user bob", "would make the calendar away");
    would(&format!("calendar delete {calendar}"), &format!("would delete the calendar {calendar}"));
    would("feed create --user bob", "would make an address for the shifts of bob");
    would(&format!("feed delete {feed}"), &format!("would make the address {feed} stop to work"));
    would("key create ci --read", "would make the token ci");
    would("rule add second --drop --first", "second\t");
    would("context add lab --url http://127.0.0.1:1", "would add lab to ");
    would("drill run provider --channel console --for 5s", "would run provider for 5 s");
    let (said, _, code) = run(&rig, "rule remove flood --dry-run");
    assert_eq!((said.as_str(), code), ("", 0), "no rule would be left");
    for (line, what) in [
        ("merge 2 --into 77", "`77`"),
        ("calendar delete P1A2B3C", "P1A2B3C"),
        ("feed delete P1A2B3C", "P1A2B3C"),
        ("maintenance end P1A2B3C", "P1A2B3C"),
        ("maintenance delete P1A2B3C", "P1A2B3C"),
    ] {
        let (_, said, code) = run(&rig, &format!("{line} --dry-run"));
        assert!(code == 5 && said.contains(what), "what is named must be there: {line}: {said}");
    }
    let (_, said, code) = run(&rig, "feed create");
    assert!(code == 2 && said.contains("<--user <USER>|--schedule <SCHEDULE>>"), "{said}");
    let event: serde_json::Value =
        serde_json::from_str(&pd(&rig, "trigger x -k y --dry-run -o json")).unwrap();
    assert_eq!((event["payload"]["summary"].as_str(), event["dedup_key"].as_str()), (Some("x"), Some("y")));
    for (now, before) in everything(&rig).iter().zip(&before) {
        assert_eq!(now, before);
    }
}
