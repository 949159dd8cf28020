//! A store that is slow on purpose: readers make room for events, and what nobody waits for any more is not stored.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::rig::http::Connection;
use crate::rig::{Rig, event};

const LONG: Duration = Duration::from_secs(180);
/// More senders of large events than there is room for.
const SENDERS: usize = 96;
/// Readers of what the slow store has to be asked for.
const READERS: usize = 24;

/// Makes each append and read take 2 s longer, and waits until it does.
fn slow(rig: &Rig) -> String {
    let drill = json!({"drill": {"kind": "slow-store", "seconds": 600, "by_ms": 2000}});
    let made = rig.rest("POST", "/drills", Some(&drill));
    let id = made["drill"]["id"].as_str().unwrap().to_owned();
    rig.wait_until("the store is slow", LONG, || metric(rig, "pd_drill{drill=\"slow-store\"} ") == Some(1));
    id
}

fn metric(rig: &Rig, name: &str) -> Option<u64> {
    let metrics = String::from_utf8_lossy(&rig.get("/metrics").body).into_owned();
    metrics.split_once(name)?.1.lines().next()?.parse().ok()
}

#[test]
fn readers_are_turned_away_before_a_quiet_sender_is() {
    let rig = Rig::start_with("[limits]\nwaiting = \"1MiB\"\n");
    assert_eq!(rig.trigger("read").status, 202);
    rig.wait_until("it is an incident", LONG, || rig.list("/incidents", "incidents").len() == 1);
    let id = rig.list("/incidents", "incidents")[0]["id"].as_str().unwrap().to_owned();
    // A service of its own, so that it is a sender of its own.
    let policy = rig.list("/escalation_policies", "escalation_policies")[0]["id"].clone();
    let service = json!({"service": {"type": "service", "name": "quiet", "escalation_policy":
        {"id": policy, "type": "escalation_policy_reference"}}});
    let service = rig.rest("POST", "/services", Some(&service))["service"]["id"].as_str().unwrap().to_owned();
    let integration = json!({"integration": {"type": "events_api_v2_inbound_integration", "name": "quiet"}});
    let made = rig.rest("POST", &format!("/services/{service}/integrations"), Some(&integration));
    let quiet = made["integration"]["integration_key"].as_str().unwrap().to_owned();

    slow(&rig);
    let (address, token) = (rig.context().address.clone(), rig.context().token.clone());
    let mut large = event(&rig.context().routing_key, "trigger", "same");
    large["payload"]["custom_details"] = json!({"text": "z".repeat(16 << 10)});
    let large = large.to_string();
    let stop = AtomicBool::new(false);
    let path = format!("/incidents/{id}/events");
    std::thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                let mut connection = Connection::open(&address).unwrap();
                while !stop.load(Ordering::Relaxed) {
                    let status =
                        connection.request("POST", "/v2/enqueue", "", Some(large.as_bytes())).unwrap().status;
                    assert!([202, 429, 503].contains(&status), "{status}");
                    std::thread::sleep(Duration::from_millis(100));
                }
            });
        }
        let refused = || {
            let readers: Vec<_> = (0..READERS)
                .map(|_| {
                    scope.spawn(|| {
                        let mut connection = Connection::open(&address).unwrap();
                        connection.request("GET", &path, &token, None).unwrap()
                    })
                })
                .collect();
            let answers = readers.into_iter().map(|reader| reader.join().unwrap());
            answers.filter(|answer| answer.status == 429 && !answer.header("retry-after").is_empty()).count()
        };
        let mut told = Vec::new();
        let seen = crate::rig::poll(LONG, || {
            let refused = refused();
            // It is a few times as slow as its senders wait between two tries.
            let taken = rig.post_event(&event(&quiet, "trigger", "quiet")).status == 202;
            told.push((refused, taken));
            refused > 0 && taken
        });
        stop.store(true, Ordering::Relaxed);
        assert!(seen, "readers refused, and whether the quiet sender was heard: {told:?}");
    });
    assert_eq!(rig.get("/health").status, 200, "how it is can always be asked");
    rig.ok(&["drill", "stop"]);
}

/// So many, each of which fills an entry of its own: the last would be begun long after their senders' patience.
const HUGE: usize = 14;

#[test]
fn what_nobody_waits_for_any_more_is_not_stored() {
    let rig = Rig::start();
    let id = slow(&rig);
    let (key, address) = (rig.context().routing_key.clone(), rig.context().address.clone());
    let body = |n: usize| {
        let mut event = event(&key, "trigger", &format!("huge {n}"));
        event["payload"]["custom_details"] = json!({"text": "z".repeat(400 << 10)});
        event.to_string()
    };
    let answers: Vec<_> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..HUGE)
            .map(|n| {
                let (body, address) = (body(n), &address);
                scope.spawn(move || {
                    let mut connection = Connection::open(address).unwrap();
                    connection.request("POST", "/v2/enqueue", "", Some(body.as_bytes())).unwrap()
                })
            })
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    rig.ok(&["drill", "stop"]);
    let told = |n: &usize, text: &str| {
        let answer = &answers[*n];
        answer.status == 503 && answer.json()["errors"][0].as_str().is_some_and(|said| said.contains(text))
    };
    let given_up: Vec<usize> = (0..HUGE).filter(|n| told(n, "was not stored")).collect();
    let accepted: Vec<usize> = (0..HUGE).filter(|n| answers[*n].status == 202).collect();
    assert!(!given_up.is_empty() && !accepted.is_empty(), "{answers:?}");
    rig.wait_until("the drill is over", LONG, || {
        !rig.rest("GET", &format!("/drills/{id}"), None)["drill"]["ended_at"].is_null()
    });
    // Their turn has come, and was passed over.
    rig.wait_until("what was given up is counted", LONG, || {
        metric(&rig, "pd_events_given_up_total{} ") == Some(given_up.len() as u64)
    });
    let is_there = |n: &usize| {
        let incidents = rig.list("/incidents", "incidents");
        incidents.iter().any(|it| it["incident_key"] == format!("huge {n}"))
    };
    rig.wait_until("what was accepted is there", LONG, || accepted.iter().all(is_there));
    let stored: Vec<_> = given_up.iter().filter(|n| is_there(n)).collect();
    assert!(stored.is_empty(), "{stored:?} were stored after their senders were told that they are not");
}
