//! What happens in the demo, and when: a table, and the pace at which it is told.

use std::time::Duration;

use serde_json::{Value, json};

use crate::wire::configuration::{Configuration, Length};

/// The team, as `pd apply` takes it.
pub(super) const TEAM: &str = include_str!("team.toml");

/// The key by which the heartbeat pings.
pub(super) const HEARTBEAT_KEY: &str = "demo0000000000000000000heartbeat";

/// Heartbeats that are more often are refused.
const PERIOD_MIN: u64 = 10;

/// Where the events of a service go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Door {
    /// The service's name.
    pub(super) service: &'static str,
    /// The key of its integration.
    pub(super) key: &'static str,
}

const CHECKOUT: Door = Door { service: "checkout", key: "demo0000000000000000000checkout1" };
const SEARCH: Door = Door { service: "search", key: "demo00000000000000000000search01" };
const DATABASE: Door = Door { service: "database", key: "demo0000000000000000000database1" };

/// Something that monitoring sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Trouble {
    pub(super) door: Door,
    /// The dedup key.
    pub(super) key: &'static str,
    pub(super) summary: &'static str,
    pub(super) source: &'static str,
    pub(super) severity: &'static str,
    pub(super) class: &'static str,
    /// What is measured, and how much of it.
    pub(super) detail: (&'static str, &'static str),
}

