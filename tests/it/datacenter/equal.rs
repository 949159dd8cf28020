//! Servers as equals: two that race for the same journal, and one whose clock is wrong.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::Installation;
use super::installation::status;
use crate::cluster::{Datacenter, alone};
use crate::rig::http::Connection;
use crate::rig::{Rig, poll};

const COMMANDS: usize = 1000;
/// At each of the two servers.
const CLIENTS: usize = 12;
/// How long anything may take. Generous: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(180);
/// Beyond the bound within which clocks are taken for right.
const OFFSET: &str = "20000";

#[test]
fn two_servers_race_and_go_on_beside_one_whose_clock_is_wrong() {
    let Some(cluster) = alone() else { return };
    let mut installation = Installation::start_with(&cluster, &[Datacenter::One, Datacenter::Two], 0);
    race_a_thousand_commands(&installation);
    a_stream_goes_on_at_the_other(&installation);
    let first = &mut installation.servers[0];
    assert_eq!(first.term(), Some(0));
    first.tell(&["--clock-offset", OFFSET]);
    first.up();
    says_that_its_clock_is_wrong(&installation.servers[0]);
    the_one_whose_clock_is_right_works(&installation);
}

/// Low urgency, of which nobody here is told.
fn open_incident(connection: &mut Connection, token: &str, service: &Value, title: &str) -> Option<u64> {
    let body =
        json!({"incident": {"type": "incident", "title": title, "urgency": "low", "service": service}});
    let body = body.to_string().into_bytes();
    let answer = connection.request("POST", "/incidents", token, Some(&body)).expect("an answer");
    match answer.status {
        201 => Some(answer.json()["incident"]["incident_number"].as_u64().expect("a number")),
        // Nothing was done: it is to be tried again.
        429 | 503 => None,
        _ => panic!("{answer}"),
    }
}

fn race_a_thousand_commands(installation: &Installation) {
    let rig = &installation.servers[0];
    let service = json!({"id": rig.list("/services", "services")[0]["id"], "type": "service_reference"});
    let token = &rig.context().token;
    let left = AtomicUsize::new(COMMANDS);
    let client = |address: &str, client: usize| {
        let mut connection = Connection::open(address).unwrap();
        let mut numbers = Vec::new();
        while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
            let title = format!("{address} {client} {}", numbers.len());
            numbers.push(loop {
                match open_incident(&mut connection, token, &service, &title) {
                    Some(number) => break number,
                    None => std::thread::sleep(Duration::from_secs(1)),
                }
            });
        }
        numbers
    };
    let addresses = installation.addresses();
    let answered: Vec<Vec<u64>> = std::thread::scope(|scope| {
        let clients = addresses.iter().flat_map(|address| (0..CLIENTS).map(move |n| (address, n)));
        let running: Vec<_> = clients.map(|(address, n)| scope.spawn(move || client(address, n))).collect();
        running.into_iter().map(|client| client.join().unwrap()).collect()
    });
    for (server, of) in answered.chunks(CLIENTS).enumerate() {
        let done: usize = of.iter().map(Vec::len).sum();
        assert!(done > 0, "server {server} did nothing");
    }
    let numbers: BTreeSet<u64> = answered.iter().flatten().copied().collect();
    assert_eq!(numbers.len(), COMMANDS, "a number was given twice");
    for rig in &installation.servers {
        let seen = || {
            let incidents =
                rig.list("/incidents?statuses[]=triggered&sort_by=incident_number:asc", "incidents");
            incidents.iter().map(|incident| incident["incident_number"].as_u64().unwrap()).collect::<Vec<_>>()
        };
        let all: Vec<u64> = (1..=COMMANDS as u64).collect();
        assert!(poll(PATIENCE, || seen() == all), "not each number once: {:?}", seen());
    }
}

