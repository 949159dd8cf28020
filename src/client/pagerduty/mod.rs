//! Reads an account over PagerDuty's REST API, and says it as files of configuration do.
//!
//! [`fetch()`] asks, [`translate()`] is a pure function of what was answered. `pd` speaks the same API, so an account may
//! as well be another `pd`.

mod fetch;
mod services;
mod translate;

use serde_json::Value;

pub use fetch::{Account, fetch};
pub use translate::{Cover, Translated, translate};

/// A text; empty if it is none.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The items of a list; none if it is none.
fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
