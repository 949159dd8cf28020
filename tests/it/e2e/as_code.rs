//! Files of configuration and accounts elsewhere, through the real binary and real servers.

use std::fs;
use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::rig::Rig;

const FILE: &str = r#"
[[users]]
email = "ann@example.org"
name = "Ann"

[[users]]
email = "bob@example.org"
name = "Bob"
contact_methods = [{ type = "webhook", label = "Chat", address = "https://chat.example.org/x" }]
notification_rules = [{ urgency = "high", contact_method = "Chat", delay = "2m" }]

[[teams]]
name = "web"
description = "the front"
members = [{ user = "bob@example.org", role = "responder" }, { user = "ann@example.org" }]

[[teams]]
name = "db"

[[schedules]]
name = "primary"
time_zone = "America/New_York"
teams = ["web"]

[[schedules.layers]]
name = "Weekly"
users = ["ann@example.org", "bob@example.org"]
rotation_start = 2026-01-05T09:00:00
turn = "7d"

[[schedules.layers]]
name = "Nights"
users = ["bob@example.org", "ann@example.org", "bob@example.org"]
rotation_start = 2026-01-05T21:30:00
turn = "36h"
restrictions = [{ start = "22:00", duration = "8h" }, { day = "sat", start = "12:00", duration = "1d" }]

[[escalation_policies]]
name = "web"
num_loops = 1
teams = ["db", "web"]
levels = [
    { delay = "10m", targets = [{ schedule = "primary" }], round_robin = true },
    { delay = "20m", targets = [{ user = "ann@example.org" }] },
]

[[services]]
name = "api"
escalation_policy = "web"
urgency = "severity_based"
integrations = [{ name = "Prometheus", key = "00112233445566778899aabbccddeeff" }]

[[maintenance_windows]]
description = "upgrade"
services = ["api"]
weekly = { time_zone = "Europe/Berlin", days = ["sunday"], start = "03:00", duration = "2h" }
"#;

/// Runs `pd`, which has to end with this code; what it said on both streams.
fn pd(rig: &Rig, args: &[&str], code: i32) -> String {
    let output = rig.pd(args);
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
    said
}

fn has(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "no `{word}` in\n{text}");
    }
}

fn schedule(rig: &Rig, range: &str) -> Value {
    let id = rig.list("/schedules?query=primary", "schedules")[0]["id"].as_str().unwrap().to_owned();
    rig.rest("GET", &format!("/schedules/{id}{range}"), None)["schedule"].clone()
}

#[test]
fn a_file_is_planned_applied_and_exported() {
    let rig = Rig::start();
    let path = rig.home().join("oncall.toml");
    fs::write(&path, FILE).unwrap();
    let file = path.to_str().unwrap();
    let said = pd(&rig, &["apply", "-f", file, "--dry-run"], 0);
    has(&said, &["+ user ann@example.org", "+ schedule primary", "+ service api", "nothing was done"]);
    has(&pd(&rig, &["apply", "-f", file], 0), &["8 created, 0 changed, 0 removed"]);
    has(&pd(&rig, &["apply", "-f", file], 0), &["nothing to do"]);
    pd(&rig, &["apply", "-f", file, "--error-unchanged"], 3);

    let exported = pd(&rig, &["export"], 0);
    has(
        &exported,
        &[
            "    { user = \"ann@example.org\", role = \"manager\" },\n    { user = \"bob@example.org\", role = \"responder\" },\n",
            "teams = [\"db\", \"web\"]",
            "[[schedules.layers]]",
            "rotation_start = \"2026-01-05T09:00:00-05:00\"",
            "turn = \"7d\"",
        ],
    );
    fs::write(&path, &exported).unwrap();
    has(&pd(&rig, &["apply", "-f", file], 0), &["nothing to do"]);
    let as_json = pd(&rig, &["export", "-o", "json"], 0);
    let other = rig.home().join("oncall.json");
    fs::write(&other, as_json).unwrap();
    has(&pd(&rig, &["apply", "-f", other.to_str().unwrap()], 0), &["nothing to do"]);

    fs::write(&path, FILE.replace("\"ann@example.org\", \"bob@example.org\"]", "\"bob@example.org\"]"))
        .unwrap();
    let plan = pd(&rig, &["apply", "-f", file, "--dry-run", "-o", "json"], 0);
    let plan: Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(plan["changes"][0]["fields"][0]["path"], "layers[\"Weekly\"].users", "{plan}");
    assert_eq!((&plan["effects"][0]["from"], &plan["effects"][0]["to"]), (&json!("Ann"), &json!("Bob")));

    fs::write(&path, FILE.replace("\"web\"\nurgency", "\"nowhere\"\nurgency")).unwrap();
    has(
        &pd(&rig, &["apply", "-f", file], 1),
        &["oncall.toml: services[\"api\"]: escalation_policy: there is no escalation policy `nowhere`"],
    );
    // Nobody can be asked here.
    fs::write(&path, FILE).unwrap();
    let fewer = FILE.split("[[maintenance_windows]]").next().unwrap().to_owned() + "\n";
    fs::write(&path, "maintenance_windows = []\n".to_owned() + &fewer).unwrap();
    has(&pd(&rig, &["apply", "-f", file], 0), &["--prune removes them", "maintenance window upgrade"]);
    let asked = rig.pd(&["apply", "-f", file, "--prune"]);
    assert_ne!(asked.status.code(), Some(0));
}

