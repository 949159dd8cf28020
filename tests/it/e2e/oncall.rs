//! Schedules from the command line, against the real server.

use std::time::Duration;

use serde_json::{Value, json};

use crate::rig::Rig;

/// Runs `pd` with the words of a line, which has to succeed.
fn pd(rig: &Rig, line: &str) -> String {
    rig.ok(&line.split(' ').collect::<Vec<_>>())
}

fn has(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "no `{word}` in\n{text}");
    }
}

/// Users `ann` and `bob`, and ann in the schedule `Primary`; its id.
fn set_up(rig: &Rig) -> String {
    let user = |name: &str| {
        let body =
            json!({"user": {"name": name, "email": format!("{name}@example.org"), "time_zone": "UTC"}});
        rig.rest("POST", "/users", Some(&body))["user"]["id"].clone()
    };
    let (ann, _) = (user("ann"), user("bob"));
    let first = "2026-01-05T09:00:00Z";
    let schedule = json!({"schedule": {"name": "Primary", "time_zone": "Europe/Berlin", "schedule_layers": [
        {"name": "Days", "start": first, "rotation_virtual_start": first, "rotation_turn_length_seconds": 86_400,
         "users": [{"user": {"id": ann, "type": "user_reference"}}]}]}});
    rig.rest("POST", "/schedules", Some(&schedule))["schedule"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn schedules_are_shown_and_overridden() {
    let rig = Rig::start();
    set_up(&rig);
    has(&pd(&rig, "schedule list"), &["Primary\tEurope/Berlin\tann\tP"]);
    has(
        &pd(&rig, "schedule show prim --since 2026-02-01 --days 2"),
        &[
            "layer Days\t2026-01-31T23:00:00Z\t2026-02-02T23:00:00Z\tann",
            "final\t2026-01-31T23:00:00Z\t2026-02-02T23:00:00Z\tann",
        ],
    );
    has(
        &pd(&rig, "schedule show Primary --since 2026-01-05 --days 2 --width 60"),
        &[
            "Primary, 79.2 % covered, times in Europe/Berlin",
            "Overrides",
            "Final",
            "!nobody!!",
            "│ann──",
            "nobody from Mon 05 Jan 00:00 to Mon 05 Jan 10:00",
        ],
    );

    let created: Value =
        serde_json::from_str(&pd(&rig, "override create primary --user bob --for 4h -o json")).unwrap();
    let id = created["id"].as_str().unwrap();
    has(&pd(&rig, "override list primary"), &["bob\t", id]);
    has(&pd(&rig, "schedule show primary --days 2"), &["overrides\t", "\tbob\n"]);
    has(&pd(&rig, &format!("override delete primary {id}")), &["the override ends now"]);
    let later =
        "override create primary --user ann@example.org --start 2099-01-01T10:00 --end 2099-01-01T11:00 -q";
    let later = pd(&rig, later);
    has(&pd(&rig, "undo --show"), &["create override ", "ann in Primary from ", "can be undone until"]);
    has(&pd(&rig, &format!("override delete primary {}", later.trim())), &["is deleted"]);
    has(&pd(&rig, "undo"), &["the override is there again: ann in Primary from "]);
    let listed = "override list primary --since 2099-01-01 --until 2099-02-01";
    has(&pd(&rig, listed), &["ann\t2099-01-01T09:00:00Z\t2099-01-01T10:00:00Z", later.trim()]);
    pd(&rig, "override create primary --user bob --start 2099-01-02T10:00 --for 1h");
    has(&pd(&rig, "undo"), &["took the override back: bob in Primary from "]);
    assert!(!pd(&rig, listed).contains("bob"));
    let again = format!("override delete primary {id}");
    for (wrong, code) in [
        (again.as_str(), 1),
        ("override create primary --user ann@example.org --start 2020-01-01 --end 2020-01-02", 1),
        ("override create primary --user ann@example.org --start 2027-03-28T02:30 --for 1h", 2),
        ("override create primary --user nobody --for 1h", 5),
        ("schedule show secondary", 5),
    ] {
        let output = rig.pd(&wrong.split(' ').collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(code), "{wrong}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn whoever_is_on_call_is_named_and_paged() {
    let rig = Rig::start();
    let schedule = set_up(&rig);
    let policy = rig.list("/escalation_policies", "escalation_policies").remove(0);
    let rules = json!({"escalation_policy": {"escalation_rules": [{"escalation_delay_in_minutes": 30,
        "targets": [{"id": schedule, "type": "schedule_reference"}]}]}});
    let path = format!("/escalation_policies/{}", policy["id"].as_str().unwrap());
    rig.rest("PUT", &path, Some(&rules));
    has(&pd(&rig, "oncall"), &["default\t1\tann\tPrimary\t2026-01-05T09:00:00Z\t"]);
    assert_eq!(pd(&rig, "oncall --user bob"), "");
    pd(&rig, "override create primary --user bob --for 4h");
    has(&pd(&rig, "oncall --policy default --schedule primary -o json"), &["\"summary\": \"bob\""]);
    assert_eq!(rig.trigger("disk").status, 202);
    rig.wait_until("the story of the page", Duration::from_secs(60), || {
        let output = rig.pd(&["show", "disk"]);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        told.contains("Level 1 pages bob") && told.contains("bob is on call by schedule Primary, an override")
    });

    let url = pd(&rig, "feed create --user ann@example.org");
    assert!(url.contains("/ical/") && url.trim().ends_with(".ics"), "{url}");
    let id = pd(&rig, "feed list -q");
    has(&pd(&rig, &format!("feed delete {}", id.trim())), &["does not work any more"]);
}
