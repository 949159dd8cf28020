//! From an event to the people: levels, acknowledgements, failures, unknown outcomes, restarts.

use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::world::{By, SOON, World};
use crate::doubles::smtp::{Behaviour, Mail, Phase};
use crate::rig::http::Connection;

/// 3 s: a delay that a test can wait for.
const SHORT: f64 = 0.05;
/// So long after the delay nothing more is expected.
const QUIET: Duration = Duration::from_secs(6);

#[test]
fn the_second_level_is_paged_after_its_delay_and_nobody_after_an_ack() {
    let world = World::start();
    let ann = world.user("ann-smith", &[By::Mail(0), By::Hook(0)]);
    let bob = world.user("bob", &[By::Mail(0)]);
    let eve = world.user("eve", &[By::Mail(0)]);
    world.levels(&[(&ann, SHORT), (&bob, 0.25), (&eve, 0.25)]);
    world.trigger("db1");

    let hook = &world.hook.wait_for(1, SOON)[0];
    assert_eq!(hook.header("x-pagerduty-signature"), signature("s3cret", &hook.body));
    let told = &hook.json()["event"];
    assert_eq!(told["event_type"], "incident.triggered");
    assert_eq!(told["data"]["title"], "disk of db1 is full");
    assert_eq!(told["data"]["assignees"][0]["summary"], "ann-smith");

    let mails = world.mail.wait_for(2, SOON);
    assert_eq!(world.mailed(), ["ann-smith@example.com", "bob@example.com"]);
    assert!(mails[0].subject().contains("disk of db1 is full"), "{}", mails[0].subject());
    world.log_says(
        "1",
        &[
            "Triggered by the integration",
            "Level 1 pages ann-smith, because the incident was triggered",
            "Notified ann-smith by webhook",
            "Level 2 pages bob, because nobody of level 1 acknowledged in time",
            "Notified bob by email",
        ],
    );
    let paged = |level: &str| {
        let entries: serde_json::Value =
            serde_json::from_str(&world.rig.ok(&["log", "1", "-o", "json"])).unwrap();
        let entries = entries.as_array().cloned().unwrap_or_else(|| panic!("{entries}"));
        let entry = entries.iter().find(|it| it["summary"].as_str().unwrap().starts_with(level)).unwrap();
        pd::domain::time::Timestamp::parse(entry["created_at"].as_str().unwrap()).unwrap()
    };
    let delay = paged("Level 2").since(paged("Level 1"));
    assert!(delay >= Duration::from_secs(2), "timelines are in whole seconds: {delay:?}");

    world.rig.ok(&["ack", "1"]);
    std::thread::sleep(Duration::from_secs(15) + QUIET);
    assert_eq!(world.mailed(), ["ann-smith@example.com", "bob@example.com"]);
    world.log_says("1", &["Acknowledged by "]);
    assert_eq!(world.hook.requests().len(), 1);
}

#[test]
fn an_ack_before_the_delay_stops_the_escalation() {
    let world = World::start();
    let ann = world.user("ann-smith", &[By::Mail(0)]);
    let bob = world.user("bob", &[By::Mail(0)]);
    world.levels(&[(&ann, SHORT * 3.0), (&bob, 1.0)]);
    world.trigger("db1");
    world.mail.wait_for(1, SOON);
    world.rig.ok(&["ack", "db1"]);
    let acknowledged = world.rig.ok(&["list", "--status", "acknowledged"]);
    assert!(acknowledged.contains("disk of db1 is full"), "{acknowledged}");
    std::thread::sleep(Duration::from_secs(9) + QUIET);
    assert_eq!(world.mailed(), ["ann-smith@example.com"]);
}

#[test]
fn a_level_that_reaches_nobody_is_left_at_once() {
    let world = World::start();
    let none = world.user("none", &[]);
    let ann = world.user("ann-smith", &[By::Mail(0)]);
    let bob = world.user("bob", &[By::Hook(0)]);
    world.levels(&[(&none, 60.0), (&ann, 60.0), (&bob, 60.0)]);
    world.mail.behave(Phase::Rcpt, Behaviour::Answer("550 5.1.1 no such mailbox"));
    world.trigger("db1");
    let hook = &world.hook.wait_for(1, SOON)[0];
    assert_eq!(hook.json()["event"]["data"]["assignees"][0]["summary"], "bob");
    world.log_says(
        "1",
        &[
            "Level 1 reached nobody: no contact method is set up for this urgency",
            "Level 2 pages ann-smith, because level 1 reached nobody",
            "Could not notify ann-smith by email",
            "no such mailbox",
            "Level 2 reached nobody: every message failed",
            "Level 3 pages bob, because level 2 reached nobody",
            "Notified bob by webhook",
        ],
    );
    assert_eq!(world.mailed(), Vec::<String>::new());
}

