//! Additions of `pd`: event rules, and what they would make of an event.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::envelope::named;
use super::incident::{Hold, Urgency};
use super::reference::{Ref, Reference};

/// An event rule.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventRule {
    /// Unique in its list.
    pub name: String,
    /// When it applies; left out: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    #[serde(default)]
    pub disabled: bool,
    /// Whether the rules after it are passed over when it applies.
    #[serde(default)]
    pub stop: bool,
    #[serde(default)]
    pub actions: RuleActions,
    /// What it did that no incident shows; in answers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<RuleCounts>,
}

named! { EventRule: "event_rule", "event_rules"; }

/// What a rule does.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RuleActions {
    /// The event is counted, and nothing else.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub drop: bool,
    /// Its alert is recorded, and nobody is paged.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub suppress: bool,
    /// Seconds after which it pages if it still fires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<u64>,
    /// The service that it goes to; global rules only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_to: Option<Ref>,
    /// `critical`, `error`, `warning` or `info`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Ref>,
    /// Fields that are written anew, each by a template.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, String>,
    /// A note on the incident, by a template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a rule did that no incident shows.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct RuleCounts {
    pub dropped: u64,
    /// For how many events it could not be evaluated.
    pub failed: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<String>,
    /// ISO 8601.
    #[serde(default)]
    pub last_at: Option<String>,
}

/// The body of `POST /event_rules/test`: an event as it would be sent to `/v2/enqueue`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RouteTest {
    pub event: Value,
}

/// Where an event would go, and why.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Route {
    /// `opens`, `joins`, `repeats`, `acknowledges`, `resolves`, `drops` or `nothing`.
    pub outcome: String,
    /// The same in words.
    pub summary: String,
    /// The service that it would end at.
    pub service: Reference,
    pub integration: Reference,
    pub dedup_key: String,
    /// The incident that it would open, join or change.
    #[serde(default)]
    pub incident: Option<RouteIncident>,
    /// Who would be paged, by name.
    pub pages: Vec<String>,
    /// What became of each rule, in order.
    pub steps: Vec<RouteStep>,
    /// What would stand in the timeline, in order.
    pub timeline: Vec<String>,
}

named! { Route: "route", "routes"; }

/// The incident of a route.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RouteIncident {
    /// Null: it would be a new one.
    #[serde(default)]
    pub existing: Option<Reference>,
    pub title: String,
    pub urgency: Urgency,
    /// By name.
    #[serde(default)]
    pub priority: Option<String>,
    /// Why nobody would be paged for the time being.
    #[serde(default)]
    pub hold: Option<Hold>,
}

/// What became of a rule.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RouteStep {
    /// `global` or `service`.
    pub scope: String,
    pub rule: String,
    /// `applied`, `not_matched`, `disabled`, `failed` or `passed_over`.
    pub outcome: String,
    /// What it did, or why not.
    pub detail: String,
}
