//! A server, a mail server and a webhook receiver, and users who are reached by them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::doubles::{http, smtp};
use crate::rig::Rig;

/// How long anything that should happen at once may take on a busy machine.
pub(super) const SOON: Duration = Duration::from_secs(40);

pub(super) struct World {
    pub(super) rig: Rig,
    pub(super) mail: smtp::Server,
    pub(super) hook: http::Server,
}

/// How a user is reached, and after how many minutes.
pub(super) enum By {
    Mail(u64),
    Hook(u64),
}

impl World {
    pub(super) fn start() -> Self {
        let (mail, hook) = (smtp::Server::start(), http::Server::start());
        let config = format!(
            "[deliver.email]\nrelays = [\"smtp://{}\"]\nfrom = \"pd@example.com\"\ntimeout = \"3s\"\n\
             [deliver.webhook]\nallow = [\"127.0.0.0/8\"]\ntimeout = \"3s\"\n",
            mail.address()
        );
        Self { rig: Rig::start_with(&config), mail, hook }
    }

    /// A new user who is reached in these ways; the id.
    pub(super) fn user(&self, name: &str, ways: &[By]) -> String {
        let user = json!({"user": {"type": "user", "name": name, "email": format!("{name}@example.com")}});
        let made = self.rig.rest("POST", "/users", Some(&user));
        let user = made["user"]["id"].as_str().unwrap().to_owned();
        // What a user begins with is not what a test asks for.
        for (list, one) in
            [("notification_rules", "notification_rules"), ("contact_methods", "contact_methods")]
        {
            for it in self.rig.list(&format!("/users/{user}/{list}"), one) {
                let id = it["id"].as_str().unwrap();
                self.rig.rest("DELETE", &format!("/users/{user}/{list}/{id}"), None);
            }
        }
        for way in ways {
            match way {
                By::Mail(after) => {
                    self.reach(&user, "email_contact_method", &format!("{name}@example.com"), *after);
                }
                By::Hook(after) => self.reach(&user, "webhook_contact_method", &self.hook.url(), *after),
            }
        }
        user
    }

    fn reach(&self, user: &str, kind: &str, address: &str, after: u64) {
        let mut method = json!({"contact_method": {"type": kind, "address": address, "label": kind}});
        if kind.starts_with("webhook") {
            method["contact_method"]["secret"] = json!("s3cret");
        }
        let made = self.rig.rest("POST", &format!("/users/{user}/contact_methods"), Some(&method));
        let rule = json!({"notification_rule": {
            "type": "assignment_notification_rule",
            "start_delay_in_minutes": after,
            "urgency": "high",
            "contact_method": {"id": made["contact_method"]["id"], "type": kind},
        }});
        self.rig.rest("POST", &format!("/users/{user}/notification_rules"), Some(&rule));
    }

    /// Makes these the levels of the default policy: whom, and after how many minutes the next one.
    pub(super) fn levels(&self, levels: &[(&str, f64)]) {
        let rules: Vec<Value> = levels
            .iter()
            .map(|(user, minutes)| {
                json!({
                    "escalation_delay_in_minutes": minutes,
                    "targets": [{"id": user, "type": "user_reference"}],
                })
            })
            .collect();
        let policy = self.rig.list("/escalation_policies", "escalation_policies")[0]["id"].clone();
        let change = json!({"escalation_policy": {"type": "escalation_policy", "escalation_rules": rules}});
        self.rig.rest("PUT", &format!("/escalation_policies/{}", policy.as_str().unwrap()), Some(&change));
    }

    pub(super) fn trigger(&self, key: &str) {
        let answer = self.rig.trigger(key);
        assert_eq!(answer.status, 202, "{answer}");
    }

    /// The addresses that mails were taken for, in order.
    pub(super) fn mailed(&self) -> Vec<String> {
        self.mail.mails().into_iter().flat_map(|mail| mail.to).collect()
    }

    /// Waits until `pd log` of this incident says each of these.
    pub(super) fn log_says(&self, incident: &str, texts: &[&str]) {
        let mut log = String::new();
        let said = crate::rig::poll(SOON, || {
            // A table wraps what is long.
            log = self.rig.ok(&["log", incident, "-o", "json"]);
            texts.iter().all(|text| log.contains(text))
        });
        let missing: Vec<_> = texts.iter().filter(|text| !log.contains(**text)).collect();
        assert!(said, "pd log does not say {missing:?}:\n{log}\n{}", self.rig.said());
    }
}
