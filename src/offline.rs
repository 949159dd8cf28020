//! What is done to an installation while no server runs on it: backup, restore, recovery, looking into journals.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use crate::config::Config;

/// Which installation.
#[derive(Clone, Debug)]
pub struct Installation {
    /// Checked.
    pub config: Config,
    /// The data folder.
    pub data: PathBuf,
}

/// Why it cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing is there to do it.
    #[error("this build has no offline tools")]
    Absent,
    /// What was found cannot be handed out.
    #[error(transparent)]
    Output(#[from] io::Error),
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        None
    }
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

/// Copies all stores and the key file into the new folder `to`, in one consistent moment.
///
/// # Errors
/// Why it cannot; `to` is removed again.
pub fn backup(_of: &Installation, _to: &Path) -> Result<Summary, Error> {
    Err(Error::Absent)
}

/// Puts a backup in the place of an installation's data, and begins an epoch in which nothing is sent again.
/// What was there is an error unless `replace`.
///
/// # Errors
/// Why it cannot; what was there stays.
pub fn restore(_of: &Installation, _from: &Path, _replace: bool) -> Result<Summary, Error> {
    Err(Error::Absent)
}

/// Finds what has stopped, and with `apply` lets it go on.
///
/// # Errors
/// Why it cannot.
pub fn recover(_of: &Installation, _apply: bool) -> Result<Vec<Finding>, Error> {
    Err(Error::Absent)
}

/// Hands the entries of a journal, or the list of journals, to `each`, in order.
///
/// # Errors
/// Why it cannot, or what `each` said.
pub fn journal(
    _of: &Installation,
    _query: &Query,
    _each: &mut dyn FnMut(Value) -> io::Result<()>,
) -> Result<(), Error> {
    Err(Error::Absent)
}
