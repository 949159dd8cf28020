//! PagerDuty's Events v2, as far as it has to be understood: what is refused and why, and what the rules are told.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

use crate::domain::event::{Action, EventDigest, Severity};
use crate::domain::service::{InvalidRoutingKey, RoutingKey};
use crate::domain::time::Timestamp;

/// Characters of a dedup key at most.
const DEDUP_KEY_CHARS_MAX: usize = 255;
/// Characters of a summary that are kept; PagerDuty's own limit. A longer one is cut, because losing the page is worse.
const SUMMARY_CHARS_MAX: usize = 1024;

/// An event that may be accepted.
#[derive(Clone, PartialEq, Debug)]
pub struct Parsed<'a> {
    /// From the body; `None` if it has none.
    pub routing_key: Option<RoutingKey>,
    /// What the sender wants.
    pub action: Action,
    /// From the body.
    pub dedup_key: Option<Cow<'a, str>>,
    /// What a trigger says; `None` for the other actions.
    pub digest: Option<EventDigest>,
}

/// Why an event is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EventError {
    /// It is not JSON.
    #[error("JSON parse error: {0}")]
    Syntax(String),
    /// It is JSON, but no event; one line for each thing that is wrong.
    #[error("{}", .0.join("; "))]
    Invalid(Vec<String>),
}

/// Reads an event. `key_given` says that the routing key came by other means than the body.
///
/// # Errors
/// With everything that is wrong, so that a sender can mend it at once.
pub fn parse(body: &[u8], key_given: bool) -> Result<Parsed<'_>, EventError> {
    let wire: Lenient<Wire<'_>> =
        serde_json::from_slice(body).map_err(|error| EventError::Syntax(error.to_string()))?;
    let wire = match wire {
        Lenient::Given(wire) => wire,
        Lenient::Absent | Lenient::Wrong(_) => {
            return Err(EventError::Invalid(vec!["the event must be a JSON object".to_owned()]));
        }
    };
    let mut errors = Vec::new();
    let routing_key = routing_key(&wire.routing_key, key_given, &mut errors);
    let action = action(&wire.event_action, &mut errors);
    let dedup_key = dedup_key(wire.dedup_key, action, &mut errors);
    let digest = match action {
        Some(Action::Trigger) => {
            list("links", &wire.links, &mut errors);
            list("images", &wire.images, &mut errors);
            text("client", &wire.client, &mut errors);
            text("client_url", &wire.client_url, &mut errors);
            digest(wire.payload, &mut errors)
        }
        // Alertmanager, Grafana and Sensu send the whole payload again; it says nothing new.
        Some(Action::Acknowledge | Action::Resolve) | None => None,
    };
    match action {
        Some(action) if errors.is_empty() => Ok(Parsed { routing_key, action, dedup_key, digest }),
        _ => Err(EventError::Invalid(errors)),
    }
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, default)]
    routing_key: Field<'a>,
    #[serde(borrow, default)]
    event_action: Field<'a>,
    #[serde(borrow, default)]
    dedup_key: Field<'a>,
    #[serde(borrow, default)]
    payload: Lenient<Payload<'a>>,
    #[serde(borrow, default)]
    links: Field<'a>,
    #[serde(borrow, default)]
    images: Field<'a>,
    #[serde(borrow, default)]
    client: Field<'a>,
    #[serde(borrow, default)]
    client_url: Field<'a>,
}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow, default)]
    summary: Field<'a>,
    #[serde(borrow, default)]
    source: Field<'a>,
    #[serde(borrow, default)]
    severity: Field<'a>,
    #[serde(borrow, default)]
    timestamp: Field<'a>,
    #[serde(borrow, default)]
    component: Field<'a>,
    #[serde(borrow, default)]
    group: Field<'a>,
    #[serde(borrow, default)]
    class: Field<'a>,
}

