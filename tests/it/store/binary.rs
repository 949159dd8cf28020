//! `pd store` and `pd serve` as a user has them.

use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use serde_json::Value;

use crate::cluster::{Datacenter, shared};
use crate::rig::Rig;

/// How long an incident may take to be there.
const SOON: Duration = Duration::from_secs(60);

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs a command that fails; what it says.
fn fails(rig: &Rig, arguments: &[&str], code: i32) -> String {
    let output = rig.pd(arguments);
    let said = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "pd {arguments:?}: {said}");
    said
}

/// Sends a trigger and waits for its incident; the number.
fn open(rig: &Rig, key: &str) -> u64 {
    assert_eq!(rig.trigger(key).status, 202, "{}", rig.said());
    let mut number = None;
    rig.wait_until("the incident", SOON, || {
        number = listed(rig).into_iter().find(|(_, title)| title.contains(key)).map(|(number, _)| number);
        number.is_some()
    });
    number.unwrap()
}

/// Open incidents: numbers and titles.
fn listed(rig: &Rig) -> Vec<(u64, String)> {
    let incidents = rig.list("/incidents?statuses[]=triggered", "incidents").into_iter();
    incidents
        .map(|incident| {
            (incident["incident_number"].as_u64().unwrap(), incident["title"].as_str().unwrap().to_owned())
        })
        .collect()
}

fn checks(rig: &Rig, arguments: &[&str]) -> Vec<Value> {
    serde_json::from_str(&rig.ok(arguments)).unwrap()
}

fn one<'a>(checks: &'a [Value], name: &str) -> &'a Value {
    checks.iter().find(|check| check["check"] == name).unwrap_or_else(|| panic!("no {name} in {checks:?}"))
}

#[test]
fn files_are_checked_moved_and_served() {
    let mut rig = Rig::start();
    assert_eq!(open(&rig, "first"), 1);
    let data = rig.data().to_str().unwrap().to_owned();
    let running = checks(&rig, &["store", "check", "--data", &data, "-o", "json"]);
    assert!(running.iter().all(|check| check["verdict"] == "ok" || check["check"] == "room"), "{running:?}");
    assert!(one(&running, "file")["bytes"].as_u64().unwrap() > 0);
    assert!(one(&running, "room")["free_bytes"].as_u64().unwrap() > 0);
    let copy = ["store", "copy", "sqlite:pd.db", "sqlite:next.db", "--data", &data];
    assert!(fails(&rig, &copy, 1).contains("in use"));
    assert_eq!(rig.term(), Some(0));

    let said = rig.ok(&["store", "init", "sqlite:pd.db"]);
    assert!(said.contains("a file"), "{said}");
    let said = rig.ok(&copy);
    assert!(said.contains("moved") && said.contains("next.db"), "{said}");
    let refused = rig.try_up().unwrap_err();
    assert!(refused.contains("was moved to") && refused.contains("next.db"), "{refused}");
    rig.configure("[store]\ndefault = \"sqlite:next.db\"\n");
    rig.up();
    assert_eq!(listed(&rig).len(), 1);
    assert_eq!(open(&rig, "second"), 2);
    assert_eq!(rig.term(), Some(0));

    // A page in the middle is overwritten.
    let file = std::fs::File::options().write(true).open(rig.data().join("next.db")).unwrap();
    file.write_all_at(&[0xff; 20_000], 20_000).unwrap();
    let output = rig.pd(&["store", "check", "sqlite:next.db", "--data", &data]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("integrity\tbad"), "{said}");
}

#[test]
fn an_installation_is_moved_to_a_cluster_and_back() {
    let Some(cluster) = shared() else { return };
    let url = cluster.url(&cluster.keyspace_name(), Datacenter::One);
    let mut rig = Rig::start();
    assert_eq!(open(&rig, "first"), 1);
    assert_eq!(rig.term(), Some(0));
    let data = rig.data().to_str().unwrap().to_owned();

    let said = fails(&rig, &["store", "check", &url], 1);
    assert!(said.contains("pd store init"), "{said}");
    let said = rig.ok(&["store", "init", &url, "--replication", "dc1=2,dc2=2,dc3=1"]);
    assert!(said.contains("made the keyspace (dc1 2, dc2 2, dc3 1)"), "{said}");
    let said = rig.ok(&["store", "init", &url]);
    assert!(said.contains("all is there already"), "{said}");
    let said = fails(&rig, &["store", "init", &url, "--replication", "dc1=1"], 1);
    assert!(said.contains("left alone"), "{said}");

    // Others change the schema beside this, and nodes of a busy machine may be slow to agree and to answer.
    let check = ["store", "check", &url, "-o", "json"];
    let mut found: Vec<Value> = Vec::new();
    rig.wait_until("all is well", SOON * 3, || {
        let output = rig.pd(&check);
        found = serde_json::from_slice(&output.stdout).unwrap_or_default();
        output.status.success()
    });
    assert_eq!(found.iter().filter(|check| check["check"] == "node").count(), 5, "{found:?}");
    assert_eq!(one(&found, "margin")["margin"], 2);
    assert_eq!(one(&found, "node")["commitlog_sync"], "batch");
    assert_eq!(one(&found, "node")["paxos_variant"], "v2");
    assert!(one(&found, "append")["median_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(one(&found, "schema")["verdict"], "ok");
    assert!(one(&found, "skew")["skew_ms"].is_i64() && one(&found, "clock")["ahead_ms"].is_i64());

    rig.ok(&["store", "copy", "sqlite:pd.db", &url, "--data", &data]);
    let refused = rig.try_up().unwrap_err();
    assert!(refused.contains("was moved to cassandra://"), "{refused}");
    rig.configure(&format!("[store]\ndefault = \"{url}\"\n"));
    rig.up();
    rig.wait_until("what was open", SOON, || listed(&rig).len() == 1);
    assert_eq!(open(&rig, "second"), 2, "numbers go on");
    assert_eq!(rig.term(), Some(0));

    let back = ["store", "copy", &url, "sqlite:back.db", "--data", &data];
    let said = fails(&rig, &back, 1);
    assert!(said.contains("within the last minute"), "{said}");
    rig.ok(&[&back[..], &["--force"]].concat());
    let refused = rig.try_up().unwrap_err();
    assert!(refused.contains("was moved to sqlite:"), "{refused}");
    let said = fails(&rig, &["store", "check", &url], 1);
    assert!(said.contains("was moved to"), "{said}");
    rig.configure("[store]\ndefault = \"sqlite:back.db\"\n");
    rig.up();
    assert_eq!(listed(&rig).len(), 2);
    assert_eq!(open(&rig, "third"), 3);
}
