//! What is done to an installation from outside of its server: backup, restore, recovery, looking into journals; and its
//! stores made, checked and moved.
//!
//! A backup and a look may be taken while the server runs; a restore and what recovery applies may not.

mod backup;
mod check;
mod copy;
mod error;
mod files;
mod init;
mod journal;
mod manifest;
mod progress;
mod recover;
mod restore;
mod stores;

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

pub use check::{Check, Verdict, check};
pub use copy::{Move, Moved, Phase, Progress, Report, copy};
pub use error::Error;
pub use init::{Done, init};

use crate::config::Config;

pub use crate::daemon::RESTORED;

/// Which installation.
#[derive(Clone, Debug)]
pub struct Installation {
    /// Checked.
    pub config: Config,
    /// The data folder.
    pub data: PathBuf,
}

/// What a backup or a restore went through.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Summary {
    /// The folder that was written.
    pub path: PathBuf,
    /// How many files.
    pub files: u64,
    /// How many bytes.
    pub bytes: u64,
}

/// Something that keeps a stage from going on, which only a person may settle.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// The journal whose reader has stopped.
    pub log: String,
    /// What does not fit.
    pub problem: String,
    /// What recovery does, or did, about it.
    pub remedy: String,
}

/// Which entries of which journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    /// The journal's name; `None`: the list of journals instead.
    pub log: Option<String>,
    /// The first position; `None`: the oldest that is there.
    pub from: Option<u64>,
    /// At most so many.
    pub limit: u64,
}

/// Copies all stores and the key file into the new folder `to`, in one consistent moment. The server may run meanwhile.
///
/// # Errors
/// Why it cannot; `to` is removed again.
pub fn backup(of: &Installation, to: &Path) -> Result<Summary, Error> {
    backup::run(of, to)
}

/// How many bytes a backup that goes on has written, and about how many there will be.
pub fn backup_progress(of: &Installation, to: &Path) -> (u64, u64) {
    progress::of_backup(of, to)
}

/// The same for a restore.
pub fn restore_progress(of: &Installation, from: &Path) -> (u64, u64) {
    progress::of_restore(of, from)
}

/// Puts a backup in the place of an installation's data, and begins an epoch in which nothing is sent again.
/// What was there is an error unless `replace`; then it is moved into a folder beside it.
///
/// # Errors
/// Why it cannot; what was there stays.
pub fn restore(of: &Installation, from: &Path, replace: bool) -> Result<Summary, Error> {
    restore::run(of, from, replace)
}

/// Finds what has stopped, and with `apply` lets it go on.
///
/// # Errors
/// Why it cannot.
pub fn recover(of: &Installation, apply: bool) -> Result<Vec<Finding>, Error> {
    recover::run(of, apply)
}

/// Hands the entries of a journal, or the list of journals, to `each`, in order. The server may run meanwhile.
///
/// # Errors
/// Why it cannot, or what `each` said.
pub fn journal(
    of: &Installation,
    query: &Query,
    each: &mut dyn FnMut(Value) -> io::Result<()>,
) -> Result<(), Error> {
    journal::run(of, query, each)
}
