//! Failures that are made on purpose, through the real binary on files.

use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::rig::Rig;

const LONG: Duration = Duration::from_secs(180);

/// Begins a drill; its id.
fn begin(rig: &Rig, drill: &Value) -> String {
    let made = rig.rest("POST", "/drills", Some(&json!({ "drill": drill })));
    made["drill"]["id"].as_str().unwrap().to_owned()
}

fn drill(rig: &Rig, id: &str) -> Value {
    rig.rest("GET", &format!("/drills/{id}"), None)["drill"].clone()
}

fn enters(rig: &Rig, id: &str, phase: &str) {
    rig.wait_until(&format!("the drill comes to `{phase}`"), LONG, || drill(rig, id)["phase"] == *phase);
}

/// Waits for the end; the drill, which has passed.
fn passes(rig: &Rig, id: &str) -> Value {
    enters(rig, id, "ended");
    let drill = drill(rig, id);
    assert_eq!(drill["verdict"], "passed", "{drill:#}\n{}", rig.said());
    for phase in ["before", "during", "after"] {
        let it = &drill[phase];
        assert!(it["accepted"].as_u64().unwrap() > 0 && it["reached"] == it["accepted"], "{drill:#}");
        assert_eq!((&it["lost"], &it["late"], &it["repeated"]), (&json!(0), &json!(0), &json!(0)));
    }
    drill
}

fn metrics(rig: &Rig) -> String {
    String::from_utf8_lossy(&rig.get("/metrics").body).into_owned()
}

/// The longest that a canary of this phase waited for its message.
fn longest(drill: &Value, phase: &str) -> f64 {
    drill[phase]["page_seconds"]["max"].as_f64().unwrap()
}

/// Nothing of a drill is open when it is over, and nobody but its own user was told.
fn leaves_nothing_open(rig: &Rig) {
    let open = rig.list("/incidents?statuses[]=triggered&statuses[]=acknowledged", "incidents");
    let of_drills = open.iter().filter(|incident| incident["service"]["summary"] == "pd drill");
    assert_eq!(of_drills.count(), 0, "{open:#?}");
}

#[test]
fn a_slow_store_and_input_that_comes_twice() {
    let rig = Rig::start();
    // Everything by the command line: the report is what it prints, and its exit code says how it went.
    let report = rig.ok(&["drill", "run", "slow-store", "--by", "300ms", "--for", "3s"]);
    assert!(report.contains("drill slow-store on") && report.contains(": passed"), "{report}");
    let slow = rig.list("/drills", "drills")[0].clone();
    assert_eq!((&slow["verdict"], &slow["seconds"]), (&json!("passed"), &json!(3)));
    let accepted = &slow["during"]["accept_seconds"]["median"];
    assert!(accepted.as_f64().unwrap() >= 0.3, "an append took longer: {slow:#}");

    let id = begin(&rig, &json!({"kind": "duplicate-input", "seconds": 4}));
    let other = json!({"drill": {"kind": "clock", "seconds": 5}}).to_string().into_bytes();
    let answer = rig.request("POST", "/drills", Some(&other)).unwrap();
    assert_eq!(answer.status, 409, "one at a time: {answer}");
    enters(&rig, &id, "during");
    rig.wait_until("it is made", LONG, || metrics(&rig).contains("pd_drill{drill=\"duplicate-input\"} 1"));
    assert_eq!(rig.trigger("twice").status, 202);
    passes(&rig, &id);
    assert!(!metrics(&rig).contains("pd_drill{"), "nothing is made any more");
    let incidents = rig.list("/incidents", "incidents");
    let of_mine: Vec<_> = incidents.iter().filter(|it| it["incident_key"] == "twice").collect();
    assert_eq!(of_mine.len(), 1, "{incidents:#?}");
    let number = of_mine[0]["incident_number"].as_u64().unwrap().to_string();
    assert!(rig.ok(&["log", &number]).contains("Triggered once more"), "it was stored twice");
    leaves_nothing_open(&rig);
    let listed = rig.ok(&["drill", "report"]);
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert!(rig.ok(&["drill", "report", &id]).contains("is stored twice"));
    // What drills have made is exported, and is the same when it is read again.
    std::fs::write(rig.home().join("all.toml"), rig.ok(&["export"])).unwrap();
    let file = rig.home().join("all.toml").display().to_string();
    let again = rig.pd(&["apply", "-f", &file, "--error-unchanged"]);
    assert_eq!(again.status.code(), Some(3), "{}", String::from_utf8_lossy(&again.stdout));
}

