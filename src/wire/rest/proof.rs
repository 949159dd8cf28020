//! Additions of `pd`: proof that people are reached, what would happen to an event, and why people were paged or not.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::envelope::named;
use super::event_rule::Route;
use super::reference::Reference;

/// `GET /check`: whether everybody who should be reached is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Check {
    /// Whether there are no problems: the proof holds.
    pub ok: bool,
    /// ISO 8601; what was looked at.
    pub since: String,
    pub until: String,
    /// How many there are, shown or not.
    pub problems: usize,
    pub warnings: usize,
    /// How many were looked at.
    pub policies: usize,
    pub services: usize,
    pub schedules: usize,
    pub users: usize,
    /// Problems first.
    pub findings: Vec<Finding>,
    /// How many findings are not shown, because there are too many.
    pub more: usize,
}

named! { Check: "check", "checks"; }

/// Something that was found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// `problem`: somebody is not reached; `warning`: good to know.
    pub severity: String,
    /// `policy_reaches_nobody`, `policy_without_level`, `service_reaches_nobody`, `level_reaches_nobody`,
    /// `schedule_gap`, `user_unreachable`, `user_without_rule` or `last_resort_unreachable`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same in words.
    pub summary: String,
    /// What it is about; null: the account.
    #[serde(default)]
    pub subject: Option<Reference>,
    /// The level of a policy, from 1.
    #[serde(default)]
    pub level: Option<usize>,
    /// For incidents of which urgencies.
    pub urgencies: Vec<String>,
    /// Whether it is so all the time.
    pub always: bool,
    /// When it is so, unless always; by the clock of `time_zone`.
    pub spans: Vec<Period>,
    /// How many more there are.
    pub more_spans: usize,
    pub time_zone: String,
}

/// From a time until another, ISO 8601.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Period {
    pub start: String,
    pub end: String,
}

/// The body of `POST /simulate`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Simulate {
    /// An event as it would be sent to `/v2/enqueue`.
    pub event: Value,
    /// When it comes, ISO 8601; null: now.
    #[serde(default)]
    pub at: Option<String>,
}

/// What would happen if nobody acted.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Simulation {
    /// When the event would come, ISO 8601.
    pub at: String,
    /// What would become of the event itself.
    pub route: Route,
    /// What would happen from then on, in order.
    pub plan: Vec<Planned>,
    /// How many more things would happen.
    pub more: usize,
    /// `exhausted`, `over`, `quiet`, `later` or `too_much`.
    pub end: String,
    /// The same in words.
    pub end_summary: String,
}

named! { Simulation: "simulation", "simulations"; }

/// Something that would happen.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Planned {
    /// `entry`: of the timeline; `message`: to a person.
    #[serde(rename = "type")]
    pub kind: String,
    /// ISO 8601.
    pub at: String,
    /// Seconds after the event.
    pub after_seconds: u64,
    pub summary: String,
    /// Of a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<PlannedMessage>,
}

/// A message that would be sent, or tried.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PlannedMessage {
    pub user: Reference,
    /// `email`, `webhook`, …
    pub channel: String,
    pub contact_method: Reference,
    /// From 1; null: the last resort, or somebody who was chosen by hand.
    #[serde(default)]
    pub level: Option<u8>,
    /// From 1.
    #[serde(default)]
    pub round: Option<u8>,
    /// The delay of the user's notification rule; null: no rule has it.
    #[serde(default)]
    pub rule_delay_seconds: Option<u64>,
    /// Whether it could be sent.
    pub sent: bool,
}

/// `GET /incidents/{id}/explanation`: why each person was paged or not.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Explanation {
    pub incident: Reference,
    /// How it stands, and what comes next.
    pub summary: String,
    /// Those who were paged first.
    pub people: Vec<Person>,
    /// How many more there are.
    pub more: usize,
}

named! { Explanation: "explanation", "explanations"; }

/// Why one person was paged or not.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Person {
    pub user: Reference,
    /// Whether the person was paged.
    pub paged: bool,
    /// Whether a message was taken on its way to the person.
    pub told: bool,
    /// In order.
    pub reasons: Vec<Reason>,
}

/// A part of why.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Reason {
    /// ISO 8601; null: now.
    #[serde(default)]
    pub at: Option<String>,
    /// `paged`, `message`, `cancelled`, `acted`, `planned`, `passed_over`, `no_rule` or `unreachable`.
    #[serde(rename = "type")]
    pub kind: String,
    pub summary: String,
}