fn routing_key(field: &Field<'_>, key_given: bool, errors: &mut Vec<String>) -> Option<RoutingKey> {
    match field {
        Field::Text(text) => {
            text.parse().map_err(|error: InvalidRoutingKey| errors.push(error.to_string())).ok()
        }
        Field::Absent if key_given => None,
        Field::Absent => {
            errors.push("'routing_key' is missing or blank".to_owned());
            None
        }
        other => {
            errors.push(format!("'routing_key' must be a string, not {}", other.kind()));
            None
        }
    }
}

fn action(field: &Field<'_>, errors: &mut Vec<String>) -> Option<Action> {
    const CHOICES: &str = "must be one of: trigger acknowledge resolve";
    match field {
        Field::Text(text) => match text.as_ref() {
            "trigger" => Some(Action::Trigger),
            "acknowledge" => Some(Action::Acknowledge),
            "resolve" => Some(Action::Resolve),
            other => {
                errors.push(format!("'event_action' is invalid ({CHOICES}): {}", shown(other)));
                None
            }
        },
        Field::Absent => {
            errors.push(format!("'event_action' is missing or blank ({CHOICES})"));
            None
        }
        other => {
            errors.push(format!("'event_action' must be a string, not {} ({CHOICES})", other.kind()));
            None
        }
    }
}

fn dedup_key<'a>(field: Field<'a>, action: Option<Action>, errors: &mut Vec<String>) -> Option<Cow<'a, str>> {
    let needed = matches!(action, Some(Action::Acknowledge | Action::Resolve));
    let key = match field {
        // Zabbix sends its event id as it is.
        Field::Text(text) | Field::Number(text) => text,
        Field::Absent => Cow::Borrowed(""),
        other => {
            errors.push(format!("'dedup_key' must be a string, not {}", other.kind()));
            return None;
        }
    };
    let chars = key.chars().count();
    if chars > DEDUP_KEY_CHARS_MAX {
        errors.push(format!("'dedup_key' has {chars} characters (at most {DEDUP_KEY_CHARS_MAX})"));
    } else if key.is_empty() && needed {
        errors.push(
            "'dedup_key' is missing or blank (it says which alert to acknowledge or resolve)".to_owned(),
        );
    }
    Some(key).filter(|key| !key.is_empty())
}

fn digest(payload: Lenient<Payload<'_>>, errors: &mut Vec<String>) -> Option<EventDigest> {
    let payload = match payload {
        Lenient::Given(payload) => payload,
        Lenient::Absent => {
            errors.push("'payload' is missing or blank".to_owned());
            return None;
        }
        Lenient::Wrong(kind) => {
            errors.push(format!("'payload' must be an object, not {kind}"));
            return None;
        }
    };
    let summary = needed("payload.summary", &payload.summary, errors);
    let source = needed("payload.source", &payload.source, errors);
    let severity = severity(&payload.severity, errors);
    if let Field::Text(at) = &payload.timestamp {
        if Timestamp::parse(at).is_none() && !at.is_empty() {
            errors.push(format!("'payload.timestamp' is invalid (must be ISO 8601): {}", shown(at)));
        }
    } else {
        text("payload.timestamp", &payload.timestamp, errors);
    }
    let component = text("payload.component", &payload.component, errors);
    let group = text("payload.group", &payload.group, errors);
    let class = text("payload.class", &payload.class, errors);
    let cut = match summary?.char_indices().nth(SUMMARY_CHARS_MAX) {
        Some((end, _)) => &summary?[..end],
        None => summary?,
    };
    let digest = EventDigest {
        summary: Arc::from(cut),
        source: Arc::from(source?),
        severity: severity?,
        component: component.map(Arc::from),
        group: group.map(Arc::from),
        class: class.map(Arc::from),
    };
    Some(digest.cut())
}

fn severity(field: &Field<'_>, errors: &mut Vec<String>) -> Option<Severity> {
    const CHOICES: &str = "must be one of: critical error warning info";
    match needed("payload.severity", field, errors)? {
        "critical" => Some(Severity::Critical),
        "error" => Some(Severity::Error),
        "warning" => Some(Severity::Warning),
        "info" => Some(Severity::Info),
        other => {
            errors.push(format!("'payload.severity' is invalid ({CHOICES}): {}", shown(other)));
            None
        }
    }
}

