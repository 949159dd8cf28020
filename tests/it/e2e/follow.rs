//! The commands that follow what changes, through the real binary: while things happen, and while the server is away.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::rig::{Rig, event, poll};

const SOON: Duration = Duration::from_secs(60);

/// A command that goes on, and what it has said so far.
struct Running {
    name: String,
    child: Child,
    out: Lines,
    err: Lines,
}

type Lines = Arc<Mutex<Vec<String>>>;

impl Running {
    fn start(rig: &Rig, arguments: &[&str]) -> Self {
        let mut command = rig.command();
        command
            .args(arguments)
            // Nobody answers at the first door.
            .env("PD_URL", format!("http://127.0.0.1:9,{}", rig.url()))
            .env("PD_TOKEN", &rig.context().token)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = gather(child.stdout.take().unwrap());
        let err = gather(child.stderr.take().unwrap());
        Self { name: arguments.join(" "), child, out, err }
    }

    fn out(&self) -> Vec<String> {
        self.out.lock().unwrap().clone()
    }

    fn err(&self) -> String {
        self.err.lock().unwrap().join("\n")
    }

    /// Waits until as many lines as `count` have this in them.
    fn says(&self, text: &str, count: usize) {
        let found = || self.out().iter().filter(|line| line.contains(text)).count();
        let said = poll(SOON, || found() >= count);
        assert!(said, "{}: not {count} times {text:?} in {:#?}\n{}", self.name, self.out(), self.err());
        assert_eq!(found(), count, "{}: {text:?} in {:#?}", self.name, self.out());
    }

    fn warns(&self, text: &str) {
        let said = poll(SOON, || self.err().contains(text));
        assert!(said, "{}: no {text:?} in {}", self.name, self.err());
    }

    fn code(&mut self) -> Option<i32> {
        poll(SOON, || self.child.try_wait().unwrap().is_some());
        self.child.try_wait().unwrap().and_then(|status| status.code())
    }

    fn interrupt(&mut self) -> Option<i32> {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, Signal::INT).unwrap();
        self.code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn gather(stream: impl std::io::Read + Send + 'static) -> Lines {
    let lines = Lines::default();
    let kept = Arc::clone(&lines);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            kept.lock().unwrap().push(line);
        }
    });
    lines
}

fn incident(rig: &Rig, key: &str) -> Value {
    let mut found = Vec::new();
    rig.wait_until("it is an incident", SOON, || {
        found = rig.list(&format!("/incidents?incident_key={key}"), "incidents");
        !found.is_empty()
    });
    found.remove(0)
}

fn trigger(rig: &Rig, key: &str) -> Value {
    let answer = rig.trigger(key);
    assert_eq!(answer.status, 202, "{answer}");
    incident(rig, key)
}

#[test]
fn what_follows_goes_on_across_a_restart() {
    let mut rig = Rig::start();
    rig.stay();
    trigger(&rig, "before");
    let list = Running::start(&rig, &["list", "--watch"]);
    let log = Running::start(&rig, &["log", "-f", "-o", "jsonl"]);
    let of_one = Running::start(&rig, &["log", "before", "--follow"]);
    let watch =
        Running::start(&rig, &["watch", "--exec", "cat > told-$PD_INCIDENT_NUMBER; echo done; exit 3"]);
    let mut wait = Running::start(&rig, &["wait", "before", "--for", "acknowledged", "--timeout", "10m"]);
    list.says("disk of before is full", 1);
    log.says("trigger_log_entry", 1);
    assert!(poll(SOON, || of_one.out().iter().any(|line| line.contains("\t#1\t"))), "{}", of_one.err());
    watch.warns("watching; 1 open now");

    trigger(&rig, "one");
    list.says("disk of one is full", 1);
    log.says("trigger_log_entry", 2);
    watch.says("\topened\t#2\thigh\tdefault\tdisk of one is full\t", 1);
    watch.warns("#2: the command failed: exit status: 3");
    // What the command prints is no data of ours.
    watch.warns("done");
    let told = std::fs::read_to_string(rig.home().join("told-2")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&told).unwrap()["incident_key"], "one");

    rig.kill9();
    for running in [&list, &log, &of_one, &watch, &wait] {
        running.warns("offline since ");
    }
    rig.up();
    trigger(&rig, "two");
    list.says("disk of two is full", 1);
    log.says("trigger_log_entry", 3);
    watch.says("\topened\t#3\t", 1);
    watch.warns("online again after ");

    rig.ok(&["ack", "before", "two"]);
    assert_eq!(wait.code(), Some(0), "{}", wait.err());
    wait.says("\tAcknowledged by ", 1);
    wait.warns("#1 disk of before is full is acknowledged");
    of_one.says("Acknowledged by ", 1);
    watch.says("\tacknowledged\t", 2);
    list.says("#1\tacknowledged\t", 1);
    rig.ok(&["resolve", "two"]);
    watch.says("\tresolved\t#3\t", 1);
    list.says("#3\tresolved\t", 1);
    log.says("\"resolve_log_entry\"", 1);

    // Each line of all timelines came once.
    let ids = || {
        let of =
            |line: &String| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
        let mut ids: Vec<String> = log.out().iter().map(of).collect();
        ids.sort();
        ids
    };
    let all = || {
        let entries = rig.list("/log_entries", "log_entries");
        let mut all: Vec<String> =
            entries.iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect();
        all.sort();
        all
    };
    let same = poll(SOON, || ids() == all());
    assert!(same, "{:#?}\n{:#?}", ids(), all());
    for mut running in [list, log, of_one, watch] {
        assert_eq!(running.interrupt(), Some(130), "{}", running.name);
    }
}

