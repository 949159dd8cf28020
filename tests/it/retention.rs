//! What is kept when journals are truncated and incidents go to the archive: everything that was promised, through the
//! real binary.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::rig::chance::{Chance, seed};
use crate::rig::http::Connection;
use crate::rig::{Rig, event};

/// As short as it may be, so that a test need not wait for long.
const SHORT: &str = "[retention]\nincidents = \"1s\"\njournal = \"1s\"\n";
const LIMIT: Duration = Duration::from_secs(180);
/// Slots that are truncated at a time.
const SEGMENT: u64 = 256;
/// Single events that make more than two segments of a door's journal.
const FILLER: usize = 2 * SEGMENT as usize + 20;
/// Dedup keys of these: of every one the first event and the latest are kept.
const KEYS: usize = 20;
/// Characters of what a big event says; each has three bytes or four.
const BIG: usize = 45_000;

/// Sends one event after the other, so that each is an entry of its own.
struct Sender {
    connection: Connection,
    routing_key: String,
}

impl Sender {
    fn new(rig: &Rig) -> Self {
        let context = rig.context();
        let connection = Connection::open(&context.address).unwrap();
        Self { connection, routing_key: context.routing_key.clone() }
    }

    fn trigger(&mut self, dedup_key: &str, details: Option<&Value>) {
        let mut body = event(&self.routing_key, "trigger", dedup_key);
        if let Some(details) = details {
            body["payload"]["custom_details"] = details.clone();
        }
        let body = body.to_string();
        let answer = self.connection.request("POST", "/v2/enqueue", "", Some(body.as_bytes())).unwrap();
        assert_eq!(answer.status, 202, "{answer}");
    }
}

/// What nothing can compress, in scripts of three and of four bytes, with what JSON must escape.
fn details(chance: &mut Chance, name: &str) -> Value {
    let dump: String = (0..BIG)
        .map(|at| {
            let (first, count) = if at % 9 == 0 { (0x1F300, 0x250) } else { (0x4E00, 0x5000) };
            char::from_u32(first + u32::try_from(chance.below(count)).unwrap()).unwrap()
        })
        .collect();
    let details = json!({
        "name": name,
        "dump": dump,
        "escaped": "\u{1}\t\"\\/\u{7f}\u{2028}\u{feff}",
        "nested": {"ключ": ["значение", null, true, -2.5, 9_007_199_254_740_993_u64]},
    });
    assert!(details.to_string().len() > 100 << 10);
    details
}

impl Rig {
    fn show(&self, name: &str) -> Value {
        serde_json::from_str(&self.ok(&["show", name, "-o", "json"])).unwrap()
    }

    /// What the first and the latest event said that `pd show` prints.
    fn told(&self, name: &str) -> (Value, Value) {
        let shown = self.show(name);
        let of = |which: &str| {
            let events = shown["events"].as_array().unwrap_or_else(|| panic!("no events: {shown}"));
            let found = events.iter().find(|event| event["which"] == which).unwrap();
            found["event"]["payload"]["custom_details"].clone()
        };
        (of("first"), of("latest"))
    }

