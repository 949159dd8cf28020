//! Builds the parts of a server, runs them, and shuts them down.

use std::path::PathBuf;

use crate::config::Config;

/// What `pd serve` was asked to do.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Checked; `listen` is that of the command line if one was given there.
    pub config: Config,
    /// Where the configuration was read from, to read it again on SIGHUP; `None`: there is no file.
    pub config_file: Option<PathBuf>,
    /// The data folder, which may not exist yet.
    pub data: PathBuf,
    /// The file of the client's contexts, for the first start; `None`: there is no home folder.
    pub contexts: Option<PathBuf>,
}

/// Why the server does not run, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing is there to be run.
    #[error("this build has no server")]
    Absent,
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        None
    }
}

/// Serves until it is told to stop.
///
/// # Errors
/// Why it cannot.
pub fn run(_options: ServeOptions) -> Result<(), Error> {
    Err(Error::Absent)
}
