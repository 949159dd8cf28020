//! Events: what monitoring sends, as far as the rules need it.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::service::RoutingKey;
use super::time::Timestamp;

/// Where an event is kept whole: a door's journal, the entry, and its index in that batch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventAddress {
    /// The door that it came in by; `door/<door>/events`.
    pub door: Uuid,
    /// The position of its entry in the door's journal.
    pub seq: u64,
    /// Its index in that entry.
    pub index: u32,
}

impl fmt::Display for EventAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.door.simple(), self.seq, self.index)
    }
}

impl fmt::Debug for EventAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the sender wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Open an alert, or repeat it.
    Trigger,
    /// Acknowledge the alert's incident.
    Acknowledge,
    /// Resolve the alert.
    Resolve,
}

/// How bad it is, as the sender says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The worst.
    Critical,
    /// Bad.
    Error,
    /// Not yet bad.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// As PagerDuty spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// What joins events into one alert: at most 255 characters, unique per integration.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DedupKey(pub Arc<str>);

impl fmt::Display for DedupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for DedupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// An event as the incidents stage is given it.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// Where it is kept whole.
    pub address: EventAddress,
    /// When the door accepted it.
    pub accepted_at: Timestamp,
    /// Whose it is.
    pub routing_key: RoutingKey,
    /// What the sender wants.
    pub action: Action,
    /// Given by the sender, or made by the door.
    pub dedup_key: DedupKey,
    /// What a trigger says; `None` for the other actions.
    pub digest: Option<EventDigest>,
    /// All of it, for event rules.
    pub whole: Whole,
}

/// The part of an event that state keeps: at most [`EventDigest::BYTES_MAX`] in all. The rest is read from its address.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EventDigest {
    /// One line, which becomes the title.
    pub summary: Arc<str>,
    /// What is affected.
    pub source: Arc<str>,
    /// How bad it is.
    pub severity: Severity,
    /// The part of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<Arc<str>>,
    /// What the source belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Arc<str>>,
    /// The kind of event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Arc<str>>,
}

impl EventDigest {
    /// How many bytes of an event the state keeps at most.
    pub const BYTES_MAX: usize = 1024;

    /// Cuts the texts so that all of them together keep to [`Self::BYTES_MAX`]: the summary first, then the others in
    /// the order of the fields. Cut text ends in `…`.
    pub fn cut(mut self) -> Self {
        let mut left = Self::BYTES_MAX;
        let mut cut = |text: &mut Arc<str>| {
            if text.len() > left {
                *text = ellipsis(text, left);
            }
            left -= text.len();
        };
        cut(&mut self.summary);
        cut(&mut self.source);
        for text in [&mut self.component, &mut self.group, &mut self.class].into_iter().flatten() {
            cut(text);
        }
        self
    }
}

/// `text` cut at a character so that it has at most `bytes_max` bytes, the mark of the cut included.
pub fn ellipsis(text: &str, bytes_max: usize) -> Arc<str> {
    const MARK: &str = "…";
    if text.len() <= bytes_max {
        return Arc::from(text);
    }
    if bytes_max < MARK.len() {
        return Arc::from("");
    }
    let end = text.floor_char_boundary(bytes_max - MARK.len());
    Arc::from(format!("{}{MARK}", &text[..end]))
}

/// What an event said, whole, as it was received.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Whole(pub bytes::Bytes);

impl fmt::Debug for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Whole({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_cut_to_its_bound() {
        let long: Arc<str> = "ü".repeat(700).into();
        let digest = EventDigest {
            summary: long.clone(),
            source: long,
            severity: Severity::Error,
            component: Some("c".into()),
            group: None,
            class: Some("x".into()),
        }
        .cut();
        assert!(digest.summary.ends_with('…'));
        assert_eq!(digest.source.as_ref(), "");
        let total: usize = digest.summary.len()
            + [&digest.component, &digest.class].into_iter().flatten().map(|t| t.len()).sum::<usize>();
        assert!((1020..=1024).contains(&total), "{total}");
    }
}
