//! The body of a stage's entry: cursors and facts, together or not at all.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::Error;
use crate::journal::{Entry, LogName, Seq};

/// The format of the entries that this release writes. JSON: `{"cursors":[…],"facts":[…]}`.
pub const FORMAT: u16 = 1;

/// How far a source has been consumed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cursor {
    /// The entry that is consumed next.
    pub next: Seq,
    /// How many of its inputs have been consumed already.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skip: u32,
    /// The id of the entry before `next`, by which a store that was restored from a backup is noticed; nil at 0, and
    /// where recovery accepted that the entry before is gone.
    pub previous: Uuid,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

impl Default for Cursor {
    fn default() -> Self {
        Self { next: Seq::FIRST, skip: 0, previous: Uuid::nil() }
    }
}

/// What an entry of a stage holds.
#[derive(Debug, Serialize, Deserialize)]
pub struct Body<F> {
    /// The cursors that moved.
    pub cursors: Vec<(LogName, Cursor)>,
    /// The journals that are not consumed any more.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<LogName>,
    /// What happened.
    pub facts: Vec<F>,
}

impl<F: Serialize> Body<F> {
    /// The bytes of the entry.
    pub fn encode(&self) -> Bytes {
        Bytes::from(serde_json::to_vec(self).expect("facts have string keys and no failing serialisers"))
    }
}

/// Reads the facts of an entry that are `wanted`; the others are passed over unread, but must be `known`: a fact of a
/// newer release is not to be missed. In order, `None` for each that was passed over.
///
/// # Errors
/// When it has a format or a fact that this release does not know.
pub fn wanted_facts<F: DeserializeOwned>(
    log: &LogName,
    seq: Seq,
    entry: &Entry,
    wanted: &[&str],
    known: &[&str],
) -> Result<Vec<Option<F>>, Error> {
    let unreadable = |reason: String| Error::Unreadable { log: log.clone(), seq, reason };
    check_format(log, seq, entry)?;
    let raw: Raw<'_> = serde_json::from_slice(&entry.body).map_err(|error| unreadable(error.to_string()))?;
    let read = |fact: &&RawValue| {
        let name = name_of(fact.get());
        if name.is_some_and(|name| !wanted.contains(&name) && known.contains(&name)) {
            return Ok(None);
        }
        serde_json::from_str(fact.get()).map(Some).map_err(|error| unreadable(error.to_string()))
    };
    raw.facts.iter().map(read).collect()
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    facts: Vec<&'a RawValue>,
}

/// The name of a fact, which is the only key of its object.
fn name_of(fact: &str) -> Option<&str> {
    fact.strip_prefix("{\"")?.split_once('"').map(|(name, _)| name)
}

fn check_format(log: &LogName, seq: Seq, entry: &Entry) -> Result<(), Error> {
    if entry.format == FORMAT {
        return Ok(());
    }
    let reason = format!("its format is {}, and this release reads {FORMAT}", entry.format);
    Err(Error::Unreadable { log: log.clone(), seq, reason })
}

impl<F: DeserializeOwned> Body<F> {
    /// Reads an entry.
    ///
    /// # Errors
    /// When it has a format or a fact that this release does not know.
    pub fn decode(log: &LogName, seq: Seq, entry: &Entry) -> Result<Self, Error> {
        check_format(log, seq, entry)?;
        serde_json::from_slice(&entry.body).map_err(|error| Error::Unreadable {
            log: log.clone(),
            seq,
            reason: error.to_string(),
        })
    }
}
