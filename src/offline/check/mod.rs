//! Whether the stores of an installation may be relied on: what can be found out from here.

mod cluster;
mod file;

use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use super::Error;
use crate::clock::SystemClock;
use crate::config::{StoreUrl, Stores};
use crate::daemon::{archive_path, journal_path};

/// What somebody should do about a check.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing.
    Ok,
    /// Look at it: it is worse than it could be.
    Warning,
    /// Mend it: this must not be relied on.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Check {
    /// The address of the store.
    pub store: String,
    /// What was looked at: `node`, `margin`, `integrity`, …
    pub check: &'static str,
    /// What was found, in words.
    pub result: String,
    /// What that means.
    pub verdict: Verdict,
    /// The same in numbers.
    #[serde(flatten)]
    pub details: Map<String, Value>,
}

/// Collects what is found about one store.
struct Found {
    store: String,
    checks: Vec<Check>,
}

impl Found {
    fn add(&mut self, check: &'static str, verdict: Verdict, result: impl Into<String>, details: Value) {
        let details = match details {
            Value::Object(details) => details,
            _ => Map::new(),
        };
        let store = self.store.clone();
        self.checks.push(Check { store, check, result: result.into(), verdict, details });
    }
}

/// Checks every store, each once. A store that cannot be reached is a check that is bad, not an error.
///
/// # Errors
/// When a path cannot be made out.
pub async fn check(stores: &Stores, data: &Path) -> Result<Vec<Check>, Error> {
    let clock = SystemClock::new();
    let mut checks: Vec<Check> = Vec::new();
    for (role, url) in stores.all() {
        let store = match url {
            StoreUrl::Sqlite(_) if role == "archive" => {
                StoreUrl::Sqlite(archive_path(url, data)?).to_string()
            }
            StoreUrl::Sqlite(_) => StoreUrl::Sqlite(journal_path(url, data)?).to_string(),
            StoreUrl::Cassandra(url) => url.to_string(),
        };
        if checks.iter().any(|check| check.store == store) {
            continue;
        }
        let mut found = Found { store, checks: Vec::new() };
        match url {
            StoreUrl::Sqlite(_) if role == "archive" => file::check(&mut found, &archive_path(url, data)?),
            StoreUrl::Sqlite(_) => file::check(&mut found, &journal_path(url, data)?),
            StoreUrl::Cassandra(url) => cluster::check(&mut found, url, &stores.cassandra, &clock).await,
        }
        checks.extend(found.checks);
    }
    Ok(checks)
}
