//! Why a stage cannot go on.

use uuid::Uuid;

use crate::journal::{self, LogName, Seq};

/// Why a stage cannot go on. All but `Store` need a person.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// The store did not answer; the loop tries again.
    #[error(transparent)]
    Store(#[from] journal::Error),
    /// A newer release wrote this.
    #[error("cannot read entry {seq} of the journal {log}: {reason}. Was it written by a newer release?")]
    Unreadable {
        /// In which journal.
        log: LogName,
        /// Which entry.
        seq: Seq,
        /// Why.
        reason: String,
    },
    /// The rules cannot take in what another process appended.
    #[error(
        "the rules of this release fail on entry {seq} of the journal {log}: {reason}. Other processes go on if theirs do \
         not; start this one again with the release that they run"
    )]
    Fails {
        /// In which journal.
        log: LogName,
        /// Which entry.
        seq: Seq,
        /// What the rules said.
        reason: String,
    },
    /// Two processes have made different things of the same entries.
    #[error(
        "the state of {log} at entry {at} differs from the snapshot that another process took there, so this process does \
         no more. If the others go on, start this one again: it begins from the snapshot. If all stop but the one that \
         took it, that one is wrong: end it, remove the snapshot, and start the others again"
    )]
    Differs {
        /// In which journal.
        log: LogName,
        /// At which position.
        at: Seq,
    },
    /// The store does not hold what was consumed from it.
    #[error(
        "the journal {log} does not go on where it was left: the entry before {next} should be {expected}, but {found}. \
         Was its store restored from a backup? `pd recover` accepts what is there"
    )]
    Restored {
        /// Which journal.
        log: LogName,
        /// What would be consumed next.
        next: Seq,
        /// The entry that was consumed last.
        expected: Uuid,
        /// What is there instead.
        found: String,
    },
    /// No snapshot can be used, and the entries before are gone.
    #[error(
        "the journal {log} cannot be read from its beginning, and none of its snapshots can be used: {reason}"
    )]
    NoSnapshot {
        /// Which journal.
        log: LogName,
        /// What was wrong with the last one that was tried.
        reason: String,
    },
}
