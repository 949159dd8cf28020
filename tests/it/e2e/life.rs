//! Starts, ends, and what is said when something is not as it should be.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use super::raw::{Raw, status};
use crate::rig::{Rig, event};

const SOON: Duration = Duration::from_secs(30);

/// A request whose body is not all there yet, and the rest of the body.
fn begun(rig: &Rig, key: &str) -> (Raw, String) {
    let body = event(&rig.context().routing_key, "trigger", key).to_string();
    let mut raw = Raw::open(&rig.context().address);
    let (some, rest) = body.split_at(20);
    raw.say(format!("POST /v2/enqueue HTTP/1.1\r\nhost: pd\r\ncontent-length: {}\r\n\r\n{some}", body.len()));
    (raw, rest.to_owned())
}

#[test]
fn sigterm_lets_what_was_begun_come_to_its_end() {
    let mut rig = Rig::start();
    let (mut raw, rest) = begun(&rig, "last");
    assert_eq!(rig.trigger("first").status, 202);
    rig.signal(Signal::TERM);
    rig.wait_until("nobody new is let in", SOON, || {
        std::net::TcpStream::connect(&rig.context().address).is_err()
    });
    raw.say(rest);
    let answer = raw.hear_all();
    assert_eq!(status(&answer), Some(202), "{answer}");
    assert_eq!(rig.ended(SOON).and_then(|status| status.code()), Some(0));
    rig.up();
    let keys = || {
        let incidents = rig.list("/incidents", "incidents");
        incidents.iter().map(|it| it["incident_key"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    rig.wait_until("both are incidents", SOON, || keys().len() == 2);
    assert!(keys().contains(&"last".to_owned()));
}

#[test]
fn a_second_signal_ends_at_once() {
    let mut rig = Rig::start();
    let (_raw, _) = begun(&rig, "never");
    rig.signal(Signal::TERM);
    rig.wait_until("it drains", SOON, || std::net::TcpStream::connect(&rig.context().address).is_err());
    // It waits for the body, which it does for ten seconds.
    rig.signal(Signal::INT);
    assert!(rig.ended(Duration::from_secs(6)).is_some(), "it did not end");
}

#[test]
fn a_data_folder_is_used_by_one_process() {
    let rig = Rig::start();
    let mut second = rig.command();
    second.arg("serve").arg("--data").arg(rig.data()).args(["--listen", "127.0.0.1:0"]);
    let output = second.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let expected = format!("in use by another process ({})", rig.pid());
    assert!(said.contains(&expected) && said.contains("choose another with --data"), "{said}");
    // Nor is an address.
    let mut second = rig.command();
    let other = rig.home().join("other");
    second.arg("serve").arg("--data").arg(&other).args(["--listen", &rig.context().address]);
    let output = second.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains(&rig.context().address) && said.contains("another process listens there"),
        "{said}"
    );
    assert_eq!(rig.trigger("unharmed").status, 202);
}

#[test]
fn a_wrong_configuration_is_told_with_its_place() {
    for (text, line, says) in [
        ("node = \"a\"\nlissten = \"127.0.0.1:0\"\n", 2, "`listen`"),
        ("[deliver.webhok]\nallow = []\n", 1, "`webhook`"),
        ("\n\n[limits]\nconnections = \"many\"\n", 4, "connections"),
        ("listen = \"nowhere\"\n", 1, "127.0.0.1:7433"),
        ("listen = \n", 1, "string values must be quoted"),
    ] {
        let rig = Rig::prepare("");
        let path = rig.home().join("wrong.toml");
        std::fs::write(&path, text).unwrap();
        let mut serve = rig.command();
        serve.arg("serve").arg("--data").arg(rig.data()).arg("--config").arg(&path);
        let output = serve.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{text:?}: {said}");
        let place = format!("{}:{line}", path.display());
        assert!(said.contains(&place) && said.contains(says), "{text:?}: {said}");
        assert!(!rig.data().exists(), "it began all the same");
    }
}

#[test]
fn a_key_is_good_as_soon_as_it_is_known() {
    let rig = Rig::start();
    let service = rig.list("/services", "services")[0]["id"].as_str().unwrap().to_owned();
    for n in 0..10 {
        let integration = json!({"integration": {
            "type": "events_api_v2_inbound_integration", "name": format!("new {n}"),
        }});
        let made = rig.rest("POST", &format!("/services/{service}/integrations"), Some(&integration));
        let key = made["integration"]["integration_key"].as_str().unwrap();
        let answer = rig.post_event(&event(key, "trigger", &format!("k{n}")));
        assert_eq!(answer.status, 202, "{answer}");
    }
    rig.wait_until("all are incidents", SOON, || rig.list("/incidents", "incidents").len() == 10);
}

#[test]
fn a_second_start_finds_everything_as_it_was() {
    let mut rig = Rig::start();
    assert!(rig.said().contains("first start"), "{}", rig.said());
    let first = rig.ok(&["context", "list", "-o", "json"]);
    let known = rig.context().clone();
    assert_eq!(rig.trigger("kept").status, 202);
    assert_eq!(rig.term(), Some(0));
    rig.up();
    assert!(!rig.said().contains("first start"), "{}", rig.said());
    assert_eq!(rig.ok(&["context", "list", "-o", "json"]), first);
    let mut bare = rig.command();
    let shown = bare.args(["context", "show", "-o", "json"]).output().unwrap().stdout;
    let shown: serde_json::Value = serde_json::from_slice(&shown).unwrap();
    assert_eq!((&shown["token"], &shown["routing_key"]), (&known.token.into(), &known.routing_key.into()));
    for (path, name, count) in [
        ("/users", "users", 1),
        // The first one, and that of `pd` itself.
        ("/services", "services", 2),
        ("/escalation_policies", "escalation_policies", 1),
        ("/tokens", "tokens", 1),
    ] {
        assert_eq!(rig.list(path, name).len(), count, "{path}");
    }
    assert_eq!(rig.trigger("kept").status, 202);
    rig.wait_until("it is still the one incident", SOON, || {
        rig.ok(&["log", "1"]).contains("Triggered once more")
    });
    assert_eq!(rig.list("/incidents", "incidents").len(), 1);
}