#[test]
fn a_mail_whose_fate_is_unknown_is_not_repeated_and_the_next_way_goes_at_once() {
    let world = World::start();
    let ann = world.user("ann-smith", &[By::Mail(0), By::Hook(30)]);
    let bob = world.user("bob", &[By::Mail(0)]);
    world.levels(&[(&ann, 60.0), (&bob, 60.0)]);
    world.mail.behave(Phase::End, Behaviour::Hang);
    world.trigger("db1");
    world.hook.wait_for(1, SOON);
    world.log_says(
        "1",
        &[
            "It is unknown whether ann-smith was notified by email; it is not repeated there",
            "Notified ann-smith by webhook",
        ],
    );
    // She was reached, so nobody else is paged; and the mail server, once it is well, gets nothing again.
    world.mail.behave_well();
    std::thread::sleep(QUIET);
    assert_eq!(world.mailed(), ["ann-smith@example.com"]);

    // With no other way left, the incident goes on to the next level at once.
    world.levels(&[(&bob, 60.0), (&ann, 60.0)]);
    world.mail.behave_times(Phase::End, Behaviour::Hang, 1);
    world.trigger("db2");
    world.mail.wait_for(3, SOON);
    assert_eq!(world.mailed(), ["ann-smith@example.com", "bob@example.com", "ann-smith@example.com"]);
    world.log_says(
        "2",
        &[
            "It is unknown whether bob was notified by email",
            "Level 1 reached nobody: every message failed, or its fate is unknown",
            "Level 2 pages ann-smith, because level 1 reached nobody",
        ],
    );
    assert!(world.mail.counts().values().all(|count| *count == 1), "{:?}", world.mail.counts());
}

#[test]
fn escalation_goes_on_after_restarts() {
    let mut world = World::start();
    let ann = world.user("ann-smith", &[By::Mail(0)]);
    let bob = world.user("bob", &[By::Mail(0)]);
    let eve = world.user("eve", &[By::Mail(0)]);
    world.levels(&[(&ann, 0.1), (&bob, 0.1), (&eve, 60.0)]);
    world.trigger("db1");
    world.mail.wait_for(1, SOON);
    world.log_says("1", &["Notified ann-smith by email"]);
    world.rig.kill9();
    world.rig.up();
    world.mail.wait_for(2, SOON);
    world.log_says("1", &["Notified bob by email"]);
    assert_eq!(world.rig.term(), Some(0));
    // While it is away the delay passes: it goes on when it is back.
    std::thread::sleep(Duration::from_secs(7));
    world.rig.up();
    world.mail.wait_for(3, SOON);
    world.log_says("1", &["Level 3 pages eve, because nobody of level 2 acknowledged in time"]);
    assert_eq!(world.mailed(), ["ann-smith", "bob", "eve"].map(|name| format!("{name}@example.com")));
    assert!(world.mail.counts().values().all(|count| *count == 1), "{:?}", world.mail.counts());
}

#[test]
fn the_link_in_a_mail_opens_the_incidents_page_and_no_other() {
    let world = World::start();
    let ann = world.user("ann-smith", &[By::Mail(0)]);
    world.levels(&[(&ann, 60.0)]);
    let mut event = crate::rig::event(&world.rig.context().routing_key, "trigger", "db1");
    event["payload"]["summary"] = "<script>alert(1)</script> & more".into();
    assert_eq!(world.rig.post_event(&event).status, 202);
    let link = link(&world.mail.wait_for(1, SOON)[0]);
    let path = link.strip_prefix(&world.rig.url()).unwrap_or_else(|| panic!("{link}"));
    let get = |path: &str| {
        let answer = Connection::open(&world.rig.context().address).unwrap();
        let mut answer = answer;
        answer.request("GET", path, "", None).unwrap()
    };
    let page = get(path);
    assert_eq!(page.status, 200, "{page}");
    assert!(page.header("content-type").starts_with("text/html"), "{}", page.header("content-type"));
    let html = String::from_utf8(page.body.clone()).unwrap();
    assert!(!html.contains("<script>") && html.contains("alert(1)"), "{html}");
    assert!(html.contains("Level 1 pages ann-smith"), "{html}");
    // The signature is the permission, for this number alone.
    let (bare, signature) = path.split_once("?s=").unwrap();
    assert_eq!(bare, "/i/1");
    for refused in [
        bare.to_owned(),
        format!("/i/2?s={signature}"),
        format!("{bare}?s={}", "0".repeat(64)),
        "/i/x".into(),
    ] {
        let answer = get(&refused);
        assert_eq!(answer.status, 403, "{refused}: {answer}");
    }
    // Nobody writes by it.
    let mut connection = Connection::open(&world.rig.context().address).unwrap();
    assert_eq!(connection.request("POST", path, "", Some(b"{}")).unwrap().status, 405);
    // A link that is signed rightly, but whose incident is not kept, says so.
    let keyring = pd::keyring::Keyring::load(&world.rig.data().join("key")).unwrap();
    let signed = keyring.sign_link(pd::domain::id::IncidentNumber(77));
    assert_eq!(get(&format!("/i/77?s={signed}")).status, 404);
}

/// The first link to a page in a mail.
fn link(mail: &Mail) -> String {
    // Quoted-printable: soft line breaks, and `=3D` for `=`.
    let text = mail.raw.replace("=\r\n", "").replace("=3D", "=");
    let at = text.find("/i/").unwrap_or_else(|| panic!("no link in {text}"));
    let start = text[..at].rfind("http://").unwrap();
    let end = text[start..].find(|c: char| c.is_whitespace() || "\"<>)&".contains(c)).unwrap();
    text[start..start + end].to_owned()
}

/// PagerDuty's signature of a webhook.
fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("v1={hex}")
}
