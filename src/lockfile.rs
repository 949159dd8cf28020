//! A file that one process at a time may hold: it keeps a second process away from a store or a folder.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::Duration;

/// A child that is being started holds its parent's files for a moment, until it begins its own program: so a lock that
/// was just given back may look held. It is tried for this many times, [`PACE`] apart, before it counts.
const TRIES: u32 = 25;
const PACE: Duration = Duration::from_millis(20);

/// Held until it is dropped. The operating system frees it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lockfile(#[expect(dead_code, reason = "the lock lives as long as the open file")] File);

/// Why the lock was not taken.
#[derive(Debug)]
pub enum Refused {
    /// Another one holds it; its process id, if it could be read.
    Held(Option<u32>),
    /// The file cannot be used.
    Io(io::Error),
}

impl Lockfile {
    /// Takes the lock in the file `path`, which is made if need be. Blocks, for half a second at most, while another one
    /// holds it.
    ///
    /// # Errors
    /// Who has it, or why it cannot be had.
    pub fn take(path: &Path) -> Result<Self, Refused> {
        let open = File::options().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = open.map_err(Refused::Io)?;
        for attempt in 1.. {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if attempt < TRIES => std::thread::sleep(PACE),
                Err(TryLockError::WouldBlock) => return Err(Refused::Held(holder(&mut file))),
                Err(TryLockError::Error(error)) => return Err(Refused::Io(error)),
            }
        }
        // The number is for people only, so a disk too full to hold it must not keep anything from opening.
        if let Err(error) = sign(&mut file) {
            tracing::debug!(%error, "the lock file does not name its holder");
        }
        Ok(Self(file))
    }
}

fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn one_holds_it_and_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = Lockfile::take(&path).unwrap();
        assert!(matches!(Lockfile::take(&path), Err(Refused::Held(Some(pid))) if pid == std::process::id()));
        drop(held);
        Lockfile::take(&path).unwrap();
        let nowhere = folder.path().join("missing/lock");
        assert!(matches!(Lockfile::take(&nowhere), Err(Refused::Io(_))));
    }
}
