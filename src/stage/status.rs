//! How a stage is doing, for people and metrics.

use super::Duty;
use crate::domain::time::Timestamp;
use crate::journal::Seq;

/// How a stage is doing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Status {
    /// The slot that its next entry goes to.
    pub next: Seq,
    /// When the oldest work was accepted (or was due) that is not done yet; `None`: all is done.
    pub oldest_undone: Option<Timestamp>,
    /// How many inputs have been read and are not decided yet.
    pub waiting: usize,
    /// When the last entry was appended by this process.
    pub appended_at: Option<Timestamp>,
    /// How many entries this process has appended.
    pub appends: u64,
    /// How many inputs this process has decided.
    pub inputs: u64,
    /// How many inputs were given up and quarantined by this process.
    pub poisoned: u64,
    /// What this process works on; `None`: it is the only process, and works on everything.
    pub works_on: Option<Vec<Duty>>,
    /// When it was known last that nothing newer was in the stage's journal; `None`: this process is the only one.
    pub followed_at: Option<Timestamp>,
    /// Why it cannot go on at present.
    pub blocked: Option<String>,
    /// Whether it has stopped for good and needs a person.
    pub stopped: bool,
}
