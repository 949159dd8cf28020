//! What went wrong.

use serde::{Deserialize, Serialize};

use super::envelope::named;

/// The reason of any answer that is not a success. `errors` is always a list of texts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ApiError {
    pub message: String,
    pub code: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
}

named! { ApiError: "error", "errors"; }