#[test]
fn an_account_elsewhere_is_taken_over_and_its_shifts_are_the_same() {
    let (source, target) = (Rig::start(), Rig::start());
    let path = source.home().join("oncall.toml");
    fs::write(&path, FILE).unwrap();
    pd(&source, &["apply", "-f", path.to_str().unwrap()], 0);
    for (from, length) in [("3d", "9h"), ("40d", "2d")] {
        pd(
            &source,
            &["override", "create", "primary", "--user", "ann@example.org", "--start", from, "--for", length],
            0,
        );
    }
    let token = target.home().join("key.txt");
    fs::write(&token, &source.context().token).unwrap();
    let import = |more: &[&str], code: i32| {
        let from = source.url();
        let mut args =
            vec!["import", "pagerduty", "--from", &from, "--from-token-file", token.to_str().unwrap()];
        args.extend(more);
        pd(&target, &args, code)
    };
    has(&import(&["--dry-run"], 0), &["+ user ann@example.org", "nothing was done"]);
    has(&import(&[], 0), &["2 overrides made"]);
    has(&import(&[], 0), &["nothing to do", "0 overrides made, 2 were there"]);

    let now = SystemClock::new().now();
    let until = now.plus(Duration::from_secs(90 * 24 * 60 * 60));
    let range = format!("?since={}&until={}&time_zone=UTC", now.to_iso(), until.to_iso());
    let shifts = |rig: &Rig| -> Vec<String> {
        let shown = schedule(rig, &range);
        let shift = |it: &Value| format!("{} {} {}", it["start"], it["end"], it["user"]["summary"]);
        shown["final_schedule"]["rendered_schedule_entries"].as_array().unwrap().iter().map(shift).collect()
    };
    let theirs = shifts(&source);
    assert!(theirs.len() > 50, "{theirs:?}");
    assert_eq!(shifts(&target), theirs);
    let keys = |rig: &Rig| {
        let service = rig.list("/services?query=api&include[]=integrations", "services");
        service[0]["integrations"][0]["integration_key"].as_str().unwrap().to_owned()
    };
    assert_eq!(keys(&target), "00112233445566778899aabbccddeeff");
    assert_eq!(keys(&source), keys(&target));
    let teams = |rig: &Rig| -> Vec<Value> {
        let whole = pd(rig, &["export", "--only", "teams,schedules,escalation_policies", "-o", "json"], 0);
        let whole: Value = serde_json::from_str(&whole).unwrap();
        let primary = |kind: &str| {
            let theirs = whole[kind].as_array().unwrap().iter().filter(|it| it["teams"] != json!([]));
            theirs.map(|it| json!([it["name"], it["teams"]])).collect::<Value>()
        };
        vec![whole["teams"].clone(), primary("schedules"), primary("escalation_policies")]
    };
    let carried = teams(&target);
    assert_eq!(carried, teams(&source));
    assert_eq!(
        carried[0][1]["members"][1],
        json!({"user": "bob@example.org", "role": "responder"}),
        "{carried:?}"
    );
    assert_eq!(carried[1..], [json!([["primary", ["web"]]]), json!([["web", ["db", "web"]]])]);
    let other = target.home().join("account.json");
    import(&["--save", other.to_str().unwrap()], 0);
    has(&pd(&target, &["apply", "-f", other.to_str().unwrap()], 0), &["nothing to do"]);
}
