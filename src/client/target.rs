//! Which server is asked, and as whom.

use std::fmt;

use url::Url;

/// Text that is never shown by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `text`, without the white space around it.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The text, to be used or shown on purpose.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A server, as one of its users sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// The context that this comes from, if any.
    pub context: Option<String>,
    /// Equal doors to the same server, tried in this order; never empty.
    pub urls: Vec<Url>,
    /// What proves who asks.
    pub token: Option<Secret>,
    /// Where events go.
    pub routing_key: Option<Secret>,
}

impl Target {
    /// The doors in words.
    pub fn shown(&self) -> String {
        self.urls.iter().map(|url| url.as_str().trim_end_matches('/')).collect::<Vec<_>>().join(", ")
    }
}
