//! Event rules: what is done with an event before it becomes, or joins, an alert.
//!
//! The global rules see an event first, then those of its service. In each list all rules whose condition holds apply,
//! in order, and each sees what those before it have set. Only a global rule may route, and only once: what it routes
//! goes on with the rules of that service, so no event can go round in a circle.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::event::{EventAddress, Severity};
use super::expression::{Condition, Template};
use super::id::{PriorityId, ServiceId};
use super::time::Timestamp;

/// How many rules a list has at most.
pub const RULES_MAX: usize = 200;
/// How many characters the name of a rule has at most.
pub const NAME_MAX: usize = 100;
/// How long a rule may hold an event back at most.
pub const PAUSE_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Which events a list of rules is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleScope {
    /// All of them.
    Global,
    /// Those of a service.
    Service(ServiceId),
}

/// One rule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// Unique in its list, 1 to 100 characters.
    pub name: Arc<str>,
    /// When it applies; `None`: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// A disabled rule is passed over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// Whether the rules after it in its list are passed over when it applies.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stop: bool,
    /// What it does.
    #[serde(default)]
    pub actions: Actions,
}

/// What a rule does.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Actions {
    /// The event is counted, and nothing else.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub drop: bool,
    /// Its alert is recorded, and nobody is paged.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub suppress: bool,
    /// Its incident pages only if the alert still fires after this long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<Duration>,
    /// It goes to another service. Global rules only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<ServiceId>,
    /// How bad it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// How much its incident matters at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<PriorityId>,
    /// Fields that are written anew.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<Field, Template>,
    /// Written as a note on the incident that it opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Template>,
}

/// A field that a rule may write.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// What joins events into one alert.
    DedupKey,
    /// The title.
    Summary,
    /// What is affected.
    Source,
    /// The part of the source.
    Component,
    /// What the source belongs to.
    Group,
    /// The kind of event.
    Class,
}

impl Field {
    /// All of them.
    pub const ALL: [Field; 6] =
        [Self::DedupKey, Self::Summary, Self::Source, Self::Component, Self::Group, Self::Class];

    /// As expressions name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DedupKey => "dedup_key",
            Self::Summary => "summary",
            Self::Source => "source",
            Self::Component => "component",
            Self::Group => "group",
            Self::Class => "class",
        }
    }
}

/// Names a rule.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct RuleRef {
    /// In which list.
    pub scope: RuleScope,
    /// Which.
    pub name: Arc<str>,
}

impl fmt::Display for RuleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scope {
            RuleScope::Global => write!(f, "global rule `{}`", self.name),
            RuleScope::Service(_) => write!(f, "rule `{}`", self.name),
        }
    }
}

/// What a rule has done to an event.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Counted, and nothing else.
    Dropped,
    /// Recorded, and nobody is paged.
    Suppressed,
    /// Held back for so long.
    Paused(Duration),
    /// It goes to this service.
    Routed(ServiceId),
    /// How bad it is.
    Severity(Severity),
    /// How much its incident matters.
    Priority(PriorityId),
    /// A field was written anew.
    Set {
        /// Which.
        field: Field,
        /// To what.
        value: Arc<str>,
    },
    /// A note was written.
    Noted(Arc<str>),
}

/// What rules have made of an alert's fields; what they left alone is `None`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Amended {
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Arc<str>>,
    /// What is affected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Arc<str>>,
    /// How bad it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The part of the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<Arc<str>>,
    /// What the source belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Arc<str>>,
    /// The kind of event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<Arc<str>>,
}

/// How often a rule did what is not seen in any incident.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleCount {
    /// How many events it dropped.
    pub dropped: u64,
    /// For how many it could not be evaluated, and was passed over.
    pub failed: u64,
    /// What was wrong the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<Arc<str>>,
    /// When it was counted last.
    pub last_at: Timestamp,
    /// The event that was counted last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_event: Option<EventAddress>,
}

impl RuleCount {
    /// Adds what came later.
    pub fn add(&mut self, more: RuleCount) {
        self.dropped = self.dropped.saturating_add(more.dropped);
        self.failed = self.failed.saturating_add(more.failed);
        self.last_failure = more.last_failure.or_else(|| self.last_failure.take());
        self.last_at = self.last_at.max(more.last_at);
        self.last_event = more.last_event.or(self.last_event);
    }
}
