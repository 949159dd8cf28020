//! The lock that keeps a second process away from a store.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// Holds the store until it is dropped. The operating system frees it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "the lock lives as long as the open file")] File);

/// Why the lock was not taken.
#[derive(Debug)]
pub(super) enum Refused {
    /// Another one holds it; its process id, if it could be read.
    Held(Option<u32>),
    /// The lock file could not be used.
    Io(io::Error),
}

impl Lock {
    /// Takes the lock in `file`, or says who has it. Never waits.
    pub(super) fn take(file: &Path) -> Result<Self, Refused> {
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(file)
            .map_err(Refused::Io)?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Err(Refused::Held(holder(&mut lock))),
            Err(error) => return Err(Refused::Io(error.into())),
        }
        // The number is for people only, so a disk too full to hold it must not keep the store from opening.
        if let Err(error) = sign(&mut lock) {
            tracing::debug!(%error, "the lock file does not name its holder");
        }
        Ok(Self(lock))
    }
}

/// Where the lock of a store lies.
pub(super) fn path_of(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

fn sign(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    writeln!(lock, "{}", std::process::id())
}

fn holder(lock: &mut File) -> Option<u32> {
    let mut text = String::new();
    lock.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
