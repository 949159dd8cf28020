//! The journal seam: a totally ordered log of entries, and what every store promises about it.
//!
//! # Promises
//!
//! - **A slot is written at most once, ever**, slots that truncation has removed included.
//! - **[`Append::Appended`] means durable**: synced to disk here, on a quorum of synced disks on a cluster.
//! - **No holes**: one appends at the slot after the last only. A gap in what a reader sees means "not yet".
//! - **An unknown outcome is settled by appending the same entry again**: `append` is idempotent by the entry's id and
//!   may always be repeated. A slot that holds my entry's id is success, even where the journal is sealed by now;
//!   another's is [`Append::Taken`].
//! - **[`Append::Sealed`] as the answer to a repetition does not mean "not written"**: the entry may have landed, been
//!   consumed and been truncated meanwhile. Whoever repeats must settle that by other means (a door by the consumer's
//!   cursor, a command by its id).
//! - **What was sent late may arrive late**, after later operations of the same caller too. For appends that is harmless
//!   (a slot is written once). A part of a snapshot must be a function of its position and number alone.
//! - **A read below the truncation answers [`Read::Truncated`]**, never "nothing new".
//! - **Truncation** removes whole segments of [`SEGMENT`] slots, and seals what it removes.
//! - **Closing** is for ever: nothing is appended after the tail that `close` returned.
//! - A snapshot becomes visible when it is sealed, whole, never before.
//!
//! The conformance suite in `tests/` holds every implementation to them.

pub mod cassandra;
pub mod memory;
mod moved;
pub mod sqlite;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::moved::{Note, Refused, refused};
use crate::domain::time::Timestamp;

/// Slots in a segment: what truncation removes at a time, and a partition on a cluster.
pub const SEGMENT: u64 = 256;

/// The hard limit of one entry's body. Batches aim far below it.
pub const ENTRY_BYTES_MAX: usize = 1 << 20;

/// The position of an entry in its journal, from 0 without holes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The first slot of every journal.
    pub const FIRST: Seq = Seq(0);

    /// The slot after this one.
    pub const fn next(self) -> Seq {
        Seq(self.0 + 1)
    }

    /// The segment that holds this slot.
    pub const fn segment(self) -> u64 {
        self.0 / SEGMENT
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name of a journal: a value, such as `incidents`, `notify`, `door/index` or `door/<process>/events`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LogName(Arc<str>);

/// What a journal's name may not be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the name of a journal: expected 1 to 100 of a-z, 0-9, `-` and `/`")]
pub struct InvalidLogName(String);

impl LogName {
    /// The journal of the incidents stage.
    pub fn incidents() -> Self {
        Self(Arc::from("incidents"))
    }

    /// The journal of the notify stage.
    pub fn notify() -> Self {
        Self(Arc::from("notify"))
    }

    /// Where processes register the doors that they open.
    pub fn door_index() -> Self {
        Self(Arc::from("door/index"))
    }

    /// The journal of the events that came in by this door.
    pub fn door_events(door: Uuid) -> Self {
        Self(Arc::from(format!("door/{}/events", door.simple())))
    }

    /// The journal of the commands that came in by this door.
    pub fn door_commands(door: Uuid) -> Self {
        Self(Arc::from(format!("door/{}/commands", door.simple())))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LogName {
    type Err = InvalidLogName;

    fn from_str(text: &str) -> Result<Self, InvalidLogName> {
        let valid = (1..=100).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'/');
        if valid { Ok(Self(Arc::from(text))) } else { Err(InvalidLogName(text.to_owned())) }
    }
}

impl TryFrom<String> for LogName {
    type Error = InvalidLogName;

    fn try_from(text: String) -> Result<Self, InvalidLogName> {
        text.parse()
    }
}

impl From<LogName> for String {
    fn from(name: LogName) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl fmt::Display for LogName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for LogName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What one append writes: a batch, with who wrote it and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// UUID v7, made once per entry: it tells a repetition from another writer's entry.
    pub id: Uuid,
    /// The process that wrote it.
    pub writer: Uuid,
    /// When it was written, by the writer's clock. Never used for safety.
    pub at: Timestamp,
    /// How the body is to be read.
    pub format: u16,
    /// The batch; at most [`ENTRY_BYTES_MAX`].
    pub body: Bytes,
}

/// The answer to an append.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Append {
    /// This entry is in this slot, durably.
    Appended,
    /// Another entry is in this slot.
    Taken(Entry),
    /// The journal is closed, or this slot was truncated. See the module's promises.
    Sealed,
}

/// The answer to a read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Read {
    /// The unbroken run of entries from the asked slot on; empty when there is nothing yet.
    Run {
        /// The entries, the first one at the asked slot.
        entries: Vec<Entry>,
        /// Nothing will ever follow this run: the journal is closed and this run reaches its tail.
        closed: bool,
    },
    /// The asked slot was truncated: load a snapshot.
    Truncated {
        /// The first slot that may still be read.
        first: Seq,
    },
}

/// A snapshot that was written whole.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    /// The state includes every entry below this slot.
    pub at: Seq,
    /// The id of the entry in the slot before, by which a restored store is noticed. Nil if `at` is 0.
    pub previous: Uuid,
    /// How many parts it has, numbered from 0.
    pub parts: u32,
    /// SHA-256 over all parts, in order.
    pub digest: [u8; 32],
    /// When it was taken.
    pub taken_at: Timestamp,
}