fn needed<'f>(name: &str, field: &'f Field<'_>, errors: &mut Vec<String>) -> Option<&'f str> {
    let before = errors.len();
    let given = text(name, field, errors).filter(|text| !text.trim().is_empty());
    if given.is_none() && errors.len() == before {
        errors.push(format!("'{name}' is missing or blank"));
    }
    given
}

/// Text that may be left out; blank counts as left out.
fn text<'f>(name: &str, field: &'f Field<'_>, errors: &mut Vec<String>) -> Option<&'f str> {
    match field {
        Field::Text(text) => Some(text.as_ref()).filter(|text| !text.is_empty()),
        Field::Absent => None,
        other => {
            errors.push(format!("'{name}' must be a string, not {}", other.kind()));
            None
        }
    }
}

fn list(name: &str, field: &Field<'_>, errors: &mut Vec<String>) {
    if !matches!(field, Field::Absent | Field::List) {
        errors.push(format!("'{name}' must be a list, not {}", field.kind()));
    }
}

/// A value in an error message: short, and on one line.
fn shown(text: &str) -> String {
    let cut: String = text.chars().take(40).collect();
    format!("{cut:?}{}", if cut.len() < text.len() { "…" } else { "" })
}

/// A field of any type, so that one of a wrong type can be named instead of failing the whole.
#[derive(Default)]
enum Field<'a> {
    #[default]
    Absent,
    Text(Cow<'a, str>),
    Number(Cow<'a, str>),
    Bool,
    List,
    Object,
}

impl Field<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Self::Absent => "null",
            Self::Text(_) => "a string",
            Self::Number(_) => "a number",
            Self::Bool => "true or false",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Field<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Field<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Field<'de>, E> {
                Ok(Field::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Field<'de>, E> {
                Ok(Field::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_u64<E>(self, n: u64) -> Result<Field<'de>, E> {
                Ok(Field::Number(Cow::Owned(n.to_string())))
            }
            fn visit_i64<E>(self, n: i64) -> Result<Field<'de>, E> {
                Ok(Field::Number(Cow::Owned(n.to_string())))
            }
            fn visit_f64<E>(self, n: f64) -> Result<Field<'de>, E> {
                Ok(Field::Number(Cow::Owned(n.to_string())))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Field<'de>, E> {
                Ok(Field::Bool)
            }
            fn visit_unit<E>(self) -> Result<Field<'de>, E> {
                Ok(Field::Absent)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Field<'de>, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Field::List)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Field<'de>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Field::Object)
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// An object, or something else in its place.
#[derive(Default)]
enum Lenient<T> {
    #[default]
    Absent,
    Given(T),
    Wrong(&'static str),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Any<T> {
            type Value = Lenient<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Lenient<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Lenient::Given)
            }
            fn visit_unit<E>(self) -> Result<Lenient<T>, E> {
                Ok(Lenient::Absent)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Lenient<T>, E> {
                // Alertmanager's way of leaving it out.
                Ok(if text.is_empty() { Lenient::Absent } else { Lenient::Wrong("a string") })
            }
            fn visit_u64<E>(self, _: u64) -> Result<Lenient<T>, E> {
                Ok(Lenient::Wrong("a number"))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Lenient<T>, E> {
                Ok(Lenient::Wrong("a number"))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Lenient<T>, E> {
                Ok(Lenient::Wrong("a number"))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Lenient<T>, E> {
                Ok(Lenient::Wrong("true or false"))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Lenient<T>, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Lenient::Wrong("a list"))
            }
        }
        deserializer.deserialize_any(Any(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn check(body: &str, expected: &str) {
        let body = body.replace("KEY", KEY);
        let said = match parse(body.as_bytes(), false) {
            Ok(parsed) => format!(
                "{:?} {:?} {:?}",
                parsed.action,
                parsed.dedup_key.as_deref().unwrap_or("-"),
                parsed.digest.map_or_else(|| "-".to_owned(), |d| d.summary.to_string())
            ),
            Err(error) => error.to_string(),
        };
        assert_eq!(said, expected, "{body}");
    }

    #[test]
    fn says_all_that_is_wrong() {
        let payload = r#""payload":{"summary":"disk full","source":"db1","severity":"error"}"#;
        let trigger = format!(r#""routing_key":"KEY","event_action":"trigger",{payload}"#);
        check(&format!("{{{trigger}}}"), r#"Trigger "-" "disk full""#);
        check(&format!(r#"{{{trigger},"dedup_key":"a b;c"}}"#), r#"Trigger "a b;c" "disk full""#);
        check(&format!(r#"{{{trigger},"dedup_key":4711}}"#), r#"Trigger "4711" "disk full""#);
        check(
            &format!(r#"{{{trigger},"dedup_key":"","links":null,"images":[]}}"#),
            r#"Trigger "-" "disk full""#,
        );
        check(&format!(r#"{{{trigger},"service_key":7,"unknown":{{}}}}"#), r#"Trigger "-" "disk full""#);
        check(&format!(r#"{{{trigger},"links":"x"}}"#), "'links' must be a list, not a string");
        check(
            r#"{"routing_key":"KEY","event_action":"resolve","dedup_key":"k","payload":"x"}"#,
            r#"Resolve "k" "-""#,
        );
        check(
            r#"{"routing_key":"KEY","event_action":"acknowledge"}"#,
            "'dedup_key' is missing or blank (it says which alert to acknowledge or resolve)",
        );
        check(
            r#"{"routing_key":"short","event_action":"explode"}"#,
            "Length of 'routing_key' is incorrect (should be 32 characters); 'event_action' is invalid (must be one of: \
             trigger acknowledge resolve): \"explode\"",
        );
        check(
            r#"{"routing_key":"0123456789abcdef0123456789abcde-","event_action":"trigger","payload":{"summary":1}}"#,
            "'routing_key' cannot contain non-alphanumeric characters.; 'payload.summary' must be a string, not a \
             number; 'payload.source' is missing or blank; 'payload.severity' is missing or blank",
        );
        check(
            r#"{"routing_key":"KEY","event_action":"trigger","payload":{"summary":" ","source":"s","severity":"bad","timestamp":"noon"}}"#,
            "'payload.summary' is missing or blank; 'payload.severity' is invalid (must be one of: critical error \
             warning info): \"bad\"; 'payload.timestamp' is invalid (must be ISO 8601): \"noon\"",
        );
        check(
            r#"{"routing_key":"KEY","event_action":"trigger","payload":[]}"#,
            "'payload' must be an object, not a list",
        );
        check("[]", "the event must be a JSON object");
        check("{", "JSON parse error: EOF while parsing an object at line 1 column 1");
        check("", "JSON parse error: EOF while parsing a value at line 1 column 0");
    }

    #[test]
    fn cuts_a_long_summary_and_refuses_a_long_key() {
        let event = |summary: &str, key: &str| {
            format!(
                r#"{{"routing_key":"{KEY}","event_action":"trigger","dedup_key":"{key}","payload":{{"summary":"{summary}","source":"s","severity":"info"}}}}"#
            )
        };
        let body = event(&"é".repeat(1100), &"k".repeat(255));
        let summary = parse(body.as_bytes(), false).ok().and_then(|p| p.digest).map(|d| d.summary);
        assert!(summary.is_some_and(|s| s.len() <= 1024 && s.ends_with('…')));
        let body = event("s", &"ü".repeat(256));
        assert_eq!(
            parse(body.as_bytes(), false),
            Err(EventError::Invalid(vec!["'dedup_key' has 256 characters (at most 255)".into()]))
        );
    }
}
