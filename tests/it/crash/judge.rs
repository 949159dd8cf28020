//! Counts what was promised against what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use super::world::World;
use crate::rig::load::Sent;

/// How long everything may take to settle after the last start: claims of dead processes have to run out first.
const SETTLE: Duration = Duration::from_secs(90);

impl World {
    /// Waits until every accepted event has its incident and every incident its message, and holds the rest:
    /// no incident twice, no mail twice, no webhook twice under another id.
    pub(super) fn judge(&self, sent: &[Sent]) {
        let accepted: BTreeSet<&str> =
            sent.iter().filter(|sent| sent.accepted()).map(|sent| sent.dedup_key.as_str()).collect();
        assert!(!accepted.is_empty(), "nothing was accepted: {:?}", sent.first());
        #[expect(clippy::print_stderr, reason = "shown when the test fails, or when asked for")]
        {
            eprintln!("{} events sent, {} accepted", sent.len(), accepted.len());
        }
        let incidents = self.settled(&accepted);
        self.one_incident_per_key(&incidents, sent);
        self.no_mail_twice();
        self.webhooks_repeat_only_themselves();
        self.everyone_is_told(&incidents);
    }

    /// The incidents, once all accepted keys have one and nothing is left to do for any.
    fn settled(&self, accepted: &BTreeSet<&str>) -> Vec<Value> {
        let mut incidents = Vec::new();
        self.rig.wait_until("every accepted event has an incident", SETTLE, || {
            incidents = self.incidents();
            let keys: BTreeSet<&str> = incidents.iter().map(key).collect();
            accepted.iter().all(|key| keys.contains(key))
        });
        let mut untold = Vec::new();
        let quiet = crate::rig::poll(SETTLE, || {
            untold = self.untold(&incidents);
            untold.is_empty()
        });
        assert!(quiet, "incidents without a message or a reason: {untold:#?}\n{}", self.rig.said());
        incidents
    }

    fn one_incident_per_key(&self, incidents: &[Value], sent: &[Sent]) {
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for incident in incidents {
            *count.entry(key(incident)).or_default() += 1;
        }
        let twice: Vec<_> = count.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "several incidents for one key: {twice:?}\n{}", self.rig.said());
        let known: BTreeSet<&str> = sent.iter().map(|sent| sent.dedup_key.as_str()).collect();
        let foreign: Vec<_> = count.keys().filter(|key| !known.contains(*key)).collect();
        assert!(foreign.is_empty(), "incidents that nobody asked for: {foreign:?}");
        // Numbers are given in order and without holes.
        let numbers: BTreeSet<u64> = incidents.iter().map(number).collect();
        assert_eq!(numbers.len(), incidents.len(), "a number was given twice");
        assert_eq!(numbers.last().copied(), Some(incidents.len() as u64), "a number was left out");
    }

    fn no_mail_twice(&self) {
        let mut seen = BTreeSet::new();
        for mail in self.mail.mails() {
            let id = mail.message_id();
            assert!(seen.insert(id.clone()), "{id} was mailed twice\n{}", self.rig.said());
        }
    }

    /// A webhook may come again, but its receiver can tell: for one incident and one page there is one id.
    fn webhooks_repeat_only_themselves(&self) {
        let mut ids: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
        for request in self.hook.requests() {
            let id = request.header("x-webhook-id").to_owned();
            assert_eq!(request.json()["event"]["id"], id.as_str(), "header and body disagree");
            ids.entry(request.json()["event"]["data"]["number"].as_u64().unwrap()).or_default().insert(id);
        }
        for (number, ids) in ids {
            assert_eq!(
                ids.len(),
                1,
                "incident {number} came under several ids: {ids:?}\n{}",
                self.rig.said()
            );
        }
    }

    fn everyone_is_told(&self, incidents: &[Value]) {
        assert_eq!(self.untold(incidents), Vec::<String>::new());
    }

    /// Incidents without an acknowledgement, a message at a receiver, or a line in the timeline that says why not.
    fn untold(&self, incidents: &[Value]) -> Vec<String> {
        let told: BTreeSet<u64> = self
            .hook
            .requests()
            .iter()
            .filter_map(|request| request.json()["event"]["data"]["number"].as_u64())
            .collect();
        let silent = incidents.iter().filter(|incident| incident["status"] == "triggered");
        let silent = silent.filter(|incident| !told.contains(&number(incident)));
        silent.filter(|incident| !self.explained(incident)).map(|incident| key(incident).to_owned()).collect()
    }

    /// Whether the timeline names a message that failed, whose fate is unknown, or that was not needed.
    fn explained(&self, incident: &Value) -> bool {
        let id = incident["id"].as_str().unwrap();
        let entries = self.rig.list(&format!("/incidents/{id}/log_entries"), "log_entries");
        let status = |entry: &Value| entry["channel"]["notification"]["status"].as_str().map(str::to_owned);
        entries.iter().filter_map(status).any(|status| matches!(&*status, "failed" | "unknown" | "cancelled"))
    }
}

fn key(incident: &Value) -> &str {
    incident["incident_key"].as_str().unwrap_or_default()
}

fn number(incident: &Value) -> u64 {
    incident["incident_number"].as_u64().unwrap()
}
