//! An incident, as far as it is shown.

use serde_json::Value;

use super::read::{Named, items, some, text, time};
use crate::domain::time::Timestamp;

/// What is done about it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Status {
    Triggered,
    Acknowledged,
    /// Acknowledged until some time.
    Snoozed,
    /// Nobody is paged for the time being.
    Held,
    Resolved,
}

impl Status {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Triggered => "triggered",
            Self::Acknowledged => "acknowledged",
            Self::Snoozed => "snoozed",
            Self::Held => "held",
            Self::Resolved => "resolved",
        }
    }

    /// Its letter.
    pub fn letter(self) -> char {
        match self {
            Self::Triggered => 'T',
            Self::Acknowledged => 'A',
            Self::Snoozed => 'S',
            Self::Held => 'H',
            Self::Resolved => 'R',
        }
    }

    pub fn is_open(self) -> bool {
        self != Self::Resolved
    }
}

/// An incident, as far as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Incident {
    pub number: u64,
    pub id: String,
    pub title: String,
    pub status: Status,
    pub high: bool,
    pub service: Named,
    pub policy: Named,
    pub level: u64,
    pub assignees: Vec<Named>,
    pub acknowledged_by: Vec<Named>,
    pub alerts: u64,
    pub alerts_open: u64,
    pub priority: Option<String>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
    pub snoozed_until: Option<Timestamp>,
    /// Why nobody is paged: `maintenance`, `paused`, `suppressed`.
    pub hold: Option<String>,
    /// What happens by itself, soonest first.
    pub pending: Vec<(String, Timestamp)>,
    pub html_url: String,
    pub key: Option<String>,
    pub merged_into: Option<String>,
    /// What a filter looks at, in lower case.
    pub hay: String,
}

/// No more names are kept of a list than this.
const NAMES: usize = 20;

impl Incident {
    /// Of `{"incident": …}` or of what is in it; none without a number and an id.
    pub fn read(value: &Value) -> Option<Self> {
        let it = value.get("incident").unwrap_or(value);
        let number = it["incident_number"].as_u64()?;
        let id = some(&it["id"])?;
        let (hold, snoozed_until) = (some(&it["hold"]["type"]), time(&it["snoozed_until"]));
        let status = match it["status"].as_str()? {
            "resolved" => Status::Resolved,
            _ if hold.is_some() => Status::Held,
            "acknowledged" if snoozed_until.is_some() => Status::Snoozed,
            "acknowledged" => Status::Acknowledged,
            _ => Status::Triggered,
        };
        let created_at = time(&it["created_at"]).unwrap_or(Timestamp::from_millis(0));
        let names =
            |list: &Value, who: &str| items(list).take(NAMES).map(|one| Named::of(&one[who])).collect();
        let pending = items(&it["pending_actions"]).take(NAMES);
        let mut incident = Self {
            number,
            id,
            title: text(&it["title"]),
            status,
            high: it["urgency"] != "low",
            service: Named::of(&it["service"]),
            policy: Named::of(&it["escalation_policy"]),
            level: it["current_escalation_level"].as_u64().unwrap_or(0),
            assignees: names(&it["assignments"], "assignee"),
            acknowledged_by: names(&it["acknowledgements"], "acknowledger"),
            alerts: it["alert_counts"]["all"].as_u64().unwrap_or(0),
            alerts_open: it["alert_counts"]["triggered"].as_u64().unwrap_or(0),
            priority: some(&it["priority"]["summary"]),
            created_at,
            changed_at: time(&it["last_status_change_at"]).unwrap_or(created_at),
            snoozed_until,
            hold,
            pending: pending.filter_map(|one| Some((text(&one["type"]), time(&one["at"])?))).collect(),
            html_url: some(&it["html_url"]).unwrap_or_default(),
            key: some(&it["incident_key"]),
            merged_into: some(&it["resolve_reason"]["incident"]["summary"]),
            hay: String::new(),
        };
        incident.hay = incident.haystack();
        Some(incident)
    }

    fn haystack(&self) -> String {
        format!(
            "#{} {} {} {} {} {}",
            self.number,
            self.title,
            self.service.name,
            self.assigned(),
            self.status.as_str(),
            self.urgency()
        )
        .to_lowercase()
    }

    pub fn urgency(&self) -> &'static str {
        if self.high { "high" } else { "low" }
    }

    /// Who is responsible.
    pub fn assigned(&self) -> String {
        self.assignees.iter().map(|who| who.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// `#12 disk full`
    pub fn headline(&self) -> String {
        format!("#{} {}", self.number, self.title)
    }
}