/// What is done at a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Deed {
    /// An event.
    Trigger(&'static Trouble),
    /// As many of the kind, from as many sources: their keys and sources are numbered.
    Storm(&'static Trouble, usize),
    /// An event that says that it is over.
    Resolve(&'static Trouble),
    /// Somebody looks at it.
    Acknowledge(&'static str, &'static Trouble),
    /// Somebody writes a note.
    Note(&'static str, &'static Trouble, &'static str),
    /// The heartbeat says that it is well.
    Ping,
    /// Nothing but waiting, until an incident is at this level.
    Level(&'static Trouble, u64),
    /// Nothing but waiting, until the heartbeat is missed.
    Missed,
}

/// A line of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Step {
    /// Not before so many seconds after the beginning, at the story's own pace.
    pub(super) at: u64,
    pub(super) deed: Deed,
    /// What is told once it is done.
    pub(super) says: &'static str,
}

const PAYMENTS: Trouble = Trouble {
    door: CHECKOUT,
    key: "payments",
    summary: "31 % of payments are declined",
    source: "pay-1",
    severity: "critical",
    class: "payments",
    detail: ("declined", "31 %"),
};
const INDEX: Trouble = Trouble {
    door: SEARCH,
    key: "index",
    summary: "Search index is 12 minutes behind",
    source: "search-2",
    severity: "warning",
    class: "lag",
    detail: ("behind", "12 min"),
};
const DEPLOY: Trouble = Trouble {
    door: SEARCH,
    key: "deploy",
    summary: "Search 4.2 is deployed",
    source: "ci",
    severity: "info",
    class: "deploy",
    detail: ("version", "4.2"),
};
const CERTIFICATE: Trouble = Trouble {
    door: CHECKOUT,
    key: "certificate",
    summary: "Certificate of shop.example.com ends in 2 days",
    source: "edge-1",
    severity: "error",
    class: "certificate",
    detail: ("days", "2"),
};
const REPLICA: Trouble = Trouble {
    door: DATABASE,
    key: "replica",
    summary: "Database node does not answer",
    source: "db",
    severity: "critical",
    class: "replica",
    detail: ("timeout", "3 s"),
};

/// The story. Later steps rely on earlier ones.
pub(super) const STORY: &[Step] = &[
    Step {
        at: 0,
        deed: Deed::Ping,
        says: "the nightly backup says that it is well; from now on its next sign of life is waited for",
    },
    Step {
        at: 3,
        deed: Deed::Trigger(&PAYMENTS),
        says: "checkout: 31 % of payments are declined. It is critical, so a rule makes it P1, and bob is paged: he is \
               on call by an override",
    },
    Step {
        at: 12,
        deed: Deed::Trigger(&INDEX),
        says: "search: the index is 12 minutes behind. Only a warning: low urgency",
    },
    Step {
        at: 20,
        deed: Deed::Trigger(&DEPLOY),
        says: "search: news of a deploy. A rule suppresses it: it is recorded, and nobody is paged",
    },
    Step {
        at: 28,
        deed: Deed::Acknowledge("bob", &PAYMENTS),
        says: "bob acknowledges the payments: nobody else is paged for them",
    },
    Step {
        at: 34,
        deed: Deed::Note("bob", &PAYMENTS, "rolling back the release of 14:02"),
        says: "bob notes: rolling back the release of 14:02",
    },
    Step {
        at: 42,
        deed: Deed::Storm(&REPLICA, 12),
        says: "database: twelve nodes do not answer. A storm, and one incident: the alerts are grouped",
    },
    Step {
        at: 50,
        deed: Deed::Trigger(&CERTIFICATE),
        says: "checkout: a certificate ends in 2 days. bob has his hands full, and does not answer",
    },
    Step {
        at: 60,
        deed: Deed::Acknowledge("carol", &REPLICA),
        says: "carol acknowledges the storm, all of it at once",
    },
    Step {
        at: 70,
        deed: Deed::Missed,
        says: "the nightly backup has not been heard of in time: an incident opens for it",
    },
    Step {
        at: 80,
        deed: Deed::Level(&CERTIFICATE, 2),
        says: "nobody has acknowledged the certificate for 30 seconds: the second level is paged",
    },
    Step { at: 92, deed: Deed::Acknowledge("ann", &CERTIFICATE), says: "ann acknowledges the certificate" },
    Step {
        at: 100,
        deed: Deed::Resolve(&PAYMENTS),
        says: "monitoring says that payments are well again: the incident is resolved",
    },
];

/// The name of one of several that are alike.
pub(super) fn numbered(name: &str, n: usize) -> String {
    format!("{name}-{}", n + 1)
}

impl Trouble {
    /// The dedup key by which its incident is found.
    pub(super) fn known_as(&self) -> String {
        let storm = STORY.iter().any(|step| matches!(step.deed, Deed::Storm(it, _) if it == self));
        if storm { numbered(self.key, 0) } else { self.key.to_owned() }
    }

    /// The event that tells of it; of the `n`th one that is alike, if there are several.
    pub(super) fn event(&self, n: Option<usize>) -> Value {
        let name = |name: &str| n.map_or_else(|| name.to_owned(), |n| numbered(name, n));
        json!({
            "routing_key": self.door.key,
            "event_action": "trigger",
            "dedup_key": name(self.key),
            "client": "Prometheus",
            "payload": {
                "summary": self.summary,
                "source": name(self.source),
                "severity": self.severity,
                "class": self.class,
                "component": self.door.service,
                "custom_details": {self.detail.0: self.detail.1},
            },
        })
    }

    /// The event that says that it is over.
    pub(super) fn over(&self) -> Value {
        json!({"routing_key": self.door.key, "event_action": "resolve", "dedup_key": self.known_as()})
    }
}

/// How fast the story is told.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Pace(pub(super) f64);

impl Pace {
    /// A length of the story, as it is lived.
    pub(super) fn lived(self, length: Duration) -> Duration {
        length.div_f64(self.0)
    }

    /// The same for what the server counts in whole seconds.
    fn seconds(self, length: &Length, least: u64) -> Length {
        let seconds = match length {
            Length::Seconds(seconds) => *seconds,
            Length::Text(text) => match crate::config::duration(text) {
                Ok(length) => length.as_secs(),
                Err(_) => return length.clone(),
            },
        };
        Length::Seconds(self.lived(Duration::from_secs(seconds)).as_secs().max(least))
    }

    /// The team, with what the story waits for at this pace.
    pub(super) fn apply(self, team: &mut Configuration) {
        for level in team.escalation_policies.iter_mut().flatten().flat_map(|policy| &mut policy.levels) {
            level.delay = self.seconds(&level.delay, 1);
        }
        for heartbeat in team.heartbeats.iter_mut().flatten() {
            heartbeat.period = self.seconds(&heartbeat.period, PERIOD_MIN);
            heartbeat.grace = heartbeat.grace.as_ref().map(|grace| self.seconds(grace, 1));
        }
    }
}

/// Reads a pace: how many times as fast.
pub(super) fn pace(text: &str) -> Result<Pace, String> {
    match text.parse::<f64>() {
        Ok(times) if (0.1..=100.0).contains(&times) => Ok(Pace(times)),
        _ => Err("expected a number from 0.1 to 100".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn team() -> Configuration {
        toml::from_str(TEAM).unwrap()
    }

    #[test]
    fn the_story_goes_forward_and_names_what_was_told_of_before() {
        let mut known: Vec<&Trouble> = Vec::new();
        let mut last = 0;
        for step in STORY {
            assert!(step.at >= last, "{step:?}");
            last = step.at;
            match step.deed {
                Deed::Trigger(it) | Deed::Storm(it, _) => {
                    assert!(!known.contains(&it), "{step:?} tells it twice");
                    known.push(it);
                }
                Deed::Resolve(it) | Deed::Acknowledge(_, it) | Deed::Note(_, it, _) | Deed::Level(it, _) => {
                    assert!(known.contains(&it), "{step:?} comes before its beginning");
                }
                Deed::Ping | Deed::Missed => {}
            }
        }
    }

    #[test]
    fn the_story_and_the_team_fit() {
        let team = team();
        let services = team.services.unwrap();
        let key_of = |name: &str| {
            let service = services.iter().find(|service| service.name == name).unwrap();
            service.integrations.as_ref().unwrap()[0].key.clone().unwrap()
        };
        let users: Vec<_> = team.users.unwrap().into_iter().map(|user| user.name).collect();
        for step in STORY {
            match step.deed {
                Deed::Trigger(it) | Deed::Storm(it, _) => assert_eq!(key_of(it.door.service), it.door.key),
                Deed::Acknowledge(who, _) | Deed::Note(who, ..) => assert!(users.contains(&who.to_owned())),
                _ => {}
            }
        }
        assert_eq!(team.heartbeats.unwrap()[0].key.as_deref(), Some(HEARTBEAT_KEY));
    }

    #[test]
    fn nothing_leaves_the_machine() {
        let methods = team().users.unwrap().into_iter().flat_map(|user| user.contact_methods.unwrap());
        assert!(methods.into_iter().all(|method| method.kind == "console"));
    }

    #[test]
    fn the_pace_makes_lengths_shorter_and_never_nothing() {
        let mut team = team();
        Pace(20.0).apply(&mut team);
        let policies = team.escalation_policies.unwrap();
        assert_eq!(policies[0].levels[0].delay, Length::Seconds(1), "30 s");
        assert_eq!(policies[0].levels[1].delay, Length::Seconds(6), "2 min");
        assert_eq!(team.heartbeats.unwrap()[0].period, Length::Seconds(10), "no server takes less");
        assert_eq!(Pace(0.5).lived(Duration::from_secs(3)), Duration::from_secs(6));
        for (text, understood) in [("2", true), ("0.5", true), ("0", false), ("fast", false), ("-1", false)] {
            assert_eq!(pace(text).is_ok(), understood, "{text}");
        }
    }
}
