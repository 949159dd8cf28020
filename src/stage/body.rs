//! The body of a stage's entry: cursors and facts, together or not at all.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
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

impl<F: DeserializeOwned> Body<F> {
    /// Reads an entry.
    ///
    /// # Errors
    /// When it has a format or a fact that this release does not know.
    pub fn decode(log: &LogName, seq: Seq, entry: &Entry) -> Result<Self, Error> {
        let unknown = |reason| Error::Unreadable { log: log.clone(), seq, reason };
        if entry.format != FORMAT {
            return Err(unknown(format!("its format is {}, and this release reads {FORMAT}", entry.format)));
        }
        serde_json::from_slice(&entry.body).map_err(|error| unknown(error.to_string()))
    }
}