    /// The lines of `pd journal`.
    fn journals(&self) -> Vec<Value> {
        let data = self.data().to_str().unwrap();
        let lines = self.ok(&["journal", "--data", data, "-o", "jsonl"]);
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn journal(&self, name: impl Fn(&str) -> bool) -> Value {
        let mut lines = self.journals().into_iter();
        lines.find(|line| name(line["log"].as_str().unwrap())).unwrap_or_default()
    }

    fn count(&self, status: &str) -> u64 {
        let metrics = String::from_utf8(self.get("/metrics").body).unwrap();
        let name = format!("pd_incidents{{status=\"{status}\"}} ");
        let line = metrics.lines().find_map(|line| line.strip_prefix(&name)).unwrap();
        line.parse().unwrap()
    }

    fn incident(&self, key: &str) -> Value {
        let path = format!(
            "/incidents?incident_key={key}&date_range=all&statuses[]=triggered\
                            &statuses[]=acknowledged&statuses[]=resolved"
        );
        self.list(&path, "incidents").remove(0)
    }

    fn all(&self) -> Vec<Value> {
        serde_json::from_str(&self.ok(&["list", "--all", "-n", "10000", "-o", "json"])).unwrap()
    }
}

fn ids(entries: &[Value]) -> BTreeSet<String> {
    entries.iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_was_said_outlives_truncation_the_archive_and_restarts() {
    let mut chance = Chance::new(seed("retention"));
    let mut rig = Rig::start_with(SHORT);
    let [first, between, latest, other] =
        ["first", "between", "latest", "other"].map(|name| details(&mut chance, name));
    let mut sender = Sender::new(&rig);
    for details in [&first, &between, &latest] {
        sender.trigger("gone", Some(details));
    }
    sender.trigger("half", Some(&other));
    for number in 0..FILLER {
        sender.trigger(&format!("filler-{}", number % KEYS), None);
    }
    sender.trigger("half", Some(&latest));

    // Truncated, and still whole.
    rig.wait_until("the door is truncated", LIMIT, || {
        rig.journal(|log| log.ends_with("/events"))["first"].as_u64() >= Some(2 * SEGMENT)
    });
    assert_eq!(rig.told("gone"), (first.clone(), latest.clone()));
    assert_eq!(rig.told("half"), (other.clone(), latest.clone()));
    let text = rig.ok(&["show", "gone"]);
    for details in [&first, &latest] {
        assert!(text.contains(details["dump"].as_str().unwrap()), "the text shows less");
    }
    rig.restart();
    assert_eq!(rig.told("gone"), (first.clone(), latest.clone()));
    assert_eq!(rig.told("half"), (other.clone(), latest.clone()));

    // Resolved, archived, and still whole.
    rig.ok(&["note", "gone", "bitte warten – 待って"]);
    let incident = rig.incident("gone");
    let path = format!("/incidents/{}", incident["id"].as_str().unwrap());
    let before = rig.list(&format!("{path}/log_entries"), "log_entries");
    rig.ok(&["resolve", "gone"]);
    rig.wait_until("it is resolved", LIMIT, || {
        rig.rest("GET", &path, None)["incident"]["status"] == "resolved"
    });
    rig.wait_until("it is archived", LIMIT, || rig.count("resolved") == 0);
    let archived = rig.archived(&path, &before, (&first, &latest));
    rig.restart();
    assert_eq!(rig.count("resolved"), 0);
    assert!(
        rig.archived(&path, &before, (&first, &latest)) == archived,
        "it shows something else: {archived}"
    );
    assert_eq!(rig.term(), Some(0));
}

impl Rig {
    /// Holds that the incident `gone` can be read as before; all that `pd show` says.
    fn archived(&self, path: &str, before: &[Value], (first, latest): (&Value, &Value)) -> String {
        assert_eq!(self.told("gone"), (first.clone(), latest.clone()));
        let shown = self.show("gone");
        assert_eq!(shown["status"], "resolved");
        assert_eq!(shown["alerts"].as_array().unwrap().len(), 1);
        assert_eq!(shown["alerts"][0]["events"], 3);
        assert_eq!(self.show(&shown["incident_number"].to_string()), shown);
        let incident = self.rest("GET", path, None)["incident"].clone();
        assert_eq!(incident["id"], shown["id"]);
        assert_eq!(incident["status"], "resolved");

        let entries = self.list(&format!("{path}/log_entries"), "log_entries");
        assert!(ids(&entries).is_superset(&ids(before)), "{before:#?}\n{entries:#?}");
        assert!(entries.len() > before.len(), "without its end: {entries:#?}");
        let log = self.ok(&["log", "gone"]);
        assert!(log.contains("bitte warten – 待って") && log.to_lowercase().contains("resolved"), "{log}");
        let keys = |incidents: &[Value]| -> BTreeSet<String> {
            incidents.iter().map(|it| it["incident_key"].as_str().unwrap().to_owned()).collect()
        };
        let all = keys(&self.all());
        assert_eq!(all.len(), KEYS + 2);
        assert!(all.contains("gone"));
        assert!(!self.ok(&["list", "-n", "10000", "-q"]).contains(shown["id"].as_str().unwrap()));
        // The port is another after a restart, and so are the links.
        shown.to_string().replace(&self.context().address, "ADDRESS")
    }
}

#[test]
fn a_restart_goes_on_from_a_snapshot() {
    let mut rig = Rig::start_with(SHORT);
    let mut sender = Sender::new(&rig);
    for number in 0..FILLER {
        sender.trigger(&format!("filler-{number}"), None);
    }
    // Something new has to happen for a second snapshot, below which the journal is truncated.
    let mut ticks = 0;
    rig.wait_until("the journal of incidents is truncated", LIMIT, || {
        ticks += 1;
        sender.trigger(&format!("tick-{ticks}"), None);
        std::thread::sleep(Duration::from_millis(200));
        rig.journal(|log| log == "incidents")["first"].as_u64() >= Some(SEGMENT)
    });
    rig.wait_until("every event is an incident", LIMIT, || rig.count("triggered") == (FILLER + ticks) as u64);
    rig.ok(&["ack", "filler-1"]);
    let before = rig.all();
    rig.restart();
    let journal = rig.journal(|log| log == "incidents");
    assert!(journal["first"].as_u64() >= Some(SEGMENT), "{journal}");
    assert_eq!(journal["snapshots"].as_array().unwrap().len(), 2, "{journal}");
    let steady = |incidents: &[Value]| -> Vec<Value> {
        let of = |it: &Value| json!([it["id"], it["incident_number"], it["incident_key"], it["created_at"]]);
        incidents.iter().map(of).collect()
    };
    assert_eq!(steady(&rig.all()), steady(&before));
    assert_eq!(rig.incident("filler-1")["status"], "acknowledged");
    // The keys of old incidents are still known, and numbers go on.
    let mut sender = Sender::new(&rig);
    sender.trigger("filler-0", None);
    sender.trigger("new", None);
    rig.wait_until("the new one is there", LIMIT, || rig.all().len() == before.len() + 1);
    assert_eq!(rig.incident("new")["incident_number"], before.len() + 1);
    assert_eq!(rig.count("triggered") + rig.count("acknowledged"), before.len() as u64 + 1);
}
