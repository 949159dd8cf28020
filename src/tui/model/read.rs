//! Reads what the API gives leniently: what is missing is empty, and what would steer the terminal is cleaned.

use serde_json::Value;

use crate::domain::time::Timestamp;
use crate::tui::text::clean;

/// A text, empty if it is none.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map(clean).unwrap_or_default()
}

/// A text that is none if it is empty.
pub(crate) fn some(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(clean)
}

/// A time.
pub(crate) fn time(value: &Value) -> Option<Timestamp> {
    Timestamp::parse(value.as_str()?)
}

/// The items of a list; none if it is no list.
pub(crate) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Somebody or something, by id and name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Named {
    pub id: String,
    pub name: String,
}

impl Named {
    /// Of a reference.
    pub fn of(value: &Value) -> Self {
        Self { id: text(&value["id"]), name: text(&value["summary"]) }
    }

    /// The same, none if it is null.
    pub fn some(value: &Value) -> Option<Self> {
        value["id"].is_string().then(|| Self::of(value))
    }
}
