//! A lock between processes, given back by the system whatever happens to its holder.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::Error;
use crate::clock::Clock;

/// How often to look again.
const PACE: Duration = Duration::from_millis(20);

/// Held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock on the file at `path`, which is made if need be.
    ///
    /// # Errors
    /// [`Error::Busy`] if another process holds it for longer than `patience`; [`Error::Disk`].
    pub async fn wait(path: &Path, patience: Duration, clock: &dyn Clock) -> Result<Self, Error> {
        let disk = |reason: io::Error| Error::Disk { path: path.to_path_buf(), reason };
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path).map_err(disk)?;
        let started = clock.monotonic();
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Self { _file: file }),
                Err(Errno::WOULDBLOCK | Errno::INTR) => {}
                Err(error) => return Err(disk(error.into())),
            }
            if clock.monotonic() - started >= patience {
                return Err(Error::Busy);
            }
            clock.sleep(PACE).await;
        }
    }
}