#[test]
fn stages_that_stand_still_and_a_drill_that_a_crash_cuts_short() {
    let mut rig = Rig::start();
    let refused = rig.pd(&["drill", "run", "node", "--for", "31s"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        refused.status.code() == Some(1) && said.contains("no other process would do the work"),
        "{said}"
    );
    let refused = rig.pd(&["drill", "run", "datacenter"]);
    assert_eq!(refused.status.code(), Some(1));

    let id = begin(&rig, &json!({"kind": "node", "seconds": 4}));
    enters(&rig, &id, "during");
    rig.wait_until("it is made", LONG, || metrics(&rig).contains("pd_drill{drill=\"node\"} 1"));
    let node = passes(&rig, &id);
    assert!(longest(&node, "during") >= 2.0, "what was sent first waited for the end: {node:#}");
    // Announced before it began, in a timeline that says all.
    let number = node["incident_number"].as_u64().unwrap().to_string();
    let log = rig.ok(&["log", &number]);
    for said in ["drill node on", "announced", "begins now", "is over, as planned", "passed"] {
        assert!(log.contains(said), "{said}: {log}");
    }

    let id = begin(&rig, &json!({"kind": "clock", "seconds": 600, "by_ms": 50_000}));
    enters(&rig, &id, "during");
    rig.kill9();
    rig.up();
    let cut = drill(&rig, &id);
    rig.wait_until("the next start knows", LONG, || drill(&rig, &id)["verdict"] == "interrupted");
    assert!(off(&rig).abs() < 15_000, "its failure ended with it: {cut:#}");
    rig.wait_until("its alerts are resolved", LONG, || {
        let open = rig.list("/incidents?statuses[]=triggered", "incidents");
        !open.iter().any(|incident| incident["service"]["summary"] == "pd drill")
    });
    // Another one may begin, and be ended by hand.
    let id = begin(&rig, &json!({"kind": "duplicate-input", "seconds": 600}));
    enters(&rig, &id, "during");
    rig.ok(&["drill", "stop"]);
    enters(&rig, &id, "ended");
    assert_eq!(drill(&rig, &id)["verdict"], "stopped");
    leaves_nothing_open(&rig);
    assert_eq!(rig.pd(&["drill", "stop"]).status.code(), Some(5));
}

/// By how many milliseconds the server's clock is ahead.
fn off(rig: &Rig) -> i64 {
    let status = rig.rest("GET", "/status", None);
    let now = pd::domain::time::Timestamp::parse(status["status"]["now"].as_str().unwrap()).unwrap();
    now.as_millis() - SystemClock::new().now().as_millis()
}

#[test]
fn a_provider_that_is_down_and_a_clock_that_is_wrong() {
    let rig = Rig::start();
    let id = begin(&rig, &json!({"kind": "provider", "seconds": 3}));
    let provider = passes(&rig, &id);
    assert!(provider["does"].as_str().unwrap().contains("webhook"), "{provider:#}");
    let metrics = metrics(&rig);
    let postponed = "pd_messages_total{channel=\"webhook\",outcome=\"postponed\"} ";
    let count = metrics.split_once(postponed).map_or("", |(_, rest)| rest.lines().next().unwrap());
    assert!(count.parse::<u64>().unwrap() > 0, "{metrics}");

    let id = begin(&rig, &json!({"kind": "clock", "seconds": 4, "by_ms": -50_000}));
    enters(&rig, &id, "during");
    rig.wait_until("the clock is wrong", LONG, || {
        off(&rig) < -25_000 || drill(&rig, &id)["phase"] != "during"
    });
    passes(&rig, &id);
    assert!(off(&rig).abs() < 25_000, "it is right again");
    leaves_nothing_open(&rig);
}
