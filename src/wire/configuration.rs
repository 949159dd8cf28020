//! Configuration as a file holds it: `pd apply` reads it, `pd export` writes it. References are names, so that a file may
//! be carried from one installation to another. Unknown fields are refused, so that none is misspelt.
//!
//! A list that is left out is left alone; one that is empty says that there is nothing of that kind.

#![allow(missing_docs, reason = "docs/as-code.md says what the fields mean")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything that a file may hold.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Configuration {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<User>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub teams: Option<Vec<Team>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedules: Option<Vec<Schedule>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalation_policies: Option<Vec<Policy>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub services: Option<Vec<Service>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeats: Option<Vec<Heartbeat>>,
    /// The global ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_rules: Option<Vec<Rule>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maintenance_windows: Option<Vec<Window>>,
}

/// Recognised by its e-mail address.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    pub email: String,
    pub name: String,
    /// `owner`, `admin`, `user`, `limited_user`, `observer` and PagerDuty's others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_methods: Option<Vec<ContactMethod>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_rules: Option<Vec<NotificationRule>>,
}

/// Recognised by its type and address.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactMethod {
    /// `email`, `webhook`, `sms`, `phone`, `push`, `console`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<u16>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub send_short_email: bool,
    /// A webhook's; never exported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotificationRule {
    pub urgency: String,
    /// The label of a contact method, or its type and address: `sms +49 151 1`.
    pub contact_method: String,
    /// After the page: `5m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<Length>,
}

/// Recognised by its name. Schedules and escalation policies name the teams whose they are.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<Member>>,
}

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// An e-mail address.
    pub user: String,
    /// `manager` (the default), `responder` or `observer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// Recognised by its name.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub time_zone: String,
    /// Names of the teams whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teams: Option<Vec<String>>,
    /// From the lowest to the highest.
    #[serde(default)]
    pub layers: Vec<Layer>,
}

/// Recognised by its name and by how many before it have the same.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    pub name: String,
    /// E-mail addresses.
    pub users: Vec<String>,
    /// When a turn of the first user begins: by the schedule's clock, or with an offset.
    pub rotation_start: String,
    /// How long a turn is: `7d`.
    pub turn: Length,
    /// When it begins to serve; left out: as it is, or now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restrictions: Vec<Restriction>,
}

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restriction {
    /// `monday`; left out: every day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// `09:00`
    pub start: String,
    /// `8h`
    pub duration: Length,
}

/// Recognised by its name.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub num_loops: u8,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hand_off_always: bool,
    /// Names of the teams whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teams: Option<Vec<String>>,
    #[serde(default)]
    pub levels: Vec<Level>,
}

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// How long to wait for an acknowledgement.
    pub delay: Length,
    pub targets: Vec<Target>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub round_robin: bool,
}

/// Either.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// An e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// A name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
}

/// Recognised by its name. What is left out has its default, but for the lists.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// A name.
    pub escalation_policy: String,
    /// `high` (the default), `low`, `severity_based`, or `support_hours`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<String>,
    /// For `support_hours`: `high`, `low` or `severity_based`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub during_support_hours: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside_support_hours: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledgement_timeout: Option<Length>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_resolve_timeout: Option<Length>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder_interval: Option<Length>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hand_over_acknowledged: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopen_within: Option<Length>,
    /// How long an alert must fire before it pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_pause: Option<Length>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_hours: Option<SupportHours>,
    /// What becomes of open incidents at the ends of the support hours: `high` or `low`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency_at_start: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency_at_end: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grouping: Option<Grouping>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrations: Option<Vec<Integration>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_rules: Option<Vec<Rule>>,
}

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupportHours {
    pub time_zone: String,
    /// `monday` …
    pub days: Vec<String>,
    pub start: String,
    pub end: String,
}

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grouping {
    /// Left out: by time alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<String>>,
    /// Whether one field that is the same will do, rather than all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub any: bool,
    /// Left out: until the incident is resolved; with fields: a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Length>,
}

/// Recognised by its key; without one by its name.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Integration {
    pub name: String,
    /// PagerDuty's; left out: the Events API V2.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Left out: one is drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// Recognised by its name.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    pub name: String,
    /// A name; it stays with its service.
    pub service: String,
    /// How far two pings are apart.
    pub period: Length,
    /// Left out: a tenth of the period, at least a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Length>,
    /// How long after a start the end may come; left out: nobody waits for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_runtime: Option<Length>,
    /// Left out: as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
    /// Left out: one is drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub name: String,
    /// Left out: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stop: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drop: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suppress: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Length>,
    /// The name of a service; global rules only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// `P1` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, String>,
}

/// Recognised by its description.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    pub description: String,
    /// Names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekly: Option<Weekly>,
}

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weekly {
    pub time_zone: String,
    pub days: Vec<String>,
    pub start: String,
    pub duration: Length,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// A length of time: `90s`, `5m`, `8h`, `7d`, `1h 30m`, or a number of seconds.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Length {
    Seconds(u64),
    Text(String),
}

impl Default for Length {
    fn default() -> Self {
        Self::Seconds(0)
    }
}

/// The body of `POST /configuration`.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Apply {
    pub configuration: Configuration,
    /// Say what would change, and change nothing.
    pub dry_run: bool,
    /// Remove what is there and not named, of the kinds that are.
    pub prune: bool,
    /// The digest of the plan that somebody has seen: if it would be another by now, nothing is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<String>,
}

/// What applying it would change, or has changed.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Plan {
    /// By which the same plan is recognised.
    pub digest: String,
    /// Whether it was done.
    pub applied: bool,
    pub changes: Vec<Change>,
    /// What the changes mean for people, in sentences.
    pub effects: Vec<Effect>,
    /// What is there and not named, of the kinds that are: pruning would remove it.
    pub unnamed: Vec<Unnamed>,
    /// What the configuration says and means nothing now.
    pub notes: Vec<String>,
}

crate::wire::rest::envelope::named! {
    Plan: "plan", "plans";
    Configuration: "configuration", "configurations";
}

/// A change of one object.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Change {
    /// `create`, `update` or `remove`.
    pub action: String,
    /// `user`, `schedule`, …
    pub kind: String,
    pub name: String,
    /// Field by field, of an update.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
}

/// A change of one field; what was or will not be there is left out.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Field {
    /// `layers["Weekly"].users`
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// What a change means for people.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Effect {
    /// The name of the schedule.
    pub schedule: String,
    pub time_zone: String,
    /// ISO 8601 with the zone's offset.
    pub start: String,
    pub end: String,
    /// Who would have been on call; left out: nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Who will be; left out: nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Of how many more moves of this schedule this is the last that is told.
    #[serde(default, skip_serializing_if = "is_none")]
    pub more: usize,
}

/// Something that is there and not named.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Unnamed {
    pub kind: String,
    pub name: String,
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

fn is_none(number: &usize) -> bool {
    *number == 0
}