/// What one server has told, the other does not tell again.
fn a_stream_goes_on_at_the_other(installation: &Installation) {
    let [one, other] = &installation.servers[..] else { panic!("there are two") };
    let token = &one.context().token;
    let whole = listen(&one.context().address, token, None);
    let count = |told: &[String]| told.iter().filter(|line| *line == "event: incident").count();
    assert!(count(&whole) >= COMMANDS, "{} incidents", count(&whole));
    let place = whole.iter().rev().find_map(|line| line.strip_prefix("id: ")).expect("an id");
    let known = |rig: &Rig| rig.list("/incidents?urgencies[]=high", "incidents").len();
    let before = known(other);
    assert_eq!(one.trigger("after the break").status, 202, "{}", one.said());
    other.wait_until("the other knows it, too", PATIENCE, || known(other) > before);
    let rest = listen(&other.context().address, token, Some(place));
    let has = |text: &str| rest.iter().any(|line| line.contains(text));
    assert!(has("\"resumed\":true") && has("after the break"), "{rest:?}");
    assert_eq!(count(&rest), 1, "{rest:?}");
}

/// The lines of a stream, up to where it has told everything.
fn listen(address: &str, token: &str, last: Option<&str>) -> Vec<String> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let last = last.map(|id| format!("last-event-id: {id}\r\n")).unwrap_or_default();
    let request =
        format!("GET /stream HTTP/1.1\r\nhost: pd\r\nauthorization: Token token={token}\r\n{last}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let (mut told, mut synced) = (Vec::new(), false);
    for line in BufReader::new(stream).lines() {
        let line = line.unwrap().trim().to_owned();
        synced |= line == "event: synced";
        let is_end = synced && line.starts_with("id: ");
        told.push(line);
        if is_end {
            return told;
        }
    }
    panic!("the stream ended: {told:?}");
}

fn says_that_its_clock_is_wrong(rig: &Rig) {
    let mut shown = String::new();
    let said = poll(PATIENCE, || {
        // While it reads its state it answers 503.
        let told = rig.pd(&["status"]);
        shown = String::from_utf8_lossy(&[told.stdout, told.stderr].concat()).into_owned();
        shown.contains("clock is 20.") && shown.contains("other processes go first")
    });
    assert!(said, "{shown}");
}

/// Work goes to the one that steps in first; the events of both fronts are worked on.
fn the_one_whose_clock_is_right_works(installation: &Installation) {
    let [wrong, right] = &installation.servers[..] else { panic!("there are two") };
    installation.wait_ready();
    let (mut number, mut accepted) = (0, BTreeSet::new());
    let works = |rig: &Rig| {
        let stages = status(rig).map(|status| status.process.stages).unwrap_or_default();
        stages.iter().any(|stage| stage.works_on.as_ref().is_some_and(|works| !works.is_empty()))
    };
    let found = poll(PATIENCE, || {
        number += 1;
        for (name, rig) in [("wrong", wrong), ("right", right)] {
            let key = format!("{name} {number}");
            match rig.trigger(&key).status {
                202 => _ = accepted.insert(key),
                // A busy machine may be asked to come again; perhaps the event is there all the same.
                503 => std::thread::sleep(Duration::from_secs(1)),
                status => panic!("{status}: {}", rig.said()),
            }
        }
        let (right_works, wrong_works) = (works(right), works(wrong));
        if wrong_works && !right_works {
            // The other was too busy to be the first. Whoever sleeps while another steps in finds that it does.
            wrong.signal(Signal::STOP);
            poll(PATIENCE, || {
                number += 1;
                let key = format!("right {number}");
                if right.trigger(&key).status == 202 {
                    accepted.insert(key);
                }
                works(right)
            });
            wrong.signal(Signal::CONT);
        }
        right_works && !wrong_works
    });
    assert!(found, "{:?}\n{:?}", status(wrong), status(right));
    right.wait_until("every accepted event is an incident", PATIENCE, || {
        let incidents = right.list("/incidents?urgencies[]=high", "incidents");
        let keys: BTreeSet<&str> =
            incidents.iter().filter_map(|incident| incident["incident_key"].as_str()).collect();
        accepted.iter().all(|key| keys.contains(key.as_str()))
    });
}
