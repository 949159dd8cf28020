//! `pd` watches itself, by the real program: its own incidents, the heartbeat, the call for help.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use serde_json::{Value, json};

use crate::doubles::{http, smtp};
use crate::rig::Rig;
use crate::rig::refusal::Switch;

/// How long anything may take on a busy machine.
const SOON: Duration = Duration::from_secs(90);

struct World {
    rig: Rig,
    mail: smtp::Server,
    hook: http::Server,
    beats: http::Server,
    /// Where the doors are kept, apart from the rest.
    _doors: tempfile::TempDir,
}

impl World {
    /// A server whose bounds are seconds. Its doors are on a disk of their own, so that events are still accepted when
    /// `data` fails. Not up yet.
    fn prepare(watch: impl Fn(&str) -> String) -> Self {
        let (mail, hook, beats) = (smtp::Server::start(), http::Server::start(), http::Server::start());
        let doors = tempfile::Builder::new().prefix("pd-doors").tempdir().unwrap();
        let config = format!(
            "[store]\ndoors = \"sqlite:{}/doors.db\"\n\
             [deliver.email]\nrelays = [\"smtp://{}\"]\nfrom = \"pd@example.com\"\ntimeout = \"1s\"\n\
             [deliver.webhook]\nallow = [\"127.0.0.0/8\"]\n\
             [watch]\nlate = \"3s\"\nresolve_after = \"3s\"\nheartbeat = \"{}\"\nheartbeat_every = \"1s\"\n\
             blind_after = \"4s\"\n{}",
            doors.path().display(),
            mail.address(),
            beats.url(),
            watch(&hook.url()),
        );
        Self { rig: Rig::prepare(&config), mail, hook, beats, _doors: doors }
    }

    /// The incidents of the service `pd` with this key, and whether they are open.
    fn own(&self, key: &str) -> Vec<(String, bool)> {
        let all =
            "/incidents?statuses[]=triggered&statuses[]=acknowledged&statuses[]=resolved&date_range=all";
        let incidents = self.rig.list(all, "incidents");
        let of_pd =
            incidents.iter().filter(|it| it["service"]["summary"] == "pd" && it["incident_key"] == key);
        of_pd.map(|it| (text(&it["title"]), it["status"] != "resolved")).collect()
    }

    fn job(&self, name: &str) -> Value {
        let jobs: Value = serde_json::from_str(&self.rig.ok(&["status", "--jobs", "-o", "json"])).unwrap();
        jobs.as_array().unwrap().iter().find(|job| job["name"] == name).cloned().unwrap_or_default()
    }

    /// The first user is reached by e-mail.
    fn reach_by_mail(&self) {
        let user = text(&self.rig.list("/users", "users")[0]["id"]);
        let method = json!({"contact_method": {
            "type": "email_contact_method", "address": "ann@example.com", "label": "mail",
        }});
        let made = self.rig.rest("POST", &format!("/users/{user}/contact_methods"), Some(&method));
        let rule = json!({"notification_rule": {
            "type": "assignment_notification_rule", "start_delay_in_minutes": 0, "urgency": "high",
            "contact_method": {"id": made["contact_method"]["id"], "type": "email_contact_method"},
        }});
        self.rig.rest("POST", &format!("/users/{user}/notification_rules"), Some(&rule));
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

#[test]
fn late_work_withholds_the_heartbeat_calls_for_help_and_leaves_an_incident() {
    let mut world =
        World::prepare(|hook| format!("contact_email = \"ops@example.com\"\ncontact_webhook = \"{hook}\"\n"));
    let switch = Switch::on(&mut world.rig);
    world.rig.up();
    // It is there before it is needed, and nothing is amiss.
    let services = world.rig.list("/services", "services");
    assert!(services.iter().any(|service| service["name"] == "pd"), "{services:?}");
    world.beats.wait_for(3, SOON);
    assert!(world.hook.requests().is_empty() && world.mail.mails().is_empty());

    // The stages' disk takes no writes any more; the doors' does.
    switch.read_only();
    assert_eq!(world.rig.trigger("waits").status, 202);
    let mails = world.mail.wait_for(1, SOON);
    assert!(mails[0].to == ["ops@example.com"] && mails[0].subject().contains("pd is blind"), "{mails:?}");
    assert!(mails[0].raw.contains("random delay"), "{mails:?}");
    let told = world.hook.wait_for(1, SOON)[0].json();
    assert!(told["event"] == "pd.blind" && text(&told["text"]).contains("read-only"), "{told}");
    world.rig.wait_until("the status says why no heartbeat is sent", SOON, || {
        world.job("heartbeat")["waits_for"].as_str().is_some_and(|why| why.contains("withheld"))
    });
    let beats = world.beats.requests().len();
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(world.beats.requests().len(), beats, "a heartbeat although nothing can be stored");

    switch.heal();
    world.beats.wait_for(beats + 1, SOON);
    let late = "pd/late/incidents";
    world.rig.wait_until("what was late is told", SOON, || !world.own(late).is_empty());
    world.rig.wait_until("it is over by itself", SOON, || world.own(late).iter().all(|(_, open)| !open));
    assert!(world.own(late)[0].0.contains("the stage incidents is"), "{:?}", world.own(late));
    assert_eq!((world.mail.mails().len(), world.hook.requests().len()), (1, 1), "told more than once");
    assert_eq!(world.rig.term(), Some(0));
}

#[test]
fn a_provider_that_does_not_answer_is_an_incident_until_it_does() {
    let mut world = World::prepare(|_| "provider_failures = 3\n".to_owned());
    world.rig.up();
    world.reach_by_mail();
    world.mail.behave(smtp::Phase::Ehlo, smtp::Behaviour::Hang);
    for n in 0..3 {
        assert_eq!(world.rig.trigger(&format!("unheard-{n}")).status, 202);
    }
    let key = "pd/provider/e-mail";
    let opened = || world.own(key).iter().any(|(_, open)| *open);
    world.rig.wait_until("the incident opens", SOON, opened);
    assert!(world.own(key)[0].0.contains("e-mail does not get through"), "{:?}", world.own(key));
    world.mail.behave_well();
    world.mail.wait_for(2, SOON);
    world.rig.wait_until("it is resolved", SOON, || !opened());
    assert_eq!(world.own(key).len(), 1, "it flapped: {:?}", world.own(key));
    assert_eq!(world.rig.term(), Some(0));
}
