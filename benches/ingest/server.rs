//! What is asked of the real server beside the load: its metrics, its process, its contact methods.

use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::load::Template;
use crate::rig::{self, Rig};

/// The pause between two looks at the metrics.
const LOOK: Duration = Duration::from_millis(10);

/// A trigger for this server.
pub(crate) fn template(rig: &Rig) -> Template {
    Template::trigger(&rig.context().address, &rig.context().routing_key)
}

/// The value of the metric whose line begins so; 0 if there is none.
pub(crate) fn metric(rig: &Rig, line: &str) -> f64 {
    let text = String::from_utf8(rig.get("/metrics").body).unwrap();
    let found = text.lines().find_map(|l| l.strip_prefix(line)?.trim().parse().ok());
    found.unwrap_or(0.0)
}

/// How many incidents were ever opened.
pub(crate) fn opened(rig: &Rig) -> u64 {
    metric(rig, "pd_incidents_opened_total{}") as u64
}

/// Waits until so many incidents were opened; how long that took, or `None` if it takes longer than `limit`.
pub(crate) fn wait_opened(rig: &Rig, count: u64, limit: Duration) -> Option<Duration> {
    wait(limit, || opened(rig) >= count)
}

/// Waits until neither stage has anything to do. Looks again after a while, for a stage that has read nothing yet
/// knows of nothing.
pub(crate) fn wait_done(rig: &Rig, limit: Duration) -> Option<Duration> {
    let mut before = f64::NAN;
    wait(limit, || {
        let inputs = metric(rig, "pd_stage_inputs_total{stage=\"incidents\"}")
            + metric(rig, "pd_stage_inputs_total{stage=\"notify\"}");
        let undone = metric(rig, "pd_oldest_undone_seconds{stage=\"incidents\"}")
            + metric(rig, "pd_oldest_undone_seconds{stage=\"notify\"}");
        let done = undone == 0.0 && inputs == before;
        before = inputs;
        done
    })
}

/// Waits until all is done and nothing presses any more.
pub(crate) fn recovered(rig: &Rig, limit: Duration) -> Option<Duration> {
    let before = SystemClock::new();
    wait_done(rig, limit)?;
    wait(limit, || metric(rig, "pd_pressure{}") == 0.0 && metric(rig, "pd_events_waiting{}") == 0.0)?;
    Some(before.monotonic())
}

fn wait(limit: Duration, mut condition: impl FnMut() -> bool) -> Option<Duration> {
    let clock = SystemClock::new();
    loop {
        if condition() {
            return Some(clock.monotonic());
        }
        if clock.monotonic() > limit {
            return None;
        }
        std::thread::sleep(LOOK);
    }
}

/// From now on the first user is paged by a webhook to this address, and by nothing else.
pub(crate) fn page_by_webhook(rig: &Rig, url: &str) {
    let user = rig.rest("GET", "/users/me", None)["user"]["id"].as_str().unwrap().to_owned();
    let methods = rig.list(&format!("/users/{user}/contact_methods"), "contact_methods");
    let new = json!({"contact_method": {"type": "webhook_contact_method", "label": "bench", "address": url}});
    let made = rig.rest("POST", &format!("/users/{user}/contact_methods"), Some(&new));
    let rules = rig.list(&format!("/users/{user}/notification_rules"), "notification_rules");
    for rule in rules {
        rig.rest("DELETE", &format!("/users/{user}/notification_rules/{}", text(&rule, "id")), None);
    }
    for urgency in ["high", "low"] {
        let rule = json!({"notification_rule": {
            "type": "assignment_notification_rule",
            "start_delay_in_minutes": 0,
            "urgency": urgency,
            "contact_method": {"id": made["contact_method"]["id"], "type": "webhook_contact_method_reference"},
        }});
        rig.rest("POST", &format!("/users/{user}/notification_rules"), Some(&rule));
    }
    for method in methods.iter().filter(|method| method["type"] == "console_contact_method") {
        rig.rest("DELETE", &format!("/users/{user}/contact_methods/{}", text(method, "id")), None);
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

/// The bytes of memory that a process holds.
pub(crate) fn resident(pid: u32) -> u64 {
    let kilobytes = number(&format!("/proc/{pid}/status"), "VmRSS:");
    kilobytes * 1024
}

/// How many write calls a process has made, of any kind.
pub(crate) fn write_calls(pid: u32) -> u64 {
    number(&format!("/proc/{pid}/io"), "syscw:")
}

/// How many bytes a process has had written to disks.
pub(crate) fn written(pid: u32) -> u64 {
    number(&format!("/proc/{pid}/io"), "write_bytes:")
}

/// The processor time that a process has used.
pub(crate) fn processor(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The name may contain anything but ends at the last parenthesis; user and system time are the 12th and 13th behind it.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    // A tick as Linux tells it to programs is always 10 ms.
    Duration::from_millis(ticks * 10)
}

fn number(path: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(path).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// Waits for the server to settle after its start.
pub(crate) fn settle(rig: &Rig) {
    assert!(rig::poll(Duration::from_secs(60), || rig.get("/health").status == 200));
}