#[test]
fn waiting_ends_with_the_time_or_at_once() {
    let rig = Rig::start();
    trigger(&rig, "k");
    let mut late = Running::start(&rig, &["wait", "k", "--for", "acknowledged", "--timeout", "1s"]);
    assert_eq!(late.code(), Some(6));
    late.warns("the time is over: #1 disk of k is full is still triggered");
    rig.ok(&["ack", "k"]);
    assert_eq!(Running::start(&rig, &["wait", "k", "--for", "acknowledged"]).code(), Some(0));
    let mut resolved = Running::start(&rig, &["wait", "1", "--for", "resolved", "-o", "json"]);
    rig.post_event(&event(&rig.context().routing_key, "resolve", "k"));
    assert_eq!(resolved.code(), Some(0));
    let shown: Value = serde_json::from_str(&resolved.out().join("\n")).unwrap();
    assert_eq!(shown["status"], "resolved");
    // Who has it resolved already need not wait for anybody to acknowledge it.
    assert_eq!(Running::start(&rig, &["wait", "k", "--for", "acknowledged"]).code(), Some(0));
    assert_eq!(Running::start(&rig, &["wait", "nothing", "--for", "resolved"]).code(), Some(5));
}

#[test]
fn who_listens_does_not_keep_the_server_from_ending() {
    let mut rig = Rig::start_with("[limits]\nrequests = 2\nstreams = 5\n");
    let one = |_| {
        let running = Running::start(&rig, &["watch"]);
        running.warns("watching; 0 open now");
        running
    };
    let listening: Vec<_> = (0..5).map(one).collect();
    // Those who listen are no requests at work.
    trigger(&rig, "k");
    for running in &listening {
        running.says("\topened\t#1\t", 1);
    }
    let mut sixth = Running::start(&rig, &["watch"]);
    assert_eq!(sixth.code(), Some(6));
    sixth.warns("5 are told of changes already");
    rig.signal(Signal::TERM);
    assert!(rig.ended(Duration::from_secs(15)).is_some_and(|status| status.success()), "{}", rig.said());
    for running in &listening {
        running.warns("offline since ");
    }
}

#[test]
fn what_is_watched_can_be_narrowed() {
    let rig = Rig::start();
    let service = serde_json::json!({"service": {"type": "service", "name": "database",
        "escalation_policy": {"id": rig.list("/escalation_policies", "escalation_policies")[0]["id"], "type": "escalation_policy_reference"}}});
    rig.rest("POST", "/services", Some(&service));
    let database = Running::start(&rig, &["watch", "--service", "database", "-o", "jsonl"]);
    let all = Running::start(&rig, &["watch"]);
    let low = Running::start(&rig, &["list", "-w", "--urgency", "low", "-q"]);
    all.warns("watching; 0 open now");
    // These say nothing before there is something to say: they have surely begun when others that began later have.
    Running::start(&rig, &["watch"]).warns("watching; 0 open now");
    let first = trigger(&rig, "k");
    let id = first["id"].as_str().unwrap();
    all.says("\topened\t#1\t", 1);
    rig.ok(&["urgency", "low", "k"]);
    low.says(id, 1);
    assert!(database.out().is_empty(), "{:?}", database.out());
}
