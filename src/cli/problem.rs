//! What flags say of a problem, in an event that is sent or only tried out.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::session::env;
use crate::wire::event::{Payload, Text};

/// See the module.
#[derive(Debug, clap::Args)]
pub(super) struct Problem {
    /// How bad it is
    #[arg(short, long, value_name = "SEVERITY", default_value = "error", value_parser = ["critical", "error", "warning", "info"])]
    severity: String,
    /// What is affected [default: the name of this machine]
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// The part of the source that is affected
    #[arg(long, value_name = "NAME")]
    component: Option<String>,
    /// What the source belongs to
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// The kind of problem
    #[arg(long, value_name = "NAME")]
    class: Option<String>,
    /// More about it: KEY=VALUE, or a JSON object; may be given several times
    #[arg(short, long, value_name = "DETAILS", value_parser = details)]
    details: Vec<Map<String, Value>>,
}

impl Problem {
    /// All that is said more about it; of a key that is given twice the last.
    pub(super) fn details(&self) -> Map<String, Value> {
        self.details.iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// The payload of its event.
    pub(super) fn payload<'a>(
        &self,
        summary: &str,
        at: Option<&str>,
        details: Option<&'a RawValue>,
    ) -> Payload<'a> {
        let text = |text: &Option<String>| text.as_deref().map(owned);
        Payload {
            summary: Some(owned(summary)),
            source: Some(owned(&self.source.clone().unwrap_or_else(machine))),
            severity: Some(owned(&self.severity)),
            timestamp: at.map(owned),
            component: text(&self.component),
            group: text(&self.group),
            class: text(&self.class),
            custom_details: details,
        }
    }
}

fn owned(text: &str) -> Text<'static> {
    Text(text.to_owned().into())
}

fn details(text: &str) -> Result<Map<String, Value>, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| format!("not a JSON object: {error}"));
    }
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok(Map::from_iter([(key.to_owned(), value.into())])),
        _ => Err("expected KEY=VALUE or a JSON object".to_owned()),
    }
}

/// The name of this machine.
fn machine() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    if name.is_empty() { env("HOSTNAME").unwrap_or_else(|| "unknown".to_owned()) } else { name }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn details_are_pairs_or_objects() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(
                details(text).ok().map(|map| Value::Object(map).to_string()).as_deref(),
                expected,
                "{text}"
            );
        };
        check("free=0", Some(r#"{"free":"0"}"#));
        check("url=http://x?a=b", Some(r#"{"url":"http://x?a=b"}"#));
        check("empty=", Some(r#"{"empty":""}"#));
        check(" {\"a\":[1]}", Some(r#"{"a":[1]}"#));
        check("{\"a\":", None);
        check("=x", None);
        check("word", None);
    }
}
