//! Rules, windows, heartbeats and wrapped jobs, through the real binary.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::rig::Rig;

const LONG: Duration = Duration::from_secs(60);

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn rules_are_tried_before_they_are_relied_on() {
    let rig = Rig::start();
    rig.ok(&["rule", "add", "tests", "--if", "source is matching('test-*')", "--drop"]);
    rig.ok(&[
        "rule",
        "add",
        "mild",
        "--if",
        "custom_details.env == 'lab'",
        "--suppress",
        "--service",
        "default",
    ]);
    let told = rig.ok(&["route", "test", "disk full", "--source", "test-1", "--expect", "default"]);
    assert!(told.contains("dropped") && told.contains("`tests`"), "{told}");
    let told = rig.ok(&["route", "test", "disk full", "--source", "db-1", "-d", "env=lab", "-o", "json"]);
    let told = json_of(&told);
    assert_eq!(
        (told["outcome"].as_str(), told["incident"]["hold"]["type"].as_str()),
        (Some("opens"), Some("suppressed"))
    );
    let wrong = rig.pd(&["route", "test", "disk full", "--expect", "elsewhere"]);
    assert_eq!(wrong.status.code(), Some(1));
    let refused = rig.pd(&["rule", "add", "bad", "--if", "sorce == 'x'", "--drop"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(1) && said.contains("did you mean `source`?"), "{said}");

    let key = rig.context().routing_key.clone();
    let event = |source: &str, env: &str| {
        json!({"routing_key": key, "event_action": "trigger", "dedup_key": source, "payload": {
            "summary": format!("{source} is broken"), "source": source, "severity": "error", "custom_details": {"env": env}}})
    };
    for (source, env) in [("test-1", ""), ("db-1", "lab"), ("db-2", "prod")] {
        assert_eq!(rig.post_event(&event(source, env)).status, 202);
    }
    rig.wait_until("the events are decided", LONG, || {
        json_of(&rig.ok(&["list", "-o", "json"])).as_array().is_some_and(|list| list.len() == 1)
    });
    let held = json_of(&rig.ok(&["list", "--held", "-o", "json"]));
    assert_eq!(held[0]["title"], "db-1 is broken");
    let rules = json_of(&rig.ok(&["rule", "list", "-o", "json"]));
    assert_eq!(rules[0]["counts"]["dropped"], 1);
    // What `list` prints, `set` takes.
    let file = rig.home().join("rules.json");
    std::fs::write(&file, rules.to_string()).unwrap();
    rig.ok(&["rule", "set", file.to_str().unwrap()]);
    std::fs::write(&file, "[[event_rules]]\nname = \"one\"\nactions = { severity = \"info\" }\n").unwrap();
    let listed = rig.ok(&["rule", "set", file.to_str().unwrap(), "-o", "json"]);
    assert_eq!(json_of(&listed)[0]["actions"]["severity"], "info");
    rig.ok(&["rule", "remove", "one"]);
    let metrics = rig.get("/metrics");
    let metrics = String::from_utf8_lossy(&metrics.body).into_owned();
    assert!(metrics.contains("pd_events_dropped_total{} 1"), "{metrics}");
}

#[test]
fn maintenance_is_planned_and_ended_by_hand() {
    let rig = Rig::start();
    let made = json_of(&rig.ok(&[
        "maintenance",
        "create",
        "upgrade",
        "--service",
        "default",
        "--for",
        "1h",
        "-o",
        "json",
    ]));
    let id = made["id"].as_str().unwrap().to_owned();
    rig.trigger("db1");
    rig.wait_until("the incident is held", LONG, || rig.ok(&["list", "--held"]).contains("db1"));
    assert!(rig.ok(&["maintenance", "list"]).contains("upgrade"));
    rig.ok(&["maintenance", "end", &id]);
    rig.wait_until("it pages now", LONG, || rig.ok(&["log", "1"]).contains("Level 1 pages"));
    assert!(rig.ok(&["maintenance", "list", "--all"]).contains("past"));
    let again = rig.pd(&["maintenance", "end", &id]);
    assert_eq!(again.status.code(), Some(1));
}

#[test]
fn a_job_is_wrapped_and_its_heartbeat_told() {
    let mut rig = Rig::start();
    let made = ["heartbeat", "create", "job", "--service", "default", "--period", "1d", "-o", "json"];
    let key = json_of(&rig.ok(&made))["key"].as_str().unwrap().to_owned();
    let status = |rig: &Rig| json_of(&rig.ok(&["heartbeat", "list", "-o", "json"]))[0].clone();

    for (method, path) in [("GET", ""), ("POST", "/start"), ("POST", "/0")] {
        let answer = rig.request(method, &format!("/heartbeat/{key}{path}"), Some(b"all is well")).unwrap();
        assert_eq!(answer.status, 200, "{method} {path}");
    }
    for (path, expected) in
        [("x".repeat(32), 404), (format!("{key}/256"), 404), (format!("{key}?at=soon"), 400)]
    {
        let answer = rig.request("POST", &format!("/heartbeat/{path}"), None).unwrap();
        assert_eq!(answer.status, expected, "{path}");
    }
    rig.wait_until("it is up", LONG, || status(&rig)["status"] == "up");
    assert_eq!(status(&rig)["last_ping"]["detail"], "all is well");

    // Streams and exit code are the command's; a failure opens an incident.
    let ran = rig.pd(&["exec", "--heartbeat", &key, "--", "sh", "-c", "echo out; echo err >&2; exit 3"]);
    assert_eq!((ran.status.code(), ran.stdout.as_slice()), (Some(3), b"out\n".as_slice()));
    assert_eq!(String::from_utf8_lossy(&ran.stderr), "err\n");
    rig.wait_until("an incident is open", LONG, || {
        rig.ok(&["list"]).contains("heartbeat job failed with exit status 3")
    });
    assert_eq!(rig.pd(&["exec", "--heartbeat", &key, "--", "true"]).status.code(), Some(0));
    rig.wait_until("it is resolved", LONG, || {
        status(&rig)["status"] == "up" && !rig.ok(&["list"]).contains("job")
    });
    let late = rig.pd(&["exec", "--heartbeat", &key, "--limit", "1s", "--", "sleep", "600"]);
    assert_eq!(late.status.code(), Some(128 + 15));
    assert_eq!(rig.pd(&["exec", "--heartbeat", &key, "--", "/no/such/command"]).status.code(), Some(127));

    // A signal reaches the command, which answers as it likes.
    let script = "trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done";
    let mut command = rig.command();
    command.env("PD_URL", rig.url());
    let child = command.args(["exec", "--heartbeat", &key, "--", "sh", "-c", script]);
    let mut child = child.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line)
        .unwrap();
    assert_eq!(line, "ready\n");
    // The first signal may come before `pd` listens; then it ends `pd`, not the test's patience.
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(7));

    // While the server is away, pings wait on this machine; the exit code is still the command's.
    let old = rig.url();
    rig.term();
    let ran = rig.pd(&["exec", "--heartbeat", &key, "--retry", "0s", "--", "sh", "-c", "exit 4"]);
    assert_eq!(ran.status.code(), Some(4));
    let waiting = rig.ok(&["spool", "list", "-o", "json"]);
    assert!(waiting.contains("ping exit"), "{waiting}");
    rig.up();
    // The server has another port now; at another server nothing is delivered.
    let spool = format!(
        "grep -rl '{old}' {home} | xargs sed -i 's#{old}#{new}#g'",
        home = rig.home().display(),
        new = rig.url()
    );
    assert!(rig.shell(&spool).status.success());
    rig.ok(&["spool", "flush"]);
    rig.wait_until("the ping arrived", LONG, || status(&rig)["last_ping"]["exit_status"] == 4);
    assert!(!status(&rig)["due_at"].is_null());
    rig.ok(&["heartbeat", "delete", "job"]);
    assert_eq!(rig.request("POST", &format!("/heartbeat/{key}"), None).unwrap().status, 404);
}
