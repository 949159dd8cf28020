//! What an event has, as expressions see it.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::{Object, Value};

use crate::domain::event::EventDigest;
use crate::domain::rule::Amended;

/// The names that an expression may use. `event` is all that was received; the others are its parts.
pub const NAMES: &[&str] = &[
    "action",
    "class",
    "client",
    "client_url",
    "component",
    "custom_details",
    "dedup_key",
    "event",
    "group",
    "images",
    "integration",
    "links",
    "service",
    "severity",
    "source",
    "summary",
    "timestamp",
];

/// The fields of one event. Rules may change them for the rules after them.
#[derive(Clone, Debug, Default)]
pub struct Fields(Arc<Named>);

#[derive(Clone, Debug, Default)]
struct Named(BTreeMap<&'static str, Value>);

impl Object for Named {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.0.get(key.as_str()?).cloned()
    }
}

impl Fields {
    /// Of an event as it was received (JSON in the form of Events v2). What is not JSON has no fields.
    pub fn of_body(body: &[u8]) -> Self {
        let mut fields = Self::default();
        let Ok(event) = serde_json::from_slice::<Value>(body) else { return fields };
        let part = |of: &Value, name: &str| of.get_attr(name).ok().filter(present);
        let payload = part(&event, "payload").unwrap_or(Value::UNDEFINED);
        for name in
            ["summary", "source", "severity", "component", "group", "class", "timestamp", "custom_details"]
        {
            fields.put(name, part(&payload, name));
        }
        for name in ["client", "client_url", "dedup_key", "links", "images"] {
            fields.put(name, part(&event, name));
        }
        fields.put("action", part(&event, "event_action"));
        fields.put("event", Some(event));
        fields
    }

    /// Of what the state keeps of an event.
    pub fn of_digest(digest: &EventDigest) -> Self {
        let mut fields = Self::default();
        fields.set("summary", &digest.summary);
        fields.set("source", &digest.source);
        fields.set("severity", digest.severity.as_str());
        for (name, text) in
            [("component", &digest.component), ("group", &digest.group), ("class", &digest.class)]
        {
            if let Some(text) = text {
                fields.set(name, text);
            }
        }
        fields
    }

    fn put(&mut self, name: &'static str, value: Option<Value>) {
        if let Some(value) = value {
            Arc::make_mut(&mut self.0).0.insert(name, value);
        }
    }

    /// Sets a field to a text.
    pub fn set(&mut self, name: &'static str, text: &str) {
        self.put(name, Some(Value::from(text)));
    }

    /// Puts what rules have made of an alert over what it said.
    pub fn amend(&mut self, amended: Option<&Amended>) {
        let Some(Amended { summary, source, severity, component, group, class }) = amended else { return };
        let texts = [
            ("summary", summary),
            ("source", source),
            ("component", component),
            ("group", group),
            ("class", class),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                self.set(name, text);
            }
        }
        if let Some(severity) = severity {
            self.set("severity", severity.as_str());
        }
    }

    /// A field by its path, such as `source` or `custom_details.host`, as text; `None` if it is missing or empty.
    pub fn text(&self, path: &str) -> Option<Arc<str>> {
        let mut names = path.split('.');
        let mut value = self.0.0.get(names.next()?)?.clone();
        for name in names {
            value = value.get_attr(name).ok()?;
        }
        let text: Arc<str> = value.as_str().map_or_else(|| value.to_string().into(), Arc::from);
        (present(&value) && !text.is_empty()).then_some(text)
    }

    pub(super) fn value(&self) -> Value {
        Value::from_dyn_object(self.0.clone())
    }
}

fn present(value: &Value) -> bool {
    !value.is_undefined() && !value.is_none()
}
