//! Services and their integrations: where events come in, and what happens with them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::event::Severity;
use super::id::{IntegrationId, ObjectId, PolicyId, ServiceId};
use super::support_hours::{self, ScheduledAction, SupportHours, UrgencyChange};
use super::time::Timestamp;
use super::user::Urgency;

/// Something that can break and that somebody is responsible for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Unique, at most 255 characters.
    pub name: Arc<str>,
    /// Free text.
    pub description: Option<Arc<str>>,
    /// A disabled service records events and opens no incident.
    pub disabled: bool,
    /// Who is paged.
    pub escalation_policy: PolicyId,
    /// How urgent its incidents are.
    pub urgency_rule: UrgencyRule,
    /// After this long without a resolution an acknowledged incident is triggered again. `None`: never.
    pub acknowledgement_timeout: Option<Duration>,
    /// After this long an open incident is resolved by itself. `None`: never.
    pub auto_resolve_timeout: Option<Duration>,
    /// How often those who acknowledged an incident are reminded of it. `None`: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder_interval: Option<Duration>,
    /// Whether acknowledged incidents are handed over when the shift of those who acknowledged ends.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hand_over: bool,
    /// A trigger this soon after its alert's incident was resolved reopens that one. `None`: it opens a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopen_within: Option<Duration>,
    /// When incidents are urgent; there if `urgency_rule` needs them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_hours: Option<SupportHours>,
    /// How the urgency of open incidents changes as support hours begin and end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scheduled_actions: Vec<ScheduledAction>,
    /// When the service was made.
    pub created_at: Timestamp,
    /// Which of its alerts become one incident; `None`: each has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grouping: Option<Grouping>,
    /// How long an alert must fire before it pages, unless a rule says otherwise. `None`: it pages at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_pause: Option<Duration>,
    /// In order of making.
    pub integrations: Vec<Integration>,
}

impl Service {
    /// The urgency of an incident that opens at `now` with this severity (`None`: by hand, without one).
    pub fn urgency(&self, severity: Option<Severity>, now: Timestamp) -> Urgency {
        let (during, outside) = match self.urgency_rule {
            UrgencyRule::Constant(urgency) => return urgency,
            UrgencyRule::SeverityBased => return HoursUrgency::SeverityBased.urgency(severity),
            UrgencyRule::SupportHours { during, outside } => (during, outside),
        };
        let within = self.support_hours.as_ref().is_some_and(|hours| hours.contain(now));
        if within { during.urgency(severity) } else { outside.urgency(severity) }
    }

    /// How the urgency of an incident that is this urgent at `now` changes next.
    pub fn next_urgency(&self, urgency: Urgency, now: Timestamp) -> Option<UrgencyChange> {
        support_hours::next_change(self.support_hours.as_ref()?, &self.scheduled_actions, urgency, now)
    }

    /// The integration with this id.
    pub fn integration(&self, id: IntegrationId) -> Option<&Integration> {
        self.integrations.iter().find(|integration| integration.id == id)
    }
}

/// How urgent the incidents of a service are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UrgencyRule {
    /// All alike.
    Constant(Urgency),
    /// Critical and error are high, warning and info low.
    SeverityBased,
    /// By the service's support hours.
    SupportHours {
        /// Within them.
        during: HoursUrgency,
        /// Outside of them.
        outside: HoursUrgency,
    },
}

/// How urgent incidents are within support hours, or outside of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoursUrgency {
    /// All are high.
    High,
    /// All are low.
    Low,
    /// Critical and error are high, warning and info low; without a severity: high.
    SeverityBased,
}

impl HoursUrgency {
    fn urgency(self, severity: Option<Severity>) -> Urgency {
        match (self, severity) {
            (Self::High, _) => Urgency::High,
            (Self::Low, _) | (Self::SeverityBased, Some(Severity::Warning | Severity::Info)) => Urgency::Low,
            (Self::SeverityBased, Some(Severity::Critical | Severity::Error) | None) => Urgency::High,
        }
    }
}

/// Which alerts of a service become one incident.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    /// Those that come within this time after the incident was opened; `None`: until it is resolved.
    Time(Option<Duration>),
    /// Those that say the same.
    Fields {
        /// In which fields: `source`, `custom_details.host` and the like.
        fields: Vec<Arc<str>>,
        /// Whether in all of them, rather than in any.
        all: bool,
        /// No further apart than this from the one before.
        within: Duration,
    },
}

/// A way for events to reach a service.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Integration {
    /// Its id.
    pub id: IntegrationId,
    /// What it is called.
    pub name: Arc<str>,
    /// PagerDuty's type, such as `events_api_v2_inbound_integration`.
    pub kind: Arc<str>,
    /// What senders put into `routing_key`.
    pub routing_key: RoutingKey,
    /// The vendor that it was made for, if the maker said so.
    pub vendor: Option<ObjectId>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// 32 letters or digits; those made here are lower-case hex. It may send events, and nothing else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoutingKey([u8; 32]);

impl RoutingKey {
    /// A key from 16 random bytes.
    pub fn from_random(random: [u8; 16]) -> Self {
        let mut text = [0; 32];
        for (byte, digits) in random.iter().zip(text.chunks_exact_mut(2)) {
            digits[0] = b"0123456789abcdef"[usize::from(byte >> 4)];
            digits[1] = b"0123456789abcdef"[usize::from(byte & 15)];
        }
        Self(text)
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("made of ASCII only")
    }
}

/// What is wrong with a routing key; the texts are those that PagerDuty's senders know.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidRoutingKey {
    /// Not 32 characters.
    #[error("Length of 'routing_key' is incorrect (should be 32 characters)")]
    Length,
    /// Something other than letters and digits.
    #[error("'routing_key' cannot contain non-alphanumeric characters.")]
    Alphabet,
}

impl FromStr for RoutingKey {
    type Err = InvalidRoutingKey;

    fn from_str(text: &str) -> Result<Self, InvalidRoutingKey> {
        if text.chars().count() != 32 {
            return Err(InvalidRoutingKey::Length);
        }
        let bytes: [u8; 32] = text.as_bytes().try_into().map_err(|_| InvalidRoutingKey::Alphabet)?;
        if bytes.iter().all(u8::is_ascii_alphanumeric) {
            Ok(Self(bytes))
        } else {
            Err(InvalidRoutingKey::Alphabet)
        }
    }
}

impl fmt::Display for RoutingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RoutingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoutingKey({}…)", &self.as_str()[..4])
    }
}

impl Serialize for RoutingKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RoutingKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
