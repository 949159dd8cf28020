//! Events v2 as senders post them, and the answers to them.
//!
//! The texts of a request borrow from its body where they can; `custom_details` stays as it was received.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

/// The body of `POST /v2/enqueue`. Nothing is checked but the types.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Enqueue<'a> {
    /// 32 letters or digits.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub routing_key: Option<Text<'a>>,
    /// `trigger`, `acknowledge` or `resolve`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub event_action: Option<Text<'a>>,
    /// What joins events; at most 255 characters. Some senders give a number.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none", deserialize_with = "text_or_number")]
    pub dedup_key: Option<Text<'a>>,
    /// What happened; needed by triggers.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Payload<'a>>,
    /// What sent it.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Text<'a>>,
    /// Where that is.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub client_url: Option<Text<'a>>,
    /// Where more is to be read.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub links: Option<Vec<Link<'a>>>,
    /// What it looks like.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub images: Option<Vec<Image<'a>>>,
}

/// What happened.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Payload<'a> {
    /// One line, at most 1024 characters.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Text<'a>>,
    /// What is affected.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Text<'a>>,
    /// `critical`, `error`, `warning` or `info`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Text<'a>>,
    /// When, ISO 8601.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Text<'a>>,
    /// The part of the source.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub component: Option<Text<'a>>,
    /// What the source belongs to.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Text<'a>>,
    /// The kind of event.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Text<'a>>,
    /// Anything.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub custom_details: Option<&'a RawValue>,
}

/// Where more is to be read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Link<'a> {
    /// The URL.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub href: Option<Text<'a>>,
    /// What it is called.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text<'a>>,
}

/// What it looks like.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Image<'a> {
    /// Where the image is.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub src: Option<Text<'a>>,
    /// Where a click on it leads.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub href: Option<Text<'a>>,
    /// What it shows.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<Text<'a>>,
}

/// Text that is borrowed from the body unless it had to be unescaped.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Text<'a>(pub Cow<'a, str>);

impl Text<'_> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor { numbers: false })
    }
}

/// Reads text, and numbers too where any type is asked for: JSON gives them to nobody who asks for text.
struct TextVisitor {
    numbers: bool,
}

impl<'de> de::Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.numbers { "a string or a number" } else { "a string" })
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text)))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }
}

fn text_or_number<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Text<'a>>, D::Error> {
    struct Nullable;
    impl<'de> de::Visitor<'de> for Nullable {
        type Value = Option<Text<'de>>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string, a number or null")
        }
        fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
            deserializer.deserialize_any(TextVisitor { numbers: true }).map(Some)
        }
    }
    deserializer.deserialize_option(Nullable)
}

/// The answer to an event: 202 and how it is known, or why it was refused.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// `success`, `invalid event`, `unrecognized object`, `throttle exceeded` or `retry later`.
    pub status: String,
    /// The same in words.
    pub message: String,
    /// What joins further events to this one; only with success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedup_key: Option<String>,
    /// What is wrong; always a list, and only without success.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
}

impl Answer {
    /// 202: the event is durable.
    pub fn accepted(dedup_key: impl Into<String>) -> Self {
        Self {
            status: "success".into(),
            message: "Event processed".into(),
            dedup_key: Some(dedup_key.into()),
            errors: Vec::new(),
        }
    }

    /// 200: a heartbeat's ping is durable.
    pub fn heard() -> Self {
        Self {
            status: "success".into(),
            message: "Heartbeat received".into(),
            dedup_key: None,
            errors: Vec::new(),
        }
    }

    /// 400: it will never be accepted.
    pub fn invalid(errors: Vec<String>) -> Self {
        Self::refused("invalid event", "Event object is invalid", errors)
    }

    /// 400: it is not JSON, or not an object.
    pub fn unrecognized(errors: Vec<String>) -> Self {
        Self::refused("unrecognized object", "Event object format is unrecognized", errors)
    }

    /// 429: there are too many, although everything works; to be sent again later.
    pub fn throttled(errors: Vec<String>) -> Self {
        Self::refused("throttle exceeded", "Requests for this service are arriving too quickly", errors)
    }

    /// 503: it cannot be kept at present; to be sent again later.
    pub fn unavailable(errors: Vec<String>) -> Self {
        Self::refused("retry later", "Event could not be stored; please retry later", errors)
    }

    fn refused(status: &str, message: &str, errors: Vec<String>) -> Self {
        Self { status: status.into(), message: message.into(), dedup_key: None, errors }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn texts_are_borrowed_and_details_kept_as_they_are() {
        let body = r#"{"routing_key":"k","event_action":"trigger","dedup_key":17,"service_key":null,"links":[{"href":"h","text":""}],
            "payload":{"summary":"a \u00fc","source":"db","severity":"info","group":null,"custom_details":{"a": [1, "x"]}}}"#;
        let event: Enqueue<'_> = serde_json::from_str(body).unwrap();
        assert!(matches!(event.routing_key, Some(Text(Cow::Borrowed("k")))));
        assert_eq!(event.dedup_key.as_ref().unwrap().as_str(), "17");
        let payload = event.payload.unwrap();
        assert_eq!(payload.summary.unwrap().as_str(), "a ü");
        assert!(payload.group.is_none());
        assert_eq!(payload.custom_details.unwrap().get(), r#"{"a": [1, "x"]}"#);
    }

    #[test]
    fn wrong_types_are_named() {
        for (body, error) in [
            (r#"{"routing_key":5}"#, "invalid type: integer `5`, expected a string"),
            (r#"{"dedup_key":[]}"#, "invalid type: sequence, expected a string or a number"),
            (r#"{"payload":"x"}"#, "invalid type: string \"x\", expected struct Payload"),
        ] {
            let found = serde_json::from_str::<Enqueue<'_>>(body).unwrap_err().to_string();
            assert!(found.starts_with(error), "{body}: {found}");
        }
    }

    #[test]
    fn answers_are_pagerdutys() {
        let text = |answer: Answer| serde_json::to_string(&answer).unwrap();
        assert_eq!(
            text(Answer::accepted("k")),
            r#"{"status":"success","message":"Event processed","dedup_key":"k"}"#
        );
        assert_eq!(
            text(Answer::invalid(vec!["no".into()])),
            r#"{"status":"invalid event","message":"Event object is invalid","errors":["no"]}"#
        );
    }
}