/// How far a journal reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Extent {
    /// The first slot that is still there (or the next one to be written).
    pub first: Seq,
    /// The slot that the next append goes to.
    pub next: Seq,
    /// About how many bytes of bodies are held.
    pub bytes: u64,
    /// Whether it is closed.
    pub closed: bool,
}

/// Whether an empty journal that reaches so far may begin at `first`.
fn may_begin(log: &LogName, extent: Extent, first: Seq) -> Result<(), Error> {
    let Extent { first: begun, next, closed, .. } = extent;
    if !first.0.is_multiple_of(SEGMENT) {
        return Err(Error::Invalid(format!(
            "{first} is not the first slot of a segment: {log} cannot begin there"
        )));
    }
    if closed || begun < next || next > first {
        let state = if closed { "is closed" } else { "is not empty" };
        return Err(Error::Invalid(format!("{log} {state}: it cannot begin at {first}")));
    }
    Ok(())
}

/// Whether a failed operation may have taken place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It did not, and will not.
    NotDone,
    /// It may have, or may still. Append the same entry again to find out.
    Unknown,
}

/// Why a store did not do what was asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// The store cannot be reached or does not answer in time: try again.
    #[error("the store is not available: {reason}")]
    Unavailable {
        /// What the store said.
        reason: String,
        /// Whether it may have taken place.
        outcome: Outcome,
    },
    /// The disk is full or read-only; nothing was written. Reads still work.
    #[error("the store cannot write: {reason}")]
    NoSpace {
        /// What the store said.
        reason: String,
    },
    /// The entry is larger than [`ENTRY_BYTES_MAX`], or the slot is not the next one: a defect of the caller.
    #[error("not a valid operation: {0}")]
    Invalid(String),
    /// What was read is not what was written.
    #[error("the store is damaged: {0}")]
    Damaged(String),
}

impl Error {
    /// Whether the operation may have taken place.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Unavailable { outcome, .. } => *outcome,
            Self::NoSpace { .. } | Self::Invalid(_) | Self::Damaged(_) => Outcome::NotDone,
        }
    }
}

/// A store of journals and their snapshots. See the module for what is promised.
#[async_trait]
pub trait Journal: Send + Sync + 'static {
    /// Writes `entry` into the slot `at`, which must be the one after the last. A slot beyond it is
    /// [`Error::Invalid`], or [`Append::Sealed`] if the journal is closed.
    async fn append(&self, log: &LogName, at: Seq, entry: Entry) -> Result<Append, Error>;

    /// How many slots truncation removes at a time.
    fn segment(&self) -> u64 {
        SEGMENT
    }

    /// The unbroken run of entries from `from` on: at least one entry if there is one, then as many as fit into
    /// `bytes_max`. A run may stop earlier than it could; it is at its end only when it is empty, or `closed`.
    async fn read(&self, log: &LogName, from: Seq, bytes_max: usize) -> Result<Read, Error>;

    /// How far the journal reaches; all zero for one that was never written.
    async fn extent(&self, log: &LogName) -> Result<Extent, Error>;

    /// The names of all journals that were ever written and not dropped, in order.
    async fn logs(&self) -> Result<Vec<LogName>, Error>;

    /// Removes all whole segments below `below` and seals them. Returns the first slot that is left. Entries that are
    /// not written yet cannot be truncated. Idempotent.
    async fn truncate(&self, log: &LogName, below: Seq) -> Result<Seq, Error>;

    /// Ends the journal for ever. Returns its tail: the slot that will never be written. Idempotent.
    async fn close(&self, log: &LogName) -> Result<Seq, Error>;

    /// Removes a closed journal that nobody needs any more, with its snapshots, but for the mark that it is closed:
    /// it is still [`Append::Sealed`], and its extent is empty at its tail. [`Error::Invalid`] if it is not closed.
    /// Idempotent.
    async fn drop_closed(&self, log: &LogName) -> Result<(), Error>;

    /// Stores one part of a snapshot that is being written; at most [`ENTRY_BYTES_MAX`]. Idempotent. Another part in
    /// place of one of a sealed snapshot is [`Error::Invalid`].
    async fn put_snapshot_part(&self, log: &LogName, at: Seq, part: u32, bytes: Bytes) -> Result<(), Error>;

    /// Makes a snapshot visible whose parts were all put; [`Error::Invalid`] if one is missing, or if another one is
    /// sealed at this position. Idempotent. The digest is kept, not checked: who loads a snapshot checks it.
    async fn seal_snapshot(&self, log: &LogName, snapshot: Snapshot) -> Result<(), Error>;

    /// The snapshots that were sealed, newest first.
    async fn snapshots(&self, log: &LogName) -> Result<Vec<Snapshot>, Error>;

    /// One part of a sealed snapshot; `None` if it is gone.
    async fn snapshot_part(&self, log: &LogName, at: Seq, part: u32) -> Result<Option<Bytes>, Error>;

    /// Removes every snapshot, sealed or not, below `below`.
    async fn drop_snapshots(&self, log: &LogName, below: Seq) -> Result<(), Error>;
}
