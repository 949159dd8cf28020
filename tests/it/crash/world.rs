//! A server with a user who has e-mail and a webhook, the two receivers, and load.

use std::time::Duration;

use serde_json::{Value, json};

use crate::doubles::{http, smtp};
use crate::rig::Rig;
use crate::rig::chance::Chance;
use crate::rig::load::{Load, Sent};

/// How many lives a test gives the server.
pub(super) const LIVES: u64 = 20;
/// How long a life lasts at least and at most.
const LIFE_MS: (u64, u64) = (30, 700);
const SENDERS: usize = 4;
/// Between two events of a sender: a life has some dozens of events, and the receivers are not what is tried here.
const PAUSE: Duration = Duration::from_millis(25);

pub(super) struct World {
    pub(super) rig: Rig,
    pub(super) mail: smtp::Server,
    pub(super) hook: http::Server,
}

impl World {
    /// A server that is not up yet. `extra` is added to its configuration.
    pub(super) fn prepare(extra: &str) -> Self {
        let (mail, hook) = (smtp::Server::start(), http::Server::start());
        let config = format!(
            "[deliver.email]\nrelays = [\"smtp://{}\"]\nfrom = \"pd@example.com\"\ntimeout = \"5s\"\n\
             [deliver.webhook]\nallow = [\"127.0.0.0/8\"]\ntimeout = \"5s\"\n{extra}",
            mail.address()
        );
        Self { rig: Rig::prepare(&config), mail, hook }
    }

    /// Gives the first user an e-mail address and a webhook, used at once. The server is up.
    pub(super) fn reach_somebody(&self) {
        let user = self.rig.list("/users", "users")[0]["id"].as_str().unwrap().to_owned();
        self.contact(&user, "email_contact_method", "ann@example.com");
        self.contact(&user, "webhook_contact_method", &self.hook.url());
    }

    fn contact(&self, user: &str, kind: &str, address: &str) {
        let method = json!({"contact_method": {"type": kind, "address": address, "label": kind}});
        let made = self.rig.rest("POST", &format!("/users/{user}/contact_methods"), Some(&method));
        let rule = json!({"notification_rule": {
            "type": "assignment_notification_rule",
            "start_delay_in_minutes": 0,
            "urgency": "high",
            "contact_method": {"id": made["contact_method"]["id"], "type": kind},
        }});
        self.rig.rest("POST", &format!("/users/{user}/notification_rules"), Some(&rule));
    }

    /// Puts the server under load and through `LIVES` lives, each ended by `end` at a moment that chance says, and
    /// started by `begin`. At the end it is up, and nothing is sent any more.
    pub(super) fn live_and_die(
        &mut self,
        chance: &mut Chance,
        mut end: impl FnMut(&mut Rig, &mut Chance),
        mut begin: impl FnMut(&mut Rig),
    ) -> Vec<Sent> {
        let context = self.rig.context().clone();
        let load = Load::start(&context.address, &context.routing_key, "crash", SENDERS, PAUSE);
        for life in 0..LIVES {
            let before = load.accepted();
            let (least, most) = LIFE_MS;
            std::thread::sleep(Duration::from_millis(least + chance.below(most - least)));
            // Every third life at least is one in which something was accepted, however slow the machine is.
            if life % 3 == 0 {
                self.rig
                    .wait_until("an event is accepted", Duration::from_secs(30), || load.accepted() > before);
            }
            end(&mut self.rig, chance);
            begin(&mut self.rig);
            load.redirect(&self.rig.context().address);
        }
        load.finish()
    }

    /// All incidents, whatever their status.
    pub(super) fn incidents(&self) -> Vec<Value> {
        let statuses = "statuses[]=triggered&statuses[]=acknowledged&statuses[]=resolved";
        self.rig.list(&format!("/incidents?{statuses}&date_range=all"), "incidents")
    }
}
