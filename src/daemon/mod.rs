//! Builds the parts of a server, runs them, and shuts them down.

mod adapters;
mod begin;
mod bounded;
mod channels;
mod clusters;
mod drilled;
mod drilling;
mod epoch;
mod error;
mod first;
mod folder;
mod late;
mod levers;
pub mod listen;
mod load;
mod loading;
mod metrics;
mod newest;
mod own;
mod peers;
mod serve;
mod signals;
mod space;
mod stages;
mod status;
mod stores;
mod terminal;
mod timed;
mod tls;
mod watching;
mod work;

use std::path::PathBuf;

pub use epoch::RESTORED;
pub use error::Error;
pub use stores::NotAFile;
pub(crate) use stores::{archive_path, journal_path};

use crate::config::Config;

/// One for each stage.
const STAGE_THREADS: usize = 2;

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
    /// By how many milliseconds the process's clock is made wrong, to see what becomes of that.
    pub clock_offset: i64,
    /// Whether what keeps overload from becoming an outage is at work; without it, one sees what it is for.
    pub controls: bool,
}

impl ServeOptions {
    fn pace(&self) -> crate::pacer::Settings {
        if self.controls {
            crate::pacer::Settings::default()
        } else {
            crate::pacer::Settings::without_controls()
        }
    }
}

/// Serves until it is told to stop.
///
/// # Errors
/// Why it cannot.
pub fn run(options: ServeOptions) -> Result<(), Error> {
    terminal::log();
    signals::raise_limits();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::Runtime)?;
    // The rules compute for milliseconds at a time. On threads of their own they do not hold up those who answer.
    let stages = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(STAGE_THREADS)
        .thread_name("pd-stage")
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    let served = runtime.block_on(serve::serve(options, stages.handle()));
    // What still runs has been told to end and was waited for; nothing that is left may hold the process up.
    runtime.shutdown_background();
    stages.shutdown_background();
    served
}
