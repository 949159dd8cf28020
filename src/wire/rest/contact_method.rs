//! Contact methods: how to reach a user.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::envelope::named;
use super::reference::{Reference, headed};
use crate::wire::present;

/// A contact method. Its type is PagerDuty's (`email_contact_method`, …) or one of `pd`'s additions,
/// `webhook_contact_method` (its address is the URL) and `console_contact_method`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ContactMethod {
    #[serde(flatten)]
    pub head: Reference,
    pub label: String,
    pub address: String,
    pub blacklisted: bool,
    /// Whether `pd` can send there: it has no provider for SMS, voice and push.
    pub enabled: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_short_email: Option<bool>,
}

named! { ContactMethod: "contact_method", "contact_methods"; }
headed!(ContactMethod);

/// What a contact method is to be.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ContactMethodUpdate {
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// A number, or a text that is one.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "number_or_text")]
    pub country_code: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_short_email: Option<bool>,
    /// An addition of `pd`: what a webhook's bodies are signed with. Never shown.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub secret: Option<Option<String>>,
}

named! { ContactMethodUpdate: "contact_method", "contact_methods"; }

fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    struct Code;
    impl<'de> de::Visitor<'de> for Code {
        type Value = Option<u16>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a country code such as 49")
        }
        fn visit_u64<E: de::Error>(self, code: u64) -> Result<Self::Value, E> {
            u16::try_from(code).map(Some).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(code), &self))
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            match text.trim().trim_start_matches('+') {
                "" => Ok(None),
                digits => {
                    digits.parse().map(Some).map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
                }
            }
        }
        fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
            deserializer.deserialize_any(self)
        }
    }
    deserializer.deserialize_any(Code)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::ContactMethodUpdate;

    #[test]
    fn a_country_code_may_be_text() {
        for (text, code) in
            [(r#""1""#, Some(1)), ("49", Some(49)), (r#""+44""#, Some(44)), ("null", None), (r#""""#, None)]
        {
            let body = format!(r#"{{"country_code":{text}}}"#);
            assert_eq!(
                serde_json::from_str::<ContactMethodUpdate>(&body).unwrap().country_code,
                code,
                "{text}"
            );
        }
        assert!(serde_json::from_str::<ContactMethodUpdate>(r#"{"country_code":"x"}"#).is_err());
    }
}
